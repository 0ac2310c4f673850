"""Two-step tasks: each sentence of their Methods, the contract, and every documented misuse."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastslow.tasks import Lanes
from fastslow.tasks.contract import check_task
from fastslow.tasks.two_step import TwoStep
from fastslow.tasks.two_step_drifting import DriftingTwoStep
from fastslow.tasks.two_step_swapping import SwappingTwoStep

TASKS = {
    "compressed": TwoStep(n_trials=7),
    "stepwise": TwoStep(n_trials=7, encoding="stepwise"),
    "without fixation": TwoStep(n_trials=7, encoding="stepwise", fixation=False),
    "wang2016": TwoStep.wang2016(),
    "miller": TwoStep.miller(n_trials=40),
    "swapping": SwappingTwoStep(n_trials=7, p_swap=0.3),
    "drifting": DriftingTwoStep(n_trials=7),
    "walks": DriftingTwoStep(n_trials=2, walks=[[0.1, 0.2, 0.3, 0.4], [0, 1, 0.5, 0.5]]),
}
every_task = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


def steps(task, lanes, choose):
    """All time steps and actions of a play; `choose(step, now)` gives the action."""
    play = task.play(lanes.n, lanes)
    seen, actions = [next(play)], []
    for step in range(task.n_steps):
        actions.append(np.asarray(choose(step, seen[-1])))
        seen.append(play.send(actions[-1]))
    with pytest.raises(StopIteration):
        play.send(actions[-1])
    return seen, actions


def at_random(task, seed):
    rng = np.random.default_rng(seed)
    return lambda step, now: rng.integers(0, task.action.n, len(now.reward))


def valid_at_random(task, seed):
    """Any valid key: center at fixation, else left or right at random."""
    rng = np.random.default_rng(seed)

    def choose(step, now):
        key = rng.integers(0, 2, len(now.reward))
        return np.where(now.labels["stage"] == 0, 2, key)

    return choose


def trials(task, n, seed, choose=None):
    """(n_trials, n) arrays of choice, transition, state, reward, and the labels at the choice."""
    seen, actions = steps(task, Lanes(seed, n), choose or valid_at_random(task, seed))
    stage = np.array([now.labels["stage"][0] for now in seen[:-1]])
    first = np.flatnonzero(stage == 1)
    last = first if task.n_stages == 1 else first + 1
    labels = {name: np.array([seen[i].labels[name] for i in first]) for name in seen[0].labels}
    return SimpleNamespace(
        choice=np.array([actions[i] for i in first]),
        second=np.array([actions[i] for i in last]),
        common=np.array([seen[i + 1].outcomes["common"] for i in first]),
        state=np.array([seen[i + 1].outcomes["state"] for i in first]),
        reward=np.array([seen[i + 1].reward for i in last]),
        **labels,
    )


def agrees(hits, p):
    """Whether events occur with probability p, within 4 standard errors."""
    hits = np.asarray(hits, bool)
    assert hits.size > 100
    return abs(hits.mean() - p) < 4 * np.sqrt(p * (1 - p) / hits.size)


@every_task
def test_contract(task, seed):
    check_task(task, seed=seed)
    assert len(task.observation_names) == task.observation_size
    assert hash(task) == hash(replace(task))


def test_methods_of_wang_2018(seed):
    task = TwoStep()
    t = trials(task, 400, seed)
    assert t.choice.shape == (100, 400)
    assert ((t.state == t.choice) == (t.common == 1)).all()
    assert agrees(t.common, 0.8)
    assert agrees(t.common[t.choice == 1], 0.8)
    assert agrees(t.reward[t.state == t.better_state], 0.9)
    assert agrees(t.reward[t.state != t.better_state], 0.1)
    assert agrees(t.better_state[0], 0.5)
    assert agrees(t.better_state[1:] != t.better_state[:-1], 0.025)
    assert (t.best_action == t.better_state).all()
    assert t.congruent.all()
    p = np.stack([t.p_reward_0, t.p_reward_1])
    assert np.array_equal(p.argmax(axis=0), t.better_state)
    assert np.allclose(p.max(axis=0), 0.9)
    assert np.allclose(p.sum(axis=0), 1)


def test_methods_of_wang_2016(seed):
    task = TwoStep.wang2016()
    assert (task.n_trials, task.n_steps, task.action.n) == (10, 20, 2)
    t = trials(task, 2000, seed)
    assert agrees(t.common, 0.75)
    assert agrees(t.reward[t.state == t.better_state], 0.9)
    assert (t.better_state == t.better_state[0]).all()
    assert agrees(t.better_state[0], 0.5)


def test_methods_of_the_rats_task(seed):
    t = trials(TwoStep.miller(), 300, seed)
    assert agrees(t.common, 0.8)
    assert agrees(t.reward[t.state == t.better_state], 0.8)
    assert agrees(t.congruent[0], 0.5)
    assert (t.congruent == t.congruent[0]).all()
    assert ((t.state == t.choice) == ((t.common == 1) == t.congruent)).all()
    assert np.array_equal(t.best_action == t.better_state, t.congruent)
    lasted = np.ones(300, int)
    may, does, early = [], [], 0
    for before, now in itertools.pairwise(t.better_state):
        changes = before != now
        may += [lasted >= 11]
        does += [changes]
        early += (changes & (lasted < 11)).sum()
        lasted = np.where(changes, 1, lasted + 1)
    assert early == 0
    assert agrees(np.array(does)[np.array(may)], 0.02)


def test_the_rats_schedule_agrees_with_their_blocks(data_folder, seed):
    pd = pytest.importorskip("pandas")
    table = pd.read_csv(data_folder / "miller_rat_twostep" / "rat_twostep_trials.csv.gz")
    blocks = []
    for _, session in table.groupby(["subject", "session"]):
        changes = np.flatnonzero(np.diff(session["p_left_port"].to_numpy()))
        blocks += np.diff(changes).tolist()
    assert (len(blocks), min(blocks)) == (513, 11)
    assert round(np.mean(blocks), 1) == 58.9


def test_both_encodings_are_one_world(seed):
    keys = np.random.default_rng(seed).integers(0, 2, (50, 6))
    compressed = trials(TwoStep(n_trials=50), 6, seed, lambda step, now: keys[step])

    def key(step, now):
        return np.full(6, 2) if step % 3 == 0 else keys[step // 3]

    stepwise = trials(TwoStep(n_trials=50, encoding="stepwise"), 6, seed, key)
    for name in ("choice", "common", "state", "reward", "better_state", "best_action"):
        assert np.array_equal(getattr(compressed, name), getattr(stepwise, name)), name


def test_compressed_shows_the_last_state(seed):
    task = TwoStep(n_trials=30)
    seen, _ = steps(task, Lanes(seed, 8), at_random(task, seed))
    assert not seen[0].observation.any()
    for now in seen[1:]:
        assert np.array_equal(now.observation, np.eye(2)[now.outcomes["state"]])


def test_stepwise_shows_one_stage_after_the_other(seed):
    task = TwoStep(n_trials=30, encoding="stepwise")
    seen, _ = steps(task, Lanes(seed, 8), valid_at_random(task, seed))
    for t, now in enumerate(seen):
        assert (now.labels["stage"] == t % 3).all()
        assert (now.labels["trial"] == t // 3).all()
        shown = [0, 1, 2 + now.outcomes["state"]][t % 3]
        assert np.array_equal(now.observation, np.broadcast_to(np.eye(4)[shown], (8, 4)))
        best = [np.full(8, 2), now.labels["better_state"], np.full(8, -1)][t % 3]
        assert np.array_equal(now.labels["best_action"], best)
        assert not now.outcomes["missed"].any()
        if t % 3:
            assert not now.reward.any()


def test_either_key_yields_the_reward_of_the_state_reached(seed):
    task = TwoStep(n_trials=40, encoding="stepwise")
    left, right = (
        trials(task, 10, seed, lambda t, now, key=key: np.full(10, (2, 0, key)[t % 3])).reward
        for key in (0, 1)
    )
    assert np.array_equal(left, right)
    assert 0 < left.mean() < 1


@pytest.mark.parametrize("wrong", [0, 1])
def test_missed_fixation_costs_one_and_the_trial_goes_on(wrong, seed):
    task = TwoStep(n_trials=40, encoding="stepwise")
    seen, _ = steps(task, Lanes(seed, 6), lambda t, now: np.full(6, (wrong, 0, 0)[t % 3]))
    for t, now in enumerate(seen[1:]):
        assert (now.outcomes["missed"] == (t % 3 == 0)).all()
        if t % 3 == 0:
            assert (now.reward == -1).all()
            assert (now.outcomes["state"] == -1).all()
    right, _ = steps(task, Lanes(seed, 6), lambda t, now: np.full(6, (2, 0, 0)[t % 3]))
    for t, (a, b) in enumerate(zip(seen, right, strict=True)):
        assert np.array_equal(a.observation, b.observation)
        assert t % 3 == 1 or np.array_equal(a.reward, b.reward)


@pytest.mark.parametrize("last", [0, 2])
def test_missed_choice_costs_one_and_ends_in_nothing(last, seed):
    task = TwoStep(n_trials=40, encoding="stepwise")
    seen, _ = steps(task, Lanes(seed, 6), lambda t, now: np.full(6, (2, 2, last)[t % 3]))
    for t, now in enumerate(seen[1:]):
        assert (now.outcomes["missed"] == (t % 3 == 1)).all()
        assert (now.reward == (-1 if t % 3 == 1 else 0)).all()
        assert (now.outcomes["common"] == -1).all()
        assert (now.outcomes["state"] == -1).all()
        assert t % 3 != 1 or not now.observation.any()


def test_missed_second_stage_costs_one_in_place_of_the_reward(seed):
    task = TwoStep(n_trials=40, encoding="stepwise", p_reward=1)
    seen, _ = steps(task, Lanes(seed, 6), lambda t, now: np.full(6, (2, 0, 2)[t % 3]))
    for t, now in enumerate(seen[1:]):
        assert (now.outcomes["missed"] == (t % 3 == 2)).all()
        assert (now.reward == -(t % 3 == 2)).all()
        assert (now.outcomes["state"] >= 0).all() == (t % 3 == 1)


@given(
    st.integers(0, 2**31),
    st.sampled_from([TwoStep, TwoStep.wang2016, TwoStep.miller, DriftingTwoStep]),
)
def test_no_rare_transition_where_all_are_common(any_seed, version):
    t = trials(version(n_trials=12, p_common=1), 4, any_seed)
    assert (t.common == 1).all()


@given(st.integers(0, 2**31), st.integers(1, 6))
def test_exact_where_nothing_is_left_to_chance(any_seed, min_block):
    """Sure rewards pay in the better state alone; sure reversals come at every block's end."""
    task = TwoStep(n_trials=20, p_common=1, p_reward=1, p_reversal=1, min_block=min_block)
    t = trials(task, 4, any_seed)
    assert np.array_equal(t.reward, t.choice == t.better_state)
    turns = np.arange(20) // min_block % 2
    assert np.array_equal(t.better_state ^ t.better_state[0], np.repeat(turns[:, None], 4, axis=1))


