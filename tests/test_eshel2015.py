"""Eshel et al. 2015: what is declared, its measures on planted neurons, and figures."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

import fastslow as fs
from fastslow.models.learners import QLearner
from fastslow.papers.eshel2015 import conditioning, measures, paper, teacher
from fastslow.papers.eshel2015.conditioning import GRADED, LIGHT, TASK
from fastslow.tasks import StableVolatileBandit

BASELINE, SUBTRACTED, DIP, CUE = 5.0, 6.0, 3.0, 8.0  # Hz; what is taken off, at announcement 1


def hill(volume):
    return 40 * np.sqrt(volume) / (np.sqrt(volume) + np.sqrt(2))


def recorded(task, divides=False, knows=True, added=0.0, n_seeds=2):
    """Neurons without noise, two trials of each volume and announcement."""
    trials = list(itertools.product(task.volumes, task.announced)) * 2
    volume, announced = np.array(trials, np.float32).T
    expected = announced * knows
    response = hill(volume)
    response = response / (1 + expected) if divides else response - SUBTRACTED * expected
    gain = np.linspace(0.5, 1.5, 6)
    numbers = {
        "dopamine_baseline": np.full(len(volume), BASELINE),
        "dopamine_reward": BASELINE + response + added,
        "dopamine_omission": BASELINE - DIP * expected,
        "dopamine_cue": BASELINE + CUE * announced,
        "gaba_baseline": np.full(len(volume), 15.0),
        "gaba_delay": 15 + 20 * expected,
        "dopamine_cells": response[:, None] * gain,
        "histogram": np.tile(BASELINE + response[:, None], 80),
    }
    variables = {}
    for name, values in numbers.items():
        own = {"dopamine_cells": ("dopamine_cells_0",), "histogram": ("histogram_0",)}.get(name, ())
        rows = np.stack([np.full_like(values, np.nan), values], axis=1)
        variables[name] = (("seed", "episode", "step", *own), np.stack([rows] * n_seeds))
    for name, values in (("volume", volume), ("announced", announced)):
        rows = np.stack([values, values], axis=1)
        variables[name] = (("seed", "episode", "step"), np.stack([rows] * n_seeds))
    return xr.Dataset(variables, {"seed": np.arange(n_seeds)})


MAIN, DIVISION, NAIVE = recorded(TASK), recorded(TASK, divides=True), recorded(TASK, knows=False)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (measures.dopamine_baseline, BASELINE),
        (measures.gaba_baseline, 15),
        (measures.gaba_rise, 20 * measures.EXPECTED / 15),
        (measures.volume_order, 1),
        (measures.hill_r2, 1),
        (measures.omission_dip, -DIP * measures.EXPECTED),
        (measures.reward_over_omission, hill(5.0) / (DIP * measures.EXPECTED)),
    ],
)
def test_what_was_planted_is_measured(measure, expected):
    np.testing.assert_allclose(measure(MAIN), [expected, expected], rtol=1e-5)


def test_subtraction_and_division_are_told_apart():
    assert (measures.division_over_subtraction(MAIN) > 100).all()
    assert (measures.division_over_subtraction(DIVISION) < 0.01).all()


def test_without_expectation_nothing_is_carried_taken_off_or_missed():
    np.testing.assert_allclose(measures.gaba_rise(NAIVE), 0, atol=1e-6)
    np.testing.assert_allclose(measures.omission_dip(NAIVE), 0, atol=1e-6)


def test_graded_announcements():
    np.testing.assert_allclose(measures.falls_with_expectation(recorded(GRADED)), -1)
    np.testing.assert_allclose(measures.cue_follows_announcement(recorded(GRADED)), 1)


def test_light_is_judged_by_the_condition_in_which_it_does_least():
    unlit, lit = recorded(LIGHT), recorded(LIGHT, added=2.0)
    expected = lit["announced"] > 0
    lit["dopamine_reward"] = lit["dopamine_reward"] + expected  # 2 Hz unexpected, 3 Hz expected
    np.testing.assert_allclose(measures.light_raises(lit, unlit), 2, rtol=1e-5)
    np.testing.assert_allclose(measures.light_lowers(unlit, lit), -2, rtol=1e-5)


def test_cells_that_respond_more_have_more_taken_off():
    """One gain of a neuron scales its response and its inhibition alike."""
    np.testing.assert_allclose(measures.common_gain(MAIN), 1)


OWN_FIGURES = (*conditioning.FIGURES, *teacher.FIGURES)


def test_every_source_is_declared():
    known = {
        f"{e.name}@{test}" if test else e.name for e in paper.experiments for test in e.all_tests
    }
    assert {source for s in paper.signatures for source in s.sources} <= known
    assert {need for figure in OWN_FIGURES for need in figure.needs} <= known


def recording_for(need, lives):
    """The task that a source was recorded in tells which of the planted recordings it gets."""
    if "@graded" in need:
        return recorded(GRADED)
    if "light" in need:
        return recorded(LIGHT)
    return MAIN if need == "eshel2015/conditioning" else lives


@pytest.mark.parametrize(("figure", "n_panels"), list(zip(OWN_FIGURES, (6, 2), strict=True)))
def test_figures_draw_what_they_tabulate(figure, n_panels, seed):
    lives = fs.simulate(StableVolatileBandit(), QLearner(), 5, seed, record=())
    lives = lives.expand_dims(seed=[0])
    drawing, table = figure.draw({need: recording_for(need, lives) for need in figure.needs})
    assert len(drawing.axes) == n_panels
    assert all(ax.get_ylabel() for ax in drawing.axes)
    assert table["panel"].nunique() == n_panels
    assert np.isfinite(table["y"]).any()
    plt.close(drawing)
