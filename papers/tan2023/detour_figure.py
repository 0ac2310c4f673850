"""A way home that is blocked: the world, ways by attempt, and the plane of cost and adaptation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...tasks.navigation import GridWorld
from .detour_measures import AFTER, CHANGE, TOUR, home_operations, readaptation
from .dissociation_figure import AGENTS

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PUBLISHED_NETWORK = 17_408  # multiply-adds of two layers of 128 units
SPREAD = 0.05  # decades over which points of seeds are spread to either side


def draw_detour(
    task: GridWorld, recordings: Mapping[str, xr.Dataset]
) -> tuple[Figure, pd.DataFrame]:
    """Draw map, steps above the shortest way by attempt, and operations against attempts to adapt."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.adaptation import by_life
    from ...analysis.navigation import steps_above_shortest
    from ...analysis.style import COLORS, TWO_COLUMNS, jitter, letter, mean_line

    drawing, (left, middle, right) = plt.subplots(
        1, 3, figsize=(TWO_COLUMNS, 2.2), width_ratios=(0.75, 1.2, 1)
    )
    _map(left, task)
    tables = []
    for name, (color, label) in AGENTS.items():
        for world, filled in (("detour", True), ("detour_unchanged", False)):
            recording = recordings[f"tan2023/{world}_{name}"]
            above = by_life(recording, steps_above_shortest(recording)).mean("life").values
            x = np.arange(above.shape[1]) - CHANGE + 1
            if filled:
                mean_line(middle, x, above, COLORS[color], label)
            else:
                middle.plot(x[CHANGE:], above.mean(axis=0)[CHANGE:], ":", color=COLORS[color])
            cost, adapted = home_operations(recording), readaptation(recording)
            right.plot(
                cost * 10 ** jitter(len(cost), SPREAD), adapted, "o", color=COLORS[color],
                alpha=0.7, markersize=3.5, markerfacecolor=COLORS[color] if filled else "none",
            )  # fmt: skip
            tables.append(
                pd.DataFrame({"operations": cost, "attempts_to_readapt": adapted})
                .assign(agent=name, world=world)
            )  # fmt: skip
    middle.axvline(0.5, color="black", linestyle="--", linewidth=0.6)
    middle.set(
        xlabel="attempt since the gap closed", ylabel="steps above the shortest way",
        xlim=(TOUR - CHANGE, AFTER), ylim=(0, task.steps_per_attempt),
    )  # fmt: skip
    middle.legend(loc="center left")
    right.axvline(PUBLISHED_NETWORK, color=COLORS["network"], linestyle=":", linewidth=0.8)
    right.text(
        0.93 * PUBLISHED_NETWORK, 20, "network as published", rotation=90, ha="right", va="center",
        fontsize=5.5,
    )  # fmt: skip
    right.set(
        xscale="log", xlim=(100, 30_000), ylim=(0, None),
        xlabel="operations per decision", ylabel="attempts until ways are short",
    )  # fmt: skip
    for axes, text in zip((left, middle, right), "abc", strict=True):
        letter(axes, text)
    return drawing, pd.concat(tables, ignore_index=True)


def _map(axes: Axes, task: GridWorld) -> None:
    """Walls, where ways home start, home, and the gap that closes."""
    before, after = (grid.wall for grid in task.layouts)
    starts, (home, *_) = zip(*task.routes[TOUR:], strict=True)
    begins = np.zeros(before.shape, bool)
    begins[tuple(np.array(starts).T)] = True
    axes.imshow(np.where(before, 1, np.where(begins, 0.25, 0)), cmap="Greys", vmin=0, vmax=1)
    row, column = np.argwhere(after & ~before)[0]
    axes.plot(column, row, "x", color="#D55E00", markersize=4, markeredgewidth=1.2)
    axes.text(home[1], home[0], "H", ha="center", va="center", fontweight="bold")
    axes.set(xticks=[], yticks=[])
    axes.spines[["top", "right"]].set_visible(True)


__all__ = ["draw_detour"]
