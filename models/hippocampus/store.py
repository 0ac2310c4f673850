"""A dictionary of experiences: values stored under keys, read by the likeness of the keys.

What a value is, the caller says: the cell state of a network (Ritter et al. 2018, arXiv:1805.09692),
the return of an action (Blundell et al. 2016, arXiv:1606.04460; Pritzel et al. 2017,
arXiv:1703.01988), a trajectory laid out in a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from . import ReplayPath
from .search import CellIndex, certain_candidates, nearness

KERNELS = ("cosine", "euclidean", "inverse_distance")
EVICTIONS = ("first_in", "least_recently_used")
INVERSE_DISTANCE_OFFSET = 1e-3  # Pritzel et al. 2017, eq. 5
_ROUNDING = 1e-6  # keys whose nearness differs by less count as equally near
_NO_LENGTH = 1e-24  # of a key that is all 0, which is like nothing
_FIRST_ROOM = 16  # entries
_SAVED = ("key", "value", "written", "touched", "count")
_FEW = 4096  # entries that are compared one by one, in all lanes at once


class DictionaryStore:
    """Values under keys, apart for each of `n` lanes; the nearest keys answer a query.

    Parameters
    ----------
    n, key_size, value_size : int
    capacity : int
        Entries of a lane; room is made as it is needed.
    kernel : {"cosine", "euclidean", "inverse_distance"}
        How like two keys are: the cosine, the negative distance d, or 1 / (d^2 + .001).
    n_neighbors : int
        Entries that are read. With one, its value is returned as it is; with more, their mean,
        weighted by 1 / (d^2 + .001) with the kernel "inverse_distance" and else unweighted.
    eviction : {"first_in", "least_recently_used"}
        Which entry goes when a lane is full: the one written, or written or read, longest ago.
    embedding : callable, optional
        From keys (n, key_size) to the (n, embedded_size) numbers that are compared, such as what
        a network makes of them. It must not change while the store is in use.
    index : CellIndex, optional
        Where a large memory may be searched quickly rather than for certain. One for each store;
        only the nearest entries of a store of one lane are searched with it.

    Notes
    -----
    Processor time of 64 queries in 10^5 keys of 64 numbers, one neighbor: 9 to 10 ms for certain, with
    the cosine as with distances, which threads share (`OMP_NUM_THREADS`); 2 to 5 ms with
    `CellIndex()`, which is built in 1 s. The nearest 50 take 30 to 45 ms for certain.
    The index found the entry that a query was made from (each number moved by a Gaussian of .3 of
    the keys' standard deviation) in .90 of queries; for queries that are like no key it finds
    the very nearest in .13, and else another one that is near.

    Examples
    --------
    >>> store = DictionaryStore(n=1, key_size=2, value_size=1)
    >>> store.observe(np.array([[1.0, 0.0]]), {"value": np.array([[5.0]])})
    >>> store.observe(np.array([[0.0, 1.0]]), {"value": np.array([[7.0]])})
    >>> store.retrieve(np.array([[0.1, 0.9]]))[0]
    array([[7.]], dtype=float32)
    """

    def __init__(
        self,
        n: int,
        key_size: int,
        value_size: int,
        capacity: int = 100_000,
        kernel: str = "cosine",
        n_neighbors: int = 1,
        eviction: str = "first_in",
        embedding: Callable[[np.ndarray], np.ndarray] | None = None,
        index: CellIndex | None = None,
    ) -> None:
        for name, size in (("capacity", capacity), ("n_neighbors", n_neighbors)):
            if size < 1:
                raise ValueError(f"{name} must be at least 1, got {size}")
        if kernel not in KERNELS:
            raise ValueError(f"kernel must be {', '.join(KERNELS)}, got '{kernel}'")
        if eviction not in EVICTIONS:
            raise ValueError(f"eviction must be {' or '.join(EVICTIONS)}, got '{eviction}'")
        self.n, self.capacity, self.kernel = n, capacity, kernel
        self.n_neighbors, self.eviction = n_neighbors, eviction
        if index is not None and n != 1:
            raise ValueError(f"an index searches a store of one lane, got {n} lanes")
        self._embedding, self._index = embedding, index
        room = min(capacity, _FIRST_ROOM)
        self._key = np.zeros((n, room, key_size), np.float32)
        self._value = np.zeros((n, room, value_size), np.float32)
        compared_size = self._place(np.zeros((1, key_size), np.float32)).shape[1]
        self._compared = np.zeros((n, room, compared_size), np.float32)  # see _place
        self._written = np.full((n, room), -1)  # when, by the clock; -1: empty
        self._touched = np.full((n, room), -1)
        self._clock = 0
        self._count = np.zeros(n, np.int64)

    @property
    def n_entries(self) -> np.ndarray:
        """Entries in each lane, (n,)."""
        return self._count.copy()

    # ------------------------------------------------------------------ writing

    def observe(self, key: np.ndarray, step: Mapping[str, np.ndarray]) -> None:
        """Append `step["value"]` (n, value_size) under `key` (n, key_size) where `step["write"]`.

        Without `write` all lanes store. Equal keys are kept apart.
        """
        value = step["value"]
        self._check("key", key, self._key)
        self._check("value", value, self._value)
        lanes = np.flatnonzero(step.get("write", np.ones(self.n, bool)))
        if not len(lanes):
            return
        if self._count[lanes].max() == self._key.shape[1] < self.capacity:
            self._make_room()
        slot = self._slots(lanes)
        self._key[lanes, slot], self._value[lanes, slot] = key[lanes], value[lanes]
        self._compared[lanes, slot] = self._place(key[lanes])
        if self._index is not None:
            self._index.written(int(slot[0]))
        self._written[lanes, slot] = self._touched[lanes, slot] = self._tick()
        self._count[lanes] = np.minimum(self._count[lanes] + 1, self.capacity)

    def _slots(self, lanes: np.ndarray) -> np.ndarray:
        """Where each of `lanes` writes next: beside the others, or over the oldest."""
        slot = self._count[lanes]
        full = slot == self.capacity
        if full.any():
            age = self._written if self.eviction == "first_in" else self._touched
            slot = np.where(full, age[lanes].argmin(axis=1), slot)
        return slot

    def _make_room(self) -> None:
        more = min(self.capacity, 2 * self._key.shape[1]) - self._key.shape[1]
        empty = {"key": 0, "value": 0, "compared": 0, "written": -1, "touched": -1}
        for name, blank in empty.items():
            array = getattr(self, f"_{name}")
            room = np.full((self.n, more, *array.shape[2:]), blank, array.dtype)
            setattr(self, f"_{name}", np.concatenate([array, room], axis=1))

    def _embedded(self, key: np.ndarray) -> np.ndarray:
        key = np.asarray(key, np.float32)
        return key if self._embedding is None else np.asarray(self._embedding(key), np.float32)

    def _place(self, key: np.ndarray) -> np.ndarray:
        """What queries are multiplied with: unit keys, or keys k and -k^2 / 2 behind them."""
        embedded = self._embedded(key)
        square = np.square(embedded).sum(axis=-1, keepdims=True)
        if self.kernel == "cosine":
            return embedded / np.sqrt(np.maximum(square, _NO_LENGTH))
        return np.concatenate([embedded, square / -2], axis=-1)

    def _tick(self) -> int:
        self._clock += 1
        return self._clock

    # ------------------------------------------------------------------ reading

    def retrieve(self, query: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The value (n, value_size) that answers `query` (n, key_size), and its confidence (n,).

        Among keys that are equally near the latest is read. Confidence is 0 where the lane is
        empty, else the cosine (0 if negative) or 1 / (1 + d) of the nearest key. Reading changes
        nothing but which entry was used last.
        """
        self._check("query", query, self._key)
        slot, likeness = self.nearest(query[:, None])
        slot, likeness = slot[:, 0], likeness[:, 0]
        found = np.isfinite(likeness)
        lanes = np.arange(self.n)[:, None]
        if self.eviction == "least_recently_used":
            now, (lane, _) = self._tick(), np.nonzero(found)
            self._touched[lane, slot[found]] = now
        value = self._value[lanes, slot]
        if self.n_neighbors > 1:
            value = (self._weights(likeness)[..., None] * value).sum(axis=1)
        else:
            value = np.where(found, value[:, 0], np.float32(0))
        return value, self._confidence(likeness[:, 0])

    def nearest(self, query: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The entries nearest to each of m queries a lane, nearest first.

        Parameters
        ----------
        query : (n, m, key_size) array

        Returns
        -------
        slot : (n, m, n_neighbors) ints
            Number of the entry in its lane.
        likeness : (n, m, n_neighbors) float32
            As `kernel` says; -inf where a lane has too few entries.
        """
        if not np.isfinite(query).all():
            lane = int(np.flatnonzero(~np.isfinite(query).all(axis=(1, 2)))[0])
            raise ValueError(f"query must be finite, lane {lane} asks with NaN or infinity")
        query = self._embedded(query.reshape(-1, query.shape[-1])).reshape(*query.shape[:2], -1)
        own = np.square(query).sum(axis=-1, keepdims=True)
        if self.kernel == "cosine":
            query = query / np.sqrt(np.maximum(own, _NO_LENGTH))
        else:
            query = np.concatenate([query, np.ones_like(own)], axis=-1)
        margin = _ROUNDING * (np.ones_like(own) if self.kernel == "cosine" else np.maximum(own, 1))
        search = self._among_few if self._count.max(initial=0) <= _FEW else self._among_many
        slot, near = search(query, margin)
        return slot, self._likeness(near, own)

    def _among_few(self, query: np.ndarray, margin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """All entries of all lanes at once."""
        used = max(1, int(self._count.max(initial=0)))
        near = query @ self._compared[:, :used].transpose(0, 2, 1)
        written = np.broadcast_to(self._written[:, None, :used], near.shape)
        if (self._count < used).any():
            near = np.where(written < 0, np.float32(-np.inf), near)
        return self._ranked(near, written, margin)

    def _among_many(self, query: np.ndarray, margin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Lane by lane, among the few entries that may be the nearest."""
        shape = (*query.shape[:2], self.n_neighbors)
        slot, near = np.zeros(shape, np.int64), np.full(shape, -np.inf, np.float32)
        for lane in np.flatnonzero(self._count):
            key = self._compared[lane, : self._count[lane]]
            entry = self._candidates(key, query[lane], margin[lane, :, 0])
            at, near[[lane]] = self._ranked(
                nearness(key, entry, query[lane])[None],
                self._written[lane, entry][None],
                margin[[lane]],
            )
            slot[lane] = np.maximum(np.take_along_axis(entry, at[0], axis=1), 0)
        return slot, near

    def _candidates(self, key: np.ndarray, query: np.ndarray, margin: np.ndarray) -> np.ndarray:
        if self._index is None:
            return certain_candidates(key, query, self.n_neighbors, margin)
        size = key.shape[1] - (self.kernel != "cosine")
        return self._index.candidates(key[:, :size], query[:, :size])

    def _ranked(
        self, near: np.ndarray, written: np.ndarray, margin: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Columns of the nearest and their nearness, (n, m, n_neighbors), of `near` (n, m, k).

        Each that is found is taken out, so that `near` is lost.
        """
        shape = (*near.shape[:2], self.n_neighbors)
        column, found = np.zeros(shape, np.int64), np.full(shape, -np.inf, np.float32)
        for rank in range(min(self.n_neighbors, near.shape[2])):
            at, top = _latest_of_nearest(near, written, margin)
            column[..., rank], found[..., rank] = at[..., 0], top[..., 0]
            np.put_along_axis(near, at, -np.inf, axis=-1)
        return column, found

    def _likeness(self, near: np.ndarray, own: np.ndarray) -> np.ndarray:
        if self.kernel == "cosine":
            return near
        square = np.maximum(own - 2 * near, 0)  # distance^2; inf where there is no entry
        if self.kernel == "euclidean":
            return -np.sqrt(square)
        offset = np.float32(INVERSE_DISTANCE_OFFSET)
        return np.where(np.isinf(square), np.float32(-np.inf), 1 / (square + offset))

    def _weights(self, likeness: np.ndarray) -> np.ndarray:
        """Shares (n, k) of the entries read; all 0 in an empty lane."""
        found = np.isfinite(likeness)
        weight = found.astype(np.float32)
        if self.kernel == "inverse_distance":
            weight = np.where(found, likeness, np.float32(0))
        return weight / np.maximum(weight.sum(axis=1, keepdims=True), np.float32(1e-12))

    def _confidence(self, likeness: np.ndarray) -> np.ndarray:
        found = np.isfinite(likeness)
        likeness = np.where(found, likeness, np.float32(0))
        if self.kernel == "cosine":
            sure = np.clip(likeness, 0, 1)
        elif self.kernel == "euclidean":
            sure = 1 / (1 - likeness)
        else:
            offset = np.float32(INVERSE_DISTANCE_OFFSET)
            square = 1 / np.maximum(likeness, np.float32(1e-12)) - offset
            sure = 1 / (1 + np.sqrt(np.maximum(square, 0)))
        return np.where(found, sure, np.float32(0)).astype(np.float32)

    def key_of(self, slot: np.ndarray) -> np.ndarray:
        """The key (n, key_size) of the entry in `slot` (n,); zeros where there is none."""
        key = self._key[np.arange(self.n), np.minimum(slot, self._key.shape[1] - 1)]
        return np.where((slot < self._count)[:, None], key, np.float32(0))

    def replay(
        self, state: np.ndarray, reward: np.ndarray, rpe: np.ndarray, n_backups: int
    ) -> list[ReplayPath]:
        """Nothing: a dictionary answers, it does not replay."""
        return []

    # ------------------------------------------------------------------ keeping

    def saved(self) -> dict[str, np.ndarray]:
        """All that is stored, as arrays by name; `np.savez(file, **store.saved())` keeps them."""
        arrays = {name: getattr(self, f"_{name}").copy() for name in _SAVED}
        return arrays | {"clock": np.array(self._clock)}

    def restore(self, saved: Mapping[str, np.ndarray]) -> None:
        """Go back to what `saved()` returned, in a store with the same sizes."""
        for name in ("key", "value"):
            found, own = saved[name].shape, getattr(self, f"_{name}").shape
            if (found[0], found[2]) != (own[0], own[2]) or found[1] > self.capacity:
                raise ValueError(
                    f"saved {name} must be ({own[0]}, at most {self.capacity}, {own[2]}), "
                    f"found {found}"
                )
        for name in _SAVED:
            setattr(self, f"_{name}", np.array(saved[name]))
        flat = self._key.reshape(-1, self._key.shape[2])
        self._compared = self._place(flat).reshape(*self._key.shape[:2], -1)
        self._clock = int(saved["clock"])
        if self._index is not None:
            self._index.forget()

    def _check(self, name: str, given: np.ndarray, stored: np.ndarray) -> None:
        expected = (self.n, stored.shape[2])
        if given.shape != expected:
            raise ValueError(f"{name} must be {expected}, got {given.shape}")


def _latest_of_nearest(
    near: np.ndarray, written: np.ndarray, margin: np.ndarray | float
) -> tuple[np.ndarray, np.ndarray]:
    """Column and nearness, (n, m, 1), of the largest of `near` (n, m, k); of ties the latest."""
    slot = near.argmax(axis=-1)[..., None]
    top = np.take_along_axis(near, slot, axis=-1)
    ties = near >= top - margin
    lane, query = np.nonzero(np.count_nonzero(ties, axis=-1) > 1)
    if len(lane):
        among = np.where(ties[lane, query], written[lane, query], -2)
        slot[lane, query, 0] = among.argmax(axis=-1)
    return slot, top
