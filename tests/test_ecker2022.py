"""Ecker et al. 2022: what is declared, its measures on planted sweeps, and figures from tiny runs."""

from dataclasses import replace

import numpy as np
import pytest

import fastslow as fs
from fastslow.data.facts import published
from fastslow.data.recording import stack
from fastslow.models.hippocampus.ca3 import CA3
from fastslow.models.hippocampus.place_memory import PlaceMemory
from fastslow.models.hippocampus.spikes import Spikes
from fastslow.papers.declaration import experiment_of
from fastslow.papers.ecker2022 import measures, paper, path_measures
from fastslow.papers.ecker2022.mazes import GOAL, ON_LINE, START
from fastslow.papers.ecker2022.network import LINE, OPEN_MAZE, T_MAZE

EXPERIMENTS = {experiment.name: experiment for experiment in paper.experiments}
TINY = CA3(n_pyramidal=400, n_basket=20, duration=3.0, target="numpy")
MOVES = {"ecker2022/track": 600}  # twelve laps; other ways are 400 steps long


@pytest.mark.parametrize("signature", paper.signatures, ids=lambda s: s.name)
def test_signatures_are_declared_in_full(signature):
    assert published(signature.published).doi == "10.7554/eLife.71850"
    assert (signature.low, signature.high) != (None, None)
    for source in signature.sources:
        assert source.partition("@")[2] in EXPERIMENTS[experiment_of(source)].all_tests


def test_the_worlds_have_the_states_they_are_said_to_have():
    for graph, n in ((LINE, 20), (T_MAZE.graph, 23), (OPEN_MAZE.graph, 47)):
        assert graph.adjacency.any(axis=1).sum() == n
    track = EXPERIMENTS["ecker2022/track"].task
    assert track.n_moves == 2162  # 400 s, 43 laps of 50 states
    for e in paper.experiments:
        few = {"ecker2022/track_full_size": (1, 1)} | {
            f"ecker2022/{world}_shuffled": (3, 3) for world in ("t_maze", "open_maze")
        }
        assert (e.quick, e.full) == few.get(e.name, (3, 8))


def sweeping(memory, cue=None, condition=None, weights=None):
    """A rest with a sweep a second in place of the network's run, forward and in reverse in turn.

    Cells at the place of the sweep fire at 200 Hz, in step at 180 Hz, and basket cells with them.
    """
    rng, duration = np.random.default_rng(memory._next_seed()), memory.network.duration
    order = np.flatnonzero(memory.code.overlap.any(axis=1))
    n_cells, n_basket = memory.network.n_pyramidal, memory.network.n_basket
    time, neuron = [rng.random(100) * duration], [rng.integers(n_cells, size=100)]
    for number in range(int(duration)):
        way = order if number % 2 == 0 else order[::-1]
        when = number + 0.5 + np.arange(0, 0.4, 1e-3)
        state = way[((when - when[0]) / 0.4 * len(way)).astype(int)]
        share = np.where(memory.fields >= 0, memory.code.overlap[state][:, memory.fields], 0)
        rhythm = 1 + 0.9 * np.sin(2 * np.pi * 180 * when)[:, None]
        step, cell = np.nonzero(rng.random(share.shape) < 0.2 * share * rhythm)
        time.append(when[step])
        neuron.append(cell)
        step, cell = np.nonzero(rng.random((len(when), n_basket)) < 0.1 * rhythm)
        time.append(when[step])
        neuron.append(n_cells + cell)
    order = np.argsort(np.concatenate(time), kind="stable")
    spikes = Spikes(np.concatenate(time)[order], np.concatenate(neuron)[order])
    return spikes, memory.readout.sweeps(spikes, duration)


def silent(memory, cue=None, condition=None, weights=None):
    rng = np.random.default_rng(0)
    n = memory.network.n_pyramidal
    return Spikes(np.sort(rng.random(300)) * 3.0, rng.integers(n + 5, size=300)), []


def tiny(source: str, rest=sweeping, duration=TINY.duration):
    """Two seeds of a small version of a source, the network replaced."""
    name, _, test = source.partition("@")
    experiment = EXPERIMENTS[name]
    declared = experiment.all_tests[test]
    network = replace(TINY, duration=duration)
    agent = replace(experiment.agent, network=network).without(*declared.without)
    if hasattr(agent, "homeostatic"):
        agent = replace(agent, homeostatic=False, summed=())
    task = replace(experiment.task, n_moves=MOVES.get(name, 400), n_rests=1)
    original = PlaceMemory.rest
    PlaceMemory.rest = rest
    try:
        return stack({s: fs.simulate(task, agent, 1, seed=s) for s in (0, 1)})
    finally:
        PlaceMemory.rest = original


@pytest.fixture(scope="module")
def track():
    return tiny("ecker2022/track")


@pytest.fixture(scope="module")
def quiet():
    return tiny("ecker2022/track", silent)


