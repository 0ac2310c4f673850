"""Transitions that swap: the task, who notices, and the measures of it."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import fastslow as fs
from fastslow.analysis.reversal import accuracy_since_change
from fastslow.data.recording import stack
from fastslow.models.learners import TwoStepObserver
from fastslow.models.learners.two_step_learner import mapping_update
from fastslow.papers.akam2015 import paper
from fastslow.papers.akam2015.transitions import accuracy_after_swap, settled_interaction
from fastslow.tasks import Lanes, SwappingTwoStep, TwoStep


def labels_of(task, n, seed, name):
    play = task.play(n, Lanes(seed, n, "task"))
    rows = [next(play).labels[name]]
    rows += [play.send(np.zeros(n, np.int64)).labels[name] for _ in range(task.n_steps)]
    return np.array(rows)


def test_transitions_swap_as_often_as_said(seed):
    task, n = SwappingTwoStep(n_trials=60, p_swap=0.1), 400
    congruent = labels_of(task, n, seed, "congruent")
    assert congruent[0].all()
    swaps = congruent[1:] != congruent[:-1]
    assert abs(swaps.mean() - 0.1) < 4 * np.sqrt(0.1 * 0.9 / swaps.size)


def test_without_swaps_it_is_the_two_step_task(seed):
    still, usual = SwappingTwoStep(p_swap=0.0), TwoStep()
    for name in ("congruent", "better_state", "best_action"):
        assert np.array_equal(labels_of(still, 8, seed, name), labels_of(usual, 8, seed, name))


def test_swapped_worlds_differ_in_where_choices_lead_alone(seed):
    one, other = TwoStep(), TwoStep(mapping="incongruent")
    same, best = (
        [labels_of(t, 8, seed, name) for t in (one, other)]
        for name in ("better_state", "best_action")
    )
    assert np.array_equal(*same)
    assert np.array_equal(best[0], 1 - best[1])


def test_log_odds_after_a_chance_of_a_swap():
    """By hand: .8 congruent after one transition; .8 * .9 + .2 * .1 = .74 before the next."""
    odds = mapping_update(np.zeros(2), np.array([0, 0]), np.array([0, 1]), 0.8, p_swap=0.1)
    assert np.allclose(1 / (1 + np.exp(-odds)), [0.74, 0.26])
    certain = mapping_update(np.array([np.inf]), np.array([0]), np.array([1]), 0.8, p_swap=0.1)
    assert np.allclose(1 / (1 + np.exp(-certain)), 0.9)


def test_only_who_tracks_the_transitions_turns_around(seed):
    swapped = TwoStep(mapping="incongruent")
    found = {
        name: settled_interaction(
            fs.simulate(swapped, TwoStepObserver(assumed_mapping=name), 200, seed, record=())
        )
        for name in ("random", "congruent")
    }
    assert found["random"] > 0.3
    assert found["congruent"] < -0.3


def test_accuracy_after_a_swap_is_planted_and_lost(seed):
    task = SwappingTwoStep()
    planner = fs.simulate(task, TwoStepObserver(), 200, seed, record=())
    blind = fs.simulate(task, TwoStepObserver(assumed_mapping="congruent"), 200, seed, record=())
    assert accuracy_after_swap(planner) > 0.8
    assert accuracy_after_swap(blind) < 0.6


def test_accuracy_since_change_by_a_plain_loop(seed):
    recording = fs.simulate(SwappingTwoStep(n_trials=30), TwoStepObserver(), 20, seed, record=())
    curve = accuracy_since_change(recording, "congruent", n_trials=8)
    hits, counts = np.zeros(8), np.zeros(8, int)
    for e in range(20):
        since = None
        for t in range(30):
            row = recording.isel(episode=e, step=t)
            if t and row.congruent != recording.congruent[e, t - 1]:
                since = 0
            if since is not None and since < 8:
                counts[since] += 1
                hits[since] += int(row.action) == int(row.best_action)
            since = None if since is None else since + 1
    assert np.array_equal(curve.n_choices, counts)
    assert np.allclose(curve, hits / np.where(counts, counts, np.nan), equal_nan=True)


def test_the_figure_draws_what_it_tabulates(seed):
    worlds = {
        "": TwoStep(),
        "@swapped": TwoStep(mapping="incongruent"),
        "@swapping": SwappingTwoStep(),
    }
    lives = {
        world: stack(
            {k: fs.simulate(t, TwoStepObserver(), 30, seed + k, record=()) for k in (0, 1)}
        )
        for world, t in worlds.items()
    }
    (figure,) = paper.figures
    drawing, table = figure.draw(
        {need: lives["".join(need.partition("@")[1:])] for need in figure.needs}
    )
    assert set(table["panel"]) == {"interaction", "after swap"}
    shown = table[(table["panel"] == "interaction") & (table["x"] == "@swapped")]
    expected = settled_interaction(lives["@swapped"])
    np.testing.assert_allclose(shown["y"], np.tile(expected, table["agent"].nunique()))
    assert all(ax.get_ylabel() for ax in drawing.axes)
    assert len(drawing.axes[1].collections) == 5  # a shade for each agent
    plt.close(drawing)


def test_every_source_is_declared():
    known = {
        f"{e.name}@{test}" if test else e.name for e in paper.experiments for test in e.all_tests
    }
    assert {source for s in paper.signatures for source in s.sources} <= known
    assert {need for figure in paper.figures for need in figure.needs} <= known


def test_misuse_is_named(seed):
    with pytest.raises(ValueError, match=r"p_swap must be in \[0, 1\], got 2"):
        SwappingTwoStep(p_swap=2)
    with pytest.raises(ValueError, match="assumed_mapping must be congruent, random or None"):
        TwoStepObserver(assumed_mapping="swapped")
    recording = fs.simulate(TwoStep(n_trials=5), TwoStepObserver(), 3, seed, record=())
    with pytest.raises(ValueError, match="'congruent' never changes"):
        accuracy_since_change(recording, "congruent")
    with pytest.raises(KeyError, match="has no 'novelty'"):
        accuracy_since_change(recording, "novelty")
