"""Spikes as agents show them: times, neurons, and the replay event each belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NO_EVENT = -1


@dataclass(frozen=True)
class Spikes:
    """Spikes of one lane, in order of time.

    Attributes
    ----------
    time : (n_spikes,) floats, s
        From the beginning of the run; in a recording, of the life.
    neuron : (n_spikes,) ints
        Basket cells are numbered after the pyramidal cells.
    lane : int
    event : (n_spikes,) ints, optional
        Which of the `ReplayPath`s returned together with these spikes; `NO_EVENT` none.

    Examples
    --------
    >>> Spikes(np.array([0.1, 0.2]), np.array([3, 0])).of(range(3)).time
    array([0.2])
    """

    time: np.ndarray
    neuron: np.ndarray
    lane: int = 0
    event: np.ndarray | None = None

    def __post_init__(self) -> None:
        shapes = {np.shape(a) for a in (self.time, self.neuron, self.event) if a is not None}
        if len(shapes) > 1 or len(next(iter(shapes))) != 1:
            raise ValueError(
                f"time, neuron and event must be one entry a spike, got shapes {sorted(shapes)}"
            )

    def of(self, neurons: range) -> Spikes:
        """The spikes of some neurons."""
        kept = (self.neuron >= neurons.start) & (self.neuron < neurons.stop)
        event = None if self.event is None else self.event[kept]
        return Spikes(self.time[kept], self.neuron[kept], self.lane, event)


__all__ = ["NO_EVENT", "Spikes"]
