"""Learning curves for each source of replay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

STYLES = {
    "prioritized": ("network", "-"),
    "shuffled": ("network", ":"),
    "reverse": ("algorithm", "-"),
    "random": ("other_network", "--"),
    "none": ("blind", "-"),
}


def draw_learning(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Moves beyond the shortest way by lap, mean over animals, with intervals over seeds."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd
    from scipy import stats

    from ...analysis.learning_curves import moves_by_lap
    from ...analysis.style import COLORS, ONE_COLUMN, letter

    drawing, axes = plt.subplots(1, 2, figsize=(ONE_COLUMN, 2.0))
    tables = []
    for ax, world, text in zip(axes, ("track", "maze"), "ab", strict=True):
        for source, (color, line) in STYLES.items():
            name = f"mattar2018/learning_{world}_{source}"
            if name not in recordings:
                continue
            curve = moves_by_lap(recordings[name]).mean("life").values
            lap, mean, half = np.arange(1, curve.shape[1] + 1), curve.mean(axis=0), 0.0
            if len(curve) > 1:
                t = stats.t.ppf(0.975, len(curve) - 1)
                half = t * curve.std(axis=0, ddof=1) / np.sqrt(len(curve))
            ax.plot(lap, mean + 1, line, color=COLORS[color], label=source)
            ax.fill_between(
                lap, np.maximum(mean - half, 0) + 1, mean + half + 1,
                color=COLORS[color], alpha=0.2, linewidth=0,
            )  # fmt: skip
            tables.append(
                pd.DataFrame({"lap": lap, "mean": mean, "low": mean - half, "high": mean + half})
                .assign(world=world, source=source)
            )  # fmt: skip
        ax.set(xlabel="lap", ylabel="1 + extra moves", yscale="log", title=world)
        letter(ax, text)
    sources, labels = axes[0].get_legend_handles_labels()
    drawing.legend(sources, labels, loc="outside upper center", ncols=5, handlelength=1.5)
    return drawing, pd.concat(tables, ignore_index=True)
