"""What all peers of the comparison share: the task, the network, its first weights, the criterion."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

N_ACTIONS = 2
N_INPUTS = 4  # previous action (2), previous reward, share of the episode that has passed
CRITERION = (
    1.57  # regret of the Gittins index on these bandits, whose payoffs it takes as independent
)
BEST_REWARD = 0.75  # a trial, of who always picks the better arm: the mean of max(p, 1 - p)


@dataclass(frozen=True)
class Setting:
    """Two arms pay with p and 1 - p, p uniform; an advantage actor-critic trains an LSTM on them.

    These are the toolkit's defaults, found on reward; every peer with the same algorithm gets
    them, so that the time to the criterion compares engines and not tuning. Over `n_lives` the
    learning rate falls to 0, and over the first half of them the entropy weight. Whoever has not
    reached the criterion by then goes on under the schedule of a budget twice as large.
    """

    n_seeds: int = 1
    n_lanes: int = 64
    n_units: int = 48
    n_trials: int = 100
    n_lives: int = 40_000
    learning_rate: float = 5e-3
    discount: float = 0.9
    value_weight: float = 0.05
    entropy_weight: float = 0.05
    max_gradient_norm: float = 1.0
    input_gain: float = 8.0
    forget_bias: float = 1.0

    @property
    def n_updates(self) -> int:
        """Updates of the whole schedule."""
        return -(-self.n_lives // self.n_lanes)

    @property
    def steps_per_update(self) -> int:
        """Steps that all seeds together take between updates."""
        return self.n_seeds * self.n_lanes * self.n_trials

    def schedule(self, first: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Learning rates and entropy weights of updates `first` to `first + n`, (n,) each."""
        update = np.arange(first, first + n)
        doublings = np.ceil(np.log2(np.maximum((update + 1) / self.n_updates, 1)))
        done = update / np.maximum(self.n_updates * 2**doublings - 1, 1)
        rates = self.learning_rate * (1 - done)
        entropy_weights = self.entropy_weight * (1 - np.minimum(2 * done, 1))
        return rates.astype(np.float32), entropy_weights.astype(np.float32)

    def initial_weights(self, seed: int) -> dict[str, np.ndarray]:
        """Uniform weights; inputs are few and mostly zero, so theirs are larger.

        Gates stand side by side in the order input, forget, output, candidate.
        """
        words = np.random.SeedSequence(seed, spawn_key=(zlib.crc32(b"benchmark"),))
        generator, n = np.random.default_rng(words), self.n_units
        shapes = {
            "recurrent": (n, 4 * n), "input": (N_INPUTS, 4 * n), "bias": (4 * n,),
            "head": (n, N_ACTIONS + 1), "head_bias": (N_ACTIONS + 1,),
            "initial_hidden": (n,), "initial_cell": (n,),
        }  # fmt: skip
        weights = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
        for name in ("recurrent", "input", "head"):
            weights[name][:] = generator.uniform(-1, 1, shapes[name]) / np.sqrt(n)
        weights["input"] *= self.input_gain
        weights["bias"][n : 2 * n] = self.forget_bias
        return weights

    @property
    def operations_per_step(self) -> int:
        """Floating-point operations of the products in one training step.

        Three products of the size of the recurrent weights (forward, backward, gradient), three
        of the head's, and two of the input weights', since nothing lies before the inputs.
        """
        n = self.n_units
        return 2 * (3 * n * 4 * n + 2 * N_INPUTS * 4 * n + 3 * n * (N_ACTIONS + 1))
