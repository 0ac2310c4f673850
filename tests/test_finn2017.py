"""The paper of sinusoids: its declaration, what its measures measure, its figures."""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from fastslow.analysis.style import paper_style
from fastslow.data.facts import published
from fastslow.data.recording import stack
from fastslow.data.simulate import simulate
from fastslow.papers import PAPERS, find_experiment
from fastslow.papers.finn2017 import bias_variance, sinusoids
from fastslow.papers.verdict import judge

PAPER = PAPERS["finn2017"]
QUICK = {"n_updates": 3}


def recorded(source, n_lives):
    """Two seeds of a source with next to no slow learning."""
    name, _, test = source.partition("@")
    experiment = find_experiment(name)
    task = experiment.all_tests[test].task or experiment.task
    slow = experiment.agent.slow
    agent = replace(experiment.agent, slow=replace(slow, **QUICK) if name in ARMS else slow)
    lives = {seed: simulate(task, agent, n_lives, seed, record=()) for seed in (100, 101)}
    return stack(lives)


ARMS = {e.name for e in sinusoids.EXPERIMENTS}


@pytest.fixture(scope="module")
def recordings():
    needs = {source: None for figure in PAPER.figures for source in figure.needs}
    return {source: recorded(source, 12) for source in needs}


def with_errors(by_rest):
    """A recording of one life asked for one thing after each rest, with these squared errors."""
    n = len(by_rest)
    row = {"rests": np.arange(n), "phase": np.zeros(n), "active": np.ones(n, bool), "x": np.ones(n)}
    columns = {
        name: (("seed", "episode", "step"), value[None, None]) for name, value in row.items()
    }
    reward = (("seed", "episode", "step"), -np.array(by_rest, float)[None, None])
    return xr.Dataset({**columns, "reward": reward}, coords={"seed": [0]})


def test_every_signature_has_a_published_fact_and_its_sources_exist():
    for signature in PAPER.signatures:
        fact = published(signature.published)
        if signature.published_at:
            fact.at(**signature.published_at)
        for source in signature.sources:
            name, _, test = source.partition("@")
            assert test in find_experiment(name).all_tests


def test_black_box_and_gradient_learner_are_of_one_size_and_meet_the_same():
    from fastslow.models.gradient_based.black_box import fresh_weights
    from fastslow.models.gradient_based.regression import initial_weights

    arms = {name: slow for name, (slow, _) in sinusoids.ARMS.items()}
    box, maml = arms["recurrent"], arms["maml"]
    n_box = sum(array.size for array in fresh_weights(3, box.n_units, 0).values())
    layers = initial_weights((1, *maml.n_units, 1), np.random.default_rng(0))
    assert abs(n_box / sum(array.size for array in layers) - 1) < 0.1
    assert box.n_updates * box.n_lanes == maml.n_updates * maml.n_lanes
    assert box.world == maml.world


def test_measures():
    falling = with_errors([8, 4, 4, 4, 4, 3, 3, 3, 3, 3, 2])
    level = with_errors([6] * 11)
    assert sinusoids.error_after_1(falling) == 4
    assert sinusoids.error_after_5(falling) == 3
    assert sinusoids.error_after_10(falling) == 2
    assert sinusoids.ratio_after_10(level, falling) == 3
    assert sinusoids.ratio_on_unseen_half(level, falling) == 3
    assert sinusoids.gain_beyond_one_step(falling) == 2
    assert sinusoids.gain_beyond_one_step(level) == 1


def test_bias_and_variance_are_found_in_noisy_fits_and_not_in_exact_ones(recordings):
    noisy = [recordings[f"finn2017/degree_{d}"] for d in bias_variance.DEGREES]
    exact = [recorded(f"finn2017/degree_{d}@dense", 2) for d in bias_variance.DEGREES]
    assert (bias_variance.variance_by_degree(*exact) == 0).all()
    assert (bias_variance.best_degree(*exact) == 9).all()
    np.testing.assert_allclose(bias_variance.bias_by_degree(*exact), -1)
    assert (bias_variance.variance_by_degree(*noisy) > 0.9).all()
    shuffled = np.random.default_rng(1).permutation(len(noisy))
    found = bias_variance.variance_by_degree(*(noisy[k] for k in shuffled))
    assert (abs(found) < 0.9).all()
    assert bias_variance.largest_excess(*noisy).shape == (2,)


def test_verdicts_are_reached_from_recordings(recordings):
    for signature in PAPER.signatures:
        missing = {s: recorded(s, 4) for s in signature.sources if s not in recordings}
        assert np.isfinite(judge(signature, {**recordings, **missing}).measured.seeds).all()


@pytest.mark.parametrize("figure", PAPER.figures, ids=lambda figure: figure.name)
def test_figures_are_drawn_and_say_what_is_in_them(figure, recordings):
    with paper_style():
        drawing, table = figure.draw({source: recordings[source] for source in figure.needs})
        drawing.canvas.draw()
    assert len(table)
    assert all(ax.get_ylabel() for ax in drawing.axes)
    plt.close(drawing)
