"""The prefrontal network as an agent: inputs, lesions, frozen weights."""

import numpy as np
import pytest

import fastslow as fs
from fastslow.models import Prefrontal
from fastslow.models.contract import check_agent
from fastslow.tasks import Bandit, Lanes, TwoStep
from fastslow.tasks.task import TimeStep

TASK = TwoStep(n_trials=8, encoding="compressed")


def now_of(first, reward, observation=(1.0, 0.0), done=None):
    n = len(first)
    outcomes = {} if done is None else {"done": np.array(done)}
    return TimeStep(
        np.tile(np.float32(observation), (n, 1)), np.float32(reward), np.ones(n, np.float32),
        np.array(first), np.ones(n, bool), np.zeros(n, np.int8), outcomes, {"trial": np.zeros(n, int)},
    )  # fmt: skip


@pytest.mark.parametrize("core", ["lstm", "gru", "vanilla"])
def test_contract(core):
    check_agent(Prefrontal(n_units=5, core=core, time=True).initialized(TASK, 0), TASK)


def test_input_row_spells_out_every_input():
    agent = Prefrontal(time=True, done=True)
    encoder = agent.encoder(TASK, 2)
    np.testing.assert_array_equal(
        encoder(now_of([True, True], [0, 0], done=[0, 0])), [[1, 0, 0, 0, 0, 0, 0]] * 2
    )
    encoder.acted(np.array([1, 0]))
    row = encoder(now_of([False, True], [1, 1], done=[0, 1]))
    # observation, previous action, previous reward, time, done; the second lane starts anew
    np.testing.assert_allclose(row, [[1, 0, 0, 1, 1, 1 / 8, 0], [1, 0, 0, 0, 0, 0, 1]])


def test_time_starts_again_with_each_episode():
    encoder = Prefrontal(time=True).encoder(TASK, 1)
    times = [encoder(now_of([first], [0]))[0, -1] for first in (True, False, True, False)]
    np.testing.assert_allclose(times, [0, 1 / 8, 0, 1 / 8])


def test_one_hot_reward():
    agent = Prefrontal(previous_reward="one_hot", reward_values=(0.0, 1.0, 5.0))
    encoder = agent.encoder(TASK, 1)
    encoder(now_of([True], [0]))
    encoder.acted(np.array([0]))
    assert encoder(now_of([False], [5]))[0, 4:].tolist() == [0, 0, 1]
    with pytest.raises(ValueError, match="reward 3.0 is not among reward_values"):
        encoder(now_of([False], [3]))


@pytest.mark.parametrize(
    ("part", "columns"),
    [("observation", [0, 1]), ("action_input", [2, 3]), ("reward_input", [4])],
)
def test_a_lesioned_input_is_silent(part, columns):
    encoder = Prefrontal().without(part).encoder(TASK, 1)
    encoder(now_of([True], [0]))
    encoder.acted(np.array([1]))
    row = encoder(now_of([False], [1], observation=(0.0, 1.0)))[0]
    expected = np.array([0, 1, 0, 1, 1.0])
    expected[columns] = 0
    np.testing.assert_array_equal(row, expected)


def test_without_working_memory_only_the_last_trial_counts():
    agent = Prefrontal(n_units=6).initialized(Bandit(n_trials=6), 1).without("working_memory")
    recording = fs.simulate(Bandit(n_trials=6), agent, n_lives=200, seed=2)
    assert recording.attrs["lesions"] == '["working_memory"]'
    action, reward = recording.action.values[:, :-1], recording.reward.values[:, :-1]
    policy = recording.policy.values[:, 1:, 0]
    for a in (0, 1):
        for r in (0, 1):
            assert np.ptp(policy[(action == a) & (reward == r)]) < 1e-6


def test_testing_leaves_the_weights_alone(seed):
    agent = Prefrontal(n_units=6).initialized(TASK, seed)
    before = agent.weights_hash
    fs.simulate(TASK, agent, n_lives=3, seed=seed)
    assert agent.weights_hash == before
    with pytest.raises(ValueError, match="read-only"):
        agent.weights["bias"][0] = 1.0


def test_same_seed_same_weights_other_seed_others():
    agent = Prefrontal(n_units=6)
    assert (
        agent.initialized(TASK, 0).weights_hash
        == agent.initialized(TASK, 0).weights_hash
        != agent.initialized(TASK, 1).weights_hash
    )


def test_policy_of_a_lane_does_not_depend_on_who_runs_beside_it():
    agent = Prefrontal(n_units=6).initialized(TASK, 0)
    few, many = (fs.simulate(TASK, agent, n_lives=n, seed=3) for n in (4, 40))
    np.testing.assert_allclose(few.policy, many.policy[:4], rtol=1e-4)
    np.testing.assert_array_equal(few.action, many.action[:4])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"core": "lsmt"}, "core must be lstm, gru or vanilla, got 'lsmt'"),
        ({"previous_reward": "two"}, "previous_reward must be scalar, one_hot or none"),
        ({"previous_reward": "one_hot"}, "needs reward_values"),
    ],
)
def test_wrong_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        Prefrontal(**settings)


def test_untrained_network_says_so():
    with pytest.raises(ValueError, match="has no weights: train it"):
        Prefrontal().begin(TASK, 2, Lanes(0, 2))


def test_weights_of_another_task_are_refused():
    agent = Prefrontal(n_units=6).initialized(Bandit(), 0)
    with pytest.raises(ValueError, match=r"'input_weights' must be \(5, 24\).*found \(3, 24\)"):
        agent.begin(TASK, 2, Lanes(0, 2))


def test_done_needs_a_task_that_says_it():
    agent = Prefrontal(n_units=6, done=True).initialized(TASK, 0)
    with pytest.raises(KeyError, match="input 'done' needs a task with an outcome named 'done'"):
        fs.simulate(TASK, agent, n_lives=1)


def test_unknown_part():
    with pytest.raises(ValueError, match="no part 'reward'; did you mean 'reward_input'"):
        Prefrontal().without("reward")
    with pytest.raises(ValueError, match="no gate 'reinstatement'"):
        Prefrontal().clamped(reinstatement=0.0)
