"""Neural episodic control: returns stored under keys that a network learns (Pritzel et al. 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from ...tasks import Discrete, Lanes, Task, TimeStep
from ..agent import Agent, Trace
from ..cores import sample
from ..lane_networks import LaneNetworks
from .action_values import Moves, check_exploration, epsilon_greedy, falling_epsilon
from .entry_tables import EntryTables

if TYPE_CHECKING:
    import torch

KERNEL_OFFSET = 1e-3  # Pritzel et al. 2017, eq. 5
_DECAY, _ROUNDING = 0.95, 1e-8  # of RMSProp; a choice, as the paper states none


class Step(NamedTuple):
    """A move whose return is not yet known, with the key and the value its state had then."""

    observation: np.ndarray
    key: np.ndarray
    action: int
    reward: float
    value: float


def kernel_average(
    query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, n_neighbors: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Average the values of the nearest keys with weights 1 / (d^2 + .001).

    Parameters
    ----------
    query : (..., key_size) tensor
    keys : (..., n_entries, key_size) tensor
        Infinite where there is no entry.
    values : (..., n_entries) tensor
    n_neighbors : int

    Returns
    -------
    average : (...) tensor
        0 without entries.
    square, entry : (..., n_neighbors) tensors
        Squared distance of the nearest, infinite where there are too few, and which they are.
    """
    import torch

    entry = nearest(query, keys, n_neighbors)
    near = torch.take_along_dim(keys, entry[..., None], dim=-2)
    there = torch.isfinite(near[..., 0])
    apart = torch.where(there[..., None], near - query[..., None, :], 0.0)
    square = torch.where(there, apart.square().sum(dim=-1), torch.inf)
    weight = 1 / (square + KERNEL_OFFSET)
    value = torch.gather(values.expand(keys.shape[:-1]), -1, entry)
    total = weight.sum(dim=-1)
    average = (weight * value).sum(dim=-1) / torch.where(total > 0, total, 1.0)
    return average, square, entry


def nearest(query: torch.Tensor, keys: torch.Tensor, n_neighbors: int) -> torch.Tensor:
    """Which keys are nearest, (..., n_neighbors), nearest first; no gradient is kept of the search."""
    import torch

    with torch.no_grad():
        square = (keys - query[..., None, :]).square_().sum(dim=-1)
        return square.topk(min(n_neighbors, square.shape[-1]), largest=False).indices


