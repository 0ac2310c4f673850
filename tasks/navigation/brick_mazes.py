"""The two mazes of Tan & Motani 2022 (memARI workshop at NeurIPS): from one corner to a door in the other.

Both are a `GridWorld` that shows the place as one-hot, is run 100 times, and gives a run as many
steps as there are cells. Moves are numbered in the order in which the published agents try them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .grid import Cell
from .gridworld import GridWorld

LEFT_RIGHT_UP_DOWN = ("left", "right", "up", "down")
BRICK_SEED = 1  # of the published maze


def unwalled(height: int = 10, width: int = 10, **settings: Any) -> GridWorld:
    """Single bricks in a tenth of the cells, drawn one after the other from those still free.

    Examples
    --------
    >>> unwalled().layouts[0].rows[:2]
    ('..#...#...', '#..#......')
    """
    stream = np.random.RandomState(BRICK_SEED)  # legacy numbers are the point
    free = [(row, column) for row in range(height) for column in range(width)][1:-1]
    bricks = [free.pop(stream.randint(len(free))) for _ in range(height * width // 10)]
    wall = np.zeros((height, width), bool)
    for brick in bricks:
        wall[brick] = True
    return _maze(wall, settings)


def walled(height: int = 10, width: int = 10, **settings: Any) -> GridWorld:
    """Three walls, two of which cross, with four gaps.

    Examples
    --------
    >>> walled().layouts[0].rows[5]
    '##.###.##.'
    """
    wall = np.zeros((height, width), bool)
    wall[:, width // 2 - 1] = True
    wall[height // 2] = True
    wall[1:, width - 2] = True
    gaps: list[Cell] = [
        (height // 2, width // 4),
        (height // 2, 3 * width // 4 - 1),
        (3 * height // 4, width // 2 - 1),
        (height // 2, width - 1),
    ]
    for gap in gaps:
        wall[gap] = False
    return _maze(wall, settings)


def _maze(wall: np.ndarray, settings: dict[str, Any]) -> GridWorld:
    height, width = wall.shape
    shared: dict[str, Any] = {
        "size": (height, width),
        "start": (0, 0),
        "goal": (height - 1, width - 1),
        "walls": "\n".join("".join("#" if sign else "." for sign in row) for row in wall),
        "actions": LEFT_RIGHT_UP_DOWN,
        "observe": "one_hot",
        "n_attempts": 100,
    }
    return GridWorld(**{**shared, **settings})
