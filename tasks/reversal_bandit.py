"""A two-armed bandit whose arms change sides: at given trials, or at any with some probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .bandits import play_arms
from .randomness import Lanes
from .task import Discrete, Play


@dataclass(frozen=True)
class ReversalBandit:
    """One of two arms pays 1 with probability `p_better`, the other with 1 - `p_better`.

    Which arm is the better one at first is drawn with equal probability. They change sides before
    the trials `reversals`, counted from 0, and besides before every trial but the first with
    probability `p_reversal`. An episode is `n_trials` choices; nothing is observed. Chosen by us,
    as the simplest world in which something learned becomes wrong.
    """

    n_trials: int = 100
    p_better: float = 0.8
    p_reversal: float = 0.0
    reversals: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.n_trials < 1:
            raise ValueError(f"n_trials must be at least 1, got {self.n_trials}")
        if not 0.5 <= self.p_better <= 1:
            raise ValueError(f"p_better must be in [.5, 1], got {self.p_better}")
        if not 0 <= self.p_reversal <= 1:
            raise ValueError(f"p_reversal must be in [0, 1], got {self.p_reversal}")
        late = [trial for trial in self.reversals if not 0 < trial < self.n_trials]
        if late:
            raise ValueError(
                f"reversals must come before trials 1 to {self.n_trials - 1}, got {late[0]}"
            )

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
        """Expected reward of an episode by chance, and by one who knows the better arm."""
        return 0.5 * self.n_trials, self.p_better * self.n_trials

    def play(self, n: int, rng: Lanes) -> Play:
        first = rng.random() < 0.5
        turns = (rng.random(self.n_trials) < self.p_reversal).T
        turns[0] = False
        for trial in self.reversals:
            turns[trial] ^= True
        swapped = (np.cumsum(turns, axis=0) % 2 == 1) ^ first
        p = np.where(swapped, 1 - self.p_better, self.p_better)
        yield from play_arms(
            np.stack([p, 1 - p], axis=1),
            lambda mean: rng.random() < mean,
            best_action=swapped.astype(np.int64),
        )
