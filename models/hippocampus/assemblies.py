"""Episodic index: cell assemblies in CA3 that a part of their cells brings back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .ca3 import CA3, CUE_STEP
from .ca3_parameters import SHARP_WAVE, Condition
from .plasticity import INITIAL, SCALE

WEIGHT = 1.5  # nS between cells of one assembly; chosen: completes, and bursts only when cued
ONSET, CUE_DURATION, CUE_STRENGTH = 0.1, 0.05, 25.0  # s, s, nS; chosen
RECALL_DURATION = 0.5  # s, of a network's run
WINDOW = 0.2  # s from the onset of the cue in which answers count; chosen


@dataclass(frozen=True, eq=False)
class Recall:
    """Answer to one cue.

    Attributes
    ----------
    index : int
        Assembly of which the largest share of cells that were not cued fired; -1 if none did.
    confidence : float
        That share, less the same share of the next best assembly.
    latency : float, s
        From the onset of the cue until half of these cells have fired; NaN if none did.
    completed : (n_assemblies,) array
        Share of the cells of each assembly that fired, cued cells left out.
    others : float
        Share of the cells of no assembly that was cued, even in part, that fired.
    """

    index: int
    confidence: float
    latency: float
    completed: np.ndarray
    others: float


class AssemblyIndex:
    """Keeps assemblies of pyramidal cells, each under its number, and finds one by a part of it.

    Cells that share an assembly are connected by `weight` more than others, however many they
    share: a saturated Hebbian rule. `network` should run for half a second.

    Parameters
    ----------
    network : CA3
    weight : float, nS
        0 is a network that has learned nothing.

    Examples
    --------
    >>> index = AssemblyIndex(CA3(n_pyramidal=40, duration=RECALL_DURATION))
    >>> index.store(np.arange(10)), index.store(np.arange(5, 15)), index.n_stored
    (0, 1, 2)
    """

    def __init__(self, network: CA3, weight: float = WEIGHT) -> None:
        if round(network.duration - (ONSET + WINDOW), 9) < 0:
            raise ValueError(
                f"a recall takes {ONSET + WINDOW:g} s, the network runs for {network.duration:g} s"
            )
        self.network, self.weight = network, weight
        self._members = np.zeros((0, network.n_pyramidal), bool)

    @property
    def n_stored(self) -> int:
        return len(self._members)

    @property
    def members(self) -> np.ndarray:
        """(n_stored, n_pyramidal) bool: who belongs to each assembly."""
        return self._members.copy()

    def store(self, cells: np.ndarray) -> int:
        """Connect `cells`, their numbers, to an assembly, and return its index."""
        member = np.zeros(self.network.n_pyramidal, bool)
        member[self._checked(cells)] = True
        self._members = np.concatenate([self._members, member[None]])
        self.__dict__.pop("weights", None)
        return self.n_stored - 1

    @cached_property
    def weights(self) -> np.ndarray:
        """Weight of each recurrent synapse (n_recurrent,), nS."""
        source, target = self.network.wiring.recurrent
        shared = np.zeros(len(source), bool)
        for member in self._members:
            shared |= member[source] & member[target]
        return INITIAL * SCALE + self.weight * shared

    def retrieve(self, cells: np.ndarray, seed: int, condition: Condition = SHARP_WAVE) -> Recall:
        """Excite some cells for 50 ms and see whose assembly fires.

        Parameters
        ----------
        cells : ints
            Numbers of the cells that are cued; some may be wrong.
        seed : int
            Of the mossy input, which goes on.
        """
        if not self.n_stored:
            raise ValueError("nothing is stored; call store(cells) first")
        cued = np.zeros(self.network.n_pyramidal, bool)
        cued[self._checked(cells)] = True
        cue = np.zeros((self.network.n_cue_steps, self.network.n_pyramidal))
        first, n_steps = round(ONSET / CUE_STEP), round(CUE_DURATION / CUE_STEP)
        cue[first : first + n_steps, cued] = CUE_STRENGTH
        spikes = self.network.run(self.weights, seed, cue, condition)
        spikes = spikes.of(range(self.network.n_pyramidal))
        within = (spikes.time >= ONSET) & (spikes.time < ONSET + WINDOW)
        return self._read(spikes.time[within] - ONSET, spikes.neuron[within], cued)

    def _read(self, time: np.ndarray, neuron: np.ndarray, cued: np.ndarray) -> Recall:
        first = np.full(self.network.n_pyramidal, np.inf)
        np.minimum.at(first, neuron, time)
        fired, free = np.isfinite(first), self._members & ~cued
        completed = (free & fired).sum(axis=1) / np.maximum(free.sum(axis=1), 1)
        outside = ~cued & ~self._members[(self._members & cued).any(axis=1)].any(axis=0)
        others = float(fired[outside].mean()) if outside.any() else 0.0
        best = int(completed.argmax())
        if not completed[best]:
            return Recall(-1, 0.0, np.nan, completed, others)
        rival = np.delete(completed, best).max(initial=0.0)
        latency = float(np.median(first[free[best] & fired]))
        return Recall(best, float(completed[best] - rival), latency, completed, others)

    def _checked(self, cells: np.ndarray) -> np.ndarray:
        cells, n = np.asarray(cells), self.network.n_pyramidal
        if cells.ndim != 1 or cells.dtype.kind not in "iu" or not len(cells):
            raise ValueError(f"cells must be some ints, got {cells.dtype} of shape {cells.shape}")
        if cells.min() < 0 or cells.max() >= n:
            raise ValueError(f"cells must be in [0, {n}), got {cells.min()} to {cells.max()}")
        return cells


__all__ = ["RECALL_DURATION", "AssemblyIndex", "Recall"]
