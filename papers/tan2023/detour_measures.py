"""What a closed gap costs, and what a decision does: numbers of `detour`, one for each seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .measures import operations

if TYPE_CHECKING:
    import xarray as xr

TOUR, HOMING, AFTER = 30, 60, 40  # attempts
CHANGE = TOUR + HOMING
WINDOW = 4  # attempts, as in `dissociation`


def home_operations(recording: xr.Dataset) -> np.ndarray:
    """Operations of one decision on the way home before the walls change."""
    homing = (recording["attempt"] >= TOUR) & (recording["attempt"] < CHANGE)
    return operations(recording.assign(active=recording["active"] & homing))


def times_home_operations(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
    """Operations of a decision of the first as a multiple of those of the second."""
    return home_operations(first) / home_operations(second)


def readaptation(recording: xr.Dataset) -> np.ndarray:
    """Attempts after the change until ways are short, mean over lives."""
    from ...analysis.adaptation import attempts_to_readapt

    return attempts_to_readapt(recording, CHANGE, WINDOW).mean("life").values


def lost_steps(changed: xr.Dataset, unchanged: xr.Dataset) -> np.ndarray:
    """Steps above the shortest way that the change costs in each attempt after it.

    Beside the same lives where walls stay, which are the same to the last bit until the change.
    """
    from ...analysis.adaptation import sam_geodesic

    above = [sam_geodesic(r, CHANGE).mean("life").values for r in (changed, unchanged)]
    return (above[0] - above[1]) / AFTER


def more_lost(
    first: xr.Dataset, first_unchanged: xr.Dataset, second: xr.Dataset, second_unchanged: xr.Dataset
) -> np.ndarray:
    """How many steps more a change costs the first agent than the second."""
    return lost_steps(first, first_unchanged) - lost_steps(second, second_unchanged)
