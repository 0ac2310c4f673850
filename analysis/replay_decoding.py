"""Replay along a track: the line that fits a posterior best, and whether shuffled events fit as well.

References
----------
Line fit: Davidson, Kloosterman & Wilson 2009, doi:10.1016/j.neuron.2009.07.027. Correction for
several tests: Holm 1979, doi:10.2307/4615733.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import xarray as xr
from scipy import sparse

from .place_decoding import BIN, posterior, speed, spike_counts

NULLS = ("fields", "bins", "cells")


@dataclass(frozen=True)
class Line:
    """The straight way along a track that fits a posterior best.

    Attributes
    ----------
    score : float
        Mean posterior probability within the band about the line.
    slope : float, places a bin
    intercept : float, places
    """

    score: float
    slope: float
    intercept: float


SLOPES, N_SLOPES = (0.5, 3.0), 100  # places a bin, both ways
OFFSETS, N_OFFSETS = (-0.5, 1.5), 100  # of the track
BAND = 3  # places on either side
ON_TRACK = 1 / 3  # of the bins, at least


@lru_cache(maxsize=64)
def _lines(n_bins: int, n_places: int) -> tuple[sparse.csr_array, np.ndarray, np.ndarray]:
    """Where lines run: (n_lines, n_bins * n_places), their slopes and intercepts; each way once."""
    steps = np.linspace(*SLOPES, N_SLOPES // 2)
    slope, intercept = np.meshgrid(
        np.concatenate([-steps[::-1], steps]), np.linspace(*OFFSETS, N_OFFSETS) * n_places
    )
    slope, intercept = slope.ravel(), intercept.ravel()
    place = np.rint(intercept[:, None] + slope[:, None] * np.arange(n_bins)).astype(int)
    on = (place >= 0) & (place < n_places)
    enough = on.mean(axis=1) >= ON_TRACK
    place = np.where(on, place, -1)[enough]
    _, first = np.unique(place, axis=0, return_index=True)
    place, kept = place[first], np.flatnonzero(enough)[first]
    row, at = np.nonzero(place >= 0)
    column = at * n_places + place[row, at]
    shape = (len(place), n_bins * n_places)
    ways = sparse.csr_array((np.ones(len(row), np.float32), (row, column)), shape)
    return ways, slope[kept], intercept[kept]


def _banded(probability: np.ndarray) -> np.ndarray:
    """Sum of the posterior within the band about each place, along the last axis."""
    n_places = probability.shape[-1]
    place = np.arange(n_places)
    band = (np.abs(place[:, None] - place) <= BAND).astype(np.float32)
    return probability.astype(np.float32) @ band


def line_fit(posterior: xr.DataArray) -> Line:
    """Fit a straight way to a posterior along a track.

    Parameters
    ----------
    posterior : DataArray, dims (bin, place)
        Places in their order along the track.

    Returns
    -------
    Line
        With a score of 0 where an event is so long that every line would leave the track.

    Examples
    --------
    >>> moving = xr.DataArray(np.eye(20), dims=("bin", "place"))
    >>> fitted = line_fit(moving)
    >>> round(fitted.score, 2), round(fitted.slope)  # any slope whose band holds the diagonal
    (1.0, 1)
    """
    probability = posterior.transpose("bin", "place").values
    score, best = _scores(probability[None])
    if best[0] < 0:
        return Line(0.0, np.nan, np.nan)
    _, slope, intercept = _lines(*probability.shape)
    return Line(float(score[0]), float(slope[best[0]]), float(intercept[best[0]]))


def _scores(probability: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Best score and line of each of (n, n_bins, n_places) posteriors."""
    n, n_bins, n_places = probability.shape
    ways, _, _ = _lines(n_bins, n_places)
    if not ways.shape[0]:
        return np.zeros(n), np.full(n, -1)
    sums = ways @ _banded(probability).reshape(n, -1).T
    best = sums.argmax(axis=0)
    return sums[best, np.arange(n)] / n_bins, best


@dataclass(frozen=True)
class Replay:
    """How well an event follows a line, and how often shuffled ones do as well.

    Attributes
    ----------
    line : Line
    p : float
        The largest over the null distributions, never 0.
    null_95 : float
        The 95th percentile of shuffled scores, the largest over null distributions.
    """

    line: Line
    p: float
    null_95: float


