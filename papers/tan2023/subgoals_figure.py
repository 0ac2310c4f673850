"""Attempts solved across the wall and on one side of it, by kind of sub-goal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

STYLES = {
    "bottleneck": ("network", "bottlenecks"),
    "none": ("blind", "no sub-goals"),
    "random": ("model_free", "random"),
}


PANELS = {"": "as published", "_deciding": "the network decides"}


def draw(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Share of attempts solved, each point a seed."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, TWO_COLUMNS, jitter, letter
    from .subgoals import solved_percent

    drawing, axes = plt.subplots(1, 2, figsize=(TWO_COLUMNS * 0.75, 2.1), sharey=True)
    rows = []
    for ax, panel, (family, title) in zip(axes, "ab", PANELS.items(), strict=True):
        for x, of in enumerate(("across", "same")):
            for shift, (kind, (color, label)) in zip((-0.27, 0, 0.27), STYLES.items(), strict=True):
                share = solved_percent(recordings[f"tan2023/subgoals_{kind}{family}"], of)
                ax.plot(x + shift + jitter(len(share), 0.09), share, "o", ms=3,
                        color=COLORS[color], label=None if x else label)  # fmt: skip
                rows += [(panel, of, kind, seed, value) for seed, value in enumerate(share)]
        ax.set(title=title, ylim=(0, 105), xlim=(-0.6, 1.6))
        ax.set_xticks((0, 1), ("across the wall", "on the same side"))
        letter(ax, panel)
    axes[0].set_ylabel("attempts solved (%)")
    axes[1].legend(loc="lower right")
    return drawing, pd.DataFrame(rows, columns=["panel", "attempts", "subgoals", "seed", "value"])


__all__ = ["draw"]
