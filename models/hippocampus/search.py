"""Which entries of a large memory may be the nearest: for certain, or in all likelihood.

Both answers are short lists of candidates; who asked compares them one by one. Nearness is the
product of query and key less an offset of the key: with unit keys and no offset the cosine, with
half the squared length of the key what orders entries by distance.
"""

from __future__ import annotations

import numpy as np

_BLOCK = 8192  # entries compared at a time: their products stay in the processor's cache
_GROUPS = 128  # of each block; entry i belongs to group i mod 128


def certain_candidates(
    key: np.ndarray, offset: np.ndarray, query: np.ndarray, n_neighbors: int, margin: np.ndarray
) -> list[np.ndarray]:
    """Entries among which the nearest ones of each query are for certain.

    All products are formed; of each group of 64 entries only the largest is kept, which shows
    the few groups that have to be looked at again.

    Parameters
    ----------
    key : (n_entries, key_size) float32
    offset : (n_entries,) float32
    query : (m, key_size) float32
    n_neighbors : int
    margin : (m,) float32
        Entries that are less near than the nearest ones by at most this are candidates, too.

    Returns
    -------
    list of (n_candidates,) ints, one for each query

    Examples
    --------
    >>> key = np.eye(3, dtype=np.float32)
    >>> none, margin = np.zeros(3, np.float32), np.zeros(1, np.float32)
    >>> certain_candidates(key, none, key[[2]], 1, margin)
    [array([2])]
    """
    product = np.empty((_BLOCK, len(query)), np.float32)
    turned, tops = np.ascontiguousarray(query.T), []
    shifted = offset.any()
    for begin in range(0, len(key), _BLOCK):
        block = key[begin : begin + _BLOCK]
        near = np.matmul(block, turned, out=product[: len(block)])
        if shifted:
            near -= offset[begin : begin + _BLOCK, None]
        product[len(block) :] = -np.inf
        tops.append(product.reshape(-1, _GROUPS, len(query)).max(axis=0))
    top = np.concatenate(tops)
    last = max(len(top) - n_neighbors, 0)
    least = top.max(axis=0) if n_neighbors == 1 else np.partition(top, last, axis=0)[last]
    group, of = np.nonzero(top >= least - margin)
    by_query = np.split(group[np.argsort(of, kind="stable")], np.cumsum(np.bincount(of))[:-1])
    members = np.arange(0, _BLOCK, _GROUPS)
    found = []
    for groups in by_query:
        begins = groups // _GROUPS * _BLOCK + groups % _GROUPS
        entries = (begins[:, None] + members).ravel()
        found.append(entries if entries[-1] < len(key) else entries[entries < len(key)])
    return found


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
        self._newer: list[int] = []
        self._n_built = 0

    def written(self, slot: int) -> None:
        """Take note of an entry that is new, or was overwritten."""
        self._newer.append(slot)

    def candidates(self, key: np.ndarray, query: np.ndarray) -> list[np.ndarray]:
        """Entries of `key` (n_entries, key_size) that may be the nearest to each query (m, key_size)."""
        if not self._n_built or len(self._newer) > max(1, self.rebuild * self._n_built):
            self._build(key)
        newer = np.array(self._newer, np.int64)
        n_probes = min(self.n_probes, len(self._center))
        near = query @ self._center.T - self._offset
        cells = np.argpartition(near, -n_probes, axis=1)[:, -n_probes:]
        found = []
        for probed in cells:
            parts = [self._entries[self._start[c] : self._start[c + 1]] for c in probed]
            found.append(np.concatenate([*parts, newer]))
        return found

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
        size = np.bincount(cell, minlength=n_cells)
        self._start = np.concatenate([[0], np.cumsum(size)])
        self._newer, self._n_built = [], len(key)


def _nearest_center(key: np.ndarray, center: np.ndarray) -> np.ndarray:
    """Number of the center that is nearest to each key, (n,)."""
    offset = np.square(center).sum(axis=1) / 2
    blocks = (key[begin : begin + _BLOCK] for begin in range(0, len(key), _BLOCK))
    return np.concatenate([(block @ center.T - offset).argmax(axis=1) for block in blocks])
