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
        self._evidence = np.zeros((n, task.action.n))
        self._known: list[dict[bytes, np.ndarray]] = [{} for _ in range(n)]
        super().begin(task, n, rng)
        self._preference = rng.random(task.action.n)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        self._observation = now.observation
        return super().act(now)

    def _forget(self, lanes: np.ndarray) -> None:
        """Set the present evidence aside and take up what is known of the present barcodes."""
        if not hasattr(self, "_observation") or "memory" in self.lesions:
            self._evidence[lanes] = 0
            return
        for lane in np.flatnonzero(lanes):
            barcode = self._observation[lane].tobytes()
            self._evidence[lane] = self._known[lane].get(barcode, 0)
            self._known[lane][barcode] = self._evidence[lane]

    def _learn(self, chosen: np.ndarray, reward: np.ndarray) -> None:
        won = np.log(self._p_good / self._p_bad)
        lost = np.log((1 - self._p_good) / (1 - self._p_bad))
        self._evidence += chosen * np.where(reward > 0, won, lost)[:, None]

    def _policy(self) -> np.ndarray:
        return greedy(np.round(self._evidence, 9), self._preference)

    def _values(self) -> np.ndarray:
        return self._p_bad + (self._p_good - self._p_bad) * softmax(self._evidence)