def replay_test(
    counts: np.ndarray,
    tuning: xr.DataArray,
    rng: np.random.Generator,
    n_shuffles: int = 500,
    nulls: tuple[str, ...] = ("fields", "bins"),
    bin_size: float = BIN,
) -> Replay:
    """Test whether an event moves along a track.

    Parameters
    ----------
    counts : (n_bins, n_neurons) array
        Spikes of one event.
    tuning : DataArray, Hz, dims (place, neuron)
        Places in their order along the track, all of them visited.
    n_shuffles : int
        Of each kind; events must number at most n_shuffles / 20 to be significant after Holm's
        correction.
    nulls : tuple of {"fields", "bins", "cells"}
        What is shuffled: each cell's field is rotated along the track by a random distance; the
        bins of the event are put in random order; cells exchange their fields.

    Returns
    -------
    Replay
    """
    unknown = set(nulls) - set(NULLS)
    if unknown or not nulls or n_shuffles < 1:
        raise ValueError(
            f"nulls must be some of {', '.join(NULLS)} and n_shuffles at least 1, "
            f"got {nulls} and {n_shuffles}"
        )
    observed = posterior(counts, tuning, bin_size)
    line = line_fit(observed)
    scores = [
        _null_scores(null, counts, tuning, observed.values, rng, n_shuffles, bin_size)
        for null in nulls
    ]
    # Equal scores count against the event, with room for rounding in single precision.
    chance = [(1 + (s >= line.score - 1e-6).sum()) / (1 + n_shuffles) for s in scores]
    return Replay(line, float(max(chance)), float(max(np.quantile(s, 0.95) for s in scores)))


def _null_scores(
    null: str,
    counts: np.ndarray,
    tuning: xr.DataArray,
    observed: np.ndarray,
    rng: np.random.Generator,
    n_shuffles: int,
    bin_size: float,
) -> np.ndarray:
    if null == "bins":
        order = rng.permuted(np.tile(np.arange(len(observed)), (n_shuffles, 1)), axis=1)
        return _scores(observed[order])[0]
    fired = np.flatnonzero(counts.sum(axis=0))
    own = counts[:, fired].astype(np.float32)
    rate = tuning.transpose("neuron", "place").values.astype(np.float32)
    dealt = _rotated if null == "fields" else _exchanged
    shuffled = np.empty((n_shuffles, *observed.shape), np.float32)
    for i, (log_rate, summed) in enumerate(dealt(rate, fired, rng, n_shuffles)):
        log = own @ log_rate - bin_size * summed
        shape = np.exp(log - log.max(axis=1, keepdims=True))
        shuffled[i] = shape / shape.sum(axis=1, keepdims=True)
    return _scores(shuffled)[0]


Dealt = Iterator[tuple[np.ndarray, np.ndarray]]
"""Logarithm of the tuning of the cells that fired, and the summed tuning of all."""


def _rotated(rate: np.ndarray, fired: np.ndarray, rng: np.random.Generator, n: int) -> Dealt:
    n_neurons, n_places = rate.shape
    turned = (np.arange(n_places)[:, None] + np.arange(n_places)) % n_places
    # every rotation of every cell once: (n_neurons, n_rotations, n_places)
    every, every_log = rate[:, turned], np.log(rate[fired])[:, turned]
    for _ in range(n):
        turn = rng.integers(n_places, size=(n_neurons,))
        summed = every[np.arange(n_neurons), turn].sum(axis=0)
        yield every_log[np.arange(len(fired)), turn[fired]], summed


def _exchanged(rate: np.ndarray, fired: np.ndarray, rng: np.random.Generator, n: int) -> Dealt:
    log_rate, summed = np.log(rate), rate.sum(axis=0)
    for _ in range(n):
        yield log_rate[rng.permutation(np.arange(len(rate)))[fired]], summed


def holm(p: np.ndarray) -> np.ndarray:
    """Corrected p values of several tests, after Holm.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p, float)
    order = np.argsort(p)
    raised = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(raised, 1)
    return corrected


def replay_table(
    time: np.ndarray,
    neuron: np.ndarray,
    events: pd.DataFrame,
    tuning: xr.DataArray,
    seed: int = 0,
    n_shuffles: int = 500,
    nulls: tuple[str, ...] = ("fields", "bins"),
) -> pd.DataFrame:
    """Score, direction and significance of each event of a recording on a track.

    Parameters
    ----------
    time, neuron : (n_spikes,) arrays
    events : DataFrame with `begin` and `end`, as of `sharp_waves`
    tuning : DataArray, Hz, dims (place, neuron)

    Returns
    -------
    DataFrame, one row an event
        `score`, `null_95`, `slope` (places a bin), `p`, `p_corrected` (Holm), `direction`
        ("forward" or "reverse", up or down the places; "none" without a line) and `speed`, places a second, from the
        posterior mean, see `speed`.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for event in events.itertuples():
        counts = spike_counts(time, neuron, tuning.sizes["neuron"], event.begin, event.end)
        found = replay_test(counts, tuning, rng, n_shuffles, nulls)
        rows.append(
            {
                "score": found.line.score, "null_95": found.null_95, "slope": found.line.slope,
                "p": found.p, "speed": speed(posterior(counts, tuning)),
            }
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=["score", "null_95", "slope", "p", "speed"], dtype=float)
    table["p_corrected"] = holm(table.p.to_numpy())
    table["direction"] = np.select(
        [table.slope > 0, table.slope < 0], ["forward", "reverse"], "none"
    )
    return table


__all__ = ["Line", "Replay", "holm", "line_fit", "replay_table", "replay_test"]
