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


def test_no_step_is_an_error():
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        dopamine.n_step_return(*case(0), GAMMA, 0)
