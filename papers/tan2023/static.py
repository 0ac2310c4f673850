"""The static task: from corner to corner without walls; what the first draw of the network decides."""

from __future__ import annotations

from ...tasks.navigation import tan
from ..declaration import Figure, Signature
from .dynamic import FULL, P, experiment
from .measures import scatter_of_sam

STATIC = tan.static()
EXPERIMENTS = (
    experiment("static", "corner to corner, no walls", FULL, STATIC, n_lives=4),
    experiment("static_no_fast", "the same without a network", FULL.without("fast"), STATIC,
               n_lives=4),
)  # fmt: skip
SIGNATURES = (
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
FIGURES: tuple[Figure, ...] = ()
