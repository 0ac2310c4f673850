"""Memories handed on, and representational similarity: planted, permuted, and by hand."""

import numpy as np
import pytest
from scipy.stats import spearmanr

import fastslow as fs
from fastslow.analysis.inheritance import (
    first_visit_reward,
    heir_rewards,
    inherited_geometry,
    visits_to_criterion,
)
from fastslow.analysis.representation import dissimilarity, shared_geometry, shared_geometry_p
from fastslow.models.contract import check_agent
from fastslow.models.learners import Random
from fastslow.models.prefrontal import EpisodicPrefrontal
from fastslow.models.prefrontal.heir import Heir
from fastslow.papers.ritter2018.handover import ShippedHeir
from fastslow.tasks import BarcodeBandit, Lanes
from fastslow.tasks.navigation import Arena

SMALL = BarcodeBandit(n_episodes=16, n_pulls=3, n_arms=3, n_contexts=4, n_bits=4)


def network(seed):
    return EpisodicPrefrontal(n_units=5).initialized(SMALL, seed)


def test_contract(seed):
    check_agent(Heir(network(seed), network(seed + 1), n_episodes=6), SMALL, seed=seed)


def test_a_network_that_inherits_from_itself_only_misses_its_last_episode(seed):
    """Against the same network living on: what comes back is the same but for that episode's."""
    agent = network(seed)
    alone, heir = (
        fs.simulate(SMALL, a, 8, seed, record=("cell",)) for a in (agent, Heir(agent, agent, 10))
    )
    np.testing.assert_array_equal(
        alone.cell.values.reshape(8, 16, 3, 5)[:, :10],
        heir.cell.values.reshape(8, 16, 3, 5)[:, :10],
    )
    context = alone.context.values.reshape(8, 16, 3)[:, :, 0]
    others = context[:, 10] != context[:, 9]
    assert others.any()
    np.testing.assert_allclose(
        alone.cell.values.reshape(8, 16, 3, 5)[others, 10, 0],
        heir.cell.values.reshape(8, 16, 3, 5)[others, 10, 0],
        atol=1e-6,
    )


def confidence_at_handover(agent, seed):
    life = fs.simulate(SMALL, agent, 30, seed, record=("confidence", "inherited"))
    begin = life.isel(episode=slice(12, None, 16), step=0)
    assert (begin.inherited == 1).all()
    return begin.confidence.values


def test_an_heir_without_inheritance_knows_nothing(seed):
    heir = Heir(network(seed), network(seed), 12)
    assert (confidence_at_handover(heir.without("inheritance"), seed) == 0).all()
    assert (confidence_at_handover(heir, seed) > 0.5).all()
    assert (confidence_at_handover(heir.without("matching_keys"), seed) > 0.5).all()


def test_shuffled_states_are_those_of_other_entries(seed):
    heir = Heir(network(seed), network(seed), 12).without("matching_keys")
    lanes = Lanes(seed, 4, "agent")
    play = SMALL.play(4, Lanes(seed, 4))
    heir.begin(SMALL, 4, lanes)
    now = next(play)
    for _ in range(12 * SMALL.n_pulls + 1):
        now = play.send(heir.act(now)[0])
    own, given = heir._donor.recorded(), heir._heir.recorded()
    np.testing.assert_array_equal(own["key"], given["key"])
    np.testing.assert_array_equal(np.roll(own["value"][:, :11], 5, axis=1), given["value"][:, :11])


def test_lanes_must_go_together():
    arena = Arena(size=3, n_finds=1, max_steps=9, barcode_size=4)
    agent = EpisodicPrefrontal(n_units=4).initialized(arena, 0)
    with pytest.raises(ValueError, match="Heir needs a task whose lanes begin their episodes"):
        fs.simulate(arena, Heir(agent, agent, 2), 20, seed=0)


def test_a_donor_that_lives_too_short_or_too_long(seed):
    with pytest.raises(ValueError, match="n_episodes must be at least 1, got 0"):
        Heir(network(seed), network(seed), 0)
    never = fs.simulate(SMALL, Heir(network(seed), network(seed), 16), 2, seed)
    with pytest.raises(ValueError, match="no episode came after the handing over"):
        heir_rewards(never)


