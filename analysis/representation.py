"""Representational similarity: do two sets of states tell conditions apart in the same way?

Kriegeskorte, Mur & Bandettini 2008, doi:10.3389/neuro.06.004.2008.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from .statistics import permutation_p


def dissimilarity(states: np.ndarray) -> np.ndarray:
    """One minus the correlation over units between the states of each pair of conditions.

    Parameters
    ----------
    states : (..., n_conditions, n_units) array

    Returns
    -------
    (..., n_conditions, n_conditions) array
        0 on the diagonal; NaN for a state that is the same in all units.

    Examples
    --------
    >>> dissimilarity(np.array([[0.0, 1.0, 2.0], [0.0, 2.0, 4.0], [2.0, 1.0, 0.0]])).round(3)
    array([[0., 0., 2.],
           [0., 0., 2.],
           [2., 2., 0.]])
    """
    centered = states - states.mean(axis=-1, keepdims=True)
    length = np.sqrt(np.square(centered).sum(axis=-1, keepdims=True))
    unit = centered / np.where(length > 0, length, np.nan)
    return 1 - unit @ np.swapaxes(unit, -1, -2)


def shared_geometry(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Rank correlation between the dissimilarities of the same pairs in two sets of states.

    The two sets may be of different units: only what lies near what is compared.

    Parameters
    ----------
    first, second : (..., n_conditions, n_units) arrays

    Returns
    -------
    (...) array
        Spearman's correlation over the pairs.
    """
    if first.shape[:-1] != second.shape[:-1]:
        raise ValueError(
            "both sets need the same conditions, got states of shapes "
            f"{first.shape} and {second.shape}"
        )
    n = first.shape[-2]
    if n < 3:
        raise ValueError(f"dissimilarities are compared over 3 conditions or more, got {n}")
    pairs = np.triu_indices(n, 1)
    ranks = [rankdata(dissimilarity(x)[..., *pairs], axis=-1) for x in (first, second)]
    one, other = (r - r.mean(axis=-1, keepdims=True) for r in ranks)
    spread = np.sqrt(np.square(one).sum(axis=-1) * np.square(other).sum(axis=-1))
    return (one * other).sum(axis=-1) / spread


def shared_geometry_p(
    first: np.ndarray, second: np.ndarray, rng: np.random.Generator, n_permutations: int = 1000
) -> float:
    """Probability of at least this `shared_geometry` if conditions were exchangeable (Mantel's test).

    Parameters
    ----------
    first, second : (n_conditions, n_units) arrays
    """
    found = float(shared_geometry(first, second))
    null = [
        float(shared_geometry(first, second[rng.permutation(len(second))]))
        for _ in range(n_permutations)
    ]
    return float(permutation_p(found, np.array(null)))
