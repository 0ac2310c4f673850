"""How fast the shortest way is found with and without replay (Mattar & Daw 2018, Fig. 2).

Behavior is greedy here, as in the published learning curves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...models.hippocampus.prioritized import Prioritized
from ...models.hippocampus.sources import (
    NoReplay,
    RandomDyna,
    ReplaySource,
    ReverseOnReward,
    ShuffledOrder,
)
from ...models.replay_agents import TabularQ
from ...tasks.navigation import GridWorld, linear_track, open_maze
from ..declaration import Experiment, Figure, Signature, Test
from .learning_figure import draw_learning

if TYPE_CHECKING:
    import xarray as xr

TRACK, MAZE = linear_track(n_attempts=25), open_maze(n_attempts=15, start=(2, 0))
SOURCES: dict[str, tuple[ReplaySource, str]] = {
    "prioritized": (Prioritized(), "gain times need"),
    "shuffled": (ShuffledOrder(Prioritized()), "the prioritized backups in random order"),
    "random": (RandomDyna(), "random backups"),
    "random_shuffled": (ShuffledOrder(RandomDyna()), "random backups in another random order"),
    "reverse": (ReverseOnReward(), "backward from reward"),
    "none": (NoReplay(), "no replay"),
}


def _experiment(world: str, task: GridWorld, source: str, n_lives: int) -> Experiment:
    replay, summary = SOURCES[source]
    return Experiment(
        name=f"mattar2018/learning_{world}_{source}",
        summary=f"{world}, greedy, {summary}",
        task=task,
        agent=TabularQ(replay=replay, choice="greedy"),
        recording=Test(n_lives=n_lives, record="rests"),
        source="doi:10.1038/s41593-018-0232-z",
    )


EXPERIMENTS = (
    *(_experiment("track", TRACK, source, 25) for source in SOURCES),
    *(_experiment("maze", MAZE, source, 5) for source in SOURCES if source != "reverse"),
)


def first_optimal(recording: xr.Dataset) -> np.ndarray:
    """First of two laps in a row on the shortest way, median over animals, for each seed."""
    from ...analysis.learning_curves import first_of_two_shortest

    return first_of_two_shortest(recording).median("life").values


def later(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
    """How many laps later the shortest way is found in the first recording."""
    return first_optimal(first) - first_optimal(second)


def extra_moves(recording: xr.Dataset) -> np.ndarray:
    """Area under the learning curve: moves beyond the shortest way, laps from the second on."""
    from ...analysis.learning_curves import moves_by_lap

    beyond = moves_by_lap(recording).isel(lap=slice(1, None))
    return beyond.sum("lap", skipna=False).mean("life").values


def times_extra_moves(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
    """How many times the moves beyond the shortest way of the second the first makes."""
    return extra_moves(first) / extra_moves(second)


_PRIORITIZED, _SHUFFLED, _RANDOM, _RANDOM_SHUFFLED, _REVERSE, _NONE = (
    f"mattar2018/learning_track_{source}" for source in SOURCES
)
_IN_MAZE = {source: f"mattar2018/learning_maze_{source}" for source in SOURCES}


def _in_maze(name: str, claim: str, more: str, fewer: str) -> tuple[Signature, Signature]:
    """The same order in the open maze: by the lap in which the shortest way is found, and by moves.

    Declared when the curves of prioritized, random and none had been drawn, but neither number
    computed; shuffled ones were run afterwards. Random backups in another random order are as random.
    """
    subject, shows_not = (
        (_IN_MAZE[a], _IN_MAZE[b]) for a, b in ((more, fewer), ("random_shuffled", "random"))
    )
    found = Signature(
        name=f"mattar2018/maze_{name}_later",
        claim=f"In the open maze the shortest way is found later {claim}.",
        published="mattar2018/learning_speed",
        low=0.5,  # laps; as on the track
        high=None,
        measure=later,
        subject=subject,
        shows_not=shows_not,
    )
    moves = Signature(
        name=f"mattar2018/maze_{name}_longer",
        claim=f"In the open maze more moves are made beyond the shortest way {claim}.",
        published="mattar2018/learning_speed",
        low=1.25,  # times as many; chosen, so that no difference lies clearly outside
        high=None,
        measure=times_extra_moves,
        subject=subject,
        shows_not=shows_not,
    ).of_logarithm()
    return found, moves


SIGNATURES = (
    Signature(
        name="mattar2018/shortest_within_5",
        claim="With prioritized replay the shortest way is found within five laps.",
        published="mattar2018/learning_speed",
        low=None,
        high=5.0,
        measure=first_optimal,
        subject=_PRIORITIZED,
        shows_not=_SHUFFLED,
        beside=(_RANDOM, _REVERSE, _NONE),
    ),
    # Declared when medians of 3 and 5 laps were known, the control was not
    Signature(
        name="mattar2018/shuffled_later",
        claim="With the prioritized backups in random order it is found later: order carries information.",
        published="mattar2018/order_of_backups",
        low=0.5,  # laps; chosen, as below
        high=None,
        measure=later,
        subject=(_SHUFFLED, _PRIORITIZED),
        shows_not=(_RANDOM_SHUFFLED, _RANDOM),
    ),
    Signature(
        name="mattar2018/random_later",
        claim="With as many random backups it is found later.",
        published="mattar2018/learning_speed",
        low=0.5,  # laps; chosen, so that no difference lies clearly outside
        high=None,
        measure=later,
        subject=(_RANDOM, _PRIORITIZED),
        shows_not=(_PRIORITIZED, _PRIORITIZED),
        beside=((_RANDOM_SHUFFLED, _RANDOM),),  # what two arms without priorities differ by
    ),
    Signature(
        name="mattar2018/none_latest",
        claim="Without replay it is found latest.",
        published="mattar2018/learning_speed",
        low=0.5,  # laps; chosen, as above
        high=None,
        measure=later,
        subject=(_NONE, _RANDOM),
        shows_not=(_RANDOM, _RANDOM),
        beside=((_RANDOM_SHUFFLED, _RANDOM),),  # what two arms with replay differ by
    ),
    *_in_maze("random", "with random than with prioritized backups", "random", "prioritized"),
    *_in_maze("none", "without replay than with random backups", "none", "random"),
    *_in_maze(
        "shuffled", "with the prioritized backups in random order", "shuffled", "prioritized"
    ),
)

FIGURES = (
    Figure(
        name="mattar2018/learning",
        caption=(
            "Moves beyond the shortest way by lap, greedy behavior, for each source of replay with "
            "20 backups at either end of a lap. (a) Track. (b) Open maze. Bands: 95 % intervals over "
            "seeds."
        ),
        needs=tuple(e.name for e in EXPERIMENTS if not e.name.endswith("random_shuffled")),
        draw=draw_learning,
    ),
)
