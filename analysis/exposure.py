"""Performance by exposure: how often a context has been met before, and what came back from memory."""

from __future__ import annotations

import numpy as np
import xarray as xr


def reward_by_exposure(recording: xr.Dataset) -> xr.DataArray:
    """Mean reward of an episode by `exposure` of its context, counted from 1.

    Parameters
    ----------
    recording : xarray.Dataset
        With the label `exposure`, which is the same within an episode.

    Returns
    -------
    xarray.DataArray
        (seed, exposure), or (exposure,) for one seed, with the number of episodes as the
        coordinate `n_episodes`.
    """
    reward = recording["reward"].where(recording["active"]).sum("step")
    return _by_exposure(recording, reward).rename("reward_by_exposure")


def curve_by_exposure(recording: xr.Dataset, variable: str = "reward") -> xr.DataArray:
    """Mean of "reward", or of "best" (the best action was chosen), by `exposure` and step.

    Returns
    -------
    xarray.DataArray
        (seed, exposure, step), or (exposure, step) for one seed.
    """
    if variable not in ("reward", "best"):
        raise ValueError(f"variable must be reward or best, got '{variable}'")
    values = (
        recording["reward"]
        if variable == "reward"
        else (recording["action"] == recording["best_action"]).astype(float)
    )
    curve = _by_exposure(recording, values.where(recording["active"]))
    return curve.transpose(..., "exposure", "step").rename(f"{variable}_by_exposure")


def first_visit_by_familiarity(recording: xr.Dataset) -> xr.DataArray:
    """Mean reward of first visits by how many symbols of the context are familiar.

    Parameters
    ----------
    recording : xarray.Dataset
        With the labels `exposure` and `familiar_symbols`, such as of `CompositionalBandit`.

    Returns
    -------
    xarray.DataArray
        (seed, familiar_symbols), or (familiar_symbols,) for one seed.
    """
    if "familiar_symbols" not in recording:
        raise KeyError(
            "the recording has no label 'familiar_symbols'; it needs a task whose contexts are "
            "made of symbols, such as CompositionalBandit"
        )
    first = recording[["exposure", "familiar_symbols"]].isel(step=0)
    reward = recording["reward"].where(recording["active"]).sum("step")
    levels = np.unique(first["familiar_symbols"])
    means = [
        reward.where((first["exposure"] == 1) & (first["familiar_symbols"] == n)).mean("episode")
        for n in levels
    ]
    named = xr.DataArray(levels, dims="familiar_symbols", name="familiar_symbols")
    return xr.concat(means, dim=named).rename("first_visit_by_familiarity")


def steps_to_goal_by_exposure(recording: xr.Dataset) -> xr.DataArray:
    """Mean steps of a visit until the goal is found first, by `exposure` of its context.

    Visits that never find it count all their steps.

    Parameters
    ----------
    recording : xarray.Dataset
        Of a world with the outcome `solved`, such as `Arena`.

    Returns
    -------
    xarray.DataArray
        (seed, exposure), or (exposure,) for one seed.
    """
    if "solved" not in recording:
        raise KeyError("the recording has no outcome 'solved'; it needs a world with a goal")
    searching = recording["active"] & (recording["solved"].cumsum("step") == 0)
    found = (recording["active"] & recording["solved"]).any("step")
    steps = searching.sum("step") + found  # the step that finds it counts, too
    return _by_exposure(recording, steps.astype(float)).rename("steps_to_goal_by_exposure")


def gate_by_usefulness(recording: xr.Dataset) -> xr.DataArray:
    """Mean reinstatement gate of an episode, by whether the state that comes back is useful.

    It is useful where the policy read from it alone, `reinstated_action`, is the best action;
    episodes in which nothing comes back are left out.

    Returns
    -------
    xarray.DataArray
        (useful, seed) or (useful,), NaN where there is no such episode.
    """
    first = recording.isel(step=0)
    recalled = first["reinstated_action"] >= 0
    useful = first["reinstated_action"] == first["best_action"]
    gate = recording["reinstatement"].where(recording["active"]).mean("step")
    means = [gate.where(recalled & (useful == which)).mean("episode") for which in (False, True)]
    either = xr.DataArray([False, True], dims="useful", name="useful")
    return xr.concat(means, dim=either).rename("gate_by_usefulness")


def _by_exposure(recording: xr.Dataset, values: xr.DataArray) -> xr.DataArray:
    """Mean of `values` (..., episode, ...) over the episodes of each exposure."""
    if "exposure" not in recording:
        raise KeyError(
            "the recording has no label 'exposure'; it needs a task whose contexts return, "
            "such as BarcodeBandit"
        )
    exposure = recording["exposure"].isel(step=0)
    levels = np.arange(1, int(exposure.max()) + 1)
    means = [values.where(exposure == level).mean("episode") for level in levels]
    counts = [int((exposure == level).sum()) for level in levels]
    by_level = xr.concat(means, dim=xr.DataArray(levels, dims="exposure", name="exposure"))
    return by_level.assign_coords(n_episodes=("exposure", counts))
