"""Visits to contexts as sequences in CA3: every choice of a visit has place cells of its own."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ...tasks.navigation import StateGraph
from .ca3 import CA3
from .place_code import GraphCode
from .place_memory import PlaceMemory
from .readout import Sweep

# Chosen on seed 100 on sweeps alone: cues set off waves along a line, and few come by themselves.
SUMMED = 165.0  # nS onto a cell
CAP = 12.0  # nS; lines of nine states with a twelfth of the cells each need stronger synapses
CUE_ONSET = 0.1  # s into a run
MIN_DURATION = 0.1  # s: a wave along nine states is short, as under the asymmetric rule
PAUSE = 1.0  # s between visits, many time constants of plasticity


class VisitMemory:
    """One lane: visits write sequences into CA3, and cued sharp waves tell which choices to relive.

    A context is a line of `length` + 1 states, on entering and after each choice. A visit is a walk
    along it; plasticity links its states, and none of two contexts, as visits are apart. A step
    between neighbors in a sharp wave, in either direction, stands for the choice between them.

    Parameters
    ----------
    network : CA3
        Of the length of one sharp wave and silence around it.
    rng : Generator
    n_contexts, length : int
        Lines, and choices of a visit that are kept.

    Examples
    --------
    >>> memory = VisitMemory(CA3(n_pyramidal=80), np.random.default_rng(0), n_contexts=2, length=3)
    >>> memory.choices(np.array([4, 5, 6, 1]))  # the wave left the second line
    [(1, 0), (1, 1)]
    """

    def __init__(
        self, network: CA3, rng: np.random.Generator, n_contexts: int, length: int
    ) -> None:
        self._length = length
        state = np.arange(n_contexts * (length + 1))
        at = state % (length + 1)
        back, on = state - (at > 0), state + (at < length)
        code = GraphCode(StateGraph(np.stack([back, on], axis=1)))
        self.places = PlaceMemory(
            code, network, rng, homeostatic=True, summed=SUMMED, cap=CAP
        )  # fmt: skip

    def visit(self, context: int, n_choices: int) -> None:
        """Learn a visit, of which the first choices are kept if there are too many."""
        n_states = min(n_choices, self._length) + 1
        self.places.walk(self._first(context) + np.arange(n_states))
        self.places.clock += PAUSE

    def cued(self, context: int, from_end: bool) -> list[Sweep]:
        """The sharp waves of a run in which one end of the context's line is cued.

        What is not over when the run is counts as no sharp wave.
        """
        memory, duration = self.places, self.places.network.duration
        state = self._first(context) + from_end * self._length
        spikes = memory.network.run(
            memory.weights(), memory._next_seed(), memory.cue(state, CUE_ONSET)
        )
        sweeps = memory.readout.sweeps(spikes, duration, MIN_DURATION)
        return [sweep for sweep in sweeps if sweep.end < duration]

    def choices(self, states: np.ndarray) -> list[tuple[int, int]]:
        """Context and number of the choice that each step between neighbors stands for, in order."""
        found = []
        for one, other in pairwise(states.tolist()):
            (context, at), (same, then) = (divmod(s, self._length + 1) for s in (one, other))
            if context == same and abs(at - then) == 1:
                found.append((context, min(at, then)))
        return found

    def _first(self, context: int) -> int:
        return context * (self._length + 1)


__all__ = ["VisitMemory"]
