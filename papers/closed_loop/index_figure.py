"""Figure of the episodic index: reward by exposure, with assemblies and without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

PULLS, P_GOOD = 10, 0.9  # of the task
WAYS = {  # by source: label, color
    "closed_loop/episodic_index": ("assemblies in CA3", "network"),
    "closed_loop/episodic_index@untrained": ("not learned", "blind"),
}


def draw_index(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Reward of a visit against how often its context has been met; dotted, the good arm alone."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.exposure import reward_by_exposure
    from ...analysis.statistics import t_interval
    from ...analysis.style import COLORS, ONE_COLUMN

    drawing, ax = plt.subplots(figsize=(0.7 * ONE_COLUMN, 1.9))
    last = int(recordings["closed_loop/episodic_index"].exposure.max())
    tables = []
    for source, (label, color) in WAYS.items():
        reward = reward_by_exposure(recordings[source]).sel(exposure=slice(None, last))
        mean = reward.mean("seed")
        ax.plot(mean.exposure, mean, color=COLORS[color], label=label)
        if reward.sizes["seed"] > 1:
            each = [t_interval(reward.sel(exposure=e).values) for e in reward.exposure]
            ax.fill_between(
                mean.exposure, [float(i.low) for i in each], [float(i.high) for i in each],
                color=COLORS[color], alpha=0.15, lw=0,
            )  # fmt: skip
        tables.append(reward.to_dataframe().reset_index().assign(source=source))
    ax.axhline(PULLS * P_GOOD, color="0.6", lw=0.6, ls=":")
    ax.set(xlabel="visit of a context", ylabel="reward of ten pulls", ylim=(0, 10))
    ax.set_xticks(range(1, last + 1))
    ax.legend(loc="lower right")
    return drawing, pd.concat(tables, ignore_index=True)
