"""Which entries of a large memory may be the nearest: for certain, or in all likelihood.

Both answers are short rows of candidates; who asked compares them one by one. Nearness is the
product of query and key: with unit keys the cosine; and what orders entries by distance where the
key has one number more, half its squared length taken negative, and the query a 1 there.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import numpy as np

from ..threads import usable_threads

_BLOCK = 4096  # entries compared at a time: their products stay in the processor's cache
_GROUPS = 64  # of each block; entry i belongs to group i mod 64
_AT_ONCE = 16_384  # candidates whose keys are laid side by side


def certain_candidates(
    key: np.ndarray, query: np.ndarray, n_neighbors: int, margin: np.ndarray
) -> np.ndarray:
    """Entries among which the nearest ones of each query are for certain.

    All products are formed; of each group of 64 entries only the largest is kept, which shows
    the few groups that have to be looked at again.

    Parameters
    ----------
    key : (n_entries, key_size) float32
    query : (m, key_size) float32
    n_neighbors : int
    margin : (m,) float32
        Entries that are less near than the nearest ones by at most this are candidates, too.

    Returns
    -------
    (m, n_candidates) ints
        -1 behind the last one of a query that has fewer.

    Examples
    --------
    >>> key = np.eye(64, dtype=np.float32)
    >>> certain_candidates(key, key[[2]], 1, np.zeros(1, np.float32))[:, :2]
    array([[ 2, -1]])
    """
    turned = np.ascontiguousarray(query.T)
    n_blocks = -(-len(key) // _BLOCK)
    n_threads = min(usable_threads(), n_blocks)
    share = -(-n_blocks // n_threads) * _BLOCK
    parts = [key[begin : begin + share] for begin in range(0, len(key), share)]
    with ThreadPoolExecutor(n_threads) as pool:
        top = np.concatenate(list(pool.map(_tops_of_groups, parts, repeat(turned))))
    last = max(len(top) - n_neighbors, 0)
    least = top.max(axis=0) if n_neighbors == 1 else np.partition(top, last, axis=0)[last]
    group, of = np.divmod(np.flatnonzero(top >= least - margin), len(query))
    by_query = np.argsort(of, kind="stable")
    group, of = group[by_query], of[by_query]
    begins = group // _GROUPS * _BLOCK + group % _GROUPS
    entries = begins[:, None] + np.arange(0, _BLOCK, _GROUPS)
    return _rows(len(query), of, np.where(entries < len(key), entries, -1))


def _tops_of_groups(key: np.ndarray, turned: np.ndarray) -> np.ndarray:
    """Largest products (n_groups, m) with the queries `turned` (key_size, m), block after block."""
    product, tops = np.empty((_BLOCK, turned.shape[1]), np.float32), []
    for begin in range(0, len(key), _BLOCK):
        block = key[begin : begin + _BLOCK]
        n = len(block) // _GROUPS * _GROUPS
        # As many small products: they need no threads of their own and no copy of the keys.
        few = (-1, _GROUPS)
        np.matmul(
            block[:n].reshape(*few, key.shape[1]), turned,
            out=product[:n].reshape(*few, product.shape[1]),
        )  # fmt: skip
        np.matmul(block[n:], turned, out=product[n : len(block)])
        product[len(block) :] = -np.inf
        tops.append(product.reshape(*few, product.shape[1]).max(axis=0))
    return np.concatenate(tops)


def _rows(m: int, of: np.ndarray, entries: np.ndarray) -> np.ndarray:
    """One row (m, n_candidates) a query of all `entries` (p, k) that are `of` it (p,), ascending."""
    n = np.bincount(of, minlength=m)
    place = np.arange(len(of)) - np.repeat(np.cumsum(n) - n, n)
    table = np.full((m, n.max(), entries.shape[1]), -1)
    table[of, place] = entries
    return table.reshape(m, -1)


def nearness(key: np.ndarray, entry: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Products (m, n_candidates) of queries (m, key_size) and their entries, -inf where that is -1."""
    near = np.empty(entry.shape, np.float32)
    m = max(1, _AT_ONCE // max(entry.shape[1], 1))
    for begin in range(0, len(query), m):
        few = slice(begin, begin + m)
        np.einsum("mcd,md->mc", key[entry[few]], query[few], out=near[few])
    near[entry < 0] = -np.inf
    return near


class CellIndex:
    """An inverted file: entries by cell of a k-means partition; a query looks into a few cells.

    It may miss the nearest entry where that lies just beyond a border: then a near one is found
    in its place. Entries that were written after it was built are candidates for every query.

    Parameters
    ----------
    n_cells : int
    n_probes : int
        Cells that a query looks into.
    n_rounds : int
        Of k-means, on at most `n_sampled` of the keys.
    rebuild : float
        Share of newer entries from which the index is built anew.
    """

    def __init__(
        self,
        n_cells: int = 2048,
        n_probes: int = 4,
        n_rounds: int = 5,
        n_sampled: int = 20_000,
        rebuild: float = 0.01,
    ) -> None:
        for name, value in (
            ("n_cells", n_cells), ("n_probes", n_probes), ("n_sampled", n_sampled),
        ):  # fmt: skip
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        self.n_cells, self.n_probes = n_cells, n_probes
        self.n_rounds, self.n_sampled, self.rebuild = n_rounds, n_sampled, rebuild
        self.forget()

    def forget(self) -> None:
        """Build anew at the next query."""
        self._newer: dict[int, None] = {}
        self._n_built = 0

    def written(self, slot: int) -> None:
        """Take note of an entry that is new, or was overwritten and left its cell."""
        self._newer[slot] = None
        if slot < self._n_built:
            self._entries[self._place[slot]] = -1

    def candidates(self, key: np.ndarray, query: np.ndarray) -> np.ndarray:
        """Entries that may be the nearest to each query, as `certain_candidates` gives them.

        Of `key` (n_entries, key_size) to `query` (m, key_size); keys are compared by distance.
        """
        if not self._n_built or len(self._newer) > max(1, self.rebuild * self._n_built):
            self._build(key)
        newer = np.array(list(self._newer), np.int64)
        n_probes = min(self.n_probes, len(self._center))
        near = query @ self._center.T - self._offset
        cells = np.argpartition(near, -n_probes, axis=1)[:, -n_probes:]
        found = []
        for probed in cells:
            parts = [self._entries[self._start[c] : self._start[c + 1]] for c in probed]
            found.append(np.concatenate([*parts, newer]))
        of = np.repeat(np.arange(len(query)), [len(entries) for entries in found])
        return _rows(len(query), of, np.concatenate(found)[:, None])

    def _build(self, key: np.ndarray) -> None:
        """Lloyd's algorithm, from evenly spaced keys: nothing is left to chance."""
        n_cells = min(self.n_cells, len(key))
        sample = key[:: -(-len(key) // self.n_sampled)]
        center = sample[np.linspace(0, len(sample) - 1, n_cells).astype(int)].copy()
        for _ in range(self.n_rounds):
            cell = _nearest_center(sample, center)
            size = np.bincount(cell, minlength=n_cells)
            order = np.argsort(cell, kind="stable")
            begins = np.concatenate([[0], np.cumsum(size)[:-1]])[size > 0]
            center[size > 0] = np.add.reduceat(sample[order], begins) / size[size > 0, None]
        self._center, self._offset = center, np.square(center).sum(axis=1) / 2
        cell = _nearest_center(key, center)
        self._entries = np.argsort(cell, kind="stable")
        self._place = np.argsort(self._entries)  # of each entry among them
        size = np.bincount(cell, minlength=n_cells)
        self._start = np.concatenate([[0], np.cumsum(size)])
        self._newer, self._n_built = {}, len(key)


def _nearest_center(key: np.ndarray, center: np.ndarray) -> np.ndarray:
    """Number of the center that is nearest to each key, (n,)."""
    offset = np.square(center).sum(axis=1) / 2
    blocks = (key[begin : begin + _BLOCK] for begin in range(0, len(key), _BLOCK))
    return np.concatenate([(block @ center.T - offset).argmax(axis=1) for block in blocks])
