"""Spike-timing-dependent plasticity between CA3 pyramidal cells, and what keeps it in bounds.

The symmetric rule was measured by Mishra, Kim, Guzman & Jonas 2016, doi:10.1038/ncomms11552; its
constants, and the asymmetric rule, are those of Ecker et al. 2022, doi:10.7554/eLife.71850.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .spikes import Spikes

INITIAL, BOUND = 0.1, 20.0  # nS
TIME_CONSTANT = 0.0625  # s
AMPLITUDE = 0.08  # nS for each pair of spikes, whichever comes first
SCALE = 0.62  # of all weights at the end
ALPHA, CAP = 0.75, 4.0  # homeostasis: exponent, and largest weight in nS; chosen, see `homeostasis`
ASYMMETRIC: Mapping[str, float] = {
    "time_constant": 0.02, "amplitude": 0.4, "bound": 40.0, "scale": 1.27,
}  # fmt: skip
_BLOCK = 128  # spikes taken together


class Coactivity:
    """How close in time any two cells fired: K_ij, the sum of exp(-|t_i - t_j| / tau) over spikes.

    The symmetric rule only strengthens, so the bound may be applied at the end, and weights follow
    from K in closed form, see `symmetric_weights`. K continues over any number of sessions.

    Parameters
    ----------
    n_cells : int
    time_constant : float, s

    Examples
    --------
    >>> memory = Coactivity(2)
    >>> memory.add(Spikes(np.array([0.0, 0.0625]), np.array([0, 1])))
    >>> memory.pairs.round(3)
    array([[0.   , 0.368],
           [0.368, 0.   ]])
    """

    def __init__(self, n_cells: int, time_constant: float = TIME_CONSTANT) -> None:
        self.n_cells, self.time_constant = n_cells, time_constant
        self._after = np.zeros((n_cells, n_cells))  # row fired after column
        self._trace, self._now = np.zeros(n_cells), 0.0

    @property
    def pairs(self) -> np.ndarray:
        """(n_cells, n_cells) K; its diagonal, a cell with itself, is no synapse and 0."""
        pairs = self._after + self._after.T
        np.fill_diagonal(pairs, 0)
        return pairs

    def add(self, spikes: Spikes, gain: np.ndarray | None = None) -> None:
        """Add pairs of these spikes with one another and with all earlier ones.

        Parameters
        ----------
        spikes : Spikes
            Not before those added earlier.
        gain : (n_spikes,) array, optional
            Factor on the pairs that each spike completes, as dopamine would gate them.
        """
        time, neuron = spikes.time, spikes.neuron
        if len(time) and (time[0] < self._now or (np.diff(time) < 0).any()):
            raise ValueError(
                f"spikes must be in order and not before {self._now:g} s, those added last; "
                f"they begin at {time[0]:g} s"
            )
        if len(neuron) and not 0 <= neuron.min() <= neuron.max() < self.n_cells:
            raise ValueError(f"neurons must be in [0, {self.n_cells}), got {neuron.max()}")
        gain = np.ones(len(time)) if gain is None else np.asarray(gain, float)
        for first in range(0, len(time), _BLOCK):
            block = slice(first, first + _BLOCK)
            self._add_block(time[block], neuron[block], gain[block])

    def _add_block(self, time: np.ndarray, neuron: np.ndarray, gain: np.ndarray) -> None:
        tau, start = self.time_constant, time[0]
        self._trace *= np.exp(-(start - self._now) / tau)
        fired, which = np.unique(neuron, return_inverse=True)
        decay = np.exp(-(time - start) / tau)
        before = np.bincount(which, decay * gain)
        self._after[fired] += before[:, None] * self._trace
        lag = time[:, None] - time
        near = np.tril(np.exp(-np.maximum(lag, 0) / tau), -1) * gain[:, None]
        chosen = np.eye(len(fired))[which]
        self._after[np.ix_(fired, fired)] += chosen.T @ near @ chosen
        self._now = time[-1]
        self._trace *= np.exp(-(self._now - start) / tau)
        self._trace[fired] += np.bincount(which, np.exp((time - self._now) / tau))


def symmetric_weights(pairs: np.ndarray) -> np.ndarray:
    """Weights, nS, that the symmetric rule leads to: min(w0 + A K, bound) times the scale."""
    return np.minimum(INITIAL + AMPLITUDE * pairs, BOUND) * SCALE


def homeostasis(
    pairs: np.ndarray, wiring: np.ndarray, summed: float, alpha: float = ALPHA, cap: float = CAP
) -> np.ndarray:
    """Weights of synapses, nS, evened out over cells, with a given mean sum for each cell.

    K_ij / (s_i s_j)^(alpha / 2), where s is a cell's summed K, takes from cells that were active
    often; without it only the most visited place of a maze replays. One factor then sets the
    sum, no weight exceeding `cap`. Cells that never met are not connected: their initial weight
    would be a third of all.

    Parameters
    ----------
    pairs : (n_cells, n_cells) array
    wiring : (2, n_synapses) ints
        Source and target of each synapse.
    summed : float, nS
        Mean over cells of the weights onto them.

    Returns
    -------
    (n_synapses,) array
    """
    strength = pairs.sum(axis=0)
    active = strength > 0
    if not active.any():
        raise ValueError("nothing was learned: no two cells fired near one another")
    share = np.zeros(len(pairs))
    share[active] = strength[active] ** (-alpha / 2)
    source, target = wiring
    learned = pairs[source, target] * share[source] * share[target]
    total = summed * len(pairs)
    if not 0 < total < cap * (learned > 0).sum():
        raise ValueError(
            f"a mean sum of {summed:g} nS cannot be reached with weights between 0 and {cap:g} nS"
        )

    def weights(factor: float) -> np.ndarray:
        return np.minimum(factor * learned, cap)

    low, high = 0.0, total / learned.sum()
    while weights(high).sum() < total:
        low, high = high, 2 * high
    for _ in range(50):  # halvings: the sum grows with the factor
        factor = (low + high) / 2
        low, high = (factor, high) if weights(factor).sum() < total else (low, factor)
    return weights(high)


def asymmetric_weights(
    spikes: Spikes,
    n_cells: int,
    time_constant: float = ASYMMETRIC["time_constant"],
    amplitude: float = ASYMMETRIC["amplitude"],
    bound: float = ASYMMETRIC["bound"],
    scale: float = ASYMMETRIC["scale"],
) -> np.ndarray:
    """Weights (n_cells, n_cells) from row to column, nS, by the rule that most synapses follow.

    A source that fires before its target strengthens the synapse, one that fires after it weakens
    it. Weights meet both bounds on the way, so there is no closed form: spike by spike.
    """
    forward = np.full((n_cells, n_cells), INITIAL)  # row: source
    trace, last = np.zeros(n_cells), 0.0
    for time, cell in zip(spikes.time.tolist(), spikes.neuron.tolist(), strict=True):
        trace *= np.exp(-(time - last) / time_constant)
        last = time
        # As a source it comes after those in the trace, as a target too.
        forward[cell] = np.maximum(forward[cell] - amplitude * trace, 0)
        forward[:, cell] = np.minimum(forward[:, cell] + amplitude * trace, bound)
        trace[cell] += 1
    np.fill_diagonal(forward, 0)
    return forward * scale


__all__ = [
    "ALPHA", "CAP", "Coactivity", "asymmetric_weights", "homeostasis", "symmetric_weights",
]  # fmt: skip
