"""The dictionary store: against a plain list, with ties, evictions, kernels, saving; and its speed."""

from time import perf_counter

import numpy as np
import pytest

from fastslow.models.contract import check_hippocampus
from fastslow.models.hippocampus.search import CellIndex
from fastslow.models.hippocampus.store import (
    EVICTIONS,
    INVERSE_DISTANCE_OFFSET,
    KERNELS,
    DictionaryStore,
)


class PlainStore:
    """One lane, one entry at a time."""

    def __init__(self, kernel, n_neighbors):
        self.kernel, self.k, self.entries = kernel, n_neighbors, []

    def write(self, key, value):
        self.entries.append((key.astype(float), value))

    def likeness(self, query, key):
        if self.kernel == "cosine":
            return query @ key / np.sqrt((query @ query) * (key @ key))
        square = ((query - key) ** 2).sum()
        return -np.sqrt(square) if self.kernel == "euclidean" else 1 / (square + 1e-3)

    def read(self, query):
        likeness = [self.likeness(query, key) for key, _ in self.entries]
        order = np.argsort(likeness)[::-1][: self.k]
        weight = (
            np.array(likeness)[order] if self.kernel == "inverse_distance" else np.ones(len(order))
        )
        return sum(
            w * self.entries[i][1] for w, i in zip(weight / weight.sum(), order, strict=True)
        )


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("n_neighbors", [1, 3])
def test_reads_what_a_plain_list_reads(kernel, n_neighbors, seed):
    rng = np.random.default_rng(seed)
    n, n_written = 4, 60
    store = DictionaryStore(n, 8, 3, kernel=kernel, n_neighbors=n_neighbors)
    plain = [PlainStore(kernel, n_neighbors) for _ in range(n)]
    for _ in range(n_written):
        key, value = rng.normal(size=(n, 8)).astype(np.float32), rng.normal(size=(n, 3))
        write = rng.random(n) < 0.7
        store.observe(key, {"value": value, "write": write})
        for lane in np.flatnonzero(write):
            plain[lane].write(key[lane], value[lane])
        query = rng.normal(size=(n, 8)).astype(np.float32)
        found, _ = store.retrieve(query)
        for lane in range(n):
            if plain[lane].entries:
                expected = plain[lane].read(query[lane].astype(float))
                np.testing.assert_allclose(found[lane], expected, rtol=1e-3, atol=1e-4)
    np.testing.assert_array_equal(store.n_entries, [len(p.entries) for p in plain])


def filled(store, keys):
    """The store, of one lane, after an entry was written under each key; values are their numbers."""
    n = len(keys)
    written = np.arange(n)[None]
    values = np.arange(n, dtype=np.float32)[None, :, None]
    saved = {"key": keys[None], "value": values, "count": np.array([n]), "clock": np.array(n)}
    store.restore(saved | {"written": written, "touched": written.copy()})
    return store


def likeness(kernel, keys, query):
    """Of each query (m, k) and key, as the plain formulas say; (m, n) float64."""
    keys, query = keys.astype(float), query.astype(float)
    if kernel == "cosine":
        lengths = np.linalg.norm(query, axis=1)[:, None] * np.linalg.norm(keys, axis=1)
        return query @ keys.T / lengths
    square = np.array([((keys - q) ** 2).sum(axis=1) for q in query])
    return -np.sqrt(square) if kernel == "euclidean" else 1 / (square + INVERSE_DISTANCE_OFFSET)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("n_neighbors", [1, 7])
def test_the_nearest_of_many_are_those_that_sorting_finds(kernel, n_neighbors, seed):
    """More entries than are compared one by one, and not a whole number of blocks."""
    rng = np.random.default_rng(seed)
    keys = rng.normal(size=(9_001, 20)).astype(np.float32)
    query = rng.normal(size=(12, 20)).astype(np.float32)
    store = filled(DictionaryStore(1, 20, 1, kernel=kernel, n_neighbors=n_neighbors), keys)
    slot, found = store.nearest(query[None])
    expected = likeness(kernel, keys, query)
    order = np.argsort(-expected, axis=1)[:, :n_neighbors]
    np.testing.assert_array_equal(slot[0], order)
    np.testing.assert_allclose(found[0], np.take_along_axis(expected, order, 1), rtol=1e-3)


