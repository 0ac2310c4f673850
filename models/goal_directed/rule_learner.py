"""Supervised learners of where to go: told actions, next places, or values (arXiv:2301.13758)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...tasks import Lanes, Task, TimeStep
from ...tasks.navigation.goal_rules import NOT_TOLD, STEPS, GoalRules
from ..agent import Agent, Trace
from ..lane_networks import LaneAdam, LaneNetworks

if TYPE_CHECKING:
    import torch

TARGETS = ("action", "state", "value")


@dataclass
class RuleLearner(Agent):
    """Learns one of three answers to "how do I get from here to there", and acts by what it knows.

    A network is trained once on every pair that it is told, in minibatches in their order, by
    cross-entropy or, values, by squared error. With the target `action` it takes the action it
    holds most probable. With `state` it has one softmax for the next x and one for the next y and
    takes the move to the most probable of the places around. With `value` it takes the move to the
    place around whose value it holds highest. The latter two know where moves lead. Each life has
    a network of its own.

    Traces are `predicted_x` and `predicted_y`, the most probable next place, -1 where the target
    is another.

    Parameters
    ----------
    target : {"action", "state", "value"}
    n_hidden : int
        Units of each of two layers.
    learning_rate : float
        Of Adam.
    batch_size : int
    scaled : bool
        Show coordinates between -1 and 1, rather than as they are.

    Examples
    --------
    >>> [RuleLearner(target, n_hidden).n_weights(10) for target, n_hidden in EQUAL.items()]
    [17797, 17807, 17811]
    """

    parts: ClassVar[dict[str, str]] = {"learning": "the network stays as it was drawn"}
    learns: ClassVar[bool] = True
    lanes_apart: ClassVar[bool] = True

    # Defaults: Tan & Motani 2023, published program
    target: str = "action"
    n_hidden: int = 128
    learning_rate: float = 1e-3
    batch_size: int = 32
    scaled: bool = False

    def __post_init__(self) -> None:
        if self.target not in TARGETS:
            raise ValueError(f"target must be {', '.join(TARGETS)}, got '{self.target}'")
        for name in ("n_hidden", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")

    def sizes(self, grid_size: int) -> tuple[int, ...]:
        """Inputs, hidden layers, outputs."""
        outputs = {"action": len(STEPS), "state": 2 * grid_size, "value": 1}[self.target]
        return 4, self.n_hidden, self.n_hidden, outputs

    def n_weights(self, grid_size: int) -> int:
        """How many parameters the network has, biases included."""
        return sum((n_in + 1) * n_out for n_in, n_out in pairwise(self.sizes(grid_size)))

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        if not isinstance(task, GoalRules):
            raise ValueError(f"RuleLearner is told GoalRules, {type(task).__name__} tells nothing")
        self._size, names = task.size, {"action": 1, "state": 2, "value": 1}
        self._network = LaneNetworks(rng, self.sizes(task.size), "glorot")
        self._adam = LaneAdam(self._network, self.learning_rate)
        self._inputs = np.zeros((n, self.batch_size, 4), np.float32)
        self._answers = np.zeros((n, self.batch_size, names[self.target]), np.float32)
        self._count, self._seen = np.zeros(n, np.int64), np.zeros((n, 4), np.float32)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        self._learn(now)
        self._seen = now.observation
        predicted = np.full((2, len(self._seen)), NOT_TOLD)
        if self.target == "action":
            action = self._outputs(self._seen[:, None])[:, 0].argmax(axis=1)
        else:
            around, possible = self._places_around()
            worth = self._values(around) if self.target == "value" else self._places(around)
            action = np.where(possible, worth, -np.inf).argmax(axis=1)
            if self.target == "state":
                predicted = self._place_logits().argmax(axis=2).T
        return action, {"predicted_x": predicted[0], "predicted_y": predicted[1]}

    # ------------------------------------------------------------------ learning

    def _learn(self, now: TimeStep) -> None:
        """Keep what was told about the last pair; train where a minibatch is full."""
        told = np.flatnonzero(now.outcomes["told_action"] != NOT_TOLD)
        names = {"state": ("told_x", "told_y")}.get(self.target, (f"told_{self.target}",))
        at = self._count[told] % self.batch_size
        self._inputs[told, at] = self._shown(self._seen[told])
        self._answers[told, at] = np.stack([now.outcomes[name][told] for name in names], axis=-1)
        self._count[told] += 1
        due = np.zeros(len(self._count), bool)
        due[told] = self._count[told] % self.batch_size == 0
        if due.any() and "learning" not in self.lesions:
            self._adam.update(self._loss().sum(), due)

    def _loss(self) -> torch.Tensor:
        """Mean loss of the minibatch of each lane, (n,)."""
        import torch

        outputs = self._network(torch.from_numpy(self._inputs))
        answers = torch.from_numpy(self._answers)
        if self.target == "value":
            return (outputs - answers).square().mean(dim=(1, 2))
        heads = outputs.unflatten(2, (answers.shape[2], -1)).log_softmax(dim=3)
        chosen = heads.gather(3, answers.long()[..., None])
        return -chosen.sum(dim=(2, 3)).mean(dim=1)

    # ------------------------------------------------------------------ prediction

    def _shown(self, pairs: np.ndarray) -> np.ndarray:
        half = np.float32((self._size - 1) / 2)
        return pairs / half - 1 if self.scaled else pairs

    def _outputs(self, pairs: np.ndarray) -> np.ndarray:
        """Outputs (n, k, n_outputs) for pairs (n, k, 4)."""
        import torch

        with torch.no_grad():
            return self._network(torch.from_numpy(self._shown(pairs))).numpy()

    def _places_around(self) -> tuple[np.ndarray, np.ndarray]:
        """Places (n, n_actions, 2) that the moves lead to, and whether they lie in the grid."""
        around = self._seen[:, None, :2] + STEPS.astype(np.float32)
        possible = np.all((around >= 0) & (around < self._size), axis=2)
        return around.clip(0, self._size - 1), possible

    def _place_logits(self) -> np.ndarray:
        """Logits (n, 2, size) of the next x and the next y."""
        return self._outputs(self._seen[:, None]).reshape(len(self._seen), 2, self._size)

    def _places(self, around: np.ndarray) -> np.ndarray:
        """Log-probability, up to a constant, of being at places (n, n_actions, 2) next."""
        logits, index = self._place_logits(), around.astype(np.int64)
        lanes = np.arange(len(logits))[:, None]
        return logits[lanes, 0, index[..., 0]] + logits[lanes, 1, index[..., 1]]

    def _values(self, around: np.ndarray) -> np.ndarray:
        goal = np.broadcast_to(self._seen[:, None, 2:], around.shape)
        return self._outputs(np.concatenate([around, goal], axis=2))[..., 0]


EQUAL = {"action": 128, "state": 121, "value": 130}
"""Units of each hidden layer with which the three have as many parameters in a 10 x 10 grid."""


__all__ = ["EQUAL", "TARGETS", "RuleLearner"]
