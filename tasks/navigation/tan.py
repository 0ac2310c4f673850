"""The exact tasks of Tan & Motani 2023 (arXiv:2301.13758), drawn as their program draws them.

Episode i draws from numpy's legacy generator with seed i, and the planner of the published agents
goes on drawing from that same generator: `attempt_stream` hands it on.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from .grid import Cell, Grid
from .gridworld import GridWorld

CHANGE_EVERY = 50  # episodes; the walls of the published 100 change once


class Drawn(NamedTuple):
    """Start and goal of one attempt, and the generator as drawing them has left it."""

    start: Cell
    goal: Cell
    stream: np.random.RandomState


def draw_attempt(seed: int, wall: np.ndarray) -> Drawn:
    """Draw start and goal in a square grid with the given walls, (size, size) bool [y, x].

    Examples
    --------
    >>> draw_attempt(0, np.zeros((10, 10), bool))[:2]
    ((0, 5), (3, 3))
    """
    stream = np.random.RandomState(seed)  # legacy numbers are the point
    size = len(wall)

    def pair() -> Cell:
        x, y = stream.randint(0, size), stream.randint(0, size)
        return int(y), int(x)

    start, goal = pair(), pair()
    while wall[start]:
        start = pair()
    while wall[goal] or goal == start:
        goal = pair()
    return Drawn(start, goal, stream)


@cache
def walls_at(attempt: int, size: int = 10, change_every: int = CHANGE_EVERY) -> Grid:
    """Return the grid of one attempt: a full row of walls with one gap, then a full column.

    With m = size // 2 the row is y = m and the gap is at x = m; row and column take turns.

    Examples
    --------
    >>> walls_at(0, size=4).rows
    ('....', '....', '##.#', '....')
    """
    middle = size // 2
    wall = np.zeros((size, size), bool)
    if attempt // change_every % 2 == 0:
        wall[middle] = True
    else:
        wall[:, middle] = True
    wall[middle, middle] = False
    return Grid(tuple("".join("#" if sign else "." for sign in row) for row in wall))


def attempt_stream(
    attempt: int, size: int = 10, change_every: int = CHANGE_EVERY, first_seed: int = 0
) -> np.random.RandomState:
    """Return the generator of one attempt as its start and goal have left it, for the planner."""
    wall = walls_at(attempt, size, change_every).wall
    return draw_attempt(first_seed + attempt, wall).stream


def dynamic(
    size: int = 10,
    n_attempts: int = 100,
    change_every: int = CHANGE_EVERY,
    first_seed: int = 0,
    **settings: Any,
) -> GridWorld:
    """Start and goal change in every attempt, and the walls once, unannounced.

    Attempt i is drawn with seed `first_seed` + i; the published run has 0 to 99. An attempt ends
    after size^2 steps.

    Examples
    --------
    >>> dynamic().routes[0]  # (row, column): the paper's (5, 0) to (3, 3)
    ((0, 5), (3, 3))
    """
    grids = [walls_at(attempt, size, change_every) for attempt in range(n_attempts)]
    drawn = [draw_attempt(first_seed + i, grid.wall) for i, grid in enumerate(grids)]
    changes = range(0, n_attempts, change_every)
    return GridWorld(
        size=size,
        routes=tuple((task.start, task.goal) for task in drawn),
        walls=tuple((i, "\n".join(grids[i].rows)) for i in changes),
        n_attempts=n_attempts,
        **settings,
    )


def static(size: int = 10, n_attempts: int = 100, **settings: Any) -> GridWorld:
    """From one corner to the opposite one without walls, 18 steps at the published size."""
    corner = (size - 1, size - 1)
    return GridWorld(size=size, start=(0, 0), goal=corner, n_attempts=n_attempts, **settings)
