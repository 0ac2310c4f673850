"""The null model of learning: choices are repeated with a constant probability, whatever they earn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .bandit import BanditLearner
from .choices import Choices, Parameters, as_sessions, by_lane, by_trial, previous_choice


@dataclass
class RandomStay(BanditLearner):
    """Repeats its last choice with probability `p_stay`, else takes another option at random.

    A control: it has a rate of staying, and no effect of reward on it.

    Parameters
    ----------
    p_stay : float or (n,) array
    """

    p_stay: float | np.ndarray = 0.5

    def __post_init__(self) -> None:
        if not np.all((np.asarray(self.p_stay) >= 0) & (np.asarray(self.p_stay) <= 1)):
            raise ValueError(f"p_stay must be in [0, 1], got {self.p_stay}")

    def _forget(self, lanes: np.ndarray) -> None:
        if lanes.all():
            self._previous = np.full(len(lanes), -1)
        self._previous[lanes] = -1

    def _learn(self, chosen: np.ndarray, reward: np.ndarray) -> None:
        self._previous = np.where(chosen.any(axis=1), chosen.argmax(axis=1), self._previous)

    def _policy(self) -> np.ndarray:
        return stay_policy(self._previous, self.p_stay, self._n_options)

    def _values(self) -> np.ndarray:
        return np.zeros((len(self._previous), self._n_options))


def stay_policy(previous: np.ndarray, p_stay: float | np.ndarray, n_options: int) -> np.ndarray:
    """Policy (n, k): `p_stay` for the `previous` choice (n,), the rest shared; -1 is none yet.

    Examples
    --------
    >>> stay_policy(np.array([2, -1]), 0.8, n_options=3).round(2)
    array([[0.1 , 0.1 , 0.8 ],
           [0.33, 0.33, 0.33]])
    """
    stay = np.broadcast_to(p_stay, previous.shape)[:, None]
    is_previous = previous[:, None] == np.arange(n_options)
    policy = np.where(is_previous, stay, (1 - stay) / (n_options - 1))
    return np.where(previous[:, None] >= 0, policy, 1 / n_options)


def log_likelihood(parameters: Parameters, trials: Choices) -> np.ndarray:
    """Log likelihood of each subject's choices, (n,).

    Parameters
    ----------
    parameters
        `p_stay`, and with second-stage choices `p_stay_2`, the probability of repeating what was
        chosen at the last visit of the same second-stage state.
    trials : Choices
    """
    choice = by_trial(trials.choice)
    found = _log_probability(choice, by_lane(parameters["p_stay"], trials), trials.n_options)
    if trials.second is not None:
        second, state = by_trial(trials.second), by_trial(trials.state)
        p_stay = by_lane(parameters["p_stay_2"], trials)
        for s in (0, 1):
            here = np.where((state == s) & (choice >= 0), second, -1)
            found += _log_probability(here, p_stay, 2)
    return as_sessions(found, trials).sum(axis=(1, 2))


def _log_probability(choice: np.ndarray, p_stay: np.ndarray, n_options: int) -> np.ndarray:
    """Log probability of each choice (n_trials, n_lanes), 0 where none was made."""
    previous = previous_choice(choice).ravel()
    policy = stay_policy(previous, np.tile(p_stay, len(choice)), n_options)
    chosen = policy[np.arange(len(policy)), np.maximum(choice, 0).ravel()].reshape(choice.shape)
    with np.errstate(divide="ignore"):  # p_stay of exactly 0 or 1 can make a choice impossible
        return np.where(choice >= 0, np.log(chosen), 0.0)