def test_any_number_of_threads_finds_the_same(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    keys = rng.normal(size=(20_011, 9)).astype(np.float32)
    query = rng.normal(size=(1, 5, 9)).astype(np.float32)
    store = filled(DictionaryStore(1, 9, 1, kernel="euclidean", n_neighbors=3), keys)
    found = []
    for n_threads in "1", "2", "7":
        monkeypatch.setenv("OMP_NUM_THREADS", n_threads)
        found.append(store.nearest(query))
    for slot, likeness in found[1:]:
        np.testing.assert_array_equal(slot, found[0][0])
        np.testing.assert_array_equal(likeness, found[0][1])


def test_distances_are_those_of_keys_far_from_the_origin(seed):
    """Half a squared length is taken off within the product; what is left must still tell keys apart."""
    rng = np.random.default_rng(seed)
    keys = (rng.normal(size=(9_000, 8)) + 20).astype(np.float32)
    query = keys[::500] + 0.05 * rng.normal(size=(18, 8)).astype(np.float32)
    store = filled(DictionaryStore(1, 8, 1, kernel="euclidean"), keys)
    slot, _ = store.nearest(query[None])
    expected = likeness("euclidean", keys, query).argmax(axis=1)
    np.testing.assert_array_equal(slot[0, :, 0], expected)


def test_every_stored_key_finds_its_own_value_among_100_000(seed):
    rng = np.random.default_rng(seed)
    keys = rng.normal(size=(100_000, 64)).astype(np.float32)
    store = filled(DictionaryStore(1, 64, 1, kernel="euclidean"), keys)
    query = keys[::1600] + 0.1 * rng.normal(size=(63, 64)).astype(np.float32)
    brute = [((keys - q) ** 2).sum(axis=1).argmin() for q in query]
    np.testing.assert_array_equal(store.nearest(query[None])[0][0, :, 0], brute)
    values = [store.retrieve(q[None])[0][0, 0] for q in query[:5]]
    np.testing.assert_array_equal(values, brute[:5])


@pytest.mark.parametrize("kernel", KERNELS)
def test_of_many_equal_keys_the_latest_is_read(kernel, seed):
    rng = np.random.default_rng(seed)
    keys = rng.normal(size=(30, 6)).astype(np.float32)[np.arange(6_000) % 30]
    store = filled(DictionaryStore(1, 6, 1, capacity=6_000, kernel=kernel), keys)
    np.testing.assert_array_equal(
        store.nearest(keys[None, :30])[0][0, :, 0], np.arange(5_970, 6_000)
    )
    store.observe(keys[[3]], {"value": np.array([[-1.0]])})  # goes where the oldest was, slot 0
    assert store.retrieve(keys[[3]])[0] == -1


def test_an_index_finds_what_is_near_and_misses_little(seed):
    """Against the exact search: with queries near a stored key all but a few are found."""
    rng = np.random.default_rng(seed)
    keys = rng.normal(size=(20_000, 32)).astype(np.float32)
    index = CellIndex(n_cells=256)
    store = filled(DictionaryStore(1, 32, 1, kernel="euclidean", index=index), keys)
    near = keys[::100] + 0.1 * rng.normal(size=(200, 32)).astype(np.float32)
    found = store.nearest(near[None])[0][0, :, 0] == np.arange(0, 20_000, 100)
    assert found.mean() > 0.98
    # Those far from all keys lie at borders: a near one is found, often not the nearest.
    far = rng.normal(size=(200, 32)).astype(np.float32)
    exact = filled(DictionaryStore(1, 32, 1, kernel="euclidean"), keys).nearest(far[None])
    slot, distance = store.nearest(far[None])
    assert 0.05 < (slot == exact[0]).mean() < 1
    assert (distance <= exact[1] + 1e-4).all()
    assert np.median(distance / exact[1]) < 1.3


def test_an_index_knows_entries_that_came_after_it_and_those_overwritten(seed):
    rng = np.random.default_rng(seed)
    keys = rng.normal(size=(5_000, 8)).astype(np.float32)
    index = CellIndex(n_cells=64, n_probes=64)
    store = filled(DictionaryStore(1, 8, 1, capacity=5_000, index=index), keys)
    store.retrieve(keys[[0]])
    for i in range(200):  # more than lead to another index
        new = rng.normal(size=(1, 8)).astype(np.float32)
        store.observe(new, {"value": np.array([[-1.0 - i]])})
        assert store.retrieve(new)[0] == -1 - i
        assert store.retrieve(keys[[i]])[1] < 1 - 1e-6  # what lay there before is gone
    assert store.retrieve(keys[[4_999]])[0] == 4_999
    with pytest.raises(ValueError, match="an index searches a store of one lane, got 2 lanes"):
        DictionaryStore(2, 8, 1, index=CellIndex())
    for name in ("n_cells", "n_probes", "n_sampled"):
        with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
            CellIndex(**{name: 0})


def test_keys_are_compared_as_a_learned_embedding_sees_them(seed):
    """A network's own weights as embedding: what it does not see makes no difference."""
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(6, 4)).astype(np.float32)
    weights[3:] = 0

    def embed(key):
        return np.tanh(key @ weights)

    store = DictionaryStore(2, 6, 1, embedding=embed, kernel="euclidean")
    plain = DictionaryStore(2, 4, 1, kernel="euclidean")
    for value in range(20):
        key, step = rng.normal(size=(2, 6)).astype(np.float32), {"value": np.full((2, 1), value)}
        store.observe(key, step)
        plain.observe(embed(key), step)
    query = rng.normal(size=(2, 6)).astype(np.float32)
    unseen = query + np.array([0, 0, 0, 5, -3, 9], np.float32)
    for one, other in zip(store.retrieve(query), plain.retrieve(embed(query)), strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(store.retrieve(query)[0], store.retrieve(unseen)[0])
    np.testing.assert_array_equal(store.key_of(np.zeros(2, int)).shape, (2, 6))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("eviction", EVICTIONS)
@pytest.mark.parametrize("n_neighbors", [1, 2])
def test_contract(kernel, eviction, n_neighbors, seed):
    rng = np.random.default_rng(seed)
    check_hippocampus(
        lambda n: DictionaryStore(
            n, 5, 2, kernel=kernel, eviction=eviction, n_neighbors=n_neighbors
        ),
        rng.normal(size=(6, 5)).astype(np.float32),
        {"value": rng.normal(size=(6, 2))},
    )


@pytest.mark.parametrize("kernel", KERNELS)
def test_of_equal_keys_the_latest_is_read_even_after_the_oldest_went(kernel):
    store = DictionaryStore(1, 3, 1, capacity=3, kernel=kernel)
    key = np.array([[0.3, 0.1, 0.7]], np.float32)
    for value in range(1, 8):
        store.observe(key, {"value": np.array([[float(value)]])})
        assert store.retrieve(key)[0] == value
    np.testing.assert_array_equal(store.n_entries, [3])


def one_hot(i):
    return np.eye(4, dtype=np.float32)[[i]]


def test_first_in_goes_first_and_least_recently_used_is_spared():
    survivors = {}
    for eviction in EVICTIONS:
        store = DictionaryStore(1, 4, 1, capacity=3, eviction=eviction)
        for i in range(3):
            store.observe(one_hot(i), {"value": np.array([[i + 1.0]])})
        store.retrieve(one_hot(0))
        store.observe(one_hot(3), {"value": np.array([[4.0]])})
        survivors[eviction] = {i for i in range(4) if store.retrieve(one_hot(i))[1][0] > 0.5}
    assert survivors == {"first_in": {1, 2, 3}, "least_recently_used": {0, 2, 3}}


def test_inverse_distance_near_and_far():
    """Near a key its own value; far from all keys their mean (Pritzel et al. 2017, eq. 5)."""
    rng = np.random.default_rng(0)
    store = DictionaryStore(1, 5, 1, kernel="inverse_distance", n_neighbors=50)
    keys = np.concatenate([np.zeros((1, 5)), 20 * np.sign(rng.normal(size=(49, 5)))])
    values = np.concatenate([[1.0], np.zeros(49)])
    for key, value in zip(keys.astype(np.float32), values, strict=True):
        store.observe(key[None], {"value": np.array([[value]])})
    near, sure = store.retrieve(np.zeros((1, 5), np.float32))
    assert near[0, 0] > 0.999
    assert sure[0] == pytest.approx(1)
    far, sure = store.retrieve(np.full((1, 5), 1e6, np.float32))
    assert far[0, 0] == pytest.approx(1 / 50, rel=0.01)
    assert sure[0] < 1e-5
    assert INVERSE_DISTANCE_OFFSET == 1e-3


def test_a_saved_store_answers_as_before(seed, tmp_path):
    rng = np.random.default_rng(seed)

    def entry():
        return rng.normal(size=(2, 3)).astype(np.float32), {"value": rng.normal(size=(2, 2))}

    store = DictionaryStore(2, 3, 2, capacity=20, eviction="least_recently_used")
    for _ in range(30):
        store.observe(*entry())
        store.retrieve(entry()[0])
    copy = DictionaryStore(2, 3, 2, capacity=20, eviction="least_recently_used")
    np.savez(tmp_path / "store.npz", **store.saved())
    copy.restore(np.load(tmp_path / "store.npz"))
    for _ in range(10):
        more, query = entry(), entry()[0]
        for one in (store, copy):
            one.observe(*more)
        np.testing.assert_array_equal(store.retrieve(query)[0], copy.retrieve(query)[0])
    with pytest.raises(ValueError, match=r"saved key must be \(2, at most 20, 4\)"):
        DictionaryStore(2, 4, 2, capacity=20).restore(store.saved())


def test_keys_by_slot():
    store = DictionaryStore(2, 4, 1)
    assert not store.key_of(np.array([0, 5])).any()
    for i in range(3):
        store.observe(one_hot(i).repeat(2, axis=0), {"value": np.ones((2, 1))})
    np.testing.assert_array_equal(store.key_of(np.array([0, 2])).argmax(axis=1), [0, 2])
    assert not store.key_of(np.array([3, 99])).any()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"capacity": 0}, "capacity must be at least 1, got 0"),
        ({"n_neighbors": 0}, "n_neighbors must be at least 1, got 0"),
        ({"kernel": "dot"}, "kernel must be cosine, euclidean, inverse_distance, got 'dot'"),
        ({"eviction": "random"}, "eviction must be first_in or least_recently_used, got 'random'"),
    ],
)
def test_wrong_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        DictionaryStore(1, 2, 3, **settings)


