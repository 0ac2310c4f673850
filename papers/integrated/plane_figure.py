"""The figure of the fast-slow plane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .plane_learners import ACTIVATIONS, BANDIT, BELIEF, MAZE, MEMORY, TABLE, WEIGHTS, Learner
from .plane_measures import (
    BANDIT_CHANGE,
    MAZE_CHANGE,
    N_BANDIT,
    N_MAZE,
    bandit_asymptote,
    bandit_experience,
    maze_asymptote,
    maze_experience,
)

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOR_OF = {
    WEIGHTS: "network", ACTIVATIONS: "other_network", MEMORY: "algorithm", TABLE: "model_free",
    BELIEF: "optimal",
}  # fmt: skip
HIDDEN = ("wiped",)  # a control; in the table only
# Where labels go that would cover one another: points right and up, and how they are aligned.
PLACES = {
    "q": (7, -9, "left"), "successor": (7, 2, "left"), "dyna_q": (7, 2, "left"),
    "episodic": (-6, 5, "right"), "append": (3, 6, "left"), "network": (7, -2, "left"),
    "small_network": (6, -9, "left"), "both": (-7, 4, "right"), "exact_both": (-7, -5, "right"),
    "improved": (7, -2, "left"), "dqn": (6, -16, "left"), "her": (6, -9, "left"),
    "exact_search": (-7, 0, "right"), "search": (7, -2, "left"), "inner": (-6, 5, "right"),
    "observer": (5, -10, "left"),
}  # fmt: skip
AREA = 70.0  # points^2 at an asymptote of 1
P = "integrated/plane_"


def table_of(recordings: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """One row for each learner and seed: operations, experience, asymptote."""
    import pandas as pd

    rows = []
    worlds = (
        ("maze", MAZE, maze_experience, maze_asymptote),
        ("bandit", BANDIT, bandit_experience, bandit_asymptote),
    )
    for world, learners, experience, asymptote in worlds:
        for name, learner in learners.items():
            recording = recordings[P + name]
            found = experience(recording)
            rows.append(
                pd.DataFrame({
                    "world": world, "learner": name, "seed": recording["seed"].values,
                    "where": " and ".join(learner.where),
                    "operations": learner.operations(recording),
                    "learning_operations": learner.learning(recording),
                    "experience": found.needed, "censored": found.censored,
                    "asymptote": asymptote(recording),
                })
            )  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def draw_plane(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Draw both worlds, and return what is drawn with the operations of learning beside."""
    import matplotlib.pyplot as plt

    from ...analysis.style import TWO_COLUMNS, letter

    table = table_of(recordings)
    drawing, (left, right) = plt.subplots(1, 2, figsize=(TWO_COLUMNS, 3.3))
    _panel(left, table[table["world"] == "maze"], MAZE, N_MAZE - MAZE_CHANGE)
    _panel(right, table[table["world"] == "bandit"], BANDIT, N_BANDIT - BANDIT_CHANGE)
    left.set(ylabel="attempts needed after the walls changed")
    right.set(ylabel="trials needed after the arms reversed")
    for axes, text, widest in ((left, "a", (2, 2e5)), (right, "b", (1, 4e4))):
        axes.set(xlabel="operations of one decision", xlim=widest)
        letter(axes, text)
    _legend(drawing)
    return drawing, table


def _panel(axes: Axes, table: pd.DataFrame, learners: Mapping[str, Learner], longest: int) -> None:
    from ...analysis.statistics import t_interval
    from ...analysis.style import COLORS, jitter

    axes.axhline(longest, color="black", linestyle="--", linewidth=0.5)
    axes.text(1, 1.06 * longest, "never back", fontsize=5.5, ha="right",
              transform=axes.get_yaxis_transform())  # fmt: skip
    axes.set(xscale="log", yscale="log", ylim=(3, 1.6 * longest))
    for name, learner in learners.items():
        if name in HIDDEN:
            continue
        rows = table[table["learner"] == name]
        x, size = rows["operations"].mean(), rows["asymptote"].mean()
        logs = np.log(rows["experience"])  # of a ratio scale, as the axis is
        y = np.exp(logs.mean())
        colors = [COLORS[COLOR_OF[where]] for where in learner.where]
        if len(rows) > 2:  # two say next to nothing of their spread
            found = t_interval(logs)
            reach = [np.exp(found.low), min(np.exp(found.high), longest)]
            axes.plot([x, x], reach, color=colors[0], linewidth=0.8)
        spread = jitter(len(rows), 0.1) if rows["operations"].nunique() == 1 else 0
        axes.plot(
            rows["operations"] * np.exp(spread), rows["experience"], "o", color=colors[0],
            markersize=2, alpha=0.6, markeredgewidth=0,
        )  # fmt: skip
        open_ = bool(rows["censored"].all())
        axes.plot(
            x, y, "o", markersize=np.sqrt(AREA * size), markeredgecolor=colors[0],
            markerfacecolor="white" if open_ else colors[0],
            markerfacecoloralt="white" if open_ else colors[-1],
            fillstyle="left" if len(colors) > 1 else "full", markeredgewidth=0.8,
        )  # fmt: skip
        right, up, side = PLACES.get(name, (5, 5, "left"))
        axes.annotate(
            learner.label, (x, y), (right, up), textcoords="offset points", fontsize=5.5, ha=side
        )


def _legend(drawing: Figure) -> None:
    from matplotlib.lines import Line2D

    from ...analysis.style import COLORS

    handles = [
        Line2D([], [], marker="o", linestyle="", color=COLORS[color], label=where, markersize=5)
        for where, color in COLOR_OF.items()
    ]
    handles += [
        Line2D([], [], marker="o", linestyle="", markerfacecolor="white", markeredgecolor="black",
               markersize=np.sqrt(AREA * share), label=f"asymptote {share:g}")
        for share in (0.5, 1.0)
    ]  # fmt: skip
    drawing.legend(handles=handles, loc="outside lower center", ncols=len(handles))
