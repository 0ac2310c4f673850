"""The figure of the contextual water maze: steps to the goal by exposure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

NETWORK = "ritter2018/water_maze"
CURVES = (
    ("ritter2018/water_maze_random", "random moves", "model_free"),
    (f"{NETWORK}@shuffled_keys", "keys shuffled", "cue"),
    (f"{NETWORK}@empty_memory", "empty memory", "blind"),
    (NETWORK, "epLSTM", "network"),
)


def draw_water_maze(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """One panel; the table holds the curves."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.exposure import steps_to_goal_by_exposure
    from ...analysis.statistics import half_interval
    from ...analysis.style import COLORS, ONE_COLUMN

    drawing, ax = plt.subplots(figsize=(ONE_COLUMN, 2.2))
    tables = []
    for source, label, color in CURVES:
        steps = steps_to_goal_by_exposure(recordings[source]).transpose("seed", "exposure")
        mean, half, at = steps.mean("seed").values, half_interval(steps.values), steps.exposure
        ax.errorbar(at, mean, half, fmt="o-", ms=2, lw=0.8, color=COLORS[color], label=label)
        tables.append(
            pd.DataFrame({"source": label, "exposure": at, "mean": mean, "low": mean - half,
                          "high": mean + half})
        )  # fmt: skip
    shortest = float(recordings[NETWORK]["shortest_path"].isel(step=0).mean())
    ax.axhline(shortest, color="black", lw=0.5, ls=":")
    ax.set(xlabel="exposure", ylabel="steps to the hidden goal", xticks=at.values, ylim=(0, None))
    ax.legend(handlelength=1.5, ncols=2, loc=(0.02, 0.2))  # above the shortest way
    return drawing, pd.concat(tables, ignore_index=True)
