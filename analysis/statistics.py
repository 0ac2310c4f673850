"""Estimates over seeds and subjects: t intervals, equivalence, bootstrap, partial correlation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


@dataclass(frozen=True)
class Interval:
    """A mean over `n` seeds or subjects with its interval and standard error."""

    mean: float
    low: float
    high: float
    standard_error: float
    n: int
    confidence: float


@dataclass(frozen=True)
class Equivalence:
    """Two one-sided tests: `p` is the larger of the two."""

    mean: float
    p_low: float
    p_high: float
    n: int

    @property
    def p(self) -> float:
        return max(self.p_low, self.p_high)


def t_interval(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Mean and t interval of one value a seed or subject.

    A percentile bootstrap of so few values covers too little (about 80 % for 4 of them, instead
    of 95 %); the t interval holds for a normal spread between seeds.

    Examples
    --------
    >>> interval = t_interval([1.0, 2.0, 3.0])
    >>> round(interval.low, 3), round(interval.high, 3)
    (-0.484, 4.484)
    """
    x = _sample(values, at_least=2)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
    error = float(x.std(ddof=1) / np.sqrt(len(x)))
    half = float(stats.t.ppf((1 + confidence) / 2, len(x) - 1)) * error
    mean = float(x.mean())
    return Interval(mean, mean - half, mean + half, error, len(x), confidence)


def half_interval(values: np.ndarray) -> np.ndarray:
    """Half the 95 % t interval of the mean over seeds.

    Parameters
    ----------
    values : (n_seeds, ...) array

    Returns
    -------
    (...) array
        0 for one seed, which has no interval; NaN where a seed has no value.
    """
    n = len(values)
    if n < 2:
        return np.zeros(values.shape[1:])
    return stats.t.ppf(0.975, n - 1) * values.std(axis=0, ddof=1) / np.sqrt(n)


def equivalence(values: ArrayLike, low: float, high: float) -> Equivalence:
    """Test that the mean lies between `low` and `high`, by two one-sided t tests.

    A `p` below .05 says that the 90 % t interval lies wholly between the bounds.
    """
    if not low < high:
        raise ValueError(f"low must be below high, got {low} and {high}")
    x = _sample(values, at_least=2)
    mean, error = float(x.mean()), float(x.std(ddof=1) / np.sqrt(len(x)))
    if error == 0:
        return Equivalence(mean, float(mean <= low), float(mean >= high), len(x))
    p_low = float(stats.t.sf((mean - low) / error, len(x) - 1))
    p_high = float(stats.t.cdf((mean - high) / error, len(x) - 1))
    return Equivalence(mean, p_low, p_high, len(x))


def bootstrap(
    values: ArrayLike,
    rng: np.random.Generator,
    statistic: Callable[[np.ndarray], float] = np.mean,
    n_resamples: int = 9999,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Percentile interval of a statistic over resampled subjects, for statistics without a t.

    Parameters
    ----------
    values : (n_subjects, ...) array
        Whole subjects are drawn with replacement. Meant for dozens of them.
    """
    x = _sample(values, at_least=2)
    draws = [statistic(x[rng.integers(len(x), size=len(x))]) for _ in range(n_resamples)]
    low, high = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def partial_correlation(x: ArrayLike, y: ArrayLike, given: ArrayLike) -> float:
    """Correlation of `x` and `y` once both have been regressed on `given` (and a constant).

    Parameters
    ----------
    x, y : (n,) array
    given : (n,) or (n, k) array
    """
    a, b, z = (_sample(v, at_least=3) for v in (x, y, given))
    z = z.reshape(len(z), -1)
    if a.ndim != 1 or a.shape != b.shape or len(z) != len(a):
        raise ValueError(
            f"x and y must be (n,) and given (n, k), got {a.shape}, {b.shape}, {z.shape}"
        )
    design = np.concatenate([np.ones((len(z), 1)), z], axis=1)
    left = [v - design @ np.linalg.lstsq(design, v, rcond=None)[0] for v in (a, b)]
    for name, residual, v in zip("xy", left, (a, b), strict=True):
        if np.linalg.norm(residual) <= 1e-10 * np.linalg.norm(v):
            raise ValueError(f"'{name}' is a linear function of what is given: nothing is left")
    return float(left[0] @ left[1] / (np.linalg.norm(left[0]) * np.linalg.norm(left[1])))


def permutation_p(observed: ArrayLike, null: ArrayLike) -> np.ndarray:
    """One-sided p values, (1 + number of null >= observed) / (1 + number of null): never 0.

    Parameters
    ----------
    observed : (...) array
    null : (n_permutations, ...) array
    """
    observed, null = np.asarray(observed), np.asarray(null)
    return np.asarray((1 + (null >= observed).sum(axis=0)) / (1 + len(null)))


def _sample(values: ArrayLike, at_least: int) -> np.ndarray:
    x = np.asarray(values, float)
    if x.ndim == 0 or len(x) < at_least:
        raise ValueError(f"at least {at_least} values are needed, got {x.size}")
    if not np.isfinite(x).all():
        n_bad = int((~np.isfinite(x)).sum())
        raise ValueError(f"{n_bad} of {x.size} values are not finite: drop them and say so")
    return x
