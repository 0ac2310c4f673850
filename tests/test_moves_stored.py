"""Exploration of deep Q-networks falls over moves stored, and goals are counted at equal attempts."""

import numpy as np
import pytest

import fastslow as fs
from fastslow.models.goal_directed.hindsight import HindsightDQN
from fastslow.papers.tan2023 import baselines
from fastslow.tasks.navigation import GridWorld

WORLD = GridWorld(size=4, n_attempts=3, max_steps=8)
DEEP = HindsightDQN(n_hidden=(8,), batch_size=4, n_exploration=60)


@pytest.mark.parametrize(("agent", "stored"), [(DEEP.without("hindsight"), 1), (DEEP, 5)])
def test_exploration_falls_over_moves_stored(agent, stored, seed):
    """Every action but the best is chosen with its share of epsilon."""
    lives = fs.simulate(WORLD, agent, 1, seed)
    n_actions = lives.sizes["action_option"]
    epsilon = lives.policy.min("action_option").values * n_actions
    moves = lives.active.sum("step").values.cumsum()
    for episode, before in zip((1, 2), moves[:2], strict=True):
        expected = 1 - min((stored * before + 1) / 61, 1) * (1 - agent.epsilon)
        assert epsilon[episode, 0] == pytest.approx(expected, abs=1e-5)


def test_at_equal_attempts_long_ways_do_not_count(monkeypatch):
    n = baselines.N_LEARNING + 5
    made = {
        "quick": (np.full((1, n), 10), np.ones((1, n))),
        "slow": (np.full((1, n), 20), np.ones((1, n))),
        "poor": (np.full((1, n), 10), np.arange(n)[None] % 2),
    }
    monkeypatch.setattr(baselines, "steps_and_goals", made.get)
    assert baselines.ahead_in_attempts("quick", "slow") == [0]
    assert baselines.ahead_in_attempts("quick", "poor") == [50]
    assert baselines.ahead_at_equal_steps("quick", "slow") == [50]
