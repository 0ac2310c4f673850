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

CHOICES = ("bottleneck", "random")
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

    Where an episode starts, the graph of remembered transitions is searched for the bottleneck: of
    all states on a shortest remembered way from here to the goal, but neither end, the one of the
    highest betweenness, if that is among the `n_bottlenecks` highest of the whole graph. Until it
    is reached the network is asked for the way there, then for the way to the goal. With
    `choice="random"` the sub-goal is any remembered state but these two, in the same episodes.
    The planner, if there is one, looks for the goal as always.

    Trace `subgoal` is the state sought, -1 where it is the goal.

    Parameters
    ----------
    choice : {"bottleneck", "random"}
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
            raise ValueError(f"choice must be {' or '.join(CHOICES)}, got '{self.choice}'")
        if self.n_bottlenecks < 1:
            raise ValueError(f"n_bottlenecks must be at least 1, got {self.n_bottlenecks}")

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        self._subgoal, self._asked = np.full((2, n), NONE)
        draws = rng.random(1)[:, 0]
        self._dice = [np.random.default_rng(int(u * 2**53)) for u in draws]

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        self._fresh = now.first & ("subgoals" not in self.lesions)
        action, trace = super().act(now)
        return action, {**trace, "subgoal": self._asked.copy()}

    def _policy(self) -> np.ndarray:
        """The network's policy for the sub-goal, where there is one."""
        self._subgoal[self._fresh] = NONE
        for lane in np.flatnonzero(self._fresh):
            self._subgoal[lane] = self._choose(lane)
        self._subgoal[self._subgoal == self._state] = NONE
        self._asked = self._subgoal.copy()
        goal = self._goal
        self._goal = np.where(self._subgoal == NONE, goal, self._subgoal)
        policy = super()._policy()
        self._goal = goal
        return policy

    def _choose(self, lane: int) -> int:
        """A sub-goal for this episode, or none."""
        start, goal = int(self._state[lane]), int(self._goal[lane])
        n_states = self._memory.n_states
        adjacency = np.zeros((n_states, n_states + 1), bool)
        after = self._memory.successor[lane, :n_states].reshape(n_states, -1)
        adjacency[np.arange(n_states)[:, None], after] = True
        adjacency = adjacency[:, :n_states] & ~np.eye(n_states, dtype=bool)
        steps, ways = distances_and_paths(adjacency)
        on_the_way = steps[start] + steps[:, goal] == steps[start, goal]
        on_the_way[[start, goal]] = False
        if not np.isfinite(steps[start, goal]) or not on_the_way.any():
            return NONE
        score = betweenness(steps, ways)
        highest = np.sort(score)[-self.n_bottlenecks]
        candidates = np.flatnonzero(on_the_way & (score >= highest) & (score > 0))
        if not len(candidates):
            return NONE
        if self.choice == "bottleneck":
            return int(candidates[score[candidates].argmax()])
        known = np.setdiff1d(np.flatnonzero(adjacency.any(axis=1)), [start, goal])
        return int(self._dice[lane].choice(known))


__all__ = ["SubgoalSeeker", "betweenness", "distances_and_paths"]
