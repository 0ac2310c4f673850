"""A deep Q-network that learns from every episode as if its goal had been where it got to.

Andrychowicz et al. 2017, arXiv:1707.01495.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...tasks import Lanes, Task, TimeStep
from ..agent import Trace
from ..episodic_control import DQN
from ..episodic_control.action_values import Move


@dataclass
class HindsightDQN(DQN):
    """A `DQN` for observations (x, y, goal x, goal y) that also stores imagined goals.

    Where an episode ends, each of its moves is stored `n_imagined` times more, with a place as its
    goal that was reached by this move or later in the episode ("future"); a move that reaches its
    imagined goal earns 1 and ends the episode. The other settings and traces are those of `DQN`.
    Imagined moves are stored moves: exploration falls over `n_exploration` of both, with four imagined
    for every one made over a fifth as many moves made, in leaps where episodes end.

    Parameters
    ----------
    n_imagined : int
    greedy_after : int, optional
        Episodes after which nothing is learned or explored.

    Examples
    --------
    >>> HindsightDQN().without("hindsight").lesions
    ('hindsight',)
    """

    parts: ClassVar[dict[str, str]] = {**DQN.parts, "hindsight": "a plain DQN"}
    lanes_apart: ClassVar[bool] = True

    n_imagined: int = 4  # k of the paper
    greedy_after: int | None = None

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        shape = getattr(task, "shape", None)
        if task.observation_size != 4 or shape is None:
            raise ValueError(
                "HindsightDQN needs observations (x, y, goal x, goal y), as in GridWorld; "
                f"{type(task).__name__} has others"
            )
        super().begin(task, n, rng)
        self._width, self._n_episodes = shape[1], np.zeros(n, np.int64)
        self._frozen = np.zeros(n, bool)
        generators = rng.random(1)[:, 0]
        self._generators = [np.random.default_rng(int(u * 2**53)) for u in generators]
        self._episode: list[list[tuple[np.ndarray, int, np.ndarray]]] = [[] for _ in range(n)]

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        reached = now.outcomes["state"]
        self._reached = np.stack([reached % self._width, reached // self._width], axis=1)
        action, trace = super().act(now)
        self._n_episodes += now.first
        after = np.inf if self.greedy_after is None else self.greedy_after
        self._frozen = self._n_episodes > after
        best = np.eye(trace["q"].shape[1], dtype=np.float32)[trace["q"].argmax(axis=1)]
        policy = np.where(self._frozen[:, None], best, trace["policy"])
        return np.where(self._frozen, best.argmax(axis=1), action), {**trace, "policy": policy}

    def _learn(self, move: Move) -> None:
        move = move._replace(made=move.made & ~self._frozen)
        super()._learn(move)
        if "hindsight" in self.lesions:
            return
        for lane in np.flatnonzero(move.made):
            self._episode[lane].append(
                (move.observation[lane, :2], int(move.action[lane]), self._reached[lane])
            )
            if move.ended[lane]:
                self._imagine(lane)
                self._episode[lane] = []

    def _imagine(self, lane: int) -> None:
        """Store the moves of an episode with places reached later as their goals."""
        scale, buffer = np.float32(self.input_scale), self._buffer
        places = np.array([reached for _, _, reached in self._episode[lane]], np.float32)
        for t, (place, action, reached) in enumerate(self._episode[lane]):
            for later in self._generators[lane].integers(t, len(places), self.n_imagined):
                goal, there = places[later], bool((places[later] == reached).all())
                at = (lane, buffer.count[lane] % buffer.capacity)
                buffer.observation[at] = np.concatenate([place, goal]) * scale
                buffer.next_observation[at] = np.concatenate([reached, goal]) * scale
                buffer.action[at], buffer.reward[at], buffer.ended[at] = action, there, there
                buffer.count[lane] += 1


__all__ = ["HindsightDQN"]
