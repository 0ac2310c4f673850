"""Values found by pattern completion: a part of a key's cells brings back its assembly in CA3."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...tasks import Lanes
from . import ReplayPath
from .assemblies import WEIGHT, AssemblyIndex
from .ca3 import CA3

# Chosen on seeds that are not reported, on recall alone: of ten assemblies of 60 of 1,000 cells all
# are named; .60 of the cells fire at least, and .27 at most where the cue belongs to none.
N_ACTIVE, CUED, COMPLETED = 60, 0.3, 0.4


class AssemblyStore:
    """What `DictionaryStore` offers, with CA3 in place of the comparison of keys.

    Every key has cells of its own, drawn at random: patterns are taken to be separated
    completely. What is stored under a key connects its cells to an assembly, which from then on
    points to the value; storing under it again changes the value, and no synapse. A query excites
    a share of the cells of its key, and the value of the assembly that fires comes back. So a key
    that is not quite the same finds nothing; many may be stored until assemblies overlap too much.

    Parameters
    ----------
    n, key_size, value_size : int
    network : CA3
        Run at every query, in every lane that asks and has something stored.
    rng : Lanes
        One number is drawn for each lane, here.
    n_active : int
        Cells of an assembly.
    cued : float
        Share of them that a query excites.
    weight : float, nS
        Within assemblies; 0 where nothing is learned.

    Examples
    --------
    >>> network = CA3(n_pyramidal=80, n_basket=4, duration=0.3, target="numpy")
    >>> store = AssemblyStore(1, 2, 1, network, Lanes(0, 1), n_active=20)
    >>> store.observe(np.array([[1.0, 0.0]]), {"value": np.array([[5.0]])})
    >>> store.n_entries.tolist()
    [1]
    """

    def __init__(
        self,
        n: int,
        key_size: int,
        value_size: int,
        network: CA3,
        rng: Lanes,
        n_active: int = N_ACTIVE,
        cued: float = CUED,
        weight: float = WEIGHT,
    ) -> None:
        if not 0 < n_active <= network.n_pyramidal:
            raise ValueError(
                f"n_active must be between 1 and the network's {network.n_pyramidal} cells, "
                f"got {n_active}"
            )
        if not 0 < cued < 1 or round(cued * n_active) < 1:
            raise ValueError(
                f"cued is the share of {n_active} cells that a query excites, at least one and "
                f"not all of them, got {cued}"
            )
        self.n, self._key_size, self._value_size = n, key_size, value_size
        self._network, self._n_active, self._n_cued = network, n_active, round(cued * n_active)
        self._seed = [int(u * 2**53) for u in rng.random()]
        self._index = [AssemblyIndex(network, weight) for _ in range(n)]
        self._number: list[dict[bytes, int]] = [{} for _ in range(n)]  # of the assembly of a key
        self._value: list[list[np.ndarray]] = [[] for _ in range(n)]

    @property
    def n_entries(self) -> np.ndarray:
        """Assemblies of each lane, (n,)."""
        return np.array([index.n_stored for index in self._index])

    def observe(self, key: np.ndarray, step: Mapping[str, np.ndarray]) -> None:
        """Let the assembly of `key` (n, key_size) point to `step["value"]` where `step["write"]`."""
        self._check("key", key, self._key_size)
        self._check("value", step["value"], self._value_size)
        for lane in np.flatnonzero(step.get("write", np.ones(self.n, bool))).tolist():
            value, name = np.array(step["value"][lane], np.float32), _name(key[lane])
            number = self._number[lane].get(name)
            if number is None:
                self._number[lane][name] = self._index[lane].store(self._cells(lane, name))
                self._value[lane].append(value)
            else:
                self._value[lane][number] = value

    def retrieve(self, query: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values (n, value_size) of the assemblies that fire, and the share of uncued cells that do.

        Both are 0 where nothing is stored, where no cell fires that was not cued, and where the
        query is all 0: it excites nothing. The same query meets the same noise until another
        assembly is stored.
        """
        self._check("query", query, self._key_size)
        value = np.zeros((self.n, self._value_size), np.float32)
        confidence = np.zeros(self.n, np.float32)
        asks = query.any(axis=1) & (self.n_entries > 0)
        for lane in np.flatnonzero(asks).tolist():
            name, index = _name(query[lane]), self._index[lane]
            rng = np.random.default_rng([self._seed[lane], index.n_stored, *name])
            cued = rng.permutation(self._cells(lane, name))[: self._n_cued]
            recall = index.retrieve(cued, seed=int(rng.integers(2**31)))
            if recall.index >= 0:
                value[lane] = self._value[lane][recall.index]
                confidence[lane] = recall.completed[recall.index]
        return value, confidence

    def value_under(self, key: np.ndarray) -> np.ndarray:
        """What the assemblies of `key` point to, (n, value_size), without a search; 0 if nothing.

        For whoever knows already which assembly is active.
        """
        self._check("key", key, self._key_size)
        found = np.zeros((self.n, self._value_size), np.float32)
        for lane, numbers in enumerate(self._number):
            if (number := numbers.get(_name(key[lane]))) is not None:
                found[lane] = self._value[lane][number]
        return found

    def replay(
        self, state: np.ndarray, reward: np.ndarray, rpe: np.ndarray, n_backups: int
    ) -> list[ReplayPath]:
        """Nothing: this memory answers, it does not replay."""
        return []

    def _cells(self, lane: int, name: bytes) -> np.ndarray:
        rng = np.random.default_rng([self._seed[lane], *name])
        return rng.permutation(self._network.n_pyramidal)[: self._n_active]

    def _check(self, name: str, given: np.ndarray, size: int) -> None:
        if given.shape != (self.n, size):
            raise ValueError(f"{name} must be {(self.n, size)}, got {given.shape}")
        if not np.isfinite(given).all():
            raise ValueError(f"{name} must be finite, got NaN or infinity")


def _name(key: np.ndarray) -> bytes:
    return np.ascontiguousarray(key, np.float32).tobytes()


__all__ = ["COMPLETED", "CUED", "N_ACTIVE", "AssemblyStore"]
