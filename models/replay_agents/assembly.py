"""An agent that names patterns by completing them in CA3."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ...tasks import ACT, FORCED, Discrete, Lanes, Task, TimeStep
from ..agent import Agent, Trace
from ..hippocampus.assemblies import RECALL_DURATION, WEIGHT, AssemblyIndex
from ..hippocampus.ca3 import CA3


@dataclass
class AssemblyAgent(Agent):
    """Each feature excites a pyramidal cell; patterns shown become assemblies, cues recall them.

    For tasks such as `PatternCompletion`. Traces, NaN while learning: `confidence` and `latency`
    (s) of a recall, `completed`, the share of cells of the recalled assembly that fired without
    being cued, and `others`, the share of cells elsewhere that did. It guesses where no assembly
    fires.

    Parameters
    ----------
    network : CA3
    weight : float, nS
        Within assemblies.
    """

    parts: ClassVar[dict[str, str]] = {"learning": "cells shown together are not connected"}
    learns: ClassVar[bool] = True

    network: CA3 = field(default_factory=lambda: CA3(duration=RECALL_DURATION))
    weight: float = WEIGHT

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        if task.observation_size != self.network.n_pyramidal:
            raise ValueError(
                f"each feature excites one cell: the task shows {task.observation_size} features, "
                f"the network has {self.network.n_pyramidal} pyramidal cells"
            )
        if not isinstance(task.action, Discrete):
            raise ValueError(f"AssemblyAgent names patterns, {type(task).__name__} has none")
        weight = 0.0 if "learning" in self.lesions else self.weight
        self._rng, self._n_options = rng, task.action.n
        self._memories = [AssemblyIndex(self.network, weight) for _ in range(n)]

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        draw = self._rng.random()
        action = (draw * self._n_options).astype(np.int64)
        trace = {
            name: np.full(len(action), np.nan, np.float32)
            for name in ("confidence", "latency", "completed", "others")
        }
        for lane, memory in enumerate(self._memories):
            cells = np.flatnonzero(now.observation[lane])
            if now.phase[lane] == FORCED:
                memory.store(cells)
            elif now.phase[lane] == ACT and now.active[lane] and len(cells):
                recall = memory.retrieve(cells, seed=int(draw[lane] * 2**53))
                if recall.index >= 0:
                    action[lane] = recall.index
                trace["confidence"][lane] = recall.confidence
                trace["latency"][lane] = recall.latency
                trace["completed"][lane] = recall.completed.max()
                trace["others"][lane] = recall.others
        return action, trace


__all__ = ["AssemblyAgent"]
