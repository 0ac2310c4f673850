"""Reward as a cue: a model-free learner that looks model-based (Akam, Costa & Dayan 2015).

doi:10.1371/journal.pcbi.1004648
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..cores import softmax
from .two_step_learner import TwoStepLearner, either_key
from .two_step_q import q_update

N_CUES = 5  # nothing yet; two states, each rewarded or not


@dataclass
class RewardAsCue(TwoStepLearner):
    """Takes the outcome of the last trial for its present situation, and learns what pays there.

    It has no model of the transitions and infers nothing: for each state reached, rewarded or
    not, it learns by trial and error which first-stage choice pays next. As the better state
    rarely changes it comes to return to where reward was found, and so shows the
    reward-by-transition interaction of a planner. The idea is the paper's; the learning rate
    and the inverse temperature are our choice, such that a hundred trials show it.
    """

    learning_rate: float = 0.1
    inverse_temperature: float = 10.0

    def _start(self, n: int) -> None:
        self._q = np.zeros((n, N_CUES, 2))
        self._cue = np.zeros(n, np.int64)

    def _first_stage(self) -> tuple[np.ndarray, np.ndarray]:
        q = self._q[self._lanes, self._cue]
        return q, softmax(self.inverse_temperature * q)

    def _second_stage(self, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return either_key(self._q[self._lanes, self._cue, self._first])

    def _learn(
        self, first: np.ndarray, state: np.ndarray, second: np.ndarray, reward: np.ndarray
    ) -> None:
        self._q = cued_q_update(self._q, self._cue, first, reward, self.learning_rate)
        self._cue = cue_of(state, reward)


def cue_of(state: np.ndarray, reward: np.ndarray) -> np.ndarray:
    """The cue that a trial leaves, (n,): 1 + 2 state + rewarded; 0 is kept for the first trial."""
    return 1 + 2 * state + (reward > 0)


def cued_q_update(
    q: np.ndarray,
    cue: np.ndarray,
    action: np.ndarray,
    reward: np.ndarray,
    learning_rate: float | np.ndarray,
) -> np.ndarray:
    """Values (n, n_cues, 2) after `action` was taken at `cue` and paid `reward`; see `q_update`."""
    lanes, q = np.arange(len(q)), q.copy()
    q[lanes, cue] = q_update(q[lanes, cue], action, reward, learning_rate)
    return q
