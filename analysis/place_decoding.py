"""Which places spikes stand for: tuning estimated on the way, and the posterior over places.

Spikes are two arrays, times in seconds and neuron numbers; they may come from a model or from an
animal.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

FLOOR = 0.1  # Hz, least rate of a tuning curve (Ecker et al. 2022, published code)
BIN = 0.01  # s


def tuning_curves(
    time: np.ndarray,
    neuron: np.ndarray,
    n_neurons: int,
    place_time: np.ndarray,
    place: np.ndarray,
    n_places: int,
    lap: np.ndarray | None = None,
    without_lap: int | None = None,
    smoothing: np.ndarray | None = None,
) -> xr.DataArray:
    """Firing rate of each cell at each place, estimated while the animal moves.

    Parameters
    ----------
    time, neuron : (n_spikes,) arrays
    n_neurons : int
        Spikes of other neurons are left out.
    place_time : (n_samples + 1,) array, s
        When the animal comes to each place of `place`, and when it leaves the last.
    place : (n_samples,) ints
        Where it is; a place or a state.
    n_places : int
    lap : (n_samples,) ints, optional
        Lap of each sample.
    without_lap : int, optional
        A lap that is left out, so that what is decoded in it was estimated in the others.
    smoothing : (n_places, n_places) array, optional
        Weights with which places share time and spikes; rows and columns are alike.

    Returns
    -------
    DataArray, Hz, dims (place, neuron)
        At least 0.1 Hz. Places that were never visited are NaN. `occupancy` in seconds is a
        coordinate.
    """
    place_time, place = np.asarray(place_time), np.asarray(place)
    if place_time.shape != (len(place) + 1,) or (np.diff(place_time) < 0).any():
        raise ValueError(
            f"place_time must be ({len(place) + 1},) and ascend, got {place_time.shape}"
        )
    counted = np.ones(len(place), bool)
    if without_lap is not None:
        if lap is None:
            raise ValueError("without_lap needs the lap of each sample")
        counted = np.asarray(lap) != without_lap
    occupancy = np.bincount(place[counted], np.diff(place_time)[counted], n_places)
    sample = np.searchsorted(place_time, time, side="right") - 1
    own = (sample >= 0) & (sample < len(place)) & (np.asarray(neuron) < n_neurons)
    own[own] = counted[sample[own]]
    at = place[sample[own]] * n_neurons + np.asarray(neuron)[own]
    count = np.bincount(at, minlength=n_places * n_neurons).reshape(n_places, n_neurons)
    if smoothing is not None:
        occupancy, count = smoothing @ occupancy, smoothing @ count
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(occupancy[:, None] > 0, count / occupancy[:, None], np.nan)
    rate = np.maximum(rate, FLOOR)
    coords = {"occupancy": ("place", occupancy)}
    return xr.DataArray(rate, coords, ("place", "neuron"), "tuning", {"units": "Hz"})


def spike_counts(
    time: np.ndarray,
    neuron: np.ndarray,
    n_neurons: int,
    begin: float,
    end: float,
    bin_size: float = BIN,
) -> np.ndarray:
    """(n_bins, n_neurons) spikes between `begin` and `end`, s."""
    n_bins = round((end - begin) / bin_size)
    number = np.floor((np.asarray(time) - begin) / bin_size + 1e-9).astype(int)
    own = (number >= 0) & (number < n_bins) & (np.asarray(neuron) < n_neurons)
    at = number[own] * n_neurons + np.asarray(neuron)[own]
    return np.bincount(at, minlength=n_bins * n_neurons).reshape(n_bins, n_neurons)


def posterior(counts: np.ndarray, tuning: xr.DataArray, bin_size: float = BIN) -> xr.DataArray:
    """Probability of each place in each bin, for independent Poisson cells and a uniform prior.

    Parameters
    ----------
    counts : (n_bins, n_neurons) array
    tuning : DataArray, Hz, dims (place, neuron)
        Places with NaN get no probability. From `tuning_curves`, or known.

    Returns
    -------
    DataArray, dims (bin, place)
    """
    rate = tuning.transpose("place", "neuron").values
    visited = np.isfinite(rate).all(axis=1)
    if not visited.any() or (rate[visited] <= 0).any():
        raise ValueError("tuning needs a visited place, and rates above 0 everywhere")
    log = counts @ np.log(rate[visited]).T - bin_size * rate[visited].sum(axis=1)
    shape = np.exp(log - log.max(axis=1, keepdims=True))
    probability = np.zeros((len(counts), len(rate)))
    probability[:, visited] = shape / shape.sum(axis=1, keepdims=True)
    return xr.DataArray(probability, dims=("bin", "place"), name="posterior")


def speed(posterior: xr.DataArray, bin_size: float = BIN) -> float:
    """Median speed of the posterior mean, places a second, regardless of its direction.

    Fitted slopes stick to the limit of their grid; this does not.
    """
    place = np.arange(posterior.sizes["place"])
    mean = (posterior.transpose("bin", "place").values * place).sum(axis=1)
    if len(mean) < 2:
        raise ValueError("speed needs two bins or more")
    return float(np.median(np.abs(np.diff(mean))) / bin_size)


__all__ = ["posterior", "speed", "spike_counts", "tuning_curves"]
