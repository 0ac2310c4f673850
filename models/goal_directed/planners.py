"""The slow system: look-ahead through remembered transitions, here by exact search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np

from .memory import TransitionMemory

NONE = -1  # beyond the end of a plan


class Plan(NamedTuple):
    """What look-ahead found in each of `n` lanes.

    Attributes
    ----------
    length : (n,) ints
        Transitions to the goal; 0 where nothing was found.
    states : (n, depth + 1) ints
        From the current state to the goal, -1 beyond.
    actions : (n, depth) ints
        -1 beyond the end.
    n_reads : (n,) ints
        Remembered transitions that were looked at.
    """

    length: np.ndarray
    states: np.ndarray
    actions: np.ndarray
    n_reads: np.ndarray

    @classmethod
    def none(cls, n: int, depth: int) -> Plan:
        """No plan in any lane."""
        length, n_reads = np.zeros((2, n), np.int64)
        return cls(length, np.full((n, depth + 1), NONE), np.full((n, depth), NONE), n_reads)


class Planner(Protocol):
    """Looks in the memory of the `wanted` lanes for ways of at most `depth` transitions.

    `task_stream` says that the random numbers come from the generator that drew the attempt.
    """

    task_stream: ClassVar[bool]

    @property
    def depth(self) -> int: ...

    def plan(
        self,
        memory: TransitionMemory,
        state: np.ndarray,
        goal: np.ndarray,
        wanted: np.ndarray,
        generators: Sequence[Any],
    ) -> Plan: ...


@dataclass(frozen=True)
class ExactSearch:
    """The shortest way through memory, the lowest action first among equals.

    Where memory holds several successors of an action, each is as good as another.

    Parameters
    ----------
    depth : int
        Most transitions of a way.
    """

    task_stream: ClassVar[bool] = False

    depth: int = 20

    def __post_init__(self) -> None:
        check_positive(self, "depth")

    def plan(
        self,
        memory: TransitionMemory,
        state: np.ndarray,
        goal: np.ndarray,
        wanted: np.ndarray,
        generators: Sequence[np.random.Generator],
    ) -> Plan:
        plan = Plan.none(len(state), self.depth)
        lanes = np.flatnonzero(wanted & memory.entered[np.arange(len(state)), goal])
        if len(lanes):
            here = state[lanes]
            distance = distances_to(goal[lanes], memory.successor[lanes], here, self.depth)
            near = distance[:, : memory.n_states] <= distance[np.arange(len(lanes)), here, None]
            known = (memory.strength[lanes, : memory.n_states] > 0).sum(axis=(2, 3))
            plan.n_reads[lanes] = (near * known).sum(axis=1)
            _descend(plan, memory, lanes, here, distance)
        return plan


def distances_to(
    goal: np.ndarray, successor: np.ndarray, start: np.ndarray, depth: int
) -> np.ndarray:
    """Transitions from every state to the goal of each of `k` lanes, as far as they are needed.

    The search goes out from the goal and ends where every start is reached.

    Parameters
    ----------
    goal, start : (k,) ints
    successor : (k, n_states + 1, n_actions, n_slots) ints
        See `TransitionMemory`.
    depth : int
        Most transitions.

    Returns
    -------
    (k, n_states + 1) ints
        `depth` + 1 where there is no way, or none that is needed.
    """
    k, n_places = successor.shape[:2]
    lanes = np.arange(k)
    edges = successor.reshape(k, n_places, -1).transpose(2, 0, 1) + lanes[:, None] * n_places
    edges = np.ascontiguousarray(edges)
    distance = np.full((k, n_places), depth + 1)
    reached = np.zeros((k, n_places), bool)
    reached[lanes, goal] = True
    distance[lanes, goal] = 0
    for length in range(1, depth + 1):
        leads = reached.take(edges).any(axis=0)
        new = leads & ~reached
        distance[new] = length
        reached |= new
        if reached[lanes, start].all() or not new.any():
            break
    return distance


def _descend(
    plan: Plan, memory: TransitionMemory, lanes: np.ndarray, state: np.ndarray, distance: np.ndarray
) -> None:
    """Follow falling distances from `state` in the lanes that have a way, the lowest action first."""
    left = distance[np.arange(len(lanes)), state]
    rows = np.flatnonzero(left <= plan.actions.shape[1])
    here, left = state[rows], left[rows]
    plan.length[lanes[rows]] = left
    plan.states[lanes[rows], 0] = here
    for k in range(int(left.max(initial=0))):
        after = memory.successor[lanes[rows], here].reshape(len(rows), -1)
        to_go = np.take_along_axis(distance[rows], after, axis=1)
        edge = (to_go == (left - k - 1)[:, None]).argmax(axis=1)
        going = k < left
        rows, left, edge, after = rows[going], left[going], edge[going], after[going]
        here = after[np.arange(len(rows)), edge]
        plan.actions[lanes[rows], k] = edge // memory.n_slots
        plan.states[lanes[rows], k + 1] = here


def check_positive(planner: Any, *names: str) -> None:
    """Raise ValueError where one of these settings is below 1."""
    for name in names:
        if getattr(planner, name) < 1:
            raise ValueError(f"{name} must be at least 1, got {getattr(planner, name)}")


__all__ = [
    "ExactSearch",
    "Plan",
    "Planner",
    "check_positive",
    "distances_to",
]
