"""One look decides: the learner that knows how Harlow's problems work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...tasks import Harlow, Lanes, Task, TimeStep
from ..agent import Agent, Trace
from ..cores import sample


@dataclass
class ObjectMemory(Agent):
    """Wins stay and losses shift, by object: the ideal observer of `Harlow`.

    It knows that one of two objects is rewarded throughout. In the first trial of an episode it
    guesses; the reward tells which object is the good one, and from then on it chooses whatever
    is most like that one, on either side. `value` is the expected reward of the present trial.
    """

    parts: ClassVar[dict[str, str]] = {"object_memory": "the good object is not remembered"}
    learns: ClassVar[bool] = True
    discount: ClassVar[float] = 0.0  # the error of a recording is reward - value

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        if not isinstance(task, Harlow):
            raise TypeError(
                f"{type(self).__name__} chooses between the objects of Harlow, "
                f"it cannot live in {type(task).__name__}"
            )
        self._rng, self._lanes = rng, np.arange(n)
        self._good = np.zeros((n, task.object_size), np.float32)
        self._known = np.zeros(n, bool)
        self._seen: np.ndarray | None = None  # objects of the last trial, (n, side, size)
        self._action = np.zeros(n, np.int64)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        if self._seen is not None and "object_memory" not in self.lesions:
            good_side = np.where(now.reward > 0, self._action, 1 - self._action)
            self._good, self._known = self._seen[self._lanes, good_side], ~now.first
        objects = now.observation.reshape(len(self._lanes), 2, -1)
        distance = ((objects - self._good[:, None]) ** 2).sum(axis=2)
        right = np.where(self._known, distance[:, 1] < distance[:, 0], 0.5)
        policy = np.stack([1 - right, right], axis=1)
        self._action, self._seen = sample(policy, self._rng.random()), objects
        return self._action, {"policy": policy, "value": self._known.astype(np.float32)}
