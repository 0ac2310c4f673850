"""Which moves are replayed before and after news."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...tasks.navigation import shock_track, sleep_arena

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure


def draw_news(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Backups of moves to each cell of the track, and of the top of the T, by rest."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.sequences import replay_periods
    from ...analysis.style import COLORS, ONE_COLUMN, letter

    drawing, axes = plt.subplots(1, 2, figsize=(ONE_COLUMN, 1.8))
    tables = []
    panels = (
        ("mattar2018/shock", shock_track(), 10, "shock at cell 10"),
        ("mattar2018/sleep", sleep_arena(), 5, "food cued at cell 5"),
    )
    for ax, (source, world, n_cells, title), text in zip(axes, panels, "ab", strict=True):
        periods = replay_periods(recordings[source])
        moves = world.layouts[0].graph.next_state
        target = np.where(
            periods.state >= 0, moves[periods.state.values, periods.action.values], -1
        )
        for when, label, color in ((1, "before", "blind"), (2, "after", "network")):
            for seed in np.unique(periods.seed.values):
                chosen = (periods.planning.values == when) & (periods.seed.values == seed)
                rate = (
                    np.array([(target[chosen] == c).sum() for c in range(n_cells)]) / chosen.sum()
                )
                first = seed == periods.seed.values.min()
                ax.plot(
                    np.arange(1, n_cells + 1), rate, ".-", ms=2, lw=0.6, color=COLORS[color],
                    label=label if first else None,
                )  # fmt: skip
                tables.append(
                    pd.DataFrame({"cell": np.arange(1, n_cells + 1), "backups": rate})
                    .assign(source=source, when=label, seed=seed)
                )  # fmt: skip
        ax.set(xlabel="cell moved to", ylabel="backups per rest", title=title)
        letter(ax, text)
    axes[0].legend()
    return drawing, pd.concat(tables, ignore_index=True)
