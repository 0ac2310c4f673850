"""The figure of what decides the order of replay: the news met last, and with a visit in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .measures import after_news

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "integrated/order_of_replay"
BETWEEN = "_between"  # tests with a visit between news and rest end with this
BUDGETS = (2, 4)
ARMS = {  # what is taken out of the order of replay
    "errors": (),
    "recency": ("error_size",),
    "largest": ("fading",),
    "latest": ("older_errors",),
    "gain": ("dopamine",),
    "random": ("ranking",),
    "shuffled": ("surprise",),
    "last": ("ranking_direction",),
}
LABELS = {
    "errors": ("errors,\nfading", "network"),
    "recency": ("recency", "algorithm"),
    "largest": ("largest\nerror", "other_network"),
    "latest": ("latest\nerror", "other_network"),
    "gain": ("gain ×\nneed", "optimal"),
    "random": ("random", "blind"),
    "shuffled": ("shuffled", "blind"),
    "last": ("errors,\nsmall first", "model_free"),
}
SOURCES = (
    NAME,
    f"{NAME}@rest_0{BETWEEN}",
    *(f"{NAME}@{arm}_{b}{when}" for when in ("", BETWEEN) for arm in ARMS for b in BUDGETS),
)


def draw_order_of_replay(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Two panels, one for each schedule; the table holds every plotted mean."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter

    drawing, axes = plt.subplots(1, 2, figsize=(TWO_COLUMNS, 2.3), sharey=True)
    tables = []
    for ax, text, title, when, none in (
        (axes[0], "a", "news last", "", NAME),
        (axes[1], "b", "another visit after the news", BETWEEN, f"{NAME}@rest_0{BETWEEN}"),
    ):
        rows = _by_arm(ax, recordings, when)
        no_rest = float(after_news(recordings[none]).mean())
        ax.axhline(no_rest, color="black", lw=0.6, ls="--")
        rows.append({"arm": "no rest", "n_backups": 0, "mean": no_rest})
        ax.set(title=title)
        letter(ax, text)
        tables.append(pd.DataFrame(rows).assign(panel=text))
    axes[0].set_ylabel("p(better action), first choice")
    axes[0].legend(loc="lower left", bbox_to_anchor=(0, 0.1))
    return drawing, pd.concat(tables, ignore_index=True)


def _by_arm(ax: Axes, recordings: Mapping[str, xr.Dataset], when: str) -> list[dict]:
    from ...analysis.statistics import half_interval
    from ...analysis.style import COLORS, jitter

    rows = []
    for x, (arm, (_, color)) in enumerate(LABELS.items()):
        for offset, b in zip((-0.2, 0.2), BUDGETS, strict=True):
            values = after_news(recordings[f"{NAME}@{arm}_{b}{when}"])
            mean, half = float(values.mean()), float(half_interval(values))
            at = x + offset
            ax.plot(
                at + jitter(len(values), 0.12), values, ".", ms=2, alpha=0.4, color=COLORS[color]
            )
            ax.errorbar(
                at, mean, half, fmt="s", ms=3.5, lw=0.8, color="black",
                mfc="white" if b == BUDGETS[0] else "black", label=None if x else f"{b} backups",
            )  # fmt: skip
            rows.append({"arm": arm, "n_backups": b, "mean": mean, "half_interval": half})
    ax.set(
        ylim=(-0.05, 1.05), yticks=(0, 0.25, 0.5, 0.75, 1), xticks=range(len(LABELS)),
        xticklabels=[label for label, _ in LABELS.values()], xlabel="what comes first",
    )  # fmt: skip
    ax.tick_params(axis="x", labelsize=5)
    return rows
