"""The fast-and-slow agent taught by the sharp waves of its own CA3."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import ClassVar

import numpy as np

from ...tasks import REST, Lanes, Task, TimeStep
from ..agent import Trace
from ..hippocampus import ReplayPath
from ..hippocampus.chains import chains
from ..hippocampus.experience import UNKNOWN
from ..replay_agents import SharpWaves
from ..replay_agents.sharp_waves import rest_traces
from .agent import GoalDirected
from .replay import Samples


@dataclass
class SpikingGoalDirected(GoalDirected):
    """A `GoalDirected` agent whose network learns what CA3 replays in place of the sets F and R.

    A loop: where the animal goes is written into its CA3; after each reward the network is run,
    simulated anew, and what is read from its sharp waves is split into ways (`chains`); every state on a
    way becomes a start whose goal is the end of the way, and the policy network makes `n_passes`
    passes through all of them; what it has learned changes where the animal goes. Each arrow can be
    cut, see `parts`. For tasks that rest after rewards.

    Traces beside those of `GoalDirected` are those of `rest_traces`.

    Parameters
    ----------
    ca3 : SharpWaves
    n_passes : int
        Chosen; sharp waves come by the hundred in a rest, and one is simulated.
    """

    parts: ClassVar[dict[str, str]] = {**GoalDirected.parts, **SharpWaves.parts}
    lanes_apart: ClassVar[bool] = False  # one spiking network at a time

    forward_replay: str = "off"
    backward_replay: str = "off"
    ca3: SharpWaves = field(default_factory=SharpWaves)
    n_passes: int = 30

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n_passes < 1:
            raise ValueError(f"n_passes must be at least 1, got {self.n_passes}")

    def without(self, *parts: str) -> SpikingGoalDirected:
        agent = super().without(*parts)
        return replace(agent, ca3=agent.ca3.without(*parts))

    # ------------------------------------------------------------------ a life

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        if getattr(task, "rest", "none") == "none":
            raise ValueError(
                f"CA3 replays in rests, and this {type(task).__name__} has none: rest='planning'"
            )
        self._hippocampus = self.ca3.hippocampus(task, rng)
        self._graph = task.course.graphs[0]  # type: ignore[attr-defined]
        self._one_hot = np.eye(self._graph.n_states)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        action, trace = super().act(now)
        self._moved &= now.phase != REST
        return action, trace | rest_traces({}, self._graph, len(action))

    def _learn(self, now: TimeStep) -> Trace:
        moved = self._moved
        step = {
            "action": self._action, "reward": now.reward, "ended": now.discount == 0,
            "next_state": np.where(moved, now.outcomes["state"], self._state), "write": moved,
        }  # fmt: skip
        self._hippocampus.observe(self._one_hot[self._state], step)
        return super()._learn(now)

    # ------------------------------------------------------------------ rest

    def rest(self, now: TimeStep, n_backups: int) -> Trace:
        resting = now.active & (now.phase == REST)
        no_error = np.zeros(len(resting))  # there is no critic
        paths = self._hippocampus.replay(
            np.where(resting, self._state, UNKNOWN), now.reward, no_error, n_backups
        )
        if paths and not {"fast", "learning"} & set(self.lesions):
            self._fit(self._lessons(paths))
        rested = self._hippocampus.rested
        return {
            "replay": paths,
            "spikes": [rest.spikes for rest in rested.values()],
            **rest_traces(rested, self._graph, len(resting)),
        }

    def _lessons(self, paths: list[ReplayPath]) -> Samples:
        """Every replayed state as a start, with the action taken there and the end of its way."""
        next_state = self._hippocampus.experience.next_state
        taught: list[list[tuple[int, int, int]]] = [[] for _ in self._lanes]
        for lane, own in groupby(paths, key=lambda path: path.lane):
            for way in (way for path in own for way in chains(path, next_state[lane])):
                moves = zip(way.states.tolist(), way.actions.tolist(), strict=True)
                taught[lane] += [(state, way.end, action) for state, action in moves]
        table = np.zeros((4, len(taught), max(map(len, taught))), np.int64)
        for lane, rows in enumerate(taught):
            table[:3, lane, : len(rows)] = np.array(rows, np.int64).reshape(-1, 3).T
            table[3, lane, : len(rows)] = 1
        state, goal, action, weight = table
        return Samples(state, goal, action, weight.astype(np.float32))

    def _fit(self, lessons: Samples) -> None:
        inputs = np.concatenate([self._place[lessons.state], self._place[lessons.goal]], axis=2)
        for _ in range(self.n_passes):
            self._network.fit(inputs, lessons.action, lessons.weight)


__all__ = ["SpikingGoalDirected"]
