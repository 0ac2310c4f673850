"""What a decision costs in larger worlds: search reads more, the network computes as much as before.

The dynamic task in grids of 10, 20 and 40 places a side, each decided by exact search in memory
alone, and by an untrained network as published: what it has learned does not change what it computes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...models.goal_directed import ExactSearch, GoalDirected
from ...tasks.navigation import tan
from ..declaration import Experiment, Figure, Signature
from .cost_by_size_figure import draw_cost
from .dynamic import P, experiment
from .measures import operations

if TYPE_CHECKING:
    import xarray as xr

SIZES = (10, 20, 40)
COUNTED = ("memory_reads", "multiply_adds")
_NETWORK = GoalDirected().without("slow", "learning")


def _search(size: int) -> GoalDirected:
    """No way in memory is too long; ties at random, as in `dissociation`."""
    return GoalDirected(planner=ExactSearch(depth=size**2), ties="random").without("fast")


EXPERIMENTS: tuple[Experiment, ...] = (
    *(
        experiment(
            f"search_{size}", f"search in memory alone, {size} x {size}", _search(size),
            tan.dynamic(size), n_lives=1, full=8, record=COUNTED,
        )
        for size in SIZES
    ),
    *(
        experiment(
            f"network_{size}", f"network alone, untrained, {size} x {size}", _NETWORK,
            tan.dynamic(size, n_attempts=10), n_lives=1, full=8, record=COUNTED,
        )
        for size in (SIZES[0], SIZES[-1])
    ),
)  # fmt: skip


def growth(small: xr.Dataset, large: xr.Dataset) -> np.ndarray:
    """Exponent with which operations of a decision grow with the side of the grid, 10 to 40."""
    return np.log(operations(large) / operations(small)) / np.log(SIZES[-1] / SIZES[0])


SIGNATURES = (
    Signature(
        name=f"{P}search_grows",
        claim="What a search costs grows more than in proportion to the side of the world.",
        published="tan2023/fast_and_slow",
        low=1.0,  # chosen; 2 where it grows with the number of places
        high=None,
        measure=growth,
        subject=(f"{P}search_10", f"{P}search_40"),
        shows_not=(f"{P}network_10", f"{P}network_40"),
    ),
)
FIGURES: tuple[Figure, ...] = (
    Figure(
        name=f"{P}cost_by_size",
        caption=(
            "Operations of one decision (memory reads and multiply-adds) by the side of the grid: the "
            "network, as published, and search in what was met within a hundred attempts (points are "
            "seeds). When all transitions are known a search reads as many as the dashed line on the way to "
            "a goal that it finds, and all of them (dotted) where it finds none: with the sides from which "
            "on these cost more than the network."
        ),
        needs=tuple(e.name for e in EXPERIMENTS),
        draw=draw_cost,
    ),
)
