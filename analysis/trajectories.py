"""Shape and content of replayed trajectories: coverage, step size, diffusion, and what they favor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from .sequences import NO_STATE, replay_periods

_ACT = 0  # value of `phase` in which a step is taken


def coverage(states: np.ndarray, n_states: int) -> np.ndarray:
    """Share of all states that each trajectory visits.

    Parameters
    ----------
    states : (n_trajectories, n) ints, -1 pads
    n_states : int
        How many there are to visit.

    Returns
    -------
    (n_trajectories,) array

    Examples
    --------
    >>> coverage(np.array([[0, 1, 1, 2], [3, 3, -1, -1]]), n_states=4)
    array([0.75, 0.25])
    """
    states = _trajectories(states)
    visited = np.zeros((len(states), max(int(states.max(initial=0)) + 1, n_states)), bool)
    row, column = np.nonzero(states != NO_STATE)
    visited[row, states[row, column]] = True
    if visited[:, n_states:].any():
        raise ValueError(f"states must be below n_states={n_states}, got {int(states.max())}")
    return visited.sum(axis=1) / n_states


def step_sizes(states: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """Distance from each replayed state to the next, (n_trajectories, n - 1), NaN where there is none.

    Parameters
    ----------
    states : (n_trajectories, n) ints, -1 pads
    distances : (n_states, n_states) array
        In steps around the walls, or in m; negative where there is no way, which gives NaN.
    """
    return _displacement(_trajectories(states), np.asarray(distances, float), 1)


def displacement_exponent(
    states: np.ndarray, distances: np.ndarray, max_lag: int | None = None
) -> float:
    """Exponent a of mean squared displacement ~ lag^a: 1 for diffusion, 2 for straight runs.

    Parameters
    ----------
    states, distances : arrays
        See `step_sizes`; all trajectories are taken together.
    max_lag : int, optional
        By default half the longest trajectory.

    Raises
    ------
    ValueError
        With fewer than two lags at which anything moved.
    """
    states, distances = _trajectories(states), np.asarray(distances, float)
    longest = int((states != NO_STATE).sum(axis=1).max())
    lags = np.arange(1, (max_lag or longest // 2) + 1)
    squares = [_displacement(states, distances, int(lag)) ** 2 for lag in lags]
    mean = np.array([np.nanmean(s) if np.isfinite(s).any() else np.nan for s in squares])
    usable = mean > 0
    if usable.sum() < 2:
        raise ValueError(
            f"displacement is above 0 at {int(usable.sum())} of {len(lags)} lags, two are needed: "
            "give longer trajectories"
        )
    slope, _ = np.polyfit(np.log(lags[usable]), np.log(mean[usable]), 1)
    return float(slope)


def _displacement(states: np.ndarray, distances: np.ndarray, lag: int) -> np.ndarray:
    one, other = states[:, :-lag], states[:, lag:]
    way = distances[one, other]
    return np.where((one != NO_STATE) & (other != NO_STATE) & (way >= 0), way, np.nan)


def _trajectories(states: np.ndarray) -> np.ndarray:
    states = np.atleast_2d(np.asarray(states))
    if states.ndim != 2 or states.dtype.kind not in "iu" or not states.size:
        raise ValueError(
            f"states must be (n_trajectories, n) ints, got {states.dtype} of shape {states.shape}"
        )
    return states


# ---------------------------------------------------------------- what replay favors


def replay_counts(recording: xr.Dataset, n_states: int) -> np.ndarray:
    """Backups of each state, (n_states,), over the whole recording."""
    states = replay_periods(recording).state.values
    return np.bincount(states[states != NO_STATE], minlength=n_states)


def occupancy(recording: xr.Dataset, n_states: int) -> np.ndarray:
    """Moves made from each state, (n_states,), over the whole recording."""
    moving = recording["active"].values & (recording["phase"].values == _ACT)
    return np.bincount(recording["position"].values[moving], minlength=n_states)


@dataclass(frozen=True)
class Relation:
    """Rank correlation over states, and the 95 % range of it when states are permuted."""

    correlation: float
    low: float
    high: float

    @property
    def beyond_chance(self) -> bool:
        return not self.low <= self.correlation <= self.high


def relate(
    counts: np.ndarray, quantity: np.ndarray, rng: np.random.Generator, n_permutations: int = 1000
) -> Relation:
    """Relate how often states are replayed to their gain, need, value of backup or occupancy.

    Parameters
    ----------
    counts, quantity : (n_states,) arrays
        Leave states out that cannot be replayed.

    Returns
    -------
    Relation
        Spearman's correlation.
    """
    from scipy.stats import rankdata

    counts, quantity = np.asarray(counts, float), np.asarray(quantity, float)
    if counts.shape != quantity.shape or counts.ndim != 1 or len(counts) < 3:
        raise ValueError(
            "counts and quantity must be (n_states,) of three states or more, "
            f"got {counts.shape} and {quantity.shape}"
        )
    for name, values in (("counts", counts), ("quantity", quantity)):
        if not np.ptp(values) > 0:
            raise ValueError(f"{name} are the same in all states: there is nothing to relate")
    a, b = (rankdata(v) - (len(v) + 1) / 2 for v in (counts, quantity))
    size = np.sqrt((a @ a) * (b @ b))
    orders = rng.permuted(np.tile(a, (n_permutations, 1)), axis=1)
    low, high = np.quantile(orders @ b / size, [0.025, 0.975])
    return Relation(float(a @ b / size), float(low), float(high))


__all__ = [
    "Relation", "coverage", "displacement_exponent", "occupancy", "relate", "replay_counts",
    "step_sizes",
]  # fmt: skip
