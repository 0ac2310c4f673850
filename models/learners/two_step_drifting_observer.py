"""Bayesian inference of four drifting reward probabilities (task of Daw et al. 2011)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, cast

import numpy as np

from ...tasks.randomness import Lanes
from ...tasks.task import Task
from ...tasks.two_step_drifting import DriftingTwoStep
from .two_step_hybrid import plan
from .two_step_learner import TwoStepLearner


@dataclass
class DriftingObserver(TwoStepLearner):
    """Knows how the task works and infers what each of the four second-stage keys pays now.

    Its beliefs are exact but for the grid of `n_bins` probabilities on which they lie; a walk's
    belief has no finite form. It takes what pays most on average at this moment, ties at
    random; it plans no exploration, so it is the ideal observer of the task, not its optimal
    agent.
    """

    chooses_twice: ClassVar[bool] = True

    n_bins: int = 100

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        if not isinstance(task, DriftingTwoStep):
            raise TypeError(f"DriftingObserver plays DriftingTwoStep, got {type(task).__name__}")
        super().begin(task, n, rng)

    def _start(self, n: int) -> None:
        task = cast(DriftingTwoStep, self._task)
        low, high = task.bounds
        self._grid = low + (np.arange(self.n_bins) + 0.5) * (high - low) / self.n_bins
        self._drift = reflected_walk(self._grid, task.drift, task.bounds)
        self._belief = np.full((n, 2, 2, self.n_bins), 1 / self.n_bins)
        self._preference = self._rng.random(4).reshape(n, 2, 2) * 1e-9  # decides ties

    def _expected(self) -> np.ndarray:
        """Expected reward of each key in each state, (n, 2, 2)."""
        return self._belief @ self._grid + self._preference

    def _first_stage(self) -> tuple[np.ndarray, np.ndarray]:
        return _best(plan(self._expected(), self._p_same))

    def _second_stage(self, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return _best(self._expected()[self._lanes, state])

    def _learn(
        self, first: np.ndarray, state: np.ndarray, second: np.ndarray, reward: np.ndarray
    ) -> None:
        seen = self._belief[self._lanes, state, second]
        seen = seen * np.where(reward[:, None] > 0, self._grid, 1 - self._grid)
        self._belief[self._lanes, state, second] = seen / seen.sum(axis=1, keepdims=True)
        self._belief = self._belief @ self._drift


def reflected_walk(grid: np.ndarray, drift: float, bounds: tuple[float, float]) -> np.ndarray:
    """Probabilities (n_bins, n_bins) of one step of a Gaussian walk that bounds reflect.

    `grid` (n_bins,) are the centers of equal bins between the bounds; `drift` is the standard
    deviation of a step.
    """
    if drift == 0:
        return np.eye(len(grid))
    low, high = bounds
    landing = (grid, 2 * low - grid, 2 * high - grid)  # directly, or folded at a bound
    weight = sum(np.exp(-((x[None] - grid[:, None]) ** 2) / (2 * drift**2)) for x in landing)
    weight = cast(np.ndarray, weight)
    return weight / weight.sum(axis=1, keepdims=True)


def _best(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values (n, 2) and the policy that takes the larger."""
    left = (values[:, 0] > values[:, 1]).astype(float)
    return values, np.stack([left, 1 - left], axis=1)
