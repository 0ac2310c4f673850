"""Bottlenecks of the remembered graph as sub-goals of the fast network.

Betweenness: Freeman 1977, doi:10.2307/3033543; as sub-goals: Simsek & Barto 2008 (NeurIPS 21).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...tasks import Lanes, Task, TimeStep
from ..agent import Trace
from . import GoalDirected

CHOICES = ("bottleneck", "all_bottlenecks", "random", "all_random")
NONE = -1


def distances_and_paths(adjacency: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Steps between all states, and how many shortest ways there are.

    Parameters
    ----------
    adjacency : (n_states, n_states) bool

    Returns
    -------
    (n_states, n_states) arrays
        Steps (infinity where there is no way) and number of ways from the row's state.

    Examples
    --------
    >>> ring = np.roll(np.eye(4, dtype=bool), 1, axis=1) | np.roll(np.eye(4, dtype=bool), -1, axis=1)
    >>> steps, ways = distances_and_paths(ring)
    >>> steps[0].tolist(), ways[0].tolist()
    ([0.0, 1.0, 2.0, 1.0], [1.0, 1.0, 2.0, 1.0])
    """
    n = len(adjacency)
    steps = np.where(np.eye(n, dtype=bool), 0.0, np.inf)
    ways, reached, edge = np.eye(n), np.eye(n), adjacency.astype(float)
    for step in range(1, n):
        reached = reached @ edge * np.isinf(steps)
        if not reached.any():
            break
        steps[reached > 0] = step
        ways += reached
    return steps, ways


def betweenness(steps: np.ndarray, ways: np.ndarray) -> np.ndarray:
    """Share of the shortest ways between two others that lead through each state, summed.

    Parameters
    ----------
    steps, ways : (n_states, n_states) arrays
        From `distances_and_paths`.

    Examples
    --------
    >>> line = np.eye(3, k=1, dtype=bool) | np.eye(3, k=-1, dtype=bool)
    >>> betweenness(*distances_and_paths(line)).tolist()  # there and back
    [0.0, 2.0, 0.0]
    """
    n, known = len(steps), np.isfinite(steps)
    per_way = np.where(known, 1 / np.maximum(ways, 1), 0)
    score = np.zeros(n)
    for state in np.flatnonzero(known.sum(axis=0) > 1):
        through = steps[:, state, None] + steps[state] == steps
        through &= known
        through[state] = through[:, state] = False
        score[state] = np.sum(through * np.outer(ways[:, state], ways[state]) * per_way)
    return score


@dataclass
class SubgoalSeeker(GoalDirected):
    """A `GoalDirected` agent that asks its network for the way to a sub-goal first.

    Where an episode starts, the graph of remembered transitions is searched for bottlenecks: of
    all states on a shortest remembered way from here to the goal, but neither end, those that are
    among the `n_bottlenecks` of highest betweenness in the whole graph. Until one is reached the
    network is asked for the way there, then for the way to the next or to the goal. The planner,
    if there is one, looks for the goal as always.

    The sub-goals of an episode are its highest bottleneck, or all of one way in the order in which
    they come. "random" puts one remembered state that is neither end in its place, in the same
    episodes, and "all_random" as many as there are bottlenecks.

    Trace `subgoal` is the state sought, -1 where it is the goal.

    Parameters
    ----------
    choice : {"bottleneck", "all_bottlenecks", "random", "all_random"}
    n_bottlenecks : int

    Examples
    --------
    >>> SubgoalSeeker().without("subgoals").lesions
    ('subgoals',)
    """

    parts: ClassVar[dict[str, str]] = {
        **GoalDirected.parts,
        "subgoals": "the network is always asked for the way to the goal",
    }

    choice: str = "bottleneck"
    n_bottlenecks: int = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.choice not in CHOICES:
            raise ValueError(f"choice must be {', '.join(CHOICES)}, got '{self.choice}'")
        if self.n_bottlenecks < 1:
            raise ValueError(f"n_bottlenecks must be at least 1, got {self.n_bottlenecks}")

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        self._ahead: list[list[int]] = [[] for _ in range(n)]  # sub-goals not reached yet
        self._asked = np.full(n, NONE)
        draws = rng.random(1)[:, 0]
        self._dice = [np.random.default_rng(int(u * 2**53)) for u in draws]

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        self._fresh = now.first & ("subgoals" not in self.lesions)
        action, trace = super().act(now)
        return action, {**trace, "subgoal": self._asked.copy()}

    def _policy(self) -> np.ndarray:
        """The network's policy for the sub-goal, where there is one."""
        for lane in np.flatnonzero(self._fresh).tolist():
            self._ahead[lane] = self._choose(lane)
        for ahead, state in zip(self._ahead, self._state.tolist(), strict=True):
            while ahead and ahead[0] == state:
                ahead.pop(0)
        self._asked = np.array([ahead[0] if ahead else NONE for ahead in self._ahead])
        goal = self._goal
        self._goal = np.where(self._asked == NONE, goal, self._asked)
        policy = super()._policy()
        self._goal = goal
        return policy

    def _choose(self, lane: int) -> list[int]:
        """The sub-goals of this episode, in their order."""
        start, goal = int(self._state[lane]), int(self._goal[lane])
        adjacency = self._remembered(lane)
        steps, ways = distances_and_paths(adjacency)
        if not np.isfinite(steps[start, goal]):
            return []
        score = betweenness(steps, ways)
        high = (score >= np.sort(score)[-self.n_bottlenecks]) & (score > 0)
        high &= steps[start] + steps[:, goal] == steps[start, goal]
        high[[start, goal]] = False
        found = np.flatnonzero(high)
        found = found[(-score[found]).argsort(kind="stable")]
        single = self.choice in ("bottleneck", "random")
        chosen = found[:1].tolist() if single else along_one_way(found, steps, start, goal)
        if self.choice in ("bottleneck", "all_bottlenecks"):
            return chosen
        known = np.setdiff1d(np.flatnonzero(adjacency.any(axis=1)), [start, goal])
        return [int(self._dice[lane].choice(known)) for _ in chosen]

    def _remembered(self, lane: int) -> np.ndarray:
        """Whether a move is known from one state to another, (n_states, n_states) bool."""
        n_states = self._memory.n_states
        adjacency = np.zeros((n_states, n_states + 1), bool)
        after = self._memory.successor[lane, :n_states].reshape(n_states, -1)
        adjacency[np.arange(n_states)[:, None], after] = True
        return adjacency[:, :n_states] & ~np.eye(n_states, dtype=bool)


def along_one_way(states: np.ndarray, steps: np.ndarray, start: int, goal: int) -> list[int]:
    """As many of the states as one shortest way leads through, in the order in which they come.

    Among those at the same distance the first listed is taken.

    Parameters
    ----------
    states : (k,) ints
    steps : (n_states, n_states) array
        From `distances_and_paths`.
    start, goal : int

    Examples
    --------
    >>> line = np.eye(5, k=1, dtype=bool)
    >>> along_one_way(np.array([3, 1]), distances_and_paths(line)[0], 0, 4)
    [1, 3]
    """
    chosen, here = [], start
    for state in states[steps[start, states].argsort(kind="stable")].tolist():
        if steps[here, state] + steps[state, goal] == steps[here, goal]:
            chosen.append(state)
            here = state
    return chosen


__all__ = ["SubgoalSeeker", "along_one_way", "betweenness", "distances_and_paths"]
