"""Small networks, one for each lane, computed side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ..tasks import Lanes

if TYPE_CHECKING:
    import torch


class LaneNetworks:
    """A perceptron with rectified hidden layers for each lane.

    Weights are drawn with variance 2 / inputs (He et al. 2015, doi:10.1109/ICCV.2015.123), or
    2 / (inputs + outputs) (Glorot & Bengio 2010); biases start at 0.

    Parameters
    ----------
    rng : Lanes
    sizes : sequence of int
        Inputs, hidden layers, outputs.
    variance : {"he", "glorot"}

    Attributes
    ----------
    flat : (n, n_weights) tensor
        All weights of a lane in a row; change it in place.
    layers : list of tensors
        Weights (n, inputs, outputs) and biases (n, 1, outputs) in turn, parts of `flat`.
    """

    def __init__(self, rng: Lanes, sizes: Sequence[int], variance: str = "he") -> None:
        import torch

        if variance not in ("he", "glorot"):
            raise ValueError(f"variance must be he or glorot, got '{variance}'")
        parts = []
        for n_inputs, n_outputs in pairwise(sizes):
            fan = n_inputs if variance == "he" else n_inputs + n_outputs
            parts.append(rng.normal(n_inputs * n_outputs) * np.sqrt(2 / fan))
            parts.append(np.zeros((rng.n, n_outputs)))
        self.flat = torch.tensor(np.concatenate(parts, axis=1), dtype=torch.float32)
        self.layers = []
        ends = np.cumsum([part.shape[1] for part in parts]).tolist()
        shapes = [shape for pair in pairwise(sizes) for shape in (pair, (1, pair[1]))]
        for begin, end, shape in zip([0, *ends], ends, shapes, strict=False):
            part = self.flat[:, begin:end].view(rng.n, *shape)
            self.layers.append(part.requires_grad_())

    def __call__(self, inputs: torch.Tensor) -> torch.Tensor:
        """Outputs (n, batch, outputs) for `inputs` (n, batch, inputs)."""
        import torch

        for layer in range(0, len(self.layers), 2):
            if layer:
                inputs = torch.relu(inputs)
            weight, bias = self.layers[layer : layer + 2]
            inputs = torch.baddbmm(bias, inputs, weight)
        return inputs

    def gradient(
        self, loss: torch.Tensor, *others: torch.Tensor
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
        """Gradient of a sum over lanes, laid out as `flat`, and those with respect to `others`."""
        import torch

        found = torch.autograd.grad(loss, (*self.layers, *others))
        n = len(self.layers)
        return torch.cat([part.flatten(1) for part in found[:n]], dim=1), found[n:]


class LaneAdam:
    """Adam (arXiv:1412.6980) for each lane at its own count of updates.

    Parameters
    ----------
    network : LaneNetworks
    learning_rate : float

    Attributes
    ----------
    n_updates : (n,) ints
    """

    def __init__(self, network: LaneNetworks, learning_rate: float) -> None:
        import torch

        self._network, self.learning_rate = network, learning_rate
        self._first_moment, self._second_moment, self._room = torch.zeros((3, *network.flat.shape))
        self.n_updates = np.zeros(len(network.flat), np.int64)

    def update(self, loss: torch.Tensor, due: np.ndarray) -> None:
        """Take one step down a loss that is a sum over lanes, in those that are due."""
        import torch

        gradient, _ = self._network.gradient(loss)
        self.n_updates += due
        n = torch.from_numpy(np.maximum(self.n_updates, 1))[:, None]
        turn = torch.from_numpy(due.astype(np.float32))[:, None]
        rate = turn * self.learning_rate * torch.sqrt(1 - 0.999**n) / (1 - 0.9**n)
        self._first_moment.lerp_(gradient, 0.1 * turn)
        self._second_moment.lerp_(gradient.square_(), 0.001 * turn)
        # In place: to ask the system for room of this size takes as long as to compute in it.
        scale = torch.sqrt(self._second_moment, out=self._room).add_(1e-8)
        self._network.flat -= torch.mul(self._first_moment, rate, out=gradient).div_(scale)


__all__ = ["LaneAdam", "LaneNetworks"]
