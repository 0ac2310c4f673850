"""The exact tasks of Tan & Motani 2023 (arXiv:2301.13758), drawn as their program draws them.

Episode i draws from numpy's legacy generator with seed i, and the planner of the published agents
goes on drawing from that same generator: `attempt_stream` hands it on.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np

from .grid import Cell, Grid
from .gridworld import GridWorld

CHANGE_EVERY = 50  # episodes; the walls of the published 100 change once


Route = tuple[Cell, Cell]  # start and goal


def draw_route(stream: np.random.RandomState, wall: np.ndarray) -> Route:
    """Draw start and goal in a square grid with the given walls, (size, size) bool [y, x].

    Examples
    --------
    >>> draw_route(np.random.RandomState(0), np.zeros((10, 10), bool))
    ((0, 5), (3, 3))
    """
    size = len(wall)

    def pair() -> Cell:
        x, y = stream.randint(0, size), stream.randint(0, size)
        return int(y), int(x)

    start, goal = pair(), pair()
    while wall[start]:
        start = pair()
    while wall[goal] or goal == start:
        goal = pair()
    return start, goal


def draw_routes(seeds: Iterable[int], walls: Iterable[np.ndarray]) -> tuple[Route, ...]:
    """Start and goal of several attempts, each drawn with a seed of its own.

    Examples
    --------
    >>> draw_routes([0, 1], [np.zeros((10, 10), bool)] * 2)
    (((0, 5), (3, 3)), ((8, 5), (5, 9)))
    """
    # One generator, seeded again and again: making a new one takes a hundred times as long.
    stream = np.random.RandomState(0)  # legacy numbers are the point
    routes = []
    for seed, wall in zip(seeds, walls, strict=True):
        stream.seed(seed)
        routes.append(draw_route(stream, wall))
    return tuple(routes)


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
    stream = np.random.RandomState(first_seed + attempt)
    draw_route(stream, walls_at(attempt, size, change_every).wall)
    return stream


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
    seeds = range(first_seed, first_seed + n_attempts)
    changes = range(0, n_attempts, change_every)
    return GridWorld(
        size=size,
        routes=draw_routes(seeds, (grid.wall for grid in grids)),
        walls=tuple((i, "\n".join(grids[i].rows)) for i in changes),
        n_attempts=n_attempts,
        **settings,
    )


def static(size: int = 10, n_attempts: int = 100, **settings: Any) -> GridWorld:
    """From one corner to the opposite one without walls, 18 steps at the published size."""
    corner = (size - 1, size - 1)
    return GridWorld(size=size, start=(0, 0), goal=corner, n_attempts=n_attempts, **settings)
