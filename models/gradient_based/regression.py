"""Networks of rectified units that regress: output, gradient of the squared error, Hessian times a vector.

All functions take leading axes, so that each lane may have weights of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

Weights = list[np.ndarray]
"""Matrix (..., n_in, n_out) and bias (..., 1, n_out) of each layer in turn."""


def initial_weights(sizes: Sequence[int], generator: np.random.Generator) -> Weights:
    """Fresh float32 weights of layers of these sizes, biases 0 (He et al. 2015, arXiv:1502.01852)."""
    weights: Weights = []
    for n_in, n_out in pairwise(sizes):
        matrix = generator.normal(0, np.sqrt(2 / n_in), (n_in, n_out))
        weights += [matrix.astype(np.float32), np.zeros((1, n_out), np.float32)]
    return weights


def predict(weights: Weights, state: np.ndarray) -> np.ndarray:
    """Outputs (..., n, n_outputs) for states (..., n, state_size)."""
    return _activity(weights, state)[-1]


def gradient(weights: Weights, state: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, Weights]:
    """Mean squared error over the points, (...,), and its gradient by each array of weights.

    Parameters
    ----------
    weights : list of arrays
    state : (..., n, state_size) array
    target : (..., n, n_outputs) array
    """
    activity = _activity(weights, state)
    error = activity[-1] - target
    loss = (error**2).mean(axis=(-2, -1))
    slope = _slope(error)
    found: Weights = []
    for matrix, inputs in zip(weights[-2::-2], activity[-2::-1], strict=True):
        found = [_turned(inputs) @ slope, slope.sum(axis=-2, keepdims=True), *found]
        slope = (slope @ _turned(matrix)) * (inputs > 0)
    return loss, found


def hessian_product(
    weights: Weights, state: np.ndarray, target: np.ndarray, vector: Weights
) -> Weights:
    """Hessian of the mean squared error times `vector`, exactly and without forming it.

    The gradient is differentiated along `vector` layer by layer (Pearlmutter 1994,
    doi:10.1162/neco.1994.6.1.147).
    """
    activity = _activity(weights, state)
    changes = [np.zeros_like(state)]  # of the activity of each layer along the vector
    layers = list(zip(weights[::2], vector[::2], vector[1::2], strict=True))
    for k, (matrix, along, bias_along) in enumerate(layers):
        change = changes[-1] @ matrix + activity[k] @ along + bias_along
        changes.append(change if k == len(layers) - 1 else change * (activity[k + 1] > 0))
    slope = _slope(activity[-1] - target)
    slope_change = _slope(changes[-1])
    found: Weights = []
    for (matrix, along, _), inputs, change in zip(
        layers[::-1], activity[-2::-1], changes[-2::-1], strict=True
    ):
        by_matrix = _turned(change) @ slope + _turned(inputs) @ slope_change
        found = [by_matrix, slope_change.sum(axis=-2, keepdims=True), *found]
        slope_change = (slope_change @ _turned(matrix) + slope @ _turned(along)) * (inputs > 0)
        slope = (slope @ _turned(matrix)) * (inputs > 0)
    return found


def _activity(weights: Weights, state: np.ndarray) -> list[np.ndarray]:
    """What each layer is given, and the output."""
    activity = [state]
    for k in range(0, len(weights), 2):
        total = activity[-1] @ weights[k] + weights[k + 1]
        activity.append(total if k == len(weights) - 2 else np.maximum(total, 0))
    return activity


def _slope(error: np.ndarray) -> np.ndarray:
    """Derivative of the mean squared error by the output, linear in the error."""
    return error * (2 / (error.shape[-2] * error.shape[-1]))


def _turned(array: np.ndarray) -> np.ndarray:
    return np.swapaxes(array, -1, -2)
