"""The lesion table once more: paired tests, seeds of its own, two ranges."""

from dataclasses import replace

import numpy as np
import pytest

import fastslow as fs
from fastslow.analysis.style import paper_style
from fastslow.data.recording import stack
from fastslow.experiment import run
from fastslow.models.learners import Random
from fastslow.models.learners.corners import CornerByCorner
from fastslow.papers import find_experiment
from fastslow.papers.declaration import Experiment, PairedTest, Test
from fastslow.papers.integrated import maze, maze_predictions, maze_unseen, maze_unseen_figure
from fastslow.papers.integrated.maze_measures import excess_steps
from fastslow.papers.runs import finished, folder_of
from fastslow.tasks.navigation import TwoGaps

SMALL = TwoGaps(size=5, far=4, detour=2, max_steps=20, n_rounds=1, event="new")


def test_bounds_and_controls_are_those_of_the_first_table():
    first = {s.name.removeprefix("integrated/"): s for s in maze_predictions.SIGNATURES}
    assert len(maze_unseen.SIGNATURES) == 2 * 35
    for again in maze_unseen.SIGNATURES:
        family = next(f for f in maze_unseen.RANGES if again.name.startswith(f"integrated/{f}_"))
        one = first[again.name.removeprefix(f"integrated/{family}_")]
        assert (again.low, again.high) == (one.low, one.high)
        for role in ("subject", "shows_not"):
            for mine, theirs in zip(getattr(again, role), getattr(one, role), strict=True):
                assert mine.partition("@")[2] == theirs.partition("@")[2].removeprefix("ignorant_")
                was, now = theirs.partition("@")[0], mine.partition("@")[0]
                end = "ignorant" if family == "unseen" else "random"
                if was == "integrated/maze_ignorant":
                    assert now == f"integrated/maze_unseen_{end}" or role == "shows_not"
                else:
                    assert now == "integrated/maze_unseen"


def test_every_source_is_a_test_and_all_tests_are_paired():
    for signature in maze_unseen.SIGNATURES:
        for source in signature.sources:
            name, _, test = source.partition("@")
            experiment = find_experiment(name)
            assert isinstance(experiment.all_tests[test], PairedTest)
            assert experiment.seeds("full") == range(8, 16)


def test_settings_are_those_of_the_first_table():
    one, again = (find_experiment(f"integrated/{name}") for name in ("maze", "maze_unseen"))
    assert (one.task, one.agent, one.training) == (again.task, again.agent, again.training)
    for name in one.tests:
        a, b = one.tests[name], again.tests[name]
        assert (a.task, a.without) == (b.task, b.without)


def test_paired_agents_differ_by_nothing_where_the_lesion_does_nothing(seed):
    """In a context that is new nothing comes back, whatever became of earlier visits."""
    network = replace(maze.NETWORK, key=SMALL.context_columns, end=SMALL.place_columns)
    agent = network.initialized(SMALL, seed)
    agent = agent.with_weights({k: v * 2 for k, v in agent.weights.items()})

    def first_finds(paired, *without):
        life = fs.simulate(
            SMALL, agent.without("search", *without), 30, seed, record="last", paired=paired
        )
        excess = excess_steps(life, 0).values
        return excess[np.isfinite(excess)]

    for paired in (True, False):
        same = first_finds(paired) == first_finds(paired, "reinstatement")
        assert same.all() == paired


def test_figures_show_what_they_tabulate():
    """The intact agent and every lesioned one are the same here, so that all is spared."""
    ends = {"network": CornerByCorner(), "end": Random()}
    task = replace(SMALL, max_steps=100)
    of = {
        name: stack({s: fs.simulate(task, agent, 20, s, record="last") for s in (0, 1)})
        for name, agent in ends.items()
    }
    tables, combined = maze_unseen_figure.FIGURES
    with paper_style():
        _, table = tables.draw(
            {
                s: of["end" if "ignorant" in s or "_random@" in s else "network"]
                for s in tables.needs
            }
        )
        drawing, parts = combined.draw(dict.fromkeys(combined.needs, of["network"]))
    assert len(table) == 3 * 35
    np.testing.assert_array_equal(table["mean"], 0)
    verdict = table.groupby("predicted")["verdict"].unique()
    assert set(verdict["+"]) == set(verdict["(+)"]) == {"absent"}
    # A lesion that costs nothing is no control; random moves are one.
    assert set(verdict["0"]) == {"undiagnostic", "shown"}
    assert len(parts) == 2 * 12
    np.testing.assert_allclose(parts["mean"], excess_steps(of["network"], 0).mean())
    for ax in drawing.axes[:2]:
        low, high = ax.get_ylim()
        assert (parts["mean"].between(low, high)).all()


def test_random_moves_cost_more_than_corners_in_random_order(seed):
    task = replace(SMALL, max_steps=100)
    corners, moves = (
        float(excess_steps(fs.simulate(task, agent, 60, seed, record=()), 0).mean())
        for agent in (CornerByCorner(), Random())
    )
    assert moves > 2 * corners


def test_seeds_of_a_profile_begin_with_the_first(tmp_path, monkeypatch):
    settings = {"task": SMALL, "agent": CornerByCorner(), "recording": Test(2, record=())}
    later = Experiment("integrated/x", "", **settings, first_seed=8, quick=2, full=3)
    assert later.seeds("quick") == range(8, 10)
    done = run(later, out=tmp_path)
    assert done.seeds == (8, 9)
    with pytest.raises(ValueError, match="profile must be quick or full"):
        run(later, profile="half", out=tmp_path)
    run(later, [3], out=tmp_path)
    assert list(folder_of(later, tmp_path).seeds()) == [3, 8, 9]
    monkeypatch.setattr("fastslow.papers.runs.find_experiment", lambda name: later)
    assert finished("integrated/x", tmp_path).seeds == (8, 9)


def test_the_last_episodes_alone_are_those_of_the_whole_recording(seed):
    whole, last = (
        fs.simulate(SMALL, CornerByCorner(), 12, seed, record=record, paired=True)
        for record in ((), "last")
    )
    is_last = np.append(np.diff(whole.life.values) > 0, True)
    kept = whole.isel(episode=is_last, step=slice(last.sizes["step"]))
    assert last.sizes["episode"] == 12
    assert not whole.active.values[is_last, last.sizes["step"] :].any()
    for name in last.data_vars:
        np.testing.assert_array_equal(last[name].values, kept[name].values, err_msg=name)
