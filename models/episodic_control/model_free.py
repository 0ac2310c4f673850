"""Model-free episodic control: act on the best return that each action has had (Blundell et al. 2016)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...tasks import Discrete, Lanes, Task, TimeStep
from ..agent import Agent, Trace
from ..cores import sample
from .action_values import Moves, check_exploration, epsilon_greedy, falling_epsilon
from .entry_tables import EntryTables

WRITES = ("max", "mean")
Step = tuple[np.ndarray, int, float, float]  # key, action, reward, a uniform number


class Answer(NamedTuple):
    """What the tables of `n` lanes say about one state each; all arrays (n, n_actions).

    Attributes
    ----------
    value : float
        What is stored for this very state, else the mean over the nearest; 0 without entries.
    stored : bool
        Whether this very state has been stored.
    enough : bool
        Whether there are as many entries as are averaged.
    similarity : float
        1 / (1 + d) for the nearest entry at distance d, 0 without entries.
    """

    value: np.ndarray
    stored: np.ndarray
    enough: np.ndarray
    similarity: np.ndarray


class ReturnTables:
    """Returns by state, one table for each lane and action.

    Parameters
    ----------
    n, n_actions, key_size : int
    n_neighbors : int
    capacity : int
        Entries of a table; the one written or read longest ago makes room.

    Examples
    --------
    >>> tables = ReturnTables(n=1, n_actions=1, key_size=1, n_neighbors=2)
    >>> for state, value in ((0.0, 1.0), (1.0, 3.0), (9.0, 8.0)):
    ...     tables.write(0, 0, np.array([state], np.float32), value)
    >>> tables.look_up(np.array([[0.4]], np.float32)).value
    array([[2.]])
    """

    def __init__(
        self, n: int, n_actions: int, key_size: int, n_neighbors: int, capacity: int = 1_000_000
    ) -> None:
        self.n_neighbors = n_neighbors
        self.entries = EntryTables(n, n_actions, key_size, capacity)

    def write(
        self, lane: int, action: int, key: np.ndarray, value: float, rule: str = "max"
    ) -> None:
        """Store a return; of a state that is stored already, keep the larger one or the mean."""
        at, n_before = self.entries.take(lane, action, key.tobytes())
        if n_before:
            old = self.entries.value[at]
            value = max(old, value) if rule == "max" else old + (value - old) / (n_before + 1)
        self.entries.write(at, key, value)

    def look_up(self, key: np.ndarray) -> Answer:
        """What is stored about the states `key` (n, key_size); of equally near ones the oldest count."""
        square = np.square(self.entries.key - key[:, None, None]).sum(axis=3)  # inf where empty
        nearest = square.argsort(axis=2, kind="stable")[..., : self.n_neighbors]
        near = np.take_along_axis(square, nearest, axis=2)
        found, stored = np.isfinite(near), near[..., 0] == 0
        averaged = np.where(stored[..., None], np.arange(near.shape[2]) == 0, found)
        values = np.take_along_axis(self.entries.value, nearest, axis=2)
        value = (values * averaged).sum(axis=2) / np.maximum(averaged.sum(axis=2), 1)
        lane, action, rank = np.nonzero(averaged)
        self.entries.touch((lane, action, nearest[lane, action, rank]))
        enough = stored | (found.sum(axis=2) >= self.n_neighbors)
        return Answer(value, stored, enough, 1 / (1 + np.sqrt(near[..., 0])))


@dataclass
class MFEC(Agent):
    """Model-free episodic control (Blundell et al. 2016, arXiv:1606.04460).

    At the end of an episode, backward through it, the return of each action is stored under the
    state in which it was taken, if it is larger than what is stored there. The value of an action
    is what is stored, and in a new state the unweighted mean over the nearest stored states. An
    action with too few entries to average is tried first.

    Traces are `policy`, `q` (values of all actions; of those that are there where entries are too
    few, 0 without entries), `value`, the largest, `stored` (whether this state and action have been
    stored), and `similarity`, 1 / (1 + distance) of the nearest entry.

    Parameters
    ----------
    n_neighbors : int
    discount, epsilon : float
    n_exploration : int
        Moves over which epsilon falls to its value from 1; 0 where it is the same from the start.
    write : "max" or "mean"
        With "mean" the mean return is stored, which stochastic rewards do not bias.
    key_size : int, optional
        Observations are projected at random to so many numbers; by default they are the keys.
    capacity : int
        Entries for each action.

    Examples
    --------
    >>> MFEC().without("similarity").lesions
    ('similarity',)
    """

    parts: ClassVar[dict[str, str]] = {
        "memory": "nothing is stored",
        "similarity": "a state that was never stored is worth nothing, whatever is near",
        "optimism": "an action with few entries is worth their mean, or 0",
        "binding": "returns are stored under states drawn at random from their episode",
    }
    learns: ClassVar[bool] = True

    n_neighbors: int = 11  # with epsilon and capacity: a public re-implementation's reading
    discount: float = 1.0
    epsilon: float = 0.005
    n_exploration: int = 0
    write: str = "max"
    key_size: int | None = None
    capacity: int = 1_000_000

    def __post_init__(self) -> None:
        if self.write not in WRITES:
            raise ValueError(f"write must be {' or '.join(WRITES)}, got '{self.write}'")
        for name in ("n_neighbors", "capacity"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        check_exploration(self.n_exploration)

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        if not isinstance(task.action, Discrete):
            raise ValueError(f"MFEC needs discrete actions, {type(task).__name__} has others")
        size, self._rng = task.observation_size, rng
        self._projection = None
        if self.key_size is not None:
            drawn = rng.normal(size * self.key_size).reshape(n, size, self.key_size)
            self._projection = drawn / np.sqrt(self.key_size)
        self._tables = ReturnTables(
            n, task.action.n, self.key_size or size, self.n_neighbors, self.capacity
        )
        self._moves = Moves(n, size)
        self._key = np.zeros((n, self.key_size or size), np.float32)
        self._episode: list[list[Step]] = [[] for _ in range(n)]
        self._n_moves = np.zeros(n, np.int64)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        self._learn(now)
        self._key = self._key_of(now.observation)
        answer = self._tables.look_up(self._key)
        q, estimate = answer.value, answer.value
        if "similarity" in self.lesions:
            q = estimate = np.where(answer.stored, q, 0.0)
        if "optimism" not in self.lesions:
            estimate = np.where(answer.enough, q, np.inf)
        epsilon = falling_epsilon(self._n_moves, self.n_exploration, self.epsilon)
        policy = epsilon_greedy(estimate, epsilon[:, None])
        action = sample(policy, self._rng.random())
        self._moves.begin(now, action)
        return action, {
            "policy": policy.astype(np.float32),
            "q": q.astype(np.float32),
            "value": q.max(axis=1).astype(np.float32),
            "stored": answer.stored,
            "similarity": answer.similarity.astype(np.float32),
        }

    def _key_of(self, observation: np.ndarray) -> np.ndarray:
        if self._projection is None:
            return np.ascontiguousarray(observation, np.float32) + np.float32(0)  # -0 becomes 0
        return np.einsum("nf,nfk->nk", observation, self._projection).astype(np.float32)

    def _learn(self, now: TimeStep) -> None:
        """Add the last move to its episode; store the returns of episodes that are over."""
        move, partner = self._moves.complete(now), self._rng.random()
        self._n_moves += move.made
        for lane in np.flatnonzero(move.made):
            self._episode[lane].append(
                (self._key[lane], int(move.action[lane]), float(move.reward[lane]), partner[lane])
            )
        for lane in np.flatnonzero(move.made & move.ended):
            if "memory" not in self.lesions:
                self._store(lane, self._episode[lane])
            self._episode[lane] = []

    def _store(self, lane: int, episode: list[Step]) -> None:
        total = 0.0
        for key, action, reward, partner in reversed(episode):
            total = reward + self.discount * total
            if "binding" in self.lesions:
                key = episode[int(partner * len(episode))][0]
            self._tables.write(lane, action, key, total, self.write)


__all__ = ["MFEC", "Answer", "ReturnTables"]
