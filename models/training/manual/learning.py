"""From rewards to gradients of the read-out, and from gradients of weights to better weights."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..autograd import ADAM_FIRST_DECAY
from ..population import UpdateSettings
from .device import Mirror

CONSTANTS = (
    "learning_rate", "discount", "trace_decay", "value_weight", "entropy_weight",
    "max_gradient_norm", "squared_decay", "epsilon",
)  # fmt: skip


class Constants:
    """The numbers of `UpdateSettings`, where recorded work finds them: they change over training."""

    def __init__(self, device: torch.device) -> None:
        self._mirror = Mirror((len(CONSTANTS),), device, torch.float64)
        self._by_name = dict(zip(CONSTANTS, self._mirror.device, strict=True))

    def set(self, settings: UpdateSettings) -> None:
        """Bring the device up to date."""
        self._mirror.array[:] = [getattr(settings, name) for name in CONSTANTS]
        self._mirror.send()

    def __getitem__(self, name: str) -> Tensor:
        return self._by_name[name]


def credit(outputs: Tensor, action: Tensor, earned: Tensor, constants: Constants) -> Tensor:
    """Turn the read-out of each step into its gradient; return the losses.

    Parameters
    ----------
    outputs : (n_steps + 1, n_seeds, n_actions + 1, lanes) Tensor
        Logits, then the value; those of the last are the look beyond the segment.
    action : (n_steps, n_seeds, 1, lanes) Tensor
    earned : (3, n_steps, n_seeds, lanes) Tensor
        Reward, discount, and 1 where a step counts.

    Returns
    -------
    (3, n_seeds) Tensor
        Policy loss, value loss, entropy.
    """
    reward, discount, active = earned
    value, logits = outputs[:, :, -1], outputs[:-1, :, :-1]
    decay = constants["discount"].float() * discount
    advantage = reward + decay * value[1:] - value[:-1]
    decay *= constants["trace_decay"]
    for t in reversed(range(len(advantage) - 1)):
        advantage[t].addcmul_(decay[t], advantage[t + 1])

    log_policy = logits - logits.amax(2, keepdim=True)
    policy = log_policy.exp()
    total = policy.sum(2, keepdim=True)
    policy /= total
    log_policy -= total.log_()
    entropy = -(policy * log_policy).sum(2)
    taken = log_policy.gather(2, action)[:, :, 0]
    counts = active / seed_sums(active).clamp_(min=1)[:, None]
    terms = (-advantage * taken, advantage * advantage, entropy)
    losses = torch.stack([seed_sums(x * counts) for x in terms])

    pull = (log_policy + entropy[:, :, None]).mul_(policy).mul_(constants["entropy_weight"])
    policy *= advantage[:, :, None]
    policy.scatter_add_(2, action, -advantage[:, :, None])
    torch.mul(policy.add_(pull), counts[:, :, None], out=logits)
    value[:-1] = counts * advantage * -constants["value_weight"]
    return losses


class Optimizer:
    """Adam or RMSProp on the flat weights (n_seeds, size) of all seeds."""

    def __init__(self, weights: Tensor) -> None:
        self.weights = weights
        self.mean, self.square = torch.zeros_like(weights), torch.zeros_like(weights)
        self.count = np.zeros(len(weights), np.int64)
        self._grown = Mirror((2, len(weights), 1), weights.device)

    def prepare(self, settings: UpdateSettings) -> None:
        """Say what share of their final size the running means have after the coming update."""
        decays = np.array([[ADAM_FIRST_DECAY], [settings.squared_decay]])
        self._grown.array[..., 0] = 1 - decays ** (self.count + 1)
        self._grown.send()

    def descend(self, kind: str, gradient: Tensor, losses: Tensor, constants: Constants) -> Tensor:
        """Take a step; return gradient norms (n_seeds,), NaN of seeds that stay as they are."""
        norm = seed_sums(gradient.square()[None]).sqrt_()
        finite = torch.isfinite(norm + losses.sum(0))
        clip = (constants["max_gradient_norm"] / norm.clamp(min=1e-12)).clamp_(max=1)
        g = gradient * clip[:, None]
        epsilon = constants["epsilon"].float()
        mean_grown, square_grown = self._grown.device
        square = self.square + (1 - constants["squared_decay"]) * (g * g - self.square)
        mean = self.mean
        if kind == "adam":
            mean = mean + (1 - ADAM_FIRST_DECAY) * (g - mean)
            change = (mean / mean_grown) / (square / square_grown).sqrt_().add_(epsilon)
        else:  # RMSProp; a start at 1 instead of 0 adds its decayed remainder to the mean square
            change = g / (square + (1 - square_grown + epsilon)).sqrt_()
        weights = self.weights - constants["learning_rate"] * change
        for kept, new in ((self.mean, mean), (self.square, square), (self.weights, weights)):
            kept.copy_(torch.where(finite[:, None], new, kept))
        return torch.where(finite, norm, torch.nan)


def seed_sums(x: Tensor) -> Tensor:
    """Sums (n_seeds,) of x (k, n_seeds, m); each seed's bits are those it would have alone."""
    if x.is_cuda:
        return x.sum((0, 2))
    return torch.stack([x[:, seed].contiguous().sum() for seed in range(x.shape[1])])
