"""A deep Q-network: the slow learner beside episodic control (Mnih et al. 2015)."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...tasks import Discrete, Lanes, Task, TimeStep
from ..agent import Agent, Trace
from ..cores import sample
from ..lane_networks import LaneAdam, LaneNetworks
from .action_values import Move, Moves, check_exploration, epsilon_greedy, falling_epsilon

if TYPE_CHECKING:
    import torch


class ReplayBuffer:
    """The latest moves of each of `n` lanes."""

    def __init__(self, n: int, observation_size: int, capacity: int) -> None:
        self.capacity, self.count = capacity, np.zeros(n, np.int64)
        self.observation = np.zeros((n, capacity, observation_size), np.float32)
        self.next_observation = np.zeros_like(self.observation)
        self.action = np.zeros((n, capacity), np.int64)
        self.reward = np.zeros((n, capacity), np.float32)
        self.ended = np.zeros((n, capacity), np.float32)

    def store(self, move: Move) -> None:
        """Add the moves of the lanes that made one, over the oldest where there is no room."""
        lanes = np.flatnonzero(move.made)
        at = (lanes, self.count[lanes] % self.capacity)
        for name in ("observation", "next_observation", "action", "reward", "ended"):
            getattr(self, name)[at] = getattr(move, name)[lanes]
        self.count[lanes] += 1

    def draw(self, u: np.ndarray) -> tuple[torch.Tensor, ...]:
        """Turn uniform numbers `u` (n, batch) into moves: state, action, reward, ended, next state."""
        import torch

        held = np.minimum(self.count, self.capacity)
        at = (np.arange(len(u))[:, None], (u * held[:, None]).astype(np.int64))
        arrays = (self.observation, self.action, self.reward, self.ended, self.next_observation)
        return tuple(torch.from_numpy(array[at]) for array in arrays)


@dataclass
class DQN(Agent):
    """Q-learning with a network, a replay buffer and a target network (doi:10.1038/nature14236).

    Every `train_every` moves of a lane a minibatch of its past moves is drawn, and Q(s, a) goes
    toward r + discount x max Q'(s', .), where Q' is the network as it was up to `target_every`
    updates ago. Each life has a network of its own. Epsilon falls linearly from 1 to `epsilon`
    while `n_exploration` moves are stored: those made, and where others are imagined, those too.

    Traces are `policy`, `q` (values of all actions) and `value`, the largest.

    Parameters
    ----------
    n_hidden : tuple of int
    learning_rate : float
        Of Adam.
    discount, epsilon : float
    n_exploration, capacity, batch_size, train_every, target_every : int
    input_scale : float
        What observations are multiplied by.

    Examples
    --------
    >>> DQN().without("replay").lesions
    ('replay',)
    """

    parts: ClassVar[dict[str, str]] = {
        "learning": "the network stays as it was drawn",
        "replay": "learns from the latest move only",
        "target_network": "targets come from the network itself",
    }
    learns: ClassVar[bool] = True

    n_hidden: tuple[int, ...] = (64,)
    learning_rate: float = 1e-3
    discount: float = 0.95
    epsilon: float = 0.05
    n_exploration: int = 1000
    capacity: int = 10_000
    batch_size: int = 32
    train_every: int = 1
    target_every: int = 100
    input_scale: float = 1.0

    def __post_init__(self) -> None:
        for name in ("capacity", "batch_size", "train_every", "target_every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        check_exploration(self.n_exploration)

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        if not isinstance(task.action, Discrete):
            raise ValueError(f"DQN needs discrete actions, {type(task).__name__} has others")
        size, self._rng = task.observation_size, rng
        self._network = LaneNetworks(rng, (size, *self.n_hidden, task.action.n))
        self._target = deepcopy(self._network)
        self._adam = LaneAdam(self._network, self.learning_rate)
        held = 1 if "replay" in self.lesions else self.capacity
        self._buffer = ReplayBuffer(n, size, held)
        self._moves = Moves(n, size)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        import torch

        self._learn(self._moves.complete(now))
        with torch.no_grad():
            seen = torch.from_numpy(now.observation.astype(np.float32) * self.input_scale)
            q = self._network(seen[:, None])[:, 0].numpy()
        epsilon = falling_epsilon(self._buffer.count, self.n_exploration, self.epsilon)
        policy = epsilon_greedy(q, epsilon[:, None])
        action = sample(policy, self._rng.random())
        self._moves.begin(now, action)
        return action, {
            "policy": policy.astype(np.float32),
            "q": q,
            "value": q.max(axis=1),
        }

    def _learn(self, move: Move) -> None:
        """Store the move; update the lanes whose turn it is."""
        move = move._replace(
            observation=move.observation * np.float32(self.input_scale),
            next_observation=move.next_observation * np.float32(self.input_scale),
        )
        self._buffer.store(move)
        u, count = self._rng.random(self.batch_size), self._buffer.count
        due = move.made & (count % self.train_every == 0)
        if "replay" not in self.lesions:
            due &= count >= self.batch_size
        if due.any() and "learning" not in self.lesions:
            self._update(due, self._buffer.draw(u))

    def loss(self, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
        """Squared error of a minibatch for each lane, (n,)."""
        import torch

        state, action, reward, ended, next_state = batch
        target_network = self._network if "target_network" in self.lesions else self._target
        with torch.no_grad():
            best = target_network(next_state).max(dim=2).values
            target = reward + self.discount * (1 - ended) * best
        q = self._network(state).gather(2, action[..., None])[..., 0]
        return (q - target).square().mean(dim=1)

    def _update(self, due: np.ndarray, batch: tuple[torch.Tensor, ...]) -> None:
        """One step of Adam in the lanes that are due."""
        self._adam.update(self.loss(batch).sum(), due)
        renewed = np.flatnonzero(due & (self._adam.n_updates % self.target_every == 0))
        self._target.flat[renewed] = self._network.flat[renewed]


__all__ = ["DQN", "ReplayBuffer"]
