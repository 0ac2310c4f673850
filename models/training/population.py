"""What the trainer asks of an engine: a population of networks, stepped and updated together.

The lanes of seed k are rows k * n_lanes to (k + 1) * n_lanes of every array. Whoever runs beside
it, a seed's numbers are the same. Engines: `fused` (compiled kernel), `manual` (torch, gradients by
hand), `autograd` (torch, the reference).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..cores import GATES, Weights

MEASURED = ("policy_loss", "value_loss", "entropy", "gradient_norm")  # by every update


@dataclass(frozen=True)
class Shape:
    """Sizes of a population: `n_steps` is the number of steps between updates.

    Raises
    ------
    ValueError
        If the core is unknown, or nothing could be computed with a size.
    """

    core: str
    n_inputs: int
    n_units: int
    n_actions: int
    n_seeds: int
    n_lanes: int
    n_steps: int

    def __post_init__(self) -> None:
        if self.core not in GATES:
            raise ValueError(f"core must be one of {', '.join(GATES)}, got '{self.core}'")
        if self.n_inputs < 0:
            raise ValueError(f"n_inputs must not be negative, got {self.n_inputs}")
        for name in ("n_units", "n_actions", "n_seeds", "n_lanes", "n_steps"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")


@dataclass(frozen=True)
class UpdateSettings:
    """One update of the advantage actor-critic.

    The loss of a seed is the mean over its active steps of
    `-A log pi(a) + value_weight / 2 (R - V)^2 - entropy_weight H(pi)`, with A the generalized
    advantage (`discount`, `trace_decay`), R = A + V, both held constant. The gradient is scaled
    down to `max_gradient_norm`, then RMSProp or Adam takes a step of `learning_rate`:

    - adam: m += (1 - b1)(g - m), s += (1 - b2)(g^2 - s), corrected for their start at 0,
      w -= learning_rate * m / (sqrt(s) + epsilon), b1 = .9, b2 = `squared_decay`
    - rmsprop: s += (1 - squared_decay)(g^2 - s), w -= learning_rate * g / sqrt(s + epsilon),
      s starting at 1 as in TensorFlow 1, which Wang et al. 2018 used.
    """

    optimizer: str
    learning_rate: float
    discount: float
    trace_decay: float
    value_weight: float
    entropy_weight: float
    max_gradient_norm: float
    squared_decay: float
    epsilon: float

    def __post_init__(self) -> None:
        if self.optimizer not in ("adam", "rmsprop"):
            raise ValueError(f"optimizer must be adam or rmsprop, got '{self.optimizer}'")


class Population(Protocol):
    """Networks of several seeds, and the activations of the steps since the last update.

    Attributes
    ----------
    inputs : (n_steps + 1, n_seeds * n_lanes, n_inputs) float32
        Row t is written by the caller before `step(t)`; row n_steps before `look`.
    reinstated : (n_steps + 1, n_seeds * n_lanes, n_units) float32
        Cell states read from memory, episodic LSTM only; written before `step(t)`. No gradient
        flows into them.
    """

    inputs: np.ndarray
    reinstated: np.ndarray | None

    def step(self, t: int, first: np.ndarray, draw: np.ndarray) -> np.ndarray:
        """Advance all networks and sample actions.

        Where `first` (n,) is true the state is the learned initial state; elsewhere step 0
        continues from the last state of the segment before, without gradient. The action is
        the one at which the cumulative policy passes `draw` (n,) in [0, 1). The actions (n,) ints
        may be a view that the next segment overwrites.
        """

    def look(self, first: np.ndarray) -> None:
        """Compute the value of input row n_steps, the bootstrap of the segment's returns."""

    def update(
        self,
        reward: np.ndarray,
        discount: np.ndarray,
        active: np.ndarray,
        settings: UpdateSettings,
    ) -> dict[str, np.ndarray]:
        """Back-propagate through the segment and take one optimizer step for each seed.

        Parameters
        ----------
        reward, discount : (n_steps, n) float32
            What the action of step t earned, and the discount after it.
        active : (n_steps, n) bool
            Steps that count. A lane that has ended stays inactive.

        Returns
        -------
        dict of (n_seeds,) arrays
            `policy_loss`, `value_loss` (mean of (R - V)^2), `entropy`, `gradient_norm` (before
            clipping). A seed whose loss or gradient is not finite keeps its weights and
            optimizer as they were; its `gradient_norm` is NaN.
        """

    def weights(self, index: int) -> dict[str, np.ndarray]:
        """A copy of the weights of one seed by name."""

    def optimizer(self, index: int) -> dict[str, np.ndarray]:
        """A copy of the optimizer state of one seed by name, with `count`, its updates so far."""

    def state(self, index: int) -> dict[str, np.ndarray]:
        """A copy of the recurrent state of one seed's lanes: `hidden` (n_lanes, n_units), ..."""

    def load(
        self,
        index: int,
        weights: Weights,
        optimizer: Weights | None = None,
        state: Weights | None = None,
    ) -> None:
        """Set one seed's weights, and its optimizer and recurrent state (fresh if None)."""
