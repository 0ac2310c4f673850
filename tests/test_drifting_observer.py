"""The observer of drifting rewards: by hand, calibrated, and ahead of those who know less."""

import numpy as np
import pytest

import fastslow as fs
from fastslow.models.learners import DriftingObserver, Hybrid, Random
from fastslow.models.learners.two_step_drifting_observer import reflected_walk
from fastslow.tasks import DriftingTwoStep, TwoStep

GRID = 0.25 + (np.arange(100) + 0.5) * 0.005


def test_one_reward_by_hand():
    """Uniform on [.25, .75], no drift: after a reward the mean is E[p^2] / E[p] = .5417."""
    task = DriftingTwoStep(n_trials=2, drift=0.0)
    recording = fs.simulate(task, DriftingObserver(), 200, 0)
    value = recording.value.values.reshape(200, 2, 2)  # trial, stage
    action = recording.action.values.reshape(200, 2, 2)
    state = recording.state.values.reshape(200, 2, 2)[:, :, 0]
    reward = recording.reward.values.reshape(200, 2, 2)[:, 0, 1]
    again = (state[:, 0] == state[:, 1]) & (action[:, 0, 1] == action[:, 1, 1])
    np.testing.assert_allclose(value[again & (reward == 1), 1, 1], 0.541667, atol=1e-4)
    assert (reward[again] == 1).all()  # after no reward the other key looks better


def test_the_walk_keeps_its_bounds_and_its_spread():
    step = reflected_walk(GRID, 0.025, (0.25, 0.75))
    np.testing.assert_allclose(step.sum(axis=1), 1)
    np.testing.assert_allclose(np.full(100, 0.01) @ step, 0.01, rtol=1e-3)  # uniform stays
    middle = step[50]
    spread = np.sqrt(middle @ (GRID - middle @ GRID) ** 2)
    assert spread == pytest.approx(0.025, rel=0.01)
    np.testing.assert_array_equal(reflected_walk(GRID, 0.0, (0.25, 0.75)), np.eye(100))


def test_expectations_are_calibrated(seed):
    """Whatever it expects of a key, that is how often the key pays."""
    recording = fs.simulate(DriftingTwoStep(), DriftingObserver(), 300, seed)
    second = recording.stage.values == 2
    expected, reward = recording.value.values[second], recording.reward.values[second]
    for low in (0.3, 0.4, 0.5, 0.6):
        inside = (expected >= low) & (expected < low + 0.1)
        p, n = expected[inside].mean(), inside.sum()
        assert abs(reward[inside].mean() - p) < 4 * np.sqrt(p * (1 - p) / n)


def test_knowing_more_earns_more(seed):
    earned = {
        agent: fs.simulate(DriftingTwoStep(), agent(), 400, seed).reward.sum("step").values
        for agent in (DriftingObserver, Hybrid, Random)
    }
    for better, worse in ((DriftingObserver, Hybrid), (Hybrid, Random)):
        difference = earned[better] - earned[worse]  # the same walks for both
        assert difference.mean() > 4 * difference.std(ddof=1) / np.sqrt(len(difference))


def test_it_declines_other_tasks():
    with pytest.raises(TypeError, match="DriftingObserver plays DriftingTwoStep, got TwoStep"):
        fs.simulate(TwoStep(), DriftingObserver(), 1)
