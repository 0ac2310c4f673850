"""What learners of action values share: the move just completed, and the choice among estimates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...tasks import ACT, TimeStep


class Move(NamedTuple):
    """What each of `n` lanes did last, now that its consequence is known.

    Attributes
    ----------
    made : (n,) bool
        Whether there was a move at all; the rest holds for such lanes only.
    observation : (n, observation_size) float32
    action : (n,) ints
    reward : (n,) float
    ended : (n,) bool
        The episode ended with it: no value follows.
    next_observation : (n, observation_size) float32
    """

    made: np.ndarray
    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    ended: np.ndarray
    next_observation: np.ndarray


class Moves:
    """Remembers what each lane saw and did until the next time step tells what came of it."""

    def __init__(self, n: int, observation_size: int) -> None:
        self._made, self._action = np.zeros(n, bool), np.zeros(n, np.int64)
        self._observation = np.zeros((n, observation_size), np.float32)

    def complete(self, now: TimeStep) -> Move:
        """Return the move that led to `now`."""
        ended = (now.discount == 0) | now.first
        return Move(self._made, self._observation, self._action, now.reward, ended, now.observation)

    def begin(self, now: TimeStep, action: np.ndarray) -> None:
        """Keep what was seen and done; rests and forced choices are no moves."""
        self._made = now.active & (now.phase == ACT)
        self._observation, self._action = now.observation.astype(np.float32), action


def epsilon_greedy(estimate: np.ndarray, epsilon: float | np.ndarray) -> np.ndarray:
    """Probability of each action, (n, n_actions): the best, ties evenly, or any with `epsilon`.

    Examples
    --------
    >>> epsilon_greedy(np.array([[0.0, np.inf, np.inf, 1.0]]), 0.2)
    array([[0.05, 0.45, 0.45, 0.05]])
    """
    best = estimate == estimate.max(axis=1, keepdims=True)
    return (1 - epsilon) * best / best.sum(axis=1, keepdims=True) + epsilon / estimate.shape[1]


def check_exploration(n_exploration: int) -> None:
    """Raise ValueError if exploration would fall over fewer than no moves."""
    if n_exploration < 0:
        raise ValueError(f"n_exploration must not be negative, got {n_exploration}")


def falling_epsilon(n_moves: np.ndarray, n_exploration: int, epsilon: float) -> np.ndarray:
    """Exploration of each lane, (n,): from 1 down to `epsilon`, linearly over `n_exploration` moves.

    Examples
    --------
    >>> falling_epsilon(np.array([0, 1, 3, 9]), 3, 0.2)
    array([0.8, 0.6, 0.2, 0.2])
    """
    explored = np.minimum((n_moves + 1) / (n_exploration + 1), 1)
    return 1 - explored * (1 - epsilon)


__all__ = ["Move", "Moves", "check_exploration", "epsilon_greedy", "falling_epsilon"]
