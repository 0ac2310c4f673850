"""Sweeps over settings: from one row a seed to one row a combination, and their figure."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .statistics import t_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing


def _parts(points: pd.DataFrame) -> tuple[list[str], str]:
    """Names of the settings, which stand before the seed, and of the outcome, which follows it."""
    names = list(points.columns)
    at = names.index("seed")
    return names[:at], names[at + 1]


def summarize(points: pd.DataFrame) -> pd.DataFrame:
    """Mean and 95 % t interval over seeds for each combination of settings.

    Parameters
    ----------
    points : DataFrame
        One row a combination and seed: the settings, `seed`, the outcome, `diverged` and `run`.

    Returns
    -------
    DataFrame
        One row a combination, in order of appearance: the settings, the mean of the outcome, `low`,
        `high`, `n_seeds` that these rest on, `diverged` (how many seeds more did), and `run`. The
        interval is NaN below two seeds; a seed that diverged has no outcome.

    Examples
    --------
    >>> points = pd.DataFrame(
    ...     {"agent.n_units": [4, 4, 4], "seed": [0, 1, 2], "reward": [1.0, 2.0, 3.0],
    ...      "diverged": False, "run": "a"}
    ... )
    >>> summarize(points).round(3).loc[0, ["reward", "low", "high"]].tolist()
    [2.0, -0.484, 4.484]
    """
    settings, outcome = _parts(points)
    rows = []
    for _, group in points.groupby("run", sort=False):
        values = group[outcome].dropna().to_numpy(float)
        found = t_interval(values) if len(values) > 1 else None
        rows.append(
            {
                **{name: group[name].iloc[0] for name in settings},
                outcome: values.mean() if len(values) else np.nan,
                "low": found.low if found else np.nan,
                "high": found.high if found else np.nan,
                "n_seeds": len(values),
                "diverged": int(group["diverged"].sum()),
                "run": group["run"].iloc[0],
            }
        )
    return pd.DataFrame(rows)


def draw_sweep(points: pd.DataFrame, title: str = "") -> Drawing:
    """Outcome against the first setting that varies, a line for each value of the second.

    Further settings make a panel for each of their combinations. Dots are seeds, bars the 95 %
    interval of their mean; values stand side by side at equal distances, whatever they are.
    """
    import matplotlib.pyplot as plt

    from .style import ONE_COLUMN, TWO_COLUMNS

    table = summarize(points)
    settings, outcome = _parts(points)
    varying = [name for name in settings if table[name].astype(str).nunique() > 1]
    if not varying:
        raise ValueError("there is nothing to draw: no setting has two values")
    panels = _groups(table, varying[2:])
    width = ONE_COLUMN if len(panels) == 1 else TWO_COLUMNS
    n_columns = min(len(panels), 4)
    n_rows = -(-len(panels) // n_columns)
    drawing, axes = plt.subplots(
        n_rows, n_columns, figsize=(width, 0.4 + 2 * n_rows), sharey=True, squeeze=False
    )
    for ax, (name, rows) in zip(axes.flat, panels, strict=False):
        _panel(ax, rows, points, varying[:2], outcome)
        ax.set_title(name)
    for ax in axes.flat[len(panels) :]:
        ax.set_axis_off()
    for ax in axes[:, 0]:
        ax.set_ylabel(outcome.replace("_", " "))
    if len(varying) > 1:
        first = axes.flat[0].get_legend_handles_labels()
        drawing.legend(*first, title=varying[1], loc="outside right center")
    drawing.suptitle(title, wrap=True)
    return drawing


def _groups(table: pd.DataFrame, names: list[str]) -> list[tuple[str, pd.DataFrame]]:
    """Rows that share the values of these settings, with a title each."""
    if not names:
        return [("", table)]
    label = (
        table[names].astype(str).agg(lambda row: ", ".join(map("{} = {}".format, names, row)), 1)
    )
    return [(str(name), rows) for name, rows in table.groupby(label, sort=False)]


def _panel(
    ax: Axes, rows: pd.DataFrame, points: pd.DataFrame, varying: list[str], outcome: str
) -> None:
    from matplotlib import colormaps

    across, *beside = varying
    values = list(dict.fromkeys(rows[across].astype(str)))
    lines = _groups(rows, beside)
    marks = cycle("os^Dv")
    for i, ((_, line), mark) in enumerate(zip(lines, marks, strict=False)):
        color = colormaps["viridis"](0.85 * i / max(len(lines) - 1, 1))
        shift = (i - (len(lines) - 1) / 2) * min(0.12, 0.6 / len(lines))
        x = np.array([values.index(value) for value in line[across].astype(str)]) + shift
        for at, run in zip(x, line["run"], strict=True):
            seeds = points.loc[points["run"] == run, outcome]
            ax.plot(np.full(len(seeds), at), seeds, ".", color=color, alpha=0.4, markeredgewidth=0)
        error = (line["high"] - line["low"]).to_numpy(float) / 2
        label = str(line[beside[0]].iloc[0]) if beside else None
        ax.errorbar(
            x,
            line[outcome],
            error,
            color=color,
            marker=mark,
            markersize=3,
            capsize=1.5,
            label=label,
        )
    ax.set_xticks(range(len(values)), values, rotation=30 if len(values) > 5 else 0)
    ax.set(xlabel=across, xlim=(-0.5, len(values) - 0.5))