def test_methods_of_daw_2011(seed):
    task = DriftingTwoStep()
    assert task.n_steps == 402
    t = trials(task, 200, seed)
    walks = np.stack([t.p_reward_0, t.p_reward_1, t.p_reward_2, t.p_reward_3])
    assert agrees(t.common, 0.7)
    assert ((t.state == t.choice) == (t.common == 1)).all()
    assert walks.min() >= 0.25
    assert walks.max() <= 0.75
    p = np.take_along_axis(walks, (2 * t.state + t.second)[None], axis=0)[0]
    assert abs((t.reward - p).sum()) < 4 * np.sqrt((p * (1 - p)).sum())
    assert np.corrcoef(t.reward.ravel(), p.ravel())[0, 1] > 4 / np.sqrt(p.size)
    # Steps from the middle never meet a bound: their standard deviation is that of the walk.
    steps_taken = np.diff(walks, axis=1)[np.abs(walks[:, :-1] - 0.5) < 0.1]
    assert abs(steps_taken.std() - 0.025) < 4 * 0.025 / np.sqrt(2 * steps_taken.size)
    assert abs(steps_taken.mean()) < 4 * 0.025 / np.sqrt(steps_taken.size)
    # Uniform between the bounds, at first and for ever.
    for now in (walks[:, 0], walks[:, -1]):
        assert abs(now.mean() - 0.5) < 4 * 0.5 / np.sqrt(12 * now.size)
    best = np.maximum(walks[::2], walks[1::2])
    assert np.array_equal(t.better_state, best.argmax(axis=0))
    assert np.array_equal(t.best_action, t.better_state)


