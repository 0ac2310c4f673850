"""The arena with two gaps: its schedule, its events, and the control that knows no contexts."""

import numpy as np
import pytest

import fastslow as fs
from fastslow.models import check_agent
from fastslow.models.learners import Random
from fastslow.models.learners.corners import CornerByCorner
from fastslow.tasks import check_task
from fastslow.tasks.navigation import TwoGaps
from fastslow.tasks.navigation.two_gaps import EVENTS

LEARN, NEWS_COMES, AT_REST, TEST = range(4)
SMALL = {"size": 5, "far": 4, "detour": 2, "max_steps": 6}


def lived(event="recurrence", n=40, seed=0, agent=None, **settings):
    task = TwoGaps(event=event, **settings)
    return task, fs.simulate(task, agent or CornerByCorner(), n, seed, record=())


def entered(recording, period):
    """First steps of the visits of a period, one row for each life."""
    row = recording.isel(step=0)
    return row.isel(episode=(row.period == period).values)


@pytest.mark.parametrize("event", EVENTS)
def test_contract(event, seed):
    check_task(TwoGaps(event=event, n_rounds=1, **SMALL), seed=seed)


def test_contract_in_training(seed):
    check_task(TwoGaps(tested=False, p_move=0.5, p_brief=0.5, life_steps=50, **SMALL), seed=seed)


def test_the_control_keeps_the_contract(seed):
    check_agent(CornerByCorner(), TwoGaps(n_rounds=1, **SMALL), seed=seed)
    with pytest.raises(TypeError, match="CornerByCorner lives in TwoGaps, got Bandit"):
        fs.simulate(fs.tasks.Bandit(), CornerByCorner(), 2)


def test_gaps_are_the_only_way_through_the_wall():
    task = TwoGaps()
    assert task.grid.rows[3] == "#.###.#"
    assert [grid.rows[3] for grid in task.grids[1:]] == ["#####.#", "#.#####"]
    south_east = task.distances[:, 3]
    assert south_east[:, 0].tolist() == [12, 12, 12]  # either gap is on the way
    assert south_east[:, 3].tolist() == [9, 9, 13]  # the right one is, the left is not


def test_contexts_of_a_family_share_their_goal(seed):
    _, life = lived(seed=seed)
    row = life.isel(step=0)
    second_round = ((row.period == LEARN) & (row.visit >= 4)).values
    row = row.isel(episode=second_round)
    for one in range(5):
        mine = (row.life == one).values
        goals = dict(zip(row.context.values[mine], row.goal.values[mine], strict=True))
        assert goals[0] == goals[1] != goals[2] == goals[3]


def test_both_corners_are_met_in_each_context(seed):
    _, life = lived(seed=seed)
    early = (life.period.isel(step=0) == LEARN) & (life.visit.isel(step=0) < 4)
    visits = life.isel(episode=early.values)
    for trial in (0, 1, 2):
        at = visits.goal.where(visits.trial == trial).max("step")
        other = visits.other_goal.isel(step=0) if trial else visits.goal.isel(step=0)
        np.testing.assert_array_equal(at, other)


@pytest.mark.parametrize("event", EVENTS)
def test_the_goal_of_the_test(event, seed):
    """It is where it was at the end of the learning visits, unless the news is that it moved."""
    task, life = lived(event, seed=seed)
    news, test = entered(life, NEWS_COMES), entered(life, TEST)
    assert len(news.episode) == len(test.episode) == 40
    known = life.isel(episode=(life.period.isel(step=0) == LEARN).values)
    for one in range(40):
        mine = known.isel(episode=(known.life == one).values).isel(step=0)
        same = mine.isel(episode=(mine.context == news.context.values[one]).values)
        before = int(same.goal[-1])
        assert (int(news.goal[one]) != before) == (event == "news")
    if event == "new":
        assert (test.context == task.n_contexts).all()
        assert (test.exposure == 1).all()
    else:
        np.testing.assert_array_equal(test.goal, news.goal)
        assert (test.context != news.context).all()
        assert (test.exposure == 3).all()
    steps = task.distances[test.layout, np.searchsorted(task.sites, test.goal), test.start]
    np.testing.assert_array_equal(test.shortest_path, steps)
    is_open = task.distances[0, np.searchsorted(task.sites, test.goal), test.start]
    assert (is_open >= task.far).all()
    longer = steps - is_open
    assert (longer >= task.detour).all() if event == "closed" else (longer == 0).all()


def test_rests_come_after_every_visit_but_the_last():
    task, life = lived(n=5)
    period = life.period.isel(step=0).values.reshape(5, -1)
    assert period.shape[1] == 2 * task.n_visits - 1
    assert (period[:, 1::2] == AT_REST).all()
    assert (period[:, ::2] != AT_REST).all()


def test_a_found_goal_is_shown_for_one_step_without_a_choice():
    task, life = lived(n=20)
    solved = life.solved.values
    episode, step = np.nonzero(solved[:, :-1])
    position, goal = (life[name].values[episode, step + 1] for name in ("position", "goal"))
    np.testing.assert_array_equal(position, goal)
    assert (life.stage.values[episode, step + 1] == 0).all()
    assert (life.reward.values[episode, step] == 1).all()
    assert task.observation_size == 49 + 10 + 1


def test_a_trial_ends_after_its_time():
    _, life = lived(agent=Random(), n=10, **SMALL)
    choices = ((life.trial == 0) & (life.stage == 1) & life.active).sum("step")
    assert choices.max() == SMALL["max_steps"]


def test_training_moves_goals_and_cuts_visits_as_often_as_it_says(seed):
    task = TwoGaps(tested=False, n_rounds=6, p_move=0.3, p_brief=0.4)
    life = fs.simulate(task, CornerByCorner(), 100, seed, record=())
    n_trials = life.trial.where(life.active).max("step").values + 1
    assert abs((n_trials == 1).mean() - 0.4) < 4 * np.sqrt(0.4 * 0.6 / len(n_trials))
    goal, whole = life.goal.values, n_trials == 3
    moved = ((goal != goal[:, :1]) & life.active.values).any(axis=1)
    p = 0.3 * 2 / 3  # it moves before one of three trials; before the first that is not seen
    assert abs(moved[whole].mean() - p) < 4 * np.sqrt(p * (1 - p) / whole.sum())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"size": 6}, "size must be odd and at least 5, got 6"),
        ({"max_steps": 0}, "max_steps must be at least 1, got 0"),
        ({"n_contexts": 3}, "n_contexts must be even and at least 4"),
        ({"n_bits": 2}, "enough to tell 5 contexts apart, got 2"),
        ({"p_move": 1.5}, "p_move must be a probability, got 1.5"),
        ({"n_backups": -1}, "n_backups must be at least 0, got -1"),
        ({"event": "lost"}, "event must be recurrence, news, closed, new, got 'lost'"),
        ({"n_finds": 1}, "n_finds must be at least 2"),
        ({"far": 99}, "no start is 99 or more steps from a corner"),
    ],
)
def test_misuse(settings, message):
    with pytest.raises(ValueError, match=message):
        TwoGaps(**settings)
