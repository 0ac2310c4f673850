"""Eleven arms, one of which pays little but tells where the best one is (Wang et al. 2016, arXiv:1611.05763)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .bandits import play_arms
from .randomness import Lanes
from .task import Discrete, Play

N_TARGETS = 10  # arms that may be the target; the informative arm comes after them
TARGET_PAYS, OTHER_PAYS, PAY_PER_INDEX = 5.0, 1.0, 0.1  # Wang et al. 2016


@dataclass(frozen=True)
class InformativeArm:
    """Ten arms pay 5 (the target) or 1 (the nine others), an eleventh .1 x the number of the target.

    Arms are numbered 1-10 and 11 in the paper, 0-9 and 10 as actions. The target is drawn with equal
    probability for each episode, payoffs are deterministic, and an episode is `n_trials` = 5 choices. A first
    pull of arm 11 earns .55 on average and any other 1.4, so that information has to be bought: the
    best strategy is to pull arm 11 once and then the target on all remaining trials. Nothing is observed.
    """

    n_trials: int = 5

    def __post_init__(self) -> None:
        if self.n_trials < 1:
            raise ValueError(f"n_trials must be at least 1, got {self.n_trials}")

    @property
    def observation_size(self) -> int:
        return 0

    @property
    def action(self) -> Discrete:
        return Discrete(N_TARGETS + 1)

    @property
    def n_steps(self) -> int:
        return self.n_trials

    def play(self, n: int, rng: Lanes) -> Play:
        target = rng.integers(N_TARGETS)
        pays = np.full((N_TARGETS + 1, n), OTHER_PAYS)
        pays[target, np.arange(n)] = TARGET_PAYS
        pays[N_TARGETS] = PAY_PER_INDEX * (target + 1)
        yield from play_arms(np.broadcast_to(pays, (self.n_trials, *pays.shape)), lambda mean: mean)
