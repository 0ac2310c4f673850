"""The simplest reinstatement: a network's last state in a context is put back when it returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...tasks import Lanes, Task, TimeStep
from .. import cores
from ..agent import Trace
from ..hippocampus.store import DictionaryStore
from .network import Prefrontal


@dataclass
class RestoringPrefrontal(Prefrontal):
    """A prefrontal network that takes up again, whole and ungated, the state it was in.

    At the end of an episode its recurrent state is stored under the observation; an episode with
    a like observation begins in that state, not in the initial one. Training knows nothing of
    this: it is the training of a `Prefrontal`.

    Parameters
    ----------
    threshold : float
        Cosine from which two observations are taken for the same context.
    """

    parts: ClassVar[dict[str, str]] = {
        **Prefrontal.parts,
        "memory": "nothing is stored: every episode begins in the initial state",
    }

    threshold: float = 0.0

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        size = self.n_units * len(cores.state_names(self.core))
        self._store = DictionaryStore(n, task.observation_size, size)
        self._key = np.zeros((n, task.observation_size), np.float32)  # nothing was seen yet

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        over = now.first & self._key.any(axis=1)
        if over.any() and "memory" not in self.lesions:
            state = np.concatenate(list(self._state.values()), axis=1)
            self._store.observe(self._key, {"value": state, "write": over})
        self._key = np.array(now.observation)
        return super().act(now)

    def _reset(self, lanes: np.ndarray, now: TimeStep) -> None:
        super()._reset(lanes, now)
        stored, confidence = self._store.retrieve(now.observation)
        known = lanes & now.first & (confidence > 0) & (confidence >= self.threshold)
        parts = np.split(stored, len(self._state), axis=1)
        for name, part in zip(self._state, parts, strict=True):
            self._state[name][known] = part[known]
