"""Being told where to go: the pairs, the answers, and the three learners of them."""

from dataclasses import replace

import numpy as np
import pytest

from fastslow.data.simulate import simulate
from fastslow.models import check_agent
from fastslow.models.goal_directed.rule_learner import EQUAL, TARGETS, RuleLearner
from fastslow.tasks import Bandit, Lanes, check_task
from fastslow.tasks.navigation.goal_rules import STEPS, GoalRules, is_closer, right_action

SMALL = GoalRules(size=5, n_blocks=2, n_told=64, n_held_out=16)


def slow_rule(x, y, goal_x, goal_y, rule):
    """The rule in words, step by step."""
    along_x = None if goal_x == x else (2 if goal_x > x else 0)
    along_y = None if goal_y == y else (3 if goal_y > y else 1)
    first, second = (along_x, along_y) if rule == 0 else (along_y, along_x)
    return next((a for a in (first, second) if a is not None), 4)


@pytest.mark.parametrize("rule", [0, 1])
def test_right_action_is_what_the_rule_says_in_words(rule):
    pairs = np.stack(np.unravel_index(np.arange(256), (4,) * 4), axis=-1)
    expected = [slow_rule(*pair, rule) for pair in pairs.tolist()]
    assert right_action(pairs, rule).tolist() == expected
    assert is_closer(pairs, np.array(expected)).all()
    walked = pairs.copy()
    for _ in range(6):  # the longest way in a grid of 4 x 4
        walked[:, :2] += STEPS[right_action(walked, rule)]
    assert (walked[:, :2] == walked[:, 2:]).all()


@pytest.mark.parametrize(
    "task",
    [SMALL, replace(SMALL, shuffled=True), replace(SMALL, pool=128, rules=("y_first",))],
    ids=["rules", "shuffled", "pool"],
)
def test_contract_of_the_task(task):
    check_task(task)


@pytest.mark.parametrize("target", TARGETS)
def test_contract_of_the_learners(target):
    check_agent(RuleLearner(target, n_hidden=4, batch_size=8), replace(SMALL, n_blocks=1), n=2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda: GoalRules(rules=("x_last",)), "rules must be among x_first, y_first"),
        (lambda: GoalRules(pool=900), "pool must be a multiple of n_told, 800, got 900"),
        (lambda: GoalRules(size=3), "a grid of size 3 has 81 pairs"),
        (lambda: GoalRules(n_blocks=0), "n_blocks must be at least 1, got 0"),
        (lambda: RuleLearner("reward"), "target must be action, state, value, got 'reward'"),
        (lambda: RuleLearner(batch_size=0), "batch_size must be at least 1, got 0"),
        (lambda: RuleLearner().begin(Bandit(), 1, Lanes(0, 1)), "Bandit tells nothing"),
    ],
)
def test_misuse(change, message):
    with pytest.raises(ValueError, match=message):
        change()


# --- what is told ---


def test_answers_agree_and_held_out_pairs_are_never_told(seed):
    recording = simulate(SMALL, RuleLearner(n_hidden=4), n_lives=2, seed=seed)
    x, y, goal_x, goal_y = np.moveaxis(recording["observation"].values, -1, 0).astype(int)
    held_out = recording["held_out"].values
    assert (held_out.sum(axis=1) == 16).all()
    rule = (recording["rule"].values == 1).astype(int)
    pairs = np.stack([x, y, goal_x, goal_y], axis=-1)
    best = np.where(rule, right_action(pairs, 1), right_action(pairs, 0))
    np.testing.assert_array_equal(recording["best_action"], best)
    told = recording["told_action"].values
    np.testing.assert_array_equal(told[~held_out], best[~held_out])
    assert (told[held_out] == -1).all()
    np.testing.assert_array_equal(recording["told_x"].values[~held_out],
                                  (x + STEPS[best][..., 0])[~held_out])  # fmt: skip
    value = recording["told_value"].values[~held_out]
    distance = (abs(x - goal_x) + abs(y - goal_y))[~held_out]
    np.testing.assert_allclose(value, -distance / 8)
    for life in (0, 1):
        mine = recording["life"].values == life
        codes = np.ravel_multi_index(np.moveaxis(pairs[mine], -1, 0), (5,) * 4)
        seen = [set(codes[held].tolist()) for held in (held_out[mine], ~held_out[mine])]
        assert [len(s) for s in seen] == [16, 64]
        assert not seen[0] & seen[1]


def test_a_larger_pool_is_gone_through_once_before_any_pair_comes_again(seed):
    task = GoalRules(size=5, n_blocks=3, n_told=20, n_held_out=4, pool=60, rules=("x_first",))
    recording = simulate(task, RuleLearner(n_hidden=4), n_lives=1, seed=seed)
    told = recording["observation"].values[~recording["held_out"].values].astype(int)
    assert len(np.unique(told, axis=0)) == 60


def test_shuffled_answers_are_wrong_and_stay_the_same(seed):
    recording = simulate(
        replace(SMALL, shuffled=True, n_told=256), RuleLearner(n_hidden=4), n_lives=1, seed=seed
    )
    told = ~recording["held_out"].values & (recording["rule"].values == 0)
    pairs = recording["observation"].values[told].astype(int)
    answers = recording["told_action"].values[told]
    by_pair = {}
    for pair, answer in zip(map(tuple, pairs.tolist()), answers.tolist(), strict=True):
        assert by_pair.setdefault(pair, answer) == answer
    right = right_action(pairs, 0)
    p = sum(np.mean(answers == a) * np.mean(right == a) for a in range(5))
    assert abs((answers == right).mean() - p) < 4 * np.sqrt(p * (1 - p) / 256)
    assert (recording["best_action"].values[told] == answers).all()


# --- learning ---


def test_equal_parameters():
    counts = [RuleLearner(target, EQUAL[target]).n_weights(10) for target in TARGETS]
    assert max(counts) / min(counts) < 1.001
    assert RuleLearner().sizes(10) == (4, 128, 128, 5)


@pytest.mark.parametrize("target", TARGETS)
def test_learns_what_was_never_told_and_not_from_shuffled_answers(target, seed):
    task = GoalRules(size=4, n_blocks=24, n_told=160, n_held_out=96, rules=("x_first",))
    agent = RuleLearner(target, n_hidden=32, learning_rate=1e-2, scaled=True)

    def share_closer(task):
        recording = simulate(task, agent, n_lives=1, seed=seed, record=())
        return float(recording["closer"].where(recording["held_out"]).isel(episode=-1).mean())

    learned, shuffled = share_closer(task), share_closer(replace(task, shuffled=True))
    assert learned > shuffled + 4 * np.sqrt(0.5 / 96)


def test_without_learning_nothing_changes(seed):
    agent = RuleLearner(n_hidden=8).without("learning")
    recording = simulate(replace(SMALL, rules=("x_first",)), agent, n_lives=1, seed=seed)
    where = recording["held_out"].values
    first, second = (recording["action"].values[k][where[k]] for k in (0, 1))
    np.testing.assert_array_equal(first, second)