@dataclass
class NEC(Agent):
    """Neural episodic control (Pritzel et al. 2017, arXiv:1703.01988).

    The value of an action is the average over the nearest keys of its dictionary, weighted by
    1 / (d^2 + .001), in the space of a network that embeds what is observed. The N-step return
    of each move, completed by the value of the state N moves on, is stored as soon as it is known:
    N moves later, or when the episode ends. Where the same was observed before, the stored value
    moves toward it and the key becomes the one that the state had now. Every `train_every` moves of
    a lane a minibatch of past moves and their returns trains the network, and, at a rate of their
    own, keys and values. Each life has a network and dictionaries of its own.

    Traces are `policy`, `q` (values of all actions, 0 without entries), `value`, the largest,
    `stored` (whether this state and action have been stored), and `similarity`, 1 / (1 + distance)
    of the nearest key.

    Parameters
    ----------
    n_neighbors, n_step : int
        N is `n_step`.
    write_rate : float
        Alpha, by which a stored value moves.
    learning_rate, memory_rate : float
        Of the network (RMSProp) and of keys and values (plain gradient).
    discount, epsilon : float
    n_exploration : int
        Moves over which epsilon falls to its value from 1; 0 where it is the same from the start.
    n_hidden : tuple of int
    key_size, capacity, replay_capacity, batch_size, train_every : int
        Capacity is that of one action's dictionary.
    input_scale : float
        What observations are multiplied by.

    Examples
    --------
    >>> NEC().without("embedding_learning").lesions
    ('embedding_learning',)
    """

    parts: ClassVar[dict[str, str]] = {
        "memory": "nothing is stored",
        "similarity": "a state that was never stored is worth nothing, whatever is near",
        "embedding_learning": "the network stays as it was drawn",
        "memory_learning": "no gradient reaches keys and values",
    }
    learns: ClassVar[bool] = True

    # Pritzel et al. 2017 where given: neighbors, N, discount, batch, capacity of the dictionary and
    # of the replay buffer (made smaller here), one update in 4 decisions. The rest is ours.
    n_neighbors: int = 50
    n_step: int = 100
    write_rate: float = 0.1
    learning_rate: float = 1e-3
    memory_rate: float = 1e-3
    discount: float = 0.99
    epsilon: float = 0.05
    n_exploration: int = 0
    n_hidden: tuple[int, ...] = (32,)
    key_size: int = 8
    capacity: int = 500_000
    replay_capacity: int = 10_000
    batch_size: int = 32
    train_every: int = 4
    input_scale: float = 1.0

    def __post_init__(self) -> None:
        for name in (
            "n_neighbors", "n_step", "key_size", "capacity", "replay_capacity", "batch_size",
            "train_every",
        ):  # fmt: skip
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        check_exploration(self.n_exploration)

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        import torch

        if not isinstance(task.action, Discrete):
            raise ValueError(f"NEC needs discrete actions, {type(task).__name__} has others")
        size, self._rng = task.observation_size, rng
        self._network = LaneNetworks(rng, (size, *self.n_hidden, self.key_size))
        self._square = torch.zeros_like(self._network.flat)
        self._memory = EntryTables(n, task.action.n, self.key_size, self.capacity, np.float32)
        self._moves, self._value = Moves(n, size), np.zeros(n)
        self._key = np.zeros((n, self.key_size), np.float32)
        self._episode: list[list[Step]] = [[] for _ in range(n)]
        self._past_observation = np.zeros((n, self.replay_capacity, size), np.float32)
        self._past_action = np.zeros((n, self.replay_capacity), np.int64)
        self._past_return = np.zeros((n, self.replay_capacity), np.float32)
        self._n_past, self._n_moves = np.zeros((2, n), np.int64)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        self._learn(now)
        seen = now.observation.astype(np.float32)
        self._key = self._embed(seen)
        q, similarity = self._estimate(self._key)
        stored = self._memory.stored(seen)
        if "similarity" in self.lesions:
            q = np.where(stored, q, np.float32(0))
        epsilon = falling_epsilon(self._n_moves, self.n_exploration, self.epsilon)
        policy = epsilon_greedy(q, epsilon[:, None])
        action = sample(policy, self._rng.random())
        self._value = q.max(axis=1)
        self._moves.begin(now, action)
        return action, {
            "policy": policy.astype(np.float32),
            "q": q,
            "value": self._value,
            "stored": stored,
            "similarity": similarity,
        }

    # ------------------------------------------------------------------ reading

    def _embed(self, observation: np.ndarray) -> np.ndarray:
        """Keys (n, key_size) of what is observed."""
        import torch

        with torch.no_grad():
            inputs = torch.from_numpy(observation * np.float32(self.input_scale))
            return self._network(inputs[:, None])[:, 0].numpy()

    def _estimate(self, key: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Value of each action, and likeness of its nearest key, (n, n_actions) each."""
        import torch

        keys, values = map(torch.from_numpy, (self._memory.key, self._memory.value))
        query = torch.from_numpy(key)[:, None]
        q, square, entry = kernel_average(query, keys, values, self.n_neighbors)
        near = square.numpy()
        lane, action, rank = np.nonzero(np.isfinite(near))
        self._memory.touch((lane, action, entry.numpy()[lane, action, rank]))
        return q.numpy(), 1 / (1 + np.sqrt(near[..., 0]))

    # ------------------------------------------------------------------ learning

    def _learn(self, now: TimeStep) -> None:
        """Add the last move to its episode, store moves whose return is known, train if it is time."""
        move = self._moves.complete(now)
        for lane in np.flatnonzero(move.made):
            self._episode[lane].append(
                Step(move.observation[lane], self._key[lane], int(move.action[lane]),
                     float(move.reward[lane]), float(self._value[lane]))
            )  # fmt: skip
            if move.ended[lane]:
                self._store(lane, self._episode[lane], len(self._episode[lane]))
                self._episode[lane] = []
            elif len(self._episode[lane]) > self.n_step:
                self._store(lane, self._episode[lane], 1)
                del self._episode[lane][0]
        self._n_moves += move.made
        u = self._rng.random(self.batch_size)
        due = move.made & (self._n_moves % self.train_every == 0) & (self._n_past > 0)
        if due.any() and "memory" not in self.lesions:
            self._update(due, u)

    def _store(self, lane: int, episode: Sequence[Step], n_known: int) -> None:
        """Write the first moves of an episode, whose returns are known, into memory and buffer."""
        returns = n_step_returns(
            [step.reward for step in episode], [step.value for step in episode],
            self.n_step, self.discount,
        )  # fmt: skip
        for step, known in zip(episode[:n_known], returns[:n_known].tolist(), strict=True):
            at = (lane, self._n_past[lane] % self.replay_capacity)
            self._past_observation[at], self._past_action[at] = step.observation, step.action
            self._past_return[at] = known
            self._n_past[lane] += 1
            if "memory" not in self.lesions:
                self._write(lane, step, known)

    def _write(self, lane: int, step: Step, known: float) -> None:
        """Append a return, or move the value of what was observed toward it and renew its key."""
        at, n_before = self._memory.take(lane, step.action, step.observation.tobytes())
        old = self._memory.value[at] if n_before else known
        self._memory.write(at, step.key, old + self.write_rate * (known - old))

    def loss(
        self, keys: torch.Tensor, values: torch.Tensor, observation: torch.Tensor,
        target: torch.Tensor,
    ) -> torch.Tensor:  # fmt: skip
        """Squared error of a minibatch for each lane, (n,).

        Parameters
        ----------
        keys : (n, batch, n_entries, key_size) tensor
            Of the dictionary of the action taken.
        values : (n, batch, n_entries) tensor
        observation : (n, batch, observation_size) tensor
        target : (n, batch) tensor
        """
        query = self._network(observation * self.input_scale)
        estimate, *_ = kernel_average(query, keys, values, self.n_neighbors)
        return (estimate - target).square().mean(dim=1)

    def _update(self, due: np.ndarray, u: np.ndarray) -> None:
        """One step down the gradient in the lanes that are due."""
        import torch

        lanes = np.arange(len(u))[:, None]
        held = np.minimum(self._n_past, self.replay_capacity)
        at = (lanes, (u * held[:, None]).astype(np.int64))
        observation = torch.from_numpy(self._past_observation[at])
        target = torch.from_numpy(self._past_return[at])
        action = torch.from_numpy(self._past_action[at])
        keys, values = map(torch.from_numpy, (self._memory.key, self._memory.value))
        lane = torch.from_numpy(lanes)
        # Only what is near has a gradient: that of a whole dictionary is mostly zeros.
        with torch.no_grad():
            query = self._network(observation * self.input_scale)
        at_near = (lane[..., None], action[..., None],
                   nearest(query, keys[lane, action], self.n_neighbors))  # fmt: skip
        key, value = keys[at_near].requires_grad_(), values[at_near].requires_grad_()
        loss = self.loss(key, value, observation, target)
        total = torch.where(torch.from_numpy(due), loss, 0.0).sum()
        gradient, (to_key, to_value) = self._network.gradient(total, key, value)
        if "embedding_learning" not in self.lesions:
            turn = torch.from_numpy(due.astype(np.float32))[:, None]
            self._square.lerp_(gradient.square(), (1 - _DECAY) * turn)
            step = gradient / (self._square.sqrt() + _ROUNDING)
            self._network.flat -= turn * self.learning_rate * step
        if "memory_learning" not in self.lesions:
            # The batch's mean is undone: an entry moves by what its own errors ask for.
            rate = self.memory_rate * self.batch_size
            keys.index_put_(at_near, -rate * to_key, accumulate=True)
            values.index_put_(at_near, -rate * to_value, accumulate=True)


def n_step_returns(
    rewards: Sequence[float], values: Sequence[float], n_step: int, discount: float
) -> np.ndarray:
    """Discounted sum of the next N rewards plus the value of the state N moves on, of each move.

    Examples
    --------
    >>> n_step_returns([0.0, 0.0, 1.0], [9.0, 8.0, 7.0], n_step=2, discount=0.5)
    array([1.75, 0.5 , 1.  ])
    """
    reward = np.asarray(rewards, float)
    returns = np.zeros(len(reward))
    for t in range(len(reward)):
        ahead = reward[t : t + n_step]
        returns[t] = ahead @ discount ** np.arange(len(ahead))
        if t + n_step < len(reward):
            returns[t] += discount**n_step * values[t + n_step]
    return returns


__all__ = ["NEC", "kernel_average", "n_step_returns", "nearest"]
