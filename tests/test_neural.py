"""Trajectories against scikit-learn; unit coding: planted units found, permuted ones not."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import spearmanr
from sklearn.decomposition import PCA

from fastslow.analysis import neural


def make_recording(
    rng: np.random.Generator, n_episodes: int = 30, n_trials: int = 25
) -> xr.Dataset:
    """Units 0 ... 3 carry previous action, previous reward, their product and value; 4 nothing;
    5 all but the product; 6 rises with the trial; 7 never changes.
    """
    shape = (n_episodes, n_trials)
    action, reward = rng.integers(2, size=shape), 1.0 * (rng.random(shape) < 0.6)
    value = rng.normal(size=shape)
    signed, centered = 2.0 * action - 1, reward - 0.6
    a, r = np.zeros(shape), np.zeros(shape)
    a[:, 1:], r[:, 1:] = signed[:, :-1], centered[:, :-1]
    hidden = rng.normal(size=(*shape, 8))
    for unit, signal in enumerate((a, r, a * r, value)):
        hidden[..., unit] += 2 * signal
    hidden[..., 5] += a + 2 * r + value
    hidden[..., 6] += np.arange(n_trials)
    hidden[..., 7] = 0.25
    steps = {
        "active": np.ones(shape, bool),
        "trial": np.broadcast_to(np.arange(n_trials), shape),
        "action": action,
        "reward": reward,
        "value": value,
    }
    data = {name: (("episode", "step"), values) for name, values in steps.items()}
    return xr.Dataset({**data, "hidden": (("episode", "step", "unit"), hidden)})


def test_principal_trajectories_equal_scikit_learn_and_mark_the_padding(seed: int) -> None:
    rng = np.random.default_rng(seed)
    recording = make_recording(rng)
    recording["active"] = recording["trial"] < xr.DataArray(rng.integers(5, 26, 30), dims="episode")
    recording["hidden"] = recording["hidden"].where(recording["active"])
    found = neural.principal_trajectories(recording, n_components=4)
    active = recording["active"].values
    reference = PCA(4).fit(recording["hidden"].values[active])
    np.testing.assert_allclose(found["explained"], reference.explained_variance_ratio_)
    sign = np.sign((found["axes"].values * reference.components_).sum(1))
    np.testing.assert_allclose(found["axes"], reference.components_ * sign[:, None], atol=1e-8)
    np.testing.assert_allclose(
        found["trajectory"].values[active],
        reference.transform(recording["hidden"].values[active]) * sign,
        atol=1e-8,
    )
    assert np.isnan(found["trajectory"].values[~active]).all()
    assert (found["axes"].max("unit") >= -found["axes"].min("unit")).all()


def test_each_seed_has_its_own_axes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    recordings = [make_recording(rng) for _ in range(2)]
    both = neural.principal_trajectories(xr.concat(recordings, xr.Variable("seed", [4, 9])))
    assert both["trajectory"].dims == ("seed", "episode", "step", "component")
    for recording, s in zip(recordings, (4, 9), strict=True):
        alone = neural.principal_trajectories(recording)
        np.testing.assert_array_equal(both["trajectory"].sel(seed=s), alone["trajectory"])


def test_planted_coding_is_found_in_its_units_only(seed: int) -> None:
    rng = np.random.default_rng(seed)
    coding = neural.unit_coding(make_recording(rng), rng=rng, n_shuffles=199)
    significant = coding["p_correlation"].values < 0.01
    planted = np.zeros((8, 4), bool)
    planted[np.arange(4), np.arange(4)] = True
    planted[5, [0, 1, 3]] = True
    assert significant[planted].all()
    assert (coding["p_weight"].values[planted] < 0.01).all()
    # 25 pairs are unrelated: at most 3 of them below .01 by chance (P(more) = 1e-4)
    assert (significant & ~planted).sum() <= 3
    assert (coding["p_mean"] < 0.01).all()
    assert (coding["correlation"].sel(unit=7) == 0).all()
    assert (coding["p_correlation"].sel(unit=7) == 1).all()
    share = neural.coding_share(coding)
    assert share.sel(predictor="value") >= 2 / 8


def test_correlations_and_weights_equal_scipy_and_least_squares(seed: int) -> None:
    rng = np.random.default_rng(seed)
    recording = make_recording(rng)
    recording["missed"] = (("episode", "step"), rng.random((30, 25)) < 0.1)
    coding = neural.unit_coding(recording, rng=rng, n_shuffles=1)
    units, rows = [], []
    ok = ~recording["missed"].values
    for e in range(30):
        for t in range(1, 25):
            if ok[e, t - 1]:
                now = recording.isel(episode=e, step=t)
                then = recording.isel(episode=e, step=t - 1)
                units.append(now["hidden"].values)
                rows.append([2 * then["action"].item() - 1, then["reward"].item(), 0, now["value"]])
    units, x = np.array(units), np.array(rows, float)
    mean = np.mean(
        [recording["reward"].values[e, t] for e in range(30) for t in range(24) if ok[e, t]]
    )
    x[:, 2] = x[:, 0] * (x[:, 1] - mean)
    z = (x - x.mean(0)) / x.std(0)
    for unit in range(7):
        for i in range(4):
            expected = spearmanr(units[:, unit], x[:, i]).statistic
            assert float(coding["correlation"][unit, i]) == pytest.approx(expected)
        y = (units[:, unit] - units[:, unit].mean()) / units[:, unit].std()
        expected = np.linalg.lstsq(z, y, rcond=None)[0]
        np.testing.assert_allclose(coding["weight"][unit], expected, atol=1e-6)


def test_permuted_predictors_are_not_coded(seed: int) -> None:
    rng = np.random.default_rng(seed)
    recording = make_recording(rng, n_episodes=60)
    recording["hidden"] = recording["hidden"].isel(episode=rng.permutation(60))
    coding = neural.unit_coding(recording, rng=rng, n_shuffles=99)
    tested = coding["p_correlation"].isel(unit=slice(7)).values
    low = np.mean(tested <= 0.2)
    assert abs(low - 0.2) < 4 * np.sqrt(0.2 * 0.8 / tested.size)


def test_misuse_is_named() -> None:
    rng = np.random.default_rng(0)
    recording = make_recording(rng)
    with pytest.raises(KeyError, match="no 'cell'"):
        neural.principal_trajectories(recording, variable="cell")
    with pytest.raises(ValueError, match="n_components must be 1 to 8"):
        neural.principal_trajectories(recording, n_components=9)
    with pytest.raises(ValueError, match="'hidden' never changes"):
        neural.principal_trajectories(recording.assign(hidden=0 * recording["hidden"]))
    with pytest.raises(ValueError, match="two options that are both chosen, got "):
        neural.unit_coding(recording.assign(action=0 * recording["action"]), rng=rng)
    with pytest.raises(ValueError, match="'value' is the same on every trial"):
        neural.unit_coding(recording.assign(value=0 * recording["value"]), rng=rng)
    coding = neural.unit_coding(recording, rng=rng, n_shuffles=20)
    with pytest.raises(ValueError, match=r"20 shuffles cannot give p below 0\.01"):
        neural.coding_share(coding)
