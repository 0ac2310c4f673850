"""Harlow's problems without knowing how they work: values of objects, learned little by little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...tasks import Harlow, Lanes, Task, TimeStep
from ..agent import Agent, Trace
from ..cores import sample, softmax


@dataclass
class ObjectValues(Agent):
    """Rescorla-Wagner values of the two objects of an episode of `Harlow`, and a softmax choice.

    It recognizes an object on either side, but takes each problem for a new one: from one outcome
    it concludes little, and nothing about the other object, so that accuracy rises trial by trial.
    The defaults are our choice, for a rise that six trials show.
    """

    learns: ClassVar[bool] = True
    discount: ClassVar[float] = 0.0  # the error of a recording is reward - value

    learning_rate: float = 0.1
    inverse_temperature: float = 5.0

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        if not isinstance(task, Harlow):
            raise TypeError(
                f"{type(self).__name__} chooses between the objects of Harlow, "
                f"it cannot live in {type(task).__name__}"
            )
        self._rng, self._lanes = rng, np.arange(n)
        self._values = np.zeros((n, 2))
        self._first_left = np.zeros((n, task.object_size), np.float32)
        self._chosen = np.zeros(n, np.int64)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        error = now.reward - self._values[self._lanes, self._chosen]
        self._values[self._lanes, self._chosen] += self.learning_rate * error
        self._values[now.first] = 0
        objects = now.observation.reshape(len(self._lanes), 2, -1)
        self._first_left = np.where(now.first[:, None], objects[:, 0], self._first_left)
        distance = ((objects - self._first_left[:, None]) ** 2).sum(axis=2)
        swapped = (distance[:, 1] < distance[:, 0]).astype(np.int64)
        # values by side: object 0 is the one that was on the left in the first trial
        by_side = np.where(swapped[:, None], self._values[:, ::-1], self._values)
        policy = softmax(self.inverse_temperature * by_side)
        action = sample(policy, self._rng.random())
        self._chosen = action ^ swapped
        return action, {"policy": policy, "value": by_side[self._lanes, action]}
