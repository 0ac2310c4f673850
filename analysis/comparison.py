"""Agents beside people and animals: where an agent stands among the subjects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


@dataclass(frozen=True)
class Standing:
    """Where agents stand among subjects in one measure; no p value, which says little here.

    Attributes
    ----------
    z : float
        (mean over agent seeds - mean over subjects) / SD between subjects.
    share_beyond : float
        Share of subjects farther from the subjects' mean than the agents' mean, on its side.
    """

    z: float
    share_beyond: float
    agent_mean: float
    subject_mean: float
    n_seeds: int
    n_subjects: int


def standing(agents: ArrayLike, subjects: ArrayLike) -> Standing:
    """Compare one value a seed with one value a subject.

    Examples
    --------
    >>> standing([2.0, 2.0], [-1.0, 0.0, 1.0]).z
    2.0
    """
    a, s = _values(agents, "agents", 1), _values(subjects, "subjects", 2)
    spread = float(s.std(ddof=1))
    if spread == 0:
        raise ValueError("the subjects do not differ from each other: z is undefined")
    z = float((a.mean() - s.mean()) / spread)
    beyond = s > a.mean() if z >= 0 else s < a.mean()
    return Standing(
        z, float(beyond.mean()), float(a.mean()), float(s.mean()), len(a), len(s)
    )  # fmt: skip


def mahalanobis_distance(agents: ArrayLike, subjects: ArrayLike) -> float:
    """Distance of the agents' mean profile from the subjects', in between-subject deviations.

    Several measures of one subject, such as the four stay probabilities, are correlated; this
    counts what they share once.

    Parameters
    ----------
    agents : (n_seeds, k) array
    subjects : (n_subjects, k) array, n_subjects above k
    """
    a, s = _values(agents, "agents", 1), _values(subjects, "subjects", 2)
    if a.ndim != 2 or s.ndim != 2 or a.shape[1] != s.shape[1]:
        raise ValueError(f"agents and subjects must be (n, k), got {a.shape} and {s.shape}")
    covariance = np.atleast_2d(np.cov(s, rowvar=False))
    if np.linalg.matrix_rank(covariance) < s.shape[1]:
        raise ValueError(
            f"{len(s)} subjects do not span {s.shape[1]} measures: their covariance is singular"
        )
    return profile_distance(a.mean(axis=0), s.mean(axis=0), covariance)


def profile_distance(agents: ArrayLike, subjects: ArrayLike, covariance: ArrayLike) -> float:
    """Mahalanobis distance of two mean profiles, (k,), by the covariance between subjects, (k, k).

    Examples
    --------
    >>> profile_distance([2.0, 0.0], [0.0, 0.0], [[4.0, 0.0], [0.0, 1.0]])
    1.0
    """
    gap = np.subtract(agents, subjects)
    return float(np.sqrt(gap @ np.linalg.solve(np.asarray(covariance), gap)))


def split_half_reliability(odd: ArrayLike, even: ArrayLike) -> float:
    """Reliability of a measure from its two halves, 2 r / (1 + r) (Spearman-Brown).

    It is the ceiling for matching individuals. One value a subject in each half.
    """
    a, b = _values(odd, "odd", 3), _values(even, "even", 3)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"odd and even must be (n_subjects,), got {a.shape} and {b.shape}")
    r = float(stats.pearsonr(a, b).statistic)
    return 2 * r / (1 + r)


def _values(values: ArrayLike, name: str, at_least: int) -> np.ndarray:
    x = np.asarray(values, float)
    if x.ndim == 0 or len(x) < at_least:
        raise ValueError(f"{name} must hold at least {at_least} values, got {x.size}")
    if not np.isfinite(x).all():
        raise ValueError(f"{name} hold {int((~np.isfinite(x)).sum())} values that are not finite")
    return x