@pytest.mark.parametrize("n_entries", [3, 5000])  # compared one by one, and searched
def test_a_query_with_nan_is_refused(n_entries):
    store = DictionaryStore(1, 2, 1)
    for i in range(n_entries):
        store.observe(np.array([[1.0, i]]), {"value": np.ones((1, 1))})
    for wrong in (np.nan, np.inf):
        with pytest.raises(ValueError, match="query must be finite, lane 0 asks with NaN"):
            store.retrieve(np.array([[1.0, wrong]]))


def test_wrong_shapes():
    store = DictionaryStore(2, 3, 1)
    with pytest.raises(ValueError, match=r"query must be \(2, 3\), got \(2, 4\)"):
        store.retrieve(np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"value must be \(2, 1\), got \(2, 2\)"):
        store.observe(np.zeros((2, 3)), {"value": np.zeros((2, 2))})


@pytest.mark.parametrize("index", [None, CellIndex()])
def test_64_queries_in_100_000_entries_are_quick(index, seed):
    """10 ms for certain and 5 ms with an index where two cores are free; here they may be busy."""
    rng = np.random.default_rng(seed)
    keys = rng.normal(size=(100_000, 64)).astype(np.float32)
    store = filled(DictionaryStore(1, 64, 1, index=index), keys)
    query = rng.normal(size=(1, 64, 64)).astype(np.float32)
    store.nearest(query)
    start = perf_counter()
    store.nearest(query)
    assert perf_counter() - start < 1
