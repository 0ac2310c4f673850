"""The best that anybody can do in a two-armed Bernoulli bandit of known length and known prior."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...tasks import Lanes, Task
from ...tasks.bandits import BETTER_ARM
from ..cores import sigmoid
from .bandit import greedy
from .counting import BernoulliLearner, posterior_mean

PRIORS = ("independent", "uniform", *BETTER_ARM)
_LONGEST = 200  # trials; the plan takes about trials^4 / 4 bytes
_TIE = 1e-12  # differences in value below this come from rounding


@lru_cache(maxsize=2)
def plan_independent(n_trials: int) -> tuple[list[np.ndarray], float]:
    """Best choices for two arms whose probabilities are independent and uniform.

    Exact dynamic program: layer by layer from the last trial, over the number of choices of the
    first arm and the wins on both.

    Parameters
    ----------
    n_trials : int
        At most 200.

    Returns
    -------
    better : list of (t + 1, t + 1, t + 1) int8 arrays
        `better[t][pulls_0, wins_0, wins_1]` after t trials: 1 if the first arm is the better
        choice, -1 if the second is, 0 if they are equally good.
    value : float
        Expected reward of the whole episode.

    Examples
    --------
    >>> plan_independent(1)[1]
    0.5
    """
    if n_trials > _LONGEST:
        raise ValueError(
            f"the best choices in {n_trials} trials need too much memory, "
            f"at most {_LONGEST} are planned; Gittins comes close in longer ones"
        )
    better: list[np.ndarray] = []
    value = np.zeros((n_trials + 1,) * 3)
    for t in reversed(range(n_trials)):
        pulls, wins = np.arange(t + 1)[:, None, None], np.arange(t + 1)
        # Cells with more wins than pulls are never reached; their means are kept in range.
        first = np.minimum((wins[:, None] + 1) / (pulls + 2), 1)
        second = np.minimum((wins + 1) / (t - pulls + 2), 1)
        go_first = first * (1 + value[1:, 1:, :-1]) + (1 - first) * value[1:, :-1, :-1]
        go_second = second * (1 + value[:-1, :-1, 1:]) + (1 - second) * value[:-1, :-1, :-1]
        value = np.maximum(go_first, go_second)
        gain = go_first - go_second
        better.append((gain > _TIE).astype(np.int8) - (gain < -_TIE))
    return better[::-1], float(value[0, 0, 0])


def first_arm_probability(evidence: np.ndarray, n: np.ndarray, prior: str) -> np.ndarray:
    """Posterior mean of p of the first arm where the second pays with 1 - p.

    Parameters
    ----------
    evidence : array
        Wins on the first arm plus losses on the second, each of which speaks for p.
    n : array
        Choices so far.
    prior : {"uniform", "easy", "medium", "hard"}
        As in `Bandit`.
    """
    if prior == "uniform":
        return posterior_mean(n, evidence)
    high = BETTER_ARM[prior]
    log_odds = (2.0 * evidence - n) * np.log(high / (1 - high))
    return 1 - high + (2 * high - 1) * sigmoid(log_odds)


@dataclass
class BayesOptimal(BernoulliLearner):
    """Choices that maximize the expected reward of a two-armed bandit episode of known length.

    It knows from which distribution the arms are drawn: `prior` is what `arms` is in
    `Bandit`. Where the arms are dependent (p and 1 - p) both choices are equally informative,
    so that choosing the arm that is better on average is best; where they are independent
    the plan is an exact dynamic program over the episode, made at the first `begin` and kept.
    """

    prior: str = "uniform"

    def __post_init__(self) -> None:
        if self.prior not in PRIORS:
            raise ValueError(f"prior must be {', '.join(PRIORS)}, got '{self.prior}'")

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        if self._n_options != 2:
            raise ValueError(f"BayesOptimal knows two arms, got {self._n_options}")
        if self.prior == "independent":
            self._better, _ = plan_independent(task.n_steps)

    def _values(self) -> np.ndarray:
        if self.prior == "independent":
            return super()._values()
        wins, losses = self._wins()
        n = self._pulls.sum(axis=1)
        p = first_arm_probability(wins[:, 0] + losses[:, 1], n, self.prior)
        return np.stack([p, 1 - p], axis=1)

    def _policy(self) -> np.ndarray:
        if self.prior == "independent":
            return self._planned()
        wins, losses = self._wins()
        evidence = wins[:, 0] + losses[:, 1] - self._pulls.sum(axis=1) / 2
        return greedy(np.stack([evidence, -evidence], axis=1), self._preference)

    def _planned(self) -> np.ndarray:
        pulls, wins = self._pulls.astype(int), self._wins()[0].astype(int)
        trial = pulls.sum(axis=1)
        better = np.zeros(len(trial))
        for t in np.unique(trial[trial < len(self._better)]):  # lanes mostly share one trial
            lanes = trial == t
            better[lanes] = self._better[t][pulls[lanes, 0], wins[lanes, 0], wins[lanes, 1]]
        return greedy(np.stack([better, -better], axis=1), self._preference)
