"""A bandit learner taught by spiking dopamine neurons, which report bad news faintly."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ...tasks import Lanes, Task
from ..cores import softmax
from ..spiking_dopamine import BASELINE, REWARD_RESPONSE, DopamineCircuit
from .bandit import BanditLearner


@dataclass
class DopamineTaught(BanditLearner):
    """Learns the value of each option from the firing of dopamine neurons.

    The neurons compute the error from the reward and from the value expected of the option
    chosen; a trial teaches `(rate - baseline) / scale`, with the scale such that an unexpected
    reward teaches 1. Firing cannot fall below 0, and the baseline is low, so negative errors
    arrive compressed (Bayer & Glimcher 2005, doi:10.1016/j.neuron.2005.05.020).

    At the start of a life the circuit is simulated for `n_repeats` trials of reward and none at
    each of eleven expectations; what a trial of the life teaches is one of those, drawn at
    random, at the nearest expectation.

    Parameters
    ----------
    learning_rate, inverse_temperature : float
    circuit : DopamineCircuit
    volume : float, ul
        What a reward of 1 is for the neurons. With the default their inhibition about cancels a
        fully expected reward.
    n_repeats : int
    """

    parts: ClassVar[dict[str, str]] = {
        "rectification": "the exact error teaches instead of the neurons",
    }

    learning_rate: float = 0.1
    inverse_temperature: float = 5.0
    circuit: DopamineCircuit = field(default_factory=DopamineCircuit)
    volume: float = 0.3
    n_repeats: int = 30

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        self._lessons = None
        if "rectification" not in self.lesions:
            self._lessons = self._simulate(int(rng.random()[0] * 2**31))

    def _simulate(self, seed: int) -> np.ndarray:
        """Errors taught, (reward 0 or 1, expectation, repeat)."""
        reward, expected, _ = np.meshgrid(
            [0.0, self.volume], np.linspace(0, 1, 11), np.arange(self.n_repeats), indexing="ij"
        )
        dopamine, _ = self.circuit.run(reward.ravel(), expected.ravel(), seed=seed)
        change = (dopamine.rate(REWARD_RESPONSE) - dopamine.rate(BASELINE).mean()).mean(axis=1)
        change = change.reshape(reward.shape)
        return change / change[1, 0].mean()

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
            level = np.rint(10 * expected).astype(int)
            one = (draw * self._lessons.shape[2]).astype(int)
            error = self._lessons[(reward > 0).astype(int), level, one]
        learned = self._q + self.learning_rate * error[:, None] * chosen
        self._q = learned.clip(0, 1)  # a volume of reward is neither negative nor above the largest

    def _policy(self) -> np.ndarray:
        return softmax(self.inverse_temperature * self._q)

    def _values(self) -> np.ndarray:
        return self._q
