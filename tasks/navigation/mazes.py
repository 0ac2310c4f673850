"""The mazes of Mattar & Daw 2018 (doi:10.1038/s41593-018-0232-z, published program), and a T-maze.

Each is a `GridWorld` with moves up, down, right, left, which shows the place and nothing else. Any
setting can be given another value by name.
"""

from __future__ import annotations

from typing import Any

from .grid import UP_DOWN_RIGHT_LEFT
from .gridworld import GridWorld

# The published program has no limit; this one is never met: a random walk through the open maze
# takes some hundred steps.
UNLIMITED = 10_000

_SHARED: dict[str, Any] = {
    "n_attempts": 50,
    "max_steps": UNLIMITED,
    "reward_noise": 0.1,
    "observe": "one_hot",
    "actions": UP_DOWN_RIGHT_LEFT,
    "rest": "planning",
}


def linear_track(**settings: Any) -> GridWorld:
    """Two lanes of 10 cells, run in opposite directions in turn; 9 steps are the shortest way.

    `reward=(1, 4)` and `reward=(1, 0)` are the published changes of reward.

    Examples
    --------
    >>> linear_track().routes
    (((0, 0), (0, 9)), ((2, 9), (2, 0)))
    """
    track = "..........\n##########\n.........."
    routes = (((0, 0), (0, 9)), ((2, 9), (2, 0)))
    return GridWorld(size=(3, 10), **{**_SHARED, "walls": track, "routes": routes, **settings})


def open_maze(**settings: Any) -> GridWorld:
    """The maze of Sutton's Dyna (doi:10.1145/122344.122377), from a random start to one goal.

    With `start=(2, 0)` every attempt begins there, 14 steps from the goal.

    Examples
    --------
    >>> open_maze().layouts[0].rows[:2]
    ('.......#G', '..#....#.')
    """
    maze = ".......#G\n..#....#.\n..#....#.\n..#......\n.....#...\n........."
    return GridWorld.drawn(maze, **{**_SHARED, **settings})


def shock_track(**settings: Any) -> GridWorld:
    """A lane of 10 cells whose far end gives a shock, a reward of -1.

    With `reward=0` nothing happens there, as before the shock.
    """
    return GridWorld.drawn("S........G", **{**_SHARED, "reward": -1.0, **settings})


def sleep_arena(**settings: Any) -> GridWorld:
    """A T of 2 x 5 cells: the right arm is cued and pays, the left one ends the attempt unpaid.

    For replay in sleep, whose need is the stationary distribution of the moves made here.
    """
    settings = {**_SHARED, "traps": ((0, 0),), **settings}
    return GridWorld.drawn("....G\n##S##", **settings)


def t_maze(stem: int = 4, arm: int = 3, alternate: bool = False, **settings: Any) -> GridWorld:
    """Up a stem of `stem` cells, then left or right; the wrong arm ends the attempt unpaid.

    The paying arm is drawn anew for each attempt, or alternates, left first.

    Examples
    --------
    >>> t_maze(stem=2, arm=1).layouts[0].rows
    ('G.G', '#.#', '#S#')
    """
    for name, value in (("stem", stem), ("arm", arm)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    side = "#" * arm
    rows = ["G" + "." * (2 * arm - 1) + "G", *[f"{side}.{side}"] * (stem - 1), f"{side}S{side}"]
    ends = ((0, 0), (0, 2 * arm))
    if alternate:
        settings = {"routes": tuple(((stem, arm), end) for end in ends), **settings}
    return GridWorld.drawn("\n".join(rows), **{**_SHARED, "traps": ends, **settings})
