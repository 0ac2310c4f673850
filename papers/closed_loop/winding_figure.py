"""Figure of the winding corridor: moves by attempt, and by how far training has come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .measures import moves

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHORTEST = 16  # moves
ARMS = {  # by source: label, color, line
    "goal_cued": ("replayed", "network", "-"),
    "shuffled": ("shuffled", "network", ":"),
    "random": ("random", "algorithm", "-"),
    "none": ("none", "blind", "-"),
    "start_cued": ("cue at the start", "cue", "-"),
    "no_plasticity": ("no plasticity", "model_free", ":"),
}
SHARES = {"quarter": 0.25, "half": 0.5, "three_quarters": 0.75, "": 1.0}


def draw_winding(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Moves of both agents, each arm a curve."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter

    drawing, (left, right) = plt.subplots(1, 2, figsize=(TWO_COLUMNS, 2.3))
    tables = []
    for arm in ARMS:
        if f"closed_loop/fast_slow_{arm}" not in recordings:
            continue
        life = moves(recordings[f"closed_loop/fast_slow_{arm}"]).values
        attempt = np.arange(1, life.shape[1] + 1)
        tables.append(_curve(left, arm, attempt, life).assign(agent="fast_slow"))
        if f"closed_loop/prefrontal_{arm}" in recordings:
            by_share = [
                moves(recordings[f"closed_loop/prefrontal_{arm}@{test}".rstrip("@")]).mean(
                    "episode"
                )
                for test in SHARES
            ]
            x, trained = 100 * np.array(list(SHARES.values())), np.stack(by_share, axis=1)
            tables.append(_curve(right, arm, x, trained).assign(agent="prefrontal"))
    left.set(xlabel="attempt", ylabel="moves", yscale="log", xticks=attempt, ylim=(10, None))
    right.set(xlabel="training (%)", ylabel="moves", xticks=x, ylim=(0, 105))
    right.legend(
        *left.get_legend_handles_labels(), handlelength=1.6, loc="lower left", frameon=True,
        edgecolor="none", framealpha=1,
    )  # fmt: skip
    for ax, text in ((left, "a"), (right, "b")):
        ax.axhline(SHORTEST, color="0.8", lw=0.6, zorder=0)
        letter(ax, text)
    return drawing, pd.concat(tables, ignore_index=True)


def draw_matched(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """The same of arms whose rests are used up, and of no replay."""
    return draw_winding({s.replace("matched_", ""): r for s, r in recordings.items()})


def _curve(ax: Axes, arm: str, x: np.ndarray, table: np.ndarray) -> pd.DataFrame:
    """Mean over seeds (rows) and 95 % interval, in the color of its arm."""
    import pandas as pd

    from ...analysis.statistics import t_interval
    from ...analysis.style import COLORS

    label, color, style = ARMS[arm]
    mean = table.mean(axis=0)
    ax.plot(x, mean, style, color=COLORS[color], label=label)
    low = high = mean
    if len(table) > 1:
        each = [t_interval(column) for column in table.T]
        low, high = np.array([(float(i.low), float(i.high)) for i in each]).T
        ax.fill_between(x, np.maximum(low, 1), high, color=COLORS[color], alpha=0.15, lw=0)
    return pd.DataFrame({"arm": arm, "x": x, "mean": mean, "low": low, "high": high})


__all__ = ["draw_matched", "draw_winding"]
