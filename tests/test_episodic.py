"""The episodic LSTM and the tasks it is for: identities, memory by hand, lesions, training."""

import numpy as np
import pytest

import fastslow as fs
from fastslow.models import Prefrontal, cores
from fastslow.models.contract import check_agent
from fastslow.models.learners import Random
from fastslow.models.learners.good_arm import GoodArmObserver
from fastslow.models.prefrontal import EpisodicPrefrontal
from fastslow.models.training import ActorCritic, Trainer
from fastslow.models.training.autograd import AutogradPopulation
from fastslow.models.training.fused import FusedPopulation, available
from fastslow.tasks import Bandit, Lanes, check_task
from fastslow.tasks.barcode_bandit import BarcodeBandit, draw_barcodes

SMALL = BarcodeBandit(n_episodes=8, n_pulls=3, n_arms=3, n_contexts=4, n_bits=4)
ENGINES = [
    AutogradPopulation,
    pytest.param(
        FusedPopulation, marks=pytest.mark.skipif(not available(), reason="no C++ compiler")
    ),
]

# ------------------------------------------------------------------ the task


@pytest.mark.parametrize(
    "task",
    [
        BarcodeBandit(),
        SMALL,
        BarcodeBandit(n_flips=2),
        BarcodeBandit(n_contexts=20, n_episodes=40, n_pulls=2),
        BarcodeBandit(n_contexts=3, n_bits=2, n_episodes=3, n_pulls=1),
    ],
)
def test_task_contract(task, seed):
    check_task(task, seed=seed)


def test_a_life_is_what_the_task_says(seed):
    task = BarcodeBandit()
    life = fs.simulate(task, Random(), n_lives=20, seed=seed)
    assert dict(life.reward.sizes) == {"episode": 2000, "step": 10}
    for lane in range(20):
        mine = life.isel(episode=life.life == lane, step=0)
        context, exposure = mine.context.values, mine.exposure.values
        np.testing.assert_array_equal(np.bincount(context), [10] * 10)
        for c in range(10):
            np.testing.assert_array_equal(exposure[context == c], np.arange(1, 11))
            codes, best = (
                mine.observation.values[context == c],
                mine.best_action.values[context == c],
            )
            assert (codes == codes[0]).all()
            assert (best == best[0]).all()
        assert len(np.unique(mine.observation.values, axis=0)) == 10
        assert len(np.unique(mine.best_action.values)) == 10


def test_arms_pay_as_often_as_the_task_says(seed):
    life = fs.simulate(BarcodeBandit(), Random(), n_lives=100, seed=seed)
    good, reward = (life.action == life.best_action).values, life.reward.values
    for which, p in ((good, 0.9), (~good, 0.1)):
        assert abs(reward[which].mean() - p) < 4 * np.sqrt(p * (1 - p) / which.sum())


def test_flips_change_exactly_so_many_bits(seed):
    clean, noisy = (
        fs.simulate(BarcodeBandit(n_flips=f), Random(), n_lives=5, seed=seed).isel(step=0)
        for f in (0, 3)
    )
    for lane in range(5):
        mine = noisy.isel(episode=noisy.life == lane)
        code = {
            int(c): o for c, o in zip(clean.context.values[clean.life == lane],
                                      clean.observation.values[clean.life == lane], strict=True)
        }  # fmt: skip
        for c, seen in zip(mine.context.values, mine.observation.values, strict=True):
            assert (seen != code[int(c)]).sum() == 3


def test_barcodes_are_distinct_uniform_and_never_blank(seed):
    codes = draw_barcodes(Lanes(seed, 4000), 6, 3) @ (2 ** np.arange(3))
    assert all(len(set(row)) == 6 for row in codes)
    counts = np.bincount(codes.astype(int).ravel(), minlength=8)
    assert counts[0] == 0
    p, n = 6 / 7, 4000
    assert (abs(counts[1:] / n - p) < 4 * np.sqrt(p * (1 - p) / n)).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_pulls": 0}, "n_pulls must be at least 1, got 0"),
        ({"n_arms": 1}, "n_arms must be at least 2, got 1"),
        ({"n_episodes": 15}, "n_episodes must be a multiple of the 10 contexts, got 15"),
        ({"n_bits": 3}, "n_bits must be at most 52 and enough to tell 10 contexts apart, got 3"),
        ({"n_flips": 11}, "n_flips must be between 0 and n_bits, got 11"),
        ({"p_bad": -0.1}, "p_bad must be a probability, got -0.1"),
    ],
)
def test_wrong_task_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        BarcodeBandit(**settings)


# ------------------------------------------------------------------ the ceiling


