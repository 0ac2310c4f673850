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


def draw(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Share of attempts solved, each point a seed."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, ONE_COLUMN, jitter
    from .subgoals import solved_percent

    drawing, ax = plt.subplots(figsize=(ONE_COLUMN * 0.8, 2.1))
    rows = []
    for x, of in enumerate(("across", "same")):
        for shift, (name, (color, label)) in zip((-0.27, 0, 0.27), STYLES.items(), strict=True):
            share = solved_percent(recordings[f"tan2023/subgoals_{name}"], of)
            ax.plot(x + shift + jitter(len(share), 0.09), share, "o", ms=3, color=COLORS[color],
                    label=None if x else label)  # fmt: skip
            rows += [(of, name, seed, value) for seed, value in enumerate(share)]
    ax.set(ylabel="attempts solved (%)", ylim=(0, 105), xlim=(-0.6, 1.6))
    ax.set_xticks((0, 1), ("across the wall", "on the same side"))
    ax.legend(loc="lower center", ncols=3)
    return drawing, pd.DataFrame(rows, columns=["attempts", "subgoals", "seed", "solved_percent"])


__all__ = ["draw"]
