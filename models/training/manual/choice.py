"""Sampling of actions in arrays made beforehand."""

from __future__ import annotations

import torch
from torch import Tensor


class Choice:
    """Chooses the action at which the cumulative policy passes `draw` (n_seeds, lanes) in [0, 1)."""

    def __init__(self, draw: Tensor, n_actions: int) -> None:
        n_seeds, lanes = draw.shape
        self.draw = draw[:, None]
        self.weight = draw.new_empty(n_seeds, n_actions, lanes)  # e^(logit - highest)
        self.cumulative = torch.empty_like(self.weight)
        self.below, self.total = self.cumulative[:, :-1], self.cumulative[:, -1:]
        self.mark = draw.new_empty(n_seeds, 1, lanes)
        self.passed = torch.empty_like(self.below, dtype=torch.bool)

    def __call__(self, logits: Tensor, action: Tensor) -> None:
        """From logits (n_seeds, n_actions, lanes) to actions (n_seeds, 1, lanes)."""
        torch.amax(logits, 1, keepdim=True, out=self.mark)
        torch.sub(logits, self.mark, out=self.weight).exp_()
        torch.cumsum(self.weight, 1, out=self.cumulative)
        torch.mul(self.draw, self.total, out=self.mark)
        torch.le(self.below, self.mark, out=self.passed)
        torch.sum(self.passed, 1, keepdim=True, out=action)
