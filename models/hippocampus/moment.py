"""A moment of rest: all that a source of replay may know when it proposes what to replay."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import ReplayPath
from .experience import UNKNOWN


@dataclass
class Moment:
    """`m` lanes at rest; sources read it, and never touch the agent.

    Attributes
    ----------
    lanes : (m,) ints
    here, state : (m,) ints
        Where the animal is, and the state from which need counts: that before the last move.
    reward, rpe : (m,) floats
        Just received, and the last reward prediction error.
    n_backups : int
        Allowed in each lane.
    q : (m, n_goals, n_states, n_actions) floats
        The agent's values; one map for each candidate goal, or one in all.
    weight : (n_goals,) floats
        Probability of each candidate goal.
    next_state : (m, n_states, n_actions) ints
        Last outcome of each action, -1 where there is none.
    outcome, ended : (m, n_goals, n_states, n_actions) floats and bool
        Reward remembered with it, and whether credit stopped.
    transition : (m, n_states, n_states) floats
    learning_rate, discount, inverse_temperature : float
        The agent's own.
    generators : list of m generators
    """

    lanes: np.ndarray
    here: np.ndarray
    state: np.ndarray
    reward: np.ndarray
    rpe: np.ndarray
    n_backups: int
    q: np.ndarray
    weight: np.ndarray
    next_state: np.ndarray
    outcome: np.ndarray
    ended: np.ndarray
    transition: np.ndarray
    learning_rate: float
    discount: float
    inverse_temperature: float
    generators: list[np.random.Generator]

    @cached_property
    def worth_replaying(self) -> np.ndarray:
        """(m, n_states, n_actions) bool: known experiences that lead to another state."""
        here = np.arange(self.next_state.shape[1])[:, None]
        return (self.next_state != UNKNOWN) & (self.next_state != here)

    def path(
        self, i: int, states: np.ndarray, actions: np.ndarray, kind: str, source: str,
        score: float = float("nan"),
    ) -> ReplayPath:  # fmt: skip
        """A path of the i-th of these lanes, with the remembered rewards."""
        rewards = self.outcome[i, 0, states, actions]
        return ReplayPath(
            states, actions, rewards, kind=kind, score=score, source=source,
            lane=int(self.lanes[i]),
        )  # fmt: skip


__all__ = ["Moment"]
