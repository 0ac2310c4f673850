"""Where attempts start and end: drawn among candidate states, or along given routes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class Places:
    """Candidate states of each layout, drawn with equal probability.

    Parameters
    ----------
    candidates : sequence of (n_candidates,) ints
        One for each layout, none empty.
    n_states : int

    Examples
    --------
    >>> places = Places([[2, 5, 7]], n_states=8)
    >>> layout, u = np.zeros(3, int), np.array([0.0, 0.4, 0.9])
    >>> places.draw(layout, u)
    array([2, 5, 7])
    >>> places.draw(layout, u, without=np.array([2, 2, 3]))
    array([5, 5, 7])
    """

    def __init__(self, candidates: Sequence[np.ndarray | list[int]], n_states: int) -> None:
        self._count = np.array([len(states) for states in candidates])
        self._table = np.zeros((len(candidates), self._count.max()), np.int64)
        self._index = np.full((len(candidates), n_states), -1)
        for layout, states in enumerate(candidates):
            self._table[layout, : len(states)] = states
            self._index[layout, states] = np.arange(len(states))

    def draw(
        self, layout: np.ndarray, u: np.ndarray, without: np.ndarray | None = None
    ) -> np.ndarray:
        """Turn uniform numbers `u` (n,) into states (n,) of each lane's layout, never `without`."""
        if without is None:
            return self._table[layout, (u * self._count[layout]).astype(np.int64)]
        taken = self._index[layout, without]
        drawn = (u * (self._count[layout] - (taken >= 0))).astype(np.int64)
        drawn += (taken >= 0) & (drawn >= taken)
        return self._table[layout, drawn]


def goals_apart(starts: np.ndarray, goals: np.ndarray) -> np.ndarray:
    """Return the goals that leave a place to start from: not the only start.

    Raises
    ------
    ValueError
        If none is left.
    """
    left = np.setdiff1d(goals, starts) if len(starts) == 1 else goals
    if not len(starts) or not len(left):
        raise ValueError(
            f"start and goal must be able to differ, got the states {starts} and {goals}"
        )
    return left
