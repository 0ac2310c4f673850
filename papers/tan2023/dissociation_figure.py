"""Fast and slow apart: learning curves around the change, and the plane of cost and adaptation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .measures import CHANGE, operations, readaptation

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

AGENTS = {
    "fast": ("network", "network alone"),
    "slow": ("algorithm", "search alone"),
    "both": ("optimal", "both"),
    "append": ("blind", "search, nothing deleted"),
}


def draw_dissociation(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Draw steps above the shortest way by attempt, and operations against attempts to adapt."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    from ...analysis.adaptation import by_life
    from ...analysis.navigation import steps_above_shortest
    from ...analysis.style import COLORS, TWO_COLUMNS, letter, mean_line

    drawing, (left, right) = plt.subplots(1, 2, figsize=(TWO_COLUMNS, 2.3))
    tables = []
    for name, (color, label) in AGENTS.items():
        changed = recordings[f"tan2023/routes_{name}"]
        above = by_life(changed, steps_above_shortest(changed)).mean("life").values
        smooth = (above[:, 1:] + above[:, :-1]) / 2  # both routes
        mean_line(left, np.arange(smooth.shape[1]) + 1, smooth, COLORS[color], label)
        for world, filled in (("routes", True), ("routes_unchanged", False)):
            recording = recordings[f"tan2023/{world}_{name}"]
            cost, adapted = operations(recording), readaptation(recording)
            right.plot(
                cost, adapted, "o", color=COLORS[color], alpha=0.7, markersize=3.5,
                markerfacecolor=COLORS[color] if filled else "none",
            )  # fmt: skip
            tables.append(
                pd.DataFrame({"operations": cost, "attempts_to_readapt": adapted})
                .assign(agent=name, world=world)
            )  # fmt: skip
    left.axvline(CHANGE, color="black", linestyle="--", linewidth=0.6)
    left.set(xlabel="attempt", ylabel="steps above the shortest way", ylim=(0, 40))
    left.legend()
    right.set(
        xscale="log", xlabel="operations per decision", ylabel="attempts until ways are short"
    )
    for axes, text in ((left, "a"), (right, "b")):
        letter(axes, text)
    return drawing, pd.concat(tables, ignore_index=True)
