"""The dictionary store: against a plain list, with ties, evictions, kernels, saving; and its speed."""

from time import perf_counter

import numpy as np
import pytest

from fastslow.models.contract import check_hippocampus
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


def test_every_stored_key_finds_its_own_value_among_100_000(seed):
    rng = np.random.default_rng(seed)
    n_entries = 100_000
    store = DictionaryStore(1, 64, 1, capacity=n_entries, kernel="euclidean")
    keys = rng.normal(size=(n_entries, 64)).astype(np.float32)
    store.restore(filled(store, keys, np.arange(n_entries, dtype=np.float32)[:, None]))
    query = keys[::1600][:, None] + 0.1 * rng.normal(size=(63, 1, 64)).astype(np.float32)
    slot, _ = store.nearest(query.transpose(1, 0, 2))
    brute = [((keys - q) ** 2).sum(axis=1).argmin() for q in query[:, 0]]
    np.testing.assert_array_equal(slot[0, :, 0], brute)


def filled(store, keys, values):
    """What a store of one lane saves after these entries were written."""
    n = len(keys)
    written = np.arange(n)[None]
    return {
        "key": keys[None], "value": values[None], "square": (keys**2).sum(axis=1)[None],
        "written": written, "touched": written.copy(), "count": np.array([n]), "clock": np.array(n),
    }  # fmt: skip


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


def test_a_saved_store_answers_as_before(seed):
    rng = np.random.default_rng(seed)

    def entry():
        return rng.normal(size=(2, 3)).astype(np.float32), {"value": rng.normal(size=(2, 2))}

    store = DictionaryStore(2, 3, 2, capacity=20, eviction="least_recently_used")
    for _ in range(30):
        store.observe(*entry())
        store.retrieve(entry()[0])
    copy = DictionaryStore(2, 3, 2, capacity=20, eviction="least_recently_used")
    copy.restore(store.saved())
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


def test_wrong_shapes():
    store = DictionaryStore(2, 3, 1)
    with pytest.raises(ValueError, match=r"query must be \(2, 3\), got \(2, 4\)"):
        store.retrieve(np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"value must be \(2, 1\), got \(2, 2\)"):
        store.observe(np.zeros((2, 3)), {"value": np.zeros((2, 2))})


@pytest.mark.slow
def test_64_queries_in_100_000_entries_are_quick(seed):
    """Time grows as the arithmetic does; a generous bound, since cores may be busy."""
    rng = np.random.default_rng(seed)
    store = DictionaryStore(1, 64, 1)
    keys = rng.normal(size=(100_000, 64)).astype(np.float32)
    store.restore(filled(store, keys, np.zeros((100_000, 1), np.float32)))
    query = rng.normal(size=(1, 64, 64)).astype(np.float32)
    store.nearest(query)
    start = perf_counter()
    store.nearest(query)
    assert perf_counter() - start < 1
