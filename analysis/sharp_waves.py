"""Sharp wave-ripples in spikes: when a population fires together, and at which frequency.

Spikes are two arrays, times in seconds and neuron numbers; they may come from a model or from an
animal.

References
----------
Criteria: Ecker et al. 2022, doi:10.7554/eLife.71850, published code. Test of one peak in a
spectrum: Fisher 1929, doi:10.1098/rspa.1929.0151.
"""

from __future__ import annotations

from math import comb, floor

import numpy as np
import pandas as pd
import xarray as xr
from scipy import signal

RIPPLE, GAMMA = (150.0, 220.0), (30.0, 100.0)  # Hz
THRESHOLD, MIN_DURATION, BIN = 2.0, 0.26, 0.02  # Hz, s, s
RATE_BIN, WINDOW = 0.001, 256  # s, bins of a Welch window


def population_rate(
    time: np.ndarray, n_neurons: int, start: float, stop: float, bin_size: float = RATE_BIN
) -> xr.DataArray:
    """Mean firing rate of a population, Hz, in bins from `start` to `stop`: dims (time,).

    Examples
    --------
    >>> population_rate(np.array([0.001, 0.002, 0.012]), 2, 0.0, 0.02, bin_size=0.01).values
    array([100.,  50.])
    """
    n_bins = round((stop - start) / bin_size)
    if n_bins < 1:
        raise ValueError(f"no bin of {bin_size:g} s fits between {start:g} and {stop:g} s")
    number = np.floor((np.asarray(time) - start) / bin_size + 1e-9).astype(int)
    count = np.bincount(number[(number >= 0) & (number < n_bins)], minlength=n_bins)
    middle = start + (np.arange(n_bins) + 0.5) * bin_size
    attributes = {"units": "Hz", "long_name": "population rate", "bin": bin_size}
    return xr.DataArray(
        count / (n_neurons * bin_size), {"time": middle}, ("time",), "rate", attributes
    )


def sharp_waves(
    time: np.ndarray,
    n_neurons: int,
    start: float,
    stop: float,
    threshold: float = THRESHOLD,
    min_duration: float = MIN_DURATION,
    bin_size: float = BIN,
) -> pd.DataFrame:
    """Find when the population rate stays at or above a threshold.

    Parameters
    ----------
    time : (n_spikes,) array, s
        Spikes of `n_neurons` principal cells.
    start, stop : float, s
        The part of the recording that is searched.
    threshold : float, Hz
    min_duration : float, s
        0.26 tells whole events; 0.1 to 0.2 where they are short.
    bin_size : float, s

    Returns
    -------
    DataFrame, one row an event
        `begin`, `end` and `duration`, s, and `rate`, the mean in Hz. No row where there is none.

    Examples
    --------
    >>> burst = np.linspace(0.5, 0.9, 400, endpoint=False)  # 1,000 Hz among 100 cells
    >>> sharp_waves(burst, 100, 0.0, 2.0).duration.round(2).tolist()
    [0.4]
    """
    rate = population_rate(time, n_neurons, start, stop, bin_size).values
    change = np.diff((rate >= threshold).astype(int), prepend=0, append=0)
    first, last = np.flatnonzero(change > 0), np.flatnonzero(change < 0)
    long_enough = (last - first) * bin_size >= min_duration - 1e-9
    first, last = first[long_enough], last[long_enough]
    total = np.concatenate([[0], np.cumsum(rate)])
    return pd.DataFrame(
        {
            "begin": start + first * bin_size, "end": start + last * bin_size,
            "duration": (last - first) * bin_size,
            "rate": (total[last] - total[first]) / np.maximum(last - first, 1),
        }
    )  # fmt: skip


def ripple_spectrum(time: np.ndarray, n_neurons: int, events: pd.DataFrame) -> xr.DataArray:
    """Power spectral density of a population's rate in each event: dims (event, frequency).

    Welch's method with windows of 256 ms in bins of 1 ms. Events that are shorter than a window
    are filled up with their mean.

    Parameters
    ----------
    time : (n_spikes,) array, s
    events : DataFrame with `begin` and `end`
    """
    if not len(events):
        raise ValueError("there is no event whose spectrum could be taken")
    power = []
    for event in events.itertuples():
        rate = population_rate(time, n_neurons, event.begin, event.end).values
        rate = np.append(rate, np.full(max(WINDOW - len(rate), 0), rate.mean()))
        frequency, density = signal.welch(rate, 1 / RATE_BIN, nperseg=WINDOW)
        power.append(density)
    return xr.DataArray(
        np.stack(power), {"frequency": frequency}, ("event", "frequency"), "power",
        {"units": "Hz^2/Hz", "long_name": "power spectral density of the population rate"},
    )  # fmt: skip


def peak_frequency(spectrum: xr.DataArray, low: float = 100.0, high: float = 350.0) -> xr.DataArray:
    """Frequency of the largest power between `low` and `high`, Hz."""
    within = spectrum.sel(frequency=slice(low, high))
    return within.frequency[within.argmax("frequency").values].drop_vars("frequency")


def band_share(spectrum: xr.DataArray, band: tuple[float, float]) -> xr.DataArray:
    """Power within a band as a share of that at all frequencies above 0."""
    above = spectrum.where(spectrum.frequency > 0, drop=True)
    return above.sel(frequency=slice(*band)).sum("frequency") / above.sum("frequency")


def fisher_p(power: np.ndarray) -> float:
    """Probability that white noise has so large a part of its power at one frequency.

    Fisher's g, the largest ordinate of a periodogram over their sum, in closed form.

    Parameters
    ----------
    power : (n_frequencies,) array
        A periodogram, not smoothed.

    Examples
    --------
    >>> fisher_p(np.array([1.0, 0.0, 0.0]))
    0.0
    """
    power = np.asarray(power, float)
    n, total = len(power), power.sum()
    if n < 2 or total <= 0:
        raise ValueError(f"a periodogram needs two ordinates or more and some power, got {power}")
    g = power.max() / total
    terms = (
        (-1) ** (k - 1) * comb(n, k) * (1 - k * g) ** (n - 1) for k in range(1, floor(1 / g) + 1)
    )
    return float(np.clip(sum(terms), 0, 1))


def ripples(
    time: np.ndarray, n_neurons: int, events: pd.DataFrame, band: tuple[float, float] = RIPPLE
) -> np.ndarray:
    """(n_events,) probability, by Fisher's test, that an event has no single frequency in `band`."""
    chances = []
    for event in events.itertuples():
        rate = population_rate(time, n_neurons, event.begin, event.end).values
        frequency, power = signal.periodogram(rate, 1 / RATE_BIN)
        chances.append(fisher_p(power[(frequency >= band[0]) & (frequency <= band[1])]))
    return np.array(chances)


__all__ = [
    "GAMMA", "RIPPLE", "band_share", "fisher_p", "peak_frequency", "population_rate",
    "ripple_spectrum", "ripples", "sharp_waves",
]  # fmt: skip
