"""A policy that changes by gradient steps alone: no input, no memory, no recurrence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...tasks import Lanes, Task
from ..lane_networks import LaneAdam, LaneNetworks
from .bandit import BanditLearner

if TYPE_CHECKING:
    import torch


@dataclass
class PolicyGradient(BanditLearner):
    """The outer loop by itself: an actor-critic network that sees nothing of what happened.

    All that it knows of the arms is in its weights. After every choice they take one step of Adam
    down -log pi(a) (r - V), with V held, plus `value_weight` (r - V)^2 less
    `entropy_weight` times the entropy. Weights outlive episodes.

    Parameters
    ----------
    n_hidden : tuple of int
    learning_rate : float
    value_weight, entropy_weight : float

    Examples
    --------
    >>> PolicyGradient().without("learning").lesions
    ('learning',)
    """

    parts: ClassVar[dict[str, str]] = {"learning": "the weights stay as they were drawn"}

    n_hidden: tuple[int, ...] = (48, 48)
    learning_rate: float = 1e-3
    value_weight: float = 0.5
    entropy_weight: float = 0.02

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        self._network = LaneNetworks(rng, (1, *self.n_hidden, self._n_options + 1))
        self._adam = LaneAdam(self._network, self.learning_rate)

    def _forget(self, lanes: np.ndarray) -> None:
        """What is in the weights stays there."""

    def _learn(self, chosen: np.ndarray, reward: np.ndarray) -> None:
        import torch

        if "learning" in self.lesions:
            return
        out = self._outputs()
        log_policy, value = torch.log_softmax(out[:, :-1], dim=1), out[:, -1]
        error = torch.from_numpy(reward.astype(np.float32)) - value
        taken = (log_policy * torch.from_numpy(chosen.astype(np.float32))).sum(dim=1)
        entropy = -(log_policy.exp() * log_policy).sum(dim=1)
        loss = -taken * error.detach() + self.value_weight * error.square()
        due = np.asarray(chosen.any(axis=1))
        due_weight = torch.from_numpy(due.astype(np.float32))
        self._adam.update(((loss - self.entropy_weight * entropy) * due_weight).sum(), due)

    def _outputs(self) -> torch.Tensor:
        """Logits and value, (n, n_options + 1)."""
        import torch

        return self._network(torch.ones(len(self._lanes), 1, 1))[:, 0]

    def _policy(self) -> np.ndarray:
        import torch

        with torch.no_grad():
            policy: np.ndarray = torch.softmax(self._outputs()[:, :-1], dim=1).numpy()
        return policy.astype(float)

    def _values(self) -> np.ndarray:
        import torch

        with torch.no_grad():
            value = self._outputs()[:, -1:].numpy()
        return np.broadcast_to(value, (len(value), self._n_options))
