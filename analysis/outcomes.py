"""One number a seed that says how an agent did: reward, or the mean of any recorded variable."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from difflib import get_close_matches

import xarray as xr

ROWS = ("episode", "step")


def reward_per_step(recording: xr.Dataset) -> xr.DataArray:
    """Reward of a recorded row, rows after the end of an episode left out."""
    return recording.reward.sum(ROWS) / recording.active.sum(ROWS)


def reward_per_trial(recording: xr.Dataset) -> xr.DataArray:
    """Reward of a trial; the label `trial` says where one begins."""
    _need_trials(recording)
    before = recording.trial.shift(step=1, fill_value=-1)
    begins = recording.active & (recording.trial != before)
    return recording.reward.sum(ROWS) / begins.sum(ROWS)


def reward_per_episode(recording: xr.Dataset) -> xr.DataArray:
    """Reward of an episode."""
    return recording.reward.sum(ROWS) / recording.active.any("step").sum("episode")


REWARDS: dict[str, Callable[[xr.Dataset], xr.DataArray]] = {
    measure.__name__: measure for measure in (reward_per_step, reward_per_trial, reward_per_episode)
}


def check_outcome(name: str, usable: Sequence[str]) -> None:
    """Raise a ValueError with a suggestion unless `outcome` finds this in such a recording.

    Parameters
    ----------
    name : str
    usable : sequence of str
        Variables with one number a row.
    """
    if name not in REWARDS and name not in usable:
        close = get_close_matches(name, [*REWARDS, *usable], n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"there are {', '.join(REWARDS)}"
        also = "" if close else f", and variables with one number a row: {', '.join(usable)}"
        raise ValueError(f"no outcome '{name}'; {hint}{also}")
    if name == reward_per_trial.__name__:
        _need_trials(usable)


def _need_trials(there: Container[str] | xr.Dataset) -> None:
    if "trial" not in there:
        raise ValueError("reward_per_trial needs the label 'trial', which this task does not give")


def outcome(recording: xr.Dataset, name: str) -> xr.DataArray:
    """An outcome by name: one of `REWARDS`, or the mean of a variable over the rows that have it.

    Parameters
    ----------
    recording : Dataset with dims ([seed,] episode, step, ...)
    name : str
        Of a variable with one number a row: `missed`, `rpe`, `common`. Whole numbers below 0 mean
        none and are left out, and so are NaN and rows after the end of an episode.

    Returns
    -------
    DataArray with dims ([seed])
        NaN where no row has a value.

    Examples
    --------
    >>> import numpy as np
    >>> active = np.array([[True, True], [True, False]])
    >>> rows = lambda values: (("episode", "step"), np.array(values))
    >>> recording = xr.Dataset(
    ...     {
    ...         "active": rows(active),
    ...         "reward": rows([[1.0, 0.0], [1.0, np.nan]]),
    ...         "common": rows([[1, 0], [-1, -1]]),
    ...     }
    ... )
    >>> float(outcome(recording, "reward_per_episode")), float(outcome(recording, "common"))
    (1.0, 0.5)
    """
    usable = [
        str(n)
        for n, array in recording.data_vars.items()
        if array.dims[-2:] == ROWS and array.dtype.kind in "biuf" and n != "active"
    ]
    check_outcome(name, usable)
    if name in REWARDS:
        return REWARDS[name](recording)
    values = recording[name]
    there = recording.active & ((values >= 0) | (values.dtype.kind not in "iu"))
    return values.where(there).mean(ROWS)
