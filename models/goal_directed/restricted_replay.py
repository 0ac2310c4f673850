"""The goal-directed agent without its trick: not every visited state is a start, or a goal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...tasks import Lanes, Task
from . import GoalDirected
from .replay import Episode

STARTS, GOALS = ("visited", "first"), ("visited", "task")


class FirstMove(Episode):
    """Remembers only the first move of each episode."""

    def add(self, lanes: np.ndarray, state: np.ndarray, action: np.ndarray) -> None:
        first = self.length[lanes] == 0
        super().add(lanes[first], state[first], action[first])


@dataclass
class RestrictedReplay(GoalDirected):
    """A `GoalDirected` agent whose backward replay has fewer starts or goals.

    With `starts="first"` only the state in which the episode began is replayed, with the action
    taken there. With `goals="task"` nothing is replayed but the way to the goal that was set, once
    it is reached; set `train_on_final`, or it never is.

    Examples
    --------
    >>> RestrictedReplay(goals="task", train_on_final=True).goals
    'task'
    """

    starts: str = "visited"
    goals: str = "visited"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, known in (("starts", STARTS), ("goals", GOALS)):
            if getattr(self, name) not in known:
                raise ValueError(
                    f"{name} must be {' or '.join(known)}, got '{getattr(self, name)}'"
                )

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        if self.starts == "first":
            self._episode = FirstMove(n, 1)

    def _train(
        self, reached: np.ndarray, taught: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
        if self.goals == "task":
            taught = taught & (reached == self._goal)
        return super()._train(reached, taught)


__all__ = ["RestrictedReplay"]
