"""Bottlenecks of what is remembered as sub-goals of the fast network (an extension of the paper).

The world is the published one under its first walls: two rooms with a single gap between them.
Nothing is looked ahead: memory serves the choice of sub-goals only. In the agent as published the
network hardly decides: it is taught whatever was done, however roundabout, and an action that was
tried is put off until all others were. An agent coming back to the gap is driven through it again,
whatever the network says. Beside it stands one whose network decides: it is taught by last visits
and by the last move of an attempt, and tries count for a quarter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...models.goal_directed.subgoals import SubgoalSeeker
from ...tasks.navigation import GridWorld, tan
from ..declaration import Experiment, Figure, Measure, Signature, Test
from .subgoals_figure import draw

if TYPE_CHECKING:
    import xarray as xr

SIZE, N_ATTEMPTS = 10, 150
WORLD = GridWorld(size=SIZE, walls="\n".join(tan.walls_at(0).rows), n_attempts=N_ATTEMPTS)
FROM = 25  # attempts before these are not counted: little is remembered
_PUBLISHED = SubgoalSeeker().without("slow")
_DECIDING = SubgoalSeeker(
    backward_replay="last_visits", train_on_final=True, exploration=0.25, choice="all_bottlenecks",
).without("slow")  # fmt: skip
FAMILIES: Mapping[str, tuple[str, Mapping[str, tuple[SubgoalSeeker, str]]]] = {
    "": ("as published", {
        "bottleneck": (_PUBLISHED, "the highest bottleneck as a sub-goal"),
        "none": (_PUBLISHED.without("subgoals"), "no sub-goals"),
        "random": (replace(_PUBLISHED, choice="random"), "a random sub-goal"),
    }),
    "_deciding": ("the network decides", {
        "bottleneck": (_DECIDING, "bottlenecks as sub-goals"),
        "none": (_DECIDING.without("subgoals"), "no sub-goals"),
        "random": (replace(_DECIDING, choice="all_random"), "random sub-goals"),
    }),
}  # fmt: skip

EXPERIMENTS = tuple(
    Experiment(
        name=f"tan2023/subgoals_{kind}{family}",
        summary=f"two rooms, network alone, {how}, {summary}",
        task=WORLD,
        agent=agent,
        recording=Test(n_lives=1, record=("subgoal",)),
        source="extension of arXiv:2301.13758",
        full=20,
    )
    for family, (how, agents) in FAMILIES.items()
    for kind, (agent, summary) in agents.items()
)


def across(recording: xr.Dataset) -> xr.DataArray:
    """Whether the gap lies on the way of each attempt: start and goal on either side of the wall."""
    middle = SIZE // 2
    sides = [np.sign(recording[end].isel(step=0) // SIZE - middle) for end in ("start", "goal")]
    return sides[0] * sides[1] < 0


def solved_percent(recording: xr.Dataset, of: str) -> np.ndarray:
    """Share of attempts `across` the wall, or on the `same` side of it, that reached the goal, %."""
    from ...analysis.navigation import solved

    counted = across(recording) == (of == "across")
    counted &= recording["attempt"].isel(step=0) >= FROM
    return 100 * solved(recording).where(counted).mean("episode").values


def points_gained(of: str) -> Measure:
    """Measure: by how many points more such attempts are solved by the first."""

    def measure(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
        return solved_percent(first, of) - solved_percent(second, of)

    return measure


def points_more(of: str) -> Measure:
    """Measure: by how many points more sub-goals gain with the first two than with the others."""

    def measure(*recordings: xr.Dataset) -> np.ndarray:
        gained = points_gained(of)
        return gained(*recordings[:2]) - gained(*recordings[2:])

    return measure


def _sources(kind: str, family: str) -> tuple[str, str]:
    """A kind of sub-goals, and none."""
    return f"tan2023/subgoals_{kind}{family}", f"tan2023/subgoals_none{family}"


def _signatures(family: str, claims: tuple[str, str]) -> tuple[Signature, ...]:
    """Bottlenecks help across the wall and not on the same side; random sub-goals do not."""
    # Points; chosen, so that no difference lies clearly outside.
    bounds = (("across", 5.0, None), ("same", -5.0, 5.0))
    return tuple(
        Signature(
            name=f"tan2023/subgoals{family}_{'same_side' if of == 'same' else of}",
            claim=claim,
            published="tan2023/subgoals",
            low=low,
            high=high,
            measure=points_gained(of),
            subject=_sources("bottleneck", family),
            shows_not=_sources("random", family),
        )
        for claim, (of, low, high) in zip(claims, bounds, strict=True)
    )


SIGNATURES = (
    *_signatures("", (
        "Across the wall, bottlenecks as sub-goals let the network reach more goals.",
        "On the same side of the wall they make no difference.",
    )),
    *_signatures("_deciding", (
        "Where the network decides, bottlenecks let it reach more goals across the wall.",
        "... and as many as without them on the same side of it.",
    )),
    Signature(
        name="tan2023/subgoals_need_a_deciding_network",
        claim="Sub-goals gain more where the network decides than in the agent as published.",
        published="tan2023/subgoals",
        low=5.0,  # points; chosen, as above
        high=None,
        measure=points_more("across"),
        subject=_sources("bottleneck", "_deciding") + _sources("bottleneck", ""),
        shows_not=_sources("random", "_deciding") + _sources("random", ""),
    ),
)  # fmt: skip

FIGURES = (
    Figure(
        name="tan2023/subgoals",
        caption=(
            "Attempts solved by the network alone, across the wall and on the same side of it, each "
            "point a seed; the first 25 attempts are left out. (a) As published. (b) The network "
            "decides: it is taught by last visits, and tries count for a quarter."
        ),
        needs=tuple(experiment.name for experiment in EXPERIMENTS),
        draw=draw,
    ),
)
