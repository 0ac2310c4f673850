"""Spiking dopamine neurons: the single cell, the circuit, what is measured of it, what it teaches."""

import numpy as np
import pytest

import fastslow as fs
from fastslow.analysis.dopamine_responses import (
    hill_fit,
    mean_response,
    subtraction_and_division,
    suppression_by_response,
)
from fastslow.models import check_agent
from fastslow.models.dopamine.circuit import (
    BASELINE,
    GABA_DELAY,
    REWARD_RESPONSE,
    DopamineCircuit,
    Firing,
)
from fastslow.models.dopamine.neurons import DopamineNeurons
from fastslow.models.learners import QLearner
from fastslow.models.learners.dopamine_taught import DopamineTaught
from fastslow.papers.eshel2015.teacher import late_after_reversal, optimism
from fastslow.tasks import Bandit, InformativeArm, Lanes, StableVolatileBandit, check_task
from fastslow.tasks.conditioning import Conditioning

NONE = np.zeros(1)


def test_the_task_keeps_the_contract():
    check_task(Conditioning())


def test_volumes_and_announcements_are_drawn_evenly(seed):
    r = fs.simulate(Conditioning(volumes=(0.0, 5.0)), QLearner(), 400, seed, record=())
    for name, value in (("volume", 5.0), ("announced", 0.9)):
        share = float((r[name].isel(step=0) == np.float32(value)).mean())
        assert abs(share - 0.5) < 4 * np.sqrt(0.25 / 400)
    assert np.array_equal(r["reward"].isel(step=0), r["volume"].isel(step=0))


def test_one_cell_without_noise_fires_as_the_formula_says(seed):
    """Interval of a leaky integrate-and-fire cell: refractory + tau log(I / (I - threshold))."""
    cell = DopamineCircuit(n_cells=1, noise=0.0, inhibition=0.0, tonic_drive=30.0)
    spikes, _ = cell.run(NONE, NONE, seed=seed)
    interval = np.diff(spikes.time)
    assert np.allclose(interval, 0.005 + 0.015 * np.log(30 / 15), atol=0.001)


def test_gaba_cells_fire_at_the_rates_given(seed):
    circuit, n = DopamineCircuit(), 40
    _, gaba = circuit.run(np.zeros(n), np.full(n, 0.9), seed=seed)
    seconds = n * circuit.n_cells
    for window, rate in ((BASELINE, 15.0), (GABA_DELAY, 15 + 25 * 0.9 * (2 / 3 + 1) / 2)):
        expected = rate * (window[1] - window[0]) * seconds
        found = gaba.rate(window).mean() * (window[1] - window[0]) * seconds
        assert abs(found - expected) < 4 * np.sqrt(expected)


def test_expectation_acts_through_the_synapses_alone(seed):
    n = 40
    reward, expected = np.full(2 * n, 5.0), np.repeat([0.0, 0.9], n)

    def effect(inhibition):
        spikes, _ = DopamineCircuit(inhibition=inhibition).run(reward, expected, seed=seed)
        response = spikes.rate(REWARD_RESPONSE).mean(axis=1)
        error = np.sqrt(response[:n].var() / n + response[n:].var() / n)
        return (response[n:].mean() - response[:n].mean()) / error

    assert effect(0.05) < -4
    assert abs(effect(0.0)) < 4


def test_a_seed_gives_the_same_spikes_and_leaves_numpy_alone(seed):
    circuit = DopamineCircuit(n_cells=3)
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    one, again, other = (circuit.run(NONE, NONE, seed=s)[0] for s in (seed, seed, seed + 1))
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    assert np.array_equal(one.time, again.time)
    assert not np.array_equal(one.time, other.time)


def test_rates_and_histograms_count_spikes():
    firing = Firing(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([0.15, 0.2, 1.1]), 2, 2)
    assert np.allclose(firing.rate((0.1, 0.4)), np.array([[1, 1], [0, 0]]) / 0.3)
    time, rate = firing.histogram(0.1)
    assert np.isclose(rate.sum(axis=1) * 0.1 * 2, [2, 1]).all()
    assert np.isclose(time[rate[1].argmax()], 1.15) or np.isclose(time[rate[1].argmax()], 1.05)


def test_arithmetic_is_told_apart():
    volume = np.array([0.1, 0.3, 1.2, 2.5, 5, 10, 20])
    response = 42 * np.sqrt(volume) / (np.sqrt(volume) + np.sqrt(2.1))
    assert np.allclose(hill_fit(volume, response), (42, 2.1, 1))
    subtracted = subtraction_and_division(response, response - 8)
    divided = subtraction_and_division(response, response / 1.5)
    assert subtracted[0] < 1e-9 < subtracted[1]
    assert divided[1] < 1e-9 < divided[0]
    # No rising curve explains more of responses that fall than a constant does, which is nothing.
    assert hill_fit(volume, response[::-1])[2] <= 0


