"""Finding the way: graphs and grids with walls, the mazes of the papers, a goal-seeking arena."""

from . import tan
from .arena import Arena
from .brick_mazes import unwalled, walled
from .exploration import Exploration
from .graph import EDGE, MOVED, UNREACHABLE, WALL, Distances, StateGraph
from .graphworld import GraphWorld
from .grid import LEFT_UP_RIGHT_DOWN, UP_DOWN_RIGHT_LEFT, Cell, Grid
from .gridworld import GridWorld
from .lives import AT_END, AT_START, NOWHERE, ON_THE_WAY
from .mazes import linear_track, open_maze, shock_track, sleep_arena, t_maze
from .two_gaps import TwoGaps

__all__ = [
    "AT_END",
    "AT_START",
    "EDGE",
    "LEFT_UP_RIGHT_DOWN",
    "MOVED",
    "NOWHERE",
    "ON_THE_WAY",
    "UNREACHABLE",
    "UP_DOWN_RIGHT_LEFT",
    "WALL",
    "Arena",
    "Cell",
    "Distances",
    "Exploration",
    "GraphWorld",
    "Grid",
    "GridWorld",
    "StateGraph",
    "TwoGaps",
    "linear_track",
    "open_maze",
    "shock_track",
    "sleep_arena",
    "t_maze",
    "tan",
    "unwalled",
    "walled",
]  # fmt: skip
