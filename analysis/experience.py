"""How much experience a learner needs after a change of the world, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from .adaptation import by_life
from .navigation import path_length, solved, steps_above_shortest


@dataclass(frozen=True)
class Experience:
    """Attempts or trials needed, one entry a seed.

    Attributes
    ----------
    needed : (n_seeds,) array
        As many as were made after the change where performance did not come back.
    censored : (n_seeds,) bool array
        Where it did not, so that `needed` is the least it can be.
    """

    needed: np.ndarray
    censored: np.ndarray


def experience_to_adapt(
    performance: xr.DataArray,
    change: int,
    n_before: int,
    share: float = 0.9,
    at_least: float = 0.6,
    window: int = 4,
) -> Experience:
    """Count attempts from a change of the world until performance is what it was before.

    It is so after n attempts when its mean over all lives and over attempts n - `window` to n
    since the change is `share` of the asymptote or more, so n is `window` at best. A learner whose
    asymptote was below `at_least` had nothing to lose and counts as never back.

    Parameters
    ----------
    performance : DataArray with dims (seed, life, attempt)
        Share of the possible; NaN where a life has no such attempt.
    change : int
        First attempt in the changed world.
    n_before : int
        Attempts before it that are the asymptote.
    share, at_least : float
    window : int

    Examples
    --------
    >>> rises = xr.DataArray([[[1, 1, 0, 0, 1, 1, 1]]], dims=("seed", "life", "attempt"))
    >>> experience_to_adapt(rises, change=2, n_before=2, window=2).needed
    array([4.])
    """
    before = asymptote(performance, change, n_before)
    after = performance.mean("life").isel(attempt=slice(change, None))
    n_after = after.sizes["attempt"]
    if window < 1 or n_after < window:
        raise ValueError(
            f"from the change on there must be at least {window} attempts, window being 1 or more, "
            f"got {n_after}"
        )
    moving = after.transpose("seed", "attempt").rolling(attempt=window).mean().values
    reached = (moving >= share * before[:, None] - 1e-9) & (before >= at_least)[:, None]
    censored = np.asarray(~reached.any(axis=1))
    needed = np.where(censored, n_after, reached.argmax(axis=1) + 1)
    return Experience(needed.astype(float), censored)


def asymptote(performance: xr.DataArray, change: int, n_before: int) -> np.ndarray:
    """Mean performance in the last `n_before` attempts before a change, for each seed."""
    if not 0 < n_before <= change:
        raise ValueError(f"n_before must be 1 to {change}, the attempts before, got {n_before}")
    before = performance.isel(attempt=slice(change - n_before, change))
    return before.mean(("life", "attempt")).values


def efficiency(recording: xr.Dataset) -> xr.DataArray:
    """Shortest way as a share of the way taken, 0 where the goal was not reached.

    Returns
    -------
    DataArray with dims (seed, life, attempt)
    """
    taken = path_length(recording)
    shortest = taken - steps_above_shortest(recording)
    share = (shortest / taken).where(solved(recording), 0.0)
    return by_life(recording, share).rename("efficiency").assign_attrs(units="1")


def better_choices(recording: xr.Dataset) -> xr.DataArray:
    """Whether the better arm was chosen, 1 or 0, where a step is a trial and an episode a life.

    Returns
    -------
    DataArray with dims (seed, life, attempt)
    """
    right = (recording["action"] == recording["best_action"]).where(recording["active"])
    right = right if "seed" in right.dims else right.expand_dims("seed")
    right = right.drop_vars([name for name in right.coords if name != "seed"])
    right = right.rename(episode="life", step="attempt").transpose("seed", "life", "attempt")
    return right.rename("better_choices").assign_attrs(units="1")


__all__ = ["Experience", "asymptote", "better_choices", "efficiency", "experience_to_adapt"]
