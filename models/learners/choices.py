"""Choices of subjects as likelihoods read them: plain arrays by subject, session and trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np

Parameters = Mapping[str, "float | np.ndarray"]
"""Natural values by name; one for all subjects, or (n,)."""


@dataclass(frozen=True)
class Choices:
    """What was chosen and earned; learning starts anew in every session.

    Attributes
    ----------
    choice : (n, n_sessions, n_trials) ints
        Options from 0, -1 where nothing was chosen: such a trial is not scored and teaches nothing.
    reward : (n, n_sessions, n_trials) array
    n_options : int
    common : (n, n_sessions, n_trials) ints, optional
        Two-step tasks: 1 after a common transition, 0 after a rare one.
    second : (n, n_sessions, n_trials) ints, optional
        Which of two options was chosen in the second-stage state, -1 without a first choice.
    p_common : float, optional

    Examples
    --------
    >>> trials = Choices(np.array([[[0, 1, -1]]]), np.zeros((1, 1, 3)), n_options=2)
    >>> len(trials), trials.n_choices
    (1, array([2]))
    """

    choice: np.ndarray
    reward: np.ndarray
    n_options: int
    common: np.ndarray | None = None
    second: np.ndarray | None = None
    p_common: float | None = None

    def __len__(self) -> int:
        return len(self.choice)

    @property
    def size(self) -> int:
        """Trials of one subject, padding included: what an evaluation costs."""
        return int(np.prod(self.choice.shape[1:]))

    @property
    def n_choices(self) -> np.ndarray:
        """Scored choices of each subject, of both stages, (n,)."""
        return self._counted(self.choice) + self._counted(self.second)

    @property
    def chance(self) -> np.ndarray:
        """Log likelihood of each subject's choices if all options are alike, (n,)."""
        first, second = self._counted(self.choice), self._counted(self.second)
        return -first * np.log(self.n_options) - second * np.log(2)

    def _counted(self, choice: np.ndarray | None) -> np.ndarray:
        if choice is None:
            return np.zeros(len(self), int)
        return (choice >= 0).sum(axis=(1, 2))

    def take(self, subjects: np.ndarray) -> Choices:
        """Return these subjects, in this order; one may come several times."""
        common = None if self.common is None else self.common[subjects]
        second = None if self.second is None else self.second[subjects]
        return Choices(
            self.choice[subjects], self.reward[subjects], self.n_options, common, second,
            self.p_common,
        )  # fmt: skip

    def first_stage(self) -> Choices:
        """Without what was chosen at the second stage."""
        return Choices(self.choice, self.reward, self.n_options, self.common, None, self.p_common)

    @property
    def state(self) -> np.ndarray:
        """Second-stage state, numbered by the choice that commonly leads there."""
        if self.common is None:
            raise ValueError("these trials have no `common`, the transition: not a two-step task")
        return np.where(self.common == 1, self.choice, 1 - self.choice)


def by_trial(array: np.ndarray) -> np.ndarray:
    """Return (n, n_sessions, n_trials) as (n_trials, n * n_sessions): one lane a session."""
    return np.moveaxis(array, 2, 0).reshape(array.shape[2], -1)


def by_lane(parameter: float | np.ndarray, trials: Choices) -> np.ndarray:
    """Return a parameter of each subject for each of its sessions, (n * n_sessions,)."""
    return np.repeat(np.broadcast_to(parameter, len(trials)), trials.choice.shape[1])


def previous_choice(choice: np.ndarray) -> np.ndarray:
    """Latest choice before each trial, -1 before the first; trials are the first axis.

    Examples
    --------
    >>> previous_choice(np.array([[1], [-1], [0]])).ravel().tolist()
    [-1, 1, 1]
    """
    trial = np.arange(1, len(choice) + 1).reshape(-1, *[1] * (choice.ndim - 1))
    latest = np.maximum.accumulate(np.where(choice >= 0, trial, 0), axis=0)
    latest = np.concatenate([np.zeros_like(latest[:1]), latest[:-1]])
    found = np.take_along_axis(choice, np.maximum(latest - 1, 0), axis=0)
    return np.where(latest > 0, found, -1)


def log_probability(logits: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Log softmax of the option `chosen` (...), 0 where it is -1; `logits` are (..., k)."""
    options = np.moveaxis(logits, -1, 0)  # few: one after the other is faster than along an axis
    highest = reduce(np.maximum, options)
    total = sum(np.exp(option - highest) for option in options)
    taken = np.take_along_axis(logits, np.maximum(chosen, 0)[..., None], axis=-1)[..., 0]
    return np.where(chosen >= 0, taken - highest - np.log(total), 0.0)


def as_sessions(values: np.ndarray, trials: Choices) -> np.ndarray:
    """Return (n_trials, n * n_sessions) as (n, n_sessions, n_trials)."""
    n, n_sessions, n_trials = trials.choice.shape
    return np.moveaxis(values.reshape(n_trials, n, n_sessions), 0, 2)
