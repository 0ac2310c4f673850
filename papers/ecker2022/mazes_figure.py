"""Figures of replay on graphs: decoded paths, and how sharp waves come with summed weight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...tasks import REST
from ...tasks.navigation import Grid
from .network import LINE, N_LINE, OPEN_MAZE, T_MAZE
from .rests import graph_paths, rests

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ...analysis.replay_paths import Path

N_PATHS = 8
ON_LINE = {
    "ecker2022/line": "spontaneous",
    "ecker2022/line_start_cue": "cue at the start",
    "ecker2022/line_goal_cue": "cue at the end",
}


def draw_paths(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """The first paths of the first seed: on the line against time, in the mazes in space."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter

    drawing = plt.figure(figsize=(TWO_COLUMNS, 3.2))
    grid = drawing.add_gridspec(2, 6)
    tables = []
    for i, (source, title) in enumerate(ON_LINE.items()):
        ax = drawing.add_subplot(grid[0, 2 * i : 2 * i + 2])
        paths = _paths(recordings[source], LINE)
        for path, color in zip(paths, _colors(len(paths)), strict=True):
            ax.plot(1000 * (path.times - path.times[0]), path.states, color=color, lw=0.8)
        ax.set(title=title, xlabel="time (ms)", ylim=(-0.5, N_LINE - 0.5))
        if i == 0:
            ax.set_ylabel("state")
        letter(ax, "abc"[i])
        tables.append(_table(source, paths))
    worlds = (
        ("ecker2022/t_maze", T_MAZE, "T-maze"),
        ("ecker2022/open_maze", OPEN_MAZE, "open maze"),
    )
    for i, (source, maze, title) in enumerate(worlds):
        ax = drawing.add_subplot(grid[1, 3 * i : 3 * i + 3])
        paths = _paths(recordings[source], maze.graph)
        _in_space(ax, maze, paths)
        ax.set_title(title)
        letter(ax, "de"[i])
        tables.append(_table(source, paths))
    return drawing, pd.concat(tables, ignore_index=True)


def _paths(recording: xr.Dataset, graph: object) -> list[Path]:
    _, paths, _ = graph_paths(next(rests(recording)), graph)  # type: ignore[arg-type]
    paths = [path for path in paths if len(path.states)][:N_PATHS]
    if not paths:
        raise ValueError("the first seed has no sharp wave with a path")
    return paths


def _in_space(ax: Axes, maze: Grid, paths: list[Path]) -> None:
    """Each path a little beside the others, so that none is hidden."""
    ax.imshow(maze.wall, cmap="Greys", vmin=0, vmax=3, aspect="equal")
    offsets = np.linspace(-0.3, 0.3, len(paths))
    for path, color, beside in zip(paths, _colors(len(paths)), offsets, strict=True):
        row, column = np.divmod(path.states, maze.width)
        ax.plot(column + beside, row + beside, color=color, lw=0.8)
        ax.plot(column[0] + beside, row[0] + beside, "o", ms=2.5, color=color)
    ax.set(xticks=[], yticks=[])


def _colors(n: int) -> list[tuple[float, ...]]:
    import matplotlib as mpl

    return [mpl.colormaps["viridis"](x) for x in np.linspace(0, 0.9, n)]


def _table(source: str, paths: list[Path]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat(
        pd.DataFrame({"source": source, "event": i, "time": path.times, "state": path.states})
        for i, path in enumerate(paths)
    )


def draw_excitability(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Sharp waves against summed weight, one line a seed."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, ONE_COLUMN
    from ...models.hippocampus.calibration import TARGET

    recording = recordings["ecker2022/excitability"]
    drawing, ax = plt.subplots(figsize=(0.7 * ONE_COLUMN, 1.9))
    ax.axhspan(*TARGET, color="0.92", lw=0)
    tables = []
    for number, rest in enumerate(rests(recording)):
        row = recording.isel(seed=number, episode=0)
        summed = row.weight_sum.values[(row.phase == REST).values & row.active.values]
        count = np.bincount(rest.events(0.26)["rest"], minlength=len(summed))
        rate = count / (rest.end - rest.begin) * 10
        order = np.argsort(summed)
        ax.plot(summed[order], rate[order], ".-", color=COLORS["network"], ms=3, lw=0.7)
        tables.append(pd.DataFrame({"seed": number, "summed": summed, "events": rate}))
    ax.set(xlabel="summed weight (nS)", ylabel="sharp waves in 10 s", ylim=(0, None))
    return drawing, pd.concat(tables, ignore_index=True)
