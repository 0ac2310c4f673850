"""A bandit whose arms change sides, and the two learners written for it."""

import numpy as np
import pytest

from fastslow.data.simulate import simulate
from fastslow.models import check_agent
from fastslow.models.learners import PolicyGradient, Random, ReversalObserver
from fastslow.tasks import Bandit, ReversalBandit, check_task


@pytest.mark.parametrize(
    "task",
    [
        ReversalBandit(n_trials=12),
        ReversalBandit(n_trials=12, reversals=(5, 9)),
        ReversalBandit(n_trials=12, p_reversal=0.3, p_better=1.0),
    ],
)
def test_contract(task):
    check_task(task)


def test_arms_change_sides_where_told():
    recording = simulate(ReversalBandit(10, reversals=(4, 7)), Random(), n_lives=20)
    best = recording["best_action"].values
    assert set(best[:, 0]) == {0, 1}
    changes = np.diff(best, axis=1) != 0
    np.testing.assert_array_equal(np.flatnonzero(changes.all(axis=0)) + 1, [4, 7])
    assert changes.sum() == 2 * 20
    better = np.where(best == 0, recording["arm_mean_0"], recording["arm_mean_1"])
    np.testing.assert_allclose(better, 0.8)


@pytest.mark.parametrize("seed", range(3))
def test_arms_change_sides_and_pay_as_often_as_told(seed):
    p, n_lives, n_trials = 0.1, 200, 50
    task = ReversalBandit(n_trials, p_reversal=p, p_better=0.7)
    recording = simulate(task, Random(), n_lives, seed)
    best = recording["best_action"].values
    n = n_lives * (n_trials - 1)
    assert abs((np.diff(best) != 0).mean() - p) < 4 * np.sqrt(p * (1 - p) / n)
    better = recording["action"].values == best
    paid = recording["reward"].values[better]
    assert abs(paid.mean() - 0.7) < 4 * np.sqrt(0.7 * 0.3 / better.sum())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_trials": 0}, "n_trials must be at least 1, got 0"),
        ({"p_better": 0.3}, r"p_better must be in \[.5, 1\], got 0.3"),
        ({"p_reversal": 1.5}, r"p_reversal must be in \[0, 1\], got 1.5"),
        ({"n_trials": 9, "reversals": (3, 9)}, "reversals must come before trials 1 to 8, got 9"),
    ],
)
def test_misuse(settings, message):
    with pytest.raises(ValueError, match=message):
        ReversalBandit(**settings)


# ---------------------------------------------------------------- the observer


def test_belief_is_that_of_all_histories_summed():
    """Bayes' rule over every sequence of sides, written out."""
    from itertools import product

    p, h, n = 0.8, 0.1, 5
    agent = ReversalObserver(p_better=p, p_reversal=h)
    recording = simulate(ReversalBandit(n, p, p_reversal=h), agent, 6, seed=1)
    for life in range(6):
        actions, rewards = (recording[k].values[life].astype(int) for k in ("action", "reward"))
        for t in range(n):
            weight = np.zeros(2)
            for sides in product((0, 1), repeat=t + 1):
                w = 0.5
                for k in range(t):
                    pays = p if actions[k] == sides[k] else 1 - p
                    w *= pays if rewards[k] else 1 - pays
                    w *= h if sides[k] != sides[k + 1] else 1 - h
                weight[sides[-1]] += w
            first = weight[0] / weight.sum()
            expected = first * p + (1 - first) * (1 - p)
            np.testing.assert_allclose(recording["q"].values[life, t, 0], expected, rtol=1e-5)


def test_observer_knows_only_two_arms():
    from fastslow.tasks import BarcodeBandit

    with pytest.raises(TypeError, match="ReversalObserver knows two arms, got 4"):
        simulate(BarcodeBandit(n_arms=4), ReversalObserver(), 2)
    with pytest.raises(ValueError, match=r"p_better must be in \(.5, 1\), got 1"):
        ReversalObserver(p_better=1.0)
    with pytest.raises(ValueError, match=r"p_reversal must be in \[0, 1\], got 2"):
        ReversalObserver(p_reversal=2.0)


@pytest.mark.parametrize("agent", [ReversalObserver(), PolicyGradient(n_hidden=(4,))])
def test_agents_keep_the_contract(agent):
    check_agent(agent, ReversalBandit(8, reversals=(4,)))


# ---------------------------------------------------------------- gradient steps


def test_gradient_step_is_that_of_the_loss():
    """One step of Adam from rest moves every weight by the rate, against the gradient's sign."""
    import torch

    from fastslow.tasks import Lanes

    agent = PolicyGradient(n_hidden=(3,), learning_rate=0.01, value_weight=0.5, entropy_weight=0.1)
    task = Bandit(n_trials=3)
    agent.begin(task, 2, Lanes(0, 2))
    before = agent._network.flat.detach().clone()
    chosen = np.array([[True, False], [False, True]])
    rows = [agent._network.layers[k] for k in range(4)]
    hidden = torch.relu(rows[1] + rows[0])
    out = (rows[3] + hidden @ rows[2])[:, 0]
    log_p = torch.log_softmax(out[:, :2], dim=1)
    error = torch.tensor([1.0, 0.0]) - out[:, 2]
    loss = (
        -log_p[[0, 1], [0, 1]] * error.detach()
        + 0.5 * error.square()
        + 0.1 * (log_p.exp() * log_p).sum(dim=1)
    )
    gradient, _ = agent._network.gradient(loss.sum())
    agent._learn(chosen, np.array([1.0, 0.0]))
    moved = (agent._network.flat.detach() - before).numpy()
    expected = -0.01 * np.sign(gradient.numpy()) * (np.abs(gradient.numpy()) > 1e-5)
    np.testing.assert_allclose(moved, expected, atol=2e-5)


@pytest.mark.parametrize("seed", range(2))
def test_gradient_steps_find_the_better_arm_and_only_where_they_are_taken(seed):
    task = ReversalBandit(150, p_better=0.9)
    agent = PolicyGradient(learning_rate=0.01)
    late = {}
    for name, one in (("intact", agent), ("lesion", agent.without("learning"))):
        recording = simulate(task, one, 60, seed, record=())
        right = (recording["action"] == recording["best_action"]).values[:, -50:]
        late[name] = right.mean(axis=1)
    error = np.sqrt(sum(x.var(ddof=1) / len(x) for x in late.values()))
    assert late["intact"].mean() - late["lesion"].mean() > 4 * error
    spread = 4 * late["lesion"].std(ddof=1) / np.sqrt(60)
    assert abs(late["lesion"].mean() - 0.5) < spread


def test_weights_outlive_an_episode():
    from fastslow.tasks import Lanes

    agent = PolicyGradient(n_hidden=(3,))
    agent.begin(Bandit(n_trials=3), 2, Lanes(0, 2))
    before = agent._network.flat.detach().clone()
    agent._forget(np.array([True, False]))
    np.testing.assert_array_equal(agent._network.flat.detach(), before)
