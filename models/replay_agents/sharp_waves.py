"""An animal's CA3 as a source of replay for any learner: what writes it, and how it is left to rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from ...tasks import Lanes, Task
from ...tasks.navigation import StateGraph
from ..agent import Trace
from ..hippocampus.ca3 import CA3
from ..hippocampus.place_code import GraphCode
from ..hippocampus.place_memory import PlaceMemory
from ..hippocampus.plasticity import ALPHA
from ..hippocampus.sources import NoReplay, ReplaySource, ShuffledOrder
from ..hippocampus.spiking import Decoded, Rested, SpikingHippocampus
from .tabular import sweep

P_AHEAD = 0.7  # as in `Explorer`
SUMMED = 180.0  # nS onto a cell; found by calibration after 400 s of wandering on a line
NOT_CUED = -1
# Of tabular learners, for sources that rank by value; what is read from spikes is not ranked.
_UNRANKED = (1.0, 0.9, 5.0)
_TRANSITION_LEARNING_RATE = 0.9  # Mattar & Daw 2018, published program


@dataclass(frozen=True)
class SharpWaves:
    """Settings of a CA3 that learns where an animal goes and replays it after a reward.

    For learners without a table of values; `SpikingQ` has these settings of its own.

    Parameters
    ----------
    replay : ReplaySource
        `Decoded`, or what is made of it: `ShuffledOrder(Decoded())`, `AsManyRandom(Decoded())` ...
    wander : int
        Moves before the first attempt, see `wander`. What actions lead to is known from then.
    network : CA3
        Of the length of one rest.
    cue : {"here", "start", "none"}
        Which state is cued in a rest: the rewarded one, the start of the attempt, or none.
    summed, alpha : float
        See `hippocampus.plasticity.homeostasis`.
    flat : bool
        All recurrent weights are alike, with the same sum.

    Examples
    --------
    >>> SharpWaves().without("cue").cue
    'none'
    """

    parts: ClassVar[dict[str, str]] = {
        "plasticity": "experience changes no synapse: all weights are alike, with the same sum",
        "cue": "nothing is cued: the network is left to itself",
        "replay": "nothing is replayed",
        "order": "what is replayed comes in random order",
    }

    replay: ReplaySource = field(default_factory=Decoded)
    wander: int = 571
    network: CA3 = field(default_factory=lambda: CA3(n_pyramidal=1000, duration=0.7))
    cue: str = "here"
    summed: float = SUMMED
    alpha: float = ALPHA
    flat: bool = False

    def without(self, *parts: str) -> SharpWaves:
        """Return a copy without those of the named parts that are its own."""
        changes: dict[str, Any] = {}
        if "plasticity" in parts:
            changes["flat"] = True
        if "cue" in parts:
            changes["cue"] = "none"
        if "replay" in parts:
            changes["replay"] = NoReplay()
        elif "order" in parts:
            changes["replay"] = ShuffledOrder(self.replay)
        return replace(self, **changes)

    def hippocampus(self, task: Task, rng: Lanes) -> SpikingHippocampus:
        """A hippocampus for each lane of `rng`, after its wandering."""
        if not hasattr(task, "course"):
            raise ValueError(
                f"CA3 needs a task that lays out its course, {type(task).__name__} does not; "
                "see fastslow.tasks.navigation"
            )
        graph = task.course.graphs[0]
        memories = wandered(
            graph, self.network, rng, self.wander, self.summed, self.alpha, self.flat,
            learns=not isinstance(self.replay, NoReplay),
        )  # fmt: skip
        no_values = np.zeros((rng.n, 1, graph.n_states, graph.n_actions))
        hippocampus = SpikingHippocampus(
            no_values, rng, self.replay, *_UNRANKED, _TRANSITION_LEARNING_RATE,
            memories=memories, cue=self.cue,
        )  # fmt: skip
        sweep(hippocampus.experience, task.course)
        return hippocampus


def wandered(
    graph: StateGraph,
    network: CA3,
    rng: Lanes,
    n_moves: int,
    summed: float,
    alpha: float,
    flat: bool,
    learns: bool = True,
) -> list[PlaceMemory]:
    """A CA3 for each lane of `rng`, written by `n_moves` moves if it `learns`."""
    code = GraphCode(graph)
    generators = [np.random.default_rng(int(u * 2**53)) for u in rng.random()]
    paths = [wander(graph, n_moves, generator) for generator in generators]
    memories = [
        PlaceMemory(
            code, network, generator, homeostatic=True, summed=summed, alpha=alpha,
            scramble="flat" if flat else "",
        )
        for generator in generators
    ]  # fmt: skip
    if learns:  # else nobody asks what was learned
        for memory, path in zip(memories, paths, strict=True):
            memory.walk(path)
    return memories


def wander(graph: StateGraph, n_moves: int, rng: np.random.Generator) -> np.ndarray:
    """States of a random walk from the first state that can be left, one more than moves.

    Stepping back is ruled out with probability 0.7 where there is another way.
    """
    linked = [np.flatnonzero(row) for row in graph.adjacency]
    states = [next(state for state, near in enumerate(linked) if len(near))]
    for on in rng.random(n_moves) < P_AHEAD:
        near = linked[states[-1]]
        ahead = near[near != states[-2]] if on and len(states) > 1 else near
        states.append(int(rng.choice(ahead if len(ahead) else near)))
    return np.array(states)


def rest_traces(rested: Mapping[int, Rested], graph: StateGraph, n: int) -> Trace:
    """What the rests of some of `n` lanes brought; 0 in the others, and no clock.

    `n_events` (sharp waves), `n_events_near` (those that begin within one step of where the animal
    rests), `n_steps_read`, `n_steps_dropped` (along no experience), `cued_state` (-1 none) and
    `clock` (s, when the rest began on the clock of spikes).
    """
    counts = ("n_events", "n_events_near", "n_steps_read", "n_steps_dropped")
    shown: Trace = {
        **{name: np.zeros(n, np.int32) for name in counts},
        "cued_state": np.full(n, NOT_CUED),
        "clock": np.full(n, np.nan),
    }
    for lane, rest in rested.items():
        starts = np.array([s.states[0] for s in rest.sweeps if len(s.states)], int)
        shown["n_events"][lane] = len(rest.sweeps)
        shown["n_events_near"][lane] = (graph.distances[rest.here, starts] <= 1).sum()
        shown["n_steps_read"][lane] = sum(max(len(s.states) - 1, 0) for s in rest.sweeps)
        shown["n_steps_dropped"][lane] = rest.n_dropped
        shown["cued_state"][lane] = rest.cued
        shown["clock"][lane] = rest.began
    return shown


__all__ = ["SUMMED", "SharpWaves", "rest_traces", "wander", "wandered"]
