"""Exact Bayesian inference of which arm is the good one, carried along from visit to visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...tasks import Lanes, Task, TimeStep
from ...tasks.barcode_bandit import BarcodeBandit
from ..agent import Trace
from ..cores import softmax
from .bandit import BanditLearner, greedy


@dataclass
class GoodArmObserver(BanditLearner):
    """The ceiling of barcode bandits: pulls the arm that is most probably the good one.

    It knows that one arm is good, any with the same probability, and how often arms pay. What it
    inferred under a barcode it takes up again when the very same barcode returns. It does not
    use that different contexts mostly have different good arms.
    """

    parts: ClassVar[dict[str, str]] = {
        "memory": "each episode is the first: what was inferred before is gone"
    }

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        if not isinstance(task, BarcodeBandit):
            raise TypeError(f"GoodArmObserver knows BarcodeBandit, got {type(task).__name__}")
        self._p_good, self._p_bad = np.clip([task.p_good, task.p_bad], 1e-9, 1 - 1e-9)
        # Evidence by barcode; the row of the present one grows as pulls are made.
        self._known: list[dict[bytes, np.ndarray]] = [{} for _ in range(n)]
        self._evidence = [np.zeros(task.action.n) for _ in range(n)]
        self._barcode = np.zeros((n, 0))  # none seen yet
        super().begin(task, n, rng)
        self._preference = rng.random(task.action.n)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        self._barcode = now.observation
        return super().act(now)

    def _forget(self, lanes: np.ndarray) -> None:
        for lane in np.flatnonzero(lanes):
            if "memory" in self.lesions:
                self._known[lane].clear()
            self._evidence[lane] = self._known[lane].setdefault(
                self._barcode[lane].tobytes(), np.zeros(self._n_options)
            )

    def _learn(self, chosen: np.ndarray, reward: np.ndarray) -> None:
        won = np.log(self._p_good / self._p_bad)
        lost = np.log((1 - self._p_good) / (1 - self._p_bad))
        change = chosen * np.where(reward > 0, won, lost)[:, None]
        for row, step in zip(self._evidence, change, strict=True):
            row += step

    def _policy(self) -> np.ndarray:
        # Rounded, so that sums of the same terms in another order are ties.
        return greedy(np.round(self._evidence, 9), self._preference)

    def _values(self) -> np.ndarray:
        return self._p_bad + (self._p_good - self._p_bad) * softmax(np.array(self._evidence))
