"""The lesion table of the arena as planned, and how deep search has to look to stand in for rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..declaration import Figure
from .maze_as_planned import DEPTHS, IGNORANT, NAME, NETWORK, SIGNATURES, here
from .maze_figure import COLOR_OF, draw_cells, judged
from .maze_measures import excess
from .maze_predictions import COLUMNS
from .maze_unseen import ACUTE

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

TABLE = SIGNATURES[: len(ACUTE)]
AT_DEPTH = {NETWORK.depth: NAME, **{depth: f"{NAME}_depth_{depth}" for depth in DEPTHS}}
AT_LAST = max(AT_DEPTH)
CURVES = {
    "news": {"rest": ("intact_news", "network"), "no rest": ("no_rest_news", "blind")},
    "closed": {
        "search": ("intact_closed", "network"), "no search": ("no_search_closed", "model_free"),
    },
}  # fmt: skip
SOURCES = tuple(
    dict.fromkeys(
        (
            *(source for signature in TABLE for source in signature.sources),
            *(
                f"{name}@{test}"
                for name in AT_DEPTH.values()
                for curves in CURVES.values()
                for test, _ in curves.values()
            ),
        )
    )
)


def draw_planned(recordings: Mapping[str, xr.Dataset]) -> tuple[Drawing, pd.DataFrame]:
    """The table above; below it ways to a goal that moved and around a closed gap, by depth of search."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, TWO_COLUMNS, letter

    drawing, axes = plt.subplot_mosaic(
        "aa;bc", figsize=(TWO_COLUMNS, 4.8), height_ratios=(2.4, 1), gridspec_kw={"hspace": 0.12}
    )
    table = judged(ACUTE, TABLE, recordings)
    shares = table.copy()
    shares.loc[[_no_range(event, recordings) for event in table["event"]], "mean"] = float("nan")
    draw_cells(axes["a"], shares, [COLORS[COLOR_OF[verdict]] for verdict in table["verdict"]])
    tables = [table.assign(panel="a")]
    for panel, (event, curves) in zip("bc", CURVES.items(), strict=True):
        tables.append(_draw_depth(axes[panel], recordings, curves).assign(panel=panel))
        at = float(excess((0,))(recordings[f"{IGNORANT}@{event}"]).mean())
        axes[panel].axhline(at, color="black", lw=0.8, ls=":")
        axes[panel].text(AT_LAST, at, "tries corners", ha="right", va="bottom", fontsize=5)
        axes[panel].set_ylim(0, 1.1 * axes[panel].get_ylim()[1])
    axes["b"].set_ylabel("steps beyond the\nshortest way, moved goal")
    axes["c"].set_ylabel("closed gap")
    for name, ax in axes.items():
        letter(ax, name)
    return drawing, pd.concat(tables, ignore_index=True)


def _no_range(column: str, recordings: Mapping[str, xr.Dataset]) -> bool:
    """Whether the intact agent takes longer than one that tries corners, so that shares mean nothing."""
    intact, ignorant, _ = (recordings[source] for source in here("no_rest", column))
    of = excess(COLUMNS[column][1])
    return bool(of(ignorant).mean() <= of(intact).mean())


def _draw_depth(
    ax: Axes, recordings: Mapping[str, xr.Dataset], curves: Mapping[str, tuple[str, str]]
) -> pd.DataFrame:
    import pandas as pd

    from ...analysis.statistics import half_interval
    from ...analysis.style import COLORS, jitter

    rows = []
    for label, (test, color) in curves.items():
        means, halves = [], []
        for depth, name in AT_DEPTH.items():
            steps = excess((0,))(recordings[f"{name}@{test}"])
            around = depth + jitter(len(steps), 0.1)
            ax.plot(around, steps, ".", ms=2, alpha=0.5, color=COLORS[color])
            means.append(float(steps.mean()))
            halves.append(float(half_interval(steps)))
            rows.append(
                {"curve": label, "depth": depth, "mean": means[-1], "half_interval": halves[-1]}
            )
        ax.errorbar(list(AT_DEPTH), means, yerr=halves, color=COLORS[color], label=label, lw=1.2)
    ax.set(xlabel="moves that search looks ahead", xticks=list(AT_DEPTH))
    ax.legend(loc="center right")
    return pd.DataFrame(rows)


FIGURES = (
    Figure(
        name="integrated/planned",
        caption=(
            "What is lost with each part in an arena of 9 x 9 cells, eight networks. (a) In each cell the "
            "prediction (+ impaired, (+) partly, 0 spared) and the measured cost, as a share of the range "
            "from the intact agent to one that tries corners in random order; mean over seeds with its 95 % "
            "interval. Squares: green shown, orange absent. At a closed gap there is no range: search looks "
            "four moves ahead, the other gap is six away, and the intact agent takes longer than that one. "
            "(b) The first way to a goal that moved while another context was visited and (c) the first "
            "way where a gap is closed, by how far search looks; dotted: tries corners. Means with 95 % intervals; "
            "dots: networks."
        ),
        needs=SOURCES,
        draw=draw_planned,
    ),
)
