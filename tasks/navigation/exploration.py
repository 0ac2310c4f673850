"""Moving about a graph of states without reward, and resting afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..randomness import Lanes
from ..task import ACT, REST, Discrete, Play, TimeStep
from .graph import StateGraph

NOWHERE = -1


@dataclass(frozen=True)
class Exploration:
    """Move `n_moves` times from state to state, then rest `n_rests` times where the way ended.

    Nothing is rewarded. The state is observed as one-hot; label `position` is its number, label
    `rest` the number of the rest, -1 on the way, and outcome `state` where a move led, -1 at rest.

    Parameters
    ----------
    graph : StateGraph
    n_moves, n_rests : int
    start : int

    Examples
    --------
    >>> ring = StateGraph(np.array([[1], [2], [0]]))
    >>> Exploration(ring, n_moves=30).n_steps
    31
    """

    graph: StateGraph
    n_moves: int = 1143  # 400 s of 0.35 s each
    n_rests: int = 1
    start: int = 0

    def __post_init__(self) -> None:
        if self.n_moves < 1 or self.n_rests < 0:
            raise ValueError(
                "n_moves must be at least 1 and n_rests not negative, "
                f"got {self.n_moves} and {self.n_rests}"
            )
        if not 0 <= self.start < self.graph.n_states:
            raise ValueError(
                f"start must be a state in [0, {self.graph.n_states}), got {self.start}"
            )

    @property
    def observation_size(self) -> int:
        return self.graph.n_states

    @property
    def action(self) -> Discrete:
        return Discrete(self.graph.n_actions)

    @property
    def n_steps(self) -> int:
        return self.n_moves + self.n_rests

    def play(self, n: int, rng: Lanes) -> Play:
        position, led_to = np.full(n, self.start), np.full(n, NOWHERE)
        for t in range(self.n_steps + 1):
            over, resting = t == self.n_steps, t >= self.n_moves
            action = yield TimeStep(
                observation=np.eye(self.observation_size, dtype=np.float32)[position],
                reward=np.zeros(n, np.float32),
                discount=np.full(n, not over, np.float32),
                first=np.full(n, t == 0),
                active=np.full(n, not over),
                phase=np.full(n, REST if resting and not over else ACT, np.int8),
                outcomes={"state": led_to},
                labels={
                    "position": position,
                    "rest": np.full(n, t - self.n_moves if resting and not over else NOWHERE),
                },
            )
            action = self.action.check(action, n)
            if not resting:
                position = led_to = self.graph.next_state[position, action]
            else:
                led_to = np.full(n, NOWHERE)