def reward_by_exposure(recording):
    """Mean and standard error of the reward of an episode, from exposure 1 on."""
    total, exposure = recording.reward.sum("step").values, recording.exposure.values[:, 0]
    groups = [total[exposure == e] for e in range(1, exposure.max() + 1)]
    return (np.array([g.mean() for g in groups]),
            np.array([g.std() / np.sqrt(len(g)) for g in groups]))  # fmt: skip


def test_ceiling_against_the_numbers_computed_elsewhere(seed):
    """4.44 at every exposure without memory; 4.45, 8.15, then towards 9 with it."""
    mean, error = reward_by_exposure(fs.simulate(BarcodeBandit(), GoodArmObserver(), 150, seed))
    assert (abs(mean[:2] - [4.45, 8.15]) < 4 * error[:2]).all()
    assert (mean[3:] < 9 + 4 * error[3:]).all()
    assert (mean[3:] > mean[1]).all()
    forgetful = GoodArmObserver().without("memory")
    mean, error = reward_by_exposure(fs.simulate(BarcodeBandit(), forgetful, 150, seed))
    assert (abs(mean - 4.44) < 4 * error).all()


def test_ceiling_is_an_agent_for_this_task_only():
    check_agent(GoodArmObserver(), SMALL)
    with pytest.raises(TypeError, match="GoodArmObserver knows BarcodeBandit, got Bandit"):
        GoodArmObserver().begin(Bandit(), 2, Lanes(0, 2))


# ------------------------------------------------------------------ the agent


def test_contract(seed):
    check_agent(EpisodicPrefrontal(n_units=5).initialized(SMALL, seed), SMALL, seed=seed)


def test_with_the_gate_shut_it_is_a_plain_lstm(seed):
    rng = np.random.default_rng(seed)
    shapes = cores.weight_shapes("episodic_lstm", 4, 6, 3)
    weights = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    plain = dict(weights)
    for name in ("input_weights", "recurrent_weights", "bias"):
        parts = np.split(weights[name], 5, axis=-1)
        plain[name] = np.concatenate([parts[i] for i in (0, 1, 2, 4)], axis=-1)
    state = {k: rng.normal(size=(7, 6)) for k in ("hidden", "cell", "reinstated")}
    own, other = state, {k: state[k] for k in ("hidden", "cell")}
    for _ in range(20):
        inputs = rng.normal(size=(7, 4))
        own, gates = cores.step("episodic_lstm", weights, inputs, own, {"reinstatement": 0.0})
        other, _ = cores.step("lstm", plain, inputs, other)
        own["reinstated"] = rng.normal(size=(7, 6))
        assert not gates["reinstatement"].any()
        for name in ("hidden", "cell"):
            np.testing.assert_allclose(own[name], other[name], atol=1e-12)


def test_what_comes_back_is_the_cell_at_the_end_of_the_last_visit(seed):
    """Against a dictionary kept by hand: exact barcodes, the latest visit."""
    agent = EpisodicPrefrontal(n_units=5).initialized(BarcodeBandit(), seed)
    task, n = BarcodeBandit(), 3
    play = task.play(n, Lanes(seed, n))
    agent.begin(task, n, Lanes(seed, n, "agent"))
    known = [{} for _ in range(n)]
    now, last = next(play), None
    for _ in range(task.n_steps):
        if now.first[0] and last is not None:
            for lane in range(n):
                known[lane][last.labels["context"][lane]] = agent._state["cell"][lane].copy()
        action, trace = agent.act(now)
        for lane in range(n):
            if now.labels["context"][lane] in known[lane]:
                expected = known[lane][now.labels["context"][lane]]
                np.testing.assert_array_equal(agent._memory._recalled[lane], expected)
                assert trace["confidence"][lane] == pytest.approx(1)
        last, now = now, play.send(action)


@pytest.mark.parametrize("lesion", ["reinstatement", "memory"])
def test_without_memory_a_visit_leaves_no_trace(lesion, seed):
    agent = EpisodicPrefrontal(n_units=5).initialized(SMALL, seed)
    policies = {}
    for name, subject in {
        lesion: agent.without(lesion),
        "clamped": agent.clamped(reinstatement=0.0),
        "intact": agent,
    }.items():
        policies[name] = fs.simulate(SMALL, subject, 10, seed).policy.values
    np.testing.assert_allclose(policies[lesion], policies["clamped"], atol=1e-6)
    assert np.abs(policies["intact"] - policies["clamped"]).max() > 1e-3


def own_memory_share(agent, task, seed, n=20):
    """How often the state stored at the last visit of the present context comes back."""
    play = task.play(n, Lanes(seed, n))
    agent.begin(task, n, Lanes(seed, n, "agent"))
    known, own = [{} for _ in range(n)], []
    now, last = next(play), None
    for _ in range(task.n_steps):
        for lane in range(n if now.first[0] and last is not None else 0):
            known[lane][last.labels["context"][lane]] = agent._state["cell"][lane].copy()
        action, _ = agent.act(now)
        for lane in range(n if now.first[0] else 0):
            context = now.labels["context"][lane]
            if context in known[lane]:
                own.append(np.array_equal(agent._memory._recalled[lane], known[lane][context]))
        last, now = now, play.send(action)
    return np.mean(own), len(own)


