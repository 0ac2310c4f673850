"""Look-ahead by random branches (Tan & Motani 2023, arXiv:2301.13758): side by side, or as published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .memory import TransitionMemory
from .planners import Plan, check_positive


@dataclass(frozen=True)
class RandomBranches:
    """Random walks through memory (Tan & Motani 2023, arXiv:2301.13758).

    Each step of a branch follows one of the entries of its state, drawn with equal probability
    with repetitions counted. Of those that get to the goal, the branch comes first that is
    shortest, then whose first action is lowest, then whose states are, then whose actions are.

    Branches are walked side by side, and all end where the first gets to the goal: those that go
    on would be longer. A goal that was never entered is not looked for: no branch could find it.

    Parameters
    ----------
    branches : int
    depth : int
        Most transitions of a branch.
    """

    task_stream: ClassVar[bool] = False

    branches: int = 100  # B and D of the published agent
    depth: int = 20

    def __post_init__(self) -> None:
        check_positive(self, "branches", "depth")

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
        if not len(lanes):
            return plan
        shape, n_edges = (self.depth, self.branches), len(memory.cumulative)
        u = np.stack([generators[lane].random(shape, np.float32) for lane in lanes], axis=1)
        visited = np.empty((self.depth + 1, len(lanes), self.branches), np.int64)
        taken = np.empty((self.depth, len(lanes), self.branches), np.int64)
        visited[0], there = state[lanes, None], goal[lanes, None]
        shares = memory.cumulative.reshape(n_edges, -1)
        successor, begin = memory.successor.ravel(), lanes[:, None] * (memory.n_states + 1)
        on = np.arange(len(lanes))  # whose branches are still walking
        for k in range(self.depth):
            at, drawn = begin[on] + visited[k, on], u[k, on]
            edge = (drawn >= shares[0].take(at)).astype(np.int64)
            for share in shares[1:-1]:
                edge += drawn >= share.take(at)
            after = successor.take(at * n_edges + edge)
            taken[k, on], visited[k + 1, on] = edge, after
            landed = after == there[on]
            if not landed.any():
                continue
            found = landed.any(axis=1)
            for i, branches in zip(on[found].tolist(), landed[found], strict=True):
                branch = _first_branch(visited[:, i], taken[:, i], branches, k + 1, memory.n_slots)
                plan.length[lanes[i]] = k + 1
                plan.states[lanes[i], : k + 2] = visited[: k + 2, i, branch]
                plan.actions[lanes[i], : k + 1] = taken[: k + 1, i, branch] // memory.n_slots
            plan.n_reads[lanes[on[found]]] = self.branches * (k + 1)
            on = on[~found]
            if not len(on):
                return plan
        plan.n_reads[lanes[on]] = self.branches * self.depth
        return plan


def _first_branch(
    visited: np.ndarray, taken: np.ndarray, landed: np.ndarray, length: int, n_slots: int
) -> int:
    """Index of the first of the branches that landed, in the order of `RandomBranches`."""
    branches = np.flatnonzero(landed)
    actions = taken[:length, branches] // n_slots
    keys = (*actions[::-1], *visited[:length, branches][::-1], actions[0])
    return int(branches[np.lexsort(keys)[0]])


@dataclass(frozen=True)
class SequentialBranches:
    """`RandomBranches` one after another, drawing as the published program does.

    Its numbers come from the generator that drew start and goal of the attempt in the published
    task (`tasks.navigation.tan.dynamic`), so that agents without a network are the published ones
    step by step; slow.
    """

    task_stream: ClassVar[bool] = True

    branches: int = 100
    depth: int = 20

    def __post_init__(self) -> None:
        check_positive(self, "branches", "depth")

    def plan(
        self,
        memory: TransitionMemory,
        state: np.ndarray,
        goal: np.ndarray,
        wanted: np.ndarray,
        generators: Sequence[LegacyDraws],
    ) -> Plan:
        plan = Plan.none(len(state), self.depth)
        for lane in np.flatnonzero(wanted & memory.entered[np.arange(len(state)), goal]).tolist():
            entries = _entries(memory, lane)
            here, there = int(state[lane]), int(goal[lane])
            found = [self._walk(entries, here, there, generators[lane], plan.n_reads[lane : lane + 1])
                     for _ in range(self.branches)]  # fmt: skip
            landed = [branch for branch in found if branch]
            if landed:
                length, _, states, actions = min(landed)
                plan.length[lane] = length
                plan.states[lane, : length + 1] = [*states, there]
                plan.actions[lane, :length] = actions
        return plan

    def _walk(
        self,
        entries: list[list[tuple[int, int]]],
        state: int,
        goal: int,
        draws: LegacyDraws,
        n_reads: np.ndarray,
    ) -> tuple[int, int, list[int], list[int]] | None:
        """One branch as (length, first action, states left, actions), None if it does not land."""
        states: list[int] = []
        actions: list[int] = []
        while len(actions) < self.depth and entries[state]:
            action, after = entries[state][draws.below(len(entries[state]))]
            n_reads += 1
            states.append(state)
            actions.append(action)
            if after == goal:
                return len(actions), actions[0], states, actions
            state = after
        return None


class LegacyDraws:
    """What `stream.randint(n)` gives again and again, many times faster.

    Numpy's legacy generator keeps as many bits of a 32-bit word as n - 1 has, and draws the next
    word where they are too large.

    Examples
    --------
    >>> draws = LegacyDraws(np.random.RandomState(7))
    >>> stream = np.random.RandomState(7)
    >>> [draws.below(n) for n in (5, 1, 3, 9)] == [stream.randint(n) for n in (5, 1, 3, 9)]
    True
    """

    def __init__(self, stream: np.random.RandomState) -> None:
        self._stream = stream
        self._words: list[int] = []

    def below(self, n: int) -> int:
        """The next integer in [0, n)."""
        if n == 1:
            return 0
        mask = (1 << (n - 1).bit_length()) - 1
        while True:
            if not self._words:
                words = self._stream.randint(0, 2**32, 4096, dtype=np.uint32)
                self._words = words[::-1].tolist()
            drawn = self._words.pop() & mask
            if drawn < n:
                return drawn


def _entries(memory: TransitionMemory, lane: int) -> list[list[tuple[int, int]]]:
    """All entries of each state as (action, successor), repetitions included."""
    strength = memory.strength[lane].astype(int).tolist()
    successor = memory.successor[lane].tolist()
    return [
        [
            (action, after)
            for action, slots in enumerate(afters)
            for slot, after in enumerate(slots)
            for _ in range(strength[state][action][slot])
        ]
        for state, afters in enumerate(successor)
    ]


__all__ = ["LegacyDraws", "RandomBranches", "SequentialBranches"]
