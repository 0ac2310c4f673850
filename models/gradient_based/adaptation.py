"""Adapting by gradient steps, and the gradient through them (Finn, Abbeel & Levine 2017, arXiv:1703.03400)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..learner import Policy
from .regression import Weights, gradient, hessian_product, predict

Points = tuple[np.ndarray, np.ndarray]
"""States (..., n, state_size) and targets (..., n, n_outputs)."""


def descend(weights: Weights, points: Points, rate: float, n_steps: int = 1) -> Weights:
    """Weights after gradient steps on the squared error at `points`.

    Examples
    --------
    >>> state, target = np.ones((1, 1, 1)), np.full((1, 1, 1), 3.0)
    >>> line = [np.zeros((1, 1, 1)), np.zeros((1, 1, 1))]
    >>> [float(array.item()) for array in descend(line, (state, target), rate=0.25)]
    [1.5, 1.5]
    """
    for _ in range(n_steps):
        _, slope = gradient(weights, *points)
        weights = [array - rate * along for array, along in zip(weights, slope, strict=True)]
    return weights


def meta_gradient(
    weights: Weights,
    shown: Points,
    asked: Points,
    rate: float,
    n_steps: int = 1,
    first_order: bool = False,
) -> tuple[np.ndarray, Weights]:
    """Error at `asked` after gradient steps on `shown`, and its gradient by the weights before them.

    Parameters
    ----------
    weights : list of arrays
    shown, asked : (state, target)
        Points of each lane, (n, n_points, ...).
    rate : float
    n_steps : int
    first_order : bool
        Take the steps themselves as constant, that is, leave out the second derivatives.

    Returns
    -------
    loss : (n,) array
    slope : list of (n, ...) arrays
        For each step from the last to the first, (I - rate * Hessian) times what comes after it.
    """
    path = [weights]
    for _ in range(n_steps):
        path.append(descend(path[-1], shown, rate))
    loss, slope = gradient(path[-1], *asked)
    if not first_order:
        for before in reversed(path[:-1]):
            bend = hessian_product(before, *shown, slope)
            slope = [array - rate * by for array, by in zip(slope, bend, strict=True)]
    return loss, slope


@dataclass(frozen=True)
class GradientLearner:
    """A `Learner` that takes gradient steps from its weights on the points that it is given.

    Parameters
    ----------
    weights : list of arrays
        The slow knowledge: shared, or with a leading axis of lanes.
    rate : float
    n_steps : int

    Examples
    --------
    >>> line = [np.zeros((1, 1)), np.zeros((1, 1))]
    >>> data = {"state": np.ones((1, 1, 1)), "target": np.full((1, 1, 1), 3.0)}
    >>> float(GradientLearner(line, rate=0.25).adapt(data)(np.ones((1, 1, 1))).item())
    3.0
    """

    weights: Weights = field(repr=False)
    rate: float = 0.01
    n_steps: int = 1

    def adapt(self, data: Mapping[str, np.ndarray]) -> Policy:
        fast = descend(self.weights, (data["state"], data["target"]), self.rate, self.n_steps)
        return lambda states: predict(fast, states)
