"""Count-driven explorers in two mazes, with and without replay that erases counts (memARI 2022).

Each experiment records the agent with replay; its test `no_replay` the one without.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...models.goal_directed.explore_count import GoExploreCount
from ...tasks.navigation import unwalled, walled
from ..declaration import Experiment, Figure, Signature, Test
from .figure import draw

if TYPE_CHECKING:
    import xarray as xr

MAZES = {"unwalled": unwalled(), "walled": walled()}
AGENTS: Mapping[str, tuple[GoExploreCount, str]] = {
    "random": (GoExploreCount().without("jump", "counts"), "random walk"),
    "go_explore": (GoExploreCount().without("counts"), "jump, then random moves"),
    "go_explore_count": (GoExploreCount(), "jump, then least-visited first"),
    "explore_count": (GoExploreCount().without("jump"), "least-visited first"),
    "guided": (GoExploreCount(guide=(9, 9)).without("jump"), "least-visited, near the door, first"),
    "misguided": (GoExploreCount(guide=(0, 9)).without("jump"), "guide in a wrong corner"),
}  # fmt: skip
ONE = Test(n_lives=1)
NO_REPLAY = Test(n_lives=1, without=("count_reset_replay",))

EXPERIMENTS = tuple(
    Experiment(
        name=f"tan2022_replay/{maze}_{name}",
        summary=f"{maze} maze, {summary}",
        task=task,
        agent=agent,
        recording=ONE,
        tests={"no_replay": NO_REPLAY},
        source="memARI workshop, NeurIPS 2022",
        full=20,
    )
    for maze, task in MAZES.items()
    for name, (agent, summary) in AGENTS.items()
)


def solved_percent(recording: xr.Dataset) -> np.ndarray:
    """Share of the attempts that reached the door, %, for each seed."""
    from ...analysis.navigation import solved

    return 100 * solved(recording).mean("episode").values


def mean_steps(recording: xr.Dataset) -> np.ndarray:
    """Mean steps of the attempts that reached the door, NaN, a failure, if none did."""
    from ...analysis.navigation import path_length, solved

    return path_length(recording).where(solved(recording) == 1).mean("episode").values


def gain_of_replay(replay: xr.Dataset, no_replay: xr.Dataset) -> np.ndarray:
    """By how many points replay raises the share of attempts solved."""
    return solved_percent(replay) - solved_percent(no_replay)


def shortening(shorter: xr.Dataset, longer: xr.Dataset) -> np.ndarray:
    """By how many steps the solved attempts of the first are shorter."""
    return mean_steps(longer) - mean_steps(shorter)


def _source(maze: str, agent: str, replay: str = "with") -> str:
    return f"tan2022_replay/{maze}_{agent}" + ("@no_replay" if replay == "without" else "")


PUBLISHED = {  # % solved and mean steps as printed: steps to one decimal
    ("unwalled", "without"): (97, 41.5), ("unwalled", "with"): (100, 62.0),
    ("walled", "without"): (71, 63.1), ("walled", "with"): (100, 64.0),
}  # fmt: skip


def _exact(maze: str, replay: str) -> tuple[Signature, Signature]:
    """The published numbers, which have no randomness in them."""
    solved, steps = PUBLISHED[maze, replay]
    which = "" if replay == "with" else "_no_replay"
    at = {"maze": maze, "replay": replay}
    return (
        Signature(
            name=f"tan2022_replay/{maze}_solved{which}",
            claim=f"{maze.capitalize()}, {replay} replay, Explore-Count solves {solved} of 100.",
            published="tan2022/explore_count_solved",
            published_at=at,
            low=solved,
            high=solved,
            measure=solved_percent,
            subject=_source(maze, "explore_count", replay),
            shows_not=_source(maze, "go_explore", replay),
        ),
        Signature(
            name=f"tan2022_replay/{maze}_steps{which}",
            claim=f"{maze.capitalize()}, {replay} replay, its solved attempts take {steps} steps.",
            published="tan2022/explore_count_steps",
            published_at=at,
            low=steps - 0.05,
            high=steps + 0.05,
            measure=mean_steps,
            subject=_source(maze, "explore_count", replay),
            shows_not=_source(
                maze, "explore_count", "without" if replay == "with" else "with"
            ),
        ),
    )  # fmt: skip


SIGNATURES = (
    *(signature for maze, replay in PUBLISHED for signature in _exact(maze, replay)),
    Signature(
        name="tan2022_replay/replay_needs_counts",
        claim="Replay that erases counts does not help an agent whose moves are random.",
        published="tan2022/random_moves",
        low=-15.0,  # points; chosen: half of what it adds to Explore-Count
        high=15.0,
        measure=gain_of_replay,
        subject=(_source("walled", "go_explore"), _source("walled", "go_explore", "without")),
        shows_not=(
            _source("walled", "explore_count"), _source("walled", "explore_count", "without"),
        ),
        beside=(
            (_source("unwalled", "go_explore"), _source("unwalled", "go_explore", "without")),
            (_source("walled", "go_explore_count"),
             _source("walled", "go_explore_count", "without")),
        ),
    ),
    *(
        Signature(
            name=f"tan2022_replay/{maze}_guide",
            claim=f"{maze.capitalize()}, a guide toward the door shortens the route replay freezes.",
            published="tan2022/guide",
            low=1.0,  # step; chosen, so that no difference lies clearly outside
            high=None,
            measure=shortening,
            subject=(_source(maze, "guided"), _source(maze, "explore_count")),
            shows_not=(_source(maze, "misguided"), _source(maze, "explore_count")),
        )
        for maze in MAZES
    ),
)  # fmt: skip

FIGURES = (
    Figure(
        name="tan2022_replay/mazes",
        caption=(
            "Replay that erases visit counts along the solved route. (a, b) Share of 100 attempts "
            "solved, each point a seed. (c, d) Steps of each attempt of Explore-Count: replay "
            "freezes the first route found. Explore-Count draws no random numbers."
        ),
        needs=tuple(
            _source(maze, agent, replay)
            for maze in MAZES
            for agent in AGENTS
            for replay in ("with", "without")
        ),
        draw=draw,
    ),
)
