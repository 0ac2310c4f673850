"""Model-free Q-learning of the first-stage choice: the two-step task seen as a bandit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..cores import softmax
from .two_step_learner import TwoStepLearner, either_key


@dataclass
class TwoStepQ(TwoStepLearner):
    """Learns the value of either first-stage choice from the reward alone, blind to the state.

    Values begin at 0, that of the choice made moves toward the reward, choice is softmax. With
    the defaults it is the model-free control of the simulation of Wang et al. 2018: it stays with
    probabilities .957/.876/.549/.734 after common and rare rewarded, common and rare unrewarded
    trials, and earns .636 a trial (recomputed; the paper does not print it).
    """

    learning_rate: float = 0.5
    inverse_temperature: float = 5.0

    def _start(self, n: int) -> None:
        self._q = np.zeros((n, 2))

    def _first_stage(self) -> tuple[np.ndarray, np.ndarray]:
        return self._q, softmax(self.inverse_temperature * self._q)

    def _second_stage(self, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return either_key(self._q[self._lanes, self._first])

    def _learn(
        self, first: np.ndarray, state: np.ndarray, second: np.ndarray, reward: np.ndarray
    ) -> None:
        self._q = q_update(self._q, first, reward, self.learning_rate)


def q_update(
    q: np.ndarray, action: np.ndarray, reward: np.ndarray, learning_rate: float | np.ndarray
) -> np.ndarray:
    """Move the value of the choice made toward the reward, Q(a) += alpha (r - Q(a)).

    Parameters
    ----------
    q : (n, n_actions) array
    action : (n,) ints
    reward : (n,) array
    learning_rate : float or (n,) array

    Returns
    -------
    (n, n_actions) array
        New values; `q` is left as it was.

    Examples
    --------
    >>> q_update(np.zeros((1, 2)), np.array([1]), np.array([1.0]), learning_rate=0.5)
    array([[0. , 0.5]])
    """
    lanes, q = np.arange(len(q)), q.copy()
    q[lanes, action] += learning_rate * (reward - q[lanes, action])
    return q
