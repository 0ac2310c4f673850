"""The goal-directed agent with a network in place of its memory: what would be, not what was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...tasks import Lanes, Task
from ..lane_networks import LaneAdam, LaneNetworks
from . import GoalDirected, TransitionMemory


class PredictedTransitions(TransitionMemory):
    """A `TransitionMemory` whose entries are the predictions of a network, right or wrong.

    The network has one softmax for the next x and one for the next y, given x, y and the action.
    After every move it is trained on minibatches drawn from all moves of the life so far; then the
    most probable successor of every action in every state is written down, one entry each.

    Parameters
    ----------
    rng : Lanes
        Draws the weights.
    generators : sequence of Generator
        Draw the minibatches, one for each lane.
    shape : (height, width)
    n_actions, n_hidden, n_updates, batch_size : int
        `n_updates` minibatches are drawn after each move.
    learning_rate : float
    """

    def __init__(
        self,
        rng: Lanes,
        generators: Sequence[np.random.Generator],
        shape: tuple[int, int],
        n_actions: int,
        n_hidden: int = 128,
        n_updates: int = 4,
        batch_size: int = 32,
        learning_rate: float = 1e-3,
    ) -> None:
        super().__init__(rng.n, shape[0] * shape[1], n_actions)
        self._shape, self._generators = shape, generators
        self._n_updates, self._batch_size = n_updates, batch_size
        sizes = (2 + n_actions, n_hidden, n_hidden, shape[1] + shape[0])
        self._network = LaneNetworks(rng, sizes, "glorot")
        self._adam = LaneAdam(self._network, learning_rate)
        row, column = np.divmod(np.arange(self.n_states), shape[1])
        place = np.stack([column / (shape[1] - 1), row / (shape[0] - 1)], axis=1) * 2 - 1
        # (n_states, n_actions, 2 + n_actions)
        self._asked = np.concatenate(
            [
                np.broadcast_to(place[:, None], (self.n_states, n_actions, 2)),
                np.broadcast_to(np.eye(n_actions), (self.n_states, n_actions, n_actions)),
            ],
            axis=2,
        ).astype(np.float32)
        self._moves: list[list[tuple[int, int, int]]] = [[] for _ in range(rng.n)]

    def observe(
        self, lanes: np.ndarray, state: np.ndarray, action: np.ndarray, reached: np.ndarray
    ) -> np.ndarray:
        """Train on the move and earlier ones; returns whether it was predicted otherwise."""
        conflict = (self.strength[lanes, state, action, 0] > 0) & (
            self.successor[lanes, state, action, 0] != reached
        )
        moves = zip(lanes, state, action, reached, strict=True)
        for lane, *move in (tuple(map(int, row)) for row in moves):
            self._moves[lane].append((move[0], move[1], move[2]))
        for _ in range(self._n_updates):
            self._train(lanes)
        self._write(lanes)
        return conflict

    def _train(self, lanes: np.ndarray) -> None:
        """One minibatch for each of `lanes`."""
        import torch

        n, width = len(self._moves), self._shape[1]
        batch = np.zeros((n, self._batch_size, 3), np.int64)
        for lane in lanes:
            known = self._moves[lane]
            drawn = self._generators[lane].integers(len(known), size=self._batch_size)
            batch[lane] = [known[k] for k in drawn]
        state, action, reached = np.moveaxis(batch, 2, 0)
        logits = self._network(torch.from_numpy(self._asked[state, action]))
        row, column = (torch.from_numpy(part)[..., None] for part in np.divmod(reached, width))
        x, y = logits[..., :width].log_softmax(dim=2), logits[..., width:].log_softmax(dim=2)
        loss = -(x.gather(2, column) + y.gather(2, row)).mean(dim=(1, 2))
        due = np.isin(np.arange(n), lanes)
        self._adam.update(loss.sum(), due)

    def _write(self, lanes: np.ndarray) -> None:
        """Write down what the network predicts in `lanes`."""
        import torch

        n, width = len(self._moves), self._shape[1]
        asked = torch.from_numpy(self._asked.reshape(1, -1, self._asked.shape[2]))
        with torch.no_grad():
            logits = self._network(asked.expand(n, -1, -1)).numpy()[lanes]
        x, y = logits[..., :width].argmax(axis=2), logits[..., width:].argmax(axis=2)
        n_actions = self._asked.shape[1]
        self.successor[lanes, :-1, :, 0] = (y * width + x).reshape(-1, self.n_states, n_actions)
        self.strength[lanes, :-1] = 1
        shares = np.arange(1, n_actions + 1, dtype=np.float32) / n_actions
        self.cumulative[:, lanes, :-1] = shares[:, None, None]
        self.entered[lanes] = True

    def forget(self, lanes: np.ndarray) -> None:
        """Empty the record of moves of some lanes; what the network has learned stays."""
        super().forget(lanes)
        for lane in lanes:
            self._moves[lane] = []


@dataclass
class PredictiveGoalDirected(GoalDirected):
    """A `GoalDirected` agent that looks ahead through a learned model instead of its memory.

    The planner, the policy network and what it is trained on are the same; `conflict` now says
    that a move was predicted otherwise.

    Parameters
    ----------
    model_updates : int
        Minibatches after each move.
    model_learning_rate : float

    Examples
    --------
    >>> PredictiveGoalDirected().without("slow").lesions
    ('slow',)
    """

    model_updates: int = 4
    model_learning_rate: float = 1e-3

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        self._memory = PredictedTransitions(
            rng, self._generators, self._shape, self._n_actions,
            n_updates=self.model_updates, learning_rate=self.model_learning_rate,
        )  # fmt: skip


__all__ = ["PredictedTransitions", "PredictiveGoalDirected"]