def test_the_shipped_heir_is_one_of_the_shipped_seeds():
    agent = ShippedHeir().without("kinship")
    task = BarcodeBandit(n_episodes=20, n_pulls=2)
    assert "inherited" in fs.simulate(task, agent, 1, seed=3, record=("inherited",))
    with pytest.raises(ValueError, match="ShippedHeir is one of the seeds"):
        fs.simulate(task, agent, 1, seed=999)
    with pytest.raises(TypeError, match="wang2018/bandit_independent has none"):
        fs.simulate(task, ShippedHeir("wang2018/bandit_independent"), 1, seed=0)


# ------------------------------------------------------------------ analyses


def planted():
    """A life in which the heir earns 3 from its second visit to a context on, 1 at its first."""
    life = fs.simulate(SMALL, Random(), n_lives=5, seed=0)
    inherited = np.zeros(life.reward.shape, int)
    inherited.reshape(5, 16, 3)[:, 6:] = 1
    reward = np.full(life.reward.shape, 1 / 3, np.float32)
    context = life.context.values.reshape(5, 16, 3)[:, :, 0]
    for lane, row in enumerate(context):
        for episode in range(6, 16):
            if (row[6:episode] == row[episode]).any():
                reward.reshape(5, 16, 3)[lane, episode] = 1
    kept = {"reward": (life.reward.dims, reward), "inherited": (life.reward.dims, inherited)}
    return life.assign(kept), context


def test_criterion_is_reached_where_it_was_planted():
    life, context = planted()
    table = heir_rewards(life)
    assert len(table) == 5 * 10
    assert first_visit_reward(life) == pytest.approx(1)
    visits = [(row[6:] == c).sum() for row in context for c in np.unique(row[6:])]
    assert visits_to_criterion(life, 2.0) == pytest.approx(2)  # never reached counts 1 + 1 too
    assert visits_to_criterion(life, 0.5) == pytest.approx(1)
    assert visits_to_criterion(life, 9.0) == pytest.approx(np.mean(visits) + 1)
    with pytest.raises(KeyError, match="the recording has no trace 'inherited'"):
        heir_rewards(life.drop_vars("inherited"))


def test_geometry_against_scipy_and_invariant_to_the_units(seed):
    rng = np.random.default_rng(seed)
    states = rng.normal(size=(8, 20))
    np.testing.assert_allclose(dissimilarity(states), 1 - np.corrcoef(states), atol=1e-12)
    other = states[:, rng.permutation(20)] * 3 + 1  # other units in another order, same geometry
    assert shared_geometry(states, other) == pytest.approx(1)
    noisy = states + rng.normal(size=states.shape)
    pairs = np.triu_indices(8, 1)
    expected = spearmanr(dissimilarity(states)[pairs], dissimilarity(noisy)[pairs]).statistic
    assert shared_geometry(states, noisy) == pytest.approx(expected)
    stacked = shared_geometry(np.stack([states, states]), np.stack([other, noisy]))
    np.testing.assert_allclose(stacked, [1, expected])


def test_planted_geometry_is_found_and_permuted_conditions_are_not(seed):
    rng = np.random.default_rng(seed)
    states = rng.normal(size=(12, 30))
    noisy = states + 0.5 * rng.normal(size=states.shape)
    assert shared_geometry_p(states, noisy, rng, 500) < 0.01
    null = [shared_geometry_p(states, noisy[rng.permutation(12)], rng, 99) for _ in range(60)]
    p, n = 0.1, len(null)  # of the true order one permutation in 12! is left
    assert abs(np.mean(np.array(null) <= p) - p) < 4 * np.sqrt(p * (1 - p) / n)


def test_inherited_geometry_of_a_planted_code(seed):
    life, context = planted()
    rng = np.random.default_rng(seed)
    code = rng.normal(size=(4, 9))
    cell = np.repeat(code[context].reshape(80, 1, 9), 3, axis=1)
    recording = life.assign(cell=(("episode", "step", "unit"), cell.astype(np.float32)))
    assert inherited_geometry(recording) == pytest.approx(1, abs=1e-6)


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match="both sets need the same conditions"):
        shared_geometry(np.zeros((4, 2)), np.zeros((5, 2)))
    with pytest.raises(ValueError, match="over 3 conditions or more, got 2"):
        shared_geometry(np.zeros((2, 2)), np.zeros((2, 2)))
    with pytest.raises(KeyError, match="no cell states"):
        inherited_geometry(planted()[0])
