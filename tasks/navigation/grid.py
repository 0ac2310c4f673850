"""Rectangular mazes from drawings: cells, walls, and the moves that walls allow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from textwrap import dedent

import numpy as np

from .graph import EDGE, MOVED, WALL, StateGraph

Cell = tuple[int, int]  # (row, column) from 0, row 0 at the top

# (rows, columns) moved by each action; x is the column and y the row
MOVES = {"up": (-1, 0), "down": (1, 0), "right": (0, 1), "left": (0, -1)}
UP_DOWN_RIGHT_LEFT = ("up", "down", "right", "left")  # Mattar & Daw 2018, published program
LEFT_UP_RIGHT_DOWN = ("left", "up", "right", "down")  # Tan & Motani 2023: x-1, y-1, x+1, y+1

_SIGNS = {"#": "a wall", ".": "free", "S": "a start", "G": "a goal"}


@dataclass(frozen=True)
class Grid:
    """A maze drawn in text: `#` a wall, `.` free, `S` a start, `G` a goal.

    States are cells numbered row by row, walls included, so that a cell keeps its number when
    walls change. Moving off the grid or into a wall leaves the animal where it is.

    Parameters
    ----------
    rows : tuple of str
        One string a row; `Grid.drawn` takes a text of several lines.
    actions : tuple of str
        Names of the moves in the order of their numbers.

    Examples
    --------
    >>> maze = Grid.drawn('''
    ...     S#.
    ...     ..G
    ... ''')
    >>> maze.starts, maze.goals, maze.state((1, 2)), maze.cell(5)
    ([0], [5], 5, (1, 2))
    >>> maze.graph.next_state[0]  # up, down, right, left
    array([0, 3, 0, 0])
    >>> maze.graph.bump[0]
    array([1, 0, 2, 1], dtype=int8)
    """

    rows: tuple[str, ...]
    actions: tuple[str, ...] = UP_DOWN_RIGHT_LEFT

    def __post_init__(self) -> None:
        if not self.rows or not self.rows[0]:
            raise ValueError("a drawing must have at least one cell")
        for i, row in enumerate(self.rows):
            if len(row) != len(self.rows[0]):
                raise ValueError(
                    f"rows of a drawing must be equally long, row {i} has {len(row)} cells "
                    f"and row 0 has {len(self.rows[0])}"
                )
            for sign in row:
                if sign not in _SIGNS:
                    known = ", ".join(f"'{s}' {what}" for s, what in _SIGNS.items())
                    raise ValueError(f"'{sign}' in row {i} of a drawing is none of {known}")
        if not self.actions or len(set(self.actions)) < len(self.actions):
            raise ValueError(f"actions must be different moves, got {self.actions}")
        for action in self.actions:
            if action not in MOVES:
                raise ValueError(f"actions must be among {', '.join(MOVES)}, got '{action}'")

    @classmethod
    def drawn(cls, text: str, actions: tuple[str, ...] = UP_DOWN_RIGHT_LEFT) -> Grid:
        """Read a drawing of several lines; the indentation common to all is taken off."""
        rows = tuple(line.strip() for line in dedent(text).strip().splitlines())
        return cls(rows, tuple(actions))

    @classmethod
    def open(cls, height: int, width: int, actions: tuple[str, ...] = UP_DOWN_RIGHT_LEFT) -> Grid:
        """Make a grid without walls."""
        return cls(("." * width,) * height, tuple(actions))

    @property
    def height(self) -> int:
        return len(self.rows)

    @property
    def width(self) -> int:
        return len(self.rows[0])

    @property
    def n_states(self) -> int:
        return self.height * self.width

    @cached_property
    def wall(self) -> np.ndarray:
        """(height, width) bool."""
        return np.array([[sign == "#" for sign in row] for row in self.rows])

    @property
    def free(self) -> np.ndarray:
        """States that are no wall, in order."""
        return np.flatnonzero(~self.wall.ravel())

    @property
    def starts(self) -> list[int]:
        return self._find("S")

    @property
    def goals(self) -> list[int]:
        return self._find("G")

    def _find(self, sign: str) -> list[int]:
        return [i for i, found in enumerate("".join(self.rows)) if found == sign]

    def state(self, cell: Cell) -> int:
        """Number of the cell at (row, column); ValueError if it is outside or a wall."""
        row, column = cell
        if not (0 <= row < self.height and 0 <= column < self.width):
            raise ValueError(
                f"cell {tuple(cell)} is outside the grid of {self.height} rows and "
                f"{self.width} columns, counted from 0"
            )
        if self.wall[row, column]:
            raise ValueError(f"cell {tuple(cell)} is a wall")
        return int(row * self.width + column)

    def cell(self, state: int) -> Cell:
        """(row, column) of a state."""
        return int(state) // self.width, int(state) % self.width

    @cached_property
    def graph(self) -> StateGraph:
        """Where each action leads from each cell; from within a wall nowhere."""
        row, column = np.divmod(np.arange(self.n_states), self.width)
        step = np.array([MOVES[action] for action in self.actions])
        to_row, to_column = row[:, None] + step[:, 0], column[:, None] + step[:, 1]
        inside = (to_row >= 0) & (to_row < self.height) & (to_column >= 0)
        inside &= to_column < self.width
        target = np.where(inside, to_row * self.width + to_column, 0)
        in_wall = self.wall.ravel()
        bump = np.where(~inside, EDGE, np.where(in_wall[target], WALL, MOVED))
        bump[in_wall] = WALL
        here = np.arange(self.n_states)[:, None]
        return StateGraph(np.where(bump == MOVED, target, here), bump)
