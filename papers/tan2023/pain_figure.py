"""Damage by attempt, and goals reached, with and without a pain pathway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

WINDOW = 10  # attempts
STYLES = {
    "felt": ("network", "-", "pain pathway"),
    "numb": ("blind", "-", "no pain"),
    "sham": ("model_free", "-", "pain at random"),
    "replay_only": ("other_network", "--", "gates replay only"),
    "memory_only": ("other_network", ":", "remembered only"),
}


def draw(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Hazards entered by attempt, and the share of attempts solved."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    from ...analysis.navigation import solved
    from ...analysis.style import COLORS, TWO_COLUMNS, jitter, letter
    from .pain import damage

    drawing, axes = plt.subplots(
        1, 2, figsize=(TWO_COLUMNS * 0.75, 2.1), gridspec_kw={"width_ratios": (1.4, 1)}
    )
    tables = []
    for x, (name, (color, line, label)) in enumerate(STYLES.items()):
        recording = recordings[f"tan2023/pain_{name}"]
        windows = np.lib.stride_tricks.sliding_window_view(damage(recording), WINDOW, axis=1)
        curve = windows.mean(axis=(0, 2))
        attempt = np.arange(len(curve)) + WINDOW
        axes[0].plot(attempt, curve, line, color=COLORS[color], label=label)
        share = 100 * solved(recording).mean("episode").values
        axes[1].plot(x + jitter(len(share)), share, "o", ms=3, color=COLORS[color])
        tables += [
            pd.DataFrame({"panel": "a", "agent": name, "x": attempt, "value": curve}),
            pd.DataFrame({"panel": "b", "agent": name, "x": np.arange(len(share)), "value": share}),
        ]
    top = 1.6 * axes[0].get_ylim()[1]  # room for the legend
    axes[0].set(xlabel="attempt", ylabel="hazards entered an attempt", ylim=(0, top))
    axes[0].legend(loc="upper center", ncols=2)
    axes[1].set(ylabel="attempts solved (%)", ylim=(0, 105))
    axes[1].set_xticks(range(len(STYLES)), [style[2] for style in STYLES.values()],
                       rotation=40, ha="right")  # fmt: skip
    for ax, text in zip(axes, "ab", strict=True):
        letter(ax, text)
    return drawing, pd.concat(tables, ignore_index=True)


__all__ = ["draw"]
