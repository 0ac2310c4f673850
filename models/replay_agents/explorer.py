"""An animal that explores without reward while its CA3 learns, and replays where it rests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ...tasks import REST, Discrete, Lanes, Task, TimeStep
from ...tasks.navigation import StateGraph
from ..agent import Agent, Trace
from ..hippocampus import ReplayPath
from ..hippocampus.ca3 import CA3
from ..hippocampus.ca3_parameters import GAMMA, NO_ADAPTATION, SHARP_WAVE, Condition
from ..hippocampus.calibration import BRACKET, MAX_RUNS, TARGET
from ..hippocampus.place_code import GraphCode, PlaceCode, TrackCode
from ..hippocampus.place_memory import PlaceMemory
from ..hippocampus.plasticity import ALPHA
from ..hippocampus.readout import Sweep
from ..hippocampus.spikes import NO_EVENT, Spikes
from ..hippocampus.spiking import CUE_ONSET

CODES = ("graph", "track")
P_AHEAD = 0.7  # that stepping back is ruled out where there is another way; chosen
CUE_EVERY, FIRST_CUE = 1.0, 0.5  # s; in rests of a second at most, one cue at `CUE_ONSET`
N_DISTANCES = 20  # bins in which weights are shown by the distance between fields


@dataclass
class Explorer(Agent):
    """Walks at random, seldom straight back; each rest is a run of its CA3, see `PlaceMemory`.

    For tasks that have a `graph` and show the state as one-hot, as `Exploration` does. Rests
    return `ReplayPath`s and `Spikes`, those of the way to the rest included. Traces: `policy`,
    `clock` and `duration` (s, when a row begins and how long it takes), `n_pyramidal` and
    `n_basket`; and at rest, NaN elsewhere, weights of recurrent synapses in nS, `weight_mean`,
    `weight_max`, `weight_strong` (share above 1 nS), `weight_sum` (mean sum onto a cell) and
    `weight_by_distance` (mean in 20 bins of the distance between fields, up to the largest), and
    `calibration_runs`, the first that met the target, one more than allowed if none did.

    Parameters
    ----------
    network : CA3
    code : "graph" or "track"
        Place fields by steps in the graph; or along a track, the states of which follow another
        in their order, in space.
    homeostatic : bool
        Weights are evened out over cells, and their sum is calibrated.
    alpha : float
        Exponent of homeostasis.
    summed : tuple of float, nS
        Instead of calibrating: the mean sum of weights in one rest after another, over again.
    cues : tuple of int
        States that are cued in turn in each rest, see `cue_onsets`.
    target : (int, int)
        Sharp waves in 10 s that calibration aims at.
    """

    parts: ClassVar[dict[str, str]] = {
        "structure": "learned weights are dealt out among synapses at random",
        "differences": "every weight is the mean of those learned",
        "timing": "spikes on the way are dealt out over time before they are learned",
        "symmetry": "synapses are weakened where the target fires before the source",
        "adaptation": "spikes of pyramidal cells bring no adaptation",
        "sharp_wave_state": "cells and synapses are as under acetylcholine, when gamma prevails",
        "homeostasis": "weights stay as learned; nothing is calibrated",
        "calibration": "the summed weight stays that which was learned",
        "cues": "nothing is cued",
    }
    learns: ClassVar[bool] = True

    network: CA3 = field(default_factory=CA3)
    code: str = "graph"
    homeostatic: bool = False
    alpha: float = ALPHA
    summed: tuple[float, ...] = ()
    cues: tuple[int, ...] = ()
    target: tuple[int, int] = TARGET

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"code must be {' or '.join(CODES)}, got '{self.code}'")
        if self.summed and not self.homeostatic:
            raise ValueError("summed sets what homeostasis leaves open: it needs homeostatic=True")

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        graph = getattr(task, "graph", None)
        if not isinstance(graph, StateGraph) or not isinstance(task.action, Discrete):
            raise ValueError(
                f"Explorer needs a task with a graph, {type(task).__name__} has none; "
                "see fastslow.tasks.navigation.Exploration"
            )
        self._rng, self._graph = rng, graph
        self._place_code = self._coded(graph)
        draws = rng.random()
        self._memories = [self._memory(np.random.default_rng(int(u * 2**53))) for u in draws]
        self._before = np.full(n, -1)
        self._way: list[np.ndarray] = []
        self._clock, self._n_rests = 0.0, 0
        self._calibration_runs = np.full(n, np.nan)

    def _coded(self, graph: StateGraph) -> PlaceCode:
        if self.code == "graph":
            return GraphCode(graph)
        return TrackCode(graph.n_states, n_fields=self.network.n_pyramidal // 2)

    def _memory(self, rng: np.random.Generator) -> PlaceMemory:
        scramble = {"structure": "shuffled", "differences": "flat"}
        lost = [scramble[part] for part in self.lesions if part in scramble]
        return PlaceMemory(
            self._place_code, self.network, rng,
            rule="asymmetric" if "symmetry" in self.lesions else "symmetric",
            homeostatic=self.homeostatic and "homeostasis" not in self.lesions,
            alpha=self.alpha,
            scramble=lost[0] if lost else "",
            scramble_times="timing" in self.lesions,
        )  # fmt: skip

    # ------------------------------------------------------------------ on the way

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        position = now.observation.argmax(axis=1)
        resting = bool((now.phase == REST).any())
        policy = self._walk(position)
        draw = self._rng.random()[:, None]
        action = (policy.cumsum(axis=1) <= draw).sum(axis=1).clip(max=policy.shape[1] - 1)
        n, clock = len(position), self._clock
        if not resting and now.active.any():
            self._way.append(position)
            self._before = position
            self._clock += self._place_code.step
        nothing = np.full(n, np.nan, np.float32)
        return action, {
            "policy": policy.astype(np.float32),
            "clock": np.full(n, clock),
            "duration": np.full(n, self._clock - clock),
            "n_pyramidal": np.full(n, self.network.n_pyramidal),
            "n_basket": np.full(n, self.network.n_basket),
            **dict.fromkeys(_WEIGHTS, nothing),
            "weight_by_distance": np.full((n, N_DISTANCES), np.nan, np.float32),
            "calibration_runs": nothing,
        }

    def _walk(self, position: np.ndarray) -> np.ndarray:
        """Probability of each action (n, n_actions): any that moves, back with less."""
        leads_to = self._graph.next_state[position]
        moves = leads_to != position[:, None]
        moves[~moves.any(axis=1)] = True
        on = moves & (leads_to != self._before[:, None])
        on[~on.any(axis=1)] = moves[~on.any(axis=1)]
        share = [options / options.sum(axis=1, keepdims=True) for options in (moves, on)]
        return (1 - P_AHEAD) * share[0] + P_AHEAD * share[1]

    # ------------------------------------------------------------------ at rest

    def rest(self, now: TimeStep, n_backups: int) -> Trace:
        learned = [self._learn(lane, memory) for lane, memory in enumerate(self._memories)]
        self._way = []
        paths: list[ReplayPath] = []
        trains: list[Spikes] = []
        shown: list[dict[str, Any]] = []
        for lane, memory in enumerate(self._memories):
            weights = self._weights(lane, memory)
            spikes, sweeps = memory.rest(self._cue(memory), self._condition, weights)
            trains += [learned[lane], self._placed(spikes, sweeps, lane, len(paths))]
            paths += [_path(sweep, lane) for sweep in sweeps if len(sweep.states)]
            shown.append(_shown(weights, memory))
        clock, duration = self._clock, self.network.duration
        self._clock += duration
        for memory in self._memories:
            memory.clock = self._clock
        self._n_rests += 1
        n = len(shown)
        return {
            "clock": np.full(n, clock),
            "duration": np.full(n, duration),
            "calibration_runs": self._calibration_runs.astype(np.float32),
            **{name: np.array([s[name] for s in shown], np.float32) for name in shown[0]},
            "replay": paths,
            "spikes": trains,
        }

    def _learn(self, lane: int, memory: PlaceMemory) -> Spikes:
        if not self._way:
            return Spikes(np.empty(0), np.empty(0, int), lane, np.empty(0, int))
        spikes = memory.walk(np.array([states[lane] for states in self._way]))
        memory.summed = None  # calibrated anew
        return Spikes(spikes.time, spikes.neuron, lane, np.full(len(spikes.time), NO_EVENT))

    def _weights(self, lane: int, memory: PlaceMemory) -> np.ndarray:
        if not memory.homeostatic:
            return memory.weights()
        if self.summed:
            return memory.weights(self.summed[self._n_rests % len(self.summed)])
        if memory.summed is None:
            self._calibration_runs[lane] = self._calibrate(memory)
        return memory.weights()

    def _calibrate(self, memory: PlaceMemory) -> float:
        """The run that met the target; without calibration the learned sum is tried once."""
        bracket, max_runs = BRACKET, MAX_RUNS
        if "calibration" in self.lesions:
            bracket, max_runs = (memory.learned_sum, memory.learned_sum), 1
        found = memory.calibrate(self.target, bracket, max_runs, self._condition)
        return found.n_runs if found.reached else MAX_RUNS + 1

    @property
    def _condition(self) -> Condition:
        if "adaptation" in self.lesions:
            return NO_ADAPTATION
        return GAMMA if "sharp_wave_state" in self.lesions else SHARP_WAVE

    def _cue(self, memory: PlaceMemory) -> np.ndarray | None:
        if not self.cues or "cues" in self.lesions:
            return None
        onsets = cue_onsets(self.network.duration)
        schedule = np.zeros((self.network.n_cue_steps, self.network.n_pyramidal))
        for i, onset in enumerate(onsets):
            schedule += memory.cue(self.cues[i % len(self.cues)], float(onset))
        return schedule

    def _placed(self, spikes: Spikes, sweeps: list[Sweep], lane: int, first: int) -> Spikes:
        """On the animal's clock, with the replay event that each belongs to."""
        event = np.full(len(spikes.time), NO_EVENT)
        told = [sweep for sweep in sweeps if len(sweep.states)]
        for number, sweep in enumerate(told, start=first):
            event[(spikes.time >= sweep.begin) & (spikes.time < sweep.end)] = number
        return Spikes(self._clock + spikes.time, spikes.neuron, lane, event)


