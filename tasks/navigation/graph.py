"""A world of numbered states: where each action leads, and how far it is from one to another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

MOVED, EDGE, WALL = 0, 1, 2  # values of `bump`: what kept the animal where it was
UNREACHABLE = -1


@dataclass(frozen=True, eq=False)
class StateGraph:
    """Deterministic moves among states 0 .. n_states - 1.

    Parameters
    ----------
    next_state : (n_states, n_actions) ints
        State that each action leads to; a blocked one leads back to where it was taken.
    bump : (n_states, n_actions) ints, optional
        `MOVED`, or `EDGE` or `WALL` where the move is blocked; nothing is blocked by default.

    Examples
    --------
    >>> ring = StateGraph(np.array([[1], [2], [0]]))
    >>> ring.distances_to([0])
    array([[0, 2, 1]], dtype=int32)
    >>> ring.shortest_path(1, 0)
    [1, 2, 0]
    """

    next_state: np.ndarray
    bump: np.ndarray = None  # type: ignore[assignment]  # always an array once made

    def __post_init__(self) -> None:
        table = np.asarray(self.next_state)
        if table.ndim != 2 or table.dtype.kind not in "iu" or not table.size:
            raise ValueError(
                "next_state must be (n_states, n_actions) ints, "
                f"got {table.dtype} of shape {table.shape}"
            )
        if table.min() < 0 or table.max() >= len(table):
            raise ValueError(
                f"next_state must lead to states in [0, {len(table)}), "
                f"got {table.min()} to {table.max()}"
            )
        bump = np.zeros(table.shape, np.int8) if self.bump is None else np.asarray(self.bump)
        if bump.shape != table.shape:
            raise ValueError(f"bump must have the shape {table.shape}, got {bump.shape}")
        object.__setattr__(self, "next_state", table.astype(np.int64))
        object.__setattr__(self, "bump", bump.astype(np.int8))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StateGraph):
            return NotImplemented
        pairs = ((self.next_state, other.next_state), (self.bump, other.bump))
        return all(np.array_equal(mine, theirs) for mine, theirs in pairs)

    def __hash__(self) -> int:
        return hash((self.next_state.tobytes(), self.bump.tobytes()))

    @property
    def n_states(self) -> int:
        return len(self.next_state)

    @property
    def n_actions(self) -> int:
        return self.next_state.shape[1]

    @cached_property
    def adjacency(self) -> np.ndarray:
        """(n_states, n_states) bool: some action leads from the row's state to another one."""
        adjacent = np.zeros((self.n_states, self.n_states), bool)
        adjacent[np.arange(self.n_states)[:, None], self.next_state] = True
        np.fill_diagonal(adjacent, False)
        return adjacent

    @cached_property
    def transition(self) -> np.ndarray:
        """(n_states, n_actions, n_states) floats: 1 at the state that each action leads to."""
        return np.eye(self.n_states)[self.next_state]

    @cached_property
    def distances(self) -> np.ndarray:
        """(n_states, n_states) int32: steps from the row's state to the column's, see below."""
        return self.distances_to(np.arange(self.n_states)).T

    @cached_property
    def _before(self) -> np.ndarray:
        """(n_states, most) states from which a move leads to each, filled up with itself."""
        source = np.repeat(np.arange(self.n_states), self.n_actions)
        target = self.next_state.ravel()
        moved = source != target
        target, source = np.unique(np.stack([target[moved], source[moved]]), axis=1)
        place = np.arange(len(target)) - np.searchsorted(target, target)
        before = np.tile(np.arange(self.n_states)[:, None], place.max(initial=0) + 1)
        before[target, place] = source
        return before

    def distances_to(self, goals: np.ndarray | list[int]) -> np.ndarray:
        """Steps from every state to each goal, `UNREACHABLE` where no way leads there.

        Breadth first against the moves, outwards from all goals at once.

        Returns
        -------
        (n_goals, n_states) int32 array
        """
        state = np.asarray(goals)
        row = np.arange(len(state)) * self.n_states
        distance = np.full(len(state) * self.n_states, UNREACHABLE, np.int32)
        edge, steps = row + state, 0
        while edge.size:
            distance[edge] = steps
            row, state = edge - edge % self.n_states, edge % self.n_states
            beyond = row[:, None] + self._before[state]
            edge = np.unique(beyond[distance[beyond] == UNREACHABLE])
            steps += 1
        return distance.reshape(-1, self.n_states)

    def shortest_path(self, start: int, goal: int) -> list[int]:
        """States of one of the shortest ways, both ends included; ties go to the first action.

        Raises
        ------
        ValueError
            If there is no way.
        """
        distance = self.distances_to([goal])[0]
        if distance[start] == UNREACHABLE:
            raise ValueError(f"no way leads from state {start} to state {goal}")
        path = [int(start)]
        while path[-1] != goal:
            options = self.next_state[path[-1]]
            path.append(int(options[distance[options] == distance[path[-1]] - 1][0]))
        return path


class Distances:
    """Steps to the goals of a graph, each goal worked out when it is first asked for.

    Examples
    --------
    >>> ring = StateGraph(np.array([[1], [2], [0]]))
    >>> Distances(ring).to(np.array([0, 0, 2]))[1]
    array([0, 2, 1], dtype=int32)
    """

    def __init__(self, graph: StateGraph) -> None:
        self._graph = graph
        self._row = np.full(graph.n_states, -1)
        self._rows = np.empty((0, graph.n_states), np.int32)

    def to(self, goal: np.ndarray) -> np.ndarray:
        """(n, n_states) steps from every state to the goal of each lane."""
        unknown = self._row[goal] < 0
        if unknown.any():
            missing = np.unique(goal[unknown])
            self._row[missing] = len(self._rows) + np.arange(len(missing))
            self._rows = np.concatenate([self._rows, self._graph.distances_to(missing)])
        return self._rows[self._row[goal]]
