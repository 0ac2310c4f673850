"""The figure of a memory handed over: reward, criterion, and the geometry of states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OWN = "ritter2018/handover"
STORES = (
    (OWN, "donor's", "network"),
    (f"{OWN}@empty", "empty", "model_free"),
    (f"{OWN}@shuffled_keys", "shuffled", "cue"),
    (f"{OWN}@other_network", "other network's", "blind"),
)


def draw_handover(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Four panels; the table holds all but the dissimilarities."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.inheritance import inherited_geometry, visits_to_criterion
    from ...analysis.style import TWO_COLUMNS, letter
    from .handover import CRITERION

    drawing, axes = plt.subplots(
        1, 5, figsize=(TWO_COLUMNS, 1.9), width_ratios=(1.3, 0.9, 0.9, 0.8, 0.8)
    )
    tables = [_by_visit(axes[0], recordings)]
    for ax, name, measure in (
        (axes[1], "visits to criterion", lambda r: visits_to_criterion(r, CRITERION)),
        (axes[2], "shared geometry", inherited_geometry),
    ):
        tables.append(
            _bars(ax, name, {source: measure(recordings[source]) for source, *_ in STORES})
        )
    for ax, source, title in ((axes[3], OWN, "stored"), (axes[4], OWN, "put back")):
        _dissimilarities(ax, recordings[source], title)
    for ax, text in zip(axes, "abcd", strict=False):
        letter(ax, text)
    return drawing, pd.concat(tables, ignore_index=True)


def _by_visit(ax: Axes, recordings: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """Reward by visit of the heir, up to the fifth."""
    import pandas as pd

    from ...analysis.inheritance import heir_rewards
    from ...analysis.statistics import half_interval
    from ...analysis.style import COLORS

    tables = []
    for source, label, color in STORES:
        rewards = heir_rewards(recordings[source])
        seeds = rewards[rewards.visit <= 5].groupby(["seed", "visit"]).reward.mean().unstack()
        mean, half = seeds.to_numpy().mean(axis=0), half_interval(seeds.to_numpy())
        ax.errorbar(seeds.columns, mean, half, fmt="o-", ms=2, lw=0.8, color=COLORS[color],
                    label=label)  # fmt: skip
        tables.append(
            pd.DataFrame({"panel": "a", "memory": label, "visit": seeds.columns, "mean": mean,
                          "low": mean - half, "high": mean + half})
        )  # fmt: skip
    ax.set(xlabel="visit of the heir", ylabel="reward of ten pulls", ylim=(0, 10))
    ax.legend(title="memory", fontsize=4.5, title_fontsize=5, handlelength=1.5, loc=(0.5, 0.0))
    return pd.concat(tables)


def _bars(ax: Axes, name: str, values: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """One bar a store, one dot a seed."""
    import pandas as pd

    from ...analysis.statistics import half_interval
    from ...analysis.style import COLORS

    rows = []
    for x, (source, label, color) in enumerate(STORES):
        seeds = values[source]
        half = float(half_interval(seeds[:, None])[0])
        ax.bar(x, seeds.mean(), yerr=half, width=0.7, color=COLORS[color], error_kw={"lw": 0.8})
        ax.plot([x] * len(seeds), seeds, "o", ms=1.5, color="black", alpha=0.6)
        rows.append({"panel": name, "memory": label, "mean": seeds.mean(),
                     "low": seeds.mean() - half, "high": seeds.mean() + half})  # fmt: skip
    ax.set(ylabel=name, xticks=range(len(STORES)))
    ax.set_xticklabels([label for _, label, _ in STORES], rotation=40, ha="right", fontsize=5)
    return pd.DataFrame(rows)


def _dissimilarities(ax: Axes, recording: xr.Dataset, title: str) -> None:
    """Of the first seed's first life: last states of the donor, or first ones of the heir."""
    import numpy as np

    from ...analysis.representation import dissimilarity

    one = recording.isel(seed=0)
    one = one.isel(episode=(one.life == 0).values).transpose("episode", "step", ...)
    first = one.isel(step=0)
    inherited = first["inherited"].values.astype(bool)
    states = []
    for arm in np.unique(first["best_action"]):
        visits = np.flatnonzero(first["best_action"].values == arm)
        if title == "stored":
            states.append(one["cell"].values[visits[~inherited[visits]][-1], -1])
        else:
            states.append(one["cell"].values[visits[inherited[visits]][0], 0])
    image = ax.imshow(dissimilarity(np.array(states)), vmin=0, vmax=1.5, cmap="viridis")
    ax.set(title=title, xticks=[], yticks=[], xlabel="contexts")
    ax.figure.colorbar(image, ax=ax, shrink=0.6, ticks=[0, 1.5])
