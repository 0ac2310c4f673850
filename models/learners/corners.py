"""A control that knows the arena and nothing about its contexts: it visits the corners in random order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...tasks import Lanes, Task, TimeStep
from ...tasks.navigation import WALL, TwoGaps
from ..agent import Agent, Trace


@dataclass
class CornerByCorner(Agent):
    """Visits the four corners of `TwoGaps`, by shortest ways, in an order drawn for each trial.

    It is told where it is, and takes both gaps for open until it runs into a closed one. It never
    learns where the goal was.
    """

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        if not isinstance(task, TwoGaps):
            raise TypeError(f"CornerByCorner lives in TwoGaps, got {type(task).__name__}")
        self._task, self._rng, self._lanes = task, rng, np.arange(n)
        self._next_state = np.stack([graph.next_state for graph in task.graphs])
        self._order = np.zeros((n, len(task.sites)), np.int64)
        self._visited = np.zeros(n, np.int64)
        self._trial, self._layout = np.full(n, -1), np.zeros(n, np.int64)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        draws = self._rng.permutation(len(self._task.sites))
        position = now.labels["position"]
        met = (now.outcomes["bumped"] == WALL) & ~now.first
        layout = np.where(met, now.labels["layout"], np.where(now.first, 0, self._layout))
        self._layout = layout
        trial = now.labels["visit"] * self._task.n_finds + now.labels["trial"]
        begins, self._trial = trial != self._trial, trial
        self._order = np.where(begins[:, None], draws, self._order)
        self._visited = np.where(begins, 0, self._visited)
        at_corner = position == self._task.sites[self._next()]
        self._visited = np.minimum(self._visited + at_corner, draws.shape[1] - 1)
        steps = self._task.distances[layout, self._next()]
        after = self._next_state[layout, position]
        action = steps[self._lanes[:, None], after].argmin(axis=1)
        return action, {"policy": np.eye(after.shape[1], dtype=np.float32)[action]}

    def _next(self) -> np.ndarray:
        """The corner to be visited next."""
        return self._order[self._lanes, self._visited]
