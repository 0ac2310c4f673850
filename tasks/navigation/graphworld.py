"""Finding the way in any graph of states."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .attempts import Attempts, Course
from .graph import UNREACHABLE, StateGraph
from .places import Places, goals_apart

RANDOM = "random"


@dataclass(frozen=True)
class GraphWorld(Attempts):
    """Find the way from a start to a goal in a graph; the state is observed as one-hot.

    The other settings, and what is recorded, are those of `Attempts`.

    Parameters
    ----------
    graph : StateGraph
    start, goal : "random", a state, or a tuple of states
        Several are drawn with equal probability for each attempt; "random" is all states.

    Examples
    --------
    >>> ring = StateGraph(np.array([[1, 2], [2, 0], [0, 1]]))
    >>> GraphWorld(ring, goal=0).observation_size
    3
    """

    graph: StateGraph
    start: str | int | tuple[int, ...] = RANDOM
    goal: str | int | tuple[int, ...] = RANDOM

    def __post_init__(self) -> None:
        self.check_attempts()
        starts, goals = self._starts, self._goals
        goal, start = np.nonzero(self.graph.distances_to(goals)[:, starts] == UNREACHABLE)
        if len(goal):
            raise ValueError(f"no way leads from state {starts[start[0]]} to {goals[goal[0]]}")

    @property
    def observation_size(self) -> int:
        return self.graph.n_states

    @cached_property
    def course(self) -> Course:
        n_states = self.graph.n_states
        return Course(
            graphs=(self.graph,),
            changes=np.zeros(1, np.int64),
            starts=Places([self._starts], n_states),
            goals=Places([self._goals], n_states),
            routes=None,
            trap=np.zeros(n_states, bool),
            beeline=None,
            observe=self._observe,
        )

    @property
    def _starts(self) -> np.ndarray:
        return self._states("start")

    @property
    def _goals(self) -> np.ndarray:
        return goals_apart(self._starts, self._states("goal"))

    def _states(self, name: str) -> np.ndarray:
        where, n_states = getattr(self, name), self.graph.n_states
        if isinstance(where, str):
            if where != RANDOM:
                raise ValueError(f"{name} must be '{RANDOM}' or states, got '{where}'")
            return np.arange(n_states)
        states = np.atleast_1d(np.asarray(where))
        if not states.size or states.min() < 0 or states.max() >= n_states:
            raise ValueError(f"{name} must be among states 0 to {n_states - 1}, got {where}")
        return states

    def _observe(self, position: np.ndarray, goal: np.ndarray) -> np.ndarray:
        place = np.zeros((len(position), self.graph.n_states), np.float32)
        place[np.arange(len(position)), position] = 1
        return place
