"""Bias against variance: polynomials of rising degree fitted to a few noisy points of one sinusoid.

What slow learning buys is bias of the right kind; this is the trade it is about, in its simplest form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...models.gradient_based import Polynomial, Regressor
from ...tasks import Sinusoids
from ..declaration import Experiment, Figure, Signature, Test
from .bias_variance_figure import draw_bias_variance

if TYPE_CHECKING:
    import xarray as xr

DEGREES = range(10)  # ten points determine no more
NOISE = 0.3  # chosen; the sinusoid has amplitude 1
_ONE = Sinusoids(
    n_shown=10, shown="evenly", n_rests=0, amplitude=(1.0, 1.0), phase=(1.0, 1.0), noise=NOISE
)
_DENSE = Sinusoids(n_shown=100, shown="evenly", n_rests=0, amplitude=(1.0, 1.0), phase=(1.0, 1.0))

EXPERIMENTS = tuple(
    Experiment(
        name=f"finn2017/degree_{degree}",
        summary=f"a polynomial of degree {degree} fitted to ten noisy points",
        task=_ONE,
        agent=Regressor(Polynomial(degree)),
        recording=Test(n_lives=200, record=()),
        tests={"dense": Test(n_lives=2, task=_DENSE, record=())},
        source="construction, ours",
    )
    for degree in DEGREES
)


def best_degree(*recordings: xr.Dataset) -> np.ndarray:
    """Degree at which the error of the predictions is least."""
    from ...analysis.few_shot import bias_and_variance

    return np.argmin([np.atleast_1d(bias_and_variance(r).error) for r in recordings], axis=0)


def bias_by_degree(*recordings: xr.Dataset) -> np.ndarray:
    """Rank correlation of squared bias and degree."""
    from ...analysis.few_shot import bias_and_variance, rank_correlation

    return rank_correlation([bias_and_variance(recording).bias for recording in recordings])


def variance_by_degree(*recordings: xr.Dataset) -> np.ndarray:
    """Rank correlation of variance and degree."""
    from ...analysis.few_shot import bias_and_variance, rank_correlation

    return rank_correlation([bias_and_variance(recording).variance for recording in recordings])


def largest_excess(*recordings: xr.Dataset) -> np.ndarray:
    """Largest distance of the error from squared bias, variance and noise, in standard errors."""
    from ...analysis.few_shot import bias_and_variance

    excess = [np.atleast_1d(bias_and_variance(r, NOISE).excess) for r in recordings]
    return np.abs(excess).max(axis=0)


_NOISY = tuple(experiment.name for experiment in EXPERIMENTS)
_EXACT = tuple(f"{name}@dense" for name in _NOISY)

SIGNATURES = (
    Signature(
        name="finn2017/best_degree",
        claim="The error of a fit to few noisy points is least at a degree in between.",
        published="finn2017/bias_and_variance",
        low=1,
        high=8,
        measure=best_degree,
        subject=_NOISY,
        shows_not=_EXACT,
    ),
    Signature(
        name="finn2017/bias_falls",
        claim="Bias falls with the degree.",
        published="finn2017/bias_and_variance",
        low=None,
        high=-0.7,  # chosen: at high degrees the bias that is left is hidden by sampling error
        measure=bias_by_degree,
        subject=_NOISY,
        shows=_EXACT,
    ),
    Signature(
        name="finn2017/variance_rises",
        claim="Variance rises with the degree.",
        published="finn2017/bias_and_variance",
        low=0.9,  # chosen; exactly 1 with unlimited resamples
        high=None,
        measure=variance_by_degree,
        subject=_NOISY,
        shows_not=_EXACT,
    ),
    Signature(
        name="finn2017/error_adds_up",
        claim="Squared bias, variance and noise add up to the measured error.",
        published="finn2017/bias_and_variance",
        low=None,
        high=3.0,  # standard errors
        measure=largest_excess,
        subject=_NOISY,
    ),
)

FIGURES = (
    Figure(
        name="finn2017/bias_variance",
        caption=(
            "Bias and variance. (a) Fits of degree 1, 5 and 9 to ten noisy points of a sinusoid (black), ten "
            "resamples each. (b) Squared bias, variance, and the error that was measured, by degree, all "
            "less the variance of the noise; mean over seeds and 95 % interval."
        ),
        needs=_NOISY,
        draw=draw_bias_variance,
    ),
)
