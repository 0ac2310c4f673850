"""Contexts with shared end states: the Methods sentence, the news, and mistakes in the settings."""

import numpy as np
import pytest

import fastslow as fs
from fastslow.models.learners import Random
from fastslow.tasks import ACT, FORCED, REST, check_task
from fastslow.tasks.shared_ends import SharedEnds

SMALL = SharedEnds(n_contexts=4, n_trials=3)


@pytest.mark.parametrize(
    "task",
    [
        SharedEnds(),
        SMALL,
        SharedEnds(news="devalued", p_poor=0.5, n_backups=0),
        SharedEnds(news="none", n_rounds=1),
        SharedEnds(tested=False, n_rounds=3, p_change=0.5, p_poor=0.3),
        SharedEnds(n_brief=2),
    ],
)
def test_contract(task, seed):
    check_task(task, seed=seed)


def lived(task, n=60, seed=0):
    """A recording of random choices."""
    return fs.simulate(task, Random(), n_lives=n, seed=seed)


def test_a_life_is_learning_news_rest_and_test(seed):
    task = SharedEnds()
    life = lived(task, seed=seed)
    rows = life.isel(step=0)
    for lane in range(60):
        mine = rows.isel(episode=life.life == lane)
        np.testing.assert_array_equal(mine.period, [0] * 12 + [1, 2] + [3] * 6)
        context = mine.context.values
        for round_ in (context[:6], context[6:12], context[14:]):
            assert sorted(round_) == list(range(6))
        np.testing.assert_array_equal(mine.exposure[:12], [1] * 6 + [2] * 6)
    visits = life.isel(episode=rows.period != 2)
    assert (visits.active.sum("step") == 9).all()
    assert (visits.phase.isel(step=0) == FORCED).all()
    assert (visits.phase.isel(step=slice(1, None)) == ACT).all()
    rest = life.isel(episode=rows.period == 2)
    assert (rest.active.sum("step") == 1).all()
    assert (rest.phase.isel(step=0) == REST).all()
    assert not rest.observation.isel(step=0).any()


def test_what_is_seen_is_the_context_and_the_last_end(seed):
    life = lived(SharedEnds(), seed=seed)
    life = life.isel(episode=(life.period.isel(step=0) != 2).values)
    seen = life.observation.values
    assert not seen[:, 0].any()  # the interval
    codes = seen[:, 1:, :10]
    assert (codes == codes[:, :1]).all()
    assert not seen[:, 1, 10:].any()
    np.testing.assert_array_equal(seen[:, 2:, 10:], np.eye(4)[life.state.values[:, 1:-1]])
    for lane in range(20):
        mine = (life.life == lane).values
        first = life.context.values[mine, 1]
        assert len(np.unique(np.c_[first, codes[mine, 0]], axis=0)) == 6
        assert len(np.unique(codes[mine, 0], axis=0)) == 6


def test_an_action_leads_to_one_end_of_the_pair_of_its_context(seed):
    life = lived(SharedEnds(), seed=seed).isel(step=slice(1, None))
    active = life.active.values
    lane = np.broadcast_to(life.life.values[:, None], active.shape)[active]
    context, action, end = (life[k].values[active] for k in ("context", "action", "state"))
    np.testing.assert_array_equal(end // 2, context // 3)
    table = {}
    for key in zip(lane, context, action, end, strict=True):
        assert table.setdefault(key[:3], key[3]) == key[3]
    mirrored = np.array([end % 2 != action for (_, _, action), end in table.items()])
    n = len(mirrored) / 2  # both actions of a context say the same
    assert abs(mirrored.mean() - 0.5) < 4 * np.sqrt(0.25 / n)


def test_ends_pay_as_often_as_the_task_says(seed):
    life = lived(SharedEnds(p_poor=0.5), seed=seed).isel(step=slice(1, None))
    active, reward = life.active.values, life.reward.values
    best = life.best_action.values
    for which, p in (((life.action.values == best), 0.9), ((life.action.values != best), 0.1)):
        rewards = reward[active & which]
        assert abs(rewards.mean() - p) < 4 * np.sqrt(p * (1 - p) / len(rewards))
    np.testing.assert_array_equal(life.rich.values[active], (best >= 0)[active])


@pytest.mark.parametrize("news", ["none", "reversed", "devalued"])
def test_news_changes_one_pair_and_nothing_else(news, seed):
    life = lived(SharedEnds(news=news), seed=seed).isel(step=1)
    life = life.isel(episode=(life.period >= 0).values)
    for lane in range(60):
        mine = life.isel(episode=(life.life == lane).values)
        came_in = int(mine.context[mine.period == 1][0])
        before = {
            int(c): int(b) for c, b in zip(mine.context[:6], mine.best_action[:6], strict=True)
        }
        assert (mine.news[mine.period == 0] == 0).all()
        for visit in range(12, 19):
            row = mine.isel(episode=visit)
            context = int(row.context)
            same_pair = context // 3 == came_in // 3
            assert int(row.news) == (2 if context == came_in else 1 if same_pair else 0)
            assert int(row.old_action) == before[context]
            changed = {"none": before[context], "reversed": 1 - before[context], "devalued": -1}
            assert int(row.best_action) == (changed[news] if same_pair else before[context])


def test_brief_visits_come_after_each_round(seed):
    life = lived(SharedEnds(tested=False, n_brief=2), seed=seed)
    for lane in range(60):
        mine = life.isel(episode=life.life == lane)
        np.testing.assert_array_equal(mine.active.sum("step"), ([9] * 6 + [3] * 6) * 2)
        for begin in range(0, 24, 6):
            assert sorted(mine.context.values[begin : begin + 6, 1]) == list(range(6))


def test_pairs_change_in_visits_where_that_is_asked_for(seed):
    task = SharedEnds(tested=False, n_rounds=2, p_change=0.3)
    life = lived(task, n=200, seed=seed)
    best = life.best_action.values[:, 1:]
    happened = (best != best[:, :1]).any(axis=1)
    # A change at the first trial is there before the first choice.
    p = 0.3 * 7 / 8
    assert abs(happened.mean() - p) < 4 * np.sqrt(p * (1 - p) / len(happened))
    assert ((np.diff(best, axis=1) != 0).sum(axis=1) <= 1).all()
    still = lived(SharedEnds(tested=False), seed=seed)
    assert (still.best_action == still.best_action.isel(step=0)).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_trials": 0}, "n_trials must be at least 1, got 0"),
        ({"n_contexts": 5}, "n_contexts must be even, half for each pair of ends, got 5"),
        ({"n_bits": 2}, "n_bits must be at most 52 and enough to tell 6 contexts apart, got 2"),
        ({"p_poor": 1.5}, "p_poor must be a probability, got 1.5"),
        ({"news": "bad"}, "news must be none, reversed, devalued, got 'bad'"),
        ({"n_brief": -1}, "n_brief must be at least 0, got -1"),
        ({"n_backups": -1}, "n_backups must be at least 0, got -1"),
    ],
)
def test_wrong_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        SharedEnds(**settings)
