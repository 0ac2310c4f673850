"""Figure of recall against the number of stored assemblies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .measures import accuracy

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure


def draw_capacity(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Accuracy and completion, one point a seed."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, ONE_COLUMN, letter

    rows = []
    for source, recording in recordings.items():
        asked = recording.where(recording.test == 1)
        shares = [asked[name].mean(("episode", "step")).values for name in ("completed", "others")]
        n_patterns = int(recording.pattern.max()) + 1
        for seed, named, completed, others in zip(
            recording.seed.values, accuracy(recording), *shares, strict=True
        ):
            rows.append(
                {
                    "source": source, "patterns": n_patterns, "seed": seed, "accuracy": named,
                    "completed": completed, "others": others,
                }
            )  # fmt: skip
    table = pd.DataFrame(rows)
    mean = table.groupby("patterns")[["accuracy", "completed", "others"]].mean()
    drawing, axes = plt.subplots(1, 2, figsize=(ONE_COLUMN, 1.8), sharex=True)
    shown = (("accuracy", "network"),), (("completed", "network"), ("others", "blind"))
    for ax, columns, text in zip(axes, shown, "ab", strict=True):
        for name, color in columns:
            ax.plot(table.patterns, table[name], ".", ms=3, color=COLORS[color])
            ax.plot(mean.index, mean[name], color=COLORS[color], label=name)
        ax.set(xscale="log", xlabel="assemblies stored", ylim=(0, 1.05))
        ax.set_xticks(mean.index, [str(n) for n in mean.index])
        ax.minorticks_off()
        letter(ax, text)
    chance = 1 / np.array(mean.index)
    axes[0].plot(mean.index, chance, ":", color="0.5", lw=0.8)
    axes[0].set_ylabel("patterns named")
    axes[1].set_ylabel("share of cells firing")
    axes[1].legend(handlelength=1)
    return drawing, table
