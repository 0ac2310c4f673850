"""Learning within an episode: how often the best arm is chosen, and what the other choices cost."""

from __future__ import annotations

import numpy as np
import xarray as xr

from .trials import choice_trials


def choice_curve(recording: xr.Dataset) -> xr.DataArray:
    """Probability of choosing the best action, by trial.

    Returns
    -------
    DataArray with dims ([seed,] trial)
        The coordinate `n_choices` holds the number of choices behind each point.
    """
    table = choice_trials(recording)
    if "best_action" not in table:
        raise KeyError("choice_curve needs 'best_action', which these trials do not have")
    chosen = table["valid"] & (table["choice"] >= 0) & (table["best_action"] >= 0)
    over = [dim for dim in ("episode", "session") if dim in chosen.dims]
    n_choices = chosen.sum(over)
    if not bool(n_choices.any()):
        raise ValueError("choice_curve: there is no valid choice")
    best = ((table["choice"] == table["best_action"]) & chosen).sum(over)
    curve = (best / n_choices.where(n_choices > 0)).rename("choice_curve")
    return curve.assign_coords(n_choices=n_choices).assign_attrs(units="probability")


def pseudo_regret(recording: xr.Dataset) -> xr.DataArray:
    """Cumulative expected reward lost by not choosing the best arm, by trial.

    R_T = sum over t <= T of (mu*_t - mu_a,t), from the labels `arm_mean_0`, `arm_mean_1` ...; in
    restless tasks the best arm changes with t. A missed trial adds nothing.

    Returns
    -------
    DataArray with dims ([seed,] episode, trial), reward
        NaN from the end of a shorter episode on; the last column of full episodes is their regret.

    References
    ----------
    Wang et al. 2016, arXiv:1611.05763
    """
    return _cumulative(recording, "pseudo_regret").assign_attrs(units="reward")


def suboptimal_pulls(recording: xr.Dataset) -> xr.DataArray:
    """Cumulative number of choices of a worse arm, dims ([seed,] episode, trial)."""
    return _cumulative(recording, "suboptimal_pulls").assign_attrs(units="choices")


def _cumulative(recording: xr.Dataset, name: str) -> xr.DataArray:
    table = choice_trials(recording)
    if "arm_mean" not in table:
        raise KeyError(f"{name} needs the labels 'arm_mean_0', 'arm_mean_1' ... of the task")
    mean, choice = table["arm_mean"].values, table["choice"].values
    n_arms = mean.shape[-1]
    valid = table["valid"].values & (choice >= 0)
    if (choice[valid] >= n_arms).any():
        raise ValueError(
            f"{name}: action {choice[valid].max()} has no arm; there are {n_arms} arms"
        )
    chosen = np.take_along_axis(mean, np.where(valid, choice, 0)[..., None], axis=-1)[..., 0]
    lost = np.where(valid, mean.max(axis=-1) - chosen, 0.0)
    if name == "suboptimal_pulls":
        lost = (lost > 0).astype(float)
    total = lost.cumsum(axis=-1)
    total[np.isnan(mean[..., 0])] = np.nan
    return table["choice"].copy(data=total).rename(name)
