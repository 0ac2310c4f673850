"""Gymnasium adapters: tasks as its environments, its environments as tasks, and what is refused."""

import inspect
import warnings
from dataclasses import is_dataclass, replace
from functools import partial
from itertools import combinations

import gymnasium
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env

import fastslow as fs
from fastslow import tasks
from fastslow.data.specification import specification
from fastslow.models import Prefrontal
from fastslow.models.training import ActorCritic, Trainer
from fastslow.tasks import (
    Bandit,
    DriftingTwoStep,
    Lanes,
    TwoStep,
    as_gymnasium,
    check_task,
    from_gymnasium,
)

EXPORTED = [getattr(tasks, name) for name in tasks.__all__]
TASKS = [cls for cls in EXPORTED if inspect.isclass(cls) and is_dataclass(cls) and hasattr(cls, "play")]  # fmt: skip
INPUTS = {"previous_action": True, "previous_reward": True, "time": True}


def cart_pole():
    return gymnasium.make("CartPole-v1")


def frozen_lake():
    return gymnasium.make("FrozenLake-v1")


def lane(task, seed, life, actions):
    """What lane 0 of three lives, taking the same actions."""
    play = task.play(3, Lanes(seed, 3, life=life))
    return [next(play)] + [play.send(np.full(3, action)) for action in actions]


# ---------------------------------------------------------------- a task as an environment


@pytest.mark.parametrize("inputs", [{}, INPUTS], ids=["observation", "all inputs"])
@pytest.mark.parametrize("cls", TASKS, ids=lambda cls: cls.__name__)
def test_every_task_is_a_valid_environment(cls, inputs):
    env = as_gymnasium(cls(), **inputs)
    # Only an environment with a specification is also checked for determinism.
    env.spec = EnvSpec("fastslow/Task-v0", entry_point=lambda: as_gymnasium(cls(), **inputs))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Advice for training by policy gradients; what is predicted has the units of the task.
        warnings.filterwarnings("ignore", ".*symmetric and normalized")
        check_env(env)


@pytest.mark.parametrize(
    "task",
    [Bandit(n_trials=12), TwoStep(n_trials=4, encoding="stepwise"), DriftingTwoStep(n_trials=5)],
    ids=lambda task: type(task).__name__,
)
def test_an_environment_lives_what_lane_0_of_its_seed_lives(task, seed):
    env = as_gymnasium(task)
    generator = np.random.default_rng(seed)
    for life in range(2):
        actions = generator.integers(task.action.n, size=task.n_steps)
        observation, info = env.reset(seed=seed) if life == 0 else env.reset()
        steps, over = lane(task, seed, life, actions), False
        for t, now in enumerate(steps):
            np.testing.assert_array_equal(observation, now.observation[0])
            expected = {"phase": now.phase, "first": now.first, "discount": now.discount}
            expected |= now.outcomes | now.labels
            assert info == {name: value[0].item() for name, value in expected.items()}
            assert over == (t == task.n_steps)
            if t < task.n_steps:
                observation, reward, over, truncated, info = env.step(actions[t])
                assert reward == steps[t + 1].reward[0]
                assert not truncated


def test_the_optional_inputs_are_those_of_a_prefrontal_agent(seed):
    task = TwoStep(n_trials=20)
    env, encoder = as_gymnasium(task, **INPUTS), Prefrontal(time=True).encoder(task, 3)
    actions = np.random.default_rng(seed).integers(2, size=task.n_steps)
    observation, _ = env.reset(seed=seed)
    for t, now in enumerate(lane(task, seed, 0, actions)[:-1]):
        np.testing.assert_allclose(observation, encoder(now)[0], rtol=0, atol=1e-6)
        encoder.acted(np.full(3, actions[t]))
        observation, *_ = env.step(actions[t])


def test_without_a_seed_each_environment_lives_another_life():
    def played(env):
        env.reset()
        return [env.step(0)[1] for _ in range(100)]

    env, other = as_gymnasium(Bandit(arms="hard")), as_gymnasium(Bandit(arms="hard"))
    assert played(env) != played(other)
    assert played(env) != played(env)


def test_a_step_before_or_after_a_life_is_refused():
    env = as_gymnasium(Bandit(n_trials=1))
    with pytest.raises(gymnasium.error.ResetNeeded, match=r"call reset\(\)"):
        env.step(0)
    env.reset(seed=0)
    assert env.step(0)[2]
    with pytest.raises(gymnasium.error.ResetNeeded, match=r"call reset\(\)"):
        env.step(0)


def test_an_impossible_action_is_refused_by_the_task():
    env = as_gymnasium(Bandit())
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r"action must be in \[0, 2\), got 2 in lane 0"):
        env.step(2)


# ---------------------------------------------------------------- an environment as a task


@pytest.mark.parametrize(("make", "size", "n_actions"), [(cart_pole, 4, 2), (frozen_lake, 16, 4)])
def test_environments_of_gymnasium_keep_the_contract(make, size, n_actions, seed):
    task = from_gymnasium(make, n_steps=40)
    assert (task.observation_size, task.action.n, task.n_steps) == (size, n_actions, 40)
    check_task(task, n=3, seed=seed)


class Countdown(gymnasium.Env):
    """Shows the steps left of 3; action 5 ends it with 1, action 6 goes on; it is cut after 3."""

    observation_space = gymnasium.spaces.Discrete(4)
    action_space = gymnasium.spaces.Discrete(2, start=5)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.left = 3
        return self.left, {}

    def step(self, action):
        assert action in self.action_space
        self.left -= 1
        return self.left, float(action == 5), action == 5, self.left == 0, {}


