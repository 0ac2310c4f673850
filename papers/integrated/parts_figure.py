"""The figure of parts taken out of one agent, in every combination."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from .measures import after_news, unconcerned

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

NAME = "integrated/nonlocal"
PARTS = ("reinstatement", "rest", "search", "ranking")
CUTS = [cut for k in range(len(PARTS) + 1) for cut in combinations(PARTS, k)]


def name_of(cut: tuple[str, ...]) -> str:
    """The test in which these parts are taken out."""
    return "_".join(["without", *cut])


SOURCES = tuple(f"{NAME}@{name_of(cut)}" for cut in CUTS)


def draw_parts(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Two rows of points over a table of the parts that each agent has."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, TWO_COLUMNS, jitter

    drawing, axes = plt.subplots(
        3, 1, figsize=(TWO_COLUMNS, 3.4), sharex=True, height_ratios=(1, 1, 0.6)
    )
    rows = []
    panels = ((after_news, "news from\nelsewhere"), (unconcerned, "other\ncontexts"))
    for ax, (measure, label) in zip(axes[:2], panels, strict=True):
        for x, cut in enumerate(CUTS):
            values = measure(recordings[f"{NAME}@{name_of(cut)}"])
            ax.plot(x + jitter(len(values), 0.2), values, "o", ms=2, color=COLORS["network"])
            ax.plot([x - 0.3, x + 0.3], [values.mean()] * 2, color="black")
            rows.append({"measure": label.replace("\n", " "), "without": " ".join(cut),
                         "mean": values.mean(), "sd": values.std(ddof=min(1, len(values) - 1))})  # fmt: skip
        ax.axhline(0.5, color="black", lw=0.4)
        ax.set(ylim=(0, 1), ylabel=f"p(better action),\n{label}")
    has = np.array([[part not in cut for cut in CUTS] for part in PARTS])
    for y, part in enumerate(PARTS):
        for x in range(len(CUTS)):
            filled = COLORS["network"] if has[y, x] else "none"
            axes[2].plot(x, -y, "o", ms=5, mfc=filled, mec=COLORS["network"], mew=0.6)
        axes[2].text(-0.8, -y, part, ha="right", va="center", fontsize=6)
    axes[2].set(ylim=(-len(PARTS) + 0.4, 0.6), xlim=(-0.6, len(CUTS) - 0.4))
    axes[2].axis("off")
    return drawing, pd.DataFrame(rows)
