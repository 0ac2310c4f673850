"""One agent, its parts taken out: how a context is entered after news that came in another one."""

import fastslow as fs
from fastslow.papers.integrated.measures import after_news

networks = fs.load("integrated/nonlocal")  # comes with the toolkit: eight trained networks
agent, task = networks.agent(0), fs.tasks.SharedEnds(news="reversed", n_backups=16)
LESIONS = {
    "intact": (),
    "no search": ("search",),
    "no rest": ("rest",),
    "neither": ("search", "rest"),
    "no state put back, neither": ("reinstatement", "search", "rest"),
}


def p_better(*parts: str, n_lives: int = 60, seed: int = 0) -> float:
    """Probability of the better action on entering a context of which news came elsewhere."""
    lives = fs.simulate(task, agent.without(*parts), n_lives, seed, record=("policy",))
    return float(after_news(lives))


if __name__ == "__main__":
    for name, parts in LESIONS.items():
        print(f"{name:28s}{p_better(*parts):.2f}")
