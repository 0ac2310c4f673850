"""The lesion table of the agent in the arena: what is measured, what is predicted, and the figures."""

import numpy as np
import pytest

import fastslow as fs
from fastslow.analysis.style import paper_style
from fastslow.data.recording import stack
from fastslow.models.learners.corners import CornerByCorner
from fastslow.papers.integrated import maze, maze_figure
from fastslow.papers.integrated.maze_measures import excess, excess_steps, impairment
from fastslow.papers.integrated.maze_predictions import (
    BOUNDS,
    COLUMNS,
    EVENTS,
    IMPAIRED,
    LESIONS,
    SIGNATURES,
    SPARED,
    cells,
)
from fastslow.tasks.navigation import TwoGaps


def lived(agent, event="recurrence", n=8, seed=0, **settings):
    """Recordings of two seeds, stacked."""
    task = TwoGaps(event=event, **settings)
    return stack({s: fs.simulate(task, agent, n, s, record=()) for s in (seed, seed + 1)})


def test_against_a_plain_loop(seed):
    life = lived(CornerByCorner(), "closed", seed=seed)
    for trial in (0, 2):
        expected = []
        for s in range(2):
            names = ("active", "period", "trial", "stage", "shortest_path")
            rows, costs = np.stack([life[name].values[s] for name in names], axis=2), []
            for visit in rows:
                steps, shortest = 0, None
                for *row, to_go in visit.tolist():
                    if row == [1, 3, trial, 1]:
                        shortest = to_go if shortest is None else shortest
                        steps += 1
                if shortest is not None:
                    costs.append(steps - shortest)
            assert len(costs) == 8
            expected.append(np.mean(costs))
        np.testing.assert_allclose(excess((trial,))(life), expected)
        assert (excess_steps(life, trial).fillna(0) >= 0).all()


def test_an_impairment_is_a_share_of_the_range(seed):
    random = fs.models.learners.Random()
    ignorant, lost = lived(CornerByCorner(), seed=seed), lived(random, seed=seed)
    np.testing.assert_allclose(impairment((0,))(lost, ignorant, lost), 0)
    np.testing.assert_allclose(impairment((0,))(lost, ignorant, ignorant), 1)
    with pytest.raises(ValueError, match="no test visit"):
        excess((0,))(ignorant.isel(episode=ignorant.period.isel(step=0, seed=0).values != 3))


def test_the_table_is_that_of_the_text():
    table = cells()
    assert set(table) == {(lesion, column) for lesion in LESIONS for column in COLUMNS}
    assert set(table.values()) == set(BOUNDS)
    assert table["no_rest", "remote_news"] == "+"
    assert table["state_reset", "recurrence"] == "(+)"
    assert len(SIGNATURES) == len(table)


def test_controls_are_where_the_table_says_the_opposite():
    for (_, column), sign in cells().items():
        if sign != "0":
            assert cells()[SPARED[column], column] == "0"
        elif column != "new_context":  # which nothing but ignorance spoils
            assert cells()[IMPAIRED[column], column] == "+"


def test_bounds_leave_no_verdict_to_two_signs():
    for signature in SIGNATURES:
        spared = signature.high == BOUNDS["0"][1]
        assert spared == (signature.low == BOUNDS["0"][0])
        if not spared:
            assert signature.low >= BOUNDS["0"][1]


def test_every_source_is_a_test():
    tests = {
        f"{e.name}@{name}" if name else e.name for e in maze.EXPERIMENTS for name in e.all_tests
    }
    assert {s for signature in SIGNATURES for s in signature.sources} <= tests
    assert {s for figure in maze.FIGURES for s in figure.needs} <= tests
    (experiment, blind, misled, ignorant) = maze.EXPERIMENTS
    for event in EVENTS:
        assert experiment.tests[f"intact_{event}"].task.event == event
        tasks = [e.tests[event].task for e in (blind, misled, ignorant)]
        assert tasks == [experiment.tests[f"intact_{event}"].task] * 3
        assert experiment.tests[f"short_rest_{event}"].task.n_backups == 1
        assert experiment.tests[f"random_order_in_short_rest_{event}"].without == ("ranking",)
    assert "reward_input" in blind.agent.lesions
    assert misled.agent == experiment.agent
    assert vars(misled.training) == vars(experiment.training)
    assert type(misled.training) is not type(experiment.training)


def test_the_table_is_drawn_as_it_is_tabulated(seed):
    by_event, random = (
        {event: lived(agent, event, 3, seed, max_steps=40, n_rounds=1) for event in EVENTS}
        for agent in (CornerByCorner(), fs.models.learners.Random())
    )
    recordings = {}
    for name in maze_figure.TABLE_SOURCES:
        event = next(event for event in EVENTS if name.endswith(event))
        recordings[name] = (by_event if "ignorant" in name or "no_" in name else random)[event]
    with paper_style():
        drawing, table = maze_figure.draw_table(recordings)
        drawing.canvas.draw()
    assert len(table) == len(maze_figure.ACUTE) * len(COLUMNS)
    np.testing.assert_allclose(table[table.lesion == "no_rest"]["mean"], 1)
    np.testing.assert_allclose(table[table.lesion == "gate_shut"]["mean"], 0, atol=1e-9)


def with_way(recording, life, way):
    """The recording with a way replayed in the last rest of a life of its first seed."""
    row = recording.isel(seed=0, step=0)
    rest = np.flatnonzero(((row.life == life) & (row.period == 2)).values)[-1]
    event = {"replay_seed": int(recording.seed[0]), "replay_episode": rest}
    planted = {name: ("replay_event", np.array([value])) for name, value in event.items()}
    planted["replay_state"] = ("backup", np.array(way, float))
    planted["event_of"] = ("backup", np.zeros(len(way), int))
    return recording.assign(planted)


def test_ways_are_drawn(seed):
    slow, quick = (
        lived(fs.models.learners.Random(), "news", 8, seed),
        lived(CornerByCorner(), "news", 8, seed),
    )
    life = maze_figure.telling_life(quick.isel(seed=0), slow.isel(seed=0))
    saved = []
    for one in range(8):
        costs = [
            float(excess_steps(r.isel(seed=0, episode=(r.life == one).values), 0).max())
            for r in (slow, quick)
        ]
        saved.append(costs[0] - costs[1])
    helped = sorted(steps for steps in saved if steps > 0)
    assert saved[life] == helped[len(helped) // 2]

    test = quick.isel(seed=0, episode=(quick.life == life).values)
    goal = int(test.goal.values[-1, 0])
    way = TwoGaps().grid.graph.shortest_path(17, goal)
    with paper_style():
        drawing, table = maze_figure.draw_ways(
            {maze_figure.WITH_REST: with_way(quick, life, way), maze_figure.WITHOUT_REST: slow}
        )
        drawing.canvas.draw()
    assert table[table.panel == "rest: replayed"].state.tolist() == way
    taken = table[table.panel == "after rest"].state.tolist()
    assert (taken[0], taken[-1]) == (int(test.start.values[-1, 0]), goal)
    with pytest.raises(ValueError, match=f"no way to state {goal} was replayed"):
        maze_figure.replayed(with_way(quick, life, way[:-1]), life, goal)
