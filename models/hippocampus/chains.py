"""What a replayed path says beyond its single moves: which of them lead on to one another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import ReplayPath


class Chain(NamedTuple):
    """Remembered moves that make one way, in the order in which an animal makes them.

    Attributes
    ----------
    states, actions : (n_moves,) ints
    rewards : (n_moves,) floats
    end : int
        The state that the last move leads to.
    """

    states: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    end: int


def chains(path: ReplayPath, next_state: np.ndarray) -> list[Chain]:
    """Split a replayed path where a move does not lead to the state replayed before it.

    Replay runs against the moves, except in forward paths. Whole sequences stay whole, and moves in
    random order fall apart into ways of one move each, or few.

    Parameters
    ----------
    path : ReplayPath
        With actions and rewards, see `backups.to_backups`.
    next_state : (n_states, n_actions) ints
        Where moves led.

    Examples
    --------
    >>> corridor = np.array([[0, 1], [0, 2], [1, 2]])  # left, right
    >>> replayed = ReplayPath(np.array([1, 0, 2]), np.array([1, 1, 0]), np.zeros(3))
    >>> [(chain.states.tolist(), chain.end) for chain in chains(replayed, corridor)]
    [([0, 1], 2), ([2], 1)]
    """
    if path.actions is None or path.rewards is None:
        raise ValueError(
            f"replay from '{path.source}' needs actions and rewards: see hippocampus.backups"
        )
    if not path.n_backups:
        return []
    against = slice(None, None, -1 if path.kind == "forward" else 1)
    states, actions, rewards = (
        np.asarray(array)[against] for array in (path.states, path.actions, path.rewards)
    )
    leads = next_state[states, actions]
    breaks = np.flatnonzero(leads[1:] != states[:-1]) + 1
    return [
        Chain(states[part][::-1], actions[part][::-1], rewards[part][::-1], int(leads[part[0]]))
        for part in np.split(np.arange(len(states)), breaks)
    ]


__all__ = ["Chain", "chains"]
