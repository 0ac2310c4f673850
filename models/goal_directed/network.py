"""The fast system: a small policy network for each lane, trained on shuffled minibatches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

# Adam of Tan & Motani 2023, published program (Keras defaults)
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7
# Beside Adam's epsilon such gradients move nothing, but numbers below 1e-38 take 100 times as long.
TOO_SMALL, CLEAN_EVERY = 1e-10, 100


class PolicyNetworks:
    """A perceptron with rectified hidden layers and softmax output for each of `n` lanes.

    Weights are drawn uniformly with variance 2 / (inputs + outputs) (Glorot & Bengio 2010), biases
    start at 0. Lanes are computed side by side, but what one lane computes never depends on another:
    minibatches are always filled up to their full size with samples that do not count.

    Parameters
    ----------
    generators : sequence of Generator
        One for each lane.
    sizes : sequence of int
        Inputs, hidden layers, outputs.
    learning_rate : float
    batch_size : int

    Attributes
    ----------
    flat : (n, n_weights) float32
        All weights of a lane in a row.
    n_updates : (n,) ints
    """

    def __init__(
        self,
        generators: Sequence[np.random.Generator],
        sizes: Sequence[int],
        learning_rate: float = 1e-3,
        batch_size: int = 32,
    ) -> None:
        self.sizes, self.learning_rate, self.batch_size = tuple(sizes), learning_rate, batch_size
        rows = [self._drawn(generator) for generator in generators]
        self.flat = np.array(rows, np.float32)
        self._gradient = np.zeros_like(self.flat)
        self._first, self._second = np.zeros((2, *self.flat.shape), np.float32)
        self._spare = np.zeros(self.flat.shape[1], np.float32)
        self.n_updates = np.zeros(len(rows), np.int64)
        self._layers, self._gradients = self._parts(self.flat), self._parts(self._gradient)

    def _drawn(self, generator: np.random.Generator) -> np.ndarray:
        parts = []
        for n_in, n_out in pairwise(self.sizes):
            limit = np.sqrt(6 / (n_in + n_out))
            parts += [generator.uniform(-limit, limit, n_in * n_out), np.zeros(n_out)]
        return np.concatenate(parts)

    def _parts(self, flat: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """Weights (n, inputs, outputs) and biases (n, 1, outputs) of each layer, views of `flat`."""
        parts, end = [], 0
        for n_in, n_out in pairwise(self.sizes):
            begin, middle, end = end, end + n_in * n_out, end + (n_in + 1) * n_out
            weight = flat[:, begin:middle].reshape(-1, n_in, n_out)
            parts.append((weight, flat[:, middle:end].reshape(-1, 1, n_out)))
        return parts

    @property
    def multiply_adds(self) -> int:
        """Of one policy of one lane."""
        return sum(n_in * n_out for n_in, n_out in pairwise(self.sizes))

    def policy(self, inputs: np.ndarray) -> np.ndarray:
        """Probability of each action (n, k, n_actions) for `inputs` (n, k, n_inputs)."""
        return softmax(self._forward(inputs.astype(np.float32), slice(None))[-1])

    def policy_of(self, lane: int, inputs: np.ndarray) -> np.ndarray:
        """Probability of each action (k, n_actions) in one lane, for `inputs` (k, n_inputs)."""
        one = slice(lane, lane + 1)
        return softmax(self._forward(inputs[None].astype(np.float32), one)[-1])[0]

    def _forward(self, inputs: np.ndarray, lanes: slice) -> list[np.ndarray]:
        """What each layer gives, the inputs first and the logits last."""
        layers = [inputs]
        for weight, bias in self._layers:
            if len(layers) > 1:
                np.maximum(layers[-1], 0, out=layers[-1])
            out = layers[-1] @ weight[lanes]
            out += bias[lanes]
            layers.append(out)
        return layers

    def fit(self, inputs: np.ndarray, targets: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Make one pass through the samples of each lane, in their order, and return the mean loss.

        Parameters
        ----------
        inputs : (n, n_samples, n_inputs) array
        targets : (n, n_samples) ints
            The action to choose.
        weights : (n, n_samples) array
            0 where a lane has no such sample; samples that count come first.

        Returns
        -------
        (n,) float32
            Mean cross-entropy (nats) over minibatches as they were met, 0 without a sample.
        """
        size, total, met = self.batch_size, np.zeros(len(self.flat)), np.zeros(len(self.flat))
        inputs, targets, weights = (self._filled_up(a) for a in (inputs, targets, weights))
        for begin in range(0, inputs.shape[1], size):
            here = slice(begin, begin + size)
            has = weights[:, begin] > 0
            for lanes in runs(has):
                loss = self._step(
                    inputs[lanes, here], targets[lanes, here], weights[lanes, here], lanes
                )
                total[lanes] += loss
            met += has
        return (total / np.maximum(met, 1)).astype(np.float32)

    def _filled_up(self, samples: np.ndarray) -> np.ndarray:
        """Zeros appended until minibatches are full."""
        n, n_samples = samples.shape[:2]
        full = -(-n_samples // self.batch_size) * self.batch_size
        filled = np.zeros((n, full, *samples.shape[2:]), samples.dtype)
        filled[:, :n_samples] = samples
        return filled

    def _step(
        self, inputs: np.ndarray, targets: np.ndarray, weights: np.ndarray, lanes: slice
    ) -> np.ndarray:
        """One step of Adam on one minibatch of each of `lanes`."""
        layers = self._forward(np.ascontiguousarray(inputs, np.float32), lanes)
        policy = softmax(layers[-1])
        share = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
        chosen = targets[..., None] == np.arange(policy.shape[2])
        loss = -(share * np.log(np.maximum((policy * chosen).sum(axis=2), EPSILON))).sum(axis=1)
        delta = (policy - chosen) * share[..., None]
        delta[np.abs(delta) < TOO_SMALL] = 0
        for k in range(len(self._layers) - 1, -1, -1):
            weight, bias = self._gradients[k]
            np.matmul(layers[k].transpose(0, 2, 1), delta, out=weight[lanes])
            np.sum(delta, axis=1, keepdims=True, out=bias[lanes])
            if k:
                # A copy in order: OpenBLAS spreads the product with a transposed one over threads.
                backward = np.ascontiguousarray(self._layers[k][0][lanes].transpose(0, 2, 1))
                delta = delta @ backward
                delta *= layers[k] > 0
        for lane in range(lanes.start, lanes.stop):
            self._adam(lane)
        return loss

    def _adam(self, lane: int) -> None:
        """One step of Adam (arXiv:1412.6980); a lane's row at a time stays in the cache.

        The moments are kept divided by 1 - beta, which saves a pass over each.
        """
        first, second, gradient = self._first[lane], self._second[lane], self._gradient[lane]
        spare = self._spare
        first *= BETA_1
        first += gradient
        second *= BETA_2
        gradient *= gradient
        second += gradient
        self.n_updates[lane] += 1
        n = int(self.n_updates[lane])
        if n % CLEAN_EVERY == 0:
            first[np.abs(first) < TOO_SMALL**2] = 0
        scale = np.sqrt(1 - BETA_2)
        rate = self.learning_rate * np.sqrt(1 - BETA_2**n) / (1 - BETA_1**n)
        np.sqrt(second, out=spare)
        spare += EPSILON / scale
        np.divide(first, spare, out=spare)
        spare *= rate * (1 - BETA_1) / scale
        self.flat[lane] -= spare


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis.

    Examples
    --------
    >>> softmax(np.zeros((1, 4)))
    array([[0.25, 0.25, 0.25, 0.25]])
    """
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    raised /= raised.sum(axis=-1, keepdims=True)
    return raised


def runs(chosen: np.ndarray) -> Iterator[slice]:
    """Slices that hold the true entries of `chosen`, so that parts of arrays need no copies.

    Examples
    --------
    >>> list(runs(np.array([True, True, False, True])))
    [slice(0, 2, None), slice(3, 4, None)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(np.int8), [0]])))
    for begin, end in edges.reshape(-1, 2).tolist():
        yield slice(begin, end)


__all__ = ["PolicyNetworks", "runs", "softmax"]
