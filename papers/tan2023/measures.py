"""Numbers that signatures of the goal-directed agent measure: one for each seed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ..declaration import Measure

if TYPE_CHECKING:
    import xarray as xr

CHANGE = 50  # attempt in which the walls change
LIMIT = 100  # steps of an attempt
FIRST, LAST, ALL = (0, CHANGE), (CHANGE, None), (0, None)
Part = tuple[int, int | None]
SLOW = 2  # of the trace `decider`


def percent_solved(recording: xr.Dataset, part: Part = ALL) -> np.ndarray:
    """Attempts solved in fewer steps than the limit, as published, in percent."""
    from ...analysis.adaptation import solve_rate

    return 100 * solve_rate(recording, *part, fewer_than=LIMIT).mean("life").values


def percent_reached(recording: xr.Dataset, part: Part = ALL) -> np.ndarray:
    """Attempts that reached the goal, in percent."""
    from ...analysis.adaptation import solve_rate

    return 100 * solve_rate(recording, *part).mean("life").values


def sam(recording: xr.Dataset, part: Part = ALL) -> np.ndarray:
    """Steps above the Manhattan distance, summed over attempts, mean over lives."""
    from ...analysis.adaptation import sam_manhattan

    return sam_manhattan(recording, *part).mean("life").values


def recovery(recording: xr.Dataset) -> np.ndarray:
    """Attempts after the change until the moving solve rate is back, mean over lives."""
    from ...analysis.adaptation import attempts_to_recover

    return attempts_to_recover(recording, CHANGE).mean("life").values


def readaptation(recording: xr.Dataset) -> np.ndarray:
    """Attempts after the change until two of each of two routes are short, mean over lives."""
    from ...analysis.adaptation import attempts_to_readapt

    return attempts_to_readapt(recording, CHANGE, window=4).mean("life").values


def operations(recording: xr.Dataset) -> np.ndarray:
    """Memory reads and multiply-adds of one decision, learning left out."""
    count = (recording["memory_reads"] + recording["multiply_adds"]).where(recording["active"])
    return count.mean(("episode", "step")).values


def times_operations(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
    """Operations of a decision of the first as a multiple of those of the second."""
    return operations(first) / operations(second)


def share_of_plans(recording: xr.Dataset) -> np.ndarray:
    """Share of steps that the plan decided."""
    slow = (recording["decider"] == SLOW).sum(("episode", "step"))
    return (slow / recording["active"].sum(("episode", "step"))).values


def scatter_of_solved(recording: xr.Dataset) -> np.ndarray:
    """Standard deviation of the percentage solved over the lives of a seed."""
    from ...analysis.adaptation import solve_rate

    return 100 * solve_rate(recording, fewer_than=LIMIT).std("life", ddof=1).values


def scatter_of_sam(recording: xr.Dataset) -> np.ndarray:
    """Standard deviation of the steps above minimum over the lives of a seed."""
    from ...analysis.adaptation import sam_manhattan

    return sam_manhattan(recording).std("life", ddof=1).values


def total_at_start(label: str) -> Measure:
    """Measure: sum of a label over the starts of all attempts of a life."""

    def measure(recording: xr.Dataset) -> np.ndarray:
        from ...analysis.adaptation import by_life

        start = recording[label].isel(step=0)
        return by_life(recording, start).sum("attempt").mean("life").values

    return measure


def gaps_to_cross(recording: xr.Dataset) -> np.ndarray:
    """Attempts whose shortest way is longer than the Manhattan distance."""
    from ...analysis.adaptation import by_life

    start = recording.isel(step=0)
    longer = start["shortest_path"] > start["manhattan"]
    return by_life(recording, longer.astype(float)).sum("attempt").mean("life").values


def more(measure: Measure) -> Measure:
    """Measure: how much more the first recording has than the second, seed by seed."""

    def difference(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
        return measure(first) - measure(second)

    return difference


def of(measure: Measure, part: Part) -> Measure:
    """The measure in the first or last part of a life."""
    return partial(measure, part=part)
