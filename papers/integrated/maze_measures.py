"""What is measured in the arena with two gaps: steps beyond the shortest way, one number for each seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...tasks.shared_ends import TEST
from .measures import Measure

if TYPE_CHECKING:
    import xarray as xr


def excess_steps(recording: xr.Dataset, trial: int) -> xr.DataArray:
    """Choices beyond the shortest way around the walls, for one trial of each test visit; else NaN."""
    chosen = (recording["trial"] == trial) & (recording["stage"] == 1) & recording["active"]
    chosen &= recording["period"] == TEST
    at_start = recording["shortest_path"].isel(step=chosen.argmax("step"))
    return (chosen.sum("step") - at_start).where(chosen.any("step"))


def excess(trials: tuple[int, ...]) -> Measure:
    """A measure of one recording: mean steps beyond the shortest way in these trials of the test."""

    def measure(recording: xr.Dataset) -> np.ndarray:
        per_trial = [excess_steps(recording, trial) for trial in trials]
        if not all(bool(found.notnull().any("episode").all()) for found in per_trial):
            raise ValueError("some seed has no test visit; the recording has another schedule")
        return np.mean([found.mean("episode").values for found in per_trial], axis=0)

    return measure


def impairment(trials: tuple[int, ...]) -> Measure:
    """A measure of three recordings, intact, without knowledge, and lesioned.

    Steps that the lesion costs, as a share of the range from the intact agent to one that
    knows the arena but nothing of its contexts.
    """
    of = excess(trials)

    def measure(intact: xr.Dataset, ignorant: xr.Dataset, lesioned: xr.Dataset) -> np.ndarray:
        best = of(intact)
        return (of(lesioned) - best) / (of(ignorant) - best)

    return measure