def test_responses_by_a_plain_loop(seed):
    task = Conditioning(volumes=(0.0, 5.0))
    r = fs.simulate(task, DopamineNeurons(DopamineCircuit(n_cells=4)), 40, seed)
    found = mean_response(r)
    assert np.isnan(r["dopamine_reward"].isel(step=0)).all()
    for volume in (0.0, 5.0):
        for announced in (0.0, np.float32(0.9)):
            values = [
                float(row.dopamine_reward - row.dopamine_baseline)
                for row in (r.isel(episode=e, step=1) for e in range(40))
                if row.volume == volume and row.announced == announced
            ]
            here = found.sel(volume=volume, announced=announced, method="nearest")
            assert np.isclose(float(here), np.mean(values), atol=1e-4)
    some = (r["volume"] > 0).isel(step=1) == (r["announced"] > 0).isel(step=1)
    with pytest.raises(ValueError, match="record more lives"):
        mean_response(r.isel(episode=some))


def test_common_gains_are_found_and_independent_ones_are_not(seed):
    """Planted in the rates themselves: 400 cells, suppression with or without the cell's gain."""
    import xarray as xr

    rng = np.random.default_rng(seed)
    gain, other = rng.normal(1, 0.3, (2, 400))
    volume, announced = np.array([5.0, 5.0], np.float32), np.array([0.0, 0.9], np.float32)
    tolerance = 4 / np.sqrt(400)

    def recording(inhibition):
        cells = np.stack([20 * gain, 20 * gain - 5 * inhibition])
        rows = np.stack([np.full_like(cells, np.nan), cells], axis=1)
        return xr.Dataset(
            {
                "dopamine_cells": (("episode", "step", "dopamine_cells_0"), rows),
                "volume": (("episode", "step"), np.stack([volume, volume], axis=1)),
                "announced": (("episode", "step"), np.stack([announced, announced], axis=1)),
            }
        )

    assert suppression_by_response(recording(gain), 0.9)[0] > 0.99
    assert abs(suppression_by_response(recording(other), 0.9)[0]) < tolerance


def test_the_teacher_compresses_bad_news_and_the_exact_one_does_not(seed):
    task, learner = StableVolatileBandit(), DopamineTaught(n_repeats=10)
    taught, exact = (
        fs.simulate(task, agent, 60, seed, record=())
        for agent in (learner, learner.without("rectification"))
    )
    assert optimism(taught) > 0.1
    assert abs(optimism(exact)) < 0.1
    assert late_after_reversal(taught, exact) > 0
    q_learner = fs.simulate(task, QLearner(learning_rate_gain=0.1), 60, seed, record=())
    reward = [r.reward.mean("step").values for r in (exact, q_learner)]
    error = np.sqrt(sum(x.var() / len(x) for x in reward))
    assert abs(reward[0].mean() - reward[1].mean()) < 4 * error


def test_the_taught_learner_keeps_the_contract(seed):
    circuit = DopamineCircuit(n_cells=2)
    check_agent(DopamineTaught(circuit=circuit, n_repeats=2), Bandit(n_trials=12), seed=seed)


def test_a_task_that_does_not_fit_is_declined(seed):
    with pytest.raises(TypeError, match="needs a Conditioning task, .* got Bandit"):
        fs.simulate(Bandit(), DopamineNeurons(), 2, seed)
    with pytest.raises(ValueError, match=r"one animal: give one seed, got \(0, 1\)"):
        DopamineNeurons().begin(Conditioning(), 2, Lanes((0, 1), 1, "agent"))
    learner = DopamineTaught(circuit=DopamineCircuit(n_cells=2), n_repeats=2)
    with pytest.raises(ValueError, match="knows rewards of 0 and 1 only, got"):
        fs.simulate(InformativeArm(), learner, 20, seed)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: DopamineTaught(volume=0.0), "volume must be greater than 0, got 0.0"),
        (lambda: DopamineTaught(n_repeats=0), "n_repeats must be at least 1, got 0"),
        (lambda: DopamineCircuit(n_cells=0), "n_cells must be at least 1, got 0"),
        (lambda: DopamineCircuit(inhibition=-1), "inhibition must not be negative, got -1"),
        (lambda: DopamineCircuit().run([-1.0], [0.0]), "not negative, got -1"),
        (lambda: DopamineCircuit().run([1.0], [2.0]), r"expected must be in \[0, 1\], got 2"),
        (lambda: DopamineCircuit().run([1.0], [0.0, 1.0]), "must be of one length"),
        (lambda: Conditioning(volumes=()), "volumes must be one or more numbers"),
        (lambda: Conditioning(announced=(2.0,)), "announced must be one or more numbers"),
        (lambda: hill_fit([1, 2], [1, 2]), "three or more volumes"),
        (lambda: hill_fit([1, 2, 3], [1, 1, 1]), "nothing to fit"),
    ],
)
def test_misuse_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
