"""Visits of a length that nothing predicts: the Methods sentence, and mistakes in the settings."""

from itertools import pairwise

import numpy as np
import pytest

import fastslow as fs
from fastslow.models.learners import Random
from fastslow.tasks import ACT, FORCED, SharedEnds, UnpredictableVisits, check_task


@pytest.mark.parametrize(
    "task",
    [
        UnpredictableVisits(tested=False, n_rounds=3, p_change=0.5, p_poor=0.3),
        UnpredictableVisits(n_rounds=1, p_split=1.0),
        UnpredictableVisits(n_contexts=4, n_trials=3, news="devalued"),
    ],
)
def test_contract(task, seed):
    check_task(task, seed=seed)


def lived(task, n=100, seed=0):
    return fs.simulate(task, Random(), n_lives=n, seed=seed)


def lengths(life):
    """Choices of each visit, by life."""
    n_choices = (life.active & (life.stage == 1)).sum("step").values
    return [n_choices[life.life.values == lane] for lane in np.unique(life.life)]


def test_a_visit_is_whole_or_two_share_its_time(seed):
    task = UnpredictableVisits(tested=False, n_rounds=3, p_split=0.4)
    n_split, firsts = 0, []
    for visits in map(list, lengths(lived(task, seed=seed))):
        n_slots = 0
        while visits:
            first = visits.pop(0)
            if first < 8:
                n_split += 1
                firsts.append(first)
                assert first + 1 + visits.pop(0) == 8
            n_slots += 1
        assert n_slots == 18
    n = 100 * 18
    assert abs(n_split / n - 0.4) < 4 * np.sqrt(0.24 / n)
    share = np.bincount(firsts, minlength=8)[1:7] / len(firsts)
    assert sum(share) == pytest.approx(1)
    assert (abs(share - 1 / 6) < 4 * np.sqrt(5 / 36 / len(firsts))).all()


def test_each_context_is_visited_once_before_any_comes_again(seed):
    life = lived(UnpredictableVisits(tested=False, n_rounds=2), seed=seed)
    first = life.isel(step=0)
    assert (life.phase.isel(step=0) == FORCED).all()
    assert (life.phase.values[life.active.values & (life.stage.values == 1)] == ACT).all()
    assert not life.observation.isel(step=0).any()
    for lane in range(100):
        mine = first.isel(episode=(life.life == lane).values)
        context = mine.context.values
        for begin in range(0, len(context) - 5, 6):
            assert sorted(context[begin : begin + 6]) == list(range(6))
        for c in range(6):
            np.testing.assert_array_equal(
                mine.exposure.values[context == c], 1 + np.arange((context == c).sum())
            )


def told_by_last_visit(life):
    """Correlation of a visit's length with that of the visit before to the same context."""
    pairs = []
    context = life.context.isel(step=0).values
    n_choices = (life.active & (life.stage == 1)).sum("step").values
    for lane in np.unique(life.life):
        for c in range(6):
            own = n_choices[(life.life.values == lane) & (context == c)]
            pairs += list(pairwise(own))
    pairs = np.array(pairs)
    return np.corrcoef(pairs.T)[0, 1], len(pairs)


def test_the_last_visit_does_not_tell_how_long_the_next_one_is(seed):
    """Where visits take turns it does: the planted effect is found."""
    r, n = told_by_last_visit(lived(UnpredictableVisits(tested=False, n_rounds=5), seed=seed))
    assert abs(r) < 4 / np.sqrt(n)
    turns, _ = told_by_last_visit(lived(SharedEnds(tested=False, n_rounds=5, n_brief=2), seed=seed))
    assert turns < -0.9


def test_what_choices_lead_to_is_that_of_shared_ends(seed):
    life = lived(UnpredictableVisits(tested=False, p_change=0.3, p_poor=0.3), seed=seed)
    chose = (life.active & (life.stage == 1)).values
    best, action, reward = (life[k].values for k in ("best_action", "action", "reward"))
    for which, p in ((best == action, 0.9), (best != action, 0.1)):
        earned = reward[chose & which]
        assert abs(earned.mean() - p) < 4 * np.sqrt(p * (1 - p) / len(earned))
    context, end = life.context.values, life.state.values
    np.testing.assert_array_equal(end[chose] // 2, context[chose] // 3)
    assert (end[:, 0] == -1).all()
    assert (reward[:, 0] == 0).all()
    seen = life.observation.values[:, :, 10:]
    np.testing.assert_array_equal(seen[:, 2:][chose[:, 2:]], np.eye(4)[end[:, 1:-1][chose[:, 2:]]])
    assert not seen[:, 1][chose[:, 1]].any()


def test_pairs_change_in_short_visits_as_in_long_ones(seed):
    """A change at the first choice is there before it: of L places one is not seen."""
    life = lived(UnpredictableVisits(tested=False, p_change=0.4, n_rounds=6), seed=seed)
    best = life.best_action.values[:, 1:]
    chose = (life.active & (life.stage == 1)).values[:, 1:]
    n_choices = chose.sum(axis=1)
    changed = ((best != best[:, :1]) & chose).any(axis=1)
    for length in (1, 2, 4, 8):
        p, own = 0.4 * (1 - 1 / length), changed[n_choices == length]
        assert abs(own.mean() - p) <= 4 * np.sqrt(p * (1 - p) / len(own))


def test_news_and_test_follow_as_ever(seed):
    life = lived(UnpredictableVisits(), seed=seed)
    for lane in range(20):
        period = life.period.isel(step=0).values[life.life.values == lane]
        np.testing.assert_array_equal(period[-8:], [1, 2] + [3] * 6)
        assert (period[:-8] == 0).all()
    tested = life.isel(episode=(life.period.isel(step=0) == 3).values)
    assert (tested.active.sum("step") == 9).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_brief": 2}, "n_brief must be 0 where visits are of any length, got 2"),
        ({"n_trials": 2}, "n_trials must be at least 3 to be split in two visits, got 2"),
        ({"p_split": 1.5}, "p_split must be a probability, got 1.5"),
        ({"p_good": 1.5}, "p_good must be a probability, got 1.5"),
    ],
)
def test_wrong_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        UnpredictableVisits(**settings)
