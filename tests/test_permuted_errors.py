"""Training by the prediction errors of other lives: who is taught by whom, and that nothing is learned."""

import numpy as np
import pytest

from fastslow.data.specification import specification
from fastslow.models import Prefrontal
from fastslow.models.training import ActorCritic, PermutedErrors, Trainer
from fastslow.tasks import Bandit


def told(rewards, seeds, batch=0):
    n_lanes = rewards.shape[1] // len(seeds)
    return PermutedErrors(n_lanes=n_lanes).teacher(seeds, batch)(rewards)


def test_no_lane_keeps_its_own_and_none_is_lost(seed):
    own = np.tile(np.arange(10), (400, 1))  # two seeds of five lanes
    other = told(own, [seed, seed + 1])
    assert (other != own).all()
    np.testing.assert_array_equal(np.sort(other), own)
    assert (other[:, :5] < 5).all()  # each seed among its own lanes
    giver = other[:, 0]  # of lane 0: each of four, about equally often
    n, p = len(giver), 0.25
    shares = np.bincount(giver, minlength=5)[1:] / n
    assert (np.abs(shares - p) < 4 * np.sqrt(p * (1 - p) / n)).all()


def test_a_seed_is_taught_the_same_whoever_is_beside_it(seed):
    own = np.random.default_rng(seed).random((30, 12))
    beside = told(own, [seed, seed + 1, seed + 2])
    np.testing.assert_array_equal(beside[:, 4:8], told(own[:, 4:8], [seed + 1]))
    assert not np.array_equal(told(own, [seed], batch=1), told(own, [seed], batch=0))


def test_the_engine_is_told_the_rewards_of_others_and_the_network_sees_its_own(seed):
    settings = PermutedErrors(n_lives=4, n_lanes=4)
    trainer = Trainer(Bandit(n_trials=30), Prefrontal(n_units=4), settings, [seed])
    heard, update = [], trainer.population.update
    trainer.population.update = lambda *args: heard.append(args[0].copy()) or update(*args)
    progress = trainer.train_batch()
    (reward,) = heard
    seen = trainer.population.inputs[1:30]  # what was earned before is among the inputs
    columns = np.moveaxis(seen, 2, 0).reshape(seen.shape[2], -1)
    assert not any(np.allclose(column, reward[:29].ravel()) for column in columns)
    np.testing.assert_allclose(reward.sum() / 4, progress.measured["reward"][0], rtol=1e-5)


def test_what_is_learned_by_ones_own_errors_is_not_learned_by_those_of_others():
    task, agent = Bandit(n_trials=10, arms="easy"), Prefrontal(n_units=8)
    reward = {}
    for settings in (ActorCritic, PermutedErrors):
        trainer = Trainer(task, agent, settings(n_lives=3200, learning_rate=1e-2), range(4))
        late = [progress.measured["reward"] for progress in trainer.run()][-20:]
        reward[settings] = np.mean(late, axis=0) / 10
    n = 20 * 32 * 10  # choices behind each mean; at random each pays with probability 1/2
    assert (reward[ActorCritic] > 0.5 + 4 * np.sqrt(0.25 / n)).all()
    assert abs(reward[PermutedErrors].mean() - 0.5) < (reward[ActorCritic].min() - 0.5) / 2
    assert specification(PermutedErrors()) != specification(ActorCritic())


def test_alone_there_is_nobody_to_be_taught_by():
    with pytest.raises(
        ValueError, match="n_lanes must be at least 2, so that there is another life"
    ):
        PermutedErrors(n_lanes=1)
