"""What is read out of CA3 downstream: when its cells fire together, and which places they stand for.

This is the agent's own reading, with the place code known. Experimenters estimate it from
recordings: `fastslow.analysis.sharp_waves` and `fastslow.analysis.place_decoding`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .place_code import ELSEWHERE, NO_FIELD, PEAK
from .spikes import Spikes

# Ecker et al. 2022, doi:10.7554/eLife.71850, published code
EVENT_BIN, EVENT_RATE, EVENT_DURATION = 0.02, 2.0, 0.26  # s, Hz, s
DECODING_BIN = 0.01  # s
MIN_SPIKES, MIN_POSTERIOR = 5, 0.5  # of a bin that tells a place; chosen


class Sweep(NamedTuple):
    """One sharp wave: when it begins and ends (s), and the states it passes, each with its time."""

    begin: float
    end: float
    states: np.ndarray
    times: np.ndarray


def events(
    spikes: Spikes, n_cells: int, duration: float, min_duration: float = EVENT_DURATION
) -> np.ndarray:
    """Begin and end (n_events, 2), s, of the times at which cells fire at 2 Hz or more on average.

    Parameters
    ----------
    spikes : Spikes
        Those of neurons below `n_cells` count.
    duration : float, s
        Of the run.
    min_duration : float, s
    """
    n_bins = round(duration / EVENT_BIN)
    bins = np.minimum((spikes.time[spikes.neuron < n_cells] / EVENT_BIN + 1e-9).astype(int), n_bins)
    rate = np.bincount(bins, minlength=n_bins + 1)[:n_bins] / (n_cells * EVENT_BIN)
    edges = np.diff((rate >= EVENT_RATE).astype(int), prepend=0, append=0)
    found = np.stack([np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)], axis=1)
    return found[found @ [-1, 1] * EVENT_BIN >= min_duration - 1e-9] * EVENT_BIN


class Readout:
    """Reads the states that fields stand for, assuming Poisson spikes at 20 Hz in a field's middle.

    Parameters
    ----------
    overlap : (n_states, n_fields) array
        Of a `PlaceCode`.
    fields : (n_cells,) ints
        Field of each cell.
    """

    def __init__(self, overlap: np.ndarray, fields: np.ndarray) -> None:
        self.states = np.flatnonzero(overlap.max(axis=1) > 0)
        rate = np.full((len(self.states), len(fields)), ELSEWHERE)
        placed = fields != NO_FIELD
        modulated = PEAK * overlap[self.states][:, fields[placed]]
        rate[:, placed] = np.maximum(modulated, ELSEWHERE)
        self._log_rate, self._expected = np.log(rate), rate.sum(axis=1) * DECODING_BIN
        self.n_cells = len(fields)

    def sweeps(
        self, spikes: Spikes, duration: float, min_duration: float = EVENT_DURATION
    ) -> list[Sweep]:
        """The sharp waves of a run, each with the path that is read from it, which may be empty."""
        spikes = spikes.of(range(self.n_cells))
        return [
            Sweep(begin, end, *self.path(spikes, begin, end))
            for begin, end in events(spikes, self.n_cells, duration, min_duration)
        ]

    def path(self, spikes: Spikes, begin: float, end: float) -> tuple[np.ndarray, np.ndarray]:
        """States one after another and the time, s, at which each is first read."""
        n_bins = round((end - begin) / DECODING_BIN)
        inside = (spikes.time >= begin) & (spikes.time < end)
        bins = ((spikes.time[inside] - begin) / DECODING_BIN).astype(int).clip(0, n_bins - 1)
        log_posterior = np.tile(-self._expected, (n_bins, 1))
        np.add.at(log_posterior, bins, self._log_rate[:, spikes.neuron[inside]].T)
        posterior = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
        sure = posterior.max(axis=1) / posterior.sum(axis=1) > MIN_POSTERIOR
        told = np.flatnonzero((np.bincount(bins, minlength=n_bins) >= MIN_SPIKES) & sure)
        states = self.states[log_posterior[told].argmax(axis=1)]
        new = np.diff(states, prepend=-1) != 0
        return states[new], begin + told[new] * DECODING_BIN


__all__ = ["Readout", "Sweep", "events"]
