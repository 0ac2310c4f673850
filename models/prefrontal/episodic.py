"""The episodic LSTM: a network that puts earlier cell states back when their context returns.

Ritter et al. 2018, arXiv:1805.09692. At the end of an episode the cell state is stored under the
context; in every step the state stored under the nearest context enters the cell through a gate
of its own, the reinstatement gate. No gradient flows into the memory, so that it works with
frozen weights as it does in training.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ...tasks import Lanes, Task, TimeStep
from .. import cores
from ..agent import Trace
from ..hippocampus.store import DictionaryStore
from .network import Prefrontal


@dataclass
class EpisodicPrefrontal(Prefrontal):
    """A prefrontal network with reinstatement from a dictionary of cell states.

    Parameters
    ----------
    key : (int, int), optional
        First and last + 1 column of the observation that ask for a memory; by default all of it.
        Where they are all 0, nothing comes back.
    written_key : (int, int), optional
        Columns under which states are stored; by default those of `key`. Where they are all 0,
        nothing is stored.
    write : {"episode", "step"}
        Store the cell state at the end of an episode, or after every step.
    capacity, kernel, n_neighbors, eviction
        Of the `DictionaryStore`.
    threshold : float
        Where the confidence of what was found is less, nothing comes back: the context is taken
        for new. The paper's memory always answers (0); see `TRIED.md` of `papers/ritter2018`.
    observation_gain : float
        As `input_gain`, for the observation. A context has many bits and tells nothing before it
        is known: with the gain of the other inputs it drowns them.
    """

    parts: ClassVar[dict[str, str]] = {
        **Prefrontal.parts,
        "reinstatement": "no state is put back",
        "memory": "nothing is stored: the memory stays empty",
        "matching_keys": "keys are shifted by half the memory: the state of another time comes back",
        "selective_retrieval": "what comes back is any of the states stored",
        "gate": "the reinstatement gate is always open",
    }
    clampable: ClassVar[tuple[str, ...]] = ("reinstatement",)
    possible_cores: ClassVar[tuple[str, ...]] = ("episodic_lstm",)

    core: str = "episodic_lstm"
    key: tuple[int, int] | None = None
    written_key: tuple[int, int] | None = None
    write: str = "episode"
    capacity: int = 10_000
    kernel: str = "cosine"
    n_neighbors: int = 1
    eviction: str = "first_in"
    threshold: float = 0.0
    observation_gain: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.write not in ("episode", "step"):
            raise ValueError(f"write must be episode or step, got '{self.write}'")

    def initial_weights(self, task: Task, seed: int) -> dict[str, np.ndarray]:
        weights = super().initial_weights(task, seed)
        rows = self.input_slices(task)["observation"]
        weights["input_weights"][rows] *= self.observation_gain / self.input_gain
        return weights

    def embedding(self, task: Task) -> Callable[[np.ndarray], np.ndarray] | None:
        """What keys are compared as, from (n, key_size) to (n, embedded_size); None: as they are."""
        return None

    def retrieved(self, value: np.ndarray) -> np.ndarray:
        """What enters the cell through the gate when `value` (n, n_units) comes back."""
        return value

    def memory(self, task: Task, n: int, rng: Lanes) -> EpisodicMemory:
        """An empty memory for `n` lives in `task`."""
        return EpisodicMemory(self, task, n, rng)

    def store(self, task: Task, n: int, key_size: int, rng: Lanes) -> Any:
        """What such a memory keeps values under keys in, empty."""
        return DictionaryStore(
            n, key_size, self.n_units, self.capacity, self.kernel, self.n_neighbors,
            self.eviction, self.embedding(task),
        )  # fmt: skip

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        self._memory = self.memory(task, n, rng)

    def _inputs(self, now: TimeStep) -> np.ndarray:
        row = super()._inputs(now)
        self._memory.tell(row)
        return row

    @property
    def held(self) -> dict[str, float]:
        opened = {"reinstatement": 1.0} if "gate" in self.lesions else {}
        return opened | super().held

    def recorded(self) -> dict[str, np.ndarray]:
        """All that is stored in this life so far, as arrays by name."""
        return self._memory.store.saved()

    def remember(self, recorded: Mapping[str, np.ndarray]) -> None:
        """Go on with a memory that was `recorded`, by this network or another, in as many lives."""
        self._memory.store.restore(recorded)

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
            "reinstated_action": np.where(self._memory.confidence > 0, proposed.argmax(axis=1), -1),
        }


class EpisodicMemory:
    """Stores cell states of `n` lanes as time passes, and recalls them at every step."""

    def __init__(self, agent: EpisodicPrefrontal, task: Task, n: int, rng: Lanes) -> None:
        self._read_at = columns("key", agent.key, task)
        self._write_at = columns("written_key", agent.written_key or agent.key, task)
        key_size = self._read_at.stop - self._read_at.start
        if self._write_at.stop - self._write_at.start != key_size:
            raise ValueError(
                f"written_key must have as many columns as key, got {agent.written_key} "
                f"and {agent.key}"
            )
        self.store = agent.store(task, n, key_size, rng)
        self._retrieved = agent.retrieved
        self._each_step = agent.write == "step"
        self._stores = "memory" not in agent.lesions
        self._threshold = agent.threshold
        self._shut = "reinstatement" in agent.lesions
        self._mismatched = "matching_keys" in agent.lesions
        self._rng = rng if "selective_retrieval" in agent.lesions else None
        self._told_at = agent.input_slices(task).get("familiarity")
        self._unfamiliar = "familiarity" not in agent.lesions
        self._query = np.full((n, key_size), np.nan, np.float32)  # nothing was asked yet
        self._written = np.zeros((n, key_size), np.float32)
        self._recalled = np.zeros((n, agent.n_units), np.float32)
        self.confidence = np.zeros(n, np.float32)
        self._draw = np.zeros(n)

    def recall(self, now: TimeStep, cell: Callable[[], np.ndarray]) -> np.ndarray:
        """The cell states (n, n_units) that the contexts of `now` bring back.

        `cell` gives the states (n, n_units) after the step before. They are stored first, under
        what was observed then, where an episode starts now or, with `write` "step", anyhow.
        """
        write = self._written.any(axis=1) & (now.first | self._each_step)
        stores = self._stores and bool(write.any())
        if stores:
            self.store.observe(self._written, {"value": cell(), "write": write})
        query = now.observation[:, self._read_at]
        if self._rng is not None:
            self._draw = self._rng.random()  # at every step: no lane's draws depend on another
        changed = (query != self._query).any(axis=1) | (write & self._stores)
        if changed.any():
            recalled, confidence = self._read(query)
            self._recalled = np.where(changed[:, None], recalled, self._recalled)
            self.confidence = np.where(changed, confidence, self.confidence)
            self._query = np.array(query)
        self._written = np.array(now.observation[:, self._write_at])
        return self._recalled

    def peek(self, now: TimeStep) -> np.ndarray:
        """What `now` will bring back if no episode starts; nothing is stored."""
        recalled, self.confidence = self._read(now.observation[:, self._read_at])
        return recalled

    def tell(self, row: np.ndarray) -> None:
        """Write the confidence into the input rows (n, n_inputs), if the network has a place for it."""
        if self._told_at is not None:
            row[:, self._told_at] = self.confidence[:, None] if self._unfamiliar else 1

    def _read(self, query: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        value, confidence = self.store.retrieve(query)
        if self._mismatched or self._rng is not None:
            value, _ = self.store.retrieve(self.store.key_of(self._wrong_slot(query)))
        known = query.any(axis=1) & (confidence >= self._threshold)
        return (
            np.where(known[:, None] & (not self._shut), self._retrieved(value), np.float32(0)),
            np.where(known, confidence, np.float32(0)),
        )

    def _wrong_slot(self, query: np.ndarray) -> np.ndarray:
        """The entry half the memory away from the right one, or any entry."""
        n_entries = self.store.n_entries
        if self._rng is not None:
            return (self._draw * n_entries).astype(np.int64)
        right = self.store.nearest(query[:, None])[0][:, 0, 0]
        # Far from it, since neighbors in time are alike where every step is stored.
        return (right + np.maximum(n_entries // 2, 1)) % np.maximum(n_entries, 1)


def columns(name: str, given: tuple[int, int] | None, task: Task) -> slice:
    """Columns of the observation from `given`, all of them if None; `name` is the setting's."""
    first, end = given or (0, task.observation_size)
    if not 0 <= first < end <= task.observation_size:
        raise ValueError(
            f"{name} must name columns of the observation, which has {task.observation_size}, "
            f"got {given}"
        )
    return slice(first, end)
