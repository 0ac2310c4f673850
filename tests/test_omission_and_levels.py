"""Dips at omissions by expectation, and which way sharp waves run: planted, and not there."""

import numpy as np
import pytest
import xarray as xr

from fastslow.models.hippocampus.readout import Sweep
from fastslow.papers.closed_loop import excited_levels
from fastslow.papers.closed_loop.line import GOAL, NETWORK
from fastslow.papers.eshel2015 import omission

LEVELS = np.array([0.0, 0.1, 0.3, 0.5, 0.7, 0.9])
RECOMPUTED = np.array([0.2, -1.1, -1.6, -2.7, -2.9, -3.4])  # Hz, as in the specification


def omitted(dips, n_trials=1) -> xr.Dataset:
    """Trials without reward at every level, one seed; `dips` are (levels,) Hz."""
    announced = np.repeat(LEVELS, n_trials)
    response = np.repeat(dips, n_trials)
    dims = ("seed", "episode", "step")

    def at_reward(values):
        return dims, np.stack([np.zeros(len(values)), values], axis=1)[None]

    return xr.Dataset(
        {
            "volume": at_reward(np.zeros(len(announced))),
            "announced": at_reward(announced),
            "dopamine_omission": at_reward(5.0 + response),
            "dopamine_baseline": at_reward(np.full(len(announced), 5.0)),
        },
        {"seed": [0]},
    )


def test_dips_that_deepen_and_level_off():
    assert omission.omission_order(omitted(RECOMPUTED)) == pytest.approx([-1.0])
    assert omission.levelling(omitted(RECOMPUTED)) == pytest.approx([-1.75 + 0.77 / 0.1475])


def test_a_straight_line_does_not_level_off():
    assert omission.levelling(omitted(-4 * LEVELS)) == pytest.approx([0.0], abs=1e-9)


def test_without_an_order_there_is_none(seed):
    """Permuted dips are in no order on average: 400 permutations of six have an SD of 5**-.5."""
    rng = np.random.default_rng(seed)
    found = [omission.omission_order(omitted(rng.permutation(RECOMPUTED)))[0] for _ in range(400)]
    assert abs(np.mean(found)) < 4 * 5**-0.5 / 20


def test_forward_sweeps_run_toward_the_goal(monkeypatch):
    paths = ([GOAL - 9, GOAL - 4, GOAL], [GOAL, GOAL - 5], [GOAL - 3], [], [2, 1, 3])
    found = [Sweep(0.0, 0.3, np.array(p, int), np.zeros(len(p))) for p in paths]
    monkeypatch.setattr(excited_levels, "sweeps_of", lambda recording, k: iter(found))
    recording = xr.Dataset({}, {"seed": [0, 1]})
    assert excited_levels.forward_sweeps(recording).tolist() == [2.0, 2.0]


@pytest.mark.parametrize("backward", [False, True])
def test_a_planted_sweep_is_read_from_spikes(backward):
    """Place cells fire in the order of their fields, 20 ms a state, in the second of two rests."""
    n_place, n_states = NETWORK.n_pyramidal // 2, GOAL + 1
    times, neurons = [], []
    for k in range(n_states):
        state = GOAL - k if backward else k
        cells = np.arange(state, state + 1) * n_place // n_states + np.arange(n_place // n_states)
        for repeat in range(4):
            times.append(np.full(len(cells), 10.001 + 0.02 * k + 0.005 * repeat))
            neurons.append(cells)
    dims = ("seed", "episode", "step")
    recording = xr.Dataset(
        {
            "planning": (dims, [[[2], [2]]]),
            "active": (dims, [[[True], [True]]]),
            "clock": (dims, [[[0.0], [10.0]]]),
            "time": ("spike", np.concatenate(times)),
            "neuron": ("spike", np.concatenate(neurons)),
            "spike_seed": ("spike", np.zeros(4 * n_states * (n_place // n_states), int)),
        },
        {"seed": [0]},
    )
    (sweep,) = excited_levels.sweeps_of(recording, 0)
    ends = (GOAL, 0) if backward else (0, GOAL)
    assert (sweep.states[0], sweep.states[-1]) == ends
    assert excited_levels.forward_sweeps(recording).tolist() == [0.0 if backward else 1.0]


def test_a_change_is_that_of_the_means():
    first, second = np.array([0.0, 4.0, 8.0]), np.array([4.0, 2.0, 0.0])
    change = excited_levels.relative_change(first, second)
    assert change.mean() == pytest.approx(1.0)
    np.testing.assert_allclose(excited_levels.relative_change(2 * second, second), 1.0)
    assert np.isnan(excited_levels.relative_change(first, np.zeros(3))).all()


def test_the_error_of_a_change_is_that_of_a_bootstrap(seed):
    """Poisson counts of 200 animals: standard errors agree within a tenth."""
    rng = np.random.default_rng(seed)
    first, second = rng.poisson(6, 200), rng.poisson(5, 200)
    error = excited_levels.relative_change(first, second).std(ddof=1) / np.sqrt(200)
    drawn = rng.integers(200, size=(4000, 200))
    ratios = first[drawn].mean(axis=1) / second[drawn].mean(axis=1)
    assert error == pytest.approx(ratios.std(), rel=0.1)
