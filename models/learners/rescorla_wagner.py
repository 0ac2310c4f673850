"""Value learning from reward prediction errors, in the variants that are fitted to choices.

Rescorla & Wagner 1972; the pure functions here are shared by the agent and by model fitting, so
that what is fitted is what is simulated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..cores import softmax
from .bandit import BanditLearner

START = 0.5  # value of an option of which nothing is known, and towards which it is forgotten


def rescorla_wagner(
    q: np.ndarray,
    chosen: np.ndarray,
    reward: np.ndarray,
    learning_rate_gain: float | np.ndarray,
    learning_rate_loss: float | np.ndarray,
    forgetting: float | np.ndarray = 0.0,
) -> np.ndarray:
    """Values after one outcome.

    With delta = reward - Q of the chosen option, Q += alpha+ delta if delta > 0, else
    Q += alpha- delta; every other option decays, Q += phi (1/2 - Q).

    Parameters
    ----------
    q : (n, k) array
    chosen : (n, k) bool array
        One option of a row at most; a row without a choice is left as it is.
    reward : (n,) array
    learning_rate_gain, learning_rate_loss, forgetting : float or (n, 1) array
        alpha+, alpha- and phi.

    Returns
    -------
    (n, k) array

    Examples
    --------
    >>> q, chosen = np.full((1, 2), 0.5), np.array([[True, False]])
    >>> rescorla_wagner(q, chosen, np.array([1.0]), 0.2, 0.1)
    array([[0.6, 0.5]])
    """
    error = reward[:, None] - q
    learned = q + np.where(error > 0, learning_rate_gain, learning_rate_loss) * error
    decayed = q + forgetting * (START - q)
    return np.where(chosen, learned, np.where(chosen.any(axis=1, keepdims=True), decayed, q))


def choice_logits(
    q: np.ndarray,
    previous: np.ndarray,
    inverse_temperature: float | np.ndarray,
    perseveration: float | np.ndarray = 0.0,
) -> np.ndarray:
    """Logits of choice, beta Q + kappa [option = previous choice].

    Parameters
    ----------
    q : (n, k) array
    previous : (n, k) bool array
        The previous choice, empty where there was none.
    inverse_temperature, perseveration : float or (n, 1) array
        beta and kappa; kappa is outside beta.

    Examples
    --------
    >>> choice_logits(np.array([[0.5, 0.75]]), np.array([[True, False]]), 4.0, 1.5)
    array([[3.5, 3. ]])
    """
    return inverse_temperature * q + perseveration * previous


@dataclass
class QLearner(BanditLearner):
    """Rescorla-Wagner learner with softmax choice, for any number of options.

    Settings give the five usual variants: plain; with `perseveration`; with different rates for
    gains and losses; with both; with both and `forgetting`. Learning rates are .5, the fixed
    rate of Wang et al. 2016, arXiv:1611.05763; the inverse temperature 5 is chosen.

    Parameters
    ----------
    learning_rate_gain : float
        alpha+, for outcomes better than expected.
    learning_rate_loss : float, optional
        alpha-, for outcomes worse than expected; as for gains if not given.
    inverse_temperature : float
        beta of the softmax, per unit of reward.
    perseveration : float
        kappa, added to the logit of the previous choice.
    forgetting : float
        phi, by which options not chosen decay towards 1/2.

    Each may also be an (n, 1) array, one value a lane, for subjects who differ.
    """

    learning_rate_gain: float = 0.5
    learning_rate_loss: float | None = None
    inverse_temperature: float = 5.0
    perseveration: float = 0.0
    forgetting: float = 0.0

    def __post_init__(self) -> None:
        for name in ("learning_rate_gain", "learning_rate_loss", "forgetting"):
            value = getattr(self, name)
            if value is not None and np.any(np.abs(np.subtract(value, 0.5)) > 0.5):
                raise ValueError(f"{name} must be in [0, 1], got {value}")
        if np.any(np.less(self.inverse_temperature, 0)):
            raise ValueError(
                f"inverse_temperature must not be negative, got {self.inverse_temperature}"
            )

    def _forget(self, lanes: np.ndarray) -> None:
        if lanes.all():
            self._q = np.full((len(lanes), self._n_options), START)
            self._previous = np.zeros((len(lanes), self._n_options), bool)
        self._q[lanes], self._previous[lanes] = START, False

    def _learn(self, chosen: np.ndarray, reward: np.ndarray) -> None:
        loss = self.learning_rate_loss
        self._q = rescorla_wagner(
            self._q,
            chosen,
            reward,
            self.learning_rate_gain,
            self.learning_rate_gain if loss is None else loss,
            self.forgetting,
        )
        self._previous = np.where(chosen.any(axis=1, keepdims=True), chosen, self._previous)

    def _policy(self) -> np.ndarray:
        logits = choice_logits(
            self._q, self._previous, self.inverse_temperature, self.perseveration
        )
        return softmax(logits)

    def _values(self) -> np.ndarray:
        return self._q
