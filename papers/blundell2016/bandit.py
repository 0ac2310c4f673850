"""Contextual bandits: episodic control where rewards are certain, and where they are not.

Episodes are single pulls, so that a return is a reward and its expectation is known. Not a task
of the paper; settings were chosen on reward and are listed in `TRIED.md`.
"""

from __future__ import annotations

from ...models.agent import Agent
from ...models.episodic_control import DQN, MFEC
from ...models.learners import Random
from ...tasks import BarcodeBandit
from ..declaration import Experiment, Figure, Signature, Test
from .bandit_figure import draw_bandit, draw_optimism
from .measures import bias, first_episodes, last_episodes, smallest_growth

UNCERTAIN = BarcodeBandit(n_episodes=600, n_pulls=1, n_arms=4, n_contexts=20)
EPISODIC = MFEC(discount=0.0, epsilon=0.05)
NETWORK = DQN(discount=0.0, learning_rate=3e-3, n_exploration=300)
READ = ("q", "stored")

# The probe of bias chooses blindly: what is stored then does not depend on what it says.
PROBES = {
    str(p): BarcodeBandit(n_episodes=400, n_pulls=1, n_arms=2, p_good=p, p_bad=1 - p)
    for p in (1.0, 0.9, 0.7)
}
BLIND = MFEC(discount=0.0, epsilon=1.0)


def experiment(name: str, summary: str, agent: Agent, record: tuple[str, ...] = READ) -> Experiment:
    """A learner in contextual bandits that pay with .9 or .1."""
    return Experiment(
        name=f"blundell2016/{name}",
        summary=summary,
        task=UNCERTAIN,
        agent=agent,
        recording=Test(n_lives=8, record=record),
        source="control",
        quick=2,
    )


def probe(name: str, summary: str, agent: Agent) -> Experiment:
    """A learner that chooses blindly, with rewards of rising variance: 0, .09 and .21."""
    certain, *others = ((p, Test(n_lives=8, task=task, record=READ)) for p, task in PROBES.items())
    return Experiment(
        name=name,
        summary=summary,
        task=PROBES["1.0"],
        agent=agent,
        recording=certain[1],
        tests=dict(others),
        source="control",
        quick=2,
    )


EXPERIMENTS = (
    experiment("bandit", "contextual bandits, MFEC", EPISODIC),
    experiment("bandit_mean", "MFEC that stores mean returns",
               MFEC(discount=0.0, epsilon=0.05, write="mean")),
    experiment("bandit_no_memory", "MFEC that stores nothing", EPISODIC.without("memory")),
    experiment("bandit_dqn", "deep Q-network", NETWORK, ("q",)),
    experiment("bandit_random", "random choice", Random(), ()),
    probe("blundell2016/optimism", "bias of estimates, MFEC", BLIND),
    probe("blundell2016/optimism_mean", "the same, mean returns stored",
          MFEC(discount=0.0, epsilon=1.0, write="mean")),
)  # fmt: skip

_MFEC, _DQN, _RANDOM = (f"blundell2016/bandit{which}" for which in ("", "_dqn", "_random"))


def rising(name: str) -> tuple[str, ...]:
    """The probes of one learner, by rising variance of the reward."""
    return (name, f"{name}@0.9", f"{name}@0.7")


SIGNATURES = (
    Signature(
        name="blundell2016/bandit_fast",
        claim="In the first 100 episodes episodic control chooses the best arm more often than a DQN.",
        published="blundell2016/fast_early",
        low=0.05,
        high=None,
        measure=first_episodes,
        subject=(_MFEC, _DQN),
        shows_not=("blundell2016/bandit_no_memory", _DQN),
    ),
    Signature(
        name="blundell2016/bandit_overtaken",
        claim="In the last 100 episodes the DQN chooses the best arm more often than MFEC.",
        published="blundell2016/overtaken_late",
        low=0.05,
        high=None,
        measure=last_episodes,
        subject=(_DQN, _MFEC),
        shows_not=(_RANDOM, _MFEC),
    ),
    Signature(
        name="blundell2016/optimism",
        claim="Where rewards are stochastic (.9 / .1), stored values are too high.",
        published="blundell2016/optimism",
        low=0.05,
        high=None,
        measure=bias,
        subject="blundell2016/optimism@0.9",
        shows_not="blundell2016/optimism_mean@0.9",
        beside=("blundell2016/optimism",),
    ),
    Signature(
        name="blundell2016/optimism_grows",
        claim="They are the higher the more rewards vary (variance 0, .09, .21).",
        published="blundell2016/optimism",
        low=0.05,
        high=None,
        measure=smallest_growth,
        subject=rising("blundell2016/optimism"),
        shows_not=rising("blundell2016/optimism_mean"),
    ),
)

FIGURES = (
    Figure(
        name="blundell2016/bandit",
        caption=(
            "Probability of the best of four arms, rewards paid with .9 or .1, mean over 50 episodes. "
            "Bands: 95 % intervals over seeds."
        ),
        needs=(_MFEC, "blundell2016/bandit_mean", _DQN),
        draw=draw_bandit,
    ),
    Figure(
        name="blundell2016/optimism",
        caption=(
            "Stored value less reward for blindly chosen arms, by the variance of the reward. Points "
            "are seeds."
        ),
        needs=(*rising("blundell2016/optimism"), *rising("blundell2016/optimism_mean")),
        draw=draw_optimism,
    ),
)
