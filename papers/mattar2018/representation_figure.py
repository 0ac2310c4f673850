"""What is replayed beside what is visited, by distance to the goal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .measures import WORLDS, shares

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

LINES = {  # what is drawn: of which recording, color, line
    "moves": ("", "blind", "-"),
    "prioritized backups": ("", "network", "-"),
    "random backups": ("_random", "algorithm", "--"),
}


def distances_to_goal(recording: xr.Dataset, world: str) -> np.ndarray:
    """Shortest way from each state to the nearest goal; -1 where there is none, and at goals."""
    goals = np.unique(recording.goal.values[recording.active.values])
    ways = WORLDS[world]().layouts[0].graph.distances[:, goals].astype(float)
    ways[ways < 0] = np.inf
    nearest = ways.min(axis=1)
    return np.where(np.isfinite(nearest) & (nearest > 0), nearest, -1).astype(int)


def draw_representation(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Mean share of a cell at each distance, with intervals over seeds."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.statistics import half_interval
    from ...analysis.style import COLORS, ONE_COLUMN, letter

    drawing, axes = plt.subplots(1, 2, figsize=(ONE_COLUMN, 2.0))
    tables = []
    for ax, world, text in zip(axes, ("track", "maze"), "ab", strict=True):
        for label, (suffix, color, line) in LINES.items():
            recording = recordings[f"mattar2018/{world}_visits{suffix}"]
            visits, backups = shares(recording, world)
            of_state = visits if label == "moves" else backups
            away = distances_to_goal(recording, world)
            distance = np.unique(away[away > 0])
            curve = np.stack([of_state[:, away == d].mean(axis=1) for d in distance], axis=1)
            mean, half = curve.mean(axis=0), np.zeros(len(distance))
            if len(curve) > 1:
                half = half_interval(curve)
            ax.plot(distance, 100 * mean, line, color=COLORS[color], label=label)
            ax.fill_between(
                distance, 100 * (mean - half), 100 * (mean + half), color=COLORS[color],
                alpha=0.25, linewidth=0,
            )  # fmt: skip
            tables.append(
                pd.DataFrame({"distance": distance, "share": mean, "half_interval": half})
                .assign(world=world, what=label)
            )  # fmt: skip
        ax.set(xlabel="moves to the goal", ylabel="% of all, per cell", title=world, ylim=(0, None))
        ax.invert_xaxis()
        letter(ax, text)
    lines, labels = axes[0].get_legend_handles_labels()
    drawing.legend(lines, labels, loc="outside upper center", ncols=3, handlelength=1.5)
    return drawing, pd.concat(tables, ignore_index=True)
