"""Bottlenecks of what is remembered as sub-goals of the fast network (an extension of the paper).

The world is the published one under its first walls: two rooms with a single gap between them.
Nothing is looked ahead: memory serves the choice of sub-goals only. The network is taught as
published, by every visit of every state, however roundabout the way from there; or by last visits
and the last move of an attempt, so that no label leads in a circle. A sub-goal is a detour, and
detours are what the published replay teaches.
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
_LAST_VISITS = SubgoalSeeker(backward_replay="last_visits", train_on_final=True).without("slow")
TAUGHT: Mapping[str, tuple[SubgoalSeeker, str]] = {
    "": (_PUBLISHED, "every visit taught"),
    "_last_visits": (_LAST_VISITS, "last visits taught"),
}


def _kinds(agent: SubgoalSeeker) -> dict[str, tuple[SubgoalSeeker, str]]:
    return {
        "bottleneck": (agent, "bottlenecks as sub-goals"),
        "none": (agent.without("subgoals"), "no sub-goals"),
        "random": (replace(agent, choice="random"), "random sub-goals"),
    }


EXPERIMENTS = tuple(
    Experiment(
        name=f"tan2023/subgoals_{kind}{taught}",
        summary=f"two rooms, network alone, {summary}, {how}",
        task=WORLD,
        agent=agent,
        recording=Test(n_lives=1, record=("subgoal",)),
        source="extension of arXiv:2301.13758",
        full=10,
    )
    for taught, (network, how) in TAUGHT.items()
    for kind, (agent, summary) in _kinds(network).items()
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


def _sources(kind: str, taught: str) -> tuple[str, str]:
    """A kind of sub-goals, and none."""
    return f"tan2023/subgoals_{kind}{taught}", f"tan2023/subgoals_none{taught}"


def _signatures(taught: str, claims: tuple[str, str]) -> tuple[Signature, ...]:
    """Bottlenecks help across the wall and not on the same side; random sub-goals do not."""
    bounds = (("across", 5.0, None), ("same", -5.0, 5.0))  # points; chosen, so that no
    return tuple(  # difference lies clearly outside
        Signature(
            name=f"tan2023/subgoals{taught}_{'same_side' if of == 'same' else of}",
            claim=claim,
            published="tan2023/subgoals",
            low=low,
            high=high,
            measure=points_gained(of),
            subject=_sources("bottleneck", taught),
            shows_not=_sources("random", taught),
        )
        for claim, (of, low, high) in zip(claims, bounds, strict=True)
    )


SIGNATURES = (
    *_signatures("", (
        "Across the wall, bottlenecks as sub-goals let the network reach more goals.",
        "On the same side of the wall they make no difference.",
    )),
    *_signatures("_last_visits", (
        "A network taught by last visits reaches more goals across the wall by such sub-goals.",
        "... and as many as without on the same side of the wall.",
    )),
    Signature(
        name="tan2023/subgoals_need_last_visits",
        claim="Sub-goals gain more where the network is taught by last visits than by every visit.",
        published="tan2023/subgoals",
        low=5.0,  # points; chosen, as above
        high=None,
        measure=points_more("across"),
        subject=_sources("bottleneck", "_last_visits") + _sources("bottleneck", ""),
        shows_not=_sources("random", "_last_visits") + _sources("random", ""),
    ),
)  # fmt: skip

FIGURES = (
    Figure(
        name="tan2023/subgoals",
        caption=(
            "Attempts solved by the network alone, across the wall and on the same side of it, each "
            "point a seed; the first 25 attempts are left out. (a) Every visit of a state is taught, "
            "as published. (b) Last visits alone are taught, and the last move of an attempt."
        ),
        needs=tuple(experiment.name for experiment in EXPERIMENTS),
        draw=draw,
    ),
)
