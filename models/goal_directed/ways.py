"""Ways through remembered moves: what lies ahead up to some depth, and the shortest to a place."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .planners import distances_to

NOTHING = -1  # beyond the end of a way
FAR_AWAY = 1_000_000


class Ahead(NamedTuple):
    """What lies ahead of each of `k` animals.

    Attributes
    ----------
    steps : (k, n_states + 1) ints
        Moves to each state; `depth` + 1 where there is no way of at most `depth`.
    first : (k, n_states + 1) ints
        The first move on a shortest way, -1 where there is none.
    n_reads : (k,) ints
        Remembered moves that were looked at.
    """

    steps: np.ndarray
    first: np.ndarray
    n_reads: np.ndarray


def look_ahead(successor: np.ndarray, state: np.ndarray, depth: int) -> Ahead:
    """Go out from `state` (k,) through remembered moves, breadth first.

    Parameters
    ----------
    successor : (k, n_states + 1, n_actions) ints
        Where each action leads; `n_states` where nothing is known.
    state : (k,) ints
    depth : int

    Examples
    --------
    >>> line = np.array([[[0, 1], [0, 2], [1, 3], [3, 3]]])  # left, right; 3: nothing is known
    >>> ahead = look_ahead(line, np.array([1]), depth=4)
    >>> ahead.steps[0].tolist(), ahead.first[0].tolist()
    ([1, 0, 1, 5], [0, -1, 1, -1])
    """
    k, n_places, n_actions = successor.shape
    steps = np.full((k, n_places), depth + 1)
    first = np.full((k, n_places), NOTHING)
    n_reads = np.zeros(k, np.int64)
    lane, place = np.arange(k), state
    steps[lane, place] = 0
    for length in range(1, depth + 1):
        np.add.at(n_reads, lane, n_actions)
        found = []
        for action in range(n_actions):
            leads = successor[lane, place, action]
            new = (steps[lane, leads] > depth) & (leads != n_places - 1)
            begun = np.full(len(lane), action) if length == 1 else first[lane, place]
            steps[lane[new], leads[new]] = length
            first[lane[new], leads[new]] = begun[new]
            found.append((lane[new], leads[new]))
        lane, place = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Ahead(steps, first, n_reads)


def walk(
    successor: np.ndarray, start: np.ndarray, goal: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Shortest remembered ways from `start` (k,) to `goal` (k,), the lowest action first.

    Parameters
    ----------
    successor : (k, n_states + 1, n_actions) ints
    start, goal : (k,) ints

    Returns
    -------
    places : (k, m) ints
        From start to goal, then `NOTHING`; start alone where no way is known.
    moves : (k, m) ints
        The action that led to each place; `NOTHING` at the start.

    Examples
    --------
    >>> line = np.array([[[0, 1], [0, 2], [1, 3], [3, 3]]])
    >>> places, moves = walk(line, np.array([2]), np.array([0]))
    >>> places.tolist(), moves.tolist()
    ([[2, 1, 0]], [[-1, 0, 0]])
    """
    rows = np.arange(len(start))
    away = moves_away(successor, goal)
    left = away[rows, start]
    left = np.where(left == FAR_AWAY, 0, left)
    here = start
    places, moves = [start], [np.full(len(start), NOTHING)]
    for _ in range(int(left.max(initial=0))):
        after = successor[rows, here]
        action = away[rows[:, None], after].argmin(axis=1)
        going = left > 0
        here, left = np.where(going, after[rows, action], here), left - going
        places.append(np.where(going, here, NOTHING))
        moves.append(np.where(going, action, NOTHING))
    return np.stack(places, axis=1), np.stack(moves, axis=1)


def moves_away(successor: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """Remembered moves from every state to `goal` (k,): (k, n_states + 1), `FAR_AWAY` if unknown."""
    n_states = successor.shape[1] - 1
    nowhere = np.full(len(goal), n_states)  # a start that is never reached: no state is left out
    away = distances_to(goal, successor[..., None], nowhere, n_states)
    away[:, -1] = n_states + 1
    return np.where(away > n_states, FAR_AWAY, away)


__all__ = ["FAR_AWAY", "NOTHING", "Ahead", "look_ahead", "moves_away", "walk"]
