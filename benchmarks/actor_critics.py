"""Actor-critics in the world of Tan & Motani 2023 (arXiv:2301.13758), by their protocol or a fair one.

    python benchmarks/actor_critics.py ppo --seeds 0-2
    python benchmarks/actor_critics.py ppo --seeds 0-19 --equal

The published protocol: at each of the 100 attempts the learner goes on training on that attempt's
very start and goal, `learn(100)` of Stable-Baselines3 1.7, and is then scored by one attempt with
sampled actions. PPO and TRPO take whole rollouts of 2048 steps for that, A2C 100; the goal-directed
agent takes some 22 steps an attempt. With `--equal` the learner lives through the 100 attempts once
and is scored while it learns, as every other learner of `tan2023/baselines` is.

Prints one line of JSON for each seed. Published: attempts solved (%, in fewer than 100 steps) and
steps above the Manhattan distance, for the first half, the last and all; with actions sampled as
they were trained, and the most probable ones. Equal: goals reached, the steps that took, and goals
reached in as many steps as the improved goal-directed agent needs for all its attempts.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import numpy as np

from fastslow.tasks import GridWorld, as_gymnasium
from fastslow.tasks.navigation import tan

MOST = 100  # steps of an attempt
LAYERS = [128, 128]  # units of actor and critic
HALVES = {"first": slice(0, 50), "last": slice(50, 100), "all": slice(0, 100)}
AGENT_STEPS = 1252  # of the improved goal-directed agent in its 100 attempts, mean of 20 seeds

# As published: Stable-Baselines3's own settings but for the learning rate of A2C
PUBLISHED: dict[str, dict[str, Any]] = {"a2c": {"learning_rate": 1e-4}, "ppo": {}, "trpo": {}}
# Chosen among four each, see papers/tan2023/TRIED_COMPARISONS.md
EQUAL: dict[str, dict[str, Any]] = {
    "a2c": {},
    "ppo": {"n_steps": 128, "batch_size": 32, "learning_rate": 1e-3, "gamma": 0.9},
    "trpo": {"n_steps": 128, "batch_size": 32, "target_kl": 0.03, "gamma": 0.9},
}
INPUT_SCALE = 0.2  # of coordinates, as for the other deep learners


def learner(method: str, world: Any, seed: int, settings: dict[str, Any]) -> Any:
    """A fresh model."""
    from sb3_contrib import TRPO
    from stable_baselines3 import A2C, PPO
    from torch import nn

    policy = {"net_arch": {"pi": LAYERS, "vf": LAYERS}, "activation_fn": nn.ReLU}
    kinds = {"a2c": A2C, "ppo": PPO, "trpo": TRPO}
    return kinds[method](
        "MlpPolicy", world, seed=seed, device="cpu", policy_kwargs=policy, **settings
    )


# ------------------------------------------------------------------ the published protocol


def attempt_world(attempt: int) -> GridWorld:
    """One attempt of the published task as a world of its own."""
    grid = tan.walls_at(attempt)
    start, goal = tan.draw_routes([attempt], [grid.wall])[0]
    walls = "\n".join(grid.rows)
    return GridWorld(start=start, goal=goal, walls=walls, n_attempts=1, max_steps=MOST)


def score(model: Any, attempt: int, deterministic: bool) -> int:
    """Steps of one attempt."""
    env = as_gymnasium(attempt_world(attempt))
    observation, _ = env.reset(seed=attempt)
    step, over = 0, False
    while not over:
        action, _ = model.predict(observation, deterministic=deterministic)
        observation, _, over, _, _ = env.step(int(action))
        step += 1
    return step


def by_published_protocol(method: str, seed: int, settings: dict[str, Any]) -> dict:
    """Train on each attempt and then score it."""
    model = learner(method, as_gymnasium(attempt_world(0)), seed, settings)
    steps: dict[str, list[int]] = {"sampled": [], "deterministic": []}
    shortest = []
    for attempt in range(100):
        world = attempt_world(attempt)
        model.set_env(as_gymnasium(world))
        model.learn(MOST, reset_num_timesteps=False)
        for how, taken in steps.items():
            taken.append(score(model, attempt, how == "deterministic"))
        (row, column), (goal_row, goal_column) = world.start, world.goal
        shortest.append(abs(row - goal_row) + abs(column - goal_column))
    result: dict = {"training_steps": int(model.num_timesteps)}
    for how, taken in steps.items():
        length, above = np.array(taken), np.array(taken) - np.array(shortest)
        result[how] = {
            half: {"solved": float(100 * np.mean(length[of] < MOST)), "sam": int(above[of].sum())}
            for half, of in HALVES.items()
        }
    return result


# ------------------------------------------------------------------ equal steps


def attempts_in_turn(seed: int) -> Any:
    """The published task, an episode of the environment for each attempt of its single life.

    `goals` and `lengths` say how each attempt went.
    """
    import gymnasium

    class Attempts(gymnasium.Wrapper):
        def __init__(self) -> None:
            super().__init__(as_gymnasium(tan.dynamic()))
            self.goals: list[bool] = []
            self.lengths: list[int] = []
            self._begin, _ = self.env.reset(seed=seed)
            self._step = 0

        def reset(self, **_: Any) -> tuple[np.ndarray, dict]:
            self._step = 0
            return self._begin * INPUT_SCALE, {}

        def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict]:
            seen, reward, over, _, info = self.env.step(int(action))
            self._step += 1
            ended = over or info["first"]
            if ended:
                self.goals.append(bool(info["solved"]))
                self.lengths.append(self._step)
                self._begin = seen
            return seen * INPUT_SCALE, reward, ended, False, {}

    return Attempts()


def at_equal_steps(method: str, seed: int, settings: dict[str, Any]) -> dict:
    """Learn through the attempts, once."""
    world = attempts_in_turn(seed)
    model = learner(method, world, seed, settings)
    n_attempts = tan.dynamic().n_attempts
    model.learn(MOST * n_attempts, callback=lambda *_: len(world.goals) < n_attempts)
    goals, steps = np.array(world.goals[:n_attempts]), np.cumsum(world.lengths[:n_attempts])
    return {
        "goals": int(goals.sum()),
        "steps": int(steps[-1]),
        "goals_in_as_many_steps": int(goals[steps <= AGENT_STEPS].sum()),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("method", choices=tuple(PUBLISHED))
    parser.add_argument("--seeds", default="0", help="such as 0-2")
    parser.add_argument("--equal", action="store_true", help="as many steps as the others get")
    parser.add_argument("--settings", type=json.loads, help="in place of those chosen, as JSON")
    asked = parser.parse_args()
    try:
        import sb3_contrib  # noqa: F401
    except ModuleNotFoundError:
        sys.stderr.write('skipped: this needs sb3-contrib: pip install "fastslow[bench]"\n')
        return 0
    chosen = (EQUAL if asked.equal else PUBLISHED)[asked.method]
    settings = chosen if asked.settings is None else asked.settings
    protocol = at_equal_steps if asked.equal else by_published_protocol
    first, _, last = asked.seeds.partition("-")
    for seed in range(int(first), int(last or first) + 1):
        found = {"method": asked.method, "seed": seed} | protocol(asked.method, seed, settings)
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
