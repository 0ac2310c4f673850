"""Every visited state is a start and a goal: what backward replay owes to that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...models.goal_directed.restricted_replay import RestrictedReplay
from ..declaration import Experiment, Figure, Signature, Test
from .dynamic import DYNAMIC
from .every_state_figure import draw

if TYPE_CHECKING:
    import xarray as xr

# Forward replay is off in all, so that starts and goals come from backward replay alone.
AGENTS: Mapping[str, tuple[RestrictedReplay, str]] = {
    name: (
        RestrictedReplay(forward_replay="off", train_on_final=True, starts=starts, goals=goals),
        summary,
    )
    for name, starts, goals, summary in (
        ("every_state", "visited", "visited", "every visited state is a start and a goal"),
        ("first_start", "first", "visited", "only the start of the attempt is a start"),
        ("task_goal", "visited", "task", "only the goal that was set is a goal"),
        ("one_pair", "first", "task", "only the start and the goal that was set"),
    )
}

EXPERIMENTS = tuple(
    Experiment(
        name=f"tan2023/replay_{name}",
        summary=summary,
        task=DYNAMIC,
        agent=agent,
        recording=Test(n_lives=1, record=(), without=("slow",)),
        tests={"slow": Test(n_lives=1, record=())},
        source="arXiv:2301.13758",
        full=20,
    )
    for name, (agent, summary) in AGENTS.items()
)


def solved_percent(recording: xr.Dataset) -> np.ndarray:
    """Share of the attempts of each seed that reached the goal, %."""
    from ...analysis.adaptation import solve_rate

    return 100 * solve_rate(recording).mean("life").values


def points_lost(restricted: xr.Dataset, full: xr.Dataset) -> np.ndarray:
    """By how many points fewer attempts are solved than with every state."""
    return solved_percent(full) - solved_percent(restricted)


_FULL, _FIRST, _TASK, _PAIR = (f"tan2023/replay_{name}" for name in AGENTS)

SIGNATURES = tuple(
    Signature(
        name=f"tan2023/{name}",
        claim=claim,
        published="tan2023/every_state",
        low=5.0,  # points; chosen: above the three of noise between seeds
        high=None,
        measure=points_lost,
        subject=(source, _FULL),
        shows_not=(_FULL, _FULL),
        beside=((f"{source}@slow", f"{_FULL}@slow"),),
    )
    for name, source, claim in (
        ("every_start", _FIRST, "The network needs every visited state as a start."),
        ("every_goal", _TASK, "The network needs every visited state as a goal."),
        ("every_start_and_goal", _PAIR, "It needs more than the pair that was set."),
    )
)

FIGURES = (
    Figure(
        name="tan2023/every_state",
        caption=(
            "Attempts solved by the network alone (filled) and with look-ahead through memory "
            "(open), each point a seed, where fewer visited states are starts or goals of "
            "backward replay."
        ),
        needs=tuple(f"{e.name}{test}" for e in EXPERIMENTS for test in ("", "@slow")),
        draw=draw,
    ),
)
