"""Finding the way in any graph of states, also in one that changes."""

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
    graph : StateGraph, or tuple of (attempt, StateGraph)
        One, or several with the same states and actions, each with the attempt from which it
        holds, the first from 0: ways that open and close.
    start, goal : "random", a state, or a tuple of states
        Several are drawn with equal probability for each attempt; "random" is all states.

    Examples
    --------
    >>> ring = StateGraph(np.array([[1, 2], [2, 0], [0, 1]]))
    >>> GraphWorld(ring, goal=0).observation_size
    3
    """

    graph: StateGraph | tuple[tuple[int, StateGraph], ...]
    start: str | int | tuple[int, ...] = RANDOM
    goal: str | int | tuple[int, ...] = RANDOM

    def __post_init__(self) -> None:
        self.check_attempts()
        first = self.graphs[0].next_state.shape
        if self.changes[0] != 0 or (np.diff(self.changes) <= 0).any():
            raise ValueError(
                f"graphs must hold from attempt 0 and then from rising ones, "
                f"got {self.changes.tolist()}"
            )
        starts, goals = self._starts, self._goals
        for begins, graph in zip(self.changes, self.graphs, strict=True):
            if graph.next_state.shape != first:
                raise ValueError(
                    f"the graph from attempt {begins} has {graph.next_state.shape} states and "
                    f"actions, the first has {first}"
                )
            goal, start = np.nonzero(graph.distances_to(goals)[:, starts] == UNREACHABLE)
            if len(goal):
                raise ValueError(
                    f"no way leads from state {starts[start[0]]} to {goals[goal[0]]} "
                    f"from attempt {begins} on"
                )

    @property
    def graphs(self) -> tuple[StateGraph, ...]:
        """The graphs, in the order in which they hold."""
        return (
            (self.graph,)
            if isinstance(self.graph, StateGraph)
            else tuple(graph for _, graph in self.graph)
        )

    @property
    def changes(self) -> np.ndarray:
        """(n_graphs,) attempt from which each graph holds, the first 0."""
        several = () if isinstance(self.graph, StateGraph) else self.graph
        return np.array([attempt for attempt, _ in several] or [0])

    @property
    def observation_size(self) -> int:
        return self.graphs[0].n_states

    @cached_property
    def course(self) -> Course:
        n_states, n_graphs = self.graphs[0].n_states, len(self.graphs)
        return Course(
            graphs=self.graphs,
            changes=self.changes,
            starts=Places([self._starts] * n_graphs, n_states),
            goals=Places([self._goals] * n_graphs, n_states),
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
        where, n_states = getattr(self, name), self.graphs[0].n_states
        if isinstance(where, str):
            if where != RANDOM:
                raise ValueError(f"{name} must be '{RANDOM}' or states, got '{where}'")
            return np.arange(n_states)
        states = np.atleast_1d(np.asarray(where))
        if not states.size or states.min() < 0 or states.max() >= n_states:
            raise ValueError(f"{name} must be among states 0 to {n_states - 1}, got {where}")
        return states

    def _observe(self, position: np.ndarray, goal: np.ndarray) -> np.ndarray:
        place = np.zeros((len(position), self.observation_size), np.float32)
        place[np.arange(len(position)), position] = 1
        return place
