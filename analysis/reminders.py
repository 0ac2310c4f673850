"""Whether single past trials, or the last ones, decide: episodic against incremental influence."""

from __future__ import annotations

import numpy as np
import xarray as xr


def episodic_stay_probability(recording: xr.Dataset) -> xr.DataArray:
    """Probability of repeating the choice of the cued past trial, by its transition and reward.

    Parameters
    ----------
    recording : xarray.Dataset
        With the label `cued_trial`, the trial of which a cue reminds, -1 without a cue, one row a
        trial.

    Returns
    -------
    xarray.DataArray
        (seed, transition, reward) or (transition, reward) with transitions "common" and "rare"
        and rewards 1 and 0, as `stay_probability` returns for the last trial.
    """
    past = _rows(recording, recording["cued_trial"])
    return _repeats(recording, past, recording["cued_trial"] >= 0)


def incremental_stay_probability(recording: xr.Dataset, cued: bool) -> xr.DataArray:
    """Probability of repeating the last choice, in trials with or without a cue.

    Returns
    -------
    xarray.DataArray
        (seed, transition, reward) or (transition, reward).
    """
    last = xr.where(recording["trial"] > 0, recording["trial"] - 1, -1)
    has_cue = recording["cued_trial"] >= 0
    return _repeats(recording, _rows(recording, last), has_cue if cued else ~has_cue)


def _rows(recording: xr.Dataset, trial: xr.DataArray) -> dict[str, xr.DataArray]:
    """Choice, transition and reward of the trials named; NaN where that is -1."""
    index = trial.clip(min=0)
    return {
        name: recording[name].isel(step=index).where(trial >= 0)
        if "seed" not in recording.dims
        else xr.apply_ufunc(
            lambda values, at: np.take_along_axis(values, at, axis=-1),
            recording[name],
            index,
            input_core_dims=[["step"], ["step"]],
            output_core_dims=[["step"]],
        ).where(trial >= 0)
        for name in ("action", "common", "reward")
    }


def _repeats(
    recording: xr.Dataset, past: dict[str, xr.DataArray], use: xr.DataArray
) -> xr.DataArray:
    use = use & recording["active"] & past["action"].notnull()
    same = (recording["action"] == past["action"]).astype(float)
    cells = [
        [
            same.where(use & (past["common"] == common) & (past["reward"] == reward)).mean(
                ["episode", "step"]
            )
            for reward in (1, 0)
        ]
        for common in (1, 0)
    ]
    rewards = xr.DataArray([1, 0], dims="reward", name="reward")
    transitions = xr.DataArray(["common", "rare"], dims="transition", name="transition")
    rows = [xr.concat(row, dim=rewards) for row in cells]
    return xr.concat(rows, dim=transitions).transpose(..., "transition", "reward").rename("stay")
