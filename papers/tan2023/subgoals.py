"""Bottlenecks of what is remembered as sub-goals of the fast network (an extension of the paper).

The world is the published one under its first walls: two rooms with a single gap between them.
Nothing is looked ahead: memory serves the choice of sub-goals only.
"""

from __future__ import annotations

from collections.abc import Mapping
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
_AGENT = SubgoalSeeker().without("slow")
AGENTS: Mapping[str, tuple[SubgoalSeeker, str]] = {
    "bottleneck": (_AGENT, "bottlenecks as sub-goals"),
    "none": (_AGENT.without("subgoals"), "no sub-goals"),
    "random": (SubgoalSeeker(choice="random").without("slow"), "random sub-goals"),
}

EXPERIMENTS = tuple(
    Experiment(
        name=f"tan2023/subgoals_{name}",
        summary=f"two rooms, network alone, {summary}",
        task=WORLD,
        agent=agent,
        recording=Test(n_lives=1, record=("subgoal",)),
        source="extension of arXiv:2301.13758",
        full=10,
    )
    for name, (agent, summary) in AGENTS.items()
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


_BOTTLENECK, _NONE, _RANDOM = (f"tan2023/subgoals_{name}" for name in AGENTS)

SIGNATURES = (
    Signature(
        name="tan2023/subgoals_across",
        claim="Across the wall, bottlenecks as sub-goals let the network reach more goals.",
        published="tan2023/subgoals",
        low=5.0,  # points; chosen, so that no difference lies clearly outside
        high=None,
        measure=points_gained("across"),
        subject=(_BOTTLENECK, _NONE),
        shows_not=(_RANDOM, _NONE),
    ),
    Signature(
        name="tan2023/subgoals_same_side",
        claim="On the same side of the wall they make no difference.",
        published="tan2023/subgoals",
        low=-5.0,
        high=5.0,
        measure=points_gained("same"),
        subject=(_BOTTLENECK, _NONE),
        shows_not=(_RANDOM, _NONE),
    ),
)

FIGURES = (
    Figure(
        name="tan2023/subgoals",
        caption=(
            "Attempts solved by the network alone, across the wall and on the same side of it, each "
            "point a seed; the first 25 attempts are left out."
        ),
        needs=tuple(experiment.name for experiment in EXPERIMENTS),
        draw=draw,
    ),
)
