"""The Gittins index: the certain payoff that is worth as much as an uncertain arm.

Gittins 1979, doi:10.1111/j.2517-6161.1979.tb01068.x.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...tasks import Lanes, Task
from .bandit import greedy
from .counting import BernoulliLearner

_N_PAYOFFS = 501  # certain payoffs tried, between which the index is interpolated
_N_BEYOND = 500  # trials looked ahead beyond the last state of the table


@lru_cache(maxsize=8)
def gittins_index(n_trials: int, discount: float = 0.99) -> np.ndarray:
    """Gittins index of a Bernoulli arm after every number of wins and losses.

    An arm competes with a certain payoff per trial; its index is the payoff at which stopping to
    play the arm, once and for all, is as good as going on. Backward induction gives the value
    of going on for a range of payoffs at once, and the index is where the two values meet.

    Parameters
    ----------
    n_trials : int
        Wins and losses together are at most this.
    discount : float
        Discount factor per trial, in (0, 1).

    Returns
    -------
    (n_trials + 1, n_trials + 1) array, read-only
        `index[wins, losses]` under a uniform prior; NaN where they exceed `n_trials`.

    Examples
    --------
    >>> float(gittins_index(0)[0, 0].round(3))
    0.87
    """
    if not 0 < discount < 1:
        raise ValueError(f"discount must be in (0, 1), got {discount}")
    if n_trials < 0:
        raise ValueError(f"n_trials must not be negative, got {n_trials}")
    payoff = np.linspace(0, 1, _N_PAYOFFS)
    index = np.full((n_trials + 1, n_trials + 1), np.nan)
    # Everything is counted per trial, times 1 - discount: the value of stopping is the payoff.
    farthest = n_trials + _N_BEYOND
    mean = (np.arange(farthest + 1) + 1) / (farthest + 2)
    value = np.maximum(mean[:, None], payoff)  # one row for each number of wins
    for n in reversed(range(farthest)):  # wins and losses so far
        mean = ((np.arange(n + 1) + 1) / (n + 2))[:, None]
        go_on = (1 - discount) * mean + discount * (value[:-1] + mean * (value[1:] - value[:-1]))
        if n <= n_trials:
            wins = np.arange(n + 1)
            index[wins, n - wins] = _crossing(payoff, go_on - payoff)
        value = np.maximum(go_on, payoff)
    index.flags.writeable = False
    return index


def _crossing(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Where each row of `y`, positive at first and falling, meets 0, by linear interpolation."""
    rows, last = np.arange(len(y)), (y > 0).sum(axis=1) - 1
    before, after = y[rows, last], y[rows, last + 1]
    return x[last] + (x[last + 1] - x[last]) * before / (before - after)


@dataclass
class Gittins(BernoulliLearner):
    """The option with the largest Gittins index, best for independent arms and endless trials.

    Parameters
    ----------
    discount_factor : float
        That of the index, by which later rewards count less; .99 as in the reference results.
    """

    discount_factor: float = 0.99

    def __post_init__(self) -> None:
        if not 0 < self.discount_factor < 1:
            raise ValueError(f"discount_factor must be in (0, 1), got {self.discount_factor}")

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        self._index = gittins_index(task.n_steps, self.discount_factor)
        super().begin(task, n, rng)

    def _policy(self) -> np.ndarray:
        wins, losses = self._wins()
        return greedy(self._index[wins.astype(int), losses.astype(int)], self._preference)
