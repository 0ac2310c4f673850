"""Exact Bayesian inference of which of two arms is the better one now, where they change sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...tasks import Lanes, Task
from .bandit import BanditLearner, greedy


@dataclass
class ReversalObserver(BanditLearner):
    """The ceiling of `ReversalBandit`: takes the arm that is more probably the better one.

    It knows how often arms pay and change sides. With b the probability that the first arm is
    the better one, an outcome multiplies the odds by its likelihood ratio, and then
    b = (1 - h) b + h (1 - b).

    Parameters
    ----------
    p_better : float
    p_reversal : float
        h

    Examples
    --------
    >>> ReversalObserver().p_reversal
    0.02
    """

    p_better: float = 0.8
    p_reversal: float = 0.02

    def __post_init__(self) -> None:
        if not 0.5 < self.p_better < 1:
            raise ValueError(f"p_better must be in (.5, 1), got {self.p_better:g}")
        if not 0 <= self.p_reversal <= 1:
            raise ValueError(f"p_reversal must be in [0, 1], got {self.p_reversal:g}")

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        if self._n_options != 2:
            raise TypeError(f"ReversalObserver knows two arms, got {self._n_options}")
        self._preference = rng.random(2)

    def _forget(self, lanes: np.ndarray) -> None:
        if lanes.all():
            self._first_better = np.full(len(lanes), 0.5)
        self._first_better[lanes] = 0.5

    def _learn(self, chosen: np.ndarray, reward: np.ndarray) -> None:
        for_first = chosen[:, 0] == (reward > 0)  # it paid, or the other did not
        if_first = np.where(for_first, self.p_better, 1 - self.p_better)
        joint = self._first_better * if_first
        belief = joint / (joint + (1 - self._first_better) * (1 - if_first))
        belief = belief + self.p_reversal * (1 - 2 * belief)
        self._first_better = np.where(chosen.any(axis=1), belief, self._first_better)

    def _policy(self) -> np.ndarray:
        return greedy(np.round(self._values(), 12), self._preference)

    def _values(self) -> np.ndarray:
        first = self._first_better * (2 * self.p_better - 1) + 1 - self.p_better
        return np.stack([first, 1 - first], axis=1)
