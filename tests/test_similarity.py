"""Transfer between look-alikes: planted savings are found, and what is read is what was stored."""

import numpy as np
import pytest

import fastslow as fs
from fastslow.analysis.similarity import after_twin, first_gate, recalled_twin, savings
from fastslow.models.contract import check_agent
from fastslow.models.learners import Random
from fastslow.models.prefrontal import EpisodicPrefrontal
from fastslow.models.prefrontal.familiarity import FamiliarPrefrontal
from fastslow.models.prefrontal.restoring import RestoringPrefrontal
from fastslow.models.training import ActorCritic, Trainer
from fastslow.tasks import BarcodeBandit, Lanes
from fastslow.tasks.graded_similarity import GradedSimilarity

TASK = GradedSimilarity(n_episodes=20, n_pulls=3, distance=(0, 4), shift=(0, 5))
SMALL = BarcodeBandit(n_episodes=8, n_pulls=3, n_arms=3, n_contexts=4, n_bits=4)
MEMORY = ("reinstatement", "reinstated_action")


@pytest.fixture(scope="module")
def life():
    return fs.simulate(TASK, Random(), n_lives=60, seed=0)


def test_savings_are_what_was_planted_where_it_was_planted(life):
    planted = life.copy(deep=True)
    visit = (life.exposure == 1) & (life.twin_exposure > 0) & (life.distance == 4)
    planted["reward"] = life.reward + (visit & (life["shift"] == 5)).astype("float32")
    found = savings(planted, life)
    np.testing.assert_allclose(found.values, [[0, 0], [0, 3]], atol=1e-6)
    assert found.dims == ("distance", "shift")
    label = life.isel(step=0)
    one = (label.exposure == 1) & (label.twin_exposure > 0)
    cell = one & (label.distance == 0) & (label["shift"] == 5)
    assert found.n_visits.sel(distance=0, shift=5) == cell.sum()
    expected = life.reward.sum("step").values[cell.values].mean()
    reward = after_twin(life, life.reward.sum("step"))
    assert reward.sel(distance=0, shift=5) == pytest.approx(expected)


def test_misuse_is_named(life):
    other = fs.simulate(TASK, Random(), n_lives=60, seed=1)
    with pytest.raises(ValueError, match="savings compare recordings of the same worlds"):
        savings(life, other)
    with pytest.raises(KeyError, match="no labels distance, shift, twin_exposure"):
        after_twin(fs.simulate(SMALL, Random(), 2), None)
    first = life.isel(episode=slice(0, 1))
    with pytest.raises(ValueError, match="no visit after a twin at distance"):
        after_twin(first, first.reward)


def test_what_comes_back_and_the_gate_are_read_at_the_first_step(seed):
    agent = EpisodicPrefrontal(n_units=5).initialized(TASK, seed)
    life = fs.simulate(TASK, agent.clamped(reinstatement=0.25), 60, seed, record=MEMORY)
    np.testing.assert_allclose(first_gate(life).values, 0.25)
    planted = life.assign(reinstated_action=life.twin_arm)
    assert (recalled_twin(planted) == 1).all()
    assert (recalled_twin(planted.assign(reinstated_action=life.twin_arm + 1)) == 0).all()


# ------------------------------------------------------------------ the networks


@pytest.mark.parametrize("agent", [FamiliarPrefrontal(n_units=5), RestoringPrefrontal(n_units=5)])
def test_contract(agent, seed):
    check_agent(agent.initialized(SMALL, seed), SMALL, seed=seed)


def test_a_network_is_told_the_confidence_of_its_memory(seed):
    agent = FamiliarPrefrontal(n_units=5).initialized(SMALL, seed)
    at = agent.input_slices(SMALL)["familiarity"]
    told = {}
    for name, subject in (("intact", agent), ("lesioned", agent.without("familiarity"))):
        play = SMALL.play(3, Lanes(seed, 3))
        subject.begin(SMALL, 3, Lanes(seed, 3, "agent"))
        now, rows = next(play), []
        for _ in range(SMALL.n_steps):
            action, trace = subject.act(now)
            rows.append((subject._encoder._row[:, at][:, 0].copy(), trace["confidence"]))
            now = play.send(action)
        told[name] = [np.array(column) for column in zip(*rows, strict=True)]
    row, confidence = told["intact"]
    np.testing.assert_array_equal(row, confidence)
    assert (row[: SMALL.n_pulls] == 0).all()
    assert (row > 0.99).any()
    assert (told["lesioned"][0] == 1).all()


