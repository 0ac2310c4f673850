"""Errors by rest, and bias and variance, on predictions whose answer is known."""

import numpy as np
import pytest
import xarray as xr

from fastslow.analysis.few_shot import bias_and_variance, rank_correlation, squared_error

TARGET = np.array([-1.0, 0.5, 2.0])


def recording(prediction, noise=None, rests=0):
    """Two shown points, then the same three questions after each of `rests` rests."""
    n, width = len(prediction), prediction.shape[1]
    phase = np.r_[2, 2, ([0] * 3 + [1]) * rests, [0] * 3].astype(np.int8)
    asked = phase == 0
    filled = np.zeros((4, n, len(phase)))
    action, target, reward, x = filled
    target[:, asked] = np.resize(TARGET, width)
    action[:, asked] = prediction
    x[:, asked] = np.resize([-5, 0, 5], width)
    error = action - target - (0 if noise is None else noise)
    reward[:] = np.where(asked, -(error**2), 0)
    dims = ("episode", "step")
    return xr.Dataset(
        {
            "active": (dims, np.ones((n, len(phase)), bool)),
            "phase": (dims, np.tile(phase, (n, 1))),
            "rests": (dims, np.tile(np.cumsum(phase == 1), (n, 1))),
            "x": (dims, x),
            "target": (dims, target),
            "reward": (dims, reward),
            "action": ((*dims, "action_0"), action[..., None]),
        }
    )


def test_error_by_rest_and_above_an_x():
    missed = np.array([[1.0, 2.0, 3.0, 0.0, 0.0, 1.0]])
    found = recording(np.tile(TARGET, 2) + missed, rests=1)
    np.testing.assert_allclose(squared_error(found), [14 / 3, 1 / 3])
    np.testing.assert_allclose(squared_error(found, above=0), [9, 1])
    both = xr.concat([found, found], "seed")
    assert squared_error(both).dims == ("seed", "rests")


def test_one_life_that_diverges_moves_the_mean_not_the_median():
    found = recording(TARGET + np.array([[1.0], [1.0], [100.0]]))
    np.testing.assert_allclose(squared_error(found), [(1 + 1 + 100**2) / 3])
    np.testing.assert_allclose(squared_error(found, median=True), [1])


def test_inactive_rows_do_not_count():
    found = recording(TARGET + np.array([[0.0], [9.0]]))
    found["active"][1] = False
    np.testing.assert_allclose(squared_error(found), [0])


def test_bias_and_variance_by_hand():
    found = bias_and_variance(recording(TARGET + np.array([[1.0, 1, 1], [3, 1, 1]])))
    assert found.bias == (4 + 1 + 1) / 3
    assert found.variance == 1 / 3
    assert found.error == found.bias + found.variance
    assert found.excess == 0


@pytest.mark.parametrize("spread", [0.0, 0.7])
def test_planted_bias_and_variance_are_found(spread):
    generator = np.random.default_rng(3)
    n, sd = 400, 0.5
    prediction = TARGET + 0.4 + spread * generator.normal(size=(n, 3))
    steps = np.zeros((n, 5))
    steps[:, 2:] = sd * generator.normal(size=(n, 3))
    found = bias_and_variance(recording(prediction, steps), sd)
    assert abs(found.bias - 0.16 - spread**2 / n) < 4 * 2 * 0.4 * spread / np.sqrt(3 * n) + 1e-9
    assert abs(found.variance - spread**2) < 4 * spread**2 * np.sqrt(2 / (3 * n)) + 1e-9
    assert abs(found.excess) < 4
    assert bias_and_variance(recording(prediction, steps), 0.0).excess > 4  # noise left out


def test_several_seeds_are_decomposed_each_by_itself():
    one, two = (recording(TARGET + np.array([[k], [k + 2.0]])) for k in (0.0, 5.0))
    both = xr.concat([one, two], "seed").assign_coords(seed=[0, 1])
    np.testing.assert_allclose(bias_and_variance(both).bias, [1, 36])


def test_rank_correlation_planted_permuted_and_constant():
    rising = [np.array([k**3, 10 - k, 4]) for k in range(8)]
    np.testing.assert_allclose(rank_correlation(rising), [1, -1, 0])
    generator = np.random.default_rng(0)
    drawn = [rank_correlation(list(generator.normal(size=(8, 1))))[0] for _ in range(300)]
    assert abs(np.mean(drawn)) < 4 / np.sqrt(7 * 300)  # its variance is 1 / (n - 1)


def test_misuse_says_what_is_wrong():
    with pytest.raises(ValueError, match="nothing is asked for above x = 6"):
        squared_error(recording(TARGET[None]), above=6)
    several = recording(np.tile(TARGET, (2, 1)))
    several["target"][1] += 1
    with pytest.raises(ValueError, match="of one curve, this recording has several"):
        bias_and_variance(several)
