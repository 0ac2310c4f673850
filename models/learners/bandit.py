"""What all learners of bandits share: the life, and how a choice is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...tasks import REST, Discrete, Lanes, Task, TimeStep
from ...tasks.contract import random_action
from ..agent import Agent, Trace
from ..cores import sample


@dataclass
class BanditLearner(Agent):
    """A learner that needs nothing but its own choices and the rewards they earned.

    A kind of learner says what it forgets at the start of an episode (`_forget`), how it learns
    from one choice (`_learn`), and its policy (`_policy`) and values (`_values`) now. Observations
    are ignored. `value` in its trace is that of the option chosen.
    """

    learns: ClassVar[bool] = True
    # A choice is credited with its own reward alone: the error of a recording is reward - value.
    discount: ClassVar[float] = 0.0

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        if not isinstance(task.action, Discrete):
            raise TypeError(
                f"{type(self).__name__} chooses among options, "
                f"{type(task).__name__} has {task.action}"
            )
        self._n_options, self._rng, self._lanes = task.action.n, rng, np.arange(n)
        self._action = np.zeros(n, np.int64)
        self._chose = np.zeros(n, bool)
        self._forget(np.ones(n, bool))

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        if self._chose.any():
            chosen = self._action[:, None] == np.arange(self._n_options)
            self._learn(chosen & self._chose[:, None], now.reward.astype(float))
        if now.first.any():
            self._forget(now.first)
        policy, values = self._policy(), self._values()
        self._action = sample(policy, self._rng.random())
        self._chose = now.active & (now.phase != REST)
        trace = {"policy": policy, "q": values, "value": values[self._lanes, self._action]}
        return self._action, trace

    def _forget(self, lanes: np.ndarray) -> None:
        """Forget everything in `lanes`, a mask (n,); called first with all of them."""
        raise NotImplementedError

    def _learn(self, chosen: np.ndarray, reward: np.ndarray) -> None:
        """Learn from `reward` (n,) for the option `chosen`, a mask (n, k), empty where none was."""
        raise NotImplementedError

    def _policy(self) -> np.ndarray:
        raise NotImplementedError

    def _values(self) -> np.ndarray:
        """Expected payoff of each option, (n, k)."""
        raise NotImplementedError


@dataclass
class Random(Agent):
    """Every action with the same probability, whatever it earns; for any task."""

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        self._space, self._n, self._rng = task.action, n, rng

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        action = random_action(self._space, self._rng)
        if not isinstance(self._space, Discrete):
            return action, {}
        return action, {"policy": np.full((self._n, self._space.n), 1 / self._space.n)}


def greedy(index: np.ndarray, preference: np.ndarray) -> np.ndarray:
    """Policy (n, k) that takes the largest `index` (n, k), and of equal ones the most preferred.

    A preference is kept for a whole life: a learner that instead drew lots at every tie would
    leave equal options more often, and so explore more.

    Examples
    --------
    >>> greedy(np.array([[0.2, 0.5, 0.5]]), np.array([[0.3, 0.1, 0.2]]))
    array([[0., 0., 1.]])
    """
    best = index == index.max(axis=1, keepdims=True)
    choice = np.where(best, preference, -1).argmax(axis=1)
    return (choice[:, None] == np.arange(index.shape[1])).astype(float)
