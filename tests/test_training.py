"""Training: divergence, restoring, populations, and a trivial task learned."""

import numpy as np
import pytest

from fastslow.models import Prefrontal
from fastslow.models.training import ActorCritic, Trainer
from fastslow.models.training.autograd import AutogradPopulation
from fastslow.models.training.fused import FusedPopulation, available
from fastslow.models.training.manual import ManualPopulation
from fastslow.tasks import Bandit, InformativeArm, TwoStep

ENGINES = [
    AutogradPopulation,
    ManualPopulation,
    pytest.param(
        FusedPopulation, marks=pytest.mark.skipif(not available(), reason="no C++ compiler")
    ),
]
TASK = Bandit(n_trials=10, arms="easy")
SMALL = Prefrontal(n_units=8)


def trained(seeds, engine, settings=None, task=TASK, agent=SMALL):
    trainer = Trainer(task, agent, settings or ActorCritic(n_lives=64, n_lanes=16), seeds, engine)
    return trainer, list(trainer.run())


@pytest.mark.parametrize("engine", ENGINES)
def test_a_seed_is_the_same_whoever_runs_beside_it(engine):
    alone, _ = trained([3], engine)
    beside, _ = trained([0, 3, 5], engine)
    exact = engine is not AutogradPopulation  # whose batched operations may round otherwise
    for name, array in alone.population.weights(0).items():
        other = beside.population.weights(1)[name]
        np.testing.assert_allclose(
            other, array, rtol=0 if exact else 1e-3, atol=0 if exact else 1e-4
        )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("unroll", [None, 5])
def test_training_continues_exactly_from_a_checkpoint(engine, unroll):
    settings = ActorCritic(n_lives=96, n_lanes=16, unroll=unroll)
    whole, _ = trained([0, 1], engine, settings)
    first = Trainer(TASK, SMALL, settings, [0, 1], engine)
    for _ in range(3):
        first.train_batch()
    second = Trainer(TASK, SMALL, settings, [0, 1], engine)
    second.restore({seed: first.checkpoint(seed) for seed in (0, 1)})
    list(second.run())
    for index in range(2):
        for name, array in whole.population.weights(index).items():
            np.testing.assert_array_equal(second.population.weights(index)[name], array)


def test_a_checkpoint_of_other_settings_is_refused():
    saved = Trainer(TASK, SMALL, ActorCritic(), [0], AutogradPopulation).checkpoint(0)
    other = Trainer(TASK, Prefrontal(n_units=9), ActorCritic(), [0], AutogradPopulation)
    with pytest.raises(ValueError, match="seed 0 does not fit these settings: 'input_weights'"):
        other.restore({0: saved})
    with pytest.raises(ValueError, match=r"checkpoints must be of seeds \(0,\)"):
        other.restore({1: saved})


@pytest.mark.parametrize("engine", ENGINES)
def test_divergence_is_noticed_and_the_other_seed_goes_on(engine):
    trainer = Trainer(TASK, SMALL, ActorCritic(n_lives=48, n_lanes=16), [0, 1], engine)
    trainer.train_batch()
    poisoned = trainer.population.weights(0)
    poisoned["value_bias"][:] = np.nan
    trainer.population.load(0, poisoned)
    before = trainer.population.weights(1)
    trainer.train_batch()
    assert trainer.diverged == {0: 1}
    assert not np.array_equal(
        trainer.population.weights(1)["policy_weights"], before["policy_weights"]
    )
    np.testing.assert_array_equal(
        trainer.population.weights(0)["policy_weights"], poisoned["policy_weights"]
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("core", ["lstm", "gru", "vanilla"])
def test_a_trivial_task_is_learned(engine, core):
    """One arm always pays: reward beyond anything that choosing at random gives by luck."""
    task = Bandit(n_trials=10, arms="easy")
    settings = ActorCritic(n_lives=1600, n_lanes=16, learning_rate=1e-2)
    _, progress = trained([0, 1], engine, settings, task, Prefrontal(n_units=8, core=core))
    reward = np.mean([p.measured["reward"] for p in progress[-20:]], axis=0)
    n = 20 * 16 * 10  # choices behind each mean; at random each pays with probability 1/2
    assert (reward / 10 > 0.5 + 4 * np.sqrt(0.25 / n)).all()


def test_rewards_by_trial_add_up_over_the_steps_of_a_trial():
    task = TwoStep(n_trials=5, encoding="stepwise")
    _, (progress,) = trained([0], AutogradPopulation, ActorCritic(n_lives=4, n_lanes=4), task)
    assert progress.measured["reward_trial"].shape == (1, 5)
    assert progress.steps == 4 * 15
    np.testing.assert_allclose(
        progress.measured["reward_trial"].sum(axis=1), progress.measured["reward"]
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("unroll", [1, 5, 10])
def test_a_world_may_keep_the_actions_it_is_given(engine, unroll):
    given = []

    class Keeping(Bandit):
        def play(self, n, rng):
            hidden = super().play(n, rng)
            now = next(hidden)
            while True:
                action = yield now
                given.append((action, action.copy()))
                try:
                    now = hidden.send(action)
                except StopIteration:
                    return

    settings = ActorCritic(n_lives=16, n_lanes=16, unroll=unroll)
    trained([0], engine, settings, Keeping(n_trials=10))
    assert len(given) == 10
    for kept, then in given:
        np.testing.assert_array_equal(kept, then)


def test_schedules_run_from_start_to_end():
    settings = ActorCritic(
        n_lives=33, n_lanes=3, learning_rate=1.0, learning_rate_end=0.0, entropy_weight=0.4,
        entropy_weight_end=0.0, anneal=0.5,
    )  # fmt: skip
    assert settings.n_batches == 11
    rates = [settings.update_settings(b).learning_rate for b in (0, 5, 10)]
    weights = [settings.update_settings(b).entropy_weight for b in (0, 5, 10)]
    np.testing.assert_allclose(rates, [1.0, 0.5, 0.0])
    np.testing.assert_allclose(weights, [0.4, 0.0, 0.0], atol=1e-12)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"optimizer": "sgd"}, "optimizer must be adam or rmsprop, got 'sgd'"),
        ({"n_lives": 0}, "n_lives must be at least 1, got 0"),
        ({"n_lanes": 0}, "n_lanes must be at least 1, got 0"),
        ({"discount": 9}, r"discount must be in \[0, 1\], got 9"),
        ({"learning_rate": -1e-3}, "learning_rate must not be negative, got -0.001"),
    ],
)
def test_wrong_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        ActorCritic(**settings)


def test_unroll_must_divide_a_life():
    with pytest.raises(ValueError, match="unroll must divide the 10 steps of a life, got 4"):
        Trainer(TASK, SMALL, ActorCritic(unroll=4), [0], AutogradPopulation)


def test_other_numbers_of_actions_train_too():
    trainer, progress = trained(
        [0], AutogradPopulation, ActorCritic(n_lives=8, n_lanes=4), InformativeArm()
    )
    assert trainer.population.weights(0)["policy_weights"].shape == (8, 11)
    assert np.isfinite(progress[-1].measured["gradient_norm"]).all()
