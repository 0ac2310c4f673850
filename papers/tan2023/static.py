"""The static task: from corner to corner without walls; what the first draw of the network decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...tasks.navigation import tan
from ..declaration import Figure, Signature
from .dynamic import FULL, P, experiment
from .measures import scatter_of_sam
from .static_figure import draw_static, steps_taken

if TYPE_CHECKING:
    import xarray as xr

SHORTEST, LAST = 18, 10  # steps from corner to corner; attempts
STATIC = tan.static()
EXPERIMENTS = (
    experiment("static", "corner to corner, no walls", FULL, STATIC, n_lives=4),
    experiment("static_no_fast", "the same without a network", FULL.without("fast"), STATIC,
               n_lives=4),
)  # fmt: skip


def steps_at_the_end(recording: xr.Dataset) -> np.ndarray:
    """Steps of the last ten attempts, median over the networks of a seed."""
    last = steps_taken(recording).isel(attempt=slice(-LAST, None))
    return last.mean("attempt").median("life").values


SIGNATURES = (
    Signature(
        name=P + "static_ends_shortest",
        claim="In the end every second network takes the shortest way from corner to corner.",
        published="tan2023/static",
        low=float(SHORTEST),
        high=SHORTEST + 1.0,  # a step longer at most; chosen
        measure=steps_at_the_end,
        subject=P + "static",
        shows_not=P + "static_no_fast",
    ),
    # Declared when the one above was known, whose lower bound nothing can be below
    Signature(
        name=P + "static_ends_within_a_step",
        claim="In the end every second network is within a step of the shortest way.",
        published="tan2023/static",
        low=None,
        high=SHORTEST + 1.0,
        measure=steps_at_the_end,
        subject=P + "static",
        shows_not=P + "static_no_fast",
    ),
    Signature(
        name=P + "static_scatter",
        claim="How many steps the static task takes depends on the first draw of the network.",
        published="tan2023/static",
        low=18.0,  # steps above minimum, one shortest way; chosen
        high=None,
        measure=scatter_of_sam,
        subject=P + "static",
        shows_not=P + "static_no_fast",
    ),
)
NOTES = {
    P
    + "static_ends_shortest": "The median network ends 18.008 steps long, in 18 of 20 seeds 18; no way is "
    "shorter, so that any interval reaches below the lower bound. Without it: static_ends_within_a_step.",
}
FIGURES = (
    Figure(
        name=P + "static",
        caption=(
            "From corner to corner without walls, 80 networks, four of each seed, and as many agents that "
            "search alone. (a) Steps by attempt: median, quartiles and range; dotted, the published "
            "curve, one run. (b) First attempt solved, 101 if none. (c) Attempts solved. (d) Steps above minimum. "
            "A dot is a network, a line the median."
        ),
        needs=tuple(e.name for e in EXPERIMENTS),
        draw=draw_static,
    ),
)
