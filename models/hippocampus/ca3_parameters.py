"""Cells and synapses of area CA3: the published constants, and the conditions that can be compared.

References
----------
Ecker A, Bagi B, Vertes E, Steinbach-Nemeth O, Karlocai MR, Papp OI, Miklos I, Hajos N, Freund TF,
Gulyas AI, Kali S (2022). Hippocampal sharp wave-ripples and the associated sequence replay emerge
from structured synaptic interactions in a network model of area CA3. eLife 11:e71850,
doi:10.7554/eLife.71850. The numbers are those of the authors' public code, KaliLab/ca3net (MIT).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, log

IN_DEGREE = 800  # recurrent inputs of a pyramidal cell: 8,000 cells connected with p = .1
N_BASKET, P_BASKET = 150, 0.25
EXCITATORY, INHIBITORY = 0.0, -70.0  # reversal potentials, mV

CUE_STEP = 0.05  # s; cues last a whole number of these


@dataclass(frozen=True)
class Cell:
    """An adaptive exponential integrate-and-fire neuron; a spike is cut at threshold + 5 slopes.

    C dV/dt = -leak (V - rest) + leak slope exp((V - threshold) / slope) - w - I_synaptic + I and
    time dw/dt = coupling (V - rest) - w; a spike sets V to `reset` and adds `adaptation` to w.

    Parameters
    ----------
    leak : float, nS
    membrane_time : float, ms
    rest, reset, threshold, slope : float, mV
    refractory : float, ms
    coupling : float, nS
    adaptation : float, pA
    adaptation_time : float, ms
    """

    leak: float
    membrane_time: float
    rest: float
    reset: float
    threshold: float
    slope: float
    refractory: float
    coupling: float
    adaptation: float
    adaptation_time: float

    @property
    def capacitance(self) -> float:
        """In pF."""
        return self.leak * self.membrane_time


PYRAMIDAL = Cell(
    4.3148, 41.749, -75.188, -29.739, -24.426, 4.2341, 5.9633, -0.27435, 206.84, 84.936
)  # fmt: skip
BASKET = Cell(7.5145, 15.773, -74.742, -64.992, -57.709, 4.5841, 1.1562, 3.0564, 0.91610, 178.58)


@dataclass(frozen=True)
class Pathway:
    """Synapses of one kind: conductances with a rise and a decay, ms, after a delay, ms."""

    rise: float
    decay: float
    delay: float = 0.0

    @property
    def norm(self) -> float:
        """Factor on a weight; the peak of the conductance is decay / (decay - rise) weights.

        So it is in the published code, with which the weights were found.
        """
        peak = self.decay * self.rise / (self.decay - self.rise) * log(self.decay / self.rise)
        return 1 / (exp(-peak / self.decay) - exp(-peak / self.rise))


RECURRENT = Pathway(1.3, 9.5, 2.2)
MOSSY = Pathway(0.65, 5.4)
PYRAMIDAL_BASKET = Pathway(1.0, 4.1, 0.9)
BASKET_PYRAMIDAL = Pathway(0.3, 3.3, 1.1)
BASKET_BASKET = Pathway(0.25, 1.2, 0.6)


@dataclass(frozen=True)
class Condition:
    """What may differ between runs of one network without compiling it again.

    Parameters
    ----------
    pyramidal : Cell
    recurrent : float
        Factor on all recurrent weights.
    mossy_weight, mossy_rate : float, nS and Hz
        Poisson input of each pyramidal cell.
    pyramidal_basket, basket_pyramidal, basket_basket : float, nS
    current : float, pA
        Into each pyramidal cell.
    """

    pyramidal: Cell = PYRAMIDAL
    recurrent: float = 1.0
    mossy_weight: float = 19.15
    mossy_rate: float = 15.0
    pyramidal_basket: float = 0.85
    basket_pyramidal: float = 0.65
    basket_basket: float = 5.0
    current: float = 0.0


SHARP_WAVE = Condition()
NO_ADAPTATION = Condition(pyramidal=replace(PYRAMIDAL, adaptation=0.0))
# Under acetylcholine the same circuit oscillates at gamma frequency.
GAMMA = Condition(
    recurrent=0.19, mossy_weight=22.4, mossy_rate=17.4, pyramidal_basket=0.42,
    basket_pyramidal=0.24, basket_basket=1.12, current=40.0,
)  # fmt: skip
ASYMMETRIC_MOSSY_WEIGHT = 21.5  # nS, with weights learned by the asymmetric rule

__all__ = [
    "ASYMMETRIC_MOSSY_WEIGHT", "BASKET", "CUE_STEP", "GAMMA", "NO_ADAPTATION", "PYRAMIDAL", "SHARP_WAVE",
    "Cell", "Condition", "Pathway",
]  # fmt: skip
