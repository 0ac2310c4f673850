"""The episodic LSTM: a network that puts earlier cell states back when their context returns.

Ritter et al. 2018, arXiv:1805.09692. At the end of an episode the cell state is stored under the
context; in every step the state stored under the nearest context enters the cell through a gate
of its own, the reinstatement gate. No gradient flows into the memory, so that it works with
frozen weights as it does in training.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..tasks import Lanes, Task, TimeStep, stream
from . import cores
from .agent import Trace
from .hippocampus.store import DictionaryStore
from .prefrontal import Prefrontal


@dataclass
class EpisodicPrefrontal(Prefrontal):
    """A prefrontal network with reinstatement from a dictionary of cell states.

    Parameters
    ----------
    key : (int, int), optional
        First and last + 1 column of the observation that are the key; by default all of it.
    capacity, kernel, n_neighbors, eviction
        Of the `DictionaryStore`.
    """

    parts: ClassVar[dict[str, str]] = {
        **Prefrontal.parts,
        "reinstatement": "no state is put back",
        "memory": "nothing is stored: the memory stays empty",
        "matching_keys": "queries are scrambled: what comes back belongs to another context",
        "selective_retrieval": "what comes back is any of the states stored",
    }
    clampable: ClassVar[tuple[str, ...]] = ("reinstatement",)
    possible_cores: ClassVar[tuple[str, ...]] = ("episodic_lstm",)

    core: str = "episodic_lstm"
    key: tuple[int, int] | None = None
    capacity: int = 10_000
    kernel: str = "cosine"
    n_neighbors: int = 1
    eviction: str = "first_in"

    def memory(self, task: Task, n: int, rng: Lanes) -> EpisodicMemory:
        """An empty memory for `n` lives in `task`."""
        return EpisodicMemory(self, task, n, rng)

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        self._memory = self.memory(task, n, rng)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        self._state["reinstated"] = reinstated = self._memory.recall(
            now, lambda: self._state["cell"]
        )
        action, trace = super().act(now)
        # What the policy would be if the network were in the state that came back.
        proposed, _ = cores.outputs(self._trained(), np.tanh(reinstated))
        return action, trace | {
            "reinstatement": trace["gate_reinstatement"].mean(axis=1),
            "confidence": self._memory.confidence,
            "reinstated_action": np.where(
                self._memory.confidence > 0, proposed.argmax(axis=1), -1
            ),
        }


class EpisodicMemory:
    """Stores cell states of `n` lanes where their episodes end, and recalls them at every step."""

    def __init__(self, agent: EpisodicPrefrontal, task: Task, n: int, rng: Lanes) -> None:
        self._columns = slice(*(agent.key or (0, task.observation_size)))
        key_size = len(range(*self._columns.indices(task.observation_size)))
        if key_size < 1:
            raise ValueError(
                f"key must name columns of the observation, which has {task.observation_size}, "
                f"got {agent.key}"
            )
        self._store = DictionaryStore(
            n, key_size, agent.n_units, agent.capacity, agent.kernel, agent.n_neighbors,
            agent.eviction,
        )  # fmt: skip
        self._stores = "memory" not in agent.lesions
        self._shut = "reinstatement" in agent.lesions
        self._scrambled = (
            np.random.default_rng(stream(0, "scrambled keys")).permutation(key_size)
            if "matching_keys" in agent.lesions
            else None
        )
        self._rng = rng if "selective_retrieval" in agent.lesions else None
        self._key = np.zeros((n, key_size), np.float32)
        self._recalled = np.zeros((n, agent.n_units), np.float32)
        self.confidence = np.zeros(n, np.float32)
        self._began = False

    def recall(self, now: TimeStep, cell: Callable[[], np.ndarray]) -> np.ndarray:
        """The cell states (n, n_units) that the contexts of `now` bring back.

        `cell` gives the states (n, n_units) after the step before. Where an episode starts, they
        are first stored under the last context of the episode before.
        """
        ended = now.first.any() and self._began
        if ended and self._stores:
            self._store.observe(self._key, {"value": cell(), "write": now.first})
        key = now.observation[:, self._columns]
        if ended or not self._began or not np.array_equal(key, self._key):
            self._key, self._began = np.array(key), True
            self._recalled, self.confidence = self._read(self._key)
        return self._recalled

    def peek(self, now: TimeStep) -> np.ndarray:
        """What `now` will bring back if no episode starts; nothing is stored."""
        return self._read(now.observation[:, self._columns])[0]

    def _read(self, key: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self._scrambled is not None:
            key = key[:, self._scrambled]
        elif self._rng is not None:
            key = self._store.any_key(self._rng.random())
        value, confidence = self._store.retrieve(key)
        return (np.zeros_like(value) if self._shut else value), confidence
