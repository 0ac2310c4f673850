"""The figure of contexts made of symbols: pairs that return, and first visits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

NETWORK = "ritter2018/compositional"
CURVES = (
    (NETWORK, "asked with both symbols", "network"),
    (f"{NETWORK}_half", "asked with one", "other_network"),
    (f"{NETWORK}_plain", "no memory", "model_free"),
)


def draw_compositional(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Two panels; the table holds their curves."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.exposure import first_visit_by_familiarity, reward_by_exposure
    from ...analysis.statistics import half_interval
    from ...analysis.style import COLORS, ONE_COLUMN, letter

    drawing, axes = plt.subplots(1, 2, figsize=(1.3 * ONE_COLUMN, 1.9))
    panels = (
        ("exposure", "exposure of the pair", reward_by_exposure),
        ("familiar_symbols", "familiar symbols, first visit", first_visit_by_familiarity),
    )
    rows = []
    for ax, text, (dim, x_label, analysis) in zip(axes, "ab", panels, strict=True):
        for source, label, color in CURVES:
            reward = analysis(recordings[source]).transpose("seed", dim)
            at, mean, half = (
                reward[dim].values,
                reward.mean("seed").values,
                half_interval(reward.values),
            )
            ax.errorbar(at, mean, half, fmt="o-", ms=2, lw=0.8, color=COLORS[color], label=label)
            rows += [
                {"panel": text, "source": label, dim: int(x), "mean": m, "half": h}
                for x, m, h in zip(at, mean, half, strict=True)
            ]
        ax.set(xlabel=x_label, ylabel="reward of ten pulls", ylim=(0, 10))
        letter(ax, text)
    axes[1].set_xticks([0, 1, 2])
    axes[1].legend()
    return drawing, pd.DataFrame(rows)