def test_episodes_end_and_start_again_within_a_life():
    task = from_gymnasium(Countdown, n_steps=7)
    play = task.play(2, Lanes(0, 2))
    life = [next(play)] + [play.send(np.array([1, t % 2])) for t in (1, 0, 1, 1, 1, 1, 1)]

    def rows(name):
        found = [
            now.outcomes.get(name, now.labels.get(name)) if not hasattr(now, name) else getattr(now, name)
            for now in life
        ]  # fmt: skip
        return np.array(found).astype(int).T.tolist()

    # Lane 0 always goes on, so it is cut every third step; lane 1 ends by its second action.
    assert rows("first") == [[1, 0, 0, 1, 0, 0, 1, 0], [1, 0, 1, 0, 0, 1, 0, 0]]
    assert rows("done") == [[0, 0, 0, 1, 0, 0, 1, 0], [0, 0, 1, 0, 0, 1, 0, 0]]
    assert rows("truncated") == [[0, 0, 0, 1, 0, 0, 1, 0], [0, 0, 0, 0, 0, 1, 0, 0]]
    assert rows("discount") == [[1, 1, 1, 0, 1, 1, 0, 0], [1, 1, 0, 1, 1, 0, 1, 0]]
    assert rows("reward") == [[0] * 8, [0, 0, 1, 0, 0, 0, 0, 0]]
    assert rows("trial") == [[0, 0, 0, 1, 1, 1, 2, 2], [0, 0, 1, 1, 1, 2, 2, 2]]
    assert [now.observation.argmax(1).tolist() for now in life[:4]] == [[3, 3], [2, 2], [1, 3], [3, 2]]  # fmt: skip
    assert all((now.observation.sum(1) == 1).all() for now in life)


def test_a_task_goes_through_gymnasium_and_back(seed):
    task = TwoStep(n_trials=6)
    back = from_gymnasium(lambda: as_gymnasium(task), n_steps=12)
    check_task(back, seed=seed)
    play = back.play(4, Lanes(seed, 4))
    life = [next(play)] + [play.send(np.ones(4, int)) for _ in range(12)]
    assert [bool(now.first.all()) for now in life] == [t in (0, 6) for t in range(13)]
    assert [bool(now.discount.any()) for now in life] == [t not in (6, 12) for t in range(13)]


def test_environments_are_closed_when_a_play_is_left():
    closed = []

    class Noting(Countdown):
        def close(self):
            closed.append(self)

    play = from_gymnasium(Noting, n_steps=4).play(3, Lanes(0, 3))
    next(play)
    closed.clear()  # that of from_gymnasium itself
    play.close()
    assert len(closed) == 3


def test_a_prefrontal_agent_is_trained_on_an_environment(seed):
    task = from_gymnasium(frozen_lake, n_steps=20)
    settings = ActorCritic(n_lives=24, n_lanes=8)
    trainer = Trainer(task, Prefrontal(n_units=16), settings, [seed])
    before = trainer.population.weights(0)
    progress = list(trainer.run())
    assert progress[-1].steps == 24 * 20
    assert all(np.isfinite(p.measured["gradient_norm"]).all() for p in progress)
    after = trainer.population.weights(0)
    assert all(np.isfinite(array).all() for array in after.values())
    assert not np.array_equal(before["policy_weights"], after["policy_weights"])


# ---------------------------------------------------------------- what is refused


def test_only_discrete_actions_are_taken():
    with pytest.raises(TypeError, match="needs a Discrete action space, found Box"):
        from_gymnasium(lambda: gymnasium.make("Pendulum-v1"), n_steps=10)


def test_only_observations_of_a_fixed_size_are_taken():
    class Wordy(Countdown):
        observation_space = gymnasium.spaces.Sequence(gymnasium.spaces.Discrete(3))

    with pytest.raises(TypeError, match="observations of a fixed size, found Sequence"):
        from_gymnasium(Wordy, n_steps=10)


def test_an_environment_in_place_of_a_function_is_refused():
    with pytest.raises(TypeError, match="make_env must be a function that makes an environment"):
        from_gymnasium("CartPole-v1", n_steps=10)
    with pytest.raises(ValueError, match="n_steps must be at least 1, got 0"):
        from_gymnasium(cart_pole, n_steps=0)


def test_a_missing_gymnasium_is_named_with_the_way_out(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "gymnasium", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "fastslow\[gymnasium\]"'):
        as_gymnasium(Bandit())


# ---------------------------------------------------------------- as an experiment


def made(name):
    return lambda: gymnasium.make(name)


def test_an_environment_is_trained_recorded_and_found_again(tmp_path):
    experiment = fs.Experiment(
        name="mine/lake", summary="", task=from_gymnasium(frozen_lake, n_steps=20),
        agent=Prefrontal(n_units=6), training=ActorCritic(n_lives=32, n_lanes=16),
        recording=fs.Test(n_lives=4),
    )  # fmt: skip
    run = fs.run(experiment, seeds=[0], out=tmp_path)
    assert run.recording.sizes["feature"] == 16
    assert "0x" not in run.recording.attrs["task"]
    again = replace(experiment, task=from_gymnasium(frozen_lake, n_steps=20))
    assert fs.run(again, seeds=[0], out=tmp_path).folder.path == run.folder.path


def test_what_makes_an_environment_is_part_of_the_key():
    def key(make):
        return specification(from_gymnasium(make, n_steps=20))

    assert key(made("FrozenLake-v1")) == key(made("FrozenLake-v1"))
    other = partial(gymnasium.make, "CartPole-v1")
    keys = [key(made("FrozenLake-v1")), key(made("CartPole-v1")), key(frozen_lake), key(other)]
    keys += [key(partial(gymnasium.make, "FrozenLake-v1")), key(Countdown)]
    assert all(a != b for a, b in combinations(keys, 2))
