"""Learners that count: choices and what they paid are all that they keep of the past.

Every option starts with one success and one failure, so that its mean after `pulls` choices that
paid `paid` together is (1 + paid) / (2 + pulls), the posterior mean under a uniform prior.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...tasks import Lanes, Task
from .bandit import BanditLearner, greedy

_N_NODES = 256  # of the integral over payoff probabilities in `thompson_policy`


def posterior_mean(pulls: np.ndarray, paid: np.ndarray) -> np.ndarray:
    """Mean payoff of each option, one success and one failure counted before the first choice."""
    return (1 + paid) / (2 + pulls)


def ucb1_index(pulls: np.ndarray, paid: np.ndarray, exploration: float) -> np.ndarray:
    """Upper confidence bound of each option, mean + c sqrt(2 ln t / n).

    n counts the success and the failure before the first choice, and t is the number of
    the coming choice, 1 at first. With c = 1 and other initial counts this is UCB1 of Auer,
    Cesa-Bianchi & Fischer 2002, doi:10.1023/A:1013689704352.

    Parameters
    ----------
    pulls, paid : (n, k) arrays
        Choices of each option so far, and their rewards added up.
    exploration : float
        c.
    """
    t = pulls.sum(axis=1, keepdims=True) + 1
    return posterior_mean(pulls, paid) + exploration * np.sqrt(2 * np.log(t) / (2 + pulls))


@lru_cache(maxsize=1)
def _nodes() -> tuple[np.ndarray, np.ndarray]:
    """Logarithms of p and 1 - p where p = sin^2 of evenly spaced angles."""
    angle = (np.arange(_N_NODES) + 0.5) * (np.pi / 2 / _N_NODES)
    return 2 * np.log(np.sin(angle)), 2 * np.log(np.cos(angle))


def thompson_policy(wins: np.ndarray, losses: np.ndarray) -> np.ndarray:
    """Probability that each option is the best one under Beta(1 + wins, 1 + losses) posteriors.

    Thompson sampling, Thompson 1933, doi:10.1093/biomet/25.3-4.285, chooses with this
    probability. The integral over p runs in the angle whose squared sine is p, in which a
    posterior is about equally wide everywhere; its error is below 1e-3 up to 1,000 trials.

    Parameters
    ----------
    wins, losses : (n, k) arrays

    Examples
    --------
    >>> thompson_policy(np.array([[1, 0]]), np.array([[0, 0]])).round(3)
    array([[0.667, 0.333]])
    """
    log_p, log_q = _nodes()
    # Many lanes share their counts: each posterior is worked out once.
    counts, which = np.unique(np.asarray(wins) + 1j * np.asarray(losses), return_inverse=True)
    log_density = (counts.real + 0.5)[:, None] * log_p + (counts.imag + 0.5)[:, None] * log_q
    density = np.exp(log_density - log_density.max(axis=-1, keepdims=True))
    density /= density.sum(axis=-1, keepdims=True)
    below = np.cumsum(density, axis=-1) - density / 2
    n, n_options = np.shape(wins)
    which = which.reshape(n, n_options)
    policy = np.empty((n, n_options))
    for option in range(n_options):
        others = np.delete(below[which], option, axis=1).prod(axis=1)
        policy[:, option] = np.einsum("nx,nx->n", density[which[:, option]], others)
    return policy / policy.sum(axis=1, keepdims=True)


@dataclass
class CountingLearner(BanditLearner):
    """A bandit learner that keeps `pulls` and `paid`, (n, k): choices and their rewards added up.

    Options that are equally good are chosen by a preference drawn once for each life.
    """

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        self._preference = rng.random(self._n_options)

    def _forget(self, lanes: np.ndarray) -> None:
        if lanes.all():
            self._pulls = np.zeros((len(lanes), self._n_options))
            self._paid = np.zeros((len(lanes), self._n_options))
        self._pulls[lanes] = self._paid[lanes] = 0

    def _learn(self, chosen: np.ndarray, reward: np.ndarray) -> None:
        self._pulls += chosen
        self._paid += chosen * reward[:, None]

    def _values(self) -> np.ndarray:
        return posterior_mean(self._pulls, self._paid)

    def _wins(self) -> tuple[np.ndarray, np.ndarray]:
        """Wins and losses (n, k) of a learner for which a choice is won or lost."""
        return self._paid, self._pulls - self._paid


@dataclass
class BernoulliLearner(CountingLearner):
    """A counting learner for which every choice is won, reward 1, or lost, reward 0."""

    def _learn(self, chosen: np.ndarray, reward: np.ndarray) -> None:
        earned = reward[chosen.any(axis=1)]
        wrong = earned[(earned != 0) & (earned != 1)]
        if len(wrong):
            raise ValueError(
                f"{type(self).__name__} learns from rewards that are 0 or 1, got {wrong[0]:g}; "
                "Greedy, EpsilonGreedy, UCB1 and QLearner take any"
            )
        super()._learn(chosen, reward)


@dataclass
class Greedy(CountingLearner):
    """Always the option with the largest posterior mean."""

    def _policy(self) -> np.ndarray:
        return greedy(self._values(), self._preference)


@dataclass
class EpsilonGreedy(CountingLearner):
    """Any option with probability `epsilon` (.1, chosen), else that with the largest mean."""

    epsilon: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.epsilon <= 1:
            raise ValueError(f"epsilon must be in [0, 1], got {self.epsilon}")

    def _policy(self) -> np.ndarray:
        best = greedy(self._values(), self._preference)
        return (1 - self.epsilon) * best + self.epsilon / self._n_options


@dataclass
class UCB1(CountingLearner):
    """The option with the largest upper confidence bound; `exploration` is c of `ucb1_index`."""

    exploration: float = 1.0

    def __post_init__(self) -> None:
        if self.exploration < 0:
            raise ValueError(f"exploration must not be negative, got {self.exploration}")

    def _policy(self) -> np.ndarray:
        index = ucb1_index(self._pulls, self._paid, self.exploration)
        return greedy(index, self._preference)


@dataclass
class Thompson(BernoulliLearner):
    """Each option with the probability that it is the best one, given wins and losses."""

    def _policy(self) -> np.ndarray:
        return thompson_policy(*self._wins())
