"""The store of episodic control: named entries with a key and a value, for each lane and action."""

from __future__ import annotations

from typing import Any

import numpy as np

_FIRST_ROOM = 16  # entries


class EntryTables:
    """Entries by name, one table for each lane and action, in arrays that grow as it is needed.

    What was observed names an entry, by its bytes; its key, with which what is similar is compared,
    may be something else, and may change.

    Parameters
    ----------
    n, n_actions, key_size : int
    capacity : int
        Entries of a table; the one used longest ago makes room.
    dtype : numpy dtype
        Of values.

    Attributes
    ----------
    key : (n, n_actions, room, key_size) float32
        Infinite where there is no entry.
    value, count, touched : (n, n_actions, room) arrays
        `count` says how often an entry was written, `touched` when it was last used.

    Examples
    --------
    >>> tables = EntryTables(n=1, n_actions=1, key_size=2, capacity=1)
    >>> here, there = np.zeros((1, 2)), np.ones((1, 2))
    >>> at, n_before = tables.take(0, 0, here.tobytes())
    >>> tables.write(at, here[0], 5.0)
    >>> tables.stored(here), tables.stored(there), n_before
    (array([[ True]]), array([[False]]), 0)
    """

    def __init__(
        self, n: int, n_actions: int, key_size: int, capacity: int, dtype: Any = np.float64
    ) -> None:
        self.capacity = capacity
        shape = (n, n_actions, min(_FIRST_ROOM, capacity))
        self.key = np.full((*shape, key_size), np.inf, np.float32)
        self.value, self.count = np.zeros(shape, dtype), np.zeros(shape, np.int64)
        self.touched = np.full(shape, -1)
        self._slot: list[list[dict[bytes, int]]] = [
            [{} for _ in range(n_actions)] for _ in range(n)
        ]
        self._name: list[list[list[bytes]]] = [[[] for _ in range(n_actions)] for _ in range(n)]
        self._clock = 0

    @property
    def n_entries(self) -> np.ndarray:
        """Entries of each table, (n, n_actions)."""
        return (self.count > 0).sum(axis=2)

    def stored(self, seen: np.ndarray) -> np.ndarray:
        """Whether what each lane sees, (n, ...), names an entry of each action, (n, n_actions)."""
        names = (row.tobytes() for row in seen)
        return np.array(
            [[n in slots for slots in lane] for n, lane in zip(names, self._slot, strict=True)]
        )

    def take(self, lane: int, action: int, name: bytes) -> tuple[tuple[int, int, int], int]:
        """Index of the entry of this name, made where there is none, and how often it was written."""
        slots = self._slot[lane][action]
        if name not in slots:
            slot = self._free(lane, action)
            slots[name], self.count[lane, action, slot] = slot, 0
            self._name[lane][action][slot : slot + 1] = [name]
        at = (lane, action, slots[name])
        return at, int(self.count[at])

    def write(self, at: tuple[int, int, int], key: np.ndarray, value: float) -> None:
        """Give an entry that was taken its key and value."""
        self.key[at], self.value[at] = key, value
        self.count[at] += 1
        self.touch(at)

    def touch(self, at: tuple) -> None:
        """Note that these entries have been used."""
        self._clock += 1
        self.touched[at] = self._clock

    def _free(self, lane: int, action: int) -> int:
        """Where the next entry goes: beside the others, or in place of the one least used."""
        slots, room = self._slot[lane][action], self.value.shape[2]
        if len(slots) == self.capacity:
            slot = int(self.touched[lane, action].argmin())
            del slots[self._name[lane][action][slot]]
            return slot
        if len(slots) == room:
            more = min(self.capacity, 2 * room) - room
            for name, blank in (("key", np.inf), ("value", 0), ("count", 0), ("touched", -1)):
                array = getattr(self, name)
                fresh = np.full((*array.shape[:2], more, *array.shape[3:]), blank, array.dtype)
                setattr(self, name, np.concatenate([array, fresh], axis=2))
        return len(slots)


__all__ = ["EntryTables"]
