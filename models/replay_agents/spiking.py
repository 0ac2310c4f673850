"""The closed loop: an animal's way writes the weights of its CA3, and CA3's replay teaches it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from ...tasks import Lanes, Task, TimeStep
from ..agent import Trace
from ..hippocampus.ca3 import CA3
from ..hippocampus.plasticity import ALPHA
from ..hippocampus.sources import ReplaySource, ShuffledOrder
from ..hippocampus.spiking import Decoded, SpikingHippocampus
from ..hippocampus.tabular import TabularHippocampus
from .sharp_waves import SUMMED, rest_traces, wandered
from .tabular import TabularQ


@dataclass
class SpikingQ(TabularQ):
    """Tabular Q-learning that replays what its own spiking CA3 does after each reward.

    A loop: the way that the animal takes makes place cells fire; synapses between them learn; after
    a reward the network is run, simulated anew, and what is read from its sharp waves is backed up;
    the values so changed change the way. Each arrow can be cut, see `parts`. For tasks that have a
    `course`, show the state as one-hot, and rest.

    Traces beside those of `TabularQ` are those of `rest_traces`. Neurons in the recorded spikes are
    numbered in the order of their fields.

    Parameters
    ----------
    replay : ReplaySource
        `Decoded`, or what is made of it: `ShuffledOrder(Decoded())`, `AsManyRandom(Decoded())` ...
    wander : int
        Moves that the animal made before its first attempt, without reward and seldom straight back;
        they write weights. What actions lead to is known from then, see `sweep`.
    network : CA3
        Of the length of one rest.
    cue : {"here", "start", "none"}
        Which state is cued in a rest: the rewarded one, the start of the attempt, or none.
    summed, alpha : float
        Mean sum of weights onto a cell, nS, and exponent of homeostasis, see
        `hippocampus.plasticity.homeostasis`.
    kappa : float
        Dopamine gates plasticity: what is learned in a state counts 1 + kappa |RPE|.
    tonic : float, nS
        Conductance of the cells of the rewarded place throughout a rest.
    """

    parts: ClassVar[dict[str, str]] = {
        "plasticity": "experience changes no synapse: all weights are alike, with the same sum",
        "dopamine": "reward prediction errors do not gate plasticity",
        "cue": "nothing is cued: the network is left to itself",
        "replay": "nothing is replayed",
        "order": "what is replayed is backed up in random order",
        "tonic_place": "tonic conductance goes to as many cells of random places",
        "online_learning": "values change in replay only; moves are still remembered",
    }

    lanes_apart: ClassVar[bool] = False  # one spiking network at a time

    replay: ReplaySource = field(default_factory=Decoded)
    wander: int = 571
    network: CA3 = field(default_factory=lambda: CA3(n_pyramidal=1000, duration=0.7))
    cue: str = "here"
    summed: float = SUMMED
    alpha: float = ALPHA
    kappa: float = 1.0
    tonic: float = 0.0

    def without(self, *parts: str) -> SpikingQ:
        agent = super().without(*parts)
        if "order" in parts and "replay" not in agent.lesions:
            agent = replace(agent, replay=ShuffledOrder(agent.replay))
        return agent  # type: ignore[return-value]

    # ------------------------------------------------------------------ a life

    def _new_hippocampus(self, task: Task, rng: Lanes) -> TabularHippocampus:
        if not hasattr(task, "course"):
            raise ValueError(
                f"SpikingQ needs a task that lays out its course, {type(task).__name__} does not; "
                "see fastslow.tasks.navigation.GraphWorld"
            )
        self._graph = task.course.graphs[0]
        memories = wandered(
            self._graph, self.network, rng, self.wander, self.summed, self.alpha,
            flat="plasticity" in self.lesions, learns="replay" not in self.lesions,
        )  # fmt: skip
        self._ca3 = SpikingHippocampus(
            *self._of_hippocampus(rng),
            memories=memories,
            cue="none" if "cue" in self.lesions else self.cue,
            kappa=0.0 if "dopamine" in self.lesions else self.kappa,
            tonic=self.tonic,
            tonic_elsewhere="tonic_place" in self.lesions,
        )
        return self._ca3

    def _learn(self, lanes: np.ndarray, state: np.ndarray, action: np.ndarray) -> None:
        super()._learn(lanes, state, action)
        self._ca3.surprise(lanes, self._rpe[lanes])

    # ------------------------------------------------------------------ traces

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        action, trace = super().act(now)
        return action, trace | rest_traces({}, self._graph, len(action))

    def rest(self, now: TimeStep, n_backups: int) -> Trace:
        trace = super().rest(now, n_backups)
        rested = self._ca3.rested
        trains = [rest.spikes for rest in rested.values()]
        return trace | rest_traces(rested, self._graph, len(now.active)) | {"spikes": trains}


__all__ = ["SpikingQ"]
