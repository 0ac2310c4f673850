"""What decides the order of replay: parts of it cut, a visit between news and rest, and the figure."""

from dataclasses import replace

import numpy as np
import pytest

import fastslow as fs
from fastslow.analysis.style import paper_style
from fastslow.data.recording import stack
from fastslow.models import Integrated
from fastslow.models.integrated import Navigator
from fastslow.models.integrated.agent import SURPRISE_PARTS
from fastslow.models.learners import Random
from fastslow.papers.integrated import nonlocal_in_order, order_of_replay
from fastslow.papers.integrated import order_of_replay_figure as drawn
from fastslow.papers.integrated.measures import after_news
from fastslow.tasks import ACT, FORCED, REST, Lanes, SharedEnds, VisitsBeforeRest, check_task

TASK = SharedEnds(n_contexts=4, n_trials=4)
AGENT = Integrated(key=TASK.context_columns, end=TASK.end_columns, threshold=0.95, n_units=6)
(EXPERIMENT,) = order_of_replay.EXPERIMENTS


# ------------------------------------------------------------------ parts of the order


def experienced(rng, cut=(), n_steps=30, every_error=None):
    """An agent with a plain history of (end, error), all from one context, and the history."""
    agent = AGENT.initialized(TASK, 0).without(*cut)
    agent.begin(TASK, 1, Lanes(0, 1))
    end, error = rng.integers(0, 4, n_steps), rng.normal(size=n_steps)
    for e, rpe in zip(end, error, strict=True):
        step = {"action": e % 2, "end": e, "reward": 0.0, "rpe": every_error or rpe}
        agent._outcomes.observe(
            np.eye(10, dtype=np.float32)[:1], {name: np.array([x]) for name, x in step.items()}
        )
    return agent, end, np.abs(error)


@pytest.mark.parametrize("cut", ["error_size", "fading", "older_errors", None])
def test_what_ends_rank_by_against_plain_loops(cut, seed):
    agent, end, error = experienced(np.random.default_rng(seed), (cut,) if cut else ())
    expected = np.zeros(4)
    for now, (e, size) in enumerate(zip(end, error, strict=True)):
        expected *= 0.8 if cut is None else 1
        counts = {"error_size": now + 1, "older_errors": size}
        expected[e] = counts.get(cut, max(expected[e], size))
    np.testing.assert_allclose(agent._surprise()[0], expected)


def test_without_the_size_of_errors_the_order_is_that_of_errors_of_one(seed):
    def rng():
        return np.random.default_rng(seed)

    cut, _, _ = experienced(rng(), ("error_size",))
    ones, _, _ = experienced(rng(), every_error=1.0)
    plain, _, _ = experienced(rng())
    recency, order = cut._surprise()[0], ones._surprise()[0].argsort()
    np.testing.assert_array_equal(recency.argsort(), order)
    assert len(set(recency)) == 4
    assert not np.array_equal(plain._surprise()[0], ones._surprise()[0])


def test_what_comes_first_is_what_the_parts_say():
    """In context 2: end 0 brought a large error and then a small one, end 1 a middling one, end 0 last."""
    history = ((0, 0, 0.1), (0, 1, 0.1), (1, 2, 0.1), (2, 0, 0.9), (2, 1, 0.5), *[(2, 0, 0.2)] * 3)
    first = {(): 0, ("error_size",): 0, ("fading",): 0, ("older_errors",): 1}
    for cut, end in first.items():
        agent = AGENT.initialized(TASK, 0).without(*cut)
        agent.begin(TASK, 1, Lanes(0, 1))
        for context, e, rpe in history:
            key = np.eye(10, dtype=np.float32)[context][None]
            step = {"action": e % 2, "end": e, "reward": 1.0, "rpe": rpe}
            agent._outcomes.observe(key, {name: np.array([x]) for name, x in step.items()})
        (path,) = agent._proposed(1)
        assert (path.states[0], path.actions[0]) == (0, end)


def test_agents_with_an_order_by_errors_have_these_parts():
    for kind in (Integrated, type(EXPERIMENT.agent), Navigator):
        assert SURPRISE_PARTS.items() <= kind.parts.items()


def lived(agent, task, seed=0, n=20):
    return fs.simulate(task, agent, n, seed=seed, record=("policy",))


def test_each_part_changes_what_is_replayed_in_a_life(seed):
    task = VisitsBeforeRest(n_backups=2)
    agent = replace(AGENT, key=task.context_columns, end=task.end_columns)
    agent = agent.initialized(task, seed).without("search")
    replayed = {
        cut: lived(agent.without(*cut), task, seed).replay_state.values
        for cut in ((), *((part,) for part in SURPRISE_PARTS))
    }
    for cut, states in replayed.items():
        assert cut == () or not np.array_equal(states, replayed[()])


def test_navigator_replays_contexts_by_the_same_order():
    """Place 1 paid in contexts 0 and 2, place 0 in 1 and 3; what was met last and what erred most differ."""
    from fastslow.tasks.navigation import TwoGaps

    task = TwoGaps()
    agent = Navigator(key=task.context_columns, end=task.place_columns, threshold=0.95, n_units=6)
    chosen = {}
    for cut in ((), ("error_size",)):
        one = agent.initialized(task, 0).without(*cut)
        one.begin(task, 1, Lanes(0, 1))
        codes = np.eye(one._outcomes.key.shape[2], dtype=np.float32)
        for context, place, rpe in ((0, 1, 0.1), (1, 0, 0.1), (2, 1, 0.9), (3, 0, 0.1)):
            step = {"action": place, "end": place, "reward": 1.0, "rpe": rpe}
            one._outcomes.observe(
                codes[context][None], {name: np.array([x]) for name, x in step.items()}
            )
        order, n = one._chosen(np.array([0]), 1)
        assert n == 1
        chosen[cut] = int(order[0, 0])
    assert chosen == {(): 0, ("error_size",): 1}


