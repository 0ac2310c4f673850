"""Draw a maze: its walls, values as a heat map, ways taken, replayed and imagined; and as a GIF.

States are numbered row by row, as `fastslow.tasks.navigation.Grid` does; `wall` is its
(height, width) array.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.image import AxesImage

from .style import COLORS, paper_style

WALL_COLOR = "#333333"
# The animal's own way, and what is only thought of
KINDS = {
    "taken": COLORS["published"],
    "forward": COLORS["network"],
    "reverse": COLORS["model_free"],
    "mixed": COLORS["cue"],
    "unknown": COLORS["blind"],
    "imagined": COLORS["optimal"],
}
_SPREAD = 0.22  # cells; how far apart paths through one cell are drawn


def draw_maze(
    axes: Axes,
    wall: np.ndarray,
    values: np.ndarray | None = None,
    start: int | None = None,
    goal: int | None = None,
    label: str = "value",
    limits: tuple[float, float] | None = None,
) -> AxesImage | None:
    """Draw the walls, and values as a heat map with its color bar.

    Parameters
    ----------
    axes : Axes
    wall : (height, width) bool array
    values : (n_states,) or (height, width) array, optional
        NaN is left blank.
    start, goal : int, optional
        States marked S and G.
    label : str
        What the values are, with their unit: "value (reward)".
    limits : (low, high), optional
        Ends of the color scale; those of the values by default.

    Returns
    -------
    AxesImage, or None without values

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = Figure().add_subplot()
    >>> image = draw_maze(axes, np.array([[False, True]]), np.array([0.5, 0.0]), goal=0)
    >>> image.get_array()
    masked_array(data=[[0.5, --]],
    ...
    """
    wall = _checked_wall(wall)
    height, width = wall.shape
    image = None
    if values is not None:
        image = axes.imshow(_on_cells(values, wall), cmap="viridis", interpolation="nearest")
        if limits is not None:
            image.set_clim(*limits)
        axes.figure.colorbar(image, ax=axes, fraction=0.046, pad=0.03).set_label(label)
    row, column = np.nonzero(wall)
    corner = np.stack([column, row], axis=1)[:, None] - 0.5
    squares = corner + np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    if len(squares):
        axes.add_collection(PolyCollection(list(squares), facecolor=WALL_COLOR, zorder=2))
    for state, sign in ((start, "S"), (goal, "G")):
        if state is not None:
            x, y = _centers(np.array([state]), wall.shape)[0]
            axes.text(
                x, y, sign, ha="center", va="center", fontsize=5, fontweight="bold", zorder=5,
                bbox={"boxstyle": "circle,pad=0.15", "facecolor": "white", "linewidth": 0},
            )  # fmt: skip
    axes.set(
        xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5), aspect="equal", xticks=[], yticks=[]
    )
    axes.spines[:].set_visible(True)
    return image


def draw_paths(
    axes: Axes,
    wall: np.ndarray,
    paths: Sequence[Sequence[int] | np.ndarray],
    kind: str = "taken",
    alpha: float = 0.9,
) -> list[LineCollection]:
    """Draw ways through the maze as lines with a dot where each ends.

    Ways are shifted a little so that they do not cover one another; where two states that follow
    each other are not neighbors the line is broken.

    Parameters
    ----------
    axes : Axes
    wall : (height, width) bool array
    paths : sequence of (n,) ints
        States in the order in which they were visited or thought of.
    kind : {"taken", "forward", "reverse", "mixed", "unknown", "imagined"}
        Sets the color; all but "taken" are dashed.
    alpha : float

    Returns
    -------
    list of LineCollection
        One for each path.
    """
    wall = _checked_wall(wall)
    if kind not in KINDS:
        raise ValueError(f"kind must be {', '.join(KINDS)}, got '{kind}'")
    shifts = np.linspace(-_SPREAD, _SPREAD, len(paths)) if len(paths) > 1 else np.zeros(1)
    lines = []
    for states, shift in zip(paths, shifts, strict=False):
        points = _centers(np.asarray(states), wall.shape)
        near = np.abs(np.diff(points, axis=0)).sum(axis=1) <= 1
        points = points + shift
        segments = np.stack([points[:-1], points[1:]], axis=1)[near]
        line = LineCollection(
            list(segments), colors=KINDS[kind], alpha=alpha, zorder=3, capstyle="round",
            linestyles="solid" if kind == "taken" else "dashed",
        )  # fmt: skip
        axes.add_collection(line)
        axes.plot(*points[-1], ".", color=KINDS[kind], alpha=alpha, markersize=4, zorder=4)
        lines.append(line)
    return lines


def animate_maze(
    file: str | Path,
    wall: np.ndarray,
    position: np.ndarray,
    values: np.ndarray | None = None,
    thoughts: Sequence[Sequence[tuple[str, Sequence[int] | np.ndarray]]] | None = None,
    goal: int | None = None,
    label: str = "value",
    titles: Sequence[str] | None = None,
    frames_per_second: float = 8.0,
) -> Path:
    """Write a GIF: the animal moves, the values change, replayed and imagined ways appear.

    Parameters
    ----------
    file : str or Path
        Name of the GIF.
    wall : (height, width) bool array
    position : (n_frames,) ints
        State of the animal in each frame.
    values : (n_frames, n_states) array, optional
    thoughts : sequence of n_frames lists of (kind, states), optional
        Ways shown in each frame, with the kinds of `draw_paths`.
    goal : int, optional
    label : str
        What the values are, with their unit.
    titles : sequence of n_frames str, optional
        What goes on in each frame.
    frames_per_second : float

    Returns
    -------
    Path of the GIF
    """
    from matplotlib.animation import PillowWriter
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    file, wall, position = Path(file), _checked_wall(wall), np.asarray(position)
    if file.suffix != ".gif":
        raise ValueError(f"file must end in .gif, got '{file.name}'")
    if position.ndim != 1 or not len(position):
        raise ValueError(f"position must be (n_frames,) states, got shape {position.shape}")
    for name, given in (("values", values), ("thoughts", thoughts), ("titles", titles)):
        if given is not None and len(given) != len(position):
            raise ValueError(
                f"{name} must have an entry for each of {len(position)} frames, got {len(given)}"
            )
    with paper_style():
        height, width = wall.shape
        figure = Figure(figsize=(3.2, max(1.0, 2.6 * height / width)), dpi=100)
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        limits = None
        if values is not None:
            shown = np.asarray(values, float)[:, ~wall.ravel()]
            limits = (float(np.nanmin(shown)), float(np.nanmax(shown)))
        first = None if values is None else values[0]
        image = draw_maze(axes, wall, first, goal=goal, label=label, limits=limits)
        (animal,) = axes.plot([], [], "o", color=KINDS["taken"], markersize=6, zorder=6)
        writer = PillowWriter(fps=frames_per_second)  # type: ignore[arg-type]
        with writer.saving(figure, str(file), dpi=100):
            for frame, (x, y) in enumerate(_centers(position, wall.shape)):
                animal.set_data([x], [y])
                if image is not None and values is not None:
                    image.set_data(_on_cells(values[frame], wall))
                before = set(axes.get_children())
                if titles is not None:
                    axes.set_title(titles[frame])
                for kind, states in thoughts[frame] if thoughts is not None else ():
                    draw_paths(axes, wall, [states], kind)
                writer.grab_frame()
                for drawn in set(axes.get_children()) - before:
                    drawn.remove()
    return file


def _checked_wall(wall: np.ndarray) -> np.ndarray:
    wall = np.asarray(wall)
    if wall.ndim != 2 or not wall.size or wall.dtype.kind != "b":
        raise ValueError(
            f"wall must be (height, width) bools, got {wall.dtype} of shape {wall.shape}"
        )
    return wall


def _on_cells(values: np.ndarray, wall: np.ndarray) -> np.ma.MaskedArray:
    values = np.asarray(values, float)
    if values.size != wall.size:
        raise ValueError(
            f"values must have one entry for each of the {wall.size} states, "
            f"got shape {values.shape}"
        )
    return np.ma.masked_invalid(np.where(wall, np.nan, values.reshape(wall.shape)))


def _centers(states: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """(n, 2) x and y of the cells."""
    if not states.size or states.min() < 0 or states.max() >= shape[0] * shape[1]:
        raise ValueError(
            f"states must be in [0, {shape[0] * shape[1]}) and at least one, got {states}"
        )
    row, column = np.divmod(states, shape[1])
    return np.stack([column, row], axis=1).astype(float)
