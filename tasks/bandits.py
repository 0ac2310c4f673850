"""Two-armed bandits with Bernoulli rewards (Wang et al. 2018, doi:10.1038/s41593-018-0147-8, Fig. 1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .randomness import Lanes
from .task import ACT, Discrete, Play, TimeStep

# arms -> probability of the better arm where it is fixed (Wang et al. 2016, arXiv:1611.05763)
BETTER_ARM = {"easy": 0.9, "medium": 0.75, "hard": 0.6}


@dataclass(frozen=True)
class Bandit:
    """Two arms pay 1 with probabilities drawn anew for each episode and fixed within it.

    `arms` says how: "independent", both uniform on [0, 1); "uniform", p and 1 - p with p uniform
    on [0, 1); "easy" (.1, .9), "medium" (.25, .75) and "hard" (.4, .6), with the better arm left
    or right at random. An episode is `n_trials` choices; nothing is observed but the passing of trials,
    choices and rewards being inputs of the agent.
    """

    n_trials: int = 100
    arms: str = "uniform"

    def __post_init__(self) -> None:
        if self.arms not in ("independent", "uniform", *BETTER_ARM):
            raise ValueError(
                f"arms must be independent, uniform, easy, medium or hard, got '{self.arms}'"
            )
        if self.n_trials < 1:
            raise ValueError(f"n_trials must be at least 1, got {self.n_trials}")

    @property
    def observation_size(self) -> int:
        return 0

    @property
    def action(self) -> Discrete:
        return Discrete(2)

    @property
    def n_steps(self) -> int:
        return self.n_trials

    @property
    def reward_bounds(self) -> tuple[float, float]:
        """Expected reward of an episode by chance, and by one who knows the arms."""
        better = {"independent": 2 / 3, "uniform": 3 / 4, **BETTER_ARM}[self.arms]
        return 0.5 * self.n_trials, better * self.n_trials

    def draw_arms(self, rng: Lanes) -> np.ndarray:
        """Reward probabilities of the two arms, (n, 2)."""
        first, second = rng.random(), rng.random()
        if self.arms == "independent":
            return np.stack([first, second], axis=1)
        if self.arms != "uniform":
            better = BETTER_ARM[self.arms]
            first = np.where(first < 0.5, better, 1 - better)
        return np.stack([first, 1 - first], axis=1)

    def play(self, n: int, rng: Lanes) -> Play:
        arm_mean = np.ascontiguousarray(self.draw_arms(rng).T)
        yield from play_arms(
            np.broadcast_to(arm_mean, (self.n_trials, 2, n)),
            lambda mean: rng.random() < mean,
            best_action=np.broadcast_to(arm_mean.argmax(axis=0), (self.n_trials, n)),
        )


def play_arms(
    arm_mean: np.ndarray, earn: Callable[[np.ndarray], np.ndarray], **labels: np.ndarray
) -> Play:
    """Play one episode of choices among arms; nothing is observed.

    Parameters
    ----------
    arm_mean : (n_trials, n_arms, n) array
        Mean payoff of each arm at each trial.
    earn : function of (n,) means
        The rewards (n,) that the chosen arms pay.
    **labels : (n_trials, n) arrays
        Labels beside `trial` and `arm_mean_<i>`; `best_action` is worked out where it is not
        given.
    """
    n_trials, n_arms, n = arm_mean.shape
    space, lanes = Discrete(n_arms), np.arange(n)
    if "best_action" not in labels:
        labels["best_action"] = arm_mean.argmax(axis=1)
    labels = {
        "trial": np.broadcast_to(np.arange(n_trials + 1, dtype=np.int32)[:, None], (n_trials + 1, n)),
        **{f"arm_mean_{arm}": arm_mean[:, arm] for arm in range(n_arms)},
        **labels,
    }  # fmt: skip
    observation = np.zeros((n, 0), np.float32)
    reward = np.zeros(n, np.float32)
    yes, no = np.ones(n, bool), np.zeros(n, bool)
    going, over = np.ones(n, np.float32), np.zeros(n, np.float32)
    phase = np.full(n, ACT, np.int8)
    for trial in range(n_trials):
        truth = {name: value[trial] for name, value in labels.items()}
        first = yes if trial == 0 else no
        action = yield TimeStep(observation, reward, going, first, yes, phase, {}, truth)
        action = space.check(action, n)
        reward = earn(arm_mean[trial].take(action * n + lanes)).astype(np.float32)
    # After the last choice nothing but the trial number goes on.
    truth = {**truth, "trial": labels["trial"][n_trials]}
    yield TimeStep(observation, reward, over, no, no, phase, {}, truth)
