"""CA3 with damage: cells removed, learned weights dealt out at random, or no adaptation."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from .ca3 import CA3, Wiring
from .ca3_parameters import NO_ADAPTATION, SHARP_WAVE, Condition
from .spikes import Spikes


@dataclass(frozen=True)
class LesionedCA3(CA3):
    """A `CA3` that runs as if damaged, whatever weights and cues it is given.

    The compiled program is that of the intact network. Cells that are removed have no recurrent
    synapses, are not excited by cues, and nobody hears their spikes but basket cells. Larger
    shares contain smaller ones.

    Parameters
    ----------
    removed : float
        Share of pyramidal cells, in [0, 1).
    shuffled : bool
        Weights are dealt out among synapses, always in the same way.
    adapting : bool
        Whether spikes of pyramidal cells bring adaptation.

    Examples
    --------
    >>> int(LesionedCA3(n_pyramidal=1000, removed=0.25).alive.sum())
    750
    """

    removed: float = 0.0
    shuffled: bool = False
    adapting: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.removed < 1:
            raise ValueError(f"removed is a share of cells in [0, 1), got {self.removed}")

    @cached_property
    def intact(self) -> CA3:
        """The same network without damage."""
        return CA3(**{f.name: getattr(self, f.name) for f in fields(CA3)})

    @cached_property
    def wiring(self) -> Wiring:
        return self.intact.wiring

    @cached_property
    def alive(self) -> np.ndarray:
        """(n_pyramidal,) bool: the cells that are left."""
        order = np.random.default_rng([self.wiring_seed, self.n_pyramidal]).permutation(
            self.n_pyramidal
        )
        return order >= round(self.removed * self.n_pyramidal)

    def run(
        self,
        weights: np.ndarray,
        seed: int,
        cue: np.ndarray | None = None,
        condition: Condition = SHARP_WAVE,
    ) -> Spikes:
        weights, cue = self.intact._checked(weights, cue)
        source, target = self.wiring.recurrent
        if self.shuffled:
            weights = np.random.default_rng(self.wiring_seed).permutation(weights)
        weights = weights * (self.alive[source] & self.alive[target])
        if not self.adapting:
            condition = NO_ADAPTATION
        spikes = self.intact.run(weights, seed, cue * self.alive, condition)
        heard = np.append(self.alive, np.ones(self.n_basket, bool))[spikes.neuron]
        return Spikes(spikes.time[heard], spikes.neuron[heard])


__all__ = ["LesionedCA3"]
