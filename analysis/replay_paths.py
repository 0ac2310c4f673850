"""Replay on a graph: from a posterior over states to the path it takes, and what the paths are like.

The paths go on to `fastslow.analysis.sequences`, which finds the runs that follow the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from .place_decoding import BIN, posterior, spike_counts
from .sequences import NO_STATE

MIN_SPIKES, MIN_POSTERIOR = 5, 0.5  # of a bin that tells a state; chosen


@dataclass(frozen=True)
class Path:
    """States in the order in which they were decoded, and when each began, s."""

    states: np.ndarray
    times: np.ndarray


def decoded_path(
    posterior: xr.DataArray,
    counts: np.ndarray,
    begin: float = 0.0,
    bin_size: float = BIN,
    min_spikes: int = MIN_SPIKES,
    min_posterior: float = MIN_POSTERIOR,
) -> Path:
    """The most probable states one after another, from bins that tell a state.

    Parameters
    ----------
    posterior : DataArray, dims (bin, place)
    counts : (n_bins, n_neurons) array
    begin : float, s
        Of the first bin.
    min_spikes, min_posterior
        A bin tells a state if it holds so many spikes, and its largest probability exceeds this.

    Examples
    --------
    >>> certain = xr.DataArray(np.eye(4)[[0, 0, 1, 2]], dims=("bin", "place"))
    >>> decoded_path(certain, np.full((4, 1), 9)).states
    array([0, 1, 2])
    """
    probability = posterior.transpose("bin", "place").values
    told = np.flatnonzero(
        (np.asarray(counts).sum(axis=1) >= min_spikes) & (probability.max(axis=1) > min_posterior)
    )
    states = probability[told].argmax(axis=1)
    new = np.diff(states, prepend=NO_STATE) != 0
    return Path(states[new], begin + told[new] * bin_size)


def event_paths(
    time: np.ndarray, neuron: np.ndarray, events: pd.DataFrame, tuning: xr.DataArray
) -> list[Path]:
    """The path of each event, some of them without a state.

    Parameters
    ----------
    time, neuron : (n_spikes,) arrays
    events : DataFrame with `begin` and `end`, as of `sharp_waves`
    tuning : DataArray, Hz, dims (place, neuron)
    """
    paths = []
    for event in events.itertuples():
        counts = spike_counts(time, neuron, tuning.sizes["neuron"], event.begin, event.end)
        paths.append(decoded_path(posterior(counts, tuning), counts, event.begin))
    return paths


def as_rows(paths: Sequence[Path]) -> tuple[np.ndarray, np.ndarray]:
    """States and times (n_paths, longest), padded with -1 and NaN, as `find_sequences` takes them."""
    longest = max((len(path.states) for path in paths), default=0)
    states = np.full((len(paths), longest), NO_STATE)
    times = np.full((len(paths), longest), np.nan)
    for i, path in enumerate(paths):
        states[i, : len(path.states)], times[i, : len(path.states)] = path.states, path.times
    return states, times


def describe_paths(paths: Sequence[Path], distances: np.ndarray) -> pd.DataFrame:
    """What each path is like on the graph.

    Parameters
    ----------
    paths : sequence of Path
    distances : (n_states, n_states) ints
        Steps from the row's state to the column's, negative where there is no way.

    Returns
    -------
    DataFrame, one row a path
        `n_states`; `n_steps` from a state to the next; shares of them that lead to a neighbor
        (`adjacent`) and no further than two steps (`within_two`), NaN without a step;
        `start_state`, `end_state` (-1 without a state); and `speed`, states a second.

    Examples
    --------
    >>> line = np.abs(np.arange(5)[:, None] - np.arange(5))
    >>> path = Path(np.array([0, 1, 3]), np.array([0.0, 0.02, 0.04]))
    >>> describe_paths([path], line).adjacent.tolist()
    [0.5]
    """
    rows = []
    for path in paths:
        states, times = path.states, path.times
        steps = distances[states[:-1], states[1:]] if len(states) > 1 else np.empty(0)
        reached = steps > 0
        moved = len(steps) > 0
        rows.append(
            {
                "n_states": len(states),
                "n_steps": len(steps),
                "adjacent": (steps == 1).mean() if moved else np.nan,
                "within_two": (reached & (steps <= 2)).mean() if moved else np.nan,
                "start_state": states[0] if len(states) else NO_STATE,
                "end_state": states[-1] if len(states) else NO_STATE,
                "speed": steps[reached].sum() / (times[-1] - times[0]) if moved else np.nan,
            }
        )
    columns = [
        "n_states", "n_steps", "adjacent", "within_two", "start_state", "end_state", "speed",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


__all__ = ["Path", "as_rows", "decoded_path", "describe_paths", "event_paths"]
