"""Dopamine neurons of trained networks: which trials are taken, and what the circuit makes of them."""

import numpy as np
import pytest
import xarray as xr

from fastslow.papers.eshel2015.trained_figure import (
    KINDS,
    chosen_trials,
    expected_reward,
    responses,
)

DISCOUNT = 0.9


def recording(n_episodes: int = 40, n_steps: int = 20, seed: int = 0) -> xr.Dataset:
    """Episodes that pay with probability .1 or .9, of which the value knows."""
    rng = np.random.default_rng(seed)
    chance = np.repeat([[0.1], [0.9]], n_episodes // 2, axis=0)
    reward = rng.random((n_episodes, n_steps)) < chance
    left = np.arange(n_steps, 0, -1)
    value = chance * (1 - DISCOUNT**left) / (1 - DISCOUNT)
    dims = ("seed", "episode", "step")
    return xr.Dataset(
        {
            "reward": (dims, reward[None].astype(float)),
            "value": (dims, value[None]),
            "active": (dims, np.ones((1, *reward.shape), bool)),
        }
    )


def test_expectation_is_what_the_value_is_worth_a_trial():
    expected = expected_reward(recording(), DISCOUNT)
    assert expected.isel(episode=0).values == pytest.approx(0.1)
    assert expected.isel(episode=-1).values == pytest.approx(0.9)


def test_padded_rows_have_no_expectation():
    padded = recording()
    padded["active"][..., -5:] = False
    assert expected_reward(padded, DISCOUNT)[..., -5:].isnull().all()
    last = expected_reward(padded, DISCOUNT)[0, 0, -6]  # one step left, no longer six
    assert last == pytest.approx(min(float(padded.value[0, 0, -6]), 1.0))


def test_trials_are_of_the_kind_they_are_called():
    rng = np.random.default_rng(1)
    reward, expected = (rng.random(2000) < 0.5).astype(float), rng.random(2000)
    found = chosen_trials(reward, expected, 30, rng)
    assert set(found) == set(KINDS)
    for (rewarded, announced), index in found.items():
        assert len(set(index)) == 30
        assert ((reward[index] > 0) == rewarded).all()
        assert ((expected[index] > 0.7) if announced else (expected[index] < 0.3)).all()


def test_expected_reward_excites_less():
    table = responses(recording(), DISCOUNT, n=20)
    due = table[(table.time > 1.0) & (table.time < 1.2)].groupby("kind").rate.mean()
    assert due["rewarded, unexpected"] > due["rewarded, expected"] + 5
    assert due["unrewarded, expected"] < due["unrewarded, unexpected"]
    with pytest.raises(ValueError, match="no trial is unrewarded, unexpected: record more"):
        responses(recording().assign(reward=recording().reward * 0 + 1), DISCOUNT)
