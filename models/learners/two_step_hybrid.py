"""Model-free, model-based and hybrid learners of two-step tasks (Daw et al. 2011).

doi:10.1016/j.neuron.2011.02.027
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from ..cores import softmax
from .two_step_learner import TwoStepLearner

Parameter = float | np.ndarray  # one for all lanes, or (n,)

# Medians over 17 people (Daw et al. 2011; uncertain (likely), not re-read). The paper has the
# perseveration, .11, inside the first inverse temperature; here it stands outside.
_LEARNING_RATE_1, _LEARNING_RATE_2, _ELIGIBILITY = 0.54, 0.42, 0.57
_INVERSE_TEMPERATURE_1, _INVERSE_TEMPERATURE_2 = 5.19, 3.69
_PERSEVERATION = 0.11 * _INVERSE_TEMPERATURE_1
_W = 0.39

_IS_PREVIOUS = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])  # the last row for -1, no choice yet


@dataclass
class _Chooser(TwoStepLearner):
    """Second-stage values, softmax choice at both stages, and perseveration at the first.

    Where the task has no second-stage choice there is one value a state and
    `inverse_temperature_2` has no effect.
    """

    chooses_twice: ClassVar[bool] = True

    inverse_temperature_1: float = _INVERSE_TEMPERATURE_1
    inverse_temperature_2: float = _INVERSE_TEMPERATURE_2
    perseveration: float = _PERSEVERATION

    def _start(self, n: int) -> None:
        self._q1 = np.zeros((n, 2))
        self._q2 = np.zeros((n, 2, self._task.n_second))

    def _first_values(self) -> np.ndarray:
        raise NotImplementedError

    def _first_stage(self) -> tuple[np.ndarray, np.ndarray]:
        values = self._first_values()
        logits = first_stage_logits(
            values, self._first, self.inverse_temperature_1, self.perseveration
        )
        return values, softmax(logits)

    def _second_stage(self, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values = np.broadcast_to(self._q2[self._lanes, state], (len(state), 2))
        return values, softmax(_column(self.inverse_temperature_2) * values)


@dataclass
class TwoStepSarsa(_Chooser):
    """SARSA(lambda): first-stage values are learned from second-stage values and the reward.

    Parameters
    ----------
    learning_rate_1, learning_rate_2 : float
        Of the first-stage and second-stage values.
    eligibility : float
        Share of the reward's error that also reaches the first-stage choice (lambda).
    """

    learning_rate_1: float = _LEARNING_RATE_1
    learning_rate_2: float = _LEARNING_RATE_2
    eligibility: float = _ELIGIBILITY

    def _first_values(self) -> np.ndarray:
        return self._q1

    def _learn(
        self, first: np.ndarray, state: np.ndarray, second: np.ndarray, reward: np.ndarray
    ) -> None:
        self._q1, self._q2 = sarsa_update(
            self._q1, self._q2, first, state, second, reward,
            self.learning_rate_1, self.learning_rate_2, self.eligibility,
        )  # fmt: skip


@dataclass
class TwoStepPlanner(_Chooser):
    """Model-based: each trial, first-stage values are worked out from the second-stage values."""

    learning_rate_2: float = _LEARNING_RATE_2

    def _first_values(self) -> np.ndarray:
        return plan(self._q2, self._p_same)

    def _learn(
        self, first: np.ndarray, state: np.ndarray, second: np.ndarray, reward: np.ndarray
    ) -> None:
        self._q2 = second_stage_update(self._q2, state, second, reward, self.learning_rate_2)


@dataclass
class Hybrid(TwoStepSarsa):
    """Weighs a planner's first-stage values with `w` and those of SARSA(lambda) with 1 - `w`.

    The defaults are the medians over people of Daw et al. 2011. In that paper's task they stay
    with probabilities .835/.784/.609/.665 after common and rare rewarded, common and rare
    unrewarded trials; with w = 0 .902/.896/.686/.683, with w = 1 .750/.596/.602/.749
    (recomputed; the people's own bars are not available).

    Parameters
    ----------
    w : float
        0 is `TwoStepSarsa`, 1 is `TwoStepPlanner`.
    """

    w: float = _W

    def _first_values(self) -> np.ndarray:
        return mix(plan(self._q2, self._p_same), self._q1, self.w)


def plan(q2: np.ndarray, p_same: Parameter) -> np.ndarray:
    """First-stage values of a planner, Q(a) = P(s | a) max Q2(s, .) summed over the two states.

    Parameters
    ----------
    q2 : (n, 2, n_second) array
    p_same : float or (n,) array
        How probably a choice leads to the state of its own number.

    Returns
    -------
    (n, 2) array

    Examples
    --------
    >>> plan(np.array([[[0.0, 1.0], [0.0, 0.0]]]), p_same=0.7)
    array([[0.7, 0.3]])
    """
    best, p = reduce(np.maximum, np.moveaxis(q2, 2, 0)), _column(p_same)
    return p * best + (1 - p) * best[:, ::-1]


def mix(planned: np.ndarray, cached: np.ndarray, w: Parameter) -> np.ndarray:
    """First-stage values of the hybrid, `w` of a planner's and 1 - `w` of SARSA's, all (n, 2)."""
    return _column(w) * planned + (1 - _column(w)) * cached


def first_stage_logits(
    values: np.ndarray,
    previous: np.ndarray,
    inverse_temperature: Parameter,
    perseveration: Parameter,
) -> np.ndarray:
    """Logits (n, 2), beta Q(a) + kappa [a is the `previous` choice, -1 for none]."""
    repeat = _IS_PREVIOUS[previous]
    return _column(inverse_temperature) * values + _column(perseveration) * repeat


def second_stage_update(
    q2: np.ndarray,
    state: np.ndarray,
    second: np.ndarray,
    reward: np.ndarray,
    learning_rate: Parameter,
) -> np.ndarray:
    """New second-stage values (n, 2, n_second), Q2(s, i) += alpha (r - Q2(s, i))."""
    lanes, q2 = np.arange(len(q2)), q2.copy()
    q2[lanes, state, second] += learning_rate * (reward - q2[lanes, state, second])
    return q2


def sarsa_update(
    q1: np.ndarray,
    q2: np.ndarray,
    first: np.ndarray,
    state: np.ndarray,
    second: np.ndarray,
    reward: np.ndarray,
    learning_rate_1: Parameter,
    learning_rate_2: Parameter,
    eligibility: Parameter,
) -> tuple[np.ndarray, np.ndarray]:
    """New values of both stages after a trial; both errors are taken before any update.

    With d1 = Q2(s, i) - Q1(a) and d2 = r - Q2(s, i), Q1(a) += alpha1 (d1 + lambda d2) and
    Q2(s, i) += alpha2 d2.

    Parameters
    ----------
    q1 : (n, 2) array
    q2 : (n, 2, n_second) array
        `n_second` is 1 where nothing is chosen at the second stage; `second` is then 0.
    first, state, second : (n,) ints
    reward : (n,) array
    learning_rate_1, learning_rate_2, eligibility : float or (n,) array

    Examples
    --------
    >>> q1, q2 = np.zeros((1, 2)), np.zeros((1, 2, 1))
    >>> q1, q2 = sarsa_update(
    ...     q1, q2, np.array([1]), np.array([0]), np.array([0]), np.ones(1), 0.5, 0.4, 0.2
    ... )
    >>> q1, q2[..., 0]
    (array([[0. , 0.1]]), array([[0.4, 0. ]]))
    """
    lanes, q1 = np.arange(len(q1)), q1.copy()
    reached = q2[lanes, state, second]
    error_1, error_2 = reached - q1[lanes, first], reward - reached
    q1[lanes, first] += learning_rate_1 * (error_1 + eligibility * error_2)
    return q1, second_stage_update(q2, state, second, reward, learning_rate_2)


def _column(parameter: Parameter) -> np.ndarray:
    """Let a parameter of each lane, or of all, multiply (n, 2) values."""
    return np.asarray(parameter)[..., None]
