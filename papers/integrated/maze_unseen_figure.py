"""Figures of the lesion table once more: three tables side by side, and parts in every combination."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..declaration import Figure
from . import maze, maze_predictions, maze_unseen
from .maze_figure import COLOR_OF, judged
from .maze_measures import excess
from .maze_predictions import COLUMNS
from .maze_unseen import ACUTE, COMBINED_AT, CUTS, FACTORS, NAME, RANGES, combined
from .parts_figure import draw_combinations

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

_AGAIN = len(ACUTE)
TABLES = {
    "networks 0-7, to ignorance": [
        s
        for cell, s in zip(maze_predictions.cells(), maze_predictions.SIGNATURES, strict=True)
        if cell in ACUTE
    ],
    **{
        f"networks 8-15, to {'ignorance' if end == 'ignorant' else 'random moves'}": list(
            maze_unseen.SIGNATURES[i * _AGAIN : (i + 1) * _AGAIN]
        )
        for i, (end, _) in enumerate(RANGES.values())
    },
}
TABLE_SOURCES = tuple(
    dict.fromkeys(source for table in TABLES.values() for s in table for source in s.sources)
)
_TICKS = (1, 3, 10, 30, 100)
COMBINED_SOURCES = tuple(f"{NAME}@{combined(cut, event)}" for cut in CUTS for event in COMBINED_AT)


def draw_tables(recordings: Mapping[str, xr.Dataset]) -> tuple[Drawing, pd.DataFrame]:
    """Predicted sign, mean and verdict of each cell, three times."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS

    drawing, axes = plt.subplots(1, len(TABLES), figsize=(TWO_COLUMNS, 2.8), sharey=True)
    found = {name: judged(ACUTE, table, recordings) for name, table in TABLES.items()}
    for ax, letter, (name, table) in zip(axes, "abc", found.items(), strict=True):
        _draw_table(ax, table)
        counts = table["verdict"].value_counts()
        said = [f"{count} {verdict}" for verdict, count in counts.items()]
        ax.set_title(f"({letter}) {name}", pad=44)
        ax.set_xlabel(",\n".join(", ".join(said[i : i + 2]) for i in range(0, len(said), 2)))
    lesions = dict.fromkeys(lesion for lesion, _ in ACUTE)
    axes[0].set_yticks(range(len(lesions)), [lesion.replace("_", " ") for lesion in lesions])
    return drawing, pd.concat(found, names=["table"]).reset_index("table")


def _draw_table(ax: Axes, table: pd.DataFrame) -> None:
    from ...analysis.style import COLORS

    n_columns = len(COLUMNS)
    measured = np.clip(table["mean"].to_numpy().reshape(-1, n_columns), 0, 1)
    ax.imshow(measured, cmap="Blues", vmin=0, vmax=2, aspect="auto")
    for i, cell in enumerate(table.itertuples()):
        y, x = divmod(i, n_columns)
        ax.text(x - 0.44, y, cell.predicted, ha="left", va="center", fontsize=5.5)
        mean = f"{round(cell.mean, 2) + 0.0:.2f}" if abs(cell.mean) < 10 else f"{cell.mean:.0f}"
        ax.text(x + 0.44, y - 0.2, mean, ha="right", va="center", fontsize=5)
        color = COLORS[COLOR_OF[cell.verdict]]
        ax.plot(x + 0.28, y + 0.22, "s", ms=3.5, color=color)
    names = [name.replace("_", " ") for name in COLUMNS]
    ax.set_xticks(range(n_columns), names, rotation=50, ha="left", rotation_mode="anchor")
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    for axis, n in ((ax.xaxis, n_columns), (ax.yaxis, len(measured))):
        axis.set_ticks(np.arange(1, n) - 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=1.2)
    ax.tick_params(which="minor", length=0)


def draw_combined(recordings: Mapping[str, xr.Dataset]) -> tuple[Drawing, pd.DataFrame]:
    """Steps beyond the shortest way, by the parts that the agent has."""
    panels = {
        event: [excess((0,))(recordings[f"{NAME}@{combined(cut, event)}"]) for cut in CUTS]
        for event in COMBINED_AT
    }
    drawing, table = draw_combinations(panels, FACTORS, CUTS)
    for ax, event in zip(drawing.axes, ("moved goal", "closed gap"), strict=False):
        ax.set(yscale="log", ylim=(1, 120), ylabel=f"steps beyond\nthe shortest way,\n{event}")
        ax.set_yticks(_TICKS, [str(tick) for tick in _TICKS])
        ax.minorticks_off()
    return drawing, table


FIGURES = (
    Figure(
        name="integrated/lesions_again",
        caption=(
            "The lesion table thrice; predictions, bounds and controls are the same. (a) First eight networks; 1 is "
            "the agent that tries corners in random order. (b) Eight networks that nobody had seen, longer "
            "and paired tests, the same range. (c) The same recordings; 1 is random moves, the range that was planned. "
            "Predicted sign, mean of seeds, verdict: green shown, orange absent, gray unclear, pink "
            "undiagnostic (the lesion that serves as control passes too)."
        ),
        needs=TABLE_SOURCES,
        draw=draw_tables,
    ),
    Figure(
        name="integrated/maze_parts",
        caption=(
            "The agent in the arena with its parts taken out in every combination; a rest of one "
            "backup, without which there is no order to be lost. Filled: the agent has the part. "
            "Dots: seeds 8 to 15; lines: means."
        ),
        needs=COMBINED_SOURCES,
        draw=draw_combined,
    ),
)

_INSENSITIVE = (
    "15 % of the range to random moves is some twelve steps; on the first eight networks no lesion "
    "but those of search at a closed gap cost more than six, so that what serves as control passes, too."
)
_AS_BEFORE = (
    "state_reset_recurrence", "state_reset_remote_news", "gate_shut_detour",
    "shuffled_replay_recurrence",
)  # fmt: skip
NOTES = {
    **{signature.name: _INSENSITIVE for signature in TABLES["networks 8-15, to random moves"]},
    **{f"integrated/unseen_{cell}": maze.NOTES[f"integrated/{cell}"] for cell in _AS_BEFORE},
    "integrated/unseen_shuffled_replay_detour": (
        "Nothing is lost; seven of eight networks are quicker or as quick (.5 steps in the mean). The goal "
        "is where it was, but the known way is closed: one whose memory of it was "
        "overwritten may try it for a shorter time. That is a reading, not tested."
    ),
}
