"""Reward prediction errors and returns: by hand, and against sums over all later steps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastslow.models import dopamine

GAMMA = 0.9


def case(seed, n_steps=12, n=4):
    generator = np.random.default_rng(seed)
    reward = generator.normal(size=(n_steps, n))
    discount = (generator.random((n_steps, n)) > 0.2).astype(float)
    value = generator.normal(size=(n_steps + 1, n))
    return reward, discount, value


def plain_return(reward, discount, value, start, end):
    """Discounted sum of rewards from start to end, then the value, for one lane."""
    total, weight = 0.0, 1.0
    for t in range(start, end):
        total += weight * reward[t]
        weight *= GAMMA * discount[t]
    return total + weight * value[end]


def test_two_state_chain_by_hand():
    # nothing, then reward 1 and the end; values .5 and 1
    error = dopamine.rpe(np.array([0.0, 1.0]), np.array([1.0, 0.0]), np.array([0.5, 1.0, 7.0]), 0.9)
    np.testing.assert_allclose(error, [0.4, 0.0])


def test_full_trace_is_the_return_to_the_end(seed):
    reward, discount, value = case(seed)
    advantage = dopamine.advantage(reward, discount, value, GAMMA, trace_decay=1.0)
    for lane in range(reward.shape[1]):
        for t in range(len(reward)):
            expected = plain_return(
                reward[:, lane], discount[:, lane], value[:, lane], t, len(reward)
            )
            assert advantage[t, lane] + value[t, lane] == pytest.approx(expected)


def test_generalized_advantage_is_the_quadratic_sum(seed):
    reward, discount, value = case(seed)
    error = dopamine.rpe(reward, discount, value, GAMMA)
    advantage = dopamine.advantage(reward, discount, value, GAMMA, trace_decay=0.7)
    for t in range(len(reward)):
        expected, weight = np.zeros(reward.shape[1]), np.ones(reward.shape[1])
        for k in range(t, len(reward)):
            expected += weight * error[k]
            weight = weight * GAMMA * 0.7 * discount[k]
        np.testing.assert_allclose(advantage[t], expected)


@pytest.mark.parametrize("n", [1, 3, 100])
def test_n_step_return_is_the_plain_sum(seed, n):
    reward, discount, value = case(seed)
    found = dopamine.n_step_return(reward, discount, value, GAMMA, n)
    for lane in range(reward.shape[1]):
        for t in range(len(reward)):
            end = min(t + n, len(reward))
            expected = plain_return(reward[:, lane], discount[:, lane], value[:, lane], t, end)
            assert found[t, lane] == pytest.approx(expected)


def test_one_step_return_less_value_is_the_error(seed):
    reward, discount, value = case(seed)
    np.testing.assert_allclose(
        dopamine.n_step_return(reward, discount, value, GAMMA, 1) - value[:-1],
        dopamine.rpe(reward, discount, value, GAMMA),
    )


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_returns_are_linear_in_rewards(a, b):
    reward, discount, value = case(0)
    zero = np.zeros_like(value)

    def of(r):
        return dopamine.n_step_return(r, discount, zero, GAMMA, 5)

    np.testing.assert_allclose(
        of(a * reward + b), a * of(reward) + of(np.full_like(reward, b)), atol=1e-9
    )


def test_losses_are_those_that_the_engine_reports(seed):
    """One update of the reference engine against the formulas, from its own activations."""
    from fastslow.models import cores
    from fastslow.models.training import ActorCritic
    from fastslow.models.training.autograd import AutogradPopulation
    from fastslow.models.training.population import Shape

    n_steps, n = 6, 5
    generator = np.random.default_rng(seed)
    population = AutogradPopulation(Shape("lstm", 3, 4, 2, 1, n, n_steps))
    shapes = cores.weight_shapes("lstm", 3, 4, 2)
    weights = {k: generator.normal(size=s).astype(np.float32) for k, s in shapes.items()}
    population.load(0, weights)
    population.inputs[:] = generator.normal(size=population.inputs.shape)
    state = {k: np.repeat(weights[f"initial_{k}"][None], n, 0) for k in ("hidden", "cell")}
    policy, value, action = [], [], []
    for t in range(n_steps):
        first = np.full(n, t == 0)
        action.append(population.step(t, first, generator.random(n)).copy())
        state, _ = cores.step("lstm", weights, population.inputs[t], state)
        for kept, array in zip(
            (policy, value), cores.outputs(weights, state["hidden"]), strict=True
        ):
            kept.append(array)
    reward = generator.normal(size=(n_steps, n)).astype(np.float32)
    discount = np.ones((n_steps, n), np.float32)
    discount[-1] = 0
    active = generator.random((n_steps, n)) < 0.8
    settings = ActorCritic(trace_decay=0.8).update_settings(0)
    measured = population.update(reward, discount, active, settings)
    value.append(np.zeros(n))
    advantage = dopamine.advantage(reward, discount, np.array(value), settings.discount, 0.8)
    found = dopamine.losses(
        np.array(policy), np.array(action), np.array(value[:-1]), advantage, active
    )
    for name, number in found.items():
        assert number == pytest.approx(float(measured[name][0]), rel=1e-4)


def test_no_step_is_an_error():
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        dopamine.n_step_return(*case(0), GAMMA, 0)
