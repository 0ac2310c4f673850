"""Every lane has random numbers of its own, whoever runs beside it and however they are drawn."""

import numpy as np
import pytest

from fastslow.tasks import Lanes, stream
from fastslow.tasks.randomness import EpisodeLanes

DRAWS = {
    "random": lambda lanes: lanes.random(),
    "random(k)": lambda lanes: lanes.random(3),
    "normal": lambda lanes: lanes.normal(),
    "normal(k)": lambda lanes: lanes.normal(2),
    "integers": lambda lanes: lanes.integers(7),
    "permutation": lambda lanes: lanes.permutation(5),
    "rows": lambda lanes: lanes.rows(4).T,
}


@pytest.fixture(params=DRAWS, ids=list(DRAWS))
def draw(request):
    return DRAWS[request.param]


def drawn(lanes, draw, times=150):
    """(times, n, ...) numbers, more than are drawn ahead at once."""
    return np.array([draw(lanes) for _ in range(times)])


def test_same_seed_same_numbers_other_seed_other(seed, draw):
    numbers = drawn(Lanes(seed, 4), draw)
    np.testing.assert_array_equal(numbers, drawn(Lanes(seed, 4), draw))
    assert not np.array_equal(numbers, drawn(Lanes(seed + 1, 4), draw))


@pytest.mark.parametrize("n", [1, 15, 16, 17, 40])
def test_a_lane_does_not_depend_on_how_many_there_are(seed, draw, n):
    most = drawn(Lanes(seed, 50), draw)
    np.testing.assert_array_equal(drawn(Lanes(seed, n), draw), most[:, :n])


@pytest.mark.parametrize("n", [3, 16, 20])
def test_a_lane_does_not_depend_on_other_seeds(seed, draw, n):
    alone = drawn(Lanes(seed, n), draw)
    together = drawn(Lanes([seed + 9, seed, seed + 4], n), draw)
    np.testing.assert_array_equal(together[:, n : 2 * n], alone)
    np.testing.assert_array_equal(together[:, :n], drawn(Lanes(seed + 9, n), draw))


def test_lanes_names_and_lives_differ(seed, draw):
    numbers = drawn(Lanes(seed, 40), draw)
    columns = {column.tobytes() for column in np.moveaxis(numbers, 1, 0)}
    assert len(columns) == 40
    assert not np.array_equal(numbers, drawn(Lanes(seed, 40, "agent"), draw))
    assert not np.array_equal(numbers, drawn(Lanes(seed, 40, life=1), draw))


@pytest.mark.parametrize("kind", ["random", "normal"])
def test_k_numbers_at_once_are_k_numbers_one_by_one(seed, kind):
    one_by_one, at_once = Lanes(seed, 5), Lanes(seed, 5)
    for k in (1, 3, 100, 100, 60, 300):  # crosses the blocks drawn ahead
        singles = np.array([getattr(one_by_one, kind)() for _ in range(k)])
        np.testing.assert_array_equal(getattr(at_once, kind)(k).T, singles)


def test_rows_are_what_random_gives(seed):
    one, other = Lanes(seed, 5), Lanes(seed, 5)
    np.testing.assert_array_equal(one.rows(130), [other.random() for _ in range(130)])
    assert one.rows(0).shape == (0, 5)


def test_uniform_and_normal_numbers_come_from_separate_sources(seed):
    plain, mixed = Lanes(seed, 3), Lanes(seed, 3)
    for _ in range(200):
        mixed.normal()
        np.testing.assert_array_equal(plain.random(), mixed.random())


def test_moments(seed):
    u, z = Lanes(seed, 100).random(500), Lanes(seed, 100).normal(500)
    n = u.size
    assert u.min() >= 0
    assert u.max() < 1
    for x, mean, variance, fourth in ((u, 1 / 2, 1 / 12, 1 / 80), (z, 0, 1, 3)):
        assert abs(x.mean() - mean) < 4 * np.sqrt(variance / n)
        spread = np.sqrt((fourth - variance**2) / n)
        assert abs(((x - mean) ** 2).mean() - variance) < 4 * spread
        neighbors = ((x[1:] - mean) * (x[:-1] - mean)).mean()
        assert abs(neighbors) < 4 * variance / np.sqrt(n - 500)


def test_integers_are_equally_frequent(seed):
    numbers = Lanes(seed, 100).integers(7, k=300)
    for value in range(7):
        p = 1 / 7
        assert abs((numbers == value).mean() - p) < 4 * np.sqrt(p * (1 - p) / numbers.size)
    assert numbers.max() == 6


def test_permutations_are_all_equally_frequent(seed):
    orders = Lanes(seed, 6000).permutation(3)
    assert (np.sort(orders, axis=1) == np.arange(3)).all()
    for order in np.unique(orders, axis=0):
        p = 1 / 6
        share = (orders == order).all(axis=1).mean()
        assert abs(share - p) < 4 * np.sqrt(p * (1 - p) / len(orders))


def test_streams_are_named_not_numbered(seed):
    states = {
        name: tuple(stream(seed, name).generate_state(4)) for name in ("task", "agent", "weights")
    }
    assert len(set(states.values())) == 3
    assert states["task"] == tuple(stream(seed, "task").generate_state(4))
    assert states["task"] != tuple(stream(seed + 1, "task").generate_state(4))


def test_luck_of_an_episode_does_not_depend_on_the_length_of_earlier_ones(seed, draw):
    """Lane 0 enters its second and third episodes late, lane 1 early; lane 2 never."""
    lanes = [EpisodeLanes(seed, 3) for _ in range(2)]
    enters = ({0: 3, 1: 7}, {0: 20, 1: 140})  # by lane: when its second episode begins
    numbers = []
    for one, when in zip(lanes, enters, strict=True):
        rows = []
        for t in range(300):
            one.enter(np.array([t == when[0], t == when[1], False]))
            rows.append(draw(one))
        numbers.append(np.array(rows))
    for lane in (0, 1):
        first, second = (n[:, lane] for n in numbers)
        a, b = enters[0][lane], enters[1][lane]
        np.testing.assert_array_equal(first[:a], second[:a])
        np.testing.assert_array_equal(first[a : a + 150], second[b : b + 150])
        assert not np.array_equal(first[:150], first[a : a + 150])
    np.testing.assert_array_equal(numbers[0][:, 2], numbers[1][:, 2])


def test_before_any_episode_the_numbers_are_those_of_lanes(seed, draw):
    np.testing.assert_array_equal(
        drawn(EpisodeLanes([seed, 3], 4), draw), drawn(Lanes([seed, 3], 4), draw)
    )
