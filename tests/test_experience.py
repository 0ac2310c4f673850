"""Experience needed after a change, by hand and on learners of which it is known."""

import numpy as np
import pytest
import xarray as xr

from fastslow.analysis.experience import (
    asymptote,
    better_choices,
    efficiency,
    experience_to_adapt,
)
from fastslow.analysis.navigation import solved
from fastslow.data.recording import stack
from fastslow.data.simulate import simulate
from fastslow.models.learners import QLearner, Random
from fastslow.tasks import GridWorld, ReversalBandit


def shares(*seeds) -> xr.DataArray:
    """Performance of one life a seed."""
    return xr.DataArray(np.array(seeds, float)[:, None], dims=("seed", "life", "attempt"))


def test_by_hand():
    performance = shares([1, 1, 0, 0, 1, 1], [1, 1, 1, 1, 0, 0], [1, 1, 0, 1, 0, 1])
    found = experience_to_adapt(performance, 2, n_before=2, window=2)
    np.testing.assert_array_equal(found.needed, [4, 2, 4])
    np.testing.assert_array_equal(found.censored, [False, False, True])


def test_back_is_what_it_was_before():
    modest, good = [0.6, 0.6, 0, 0.5, 0.5, 0.7], [1, 1, 0, 0.5, 0.5, 0.7]
    found = experience_to_adapt(shares(modest, good), 2, 2, share=0.8, window=2)
    np.testing.assert_array_equal(found.needed, [3, 4])
    np.testing.assert_array_equal(found.censored, [False, True])


def test_who_learned_nothing_is_never_back():
    performance = shares([0.5, 0.5, 0.5, 0.5], [0.6, 0.6, 0.6, 0.6])
    found = experience_to_adapt(performance, 2, 2, window=1)
    np.testing.assert_array_equal(found.needed, [2, 1])
    np.testing.assert_array_equal(found.censored, [True, False])


def test_attempts_before_the_change_are_not_in_the_window():
    assert experience_to_adapt(shares([1, 1, 1, 0, 1, 1]), 3, 2, share=0.6, window=2).needed == [3]


def test_lives_are_averaged_before_they_are_compared():
    one, other = [1, 1, 0, 1, 0, 1], [1, 1, 1, 0, 1, 1]
    performance = xr.DataArray(np.array([[one, other]], float), dims=("seed", "life", "attempt"))
    found = experience_to_adapt(performance, 2, 2, window=1)
    assert found.needed == [4]
    assert not found.censored


def test_asymptote_is_that_before_the_change():
    np.testing.assert_allclose(asymptote(shares([0, 1, 0.5, 0, 0]), 3, n_before=2), [0.75])


@pytest.mark.parametrize(("change", "window"), [(4, 3), (2, 0)])
def test_too_few_attempts(change, window):
    with pytest.raises(ValueError, match="from the change on there must be at least"):
        experience_to_adapt(shares([1.0] * 6), change, 1, window=window)


@pytest.mark.parametrize(("change", "n_before"), [(2, 3), (2, 0), (0, 1)])
def test_no_asymptote(change, n_before):
    with pytest.raises(ValueError, match=f"n_before must be 1 to {change}, .*, got {n_before}"):
        asymptote(shares([1, 1, 1]), change, n_before)


def test_efficiency_is_a_share_and_0_where_the_goal_was_missed():
    task = GridWorld(size=4, n_attempts=6)
    recording = stack({seed: simulate(task, Random(), 5, seed=seed) for seed in range(2)})
    share = efficiency(recording)
    assert dict(share.sizes) == {"seed": 2, "life": 5, "attempt": 6}
    assert float(share.max()) <= 1
    missed = solved(recording).values.ravel() == 0
    np.testing.assert_array_equal(np.sort(share.values.ravel() == 0), np.sort(missed))
    assert missed.any()
    assert not missed.all()


def test_without_a_step_to_spare_it_is_1():
    """A corridor in which there is nothing but the way."""
    task = GridWorld(size=(1, 2), start=(0, 0), goal=(0, 1), n_attempts=3, actions=MOVES)
    recording = simulate(task, _First(), 2)
    np.testing.assert_array_equal(efficiency(recording), 1)


MOVES = ("right", "left", "up", "down")


class _First(Random):
    """Always takes action 0."""

    def act(self, now):
        action, trace = super().act(now)
        return 0 * action, trace


@pytest.mark.parametrize("seed", range(3))
def test_a_faster_learner_needs_fewer_trials_and_none_where_nothing_changes(seed):
    def needed(rate, reversals):
        agent = QLearner(learning_rate_gain=rate)
        task = ReversalBandit(120, reversals=reversals)
        recording = simulate(task, agent, 400, seed, record=())
        return experience_to_adapt(better_choices(recording), 60, n_before=20).needed[0]

    assert needed(0.5, (60,)) < needed(0.05, (60,))
    assert needed(0.5, ()) == 4


def test_blind_choice_never_adapts():
    recording = simulate(ReversalBandit(60, reversals=(30,)), Random(), 400, record=())
    found = experience_to_adapt(better_choices(recording), 30, n_before=20)
    assert found.censored
    assert found.needed == [30]
