"""Random numbers by purpose: named streams, and one independent stream for every lane."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

TILE = 16  # lanes drawn together; a lane's numbers depend on its seed and index alone
_BLOCK = 128  # rows drawn at once
_UNIFORM, _NORMAL = 0, 1


def stream(seed: int, name: str) -> np.random.SeedSequence:
    """Independent, order-free randomness for one purpose: 'task', 'agent', 'weights' ..."""
    return np.random.SeedSequence(int(seed), spawn_key=(zlib.crc32(name.encode()),))


@lru_cache(maxsize=4096)
def _key(seed: int, name: str) -> tuple[int, int]:
    first, second = stream(seed, name).generate_state(2, np.uint64)
    return int(first), int(second)


class Lanes:
    """Random numbers for `n` lanes of each seed; every draw gives one row entry to each lane.

    Lane `i` of seed `s` sees the same numbers however many lanes, or other seeds, run beside it.
    With several seeds the lanes are ordered seed by seed.

    Parameters
    ----------
    seed : int or sequence of int
    n : int
        Lanes of each seed.
    name : str
        The purpose, 'task' or 'agent'.
    life : int
        Which life of these lanes; each has numbers of its own, so that nothing but this count
        is needed to continue an interrupted run.

    Examples
    --------
    >>> Lanes(0, n=2).random().shape
    (2,)
    >>> bool(Lanes(0, n=3).random()[1] == Lanes([5, 0], n=100).random()[101])
    True
    """

    def __init__(
        self, seed: int | Sequence[int], n: int, name: str = "task", life: int = 0
    ) -> None:
        self.seeds = (int(seed),) if np.ndim(seed) == 0 else tuple(int(s) for s in seed)  # type: ignore[arg-type, union-attr]
        self.n_per_seed = n
        self.n = n * len(self.seeds)
        self.name, self.life = name, life
        self._n_blocks: dict[int, int] = {}
        self._ahead: dict[int, np.ndarray] = {}
        self._next: dict[int, int] = {}

    def random(self, k: int | None = None) -> np.ndarray:
        """Uniform numbers in [0, 1): (n,), or (n, k)."""
        return self._row(_UNIFORM) if k is None else self._rows(_UNIFORM, k).T

    def normal(self, k: int | None = None) -> np.ndarray:
        """Standard normal numbers: (n,), or (n, k)."""
        return self._row(_NORMAL) if k is None else self._rows(_NORMAL, k).T

    def integers(self, high: int, k: int | None = None) -> np.ndarray:
        """Integers in [0, high): (n,), or (n, k)."""
        return (self.random(k) * high).astype(np.int64)

    def permutation(self, k: int) -> np.ndarray:
        """A random order of 0 .. k-1 for each lane: (n, k)."""
        return np.argsort(self.random(k), axis=1)

    def rows(self, k: int) -> np.ndarray:
        """The next `k` uniform draws at once, (k, n): row i is what the i-th `random()` gives."""
        return self._rows(_UNIFORM, k)

    def _row(self, kind: int) -> np.ndarray:
        at = self._next.get(kind, _BLOCK)
        if at == _BLOCK:
            self._draw(kind)
            at = 0
        self._next[kind] = at + 1
        return self._ahead[kind][at]

    def _rows(self, kind: int, k: int) -> np.ndarray:
        if k == 0:
            return np.empty((0, self.n))
        at = self._next.get(kind, _BLOCK)
        if at + k <= _BLOCK:
            self._next[kind] = at + k
            return self._ahead[kind][at : at + k]
        parts = []
        while k:
            if at == _BLOCK:
                self._draw(kind)
                at = 0
            parts.append(self._ahead[kind][at : at + k])
            at += len(parts[-1])
            k -= len(parts[-1])
        self._next[kind] = at
        return np.concatenate(parts)

    def _draw(self, kind: int) -> None:
        """Draw the next rows of all lanes, one stream for each seed and block.

        Tile by tile along the stream, so that a tile's numbers do not depend on how many follow.
        """
        n_tiles = -(-self.n_per_seed // TILE)
        number = self._n_blocks.get(kind, 0)
        self._n_blocks[kind] = number + 1
        block = np.empty((_BLOCK, len(self.seeds), n_tiles, TILE))
        for index, seed in enumerate(self.seeds):
            source = np.random.Generator(
                np.random.Philox(key=_key(seed, self.name), counter=(0, number, self.life, kind))
            )
            draw = source.random if kind == _UNIFORM else source.standard_normal
            block[:, index] = draw((n_tiles, _BLOCK, TILE)).transpose(1, 0, 2)
        rows = block.reshape(_BLOCK, len(self.seeds), n_tiles * TILE)[:, :, : self.n_per_seed]
        self._ahead[kind] = rows.reshape(_BLOCK, self.n)


class EpisodeLanes(Lanes):
    """Random numbers that depend on a lane's episode, not on how long its earlier ones took.

    Agents that are compared then meet the same luck in the same episode, whatever they did before:
    common random numbers, as the literature of simulation calls them. Whoever simulates says
    where episodes begin, by `enter`.

    Examples
    --------
    >>> slow, quick = EpisodeLanes(0, n=1), EpisodeLanes(0, n=1)
    >>> _ = [slow.random() for _ in range(5)]
    >>> for lanes in (slow, quick):
    ...     lanes.enter(np.array([True]))
    >>> bool(slow.random() == quick.random())
    True
    """

    def __init__(self, seed: int | Sequence[int], n: int, name: str = "task") -> None:
        super().__init__(seed, n, name)
        self._episode, self._drawn = np.zeros((2, self.n), np.int64)
        self._sources: dict[int, Lanes] = {}
        self._tables: dict[tuple[int, int], np.ndarray] = {}

    def enter(self, first: np.ndarray) -> None:
        """A new episode begins in the lanes `first` (n,) bool."""
        self._episode += first
        self._drawn[first] = 0

    def _row(self, kind: int) -> np.ndarray:
        return self._rows(kind, 1)[0]

    def _rows(self, kind: int, k: int) -> np.ndarray:
        at = self._drawn + np.arange(k)[:, None]
        self._drawn += k
        found = np.empty((k, self.n))
        for episode in np.unique(self._episode):
            here = np.flatnonzero(self._episode == episode)
            wanted = at[:, here]
            table = self._table(kind, int(episode), int(wanted.max(initial=0)))
            found[:, here] = table[wanted, here]
        return found

    def _table(self, kind: int, episode: int, last: int) -> np.ndarray:
        """All numbers of one episode, up to the draw `last`."""
        table = self._tables.get((kind, episode), np.empty((0, self.n)))
        if last >= len(table):
            source = Lanes(self.seeds, self.n_per_seed, self.name, life=episode)
            source = self._sources.setdefault(episode, source)
            missing = last + 1 - len(table)
            more = source._rows(kind, -(-missing // _BLOCK) * _BLOCK)
            table = self._tables[kind, episode] = np.concatenate([table, more])
        return table
