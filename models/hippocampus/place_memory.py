"""A CA3 that learns one animal's way by spike timing, and at rest replays it in sharp waves."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from .ca3 import CA3, CUE_STEP
from .ca3_parameters import ASYMMETRIC_MOSSY_WEIGHT, SHARP_WAVE, Condition
from .calibration import BRACKET, MAX_RUNS, TARGET, Calibration, calibrate
from .place_code import NO_FIELD, PlaceCode, draw_fields, fire
from .plasticity import (
    ALPHA,
    CAP,
    Coactivity,
    asymmetric_weights,
    homeostasis,
    symmetric_weights,
)
from .readout import Readout, Sweep, events
from .spikes import Spikes

RULES = ("symmetric", "asymmetric")
SCRAMBLES = ("", "shuffled", "flat")
CUE_STRENGTH, CUE_DURATION = 25.0, 0.05  # nS in a field's middle, s; chosen, see `cue`


class PlaceMemory:
    """One lane: place cells fire on the way, their synapses learn, and the network runs at rest.

    Parameters
    ----------
    code : PlaceCode
    network : CA3
    rng : Generator
        For fields, spikes on the way, and the seeds of runs.
    rule : "symmetric" or "asymmetric"
    homeostatic : bool
        Even weights out over cells, see `homeostasis`; `summed` then sets their mean sum.
    summed : float, nS, optional
        Set by `calibrate` otherwise.
    alpha, cap : float
        See `homeostasis`.
    scramble : "", "shuffled" or "flat"
        Weights are dealt out among synapses at random, or all are the mean: structure is lost.
    scramble_times : bool
        Spikes on the way are dealt out over time before they are learned.

    Attributes
    ----------
    fields : (n_pyramidal,) ints
        Field of each cell, -1 none.
    coactivity : Coactivity
    clock : float, s
        How long the animal has been on its way.
    """

    def __init__(
        self,
        code: PlaceCode,
        network: CA3,
        rng: np.random.Generator,
        rule: str = "symmetric",
        homeostatic: bool = False,
        summed: float | None = None,
        alpha: float = ALPHA,
        cap: float = CAP,
        scramble: str = "",
        scramble_times: bool = False,
    ) -> None:
        if rule not in RULES or scramble not in SCRAMBLES:
            raise ValueError(
                f"rule is one of {RULES} and scramble one of {SCRAMBLES}, got '{rule}', "
                f"'{scramble}'"
            )
        if rule == "asymmetric" and homeostatic:
            raise ValueError("homeostasis is for the symmetric rule; the other has no pair sums")
        self.code, self.network, self.rule = code, network, rule
        self.homeostatic, self.summed, self.alpha, self.cap = homeostatic, summed, alpha, cap
        self.scramble, self.scramble_times = scramble, scramble_times
        self._rng = rng
        self.fields = draw_fields(code, network.n_pyramidal, rng)
        self._deal = np.random.default_rng(rng.integers(2**63))
        self.coactivity = Coactivity(network.n_pyramidal)
        self.clock = 0.0
        self._learned: list[Spikes] = []  # for the rule that has no closed form

    @cached_property
    def readout(self) -> Readout:
        return Readout(self.code.overlap, self.fields)

    # ------------------------------------------------------------------ on the way

    def walk(self, states: np.ndarray, gain: np.ndarray | None = None) -> Spikes:
        """Fire on the way through `states`, and learn.

        Parameters
        ----------
        states : (n,) ints
            Each lasts `code.step`.
        gain : (n,) array, optional
            Factor on what is learned in each, as 1 + kappa |RPE|.

        Returns
        -------
        Spikes
            With times on the animal's clock.
        """
        spikes = fire(self.code, self.fields, states, self._rng)
        duration = len(states) * self.code.step
        learned = self._scattered(spikes, duration) if self.scramble_times else spikes
        visit = np.minimum((learned.time / self.code.step).astype(int), len(states) - 1)
        learned = Spikes(self.clock + learned.time, learned.neuron)
        if self.rule == "symmetric":
            self.coactivity.add(learned, None if gain is None else np.asarray(gain)[visit])
        elif gain is None:
            self._learned.append(learned)
        else:
            raise ValueError("the asymmetric rule takes no gain")
        spikes = Spikes(self.clock + spikes.time, spikes.neuron)
        self.clock += duration
        return spikes

    def _scattered(self, spikes: Spikes, duration: float) -> Spikes:
        time = self._deal.random(len(spikes.time)) * duration
        order = np.argsort(time)
        return Spikes(time[order], spikes.neuron[order])

    # ------------------------------------------------------------------ weights

    def weights(self, summed: float | None = None) -> np.ndarray:
        """Weight of each recurrent synapse (n_recurrent,), nS, as learned so far."""
        source, target = self.network.wiring.recurrent
        summed = self.summed if summed is None else summed
        if self.rule == "asymmetric":
            weights = self._asymmetric[source, target]
        elif not self.homeostatic:
            weights = symmetric_weights(self.coactivity.pairs[source, target])
        elif summed is None:
            raise ValueError("with homeostasis give `summed`, or call calibrate() first")
        else:
            pairs, wiring = self.coactivity.pairs, self.network.wiring.recurrent
            weights = homeostasis(pairs, wiring, summed, self.alpha, self.cap)
        if self.scramble == "shuffled":
            return self._deal.permutation(weights)
        return np.full_like(weights, weights.mean()) if self.scramble == "flat" else weights

    @property
    def learned_sum(self) -> float:
        """Mean over cells of the weights onto them, nS, without homeostasis."""
        source, target = self.network.wiring.recurrent
        weights = symmetric_weights(self.coactivity.pairs[source, target])
        return float(weights.sum() / self.network.n_pyramidal)

    @property
    def _asymmetric(self) -> np.ndarray:
        time, neuron = (
            np.concatenate([getattr(s, name) for s in self._learned]) for name in ("time", "neuron")
        )
        return asymmetric_weights(Spikes(time, neuron), self.network.n_pyramidal)

    def calibrate(
        self,
        target: tuple[int, int] = TARGET,
        bracket: tuple[float, float] = BRACKET,
        max_runs: int = MAX_RUNS,
        condition: Condition = SHARP_WAVE,
    ) -> Calibration:
        """Find the summed weight at which rest of 10 s has `target` sharp waves, and keep it.

        For networks whose runs are shorter or longer, the target is in proportion.
        """
        share = self.network.duration / 10.0
        if not self.homeostatic:
            raise ValueError("calibration sets the summed weight, which homeostasis=True needs")
        found = calibrate(
            lambda summed: len(self._events(self.weights(summed), condition)),
            (round(target[0] * share), round(target[1] * share)), bracket, max_runs,
        )  # fmt: skip
        self.summed = found.summed
        return found

    def _events(self, weights: np.ndarray, condition: Condition) -> np.ndarray:
        spikes = self.network.run(weights, self._next_seed(), None, condition)
        return events(spikes, self.network.n_pyramidal, self.network.duration)

    def _next_seed(self) -> int:
        return int(self._rng.integers(2**31))

    # ------------------------------------------------------------------ at rest

    def cue(
        self,
        state: int,
        onset: float,
        duration: float = CUE_DURATION,
        strength: float = CUE_STRENGTH,
    ) -> np.ndarray:
        """Excite the cells of one state: conductances for `rest`, (n_cue_steps, n_pyramidal) nS.

        50 ms set off complete sweeps; longer cues exhaust the cells that they excite.

        Parameters
        ----------
        onset, duration : float, s
            Whole numbers of 50 ms.
        strength : float, nS
            In the middle of a field.
        """
        first, last = round(onset / CUE_STEP), round((onset + duration) / CUE_STEP)
        if not 0 <= first < last <= self.network.n_cue_steps:
            raise ValueError(
                f"a cue lies within the {self.network.duration:g} s of a run, got one from "
                f"{onset:g} to {onset + duration:g} s"
            )
        schedule = np.zeros((self.network.n_cue_steps, self.network.n_pyramidal))
        schedule[first:last] = strength * self.excited(state)
        return schedule

    def excited(self, state: int) -> np.ndarray:
        """(n_pyramidal,) firing of each cell in a state as a share of its peak."""
        placed = self.fields != NO_FIELD
        share = np.zeros(self.network.n_pyramidal)
        share[placed] = self.code.overlap[state, self.fields[placed]]
        return share

    def rest(
        self,
        cue: np.ndarray | None = None,
        condition: Condition = SHARP_WAVE,
        weights: np.ndarray | None = None,
    ) -> tuple[Spikes, list[Sweep]]:
        """Run the network for its duration; times are from the start of the run.

        Parameters
        ----------
        cue : (n_cue_steps, n_pyramidal) array, nS, optional
            See `cue`; schedules may be added.
        condition : Condition
        weights : array, nS, optional
            Those learned by default.
        """
        if self.rule == "asymmetric" and condition.mossy_weight == SHARP_WAVE.mossy_weight:
            condition = replace(condition, mossy_weight=ASYMMETRIC_MOSSY_WEIGHT)
        weights = self.weights() if weights is None else weights
        spikes = self.network.run(weights, self._next_seed(), cue, condition)
        return spikes, self.readout.sweeps(spikes, self.network.duration)


__all__ = ["CUE_DURATION", "CUE_STRENGTH", "PlaceMemory"]