def test_second_stage_labels_are_about_the_state_reached(seed):
    task = DriftingTwoStep(n_trials=30)
    seen, _ = steps(task, Lanes(seed, 5), at_random(task, seed))
    for now in seen[1::2]:
        for lane, state in enumerate(now.outcomes["state"]):
            assert np.array_equal(now.observation[lane], np.eye(3)[1 + state])
            options = [now.labels[f"p_reward_{2 * state + i}"][lane] for i in (0, 1)]
            assert now.labels["best_action"][lane] == np.argmax(options)


def test_reflection_is_that_of_a_walk_which_turns_at_each_bound(seed):
    """Step by step: a step beyond a bound is mirrored, and so are the steps that follow."""
    task = DriftingTwoStep(n_trials=60, drift=0.2, bounds=(0.2, 0.9))
    walks = task.draw_walks(3, Lanes(seed, 3))
    rng = Lanes(seed, 3)
    position = 0.2 + 0.7 * np.array([rng.random() for _ in range(4)])
    direction = np.ones((4, 3))
    for now in walks:
        position = position + direction * 0.2 * np.array([rng.normal() for _ in range(4)])
        while ((position < 0.2) | (position > 0.9)).any():
            low, high = position < 0.2, position > 0.9
            position = np.where(low, 0.4 - position, np.where(high, 1.8 - position, position))
            direction[low | high] *= -1
        assert np.allclose(now, position)


