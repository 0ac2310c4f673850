"""Grid worlds of any size with walls that may change (Tan & Motani 2023, arXiv:2301.13758)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .attempts import Attempts, Course
from .graph import UNREACHABLE
from .grid import LEFT_UP_RIGHT_DOWN, MOVES, Cell, Grid
from .places import Places, goals_apart

RANDOM = "random"


@dataclass(frozen=True)
class GridWorld(Attempts):
    """Find the way from a start to a goal in a grid with invisible walls.

    The other settings, and what is recorded, are those of `Attempts`. The label `manhattan` is the
    number of steps from here to the goal if there were no walls.

    Parameters
    ----------
    size : int or (height, width)
    start, goal : "random", a cell, or a tuple of cells
        A cell is (row, column) from 0. Several are drawn with equal probability for each attempt,
        "random" is all free cells; start and goal are never the same.
    routes : tuple of (start, goal) cells
        Start and goal of attempts 0, 1 ..., over and over, in place of `start` and `goal`.
    walls : str, or tuple of (attempt, str)
        A drawing, see `Grid`; or several, each with the attempt from which it holds. There are no
        walls by default, nor before the first drawing.
    traps : tuple of cells
        Entering one ends the attempt without reward, unless it is the goal. They are not walls:
        `shortest_path` may lead through one.
    observe : {"coordinates", "one_hot"}
        (x, y, goal x, goal y), x being the column and y the row; or the place as one-hot, which
        does not show the goal.
    actions : tuple of str
        The four moves in the order of their numbers; Tan & Motani's by default.

    Examples
    --------
    >>> GridWorld(size=10, start=(0, 0), goal=(9, 9)).n_steps  # 20 attempts, 100 steps each
    2000
    >>> GridWorld.drawn('''
    ...     S#.
    ...     ..G
    ... ''', n_attempts=5).goal
    (1, 2)
    """

    size: int | tuple[int, int] = 10
    start: str | Cell | tuple[Cell, ...] = RANDOM
    goal: str | Cell | tuple[Cell, ...] = RANDOM
    routes: tuple[tuple[Cell, Cell], ...] = ()
    walls: str | tuple[tuple[int, str], ...] = ""
    traps: tuple[Cell, ...] = ()
    observe: str = "coordinates"
    actions: tuple[str, ...] = LEFT_UP_RIGHT_DOWN

    def __post_init__(self) -> None:
        self.check_attempts()
        if self.observe not in ("coordinates", "one_hot"):
            raise ValueError(f"observe must be coordinates or one_hot, got '{self.observe}'")
        if sorted(self.actions) != sorted(MOVES):
            raise ValueError(f"actions must order {', '.join(MOVES)}, got {self.actions}")
        for name in ("start", "goal"):
            if isinstance(getattr(self, name), str) and getattr(self, name) != RANDOM:
                raise ValueError(
                    f"{name} must be '{RANDOM}' or a (row, column), got '{getattr(self, name)}'"
                )
        if (np.diff(self.changes) <= 0).any():
            raise ValueError(f"walls must change at rising attempts, got {self.changes.tolist()}")
        for layout in range(len(self.layouts)):
            self._check_layout(layout)

    @classmethod
    def drawn(cls, drawing: str, **settings: Any) -> GridWorld:
        """Take size, walls, starts and goals from a drawing; without S or G they are random."""
        grid = Grid.drawn(drawing)
        for name, states in (("start", grid.starts), ("goal", grid.goals)):
            cells = tuple(grid.cell(state) for state in states)
            if cells:
                settings.setdefault(name, cells if len(cells) > 1 else cells[0])
        return cls(size=(grid.height, grid.width), walls="\n".join(grid.rows), **settings)

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        height, width = (self.size, self.size) if isinstance(self.size, int) else self.size
        return height, width

    @cached_property
    def layouts(self) -> tuple[Grid, ...]:
        """The grids, in the order in which they hold."""
        return tuple(self._grid(text) for _, text in self._schedule)

    @property
    def changes(self) -> np.ndarray:
        """(n_layouts,) attempt from which each layout holds, the first 0."""
        return np.array([attempt for attempt, _ in self._schedule])

    @property
    def observation_size(self) -> int:
        return 4 if self.observe == "coordinates" else self.shape[0] * self.shape[1]

    @cached_property
    def course(self) -> Course:
        open_grid, n_states = self._grid(""), self.shape[0] * self.shape[1]
        trap = np.zeros(n_states, bool)
        trap[[open_grid.state(cell) for cell in self.traps]] = True
        routes = [[open_grid.state(cell) for cell in route] for route in self.routes]
        return Course(
            graphs=tuple(grid.graph for grid in self.layouts),
            changes=self.changes,
            starts=Places([self._starts(grid) for grid in self.layouts], n_states),
            goals=Places([self._goals(grid) for grid in self.layouts], n_states),
            routes=np.array(routes) if routes else None,
            trap=trap,
            beeline=open_grid.graph,
            observe=self._observe,
        )

    @property
    def _schedule(self) -> tuple[tuple[int, str], ...]:
        if isinstance(self.walls, str):
            return ((0, self.walls),)
        return self.walls if self.walls and self.walls[0][0] == 0 else ((0, ""), *self.walls)

    def _grid(self, text: str) -> Grid:
        order = tuple(self.actions)
        return Grid.drawn(text, order) if text else Grid.open(*self.shape, order)

    def _starts(self, grid: Grid) -> np.ndarray:
        return self._states(grid, self.start)

    def _goals(self, grid: Grid) -> np.ndarray:
        return goals_apart(self._starts(grid), self._states(grid, self.goal))

    def _states(self, grid: Grid, where: str | Cell | tuple[Cell, ...]) -> np.ndarray:
        """States that `start` or `goal` names."""
        if isinstance(where, str):
            return np.setdiff1d(grid.free, [grid.state(cell) for cell in self.traps])
        cells = np.array(where).reshape(-1, 2).tolist()
        return np.array([grid.state((row, column)) for row, column in cells])

    def _check_layout(self, layout: int) -> None:
        """Each goal that may be drawn while this layout holds can be reached from each start."""
        grid, begins = self.layouts[layout], self.changes[layout]
        if (grid.height, grid.width) != self.shape:
            raise ValueError(
                f"walls from attempt {begins} are drawn on {grid.height} x {grid.width} cells, "
                f"size is {self.shape[0]} x {self.shape[1]}"
            )
        if self.routes:
            ends = [*self.changes[1:], self.n_attempts][layout]
            used = {number % len(self.routes) for number in range(begins, ends)}
            joined: set[int] = set()  # states of one part of the grid: most routes lie in it
            for route in (self.routes[number] for number in sorted(used)):
                start, goal = (grid.state(cell) for cell in route)
                if start == goal or not joined.issuperset((start, goal)):
                    starts = np.array([start])
                    joined = self._joined(grid, starts, goals_apart(starts, np.array([goal])))
        else:
            self._joined(grid, self._starts(grid), self._goals(grid))

    @staticmethod
    def _joined(grid: Grid, starts: np.ndarray, goals: np.ndarray) -> set[int]:
        """The states joined to the first goal, all starts and goals among them."""
        # Every move can be taken back, so that what one goal cannot be reached from is cut off.
        distance = grid.graph.distances_to([goals[0]])[0]
        for place in (*starts, *goals):
            if distance[place] == UNREACHABLE:
                raise ValueError(
                    f"walls cut cell {grid.cell(place)} off from cell {grid.cell(goals[0])}"
                )
        return set(np.flatnonzero(distance != UNREACHABLE).tolist())

    def _observe(self, position: np.ndarray, goal: np.ndarray) -> np.ndarray:
        if self.observe == "one_hot":
            place = np.zeros((len(position), self.observation_size), np.float32)
            place[np.arange(len(position)), position] = 1
            return place
        return np.concatenate([self._xy[position], self._xy[goal]], axis=1)

    @cached_property
    def _xy(self) -> np.ndarray:
        """(n_states, 2) float32, column and row of each state."""
        row, column = np.divmod(np.arange(self.shape[0] * self.shape[1]), self.shape[1])
        return np.stack([column, row], axis=1).astype(np.float32)
