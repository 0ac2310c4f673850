"""Goal and start are replayed more than they are visited (Mattar & Daw 2018).

Nobody does anything in the goal itself, so that the last cell before it stands for it. Laps count from the
third on: before, one lane of the track was never rewarded and the way is a random walk.
"""

from __future__ import annotations

from ...tasks.navigation import linear_track, open_maze
from ..declaration import Figure, Test
from .measures import over_represented
from .representation_figure import draw_representation
from .track import INTACT, RANDOM, experiment, signature

MOVE_BY_MOVE = Test(n_lives=5, record=())
EXPERIMENTS = tuple(
    experiment(
        f"{world}_visits{suffix}", f"{world}, {what}, move by move", task, agent,
        recording=MOVE_BY_MOVE, full=8,
    )
    for world, task in (("track", linear_track()), ("maze", open_maze()))
    for suffix, agent, what in (("", INTACT, "prioritized"), ("_random", RANDOM, "random backups"))
)  # fmt: skip
_TRACK, _TRACK_RANDOM, _MAZE, _MAZE_RANDOM = (e.name for e in EXPERIMENTS)

# The last cell holds 2 of the 17 experiences of a lane and the start 1, and 1 in 9 moves or fewer is
# made from the last: drawn uniformly, neither is replayed half as much again as it is visited
MORE = 1.5

SIGNATURES = (
    signature(
        "goal_over_represented", "The goal is replayed half as much again as it is visited, or more.",
        over_represented("goal"), _TRACK, low=MORE, shows_not=_TRACK_RANDOM,
        published="mattar2018/over_representation",
    ),
    signature(
        "start_over_represented", "So is the start.",
        over_represented("start"), _TRACK, low=MORE, shows_not=_TRACK_RANDOM,
        published="mattar2018/over_representation",
    ),
    signature(
        "maze_goal_over_represented", "So is the goal of the open maze.",
        over_represented("goal", "maze"), _MAZE, low=MORE, shows_not=_MAZE_RANDOM,
        published="mattar2018/over_representation",
    ),
)  # fmt: skip

FIGURES = (
    Figure(
        name="mattar2018/representation",
        caption=(
            "Moves from each cell and backups of it, as shares of all, by its distance to the goal, from the third "
            "lap on. (a) Track, both lanes together. (b) Open maze, mean of the cells at a distance. "
            "Bands: 95 % intervals over seeds."
        ),
        needs=tuple(e.name for e in EXPERIMENTS),
        draw=draw_representation,
    ),
)
