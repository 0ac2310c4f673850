"""How well a life of many attempts goes, before and after the world changes."""

from __future__ import annotations

import numpy as np
import xarray as xr

from .navigation import path_length, solved, steps_above_minimum, steps_above_shortest

WINDOW = 5  # attempts over which a moving solve rate is taken


def by_life(recording: xr.Dataset, values: xr.DataArray) -> xr.DataArray:
    """Lay values of each episode out by life and attempt.

    Parameters
    ----------
    recording : Dataset with dims ([seed,] episode, step)
    values : DataArray with dims ([seed,] episode)

    Returns
    -------
    DataArray with dims (seed, life, attempt)
        NaN where a life has no such attempt.

    Examples
    --------
    >>> from fastslow.analysis.navigation import path_length
    >>> from fastslow.data.simulate import simulate
    >>> from fastslow.models.learners import Random
    >>> from fastslow.tasks import GridWorld
    >>> recording = simulate(GridWorld(n_attempts=3), Random(), n_lives=2)
    >>> dict(by_life(recording, path_length(recording)).sizes)
    {'seed': 1, 'life': 2, 'attempt': 3}
    """
    seeds = recording["seed"].values if "seed" in recording.dims else np.zeros(1, int)
    table_of = values.values.reshape(len(seeds), -1)
    attempt = recording["attempt"].isel(step=0).values.reshape(table_of.shape)
    life = np.broadcast_to(recording["life"].values, table_of.shape)
    table = np.full((len(seeds), int(life.max()) + 1, int(attempt.max()) + 1), np.nan)
    seed, episode = np.nonzero(attempt >= 0)
    table[seed, life[seed, episode], attempt[seed, episode]] = table_of[seed, episode]
    return xr.DataArray(
        table, {"seed": seeds}, ("seed", "life", "attempt"), values.name, values.attrs
    )


def solve_rate(
    recording: xr.Dataset,
    begin: int = 0,
    end: int | None = None,
    fewer_than: int | None = None,
) -> xr.DataArray:
    """Return the share of attempts `begin` to `end` (not included) that reached the goal.

    `fewer_than` as in `solved`: Tan & Motani 2023 (arXiv:2301.13758) count only attempts that took
    fewer steps than their limit.

    Returns
    -------
    DataArray with dims (seed, life)
    """
    reached = by_life(recording, solved(recording, fewer_than))
    return reached.isel(attempt=slice(begin, end)).mean("attempt").rename("solve_rate")


def sam_manhattan(recording: xr.Dataset, begin: int = 0, end: int | None = None) -> xr.DataArray:
    """Sum the steps above minimum of attempts `begin` to `end`; the minimum ignores walls.

    The score of Tan & Motani 2023 (arXiv:2301.13758); an attempt that failed counts with all its
    steps.

    Returns
    -------
    DataArray with dims (seed, life)
    """
    above = by_life(recording, steps_above_minimum(recording))
    return above.isel(attempt=slice(begin, end)).sum("attempt").rename("sam_manhattan")


def sam_geodesic(recording: xr.Dataset, begin: int = 0, end: int | None = None) -> xr.DataArray:
    """Sum the steps above the shortest way around the walls; otherwise as `sam_manhattan`."""
    above = by_life(recording, steps_above_shortest(recording))
    return above.isel(attempt=slice(begin, end)).sum("attempt").rename("sam_geodesic")


def moving_solve_rate(recording: xr.Dataset, window: int = WINDOW) -> xr.DataArray:
    """Share of the last `window` attempts that reached the goal.

    Returns
    -------
    DataArray with dims (seed, life, attempt)
        NaN where fewer attempts have been made.
    """
    reached = by_life(recording, solved(recording))
    return reached.rolling(attempt=window).mean().rename("moving_solve_rate")


def attempts_to_recover(recording: xr.Dataset, change: int, window: int = WINDOW) -> xr.DataArray:
    """Attempts after a change of the world until the moving solve rate is what it was before.

    The moving rate after n attempts is that of attempts n - `window` to n since the change, so it
    is `window` at best; it was before the change what it was on average.

    Parameters
    ----------
    recording : Dataset with dims ([seed,] episode, step)
    change : int
        First attempt in the changed world.
    window : int

    Returns
    -------
    DataArray with dims (seed, life)
        One more than all attempts since the change where it never is.
    """
    rate = moving_solve_rate(recording, window)
    n_after = rate.sizes["attempt"] - change
    if change < window or n_after < window:
        raise ValueError(
            f"before and after the change there must be at least {window} attempts, "
            f"got {change} and {n_after}"
        )
    before = rate.isel(attempt=slice(None, change)).mean("attempt")
    back = (rate >= before - 1e-9).isel(attempt=slice(change + window - 1, None)).values
    n = np.where(back.any(axis=-1), back.argmax(axis=-1) + window, n_after + 1)
    attributes = {"units": "attempts", "long_name": "attempts until the solve rate is back"}
    return before.copy(data=n.astype(float)).rename("attempts_to_recover").assign_attrs(attributes)


def attempts_to_readapt(
    recording: xr.Dataset, change: int, window: int = WINDOW, tolerance: float = 1.5
) -> xr.DataArray:
    """Attempts after a change of the world until ways are short again.

    Short are ways whose mean over the last `window` attempts, all of them made since the change,
    is at most `tolerance` times that of the shortest.

    Parameters
    ----------
    recording : Dataset with dims ([seed,] episode, step)
    change : int
        First attempt in the changed world.
    window : int
    tolerance : float

    Returns
    -------
    DataArray with dims (seed, life)
        One more than all attempts since the change where they never are.
    """
    taken, above = (
        by_life(recording, values(recording)).isel(attempt=slice(change, None))
        for values in (path_length, steps_above_shortest)
    )
    n_after = taken.sizes["attempt"]
    if n_after < window:
        raise ValueError(
            f"after the change there must be at least {window} attempts, got {n_after}"
        )
    taken, shortest = (a.rolling(attempt=window).sum() for a in (taken, taken - above))
    short = (taken <= tolerance * shortest).values
    n = np.where(short.any(axis=-1), short.argmax(axis=-1) + 1, n_after + 1)
    attributes = {"units": "attempts", "long_name": "attempts until ways are short again"}
    after = taken.isel(attempt=0, drop=True).copy(data=n.astype(float))
    return after.rename("attempts_to_readapt").assign_attrs(attributes)


__all__ = [
    "attempts_to_readapt", "attempts_to_recover", "by_life", "moving_solve_rate", "sam_geodesic",
    "sam_manhattan", "solve_rate",
]  # fmt: skip
