"""Harlow's task: each sentence of the Methods, the ideal observer, the measures and the figures."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

import fastslow as fs
from fastslow.data.facts import published
from fastslow.models.contract import check_agent
from fastslow.models.learners import Random
from fastslow.models.learners.harlow_observer import ObjectMemory
from fastslow.models.training import ActorCritic, Trainer
from fastslow.papers.wang2018 import harlow as paper
from fastslow.papers.wang2018.harlow_figure import reached_ceiling, trial_accuracy
from fastslow.tasks import Bandit, Harlow, HarlowLine, Lanes, check_task

TASKS = {
    "abstract": Harlow(),
    "short": Harlow(n_trials=2, object_size=1),
    "line": HarlowLine(),
    "short line": HarlowLine(n_trials=2, object_size=1, max_steps=30),
}


def agrees(hits, p):
    """Whether events occur with probability p, within 4 standard errors."""
    hits = np.asarray(hits, bool)
    assert hits.size > 100
    return abs(hits.mean() - p) < 4 * np.sqrt(p * (1 - p) / hits.size)


def live(task, n, seed, choose):
    """All time steps of a play, stacked (n_steps + 1, n, ...); `choose(step, now)` acts."""
    play = task.play(n, Lanes(seed, n))
    now, rows = next(play), []
    for step in range(task.n_steps + 1):
        fields = ("observation", "reward", "discount", "first", "active")
        rows.append({f: np.array(getattr(now, f)) for f in fields} | now.labels | now.outcomes)
        if step < task.n_steps:
            rows[-1]["action"] = np.asarray(choose(step, now))
            now = play.send(rows[-1]["action"])
    names = [name for name in rows[0] if name != "action"]
    life = {name: np.array([row[name] for row in rows]) for name in names}
    return SimpleNamespace(action=np.array([r["action"] for r in rows[:-1]]), **life)


def at_random(n, seed):
    rng = np.random.default_rng(seed)
    return lambda step, now: rng.integers(0, 2, n)


def best(step, now):
    return np.maximum(now.labels["best_action"], 0)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_contract(task, seed):
    check_task(task, seed=seed)
    assert len(set(task.observation_names)) == task.observation_size


def test_methods_of_the_abstract_task(seed):
    n = 400
    life = live(Harlow(), n, seed, at_random(n, seed))
    left, right = life.observation[:-1, :, :8], life.observation[:-1, :, 8:]
    side = life.best_action[:-1, :, None]
    rewarded, other = np.where(side == 0, left, right), np.where(side == 0, right, left)
    assert (rewarded == rewarded[0]).all()
    assert (other == other[0]).all()
    assert agrees(life.best_action[:-1], 0.5)
    assert agrees(life.best_action[1:-1] == life.best_action[:-2], 0.5)
    right_choice = life.action == life.best_action[:-1]
    assert np.array_equal(life.reward[1:], np.where(right_choice, 1, -1))
    assert np.array_equal(life.correct[1:], right_choice)
    assert (life.correct[0] == -1).all()
    assert (life.trial == np.arange(7)[:, None]).all()
    for objects in (rewarded[0], other[0]):  # standard normal, new in every episode
        assert abs(objects.mean()) < 4 / np.sqrt(objects.size)
        assert abs((objects**2).mean() - 1) < 4 * np.sqrt(2 / objects.size)
        assert len(np.unique(objects[:, 0])) == n


def line_by_hand(task, cell, actions):
    """One life on the line from a cell: (cell, cross shown, reward, trial) after each action.

    A reward of None stands for that of an object.
    """
    cross, trial, rows = True, 0, []
    for step, action in enumerate(actions):
        cell = min(max(cell + (1 if action else -1), 0), 16)
        reward = 0.0
        if cross and cell == 8:
            reward, cross = 0.2, False
        elif not cross and abs(cell - 8) == 3:
            reward, cross, trial = None, True, trial + 1
        rows.append((cell, cross, reward, trial))
        if trial == task.n_trials or step + 1 == task.max_steps:
            break
    return rows


def test_the_line_moves_as_described(seed):
    task, n = HarlowLine(max_steps=120), 12
    life = live(task, n, seed, at_random(n, seed))
    for lane in range(n):
        rows = line_by_hand(task, int(life.gaze[0, lane]), life.action[:, lane])
        over = len(rows)
        assert life.active[:over, lane].all()
        assert not life.active[over:, lane].any()
        for step, (cell, cross, reward, trial) in enumerate(rows, start=1):
            assert life.trial[step, lane] == trial
            if reward is None:
                assert life.reward[step, lane] == (1 if life.correct[step, lane] else -1)
            else:
                assert life.reward[step, lane] == np.float32(reward)
                assert life.correct[step, lane] == -1
            if life.active[step, lane]:
                assert life.gaze[step, lane] == cell
                assert life.stage[step, lane] == (0 if cross else 1)
        assert not life.reward[over + 1 :, lane].any()
        assert not life.discount[over:, lane].any()
        assert life.discount[:over, lane].all()


def test_the_line_shows_what_lies_around_the_gaze(seed):
    task, n = HarlowLine(object_size=2), 30
    life = live(task, n, seed, at_random(n, seed))
    step, lane = np.nonzero(life.active)
    view = life.observation[step, lane].reshape(len(step), 8, 3)
    offsets = np.array([-4, -3, -2, -1, 1, 2, 3, 4])
    cell = life.gaze[step, lane][:, None] + offsets
    stage, side = life.stage[step, lane][:, None], life.best_action[step, lane][:, None]
    assert np.array_equal(view[:, :, 0], (stage == 0) & (cell == 8))
    objects = view[:, :, 1:].any(axis=2)
    assert np.array_equal(objects, (stage == 1) & (abs(cell - 8) == 3))
    is_rewarded = objects & (cell == np.where(side == 1, 11, 5))
    for which in (is_rewarded, objects & ~is_rewarded):  # one and the same throughout a life
        row, where = np.nonzero(which)
        for k in range(n):
            assert len(np.unique(view[row, where, 1:][lane[row] == k], axis=0)) <= 1
    assert set(life.gaze[0]) <= set(range(4, 13)) - {8}
    start = live(task, 400, seed, best).gaze[0]
    assert all(agrees(start == cell, 1 / 8) for cell in (4, 5, 6, 7, 9, 10, 11, 12))


def test_the_best_actions_earn_all_there_is(seed):
    life = live(HarlowLine(), 50, seed, best)
    assert np.allclose(life.reward.sum(axis=0), 6 * 1.2)
    distance = abs(life.gaze[0] - 8)
    assert np.array_equal(life.active.sum(axis=0), distance + 3 + 5 * 6)
    assert np.allclose(live(Harlow(), 50, seed, best).reward.sum(axis=0), 6)


def test_the_line_stops_at_its_limit():
    """Going to and fro, a gaze never comes to an object; the cross it may meet once."""
    life = live(HarlowLine(max_steps=40), 20, 0, lambda step, now: np.full(20, step % 2))
    assert life.active[:-1].all()
    assert not life.active[-1].any()
    assert (life.correct == -1).all()
    assert life.stage[-2].any()
    assert not life.stage[-2].all()


@pytest.mark.parametrize(
    ("make", "name"),
    [
        *itertools.product((Harlow, HarlowLine), ("n_trials", "object_size")),
        (HarlowLine, "max_steps"),
    ],
)
def test_settings_out_of_range_are_named(make, name):
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        make(**{name: 0})


# ---------------------------------------------------------------- ideal observer


def recorded(agent, n_lives, seed, task=None):
    recording = fs.simulate(task or Harlow(), agent, n_lives, seed=seed, record=())
    return recording.expand_dims("seed")


def test_the_observer_learns_in_one_trial(seed):
    accuracy = trial_accuracy(recorded(ObjectMemory(), 600, seed))[0]
    assert abs(accuracy[0] - 0.5) < 4 * np.sqrt(0.25 / 600)
    assert (accuracy[1:] == 1).all()


def test_the_observer_without_memory_guesses(seed):
    accuracy = trial_accuracy(recorded(ObjectMemory().without("object_memory"), 600, seed))[0]
    assert (abs(accuracy - 0.5) < 4 * np.sqrt(0.25 / 600)).all()


def test_the_observer_keeps_the_contract(seed):
    check_agent(ObjectMemory(), Harlow(), seed=seed)


def test_the_observer_declines_other_tasks():
    with pytest.raises(TypeError, match="cannot live in Bandit"):
        ObjectMemory().begin(Bandit(), 2, Lanes(0, 2))


# ---------------------------------------------------------------- measures


def planted(curve, n_seeds=2, n_lives=400, seed=0):
    """A recording in which trial k is right in just the share `curve[k]` of episodes."""
    import xarray as xr

    right = np.arange(n_lives)[:, None] < np.round(np.array(curve) * n_lives)
    shape = (n_seeds, *right.shape)
    dims = ("seed", "episode", "step")
    trial = np.broadcast_to(np.arange(len(curve)), shape)
    return xr.Dataset(
        {
            "active": (dims, np.ones(shape, bool)),
            "trial": (dims, trial),
            "correct": (dims, np.broadcast_to(right, shape).astype(np.int8)),
        }
    )


WANG = np.nan_to_num(published("wang2018/harlow_curve").value, nan=0.5)


def test_measures_on_the_published_curve():
    curves = [planted(np.round(curve * 400) / 400) for curve in WANG]
    final = curves[-1]
    assert np.allclose(paper.trial_2(final), 0.968, atol=1 / 400)
    assert np.allclose(paper.later_gain(final), 0.017, atol=1 / 400)
    assert np.allclose(paper.learning_to_learn(*curves), 1)
    assert np.allclose(paper.learning_to_learn(*curves[::-1]), -1)
    assert (paper.less_gradual(*curves[:3], final) > 0.05).all()
    assert np.allclose(paper.farthest_from_chance(*curves), 0.09, atol=1 / 400)
    assert (paper.at_ceiling(final) == 1).all()
    assert (paper.at_ceiling(curves[0]) == 0).all()


def test_an_unfinished_trial_counts_against_the_ceiling_alone():
    recording = planted([0.5, 1, 1])
    assert reached_ceiling(recording).all()
    recording["correct"][:, :, 2] = -1
    assert np.array_equal(trial_accuracy(recording)[:, :2], [[0.5, 1]] * 2)
    assert np.isnan(trial_accuracy(recording)[:, 2]).all()
    assert not reached_ceiling(recording).any()


def test_accuracy_against_a_plain_loop_on_the_line(seed):
    recording = recorded(Random(), 20, seed, HarlowLine(max_steps=150))
    first = recording.isel(seed=0)
    right, made = np.zeros(6), np.zeros(6)
    for episode in range(20):
        for step in range(first.sizes["step"]):
            correct = int(first.correct[episode, step])
            if bool(first.active[episode, step]) and correct >= 0:
                trial = int(first.trial[episode, step])
                right[trial] += correct
                made[trial] += 1
    assert made[0] > 0
    known = made > 0
    assert np.allclose(trial_accuracy(recording)[0][known], right[known] / made[known])


def test_monkeys_curve_as_specified():
    second = published("harlow1949/monkey_trial_2")
    assert (second.value[0], second.value[-1]) == (0.518, 0.967)
    curve = published("harlow1949/monkey_curve")
    assert np.array_equal(np.asarray(curve.value)[:, 1], second.value)


# ---------------------------------------------------------------- experiments and figures


def test_figures_draw_what_they_tabulate(seed):
    from fastslow.analysis.style import paper_style

    curves = [planted(np.round(c * 400) / 400) for c in WANG]
    with paper_style():
        for figure in paper.FIGURES:
            recordings = {source: planted(WANG[0]) for source in figure.needs}
            source = figure.name
            names = [f"{source}@quantile_{k}" for k in range(1, 7)] + [source]
            recordings |= dict(zip(names, curves, strict=True))
            drawing, table = figure.draw(recordings)
            assert all(ax.get_xlabel() for ax in drawing.axes)
            shown = table[(table.panel == "networks") & (table.label == "final")]
            assert np.allclose(shown["mean"], trial_accuracy(curves[-1])[0])
            line = next(x for x in drawing.axes[0].get_lines() if x.get_label() == "final")
            assert np.allclose(line.get_ydata(), shown["mean"])
            share = table.loc[table.panel == "share at ceiling", "mean"].item()
            assert share == reached_ceiling(curves[-1]).mean() == 1
            assert "LSTM, 2 of 2 at ceiling" in drawing.axes[0].get_title()


def test_training_starts_to_pay_within_seconds():
    """Far beyond what guessing earns: its mean over the last 50 batches of 32 lives."""
    settings = ActorCritic(n_lives=1500 * 32, n_lanes=32)
    trainer = Trainer(Harlow(), paper.NETWORK, settings, seeds=(0,))
    rewards = [progress.measured["reward"][0] for progress in trainer.run()]
    chance = 4 * np.sqrt(6 / (50 * 32))
    assert np.mean(rewards[-50:]) > max(chance, 3)
    assert abs(np.mean(rewards[:50])) < 1


def test_values_of_objects_are_learned_little_by_little(seed):
    """Accuracy rises with each trial; with a learning rate of 0 it stays at chance."""
    task, n = Harlow(), 4000
    learner = fs.models.learners.ObjectValues
    rising, flat = (fs.simulate(task, learner(learning_rate=rate), n, seed) for rate in (0.1, 0.0))
    accuracy = (rising.action == rising.best_action).mean("episode").values
    error = np.sqrt(0.25 / n)
    assert abs(accuracy[0] - 0.5) < 4 * error
    assert (np.diff(accuracy[[0, 2, 5]]) > 4 * np.sqrt(2) * error).all()
    chance = (flat.action == flat.best_action).mean().item()
    assert abs(chance - 0.5) < 4 * np.sqrt(0.25 / (6 * n))


def test_values_follow_the_rule_by_hand():
    """Values of the chosen object after each outcome, wherever it lies."""
    learner = fs.models.learners.ObjectValues(learning_rate=0.5)
    recording = fs.simulate(Harlow(), learner, 20, 0)
    objects = recording.observation.values.reshape(20, 6, 2, -1)
    for episode in range(20):
        values = {}
        for trial in range(6):
            action = int(recording.action[episode, trial])
            key = objects[episode, trial, action].tobytes()
            assert float(recording.value[episode, trial]) == pytest.approx(values.get(key, 0.0))
            reward = float(recording.reward[episode, trial])
            values[key] = values.get(key, 0.0) + 0.5 * (reward - values.get(key, 0.0))