def test_shuffled_and_random_memories_are_mostly_those_of_other_contexts(seed):
    task = BarcodeBandit(n_episodes=60, n_pulls=1, n_contexts=6, n_arms=6)
    agent = EpisodicPrefrontal(n_units=5).initialized(task, seed)
    assert own_memory_share(agent, task, seed)[0] == 1
    share, _ = own_memory_share(agent.without("matching_keys"), task, seed)
    assert share < 0.2
    # Any state stored: one in six contexts is the own one.
    share, n = own_memory_share(agent.without("selective_retrieval"), task, seed)
    assert abs(share - 1 / 6) < 4 * np.sqrt(1 / 6 * 5 / 6 / n) + 1 / 60


def json_lesions(recording):
    import json

    return json.loads(recording.attrs["lesions"])


def test_a_clamped_gate_is_held_and_recorded(seed):
    agent = EpisodicPrefrontal(n_units=5).initialized(SMALL, seed).clamped(reinstatement=1.0)
    life = fs.simulate(SMALL, agent, 4, seed)
    assert (life.gate_reinstatement == 1).all()
    assert (life.reinstatement == 1).all()
    assert json_lesions(life) == ["reinstatement=1.0"]


def test_the_key_may_be_part_of_the_observation():
    agent = EpisodicPrefrontal(n_units=5, key=(1, 3)).initialized(SMALL, 0)
    check_agent(agent, SMALL)
    with pytest.raises(ValueError, match="key must name columns of the observation, which has 0"):
        EpisodicPrefrontal(n_units=5).initialized(Bandit(), 0).begin(Bandit(), 2, Lanes(0, 2))


def test_only_its_own_core():
    with pytest.raises(ValueError, match="core must be episodic_lstm, got 'lstm'"):
        EpisodicPrefrontal(core="lstm")


# ------------------------------------------------------------------ training


@pytest.mark.parametrize("engine", ENGINES)
def test_training_acts_as_simulation_does(engine, seed):
    """With a learning rate of 0 a batch of training earns what the agent earns by itself."""
    settings = ActorCritic(n_lives=6, n_lanes=6, unroll=3, learning_rate=0.0)
    agent = EpisodicPrefrontal(n_units=5)
    trainer = Trainer(SMALL, agent, settings, [seed], engine)
    (progress,) = trainer.run()
    alone = agent.initialized(SMALL, seed)
    play, draws = SMALL.play(6, Lanes(seed, 6, "task")), Lanes(seed, 6, "agent")
    alone.begin(SMALL, 6, draws)
    now, earned = next(play), np.zeros(6)
    for _ in range(SMALL.n_steps):
        now = play.send(alone.act(now)[0])
        earned += now.reward
    assert progress.measured["reward"][0] == pytest.approx(earned.mean())


@pytest.mark.parametrize("engine", ENGINES)
def test_training_continues_exactly_from_a_checkpoint(engine):
    settings = ActorCritic(n_lives=24, n_lanes=8, unroll=3)
    agent = EpisodicPrefrontal(n_units=5)
    whole = Trainer(SMALL, agent, settings, [0, 1], engine)
    first, second = (Trainer(SMALL, agent, settings, [0, 1], engine) for _ in range(2))
    list(whole.run())
    first.train_batch()
    second.restore({k: first.checkpoint(k) for k in (0, 1)})
    list(second.run())
    for index in range(2):
        for name, array in whole.population.weights(index).items():
            np.testing.assert_array_equal(second.population.weights(index)[name], array)


def test_engines_agree_with_a_memory():
    if not available():
        pytest.skip("no C++ compiler")
    settings = ActorCritic(n_lives=8, n_lanes=8, unroll=3)
    weights = []
    for engine in (AutogradPopulation, FusedPopulation):
        trainer = Trainer(SMALL, EpisodicPrefrontal(n_units=5), settings, [0], engine)
        list(trainer.run())
        weights.append(trainer.population.weights(0))
    for name, array in weights[0].items():
        np.testing.assert_allclose(weights[1][name], array, atol=2e-3)


def test_a_gate_cannot_be_held_in_training():
    agent = EpisodicPrefrontal(n_units=5).clamped(reinstatement=0.0)
    with pytest.raises(ValueError, match="a gate cannot be held while a network is trained"):
        Trainer(SMALL, agent, ActorCritic(unroll=3), [0], AutogradPopulation)


def test_a_plain_network_has_no_memory():
    assert Prefrontal().memory(SMALL, 2, Lanes(0, 2)) is None
