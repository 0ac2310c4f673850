"""Goals pursued among cells that hurt, with and without a pain pathway (an extension of the paper)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...models.goal_directed import ExactSearch
from ...models.goal_directed.pain import PainAverse
from ...tasks.navigation.hazards import HazardWorld
from ..declaration import Experiment, Figure, Signature, Test
from .pain_figure import draw

if TYPE_CHECKING:
    import xarray as xr

WORLD = HazardWorld(n_attempts=100)
_AGENT = PainAverse(planner=ExactSearch())
AGENTS: Mapping[str, tuple[PainAverse, HazardWorld, str]] = {
    "felt": (_AGENT, WORLD, "pain is felt, remembered, and gates replay"),
    "numb": (_AGENT.without("pain"), WORLD, "no pain pathway"),
    "sham": (_AGENT, replace(WORLD, sham=True), "pain at random"),
    "replay_only": (_AGENT.without("pain_memory"), WORLD, "pain gates replay only"),
    "memory_only": (_AGENT.without("pain_replay"), WORLD, "painful moves are replayed"),
}

EXPERIMENTS = tuple(
    Experiment(
        name=f"tan2023/pain_{name}",
        summary=f"hazards, {summary}",
        task=task,
        agent=agent,
        recording=Test(n_lives=1, record=()),
        source="extension of arXiv:2301.13758",
        full=20,
    )
    for name, (agent, task, summary) in AGENTS.items()
)


def damage(recording: xr.Dataset) -> np.ndarray:
    """Hazards entered in each attempt, (seed, attempt); one life a seed."""
    count = recording["damage"].where(recording["active"], False).sum("step")
    return count.transpose("seed", "episode").values.astype(float)


def damage_share(felt: xr.Dataset, numb: xr.Dataset) -> np.ndarray:
    """Hazards entered in the second half of the attempts, as a share of those of another agent.

    Not finite, a failure, where the other enters none.
    """
    late = [
        np.array_split(damage(recording), 2, axis=1)[1].sum(axis=1) for recording in (felt, numb)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        return late[0] / late[1]


def solved_difference(felt: xr.Dataset, numb: xr.Dataset) -> np.ndarray:
    """By how many points more attempts are solved by the first."""
    from ...analysis.navigation import solved

    felt_share, numb_share = (
        100 * solved(recording).mean("episode").values for recording in (felt, numb)
    )
    return felt_share - numb_share


_FELT, _NUMB, _SHAM, _REPLAY, _MEMORY = (f"tan2023/pain_{name}" for name in AGENTS)

SIGNATURES = (
    Signature(
        name="tan2023/pain_less_damage",
        claim="With a pain pathway less than half as much damage is done late.",
        published="tan2023/pain",
        low=None,
        high=0.5,  # chosen
        measure=damage_share,
        subject=(_FELT, _NUMB),
        shows_not=(_SHAM, _NUMB),
        beside=((_REPLAY, _NUMB), (_MEMORY, _NUMB)),
    ),
    Signature(
        name="tan2023/pain_as_many_goals",
        claim="As many goals are reached as without it.",
        published="tan2023/pain",
        low=-5.0,  # points; chosen: three are noise between seeds
        high=None,
        measure=solved_difference,
        subject=(_FELT, _NUMB),
        shows_not=(_SHAM, _NUMB),
        beside=((_REPLAY, _NUMB), (_MEMORY, _NUMB)),
    ),
)

FIGURES = (
    Figure(
        name="tan2023/pain",
        caption=(
            "(a) Hazards entered in an attempt, running mean of ten attempts, mean over seeds. "
            "(b) Attempts solved, each point a seed."
        ),
        needs=tuple(experiment.name for experiment in EXPERIMENTS),
        draw=draw,
    ),
)
