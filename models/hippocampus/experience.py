"""What was experienced in a world of numbered states: the last outcome of every action, and T."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

UNKNOWN = -1


class Experience:
    """The last outcome of each action in each state, and how often states follow one another.

    Attributes
    ----------
    next_state : (n, n_states, n_actions) ints
        `UNKNOWN` where an action was never taken.
    reward : (n, n_states, n_actions) floats
    ended : (n, n_states, n_actions) bool
        Credit stopped there.
    transition : (n, n_states, n_states) floats
        T[s, s'], learned by T[s] += rate (onehot(s') - T[s]).
    """

    def __init__(self, n: int, n_states: int, n_actions: int, learning_rate: float) -> None:
        shape = (n, n_states, n_actions)
        self.next_state = np.full(shape, UNKNOWN)
        self.reward = np.zeros(shape)
        self.ended = np.zeros(shape, bool)
        self.transition = np.zeros((n, n_states, n_states))
        self._rate = learning_rate

    def store(
        self,
        lanes: np.ndarray,
        state: np.ndarray,
        action: np.ndarray,
        reward: np.ndarray,
        next_state: np.ndarray,
        ended: np.ndarray,
    ) -> None:
        """Keep what one action did in each of `lanes`, in place of what it did before."""
        at = (lanes, state, action)
        self.next_state[at], self.reward[at], self.ended[at] = next_state, reward, ended

    def follow(self, lanes: np.ndarray, state: np.ndarray, next_state: np.ndarray) -> None:
        """Learn that `next_state` came after `state`, the animal having its way."""
        rows = self.transition[lanes, state] * (1 - self._rate)
        rows[np.arange(len(lanes)), next_state] += self._rate
        self.transition[lanes, state] = rows

    def sweep(
        self, next_state: np.ndarray, goals: np.ndarray, starts: Sequence[np.ndarray]
    ) -> None:
        """Try every action once in every state that can be left and is no goal, without reward.

        Parameters
        ----------
        next_state : (n_states, n_actions) ints
        goals : ints
            States where an attempt ends.
        starts : one array of ints for each goal
            Where the next attempt may start; all with equal probability.
        """
        n_states = len(next_state)
        here = np.arange(n_states)[:, None]
        walkable = (next_state != here).any(axis=1)
        walkable[goals] = False
        self.next_state[:, walkable] = next_state[walkable]
        self.ended[:, walkable] = np.isin(next_state, goals)[walkable]
        average = np.eye(n_states)[next_state].mean(axis=1)
        self.transition[:, walkable] = average[walkable]
        for goal, follows in zip(goals, starts, strict=True):
            self.transition[:, goal] = np.isin(np.arange(n_states), follows) / len(follows)


__all__ = ["UNKNOWN", "Experience"]