@pytest.fixture(scope="module")
def line():
    return tiny("ecker2022/line")


def test_measures_find_what_was_planted_on_the_track(track):
    assert measures.n_events(track).tolist() == [10, 10]
    np.testing.assert_allclose(measures.event_length(track), 0.4, atol=0.05)
    assert (measures.significant(track) == 1).all()
    assert (measures.line_score(track) > 0.8).all()
    assert (measures.line_margin(track) > 0.2).all()
    np.testing.assert_allclose(measures.reverse_share(track), 1 / 3)
    speed = measures.LENGTH / 0.4 / measures.SPEED
    np.testing.assert_allclose(measures.compression(track), speed, rtol=0.2)
    assert (np.abs(measures.basket_peak(track) - 180) < 4).all()
    assert (measures.pyramidal_ripple(track) > 0.3).all()
    assert (measures.ripple_above_gamma(track) > 0).all()
    expected = 0.4 * 100  # in a tenth of 1 ms bins during .4 s of each second
    np.testing.assert_allclose(measures.rate("basket")(track), expected, rtol=0.1)


def test_measures_find_nothing_where_nothing_happens(quiet):
    for measure in (measures.n_events, measures.significant, measures.line_score,
                    measures.compression, measures.basket_peak, measures.pyramidal_ripple):  # fmt: skip
        assert measure(quiet).tolist() == [0, 0]
    assert np.isnan(measures.reverse_share(quiet)).all()


def test_measures_of_paths_find_what_was_planted_on_the_line(line):
    assert (ON_LINE.adjacent(line) > 0.8).all()
    assert (ON_LINE.within_two(line) > 0.95).all()
    assert (ON_LINE.n_states(line) > 12).all()
    # Two of its three sweeps come with a cue, one from either end: in 3 s nothing is cued at 2.5 s
    np.testing.assert_allclose(ON_LINE.starts_at(START)(line), 1 / 2)
    np.testing.assert_allclose(ON_LINE.starts_at(GOAL)(line), 1 / 2)
    np.testing.assert_allclose(ON_LINE.leads_away(START)(line), 1 / 2)


def at_once(memory, cue=None, condition=None, weights=None):
    """A rest with one sweep, which begins where and when it is cued; at the goal at .5 s otherwise."""
    rng, duration = np.random.default_rng(memory._next_seed()), memory.network.duration
    places = np.flatnonzero(memory.code.overlap.any(axis=1))
    onset, cell = (10, -1) if cue is None else np.unravel_index(cue.argmax(), cue.shape)
    when = onset * 0.05 + np.arange(0, 0.4, 1e-3)
    way = places if cell >= 0 and memory.fields[cell] == START else places[::-1]
    state = way[((when - when[0]) / 0.4 * len(way)).astype(int)]
    share = np.where(memory.fields >= 0, memory.code.overlap[state][:, memory.fields], 0)
    step, cell = np.nonzero(rng.random(share.shape) < 0.2 * share)
    spikes = Spikes(when[step], cell)
    return spikes, memory.readout.sweeps(spikes, duration)


@pytest.mark.parametrize(
    ("source", "state", "share"),
    [
        ("short_rests_start_cue", START, 1),
        ("short_rests_goal_cue", GOAL, 1),
        ("short_rests", START, 0),
        ("short_rests", GOAL, 0),  # it begins there, but not when a cue would have come
    ],
)
def test_a_short_rest_is_cued_when_it_begins(source, state, share):
    found = tiny(f"ecker2022/{source}", at_once, duration=1.0)
    assert ON_LINE.starts_at(state)(found).tolist() == [share, share]
    assert ON_LINE.leads_away(state)(found).tolist() == [share, share]


def test_weights_are_those_of_the_first_rest(track):
    found = measures.at_rest("weight_sum")(track)
    assert found.shape == (2,)
    assert (found > 0).all()


def test_the_width_of_the_transition_is_that_of_the_sums_around_it():
    recording = tiny("ecker2022/line")
    widths = path_measures.transition_width(recording)
    assert np.isnan(widths).all()  # one sum tells no transition


@pytest.mark.parametrize("name", ["raster", "ripple", "weights", "paths", "excitability"])
def test_figures_draw_from_tiny_runs(name, track, quiet, line):
    import matplotlib.pyplot as plt

    from fastslow.analysis.style import paper_style

    figure = {f.name: f for f in paper.figures}[f"ecker2022/{name}"]

    def recorded(source: str):
        if source.startswith("ecker2022/track"):
            return quiet if source.endswith("gamma") else track
        return line if source.startswith("ecker2022/line") else tiny(source)

    with paper_style():
        drawing, table = figure.draw({source: recorded(source) for source in figure.needs})
        drawing.canvas.draw()
    assert len(table)
    for ax in drawing.axes:
        assert ax.get_xlabel() or ax.get_ylabel() or ax.get_title() or ax.get_title(loc="left")
    plt.close(drawing)
