"""The lesion table of the arena as planned, and how deep search has to look to stand in for rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..declaration import Figure
from .maze_as_planned import DEPTHS, NAME, NETWORK, SIGNATURES
from .maze_figure import COLOR_OF, draw_cells, judged
from .maze_measures import excess
from .maze_unseen import ACUTE

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

TABLE = SIGNATURES[: len(ACUTE)]
AT_DEPTH = {NETWORK.depth: NAME, **{depth: f"{NAME}_depth_{depth}" for depth in DEPTHS}}
TESTS = {"rest": "intact_news", "no rest": "no_rest_news"}
SOURCES = tuple(
    dict.fromkeys(
        (
            *(source for signature in TABLE for source in signature.sources),
            *(f"{name}@{test}" for name in AT_DEPTH.values() for test in TESTS.values()),
        )
    )
)


def draw_planned(recordings: Mapping[str, xr.Dataset]) -> tuple[Drawing, pd.DataFrame]:
    """The table above, and below it the way to a goal that moved, by depth of search."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, TWO_COLUMNS, letter

    drawing, (above, below) = plt.subplots(
        2, 1, figsize=(TWO_COLUMNS, 4.8), height_ratios=(2.4, 1), gridspec_kw={"hspace": 0.12}
    )
    table = judged(ACUTE, TABLE, recordings)
    draw_cells(above, table, [COLORS[COLOR_OF[verdict]] for verdict in table["verdict"]])
    depth = _draw_depth(below, recordings)
    for ax, text in ((above, "a"), (below, "b")):
        letter(ax, text)
    return drawing, pd.concat([table.assign(panel="a"), depth.assign(panel="b")], ignore_index=True)


def _draw_depth(ax: Axes, recordings: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    import pandas as pd

    from ...analysis.statistics import half_interval
    from ...analysis.style import COLORS, jitter

    rows = []
    for (label, test), color in zip(TESTS.items(), ("network", "blind"), strict=True):
        values = [excess((0,))(recordings[f"{name}@{test}"]) for name in AT_DEPTH.values()]
        for depth, steps in zip(AT_DEPTH, values, strict=True):
            half = float(half_interval(steps))
            ax.plot(
                depth + jitter(len(steps), 0.1), steps, ".", ms=2, alpha=0.5, color=COLORS[color]
            )
            rows.append(
                {"curve": label, "depth": depth, "mean": steps.mean(), "half_interval": half}
            )
        means, halves = (
            [row[name] for row in rows if row["curve"] == label]
            for name in ("mean", "half_interval")
        )
        ax.errorbar(list(AT_DEPTH), means, yerr=halves, color=COLORS[color], label=label, lw=1.2)
    ax.set(
        xlabel="moves that search looks ahead", ylabel="steps beyond the\nshortest way, moved goal"
    )
    ax.set(xticks=list(AT_DEPTH), ylim=(0, None))
    ax.legend(loc="upper right")
    return pd.DataFrame(rows)


FIGURES = (
    Figure(
        name="integrated/planned",
        caption=(
            "What is lost with each part in an arena of 9 x 9 cells, eight networks. (a) In each cell the "
            "prediction (+ impaired, (+) partly, 0 spared) and the measured cost, as a share of the range "
            "from the intact agent to one that tries corners in random order; mean over seeds with its 95 % "
            "interval. Squares: green shown, orange absent, gray unclear, pink undiagnostic. "
            "(b) The first way to a goal that moved while another context was "
            "visited, by how far search looks. Means with 95 % intervals; dots: networks."
        ),
        needs=SOURCES,
        draw=draw_planned,
    ),
)
