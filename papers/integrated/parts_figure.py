"""The figure of parts taken out of one agent, in every combination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from .measures import after_news, unconcerned

if TYPE_CHECKING:
    import numpy as np
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
    """Choices after news from elsewhere and in other contexts, by the parts that the agent has."""
    measures = {"news from elsewhere": after_news, "other contexts": unconcerned}
    panels = {
        label: [measure(recordings[f"{NAME}@{name_of(cut)}"]) for cut in CUTS]
        for label, measure in measures.items()
    }
    drawing, table = draw_combinations(panels, PARTS, CUTS)
    for ax, label in zip(drawing.axes, ("news from\nelsewhere", "other\ncontexts"), strict=False):
        ax.axhline(0.5, color="black", lw=0.4)
        ax.set(ylim=(0, 1), ylabel=f"p(better action),\n{label}")
    return drawing, table


def draw_combinations(
    panels: Mapping[str, Sequence[np.ndarray]],
    parts: Sequence[str],
    cuts: Sequence[tuple[str, ...]],
) -> tuple[Figure, pd.DataFrame]:
    """Rows of points over a table of the parts that each agent has.

    Parameters
    ----------
    panels : mapping
        By name, for each of `cuts` one number for each seed.
    parts : sequence of str
    cuts : sequence of tuples of str
        Parts taken out.
    """
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, TWO_COLUMNS, jitter

    drawing, axes = plt.subplots(
        len(panels) + 1, 1, figsize=(TWO_COLUMNS, 3.4), sharex=True,
        height_ratios=(*[1] * len(panels), 0.6),
    )  # fmt: skip
    rows = []
    for ax, (label, of_cut) in zip(axes, panels.items(), strict=False):
        for x, (cut, values) in enumerate(zip(cuts, of_cut, strict=True)):
            ax.plot(x + jitter(len(values), 0.2), values, "o", ms=2, color=COLORS["network"])
            ax.plot([x - 0.3, x + 0.3], [values.mean()] * 2, color="black")
            rows.append({"measure": label, "without": " ".join(cut),
                         "mean": values.mean(), "sd": values.std(ddof=min(1, len(values) - 1))})  # fmt: skip
    for y, part in enumerate(parts):
        for x, cut in enumerate(cuts):
            filled = "none" if part in cut else COLORS["network"]
            axes[-1].plot(x, -y, "o", ms=5, mfc=filled, mec=COLORS["network"], mew=0.6)
        axes[-1].text(-0.8, -y, part, ha="right", va="center", fontsize=6)
    axes[-1].set(ylim=(-len(parts) + 0.4, 0.6), xlim=(-0.6, len(cuts) - 0.4))
    axes[-1].axis("off")
    return drawing, pd.DataFrame(rows)
