"""Area under the learning curve on a line: what attempts take beyond the shortest way.

Moves in all, which `unseen` counts, hold nine times the shortest way whoever learns. Declared when those were
known, with their bound and controls. When two attempts in a row are on the shortest way is told by the
figure's table alone: with soft choices the value of a step far from the goal hardly sways them, so
that it comes late if at all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from . import unseen

if TYPE_CHECKING:
    import xarray as xr


def area(recording: xr.Dataset) -> np.ndarray:
    """Moves beyond the shortest way, attempts from the second on, mean over animals, for each seed."""
    from ...analysis.learning_curves import moves_by_lap

    beyond = moves_by_lap(recording).isel(lap=slice(1, None))
    return beyond.sum("lap", skipna=False).mean("life").values


def times_the_area(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
    """How many times the area under the learning curve of the second that of the first is."""
    return area(first) / area(second)


def first_shortest(recording: xr.Dataset) -> np.ndarray:
    """First of two attempts in a row on the shortest way, median over animals, for each seed."""
    from ...analysis.learning_curves import first_of_two_shortest

    return first_of_two_shortest(recording).median("life").values


_OF_MOVES = {s.name: s for s in unseen.SIGNATURES}
SIGNATURES = tuple(
    replace(
        _OF_MOVES[f"closed_loop/unseen_line_{what}"],
        name=f"closed_loop/unseen_line_{what}_area",
        claim=claim,
        measure=times_the_area,
    ).of_logarithm()
    for what, claim in (
        ("order", "The area under the learning curve is larger without the order of replay."),
        ("content", "It is larger with random experiences than with those replayed, in any order."),
        ("replay", "It is larger without replay than with random experiences."),
    )
)
