"""Finding the strength of recurrent weights at which sharp waves come and go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

TARGET = (9, 16)  # sharp waves in 10 s, chosen: several, with silence between them
BRACKET = (130.0, 230.0)  # nS; the mean sum of weights onto a cell is 153 nS on the track
MAX_RUNS = 6


@dataclass(frozen=True)
class Calibration:
    """What was tried, (summed weight in nS, events) in order, and whether the last one will do.

    Attributes
    ----------
    tried : tuple of (float, int)
    reached : bool
    """

    tried: tuple[tuple[float, int], ...]
    reached: bool

    @property
    def summed(self) -> float:
        """The last summed weight, nS."""
        return self.tried[-1][0]

    @property
    def n_runs(self) -> int:
        return len(self.tried)


def calibrate(
    count_events: Callable[[float], int],
    target: tuple[int, int] = TARGET,
    bracket: tuple[float, float] = BRACKET,
    max_runs: int = MAX_RUNS,
) -> Calibration:
    """Bisect the mean summed weight of a cell until the number of events is within `target`.

    Excitability is a sharp transition: a few percent lie between no event and one after another.

    Parameters
    ----------
    count_events : callable
        Runs the network with a summed weight, nS, and counts its sharp waves.
    target : (int, int)
        Fewest and most events.
    bracket : (float, float), nS
        Between which to look.
    max_runs : int

    Examples
    --------
    >>> calibrate(lambda summed: int(summed > 170) * 12).summed
    180.0
    """
    fewest, most = target
    low, high = bracket
    if not 0 <= fewest <= most or not 0 < low <= high or max_runs < 1:
        raise ValueError(
            f"target and bracket are (low, high) and max_runs at least 1, got {target}, {bracket} "
            f"and {max_runs}"
        )
    tried: list[tuple[float, int]] = []
    while len(tried) < max_runs:
        summed = (low + high) / 2
        n_events = int(count_events(summed))
        tried.append((summed, n_events))
        if fewest <= n_events <= most:
            return Calibration(tuple(tried), True)
        low, high = (summed, high) if n_events < fewest else (low, summed)
    return Calibration(tuple(tried), False)


__all__ = ["BRACKET", "MAX_RUNS", "TARGET", "Calibration", "calibrate"]
