"""Errors of predictions from a few points, by number of rests between being shown and being asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

_ASKED = 0  # the phase in which there is something to do


def squared_error(
    recording: xr.Dataset, above: float = -np.inf, median: bool = False
) -> xr.DataArray:
    """Mean squared error of the predictions asked for after each number of rests.

    Parameters
    ----------
    recording : Dataset
        With `x`, `rests`, `phase`, and minus the squared error as reward.
    above : float
        Only where x is above this.
    median : bool
        Take the median over episodes, not the mean, in which a few may weigh more than all others.

    Returns
    -------
    (…, rests) DataArray
        With the recording's dimension `seed`, if it has one.
    """
    asked = recording["active"] & (recording["phase"] == _ASKED)
    counted = asked & (recording["x"] > above)
    if not bool(counted.any()):
        raise ValueError(f"nothing is asked for above x = {above} in this recording")
    error, rests = -recording["reward"].where(counted), recording["rests"]
    numbers = range(int(rests.where(counted).max()) + 1)
    of_episodes = [error.where(rests == k).mean("step") for k in numbers]
    by_rest = [e.median("episode") if median else e.mean("episode") for e in of_episodes]
    return xr.concat(by_rest, xr.DataArray(list(numbers), dims="rests", name="rests")).transpose(
        ..., "rests"
    )


class Decomposition(NamedTuple):
    """Squared bias and variance of predictions, and their error, a number for each seed.

    `excess` is by how many standard errors the error lies above squared bias, variance and noise
    together.
    """

    bias: np.ndarray
    variance: np.ndarray
    error: np.ndarray
    excess: np.ndarray


def bias_and_variance(recording: xr.Dataset, noise: float = 0.0) -> Decomposition:
    """Decompose the error over episodes that differ in nothing but the noise on what was shown.

    Parameters
    ----------
    recording : Dataset
        Of one curve: `target` is the same in all episodes.
    noise : float
        SD of the noise on what is asked for.

    References
    ----------
    Geman, Bienenstock & Doursat 1992, doi:10.1162/neco.1992.4.1.1
    """
    if "seed" in recording.dims:
        parts = [bias_and_variance(recording.sel(seed=k), noise) for k in recording["seed"]]
        return Decomposition(*(np.array(column) for column in zip(*parts, strict=True)))
    asked = recording["phase"].values[0] == _ASKED
    prediction = recording["action"].values[:, asked].reshape(recording.sizes["episode"], -1)
    prediction, target = (
        prediction.astype(float),
        recording["target"].values[:, asked].astype(float),
    )
    if np.ptp(target, axis=0).any():
        raise ValueError("bias and variance are of one curve, this recording has several")
    error = -recording["reward"].values[:, asked].astype(float)
    missed = ((prediction - target) ** 2).mean(axis=1)
    beyond = error.mean(axis=1) - missed - noise**2
    spread = beyond.std(ddof=1) / np.sqrt(len(beyond))
    return Decomposition(
        bias=((prediction.mean(axis=0) - target[0]) ** 2).mean(),
        variance=prediction.var(axis=0).mean(),
        error=error.mean(),
        excess=np.asarray(beyond.mean() / spread if spread > 0 else 0.0),
    )


def rank_correlation(rows: Sequence[np.ndarray]) -> np.ndarray:
    """Spearman's correlation of values with their order, for each seed; 0 where all are equal.

    Parameters
    ----------
    rows : sequence of (n_seeds,) arrays
    """
    from scipy.stats import spearmanr

    columns = np.stack([np.atleast_1d(row) for row in rows]).T
    order = np.arange(columns.shape[1])
    return np.array(
        [0.0 if np.ptp(column) == 0 else spearmanr(order, column).statistic for column in columns]
    )
