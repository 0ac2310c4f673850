"""Mattar & Daw 2018: what is declared, the news task, and figures from tiny runs."""

from dataclasses import replace
from time import process_time

import numpy as np
import pytest

import fastslow as fs
from fastslow.data.facts import published
from fastslow.data.recording import stack
from fastslow.models.replay_agents import TabularQ
from fastslow.papers.declaration import experiment_of
from fastslow.papers.mattar2018 import paper
from fastslow.papers.mattar2018.measures import FORWARD_START, REVERSE_END, Rate, altered_to_normal
from fastslow.papers.mattar2018.news import AWAKE, RIGHT, RestNewsRest, punished_end_replayed
from fastslow.tasks import ACT, FORCED, REST, check_task
from fastslow.tasks.navigation import linear_track, open_maze, shock_track

EXPERIMENTS = {experiment.name: experiment for experiment in paper.experiments}


def tiny(source: str, n_attempts: int = 6, n_lives: int = 3):
    """Two seeds of a small version of a source."""
    name, _, test = source.partition("@")
    experiment = EXPERIMENTS[name]
    task = experiment.all_tests[test].task or experiment.task
    if hasattr(task, "n_attempts"):
        task = replace(task, n_attempts=n_attempts)
    return stack(
        {s: fs.simulate(task, experiment.agent, n_lives, seed=s, record="rests") for s in (0, 1)}
    )


@pytest.mark.parametrize("signature", paper.signatures, ids=lambda s: s.name)
def test_signatures_are_declared_in_full(signature):
    assert signature.published.startswith("mattar2018/")
    assert published(signature.published).doi == "10.1038/s41593-018-0232-z"
    assert (signature.low, signature.high) != (None, None)
    for source in signature.sources:
        experiment = EXPERIMENTS[experiment_of(source)]
        assert source.partition("@")[2] in experiment.all_tests


def test_the_worlds_are_the_published_ones():
    track, maze = linear_track(), open_maze()
    assert (track.n_attempts, track.n_backups, track.reward_noise) == (50, 20, 0.1)
    assert track.layouts[0].graph.distances[0, 9] == 9
    agent = TabularQ()
    settings = (agent.learning_rate, agent.discount, agent.inverse_temperature)
    assert settings == (1.0, 0.9, 5.0)
    walls = np.argwhere(maze.layouts[0].wall) + 1
    expected = [(1, 8), (2, 3), (2, 8), (3, 3), (3, 8), (4, 3), (5, 6)]
    assert [tuple(w) for w in walls.tolist()] == expected


@pytest.mark.parametrize("figure", paper.figures, ids=lambda f: f.name)
def test_figures_draw_from_tiny_runs(figure):
    import matplotlib.pyplot as plt

    from fastslow.analysis.style import paper_style

    size = {"n_attempts": 3, "n_lives": 1} if figure.name.endswith("learning") else {}
    recordings = {source: tiny(source, **size) for source in figure.needs}
    with paper_style():
        drawing, table = figure.draw(recordings)
    assert len(table)
    for ax in drawing.axes:
        assert ax.get_xlabel() or ax.get_ylabel() or ax.get_title() or ax.get_xticklabels()
    plt.close(drawing)


def test_forward_at_the_start_and_reverse_at_the_goal():
    """20 animals, 20 laps; the intervals of the signatures are for 50."""
    recording = tiny("mattar2018/track", n_attempts=20, n_lives=10)
    assert FORWARD_START(recording).min() > 10 * Rate("end", "forward")(recording).max()
    assert REVERSE_END(recording).min() > 10 * Rate("start", "reverse")(recording).max()
    for lesioned in ("track_no_gain", "track_random"):
        without = tiny(f"mattar2018/{lesioned}", n_attempts=20)
        assert FORWARD_START(without).max() + REVERSE_END(without).max() == 0


def test_events_are_sorted_by_the_last_reward():
    recording = tiny("mattar2018/reward_4x", n_attempts=24, n_lives=5)
    events = REVERSE_END.events(recording).values
    size = recording.reward_size.values[:, :, 0]
    normal, altered = REVERSE_END.by_last_reward(recording)
    np.testing.assert_allclose(
        normal, [e[s == 1].mean() for e, s in zip(events, size, strict=True)]
    )
    np.testing.assert_allclose(
        altered, [e[s == 4].mean() for e, s in zip(events, size, strict=True)]
    )
    assert (altered > 2 * normal).all()
    np.testing.assert_allclose(
        altered_to_normal(FORWARD_START)(recording),
        np.divide(*FORWARD_START.by_last_reward(recording)[::-1]),
    )
    ahead = FORWARD_START.events(recording).values[0].reshape(5, 24)
    before = size[0].reshape(5, 24)
    np.testing.assert_allclose(
        FORWARD_START.by_last_reward(recording)[1][0], ahead[:, 1:][before[:, :-1] == 4].mean()
    )


def test_fifty_laps_take_less_than_three_tenths_of_a_second():
    """The quickest of three times five lives: what else the machine does makes them longer only."""
    fs.simulate(linear_track(n_attempts=2), TabularQ(), 1)
    took = []
    for _ in range(3):
        start = process_time()
        fs.simulate(linear_track(), TabularQ(), 5, record="rests")
        took.append(process_time() - start)
    assert min(took) / 5 < 0.3


# --- news ---

NEWS = RestNewsRest(shock_track(), place=4, news=((8, RIGHT, -1.0),))


def test_news_task_keeps_the_contract():
    check_task(NEWS, deterministic=True)


def test_news_comes_between_two_rests():
    recording = fs.simulate(NEWS, AWAKE, 3)
    phases = recording.phase.values[recording.active.values].reshape(3, 5)
    assert phases.tolist() == 3 * [[REST, FORCED, FORCED, REST, ACT]]
    told = recording.forced_action == RIGHT
    assert (recording.reward.values[told.values] == -1).all()
    assert (recording.position.values[told.values] == 8).all()


def test_news_is_remembered_but_values_change_in_replay_only():
    agent = AWAKE.without("replay")
    fs.simulate(NEWS, agent, 2)
    assert (agent._hippocampus.experience.reward[:, 8, RIGHT] == -1).all()
    assert not agent._q.any()
    fs.simulate(NEWS, AWAKE, 2)
    assert (AWAKE._q[:, 0, 8, RIGHT] == -1).all()


def test_the_punished_end_is_replayed_after_the_shock_and_then_avoided():
    recording = stack({s: fs.simulate(NEWS, AWAKE, 20, seed=s) for s in (0, 1)})
    assert (punished_end_replayed(recording) > 0.5).all()
    choosing = (recording.phase == ACT).values & recording.active.values
    assert (recording.policy.values[choosing][:, RIGHT] < 0.01).all()
