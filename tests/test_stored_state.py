"""The axis of choice in stored states: a planted flip is found, noise is not."""

import numpy as np
import pytest

from fastslow.analysis.stored_state import choice_axis


def states(rng, actions, n_units=20, noise=0.5):
    """States in which unit 3 tells the action, and the others nothing."""
    cells = noise * rng.normal(size=(len(actions), n_units))
    cells[:, 3] += 2 * np.asarray(actions) - 1
    return cells


@pytest.fixture
def drawn(seed):
    rng = np.random.default_rng(seed)
    actions, learned = rng.integers(2, size=(2, 300))
    return rng, states(rng, actions), actions, states(rng, learned), learned


def test_a_flip_along_one_unit_is_found(drawn):
    _, cells, actions, before, learned = drawn
    after = before.copy()
    after[:, 3] -= 2 * (2 * learned - 1)
    found = choice_axis(cells, actions, before, after, learned)
    assert found.accuracy > 0.9
    assert found.flipped > 0.9
    # sqrt(n_units) times the movement along a random axis, had the axis been found exactly.
    assert 0.8 * np.sqrt(20) < found.displacement <= np.sqrt(20)


def test_noise_moves_along_no_axis(drawn):
    rng, cells, actions, before, learned = drawn
    after = before + 0.5 * rng.normal(size=before.shape)
    found = choice_axis(cells, actions, before, after, learned)
    assert found.flipped < 0.2
    # Movement in units of a random axis has a standard deviation of 1 in each state.
    assert abs(found.displacement) < 4 / np.sqrt(len(before))


def test_movement_across_the_axis_is_none_along_it(drawn):
    _, cells, actions, before, learned = drawn
    after = before.copy()
    after[:, 7] += 5
    found = choice_axis(cells, actions, before, after, learned)
    assert abs(found.displacement) < 1
    still = choice_axis(cells, actions, before, before, learned)
    assert (still.flipped, still.displacement) == (0, 0)


def test_mistakes(drawn):
    _, cells, actions, before, learned = drawn
    with pytest.raises(ValueError, match="both actions must occur"):
        choice_axis(cells, np.zeros_like(actions), before, before, learned)
    with pytest.raises(ValueError, match="no states to follow"):
        choice_axis(cells, actions, before[:0], before[:0], learned[:0])
