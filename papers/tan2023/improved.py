"""The improved agent: exact search, learned ways back, and exploration at the frontier of memory.

It knows no more of geometry than it has experienced; its settings are listed in `TRIED.md`.
"""

from __future__ import annotations

from dataclasses import replace

from ...models.goal_directed import ExactSearch, GoalDirected
from ..declaration import Figure, Signature
from .dynamic import P, experiment
from .measures import percent_reached, recovery, sam

IMPROVED = GoalDirected(
    planner=ExactSearch(depth=100), train_on_final=True, infer_returns=True, explore="frontier"
)
EXPERIMENTS = (
    experiment("improved", "exact search, learned ways back, frontier", IMPROVED),
    experiment("improved_no_frontier", "the same, exploring by tries",
               replace(IMPROVED, explore="tries")),
    experiment("improved_no_returns", "the same, ways back not inferred",
               replace(IMPROVED, infer_returns=False)),
    experiment("improved_append", "the same, memory deletes nothing",
               replace(IMPROVED, memory="append")),
)  # fmt: skip
SIGNATURES = (
    Signature(
        name=P + "improved_solves",
        claim="The improved agent reaches at least 97 percent of the goals.",
        published="tan2023/full_solved",
        low=97.0,
        high=None,
        measure=percent_reached,
        subject=P + "improved",
        shows_not=P + "dynamic",
        beside=(P + "improved_no_frontier", P + "improved_no_returns"),
    ),
    Signature(
        name=P + "improved_sam",
        claim="Its ways are at most 700 steps above the minimum.",
        published="tan2023/full_sam",
        low=None,
        high=700.0,
        measure=sam,
        subject=P + "improved",
        shows_not=P + "dynamic",
        beside=(P + "improved_no_frontier", P + "improved_no_returns"),
    ),
    Signature(
        name=P + "improved_recovers",
        claim="Its moving solve rate is back within ten attempts of the change.",
        published="tan2023/full_solved_last",
        low=None,
        high=10.0,
        measure=recovery,
        subject=P + "improved",
        shows_not=P + "improved_append",
        beside=(P + "dynamic",),
    ),
)
FIGURES: tuple[Figure, ...] = ()
