"""Exact Bayesian inference of which second-stage state is the better one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from ...tasks.task import TimeStep
from ...tasks.two_step import TwoStep
from ..agent import Trace
from ..cores import softmax
from .two_step_hybrid import plan
from .two_step_learner import TwoStepLearner, either_key

_TIE = 1e-9  # values nearer than this differ by rounding only


@dataclass
class TwoStepObserver(TwoStepLearner):
    """Knows how the task works and infers which state is the better one.

    With the default, infinite inverse temperature it is the ideal observer: it takes the choice
    that more probably leads to the better state, ties at random. That is optimal, since both
    states tell equally much about which is better, so that there is nothing to explore. With a
    finite one it is the latent-state learner of Akam, Costa & Dayan 2015
    (doi:10.1371/journal.pcbi.1004648), here with a softmax over the expected reward. The trace
    holds `belief`, (n,), how probably state 0 is the better one.
    """

    inverse_temperature: float = np.inf

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        action, trace = super().act(now)
        return action, trace | {"belief": self._belief[:, 0].sum(axis=1)}

    def _start(self, n: int) -> None:
        self._world = cast(TwoStep, self._task)  # `begin` refuses any other
        self._belief = np.zeros((n, 2, self._world.min_block))
        self._belief[:, :, 0] = 0.5

    def _expected(self) -> np.ndarray:
        """Expected reward in either state, (n, 2)."""
        better, p = self._belief.sum(axis=2), self._world.p_reward
        return better * p + (1 - better) * (1 - p)

    def _first_stage(self) -> tuple[np.ndarray, np.ndarray]:
        values = plan(self._expected()[:, :, None], self._p_same)
        if np.isfinite(self.inverse_temperature):
            return values, softmax(self.inverse_temperature * values)
        ahead = values[:, :1] - values[:, 1:]
        left = np.where(np.abs(ahead) < _TIE, 0.5, ahead > 0)
        return values, np.hstack([left, 1 - left])

    def _second_stage(self, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return either_key(self._expected()[self._lanes, state])

    def _learn(
        self, first: np.ndarray, state: np.ndarray, second: np.ndarray, reward: np.ndarray
    ) -> None:
        self._belief = better_state_update(
            self._belief, state, reward, self._world.p_reward, self._world.p_reversal
        )


def better_state_update(
    belief: np.ndarray,
    state: np.ndarray,
    reward: np.ndarray,
    p_reward: float,
    p_reversal: float,
) -> np.ndarray:
    """Bayes' rule for one outcome, then the chance of a reversal before the next trial.

    Parameters
    ----------
    belief : (n, 2, min_block) array
        How probably state s is the better one and has been so for k + 1 trials, this one
        included; the last k stands for `min_block` or more, after which it may reverse.
    state : (n,) ints
        The state reached.
    reward : (n,) array
    p_reward, p_reversal : float
        As of `TwoStep`.

    Returns
    -------
    (n, 2, min_block) array

    Examples
    --------
    >>> belief = np.full((1, 2, 1), 0.5)
    >>> better_state_update(belief, np.array([0]), np.array([1]), 0.9, 0.1).sum(axis=2)
    array([[0.82, 0.18]])
    """
    p = np.where(state[:, None] == np.arange(2), p_reward, 1 - p_reward)
    likelihood = np.where(reward[:, None] > 0, p, 1 - p)
    belief = belief * likelihood[:, :, None]
    belief /= belief.sum(axis=(1, 2), keepdims=True)
    longer = np.zeros_like(belief)
    longer[:, :, 1:] = belief[:, :, :-1]
    may_reverse = belief[:, :, -1]
    longer[:, :, -1] += (1 - p_reversal) * may_reverse
    longer[:, :, 0] += p_reversal * may_reverse[:, ::-1]
    return longer