# ------------------------------------------------------------------ visits between news and rest


@pytest.mark.parametrize(
    "task",
    [
        VisitsBeforeRest(),
        VisitsBeforeRest(n_contexts=4, n_trials=3, n_between=2, p_change=0.5, p_poor=0.5),
        VisitsBeforeRest(news="devalued", n_backups=0),
    ],
)
def test_contract(task, seed):
    check_task(task, seed=seed)


@pytest.mark.parametrize("n_between", [1, 3])
def test_other_contexts_are_visited_between_news_and_rest(n_between, seed):
    task = VisitsBeforeRest(n_between=n_between, p_change=0.5)
    life = fs.simulate(task, Random(), n_lives=200, seed=seed)
    rows, drawn_first = life.isel(step=1), []
    for lane in range(200):
        own = np.flatnonzero(life.life.values == lane)
        period, context = rows.period.values[own], rows.context.values[own]
        period[life.phase.values[own, 0] == REST] = 2
        np.testing.assert_array_equal(period, [0] * 12 + [1] + [4] * n_between + [2] + [3] * 6)
        between = context[13 : 13 + n_between]
        assert len(set(between)) == n_between
        assert (between // 3 != context[12] // 3).all()
        drawn_first.append(between[0] % 3)
        news = rows.news.values[own][-6:]
        tested = context[-6:]
        np.testing.assert_array_equal(
            news, np.where(tested == context[12], 2, tested // 3 == context[12] // 3)
        )
        assert (rows.news.values[own][13 : 13 + n_between] == 0).all()
    share = np.bincount(drawn_first, minlength=3) / 200
    assert (abs(share - 1 / 3) < 4 * np.sqrt(2 / 9 / 200)).all()
    between = life.isel(episode=rows.period.values == 4)
    best = between.best_action.values[:, 1:]
    assert (best == best[:, :1]).all()  # nothing changes, nor has it since the first rounds
    assert (best[:, 0] == between.old_action.values[:, 1]).all()
    assert (between.phase.values[:, 0] == FORCED).all()
    assert (between.phase.values[:, 1:] == ACT).all()


def test_all_before_the_news_is_that_of_shared_ends(seed):
    one, other = (
        fs.simulate(task, Random(), n_lives=10, seed=seed)
        for task in (SharedEnds(p_change=0.3), VisitsBeforeRest(p_change=0.3))
    )
    for name in ("context", "best_action", "observation"):
        before, after = (
            np.stack([r[name].values[r.life.values == lane][:13] for lane in range(10)])
            for r in (one, other)
        )
        np.testing.assert_array_equal(before[:, :12], after[:, :12])


def test_only_contexts_of_the_news_not_visited_since_are_measured(seed):
    """By a plain loop over lives: the measure means what it means without a visit between."""
    agent = AGENT.initialized(VisitsBeforeRest(), seed)
    agent = replace(agent, key=(0, 10), end=(10, 14)).without("search")
    recording = stack({seed: lived(agent, VisitsBeforeRest(n_backups=0), seed)})
    one, found = recording.isel(seed=0), []
    for lane in range(20):
        own = np.flatnonzero(one.life.values == lane)
        context = one.context.values[own, 1]
        for e in own[-6:]:
            at = one.context.values[e, 1]
            if at // 3 == context[12] // 3 and at not in context[12:14]:
                found.append(one.policy.values[e, 1, one.best_action.values[e, 1]])
    assert len(found) == 40
    np.testing.assert_allclose(after_news(recording), np.mean(found), rtol=1e-5)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"n_between": 0},
            "n_between must be at least 1 and at most 3, the contexts of a pair, got 0",
        ),
        (
            {"n_between": 4},
            "n_between must be at least 1 and at most 3, the contexts of a pair, got 4",
        ),
        ({"tested": False}, "tested must be True: without a test there is no rest to come before"),
        ({"p_good": 1.5}, "p_good must be a probability, got 1.5"),
    ],
)
def test_wrong_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        VisitsBeforeRest(**settings)


# ------------------------------------------------------------------ the experiment


def test_networks_are_those_of_the_last_rung():
    (last,) = nonlocal_in_order.EXPERIMENTS
    for name in ("task", "agent", "training"):
        assert getattr(EXPERIMENT, name) == getattr(last, name)
    assert EXPERIMENT.seeds("full") == last.seeds("full") == range(64, 88)
    assert all(test.paired for test in EXPERIMENT.all_tests.values())


def test_the_bar_is_the_better_of_recency_and_random_order():
    values = iter([0.9, 0.2, 0.4, 0.8, 0.7, 0.1])
    measure = order_of_replay.mean_beyond_both(lambda recording: np.array([recording]))
    assert measure(*values) == pytest.approx(np.mean([0.5, 0.1]))


def test_the_figure_shows_what_was_measured(monkeypatch):
    value = {name: i / 40 for i, name in enumerate(drawn.SOURCES)}
    monkeypatch.setattr(drawn, "after_news", lambda name: np.array([value[name]] * 2))
    with paper_style():
        drawing, table = drawn.draw_order_of_replay({name: name for name in drawn.SOURCES})
    assert len(drawing.axes) == 2
    arms = table[table.arm != "no rest"]
    assert len(arms) == 2 * 8 * 2
    for row in arms.itertuples():
        when = drawn.BETWEEN if row.panel == "b" else ""
        expected = value[f"{drawn.NAME}@{row.arm}_{row.n_backups}{when}"]
        assert row.mean == pytest.approx(expected)
        assert row.half_interval == pytest.approx(0, abs=1e-12)
    assert set(drawn.LABELS) == set(drawn.ARMS)
