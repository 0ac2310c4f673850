"""Look-alikes, a memory handed over, pictures, the water maze: figures from tiny recordings, and measures."""

from dataclasses import replace
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import pytest

import fastslow as fs
from fastslow.data.recording import stack
from fastslow.models import Prefrontal
from fastslow.models.learners import Random
from fastslow.papers.ritter2018 import (
    changing,
    compositional,
    correlated,
    handover,
    images,
    recall,
    water_maze,
)
from fastslow.tasks import BarcodeBandit, CompositionalBandit
from fastslow.tasks.image_bandit import ImageBandit
from fastslow.tasks.navigation import Arena

SHORT = {
    recall: replace(recall.TASK, n_episodes=10, n_pulls=1),
    handover: BarcodeBandit(n_pulls=1),
    compositional: CompositionalBandit(n_episodes=20, n_pulls=1),
    images: ImageBandit(BarcodeBandit(n_episodes=20, n_pulls=1)),
    water_maze: Arena(n_contexts=2, n_exposures=2, n_finds=1, max_steps=5, barcode_size=10, size=5),
}
N_LIVES = {recall: 120, handover: 2, compositional: 6, images: 3, water_maze: 4}


@cache
def recordings(module):
    """Every recording that the module's figures and signatures need, of untrained networks."""
    found = {}
    for experiment in module.EXPERIMENTS:
        for name, test in experiment.all_tests.items():
            seeds = {}
            task = SHORT[module]
            if test.task is not None and module is images:
                task = replace(task, jitter=test.task.jitter)
            for seed in (0, 1):
                agent = experiment.agent
                if isinstance(agent, Prefrontal):
                    agent = agent.initialized(task, seed)
                agent = agent.without(*test.without)
                seeds[seed] = fs.simulate(task, agent, N_LIVES[module], seed, record=test.record)
            found[f"{experiment.name}@{name}" if name else experiment.name] = stack(seeds)
    return found


@pytest.mark.parametrize("module", list(SHORT), ids=lambda m: m.__name__.rpartition(".")[2])
def test_figures_and_measures(module):
    own = recordings(module)
    for figure in module.FIGURES:
        drawing, table = figure.draw({source: own[source] for source in figure.needs})
        assert all(ax.get_ylabel() for ax in drawing.axes if ax.lines or ax.patches)
        assert len(table)
        plt.close(drawing)
    for signature in module.SIGNATURES:
        assert set(signature.sources) <= set(own)
        groups = (signature.subject, signature.shows_not, *signature.beside)
        for group in filter(None, groups):
            sources = (group,) if isinstance(group, str) else group
            values = signature.measure(*(own[source] for source in sources))
            assert np.shape(values) == (2,)
            assert np.isfinite(values).all()


def test_the_correlated_family_is_that_of_recall_on_other_networks():
    same = zip(recall.SIGNATURES, correlated.SIGNATURES, strict=False)
    for was, now in same:
        assert (now.claim, now.low, now.high) == (was.claim, was.low, was.high)
        assert now.measure is was.measure
        assert now.sources == correlated.renamed(was.sources)
    for was, now in zip(recall.EXPERIMENTS, correlated.EXPERIMENTS, strict=False):
        assert now.all_tests == was.all_tests
        assert now.full == was.full
    mean = [np.mean(np.minimum(row, 10 - np.array(row))) for row in correlated.SHIFTS]
    assert (np.diff(mean) >= 0).all()
    assert recall.FAR not in correlated.TRAINED_ON.shift


def test_known_contexts_change_often_in_the_training_of_changing(seed):
    """As its text says; in that of `recall` a known barcode rarely has another good arm."""
    n = 200  # lives; .6 of visits in half of them, and .5 in a twelfth
    often = share_changed(changing.EXPERIMENTS[0].task, n, seed)
    rarely = share_changed(recall.TRAINED_ON, n, seed)
    assert abs(often - 0.5 * 0.6) < 4 * 0.6 * np.sqrt(0.5 * 0.5 / n)
    assert abs(rarely - 0.5 / 12) < 4 * 0.5 * np.sqrt(11 / 12**2 / n)
    was = {s.name.rpartition("/recall_")[2]: s for s in recall.SIGNATURES}["how"]
    how = changing.SIGNATURES[0]
    assert (how.low, how.high) == (was.low, was.high)
    own = {source.replace("recall", "changing"): r for source, r in recordings(recall).items()}
    values = how.measure(*(own[source] for source in how.subject))
    np.testing.assert_array_equal(
        values, was.measure(*(recordings(recall)[s] for s in was.subject))
    )


def share_changed(task, n_lives, seed):
    """Of visits to a known barcode those in which the good arm is another one than last time."""
    life = fs.simulate(replace(task, n_pulls=1), Random(), n_lives, seed).isel(step=0)
    known = changed = 0
    for _, own in life.groupby("life"):
        last = {}
        for barcode, arm in zip(own.observation.values, own.best_action.values, strict=True):
            name = barcode.tobytes()
            known += name in last
            changed += last.get(name, arm) != arm
            last[name] = arm
    return changed / known


def test_the_figures_of_the_correlated_family():
    own = {correlated.renamed(source): r for source, r in recordings(recall).items()}
    for test in ("", "@all_familiar"):
        own[f"ritter2018/correlated_short{test}"] = own[f"ritter2018/correlated{test}"]
    for figure, panels in zip(correlated.FIGURES, ("abcd", "ab"), strict=True):
        drawing, table = figure.draw({source: own[source] for source in figure.needs})
        assert set(table.panel) == set(panels)
        plt.close(drawing)


def test_the_figure_of_changing_shows_the_savings_of_each_network():
    figure = changing.FIGURES[0]
    own = {f"ritter2018/{name}{test}": recordings(recall)[f"ritter2018/recall{test}"]
           for name in ("changing", "correlated", "recall")
           for test in ("", "@empty_memory")}  # fmt: skip
    drawing, table = figure.draw({source: own[source] for source in figure.needs})
    plt.close(drawing)
    expected = changing.SIGNATURES[0].measure(*(own[s] for s in changing.SIGNATURES[0].subject))
    drawn = table[table["shift"] == recall.NEAR]
    np.testing.assert_allclose(drawn["mean"], expected.mean(), atol=1e-6)
    assert list(drawn.network) == [
        "ritter2018/changing",
        "ritter2018/correlated",
        "ritter2018/recall",
    ]


def test_how_much_lower_the_gate_is(seed):
    task = replace(SHORT[recall], n_pulls=2)
    agent = recall.NETWORK.initialized(task, seed)
    life = fs.simulate(task, agent, 120, seed, record=("reinstatement",))
    planted = life.reinstatement * 0 + 0.8 - 0.1 * life.distance
    recording = stack(
        {
            0: life.assign(reinstatement=planted),
            1: life.assign(reinstatement=life.reinstatement * 0 + 0.3),
        }
    )
    for measure in (correlated.gate_fall, correlated.later_gate_fall):
        np.testing.assert_allclose(measure(recording), [0.5 / 0.8, 0], atol=1e-5)
