"""A bandit learner taught by spiking dopamine neurons, which report bad news faintly."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ...tasks import Lanes, Task
from ..cores import softmax
from ..dopamine.circuit import N_LEVELS, TAUGHT_VOLUME, DopamineCircuit
from .bandit import BanditLearner


@dataclass
class DopamineTaught(BanditLearner):
    """Learns the value of each option from the firing of dopamine neurons.

    The neurons compute the error from the reward and from the value expected of the option
    chosen; a trial teaches `(rate - baseline) / scale`, with the scale such that an unexpected
    reward teaches 1. Firing cannot fall below 0, and the baseline is low, so negative errors
    arrive compressed (Bayer & Glimcher 2005, doi:10.1016/j.neuron.2005.05.020).

    When lives begin, the circuit is simulated once for each seed: `n_repeats` trials with a reward
    and without at each of eleven expectations. What a trial of a life teaches is one of those,
    drawn at random, at the nearest expectation. Rewards must be 0 or 1.

    Parameters
    ----------
    learning_rate, inverse_temperature : float
    circuit : DopamineCircuit
    volume : float, ul
        What a reward of 1 is for the neurons. With the default their inhibition about cancels a
        fully expected reward.
    n_repeats : int
        Trials that are simulated of each kind.
    """

    parts: ClassVar[dict[str, str]] = {
        "rectification": "the exact error teaches instead of the neurons",
    }

    learning_rate: float = 0.1
    inverse_temperature: float = 5.0
    circuit: DopamineCircuit = field(default_factory=DopamineCircuit)
    volume: float = TAUGHT_VOLUME
    n_repeats: int = 30

    def __post_init__(self) -> None:
        if self.volume <= 0:
            raise ValueError(f"volume must be greater than 0, got {self.volume}")
        if self.n_repeats < 1:
            raise ValueError(f"n_repeats must be at least 1, got {self.n_repeats}")

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        self._lessons = None
        if "rectification" not in self.lesions:
            first_lanes = rng.random()[:: rng.n_per_seed]
            self._lessons = np.stack(
                [
                    self.circuit.lessons(self.volume, self.n_repeats, int(u * 2**31))
                    for u in first_lanes
                ]
            )
            self._seed_of = np.repeat(np.arange(len(first_lanes)), rng.n_per_seed)

    def _forget(self, lanes: np.ndarray) -> None:
        if lanes.all():
            self._q = np.full((len(lanes), self._n_options), 0.5)
        else:
            self._q = np.where(lanes[:, None], 0.5, self._q)

    def _learn(self, chosen: np.ndarray, reward: np.ndarray) -> None:
        draw = self._rng.random()
        expected = (self._q * chosen).sum(axis=1)
        if self._lessons is None:
            error = reward - expected
        else:
            earned = reward[chosen.any(axis=1)]
            if not np.isin(earned, (0, 1)).all():
                raise ValueError(
                    "DopamineTaught knows rewards of 0 and 1 only, got "
                    f"{earned[~np.isin(earned, (0, 1))][0]}; use a task that pays these"
                )
            level = np.rint((N_LEVELS - 1) * expected).astype(int)
            one = (draw * self.n_repeats).astype(int)
            error = self._lessons[self._seed_of, (reward > 0).astype(int), level, one]
        learned = self._q + self.learning_rate * error[:, None] * chosen
        self._q = learned.clip(0, 1)  # a volume of reward is neither negative nor above the largest

    def _policy(self) -> np.ndarray:
        return softmax(self.inverse_temperature * self._q)

    def _values(self) -> np.ndarray:
        return self._q