def test_given_walks_are_used(seed):
    walks = np.random.default_rng(seed).integers(0, 2, (50, 4))
    t = trials(DriftingTwoStep(n_trials=50, walks=walks), 6, seed)
    expected = [[walks[i, 2 * s + c] for s, c in zip(*rows, strict=True)]
                for i, rows in enumerate(zip(t.state, t.second, strict=True))]  # fmt: skip
    assert np.array_equal(t.reward, expected)
    assert DriftingTwoStep(50, walks=walks) == DriftingTwoStep(50, walks=walks.tolist())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TwoStep(p_common=0.2), r"p_common must be in \[0.5, 1\], got 0.2"),
        (lambda: TwoStep(p_reward=1.1), r"p_reward must be in \[0.5, 1\], got 1.1"),
        (lambda: TwoStep(p_reversal=-1), r"p_reversal must be in \[0, 1\], got -1"),
        (lambda: TwoStep(n_trials=0), "n_trials must be at least 1, got 0"),
        (lambda: TwoStep(min_block=0), "min_block must be at least 1, got 0"),
        (lambda: TwoStep(mapping="crossed"), "mapping must be congruent, incongruent or random"),
        (lambda: TwoStep(encoding="steps"), "encoding must be compressed or stepwise"),
        (lambda: DriftingTwoStep(n_trials=0), "n_trials must be at least 1, got 0"),
        (lambda: DriftingTwoStep(p_common=0.2), r"p_common must be in \[0.5, 1\], got 0.2"),
        (lambda: DriftingTwoStep(drift=-0.1), "drift must not be negative, got -0.1"),
        (lambda: DriftingTwoStep(bounds=(0.8, 0.2)), r"bounds must be .* got \(0.8, 0.2\)"),
        (lambda: DriftingTwoStep(walks=np.ones((3, 4))), r"walks must be \(201, 4\).*\(3, 4\)"),
        (lambda: DriftingTwoStep(1, walks=[[0, 0, 0, 2]]), "outside"),
    ],
)
def test_misuse_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@every_task
def test_an_impossible_key_is_an_error(task):
    play = task.play(2, Lanes(0, 2))
    next(play)
    with pytest.raises(ValueError, match="in lane 1"):
        play.send(np.array([0, task.action.n]))
