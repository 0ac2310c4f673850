"""Many lives in lockstep: where each animal is, and what a move does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..task import ACT, REST, TimeStep

if TYPE_CHECKING:
    from .attempts import Attempts

ON_THE_WAY, AT_START, AT_END = 0, 1, 2  # values of the label `planning`
NOWHERE = -1  # `state` and `previous_position` where there was no move


class Lives:
    """`n` lanes, each in an attempt of its own; every array is new after a move."""

    def __init__(self, task: Attempts, n: int) -> None:
        self.task, self.course = task, task.course
        graphs = self.course.graphs
        self._n_states, self._n_actions = graphs[0].n_states, graphs[0].n_actions
        self._next_state = np.stack([graph.next_state for graph in graphs]).ravel()
        self._bump = np.stack([graph.bump for graph in graphs]).ravel()
        self._sizes = np.atleast_1d(np.asarray(task.reward, np.float32))
        self._trap, self._traps = self.course.trap, bool(self.course.trap.any())
        self._max_steps, self._planning = task.steps_per_attempt, task.rest == "planning"
        self._row = np.arange(n) * self._n_states

        self.start, self.goal, self.attempt, self.steps, self._base = np.zeros((5, n), np.int64)
        self.to_goal, self.beeline = np.zeros((2, n, self._n_states), np.int32)
        self.size, self.reward = np.zeros((2, n), np.float32)
        self.position, self.state = np.zeros(n, np.int64), np.full(n, NOWHERE)
        self.moved_from, self.bumped = np.full(n, NOWHERE), np.zeros(n, np.int8)
        self.resting, self.phase = np.zeros(n, np.int8), np.full(n, ACT, np.int8)
        self.solved, self.slipped, self.rewarded = np.zeros((3, n), bool)
        self.first, self.active = np.ones((2, n), bool)
        self.discount = np.ones(n, np.float32)
        self._clear = 0  # moves ahead before which all lanes are on their way and none is late

    def begin(self, lanes: np.ndarray, u: np.ndarray) -> None:
        """Start the next attempt of `lanes`, which uniform numbers `u` (3 or more, n) decide."""
        course, attempt = self.course, self.attempt[lanes]
        one = len(course.graphs) == 1
        layout = (
            np.zeros_like(lanes) if one else np.searchsorted(course.changes, attempt, "right") - 1
        )
        if course.routes is None:
            goal = course.goals.draw(layout, u[0, lanes])
            start = course.starts.draw(layout, u[1, lanes], without=goal)
        else:
            start, goal = course.routes[attempt % len(course.routes)].T
        if one:
            self.to_goal[lanes] = self.task.distances[0].to(goal)
        for k in () if one else set(layout.tolist()):
            here = layout == k
            self.to_goal[lanes[here]] = self.task.distances[k].to(goal[here])
        if course.beeline is not None:
            self.beeline[lanes] = self.task.distances[-1].to(goal)
        self._base[lanes] = layout * self._next_state.size // len(course.graphs)
        self.position[lanes], self.moved_from[lanes], self.steps[lanes] = start, NOWHERE, 0
        # What was shown before stays as it was.
        self.start, self.goal, self.size = self.start.copy(), self.goal.copy(), self.size.copy()
        self.start[lanes], self.goal[lanes] = start, goal
        self.size[lanes] = self._sizes[(u[2, lanes] * len(self._sizes)).astype(np.int64)]

    def now(self) -> TimeStep:
        """What the lanes see."""
        at = self._row + self.position
        labels: dict[str, np.ndarray] = {
            "position": self.position,
            "start": self.start,
            "goal": self.goal,
            "attempt": self.attempt,
            "shortest_path": self.to_goal.ravel().take(at),
            "reward_size": self.size,
        }
        if self.course.beeline is not None:
            labels["manhattan"] = self.beeline.ravel().take(at)
        if self._planning:
            labels |= {"planning": self.resting, "previous_position": self.moved_from}
        outcomes = {
            "state": self.state,
            "bumped": self.bumped,
            "solved": self.solved,
            "slipped": self.slipped,
        }
        observation = self.course.observe(self.position, self.goal)
        return TimeStep(
            observation, self.reward, self.discount, self.first, self.active, self.phase,
            outcomes, labels,
        )  # fmt: skip

    def move(self, action: np.ndarray, u: np.ndarray, noise: np.ndarray) -> None:
        """Move the lanes that act; begin the next attempt of those whose attempt is over."""
        if self._clear > 1 and self._move_on(action):
            return
        moving = self.active & (self.resting == ON_THE_WAY) if self._planning else self.active
        if self.task.slip:
            action = self._slip(action, moving, u[3])
        at = self._base + self.position * self._n_actions + action
        target = np.where(moving, self._next_state.take(at), self.position)
        if self._planning:
            self.moved_from = np.where(moving, self.position, self.moved_from)
        self.position = target
        self.state = np.where(moving, target, NOWHERE)
        self.bumped = self._bump.take(at) * moving
        self.solved = moving & (target == self.goal)
        self.reward = self._earn(noise)
        self.steps = self.steps + moving

        arrived = self.solved | (moving & self._trap.take(target)) if self._traps else self.solved
        late = moving & (self.steps == self._max_steps)
        ended = arrived | late
        over = self._rest(moving, arrived, ended) if self._planning else ended
        self.discount = (self.active & ~(ended | over)).astype(np.float32)
        self.attempt = self.attempt + over
        self.active = self.attempt < self.task.n_attempts
        self.first = over & self.active
        beginning = np.flatnonzero(self.first)
        if beginning.size:
            self.begin(beginning, u)
        self._clear = self._moves_ahead()

    def _moves_ahead(self) -> int:
        """Moves until an attempt may end by its length; 0 unless all lanes are on their way."""
        if self.task.slip or not self.active.all():
            return 0
        if self._planning and (self.first.any() or self.resting.any()):  # there may be a rest
            return 0
        return int(self._max_steps - self.steps.max())

    def _move_on(self, action: np.ndarray) -> bool:
        """Most moves: all lanes make one and no attempt ends. Else False, and nothing is changed."""
        at = self._base + self.position * self._n_actions + action
        target = self._next_state.take(at)
        solved = target == self.goal
        arrived = solved | self._trap.take(target) if self._traps else solved
        if np.count_nonzero(arrived):
            return False
        if self._planning:
            self.moved_from = self.position
        self.position = self.state = target
        self.bumped, self.solved = self._bump.take(at), solved
        self.steps, self.first = self.steps + 1, np.zeros(len(target), bool)
        self.reward, self.discount = solved.astype(np.float32), np.ones(len(target), np.float32)
        self._clear -= 1
        return True

    def _slip(self, action: np.ndarray, moving: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Replace the action of some lanes by one of the others."""
        self.slipped = moving & (u < self.task.slip)
        other = 1 + (u / self.task.slip * (self._n_actions - 1)).astype(np.int64)
        return np.where(self.slipped, (action + other) % self._n_actions, action)

    def _rest(self, moving: np.ndarray, arrived: np.ndarray, ended: np.ndarray) -> np.ndarray:
        """Let lanes rest where planning is due; returns those whose attempt is over by now."""
        self.rewarded = self.rewarded | (self.reward != 0)
        rested = self.resting == AT_END
        left = moving & (self.steps == 1) & ~ended
        due = (AT_END * arrived + AT_START * left) * self.rewarded
        self.resting = due.astype(np.int8)
        self.phase = np.where(due == ON_THE_WAY, ACT, REST).astype(np.int8)
        return rested | (ended & (due != AT_END))

    def _earn(self, noise: np.ndarray) -> np.ndarray:
        if not self.solved.any():
            return np.zeros(len(self.solved), np.float32)
        noisy = np.maximum(self.size + self.task.reward_noise * noise, 0)
        return (self.solved * np.where(self.size > 0, noisy, self.size)).astype(np.float32)
