"""What an observer who knows the odds of the training world believes after memories were relived."""

from __future__ import annotations

import numpy as np

# States of a pair of ends: as it was known, the other one pays, none does
GOOD, REVERSED, POOR = range(3)


def belief_in_riches(
    n_failures: int,
    n_visits: int,
    p_poor: float,
    p_change: float = 0.2,
    p_good: float = 0.9,
    p_bad: float = 0.1,
) -> float:
    """Probability that a context once known to be rich is so still, after failures in it.

    Parameters
    ----------
    n_failures : int
        0, 1: of the action that was good; 2: of the other one, too.
    n_visits : int
        Visits to contexts of the same pair of ends since then; in each the pair changes with `p_change`.
    p_poor : float
        Share of the changes of a rich pair that make it poor; others reverse it. A poor one becomes rich.

    Examples
    --------
    Where few contexts are poor, two failures are still read as bad luck or a reversal.

    >>> [round(belief_in_riches(2, n_visits=3, p_poor=p), 2) for p in (0.2, 0.5)]
    [0.52, 0.28]
    """
    if n_failures not in (0, 1, 2):
        raise ValueError(f"n_failures must be 0, 1 or 2, there are two actions; got {n_failures}")
    changed = np.array([[0, 1 - p_poor, p_poor], [1 - p_poor, 0, p_poor], [0.5, 0.5, 0]])
    visit = (1 - p_change) * np.eye(3) + p_change * changed
    belief = np.eye(3)[GOOD] @ np.linalg.matrix_power(visit, n_visits)
    of_old = np.array([1 - p_good, 1 - p_bad, 1 - p_bad])
    of_other = np.array([1 - p_bad, 1 - p_good, 1 - p_bad])
    for likelihood in (of_old, of_other)[:n_failures]:
        belief = belief * likelihood
    return float(1 - belief[POOR] / belief.sum())


def value_kept(n_visits: int, p_poor: float, p_both: float = 0.63) -> float:
    """How much of its old value a context keeps when its failures are relived, both in a share `p_both`.

    That share of contexts had both actions relived in `nonlocal_unseen`. What is lost by not knowing which
    end of a rich pair pays is neglected.
    """
    one, both = (belief_in_riches(n, n_visits, p_poor) for n in (1, 2))
    return (1 - p_both) * one + p_both * both
