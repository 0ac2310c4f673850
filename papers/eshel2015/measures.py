"""Measures of dopamine responses, one number for each seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

EXPECTED = 0.9  # probability that the cue of an expected reward announces


def dopamine_baseline(recording: xr.Dataset) -> np.ndarray:
    """Mean rate of the dopamine neurons before the cue, Hz."""
    return recording["dopamine_baseline"].isel(step=1).mean("episode").values


def gaba_baseline(recording: xr.Dataset) -> np.ndarray:
    """Mean rate of the GABA neurons before the cue, Hz."""
    return recording["gaba_baseline"].isel(step=1).mean("episode").values


def gaba_rise(recording: xr.Dataset) -> np.ndarray:
    """Rate in the delay of expected rewards, relative to baseline, less 1."""
    found = recording.isel(step=1)
    delay = found["gaba_delay"].where(found["announced"] > 0).mean("episode")
    return (delay / found["gaba_baseline"].mean("episode") - 1).values


def volume_order(recording: xr.Dataset) -> np.ndarray:
    """Rank correlation of the response to unexpected rewards with their volume."""
    from scipy import stats

    volumes, responses = _unexpected(recording)
    return np.array([stats.spearmanr(volumes, line).statistic for line in responses])


def hill_r2(recording: xr.Dataset) -> np.ndarray:
    """R squared of a Hill curve fitted to the responses to unexpected rewards."""
    from ...analysis.dopamine_responses import hill_fit

    volumes, responses = _unexpected(recording)
    return np.array([hill_fit(volumes, line)[2] for line in responses])


def division_over_subtraction(recording: xr.Dataset) -> np.ndarray:
    """Squared error of a divisive model over that of a subtractive one."""
    from ...analysis.dopamine_responses import subtraction_and_division

    _, unexpected = _unexpected(recording)
    _, expected = _unexpected(recording, EXPECTED)
    errors = [subtraction_and_division(*lines) for lines in zip(unexpected, expected, strict=True)]
    return np.array([division / subtraction for subtraction, division in errors])


def omission_dip(recording: xr.Dataset) -> np.ndarray:
    """Response where an expected reward does not come, Hz."""
    return _at(recording, "dopamine_omission", 0.0, EXPECTED)


def reward_over_omission(recording: xr.Dataset) -> np.ndarray:
    """Response to 5 ul unexpected over the size of the dip at an omission."""
    return _at(recording, "dopamine_reward", 5.0, 0.0) / -omission_dip(recording)


def falls_with_expectation(recording: xr.Dataset) -> np.ndarray:
    """Correlation of the response to 5 ul with how well it was announced."""
    from ...analysis.dopamine_responses import mean_response

    return _correlation(mean_response(recording).sel(volume=5.0, method="nearest"))


def cue_follows_announcement(recording: xr.Dataset) -> np.ndarray:
    """Correlation of the response to the cue with what it announces."""
    from ...analysis.dopamine_responses import mean_response

    return _correlation(mean_response(recording, "dopamine_cue").mean("volume"))


def light_lowers(lit: xr.Dataset, unlit: xr.Dataset) -> np.ndarray:
    """Firing at the reward under light less that without; the larger of unexpected and expected."""
    return _light_effect(lit, unlit).max(axis=1)


def light_raises(lit: xr.Dataset, unlit: xr.Dataset) -> np.ndarray:
    """Firing at the reward under light less that without; the smaller of unexpected and expected."""
    return _light_effect(lit, unlit).min(axis=1)


def common_gain(recording: xr.Dataset) -> np.ndarray:
    """Correlation over neurons of response and suppression."""
    from ...analysis.dopamine_responses import suppression_by_response

    return suppression_by_response(recording, EXPECTED)


def _unexpected(recording: xr.Dataset, announced: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Volumes above 0, and the responses to them, (seed, volume)."""
    from ...analysis.dopamine_responses import mean_response

    found = mean_response(recording).sel(announced=announced, method="nearest")
    found = found.sel(volume=found["volume"] > 0)
    return found["volume"].values, np.atleast_2d(found.values)


def _at(recording: xr.Dataset, response: str, volume: float, announced: float) -> np.ndarray:
    from ...analysis.dopamine_responses import mean_response

    found = mean_response(recording, response)
    return found.sel(volume=volume, announced=announced, method="nearest").values


def _correlation(responses: xr.DataArray) -> np.ndarray:
    announced = responses["announced"].values
    lines = np.atleast_2d(responses.transpose(..., "announced").values)
    return np.array([np.corrcoef(announced, line)[0, 1] for line in lines])


def _light_effect(lit: xr.Dataset, unlit: xr.Dataset) -> np.ndarray:
    """Effect on unexpected and expected rewards, (seed, 2), Hz."""
    from ...analysis.dopamine_responses import mean_response

    on, off = (np.atleast_2d(mean_response(r).isel(volume=0).values) for r in (lit, unlit))
    return on - off
