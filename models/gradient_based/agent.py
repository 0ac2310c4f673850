"""An agent that predicts what it is asked for from what it was shown, by any `Learner`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import numpy as np

from ...tasks import ACT, FORCED, Box, Lanes, Task, TimeStep
from ..agent import Agent, Trace
from ..learner import Learner, Policy
from .slow_learning import Initialization


class SlowLearning(Protocol):
    """Settings of what was learned before any life, and the learner that comes of it."""

    def learner(self, seeds: Sequence[int], n: int, n_steps: int) -> Learner: ...


@dataclass
class Regressor(Agent):
    """Keeps the points it is shown; asked for another, it adapts to them and predicts.

    In each life it starts from the slow knowledge of its seed. At each step of rest the learner may
    take one more gradient step, if it is one of those that take any.

    A prediction is cut to the range that the task allows; gradient steps that diverge end at its edge.

    Parameters
    ----------
    slow : SlowLearning
        `Initialization`, `BlackBox` or `Polynomial`.
    """

    slow: SlowLearning = field(default_factory=Initialization)

    parts: ClassVar[dict[str, str]] = {"gradient_steps": "nothing is learned at rest"}
    learns: ClassVar[bool] = True

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        if not isinstance(task.action, Box) or task.action.shape != (1,):
            raise ValueError(
                f"Regressor predicts one number, an action Box of shape (1,); {type(task).__name__} "
                f"has {task.action!r}"
            )
        self._limits = task.action.low, task.action.high
        self._seeds, self._n_per_seed = rng.seeds, rng.n_per_seed
        self._shown: list[np.ndarray] = []
        self._n_steps = 0
        self._policy: Policy | None = None

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        if (now.phase != now.phase[0]).any():
            raise ValueError("Regressor needs the same phase in all lanes, this task has several")
        if now.phase[0] == FORCED:
            self._shown.append(now.observation)
        if now.phase[0] != ACT:
            return np.zeros((len(now.phase), 1)), {}
        if self._policy is None:
            self._policy = self._adapted()
        state = np.delete(now.observation, 1, axis=1)[:, None]
        low, high = self._limits
        with np.errstate(over="ignore", invalid="ignore"):
            prediction = self._policy(state)[:, 0].astype(float)
        prediction = np.nan_to_num(prediction, nan=high)  # diverged: it costs what it costs
        return np.clip(prediction, low, high), {}

    def rest(self, now: TimeStep, n_backups: int) -> Trace:
        if "gradient_steps" not in self.lesions:
            self._n_steps += n_backups
        self._policy = None
        return {}

    def _adapted(self) -> Policy:
        shown = np.stack(self._shown, axis=1)  # x, y, and what else is told
        data = {"state": np.delete(shown, 1, axis=2), "target": shown[..., 1:2]}
        with np.errstate(over="ignore", invalid="ignore"):  # steps that are too large diverge
            return self.slow.learner(self._seeds, self._n_per_seed, self._n_steps).adapt(data)
