"""Responses of dopamine neurons: how they grow with reward, and what expectation does to them."""

from __future__ import annotations

import warnings

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike


def mean_response(recording: xr.Dataset, response: str = "dopamine_reward") -> xr.DataArray:
    """Mean response by volume and announcement, less the baseline of the same trials.

    Parameters
    ----------
    recording : Dataset
        Of `Conditioning`, by an agent whose neurons are recorded.
    response : str
        `dopamine_reward`, `dopamine_omission`, `dopamine_cue`, or `dopamine_cells`, which has its
        baseline taken off already and keeps a dimension of cells.

    Returns
    -------
    DataArray with dims ([seed,] volume, announced[, dopamine_cells_0]), Hz
    """
    found = recording.isel(step=1)
    rates = found[response]
    if response != "dopamine_cells":
        rates = rates - found["dopamine_baseline"]
    volumes = xr.DataArray(np.unique(found["volume"]), dims="volume", name="volume")
    levels = xr.DataArray(np.unique(found["announced"]), dims="announced", name="announced")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice")  # said below, with the way out
        mean = xr.concat(
            [
                xr.concat(
                    [
                        rates.where((found["volume"] == v) & (found["announced"] == a)).mean(
                            "episode"
                        )
                        for a in levels.values
                    ],
                    levels,
                )
                for v in volumes.values
            ],
            volumes,
        )
    if bool(mean.isnull().any()):
        raise ValueError("some volume never occurs with some announcement: record more lives")
    first = [dim for dim in ("seed", "volume", "announced") if dim in mean.dims]
    return mean.transpose(*first, ...).assign_attrs(units="Hz")


def hill_fit(volume: ArrayLike, response: ArrayLike) -> tuple[float, float, float]:
    """Fit `maximum * sqrt(v) / (sqrt(v) + sqrt(half))` to responses; return both and R squared.

    The curve of Eshel et al. 2015 (doi:10.1038/nature14855): a Hill curve with exponent 0.5.

    Examples
    --------
    >>> v = np.array([0.1, 1.0, 10.0])
    >>> [round(x, 3) for x in hill_fit(v, 40 * np.sqrt(v) / (np.sqrt(v) + np.sqrt(2)))]
    [40.0, 2.0, 1.0]
    """
    from scipy.optimize import minimize_scalar

    v, y = np.asarray(volume, float), np.asarray(response, float)
    if v.shape != y.shape or v.ndim != 1 or len(v) < 3:
        raise ValueError(f"a fit needs three or more volumes, got {v.shape} and {y.shape}")

    def curve(log_half: float) -> tuple[np.ndarray, float]:
        shape = np.sqrt(v) / (np.sqrt(v) + np.exp(log_half / 2))
        return shape, float(shape @ y / (shape @ shape))  # the best maximum is linear

    def error(log_half: float) -> float:
        shape, maximum = curve(log_half)
        return float(((y - maximum * shape) ** 2).sum())

    found = minimize_scalar(error, bounds=(-10, 10), method="bounded", options={"xatol": 1e-8})
    spread = float(((y - y.mean()) ** 2).sum())
    if spread == 0:
        raise ValueError("all responses are equal: there is nothing to fit")
    return curve(found.x)[1], float(np.exp(found.x)), 1 - float(found.fun) / spread


def subtraction_and_division(unexpected: ArrayLike, expected: ArrayLike) -> tuple[float, float]:
    """Squared errors left if expectation subtracts a constant, and if it divides by one.

    Parameters
    ----------
    unexpected, expected : (n_volumes,) arrays, Hz

    Examples
    --------
    >>> subtraction_and_division([4.0, 8.0, 16.0], [2.0, 6.0, 14.0])[0]
    0.0
    >>> subtraction_and_division([4.0, 8.0, 16.0], [2.0, 4.0, 8.0])[1]
    0.0
    """
    u, e = np.asarray(unexpected, float), np.asarray(expected, float)
    subtracted = u - (u - e).mean()
    divided = u * (u @ e) / (u @ u)
    return float(((e - subtracted) ** 2).sum()), float(((e - divided) ** 2).sum())


def suppression_by_response(recording: xr.Dataset, announced: float) -> np.ndarray:
    """Correlation over cells of the response to reward with what expectation takes off it.

    Eshel et al. 2016, doi:10.1038/nn.4239. One number for each seed, from rewards of all volumes
    above 0, unexpected against `announced`.
    """
    cells = mean_response(recording, "dopamine_cells")
    cells = cells.sel(volume=cells["volume"] > 0).mean("volume")
    unexpected = cells.sel(announced=0.0)
    suppressed = unexpected - cells.sel(announced=announced, method="nearest")
    pairs = zip(np.atleast_2d(unexpected), np.atleast_2d(suppressed), strict=True)
    return np.array([np.corrcoef(response, less)[0, 1] for response, less in pairs])