def cue_onsets(duration: float) -> np.ndarray:
    """When cues come in a rest of `duration`, s: once a second, or once as a short rest begins.

    Examples
    --------
    >>> cue_onsets(3.0), cue_onsets(1.0)
    (array([0.5, 1.5]), array([0.1]))
    """
    if duration <= CUE_EVERY:
        return np.array([CUE_ONSET])
    return np.arange(FIRST_CUE, duration - CUE_EVERY / 2, CUE_EVERY)


_WEIGHTS = ("weight_mean", "weight_max", "weight_strong", "weight_sum")


def _shown(weights: np.ndarray, memory: PlaceMemory) -> dict[str, Any]:
    """What is shown of the weights, see `Explorer`."""
    return {
        "weight_mean": weights.mean(),
        "weight_max": weights.max(),
        "weight_strong": (weights > 1).mean(),
        "weight_sum": weights.sum() / memory.network.n_pyramidal,
        "weight_by_distance": _by_distance(weights, memory),
    }


def _by_distance(weights: np.ndarray, memory: PlaceMemory) -> np.ndarray:
    """Mean weight between place cells in equal bins of the distance of their fields."""
    source, target = memory.fields[memory.network.wiring.recurrent]
    placed = (source >= 0) & (target >= 0)
    apart = memory.code.separation[source[placed], target[placed]]
    reached = np.isfinite(apart)
    apart, weight = apart[reached], weights[placed][reached]
    number = np.minimum(apart / apart.max() * N_DISTANCES, N_DISTANCES - 1).astype(int)
    count = np.bincount(number, minlength=N_DISTANCES)
    with np.errstate(invalid="ignore"):
        return np.bincount(number, weight, N_DISTANCES) / count


def _path(sweep: Sweep, lane: int) -> ReplayPath:
    return ReplayPath(
        sweep.states, times=sweep.times - sweep.begin, source="ca3", lane=lane,
        score=sweep.end - sweep.begin,
    )  # fmt: skip


__all__ = ["Explorer", "cue_onsets"]