def test_contexts_are_compared_by_what_the_network_makes_of_them(seed):
    """Keys that are embedded find what the plain keys find if the network sees them all apart."""
    agent = FamiliarPrefrontal(n_units=9).initialized(SMALL, seed)
    embed = agent.without("observed_keys").embedding(SMALL)
    codes = np.eye(4, dtype=np.float32)
    state = agent.without("reinstatement")
    for code, hidden in zip(codes, embed(codes), strict=True):
        state.begin(SMALL, 1, Lanes(seed, 1, "agent"))
        now = next(SMALL.play(1, Lanes(seed, 1)))
        _, trace = state.act(now._replace(observation=code[None]))
        np.testing.assert_allclose(trace["hidden"][0], hidden, atol=1e-6)
    own, mixed, plain = (
        fs.simulate(SMALL, a, 10, seed, record=("confidence",)).confidence.values
        for a in (agent.without("observed_keys"), agent.without("specific_keys"), agent)
    )
    back = plain > 1 - 1e-5
    assert (own[back] > 1 - 1e-5).all()
    assert (mixed[back] > 1 - 1e-5).all()
    assert np.abs(own[~back] - plain[~back]).max() > 0.01


def test_what_comes_back_is_squashed_or_not(seed):
    states = {}
    for retrieval in ("tanh", "linear"):
        agent = FamiliarPrefrontal(n_units=5, retrieval=retrieval).initialized(SMALL, seed)
        play = SMALL.play(2, Lanes(seed, 2))
        agent.begin(SMALL, 2, Lanes(seed, 2, "agent"))
        now = next(play)
        for _ in range(SMALL.n_pulls):
            now = play.send(agent.act(now)[0])
        stored = agent._state["cell"].copy()  # the only entry, so it is what comes back
        agent.act(now)
        states[retrieval] = stored, agent._memory._recalled
    np.testing.assert_array_equal(*states["linear"])
    np.testing.assert_allclose(np.tanh(states["tanh"][0]), states["tanh"][1], rtol=1e-6)
    with pytest.raises(ValueError, match="retrieval must be tanh or linear, got 'relu'"):
        FamiliarPrefrontal(retrieval="relu")


def test_training_tells_it_as_simulation_does(seed):
    """With a learning rate of 0 a batch of training earns what the agent earns by itself."""
    settings = ActorCritic(n_lives=6, n_lanes=6, unroll=8, learning_rate=0.0)
    agent = FamiliarPrefrontal(n_units=5, input_gain=30.0)
    (progress,) = Trainer(SMALL, agent, settings, [seed]).run()
    alone = agent.initialized(SMALL, seed)
    play = SMALL.play(6, Lanes(seed, 6, "task"))
    alone.begin(SMALL, 6, Lanes(seed, 6, "agent"))
    now, earned = next(play), np.zeros(6)
    for _ in range(SMALL.n_steps):
        now = play.send(alone.act(now)[0])
        earned += now.reward
    assert progress.measured["reward"][0] == pytest.approx(earned.mean())


def test_an_open_gate_is_a_gate_held_at_1_and_no_gate_to_train(seed):
    agent = EpisodicPrefrontal(n_units=5).initialized(SMALL, seed)
    opened, held = (
        fs.simulate(SMALL, a, 5, seed)
        for a in (agent.without("gate"), agent.clamped(reinstatement=1.0))
    )
    np.testing.assert_array_equal(opened.policy, held.policy)
    assert (opened.gate_reinstatement == 1).all()
    with pytest.raises(ValueError, match="a gate cannot be held while a network is trained"):
        Trainer(SMALL, EpisodicPrefrontal().without("gate"), ActorCritic(unroll=3), [0])


def test_a_memory_can_be_recorded_and_handed_on(seed):
    agent = EpisodicPrefrontal(n_units=5).initialized(SMALL, seed)
    fs.simulate(SMALL, agent, 4, seed)
    recorded = agent.recorded()
    np.testing.assert_array_equal(recorded["count"], np.full(4, SMALL.n_episodes - 1))
    heir = agent.without()
    heir.begin(SMALL, 4, Lanes(seed, 4, "agent"))
    heir.remember(recorded)
    now = next(SMALL.play(4, Lanes(seed, 4, "test task")))
    _, trace = heir.act(now)
    np.testing.assert_allclose(trace["confidence"], 1, atol=1e-6)


def test_a_restored_state_is_the_last_one_under_the_observation(seed):
    """Against a dictionary kept by hand; new contexts begin in the initial state."""
    agent = RestoringPrefrontal(n_units=5, threshold=0.999).initialized(SMALL, seed)
    play, n = SMALL.play(3, Lanes(seed, 3)), 3
    agent.begin(SMALL, n, Lanes(seed, n, "agent"))
    now, last, known = next(play), None, [{} for _ in range(n)]
    for _ in range(SMALL.n_steps):
        if now.first[0] and last is not None:
            for lane in range(n):
                cell = agent._state["cell"][lane].copy()
                known[lane][last.observation[lane].tobytes()] = cell
        before = [known[i].get(now.observation[i].tobytes(), np.zeros(5)) for i in range(n)]
        seen = []
        reset = agent._reset

        def spy(lanes, moment, reset=reset, seen=seen):
            reset(lanes, moment)
            seen.append(agent._state["cell"].copy())

        agent._reset = spy
        action, _ = agent.act(now)
        agent._reset = reset
        if now.first[0]:
            np.testing.assert_allclose(seen[0], before)
        last, now = now, play.send(action)
