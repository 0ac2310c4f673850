"""How fast actions, places and values are learned, and learned anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STYLES = {
    "action": ("network", "-", "next action"),
    "state": ("model_free", "-", "next place"),
    "value": ("optimal", "-", "value"),
    "action_shuffled": ("blind", "-", "answers shuffled"),
}


def draw(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Accuracy under one rule and then the other: as published, and with equal budgets."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter
    from . import supervised

    drawing, axes = plt.subplots(1, 3, figsize=(TWO_COLUMNS, 2.1), sharey=True)
    tables = []
    for target in ("action", "state"):
        recording = recordings[f"tan2023/supervised_{target}_published"]
        share = (
            supervised.right_places(recording)
            if target == "state"
            else supervised.right_actions(recording, held_out=False)
        )
        tables.append(_curve(axes[0], share, target, 2 / share.shape[1], "a"))
    for target in STYLES:
        recording = recordings[f"tan2023/supervised_{target}"]
        thousands = supervised.EQUAL_TASK.n_told / 1000
        for ax, share, panel in (
            (axes[1], supervised.right_actions(recording), "b"),
            (axes[2], supervised.closer_actions(recording), "c"),
        ):
            if not (target == "value" and panel == "b"):
                tables.append(_curve(ax, share, target, thousands, panel))
    switch = supervised.EQUAL_TASK.n_blocks * supervised.EQUAL_TASK.n_told / 1000
    for ax, at in zip(axes, (1, switch, switch), strict=True):
        ax.axvline(at, color="k", lw=0.6, ls=":")
    axes[0].set(xlabel="epochs / epochs of a rule", ylabel="accuracy", ylim=(0, 1.02),
                title="published, pairs told")  # fmt: skip
    axes[1].set(xlabel="pairs told (thousands)", title="equal budgets, held out")
    axes[2].set(xlabel="pairs told (thousands)", title="on a shortest way")
    for ax, text in zip(axes, "abc", strict=True):
        letter(ax, text)
    axes[0].legend(*axes[2].get_legend_handles_labels(), loc="lower right")
    return drawing, pd.concat(tables, ignore_index=True)


def _curve(ax: Axes, share: np.ndarray, target: str, unit: float, panel: str) -> pd.DataFrame:
    """Draw the mean over seeds of (seed, block), with its interval."""
    import numpy as np
    import pandas as pd
    from scipy import stats

    from ...analysis.style import COLORS

    color, line, label = STYLES[target]
    x, mean, half = np.arange(1, share.shape[1] + 1) * unit, share.mean(axis=0), 0.0
    if len(share) > 1:
        t = stats.t.ppf(0.975, len(share) - 1)
        half = t * share.std(axis=0, ddof=1) / np.sqrt(len(share))
    ax.plot(x, mean, line, color=COLORS[color], label=label)
    ax.fill_between(x, mean - half, mean + half, color=COLORS[color], alpha=0.2, linewidth=0)
    return pd.DataFrame(
        {"panel": panel, "target": target, "x": x, "mean": mean, "low": mean - half,
         "high": mean + half}
    )  # fmt: skip


__all__ = ["draw"]
