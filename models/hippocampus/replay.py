"""What a replayed experience is worth: gain times need (Mattar & Daw 2018).

The expected value of a backup is how much better the policy becomes at the state it updates
(gain), times how often that state will be visited (need).

References
----------
Mattar MG, Daw ND (2018). Prioritized memory access explains planning and hippocampal replay.
Nature Neuroscience 21, 1609-1617. doi:10.1038/s41593-018-0232-z
"""

from __future__ import annotations

import numpy as np

SAME_RANK = 1e-9  # singular values below this share of the largest count as 0


def gain(q: np.ndarray, q_new: np.ndarray, inverse_temperature: float) -> np.ndarray:
    """How much a change of values improves a softmax policy, judged by the new values.

    Gain = sum_a (pi_new(a) - pi_old(a)) Q_new(a), where pi is the softmax of inverse temperature
    beta times Q. A change that leaves the choice as it was gains nothing, however large it is.

    Parameters
    ----------
    q, q_new : (..., n_actions) arrays
        Values of the actions before and after.
    inverse_temperature : float

    Returns
    -------
    (...) array

    Examples
    --------
    >>> print(gain(np.array([0.0, 0.0]), np.array([0.0, 1.0]), 5.0).round(3))  # a better action
    0.493
    >>> print(gain(np.array([0.0, 1.0]), np.array([0.0, 2.0]), 5.0).round(3))  # known to be best
    0.013
    """
    change = choice_probability(q_new, inverse_temperature)
    change -= choice_probability(q, inverse_temperature)
    return np.einsum("...a,...a->...", change, q_new)


def choice_probability(q: np.ndarray, inverse_temperature: float) -> np.ndarray:
    """Softmax policy (..., n_actions) of values (..., n_actions)."""
    weight = np.exp(inverse_temperature * (q - q.max(axis=-1, keepdims=True)))
    weight /= weight.sum(axis=-1, keepdims=True)
    return weight


def need(transition: np.ndarray, state: np.ndarray, discount: float) -> np.ndarray:
    """How often each state will be visited from here, discounted: a row of (I - gamma T)^-1.

    Parameters
    ----------
    transition : (..., n_states, n_states) array
        T[s, s'], the probability that s' follows s under the present policy.
    state : (...) ints
        Where the animal is.
    discount : float
        Below 1.

    Returns
    -------
    (..., n_states) array

    Examples
    --------
    >>> there_and_back = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> need(there_and_back, np.array(0), 0.5)
    array([1.33333333, 0.66666667])
    """
    if not 0 <= discount < 1:
        raise ValueError(f"discount must be in [0, 1), got {discount}")
    transition = _square(transition)
    n_states = transition.shape[-1]
    here = np.eye(n_states)[np.asarray(state)]
    system = np.eye(n_states) - discount * np.swapaxes(transition, -1, -2)
    return np.linalg.solve(system, here[..., None])[..., 0]


def stationary_need(transition: np.ndarray) -> np.ndarray:
    """How often each state is visited in the long run, wherever the animal is: need in sleep.

    Parameters
    ----------
    transition : (n_states, n_states) array
        States that nothing leads to or from, such as walls, may have rows of 0; they get 0.

    Returns
    -------
    (n_states,) array
        Adds up to 1.

    Raises
    ------
    ValueError
        If T has several stationary distributions, or none.

    Examples
    --------
    >>> stationary_need(np.array([[0.5, 0.5], [1.0, 0.0]]))
    array([0.66666667, 0.33333333])
    """
    transition = _square(transition)
    known = transition.sum(axis=1) > 0
    balance = transition[np.ix_(known, known)].T - np.eye(known.sum())
    _, size, directions = np.linalg.svd(balance)
    n_solutions = int((size <= SAME_RANK * size.max(initial=1.0)).sum())
    if n_solutions != 1:
        raise ValueError(
            f"transition must have one stationary distribution, it has {n_solutions}: "
            "every known state must be reachable from one another, and rows add up to 1"
        )
    visits = np.zeros(len(transition))
    visits[known] = directions[-1] / directions[-1].sum()
    return visits.clip(0)


def _square(transition: np.ndarray) -> np.ndarray:
    transition = np.asarray(transition, float)
    if transition.ndim < 2 or transition.shape[-1] != transition.shape[-2]:
        raise ValueError(
            f"transition must be (..., n_states, n_states), got shape {transition.shape}"
        )
    return transition


__all__ = ["choice_probability", "gain", "need", "stationary_need"]
