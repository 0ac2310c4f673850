"""Solve rates, steps above minimum and recovery, on lives laid out by hand and simulated."""

import numpy as np
import pytest
import xarray as xr

from fastslow.analysis.adaptation import (
    attempts_to_readapt,
    attempts_to_recover,
    by_life,
    moving_solve_rate,
    sam_geodesic,
    sam_manhattan,
    solve_rate,
)
from fastslow.analysis.navigation import path_length
from fastslow.data.recording import stack
from fastslow.data.simulate import simulate
from fastslow.models.learners import Random
from fastslow.tasks import GridWorld
from fastslow.tasks.navigation import tan


def lives(*outcomes: str) -> xr.Dataset:
    """A recording of one step an attempt: '+' reached the goal, '-' did not."""
    solved = np.array([sign == "+" for life in outcomes for sign in life])[:, None]
    n = np.ones(solved.shape, int)
    attempt = np.concatenate([np.arange(len(life)) for life in outcomes])
    columns = {
        "active": n == 1, "phase": 0 * n, "solved": solved, "attempt": attempt[:, None],
        "manhattan": n, "shortest_path": n,
    }  # fmt: skip
    life = np.repeat(np.arange(len(outcomes)), [len(life) for life in outcomes])
    data = {name: (("episode", "step"), array) for name, array in columns.items()}
    return xr.Dataset(data, coords={"life": ("episode", life)})


def test_rates_by_hand():
    recording = lives("+-+-", "++++")
    np.testing.assert_array_equal(solve_rate(recording), [[0.5, 1]])
    np.testing.assert_array_equal(solve_rate(recording, 0, 1), [[1, 1]])
    np.testing.assert_array_equal(solve_rate(recording, 1), [[1 / 3, 1]])
    np.testing.assert_array_equal(solve_rate(recording, fewer_than=1), [[0, 0]])
    moving = moving_solve_rate(recording, 2)[0, 0]
    np.testing.assert_array_equal(moving, [np.nan, 0.5, 0.5, 0.5])


@pytest.mark.parametrize(
    ("after", "expected"), [("+++++", 3), ("-++++", 4), ("--+++", 5), ("-----", 6), ("+-+++", 5)]
)
def test_recovery_by_hand(after, expected):
    recording = lives("+++++" + after)
    assert attempts_to_recover(recording, 5, window=3).item() == expected


def test_recovery_to_a_rate_below_one():
    assert attempts_to_recover(lives("+-+-+-" + "-+-+-+"), 6, window=2).item() == 2


def ways(*lengths: int) -> xr.Dataset:
    """A life of attempts of these lengths, each the shortest where it is 2."""
    n_steps = max(lengths)
    active = np.arange(n_steps) < np.array(lengths)[:, None]
    n = np.ones(active.shape, int)
    columns = {
        "active": active, "phase": 0 * n, "solved": active,
        "attempt": np.arange(len(lengths))[:, None] * n, "manhattan": 2 * n, "shortest_path": 2 * n,
    }  # fmt: skip
    data = {name: (("episode", "step"), array) for name, array in columns.items()}
    return xr.Dataset(data, coords={"life": ("episode", np.zeros(len(lengths), int))})


@pytest.mark.parametrize(
    ("after", "expected"), [((2, 2, 9), 2), ((3, 3, 9), 2), ((4, 3, 2), 3), ((9, 9, 9), 4)]
)
def test_readaptation_by_hand(after, expected):
    assert attempts_to_readapt(ways(2, 9, *after), 2, window=2).item() == expected
    with pytest.raises(ValueError, match="at least 2 attempts, got 1"):
        attempts_to_readapt(ways(2, 2), 1, window=2)


def test_too_few_attempts_are_an_error():
    with pytest.raises(ValueError, match="at least 5 attempts, got 2 and 4"):
        attempts_to_recover(lives("++++++"), 2)


def test_sums_agree_with_a_plain_loop():
    task = tan.dynamic(n_attempts=6, change_every=3)
    recording = stack({seed: simulate(task, Random(), n_lives=2, seed=seed) for seed in (0, 4)})
    for measure, label in ((sam_manhattan, "manhattan"), (sam_geodesic, "shortest_path")):
        total = np.zeros((2, 2))
        for seed in range(2):
            for episode in range(12):
                one = recording.isel(seed=seed, episode=episode)
                if 2 <= episode % 6 < 5:
                    total[seed, episode // 6] += int(one.active.sum()) - int(one[label][0])
        np.testing.assert_array_equal(measure(recording, 2, 5), total)


def test_lives_are_told_apart():
    recording = simulate(GridWorld(size=3, n_attempts=4), Random(), n_lives=3)
    length = path_length(recording)
    table = by_life(recording, length)
    assert dict(table.sizes) == {"seed": 1, "life": 3, "attempt": 4}
    np.testing.assert_array_equal(table.values.ravel(), length)
