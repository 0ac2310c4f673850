"""Tabular learners of the way to any goal: Q-learning, Dyna-Q, Dyna-Q+ and the successor representation.

Watkins & Dayan 1992, doi:10.1007/BF00992698; Sutton 1991, doi:10.1145/122344.122377; Dayan 1993,
doi:10.1162/neco.1993.5.4.613; learning about all goals at once: Kaelbling 1993 (IJCAI).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import numpy as np

from ...tasks import Discrete, Lanes, Task, TimeStep
from ..agent import Agent, Trace
from ..cores import sample
from ..episodic_control.action_values import epsilon_greedy

RULES = ("q", "successor")
UNTRIED = -1


@dataclass
class GoalTables(Agent):
    """Learns the value T(s, a, g) of every action in every state for every goal.

    Reaching the goal is worth 1, a step later `discount`, and so on. After a move from s to s' the
    value for each goal g it learns about goes toward 1 if s' is g, and else toward `discount`
    times what the rule says: `q`, the largest T(s', ., g); `successor`, T(s', a', g) with a' the
    action that would now be taken, so that T is the discounted expectation of getting to g as the
    animal moves at present. It learns about the current goal, or with `all_goals` about every one.

    Then `n_planning` remembered moves are drawn and learned from again for the current goal
    (Dyna-Q). With a `bonus` an action is worth bonus x sqrt(steps since it was tried) more in
    planning, and actions never tried are imagined to lead nowhere (Dyna-Q+).

    Choice is epsilon-greedy with random ties. From attempt `greedy_after` on nothing is learned or
    explored.

    Traces are `policy` and `value`, that of the current goal.

    Parameters
    ----------
    rule : {"q", "successor"}
    all_goals : bool
    n_planning : int
    bonus : float
        kappa
    learning_rate, discount, epsilon : float
        alpha, gamma
    greedy_after : int, optional

    Examples
    --------
    >>> GoalTables(n_planning=20).without("planning").lesions
    ('planning',)
    """

    parts: ClassVar[dict[str, str]] = {
        "planning": "nothing is learned from remembered moves",
        "learning": "values stay 0: a random walk",
    }
    learns: ClassVar[bool] = True
    lanes_apart: ClassVar[bool] = True

    rule: str = "q"
    all_goals: bool = False
    n_planning: int = 0
    bonus: float = 0.0
    learning_rate: float = 0.5
    discount: float = 0.95
    epsilon: float = 0.1
    greedy_after: int | None = None

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"rule must be {' or '.join(RULES)}, got '{self.rule}'")
        if self.n_planning < 0:
            raise ValueError(f"n_planning must not be negative, got {self.n_planning}")

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        shape = getattr(task, "shape", None)
        if not isinstance(task.action, Discrete) or task.observation_size != 4 or shape is None:
            raise ValueError(
                "GoalTables needs observations (x, y, goal x, goal y) and discrete actions, as in "
                f"GridWorld; {type(task).__name__} has others"
            )
        n_states, n_actions = shape[0] * shape[1], task.action.n
        self._rng, self._width, self._lanes = rng, shape[1], np.arange(n)
        self._table = np.zeros((n, n_states, n_actions, n_states))
        self._next = np.full((n, n_states, n_actions), UNTRIED)
        self._tried = np.zeros((n, n_states, n_actions), np.int64)  # when last, in moves
        self._visited: list[list[int]] = [[] for _ in range(n)]
        self._state, self._goal, self._action = np.zeros((3, n), np.int64)
        self._moved, self._n_moves, self._attempts = np.zeros(n, bool), *np.zeros((2, n), np.int64)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        draws = self._rng.random(1 + 2 * self.n_planning)
        x, y, goal_x, goal_y = now.observation.astype(np.int64).T
        state, goal = y * self._width + x, goal_y * self._width + goal_x
        reached = np.where(now.outcomes["state"] >= 0, now.outcomes["state"], state)
        learning = self._moved & ~self._frozen() & ("learning" not in self.lesions)
        self._attempts += now.first
        for lane in np.flatnonzero(learning):
            self._learn(lane, int(reached[lane]), draws[lane, 1:])
        values = self._table[self._lanes, state, :, goal]
        epsilon = np.where(self._frozen(), 0.0, self.epsilon)
        policy = epsilon_greedy(values, epsilon[:, None])
        self._action = sample(policy, draws[:, 0])
        self._state, self._goal, self._moved = state, goal, now.active.copy()
        return self._action, {
            "policy": policy.astype(np.float32),
            "value": values.max(axis=1).astype(np.float32),
        }

    def _frozen(self) -> np.ndarray:
        after = np.inf if self.greedy_after is None else self.greedy_after
        return self._attempts > after

    def _learn(self, lane: int, reached: int, draws: np.ndarray) -> None:
        """Learn from the move just made, then from remembered ones."""
        state, action, goal = (int(a[lane]) for a in (self._state, self._action, self._goal))
        if (self._next[lane, state] == UNTRIED).all():
            self._visited[lane].append(state)
        self._next[lane, state, action] = reached
        self._n_moves[lane] += 1
        self._tried[lane, state, action] = self._n_moves[lane]
        goals = slice(None) if self.all_goals else slice(goal, goal + 1)
        values = self._table[lane, state, action, goals]
        values += self.learning_rate * (self._target(lane, reached, goals) - values)
        if self.n_planning and "planning" not in self.lesions:
            self._plan(lane, goal, draws)

    def _target(self, lane: int, reached: int, goals: slice) -> np.ndarray:
        """What the value of a move to `reached` goes toward, for each of the goals."""
        ahead = self._table[lane, reached]
        if self.rule == "q":
            following = ahead[:, goals].max(axis=0)
        else:  # the action for the current goal, ties evenly
            now = ahead[:, self._goal[lane]]
            following = epsilon_greedy(now[None], self.epsilon)[0] @ ahead[:, goals]
        target = self.discount * following
        if goals.start is None:
            target[reached] = 1.0
        elif reached == goals.start:
            target[0] = 1.0
        return target

    def _plan(self, lane: int, goal: int, draws: np.ndarray) -> None:
        """Learn from moves drawn from memory, one after another, in plain lists for speed."""
        visited, n_actions = self._visited[lane], self._table.shape[2]
        q = self._table[lane, :, :, goal].tolist()
        following, tried = self._next[lane].tolist(), self._tried[lane]
        now, rate = int(self._n_moves[lane]), self.learning_rate
        for k in range(self.n_planning):
            state = visited[int(draws[2 * k] * len(visited))]
            actions = [a for a in range(n_actions) if self.bonus or following[state][a] != UNTRIED]
            action = actions[int(draws[2 * k + 1] * len(actions))]
            reached = following[state][action]
            reached = state if reached == UNTRIED else reached
            target = 1.0 if reached == goal else self.discount * max(q[reached])
            if self.bonus:
                target += self.bonus * sqrt(now - int(tried[state, action]))
            q[state][action] += rate * (target - q[state][action])
        self._table[lane, :, :, goal] = q


__all__ = ["GoalTables"]
