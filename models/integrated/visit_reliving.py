"""Replay at rest by whole visits: what is replayed of one context is one visit to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from ...tasks import TimeStep
from ..agent import Trace
from ..hippocampus import ReplayPath
from ..hippocampus.outcomes import UNKNOWN
from .agent import Integrated
from .revisiting import N_STEPS, Transition


@dataclass
class VisitReliving(Integrated):
    """`Integrated`, but what it replays of one context it relives as one visit.

    What is replayed is chosen as there. Contexts come in the order in which their first
    transition would, and within a context comes first the action whose end state was last met longer
    ago, in whatever context that was. Relived as visits
    of their own, two memories of a context seem as far apart as visits are, between which the world
    may have changed, so that a network rightly trusts the later one more; within one visit
    they belong together.
    """

    parts: ClassVar[dict[str, str]] = {
        **Integrated.parts,
        "visits": "each choice is relived as a visit of its own, in the order in which choices rank",
        "one_visit": "each choice is relived as a visit of its own, in the order in which it was met",
    }

    def rest(self, now: TimeStep, n_backups: int) -> Trace:
        n = len(now.phase)
        self._visited = np.full(n, UNKNOWN)
        self._came_back, self._hidden, self._cell = np.zeros((3, n, self.n_units), np.float32)
        return super().rest(now, n_backups)

    def _proposed(self, n_backups: int) -> list[ReplayPath]:
        paths = super()._proposed(n_backups)
        return paths if "visits" in self.lesions else [self._by_visit(path) for path in paths]

    def _by_visit(self, path: ReplayPath) -> ReplayPath:
        """The same transitions context by context, within each by when their end states were last met."""
        memory, slot, action = self._outcomes, path.states, path.actions
        met = memory.paid_at[path.lane, memory.end[path.lane, slot, action]]
        _, first, number = np.unique(slot, return_index=True, return_inverse=True)
        order = np.lexsort((met, first[number]))
        actions, rewards = (np.asarray(of_each)[order] for of_each in (action, path.rewards))
        return replace(path, states=slot[order], actions=actions, rewards=rewards)

    def _left_by(
        self, lanes: np.ndarray, slot: np.ndarray, stored: np.ndarray, what: Transition
    ) -> tuple[np.ndarray, int | np.ndarray]:
        if {"visits", "one_visit"} & set(self.lesions):
            return super()._left_by(lanes, slot, stored, what)
        goes_on = self._visited[lanes] == slot
        came_back = np.where(goes_on[:, None], self._came_back[lanes], stored)
        entered = self._revisiting.enter(came_back, what.key)
        now = {"hidden": self._hidden[lanes], "cell": self._cell[lanes]}
        state = {name: np.where(goes_on[:, None], now[name], entered[name]) for name in now}
        left = self._revisiting.experience(state, came_back, what)
        self._visited[lanes], self._came_back[lanes] = slot, came_back
        self._hidden[lanes], self._cell[lanes] = left["hidden"], left["cell"]
        return left["cell"], np.where(goes_on, 1, N_STEPS)
