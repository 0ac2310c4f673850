"""Small networks, one for each lane, computed side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from ..tasks import Lanes

if TYPE_CHECKING:
    import torch


def draw_weights(rng: Lanes, sizes: Sequence[int]) -> list[torch.Tensor]:
    """Weights (n, inputs, outputs) and biases (n, 1, outputs) of each layer, in turn.

    Weights are normal with variance 2 / inputs (He et al. 2015, doi:10.1109/ICCV.2015.123).
    """
    import torch

    weights = []
    for n_inputs, n_outputs in pairwise(sizes):
        drawn = rng.normal(n_inputs * n_outputs).reshape(rng.n, n_inputs, n_outputs)
        weight = torch.tensor(drawn * (2 / n_inputs) ** 0.5, dtype=torch.float32)
        bias = torch.zeros(rng.n, 1, n_outputs)
        weights += [weight.requires_grad_(), bias.requires_grad_()]
    return weights


def forward(weights: Sequence[torch.Tensor], inputs: torch.Tensor) -> torch.Tensor:
    """Outputs (n, batch, outputs) for `inputs` (n, batch, inputs); rectified between layers."""
    import torch

    for layer in range(0, len(weights), 2):
        if layer:
            inputs = torch.relu(inputs)
        inputs = torch.baddbmm(weights[layer + 1], inputs, weights[layer])
    return inputs


__all__ = ["draw_weights", "forward"]
