"""The figure of news from elsewhere: choice, prediction errors, stored states and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...tasks.shared_ends import FROM_ELSEWHERE
from . import measures as m

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "integrated/nonlocal"
BACKUPS = (0, 2, 4, 16)
LINES = (  # test, label, color, line
    ("rpe", "largest RPE first", "network", "-"),
    ("gain", "gain × need", "optimal", "-"),
    ("random", "random order", "algorithm", "-"),
    ("last", "smallest RPE first", "model_free", "-"),
    ("blank", "blank rest", "blind", "--"),
)
CONTENTS = (
    ("rest_0", "no rest"), ("rpe_16", "replay"), ("blank_16", "blank"),
    ("actions_16", "wrong\nactions"), ("ends_16", "wrong\nends"),
)  # fmt: skip
SOURCES = tuple(
    f"{NAME}@{test}"
    for test in (
        *(f"{order}_{b}" for order, *_ in LINES for b in BACKUPS[1:]),
        "rest_0", "actions_16", "ends_16", "none_0", "shut_none", "devalued_0", "devalued_16",
        "states_0", "states_16", "states_none_0", "states_none_16", "search_0",
    )
)  # fmt: skip

Recordings = Mapping[str, "xr.Dataset"]


def draw_nonlocal(recordings: Recordings) -> tuple[Figure, pd.DataFrame]:
    """Six panels; the table holds every plotted mean."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter

    drawing, axes = plt.subplots(2, 3, figsize=(TWO_COLUMNS, 3.7))
    panels = (_within_visits, by_budget, by_content, onset, _along_axis, _price)
    tables = []
    for ax, panel, text in zip(axes.flat, panels, "abcdef", strict=True):
        tables.append(pd.DataFrame(panel(ax, recordings)).assign(panel=text))
        letter(ax, text)
    return drawing, pd.concat(tables, ignore_index=True)


def _of(recordings: Recordings, test: str) -> xr.Dataset:
    return recordings[f"{NAME}@{test}"]


def _interval(values: np.ndarray) -> tuple[float, float]:
    """Mean over seeds, and half its 95 % interval; 0 for one seed."""
    from scipy import stats

    n = len(values)
    half = stats.t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n) if n > 1 else 0.0
    return float(values.mean()), float(half)


def _curve(
    ax: Axes, x: Any, per_seed: list[np.ndarray], label: str, color: str, line: str = "-"
) -> list[dict]:
    """A line through means with a band of their intervals."""
    from ...analysis.style import COLORS

    mean, half = np.array([_interval(values) for values in per_seed]).T
    ax.plot(x, mean, line, marker="o", ms=2, color=COLORS[color], label=label)
    ax.fill_between(x, mean - half, mean + half, color=COLORS[color], alpha=0.25, lw=0)
    return [
        {"curve": label, "x": at, "mean": y, "half_interval": h}
        for at, y, h in zip(x, mean, half, strict=True)
    ]


def _within_visits(ax: Axes, recordings: Recordings) -> list[dict]:
    """p(better action) by trial, in the first visit of a context and in later ones."""
    rows = []
    for test, first, label, color, line in (
        ("none_0", True, "first visit", "other_network", "-"),
        ("none_0", False, "later visits", "network", "-"),
        ("shut_none", False, "later, gate shut", "model_free", ":"),
    ):
        recording = _of(recordings, test)
        trials = range(recording.sizes["step"] - 1)
        chosen = (recording.isel(step=1)["exposure"] == 1) == first
        chosen &= recording.isel(step=1)["exposure"] > 0
        curve = [m.mean_where(m.p_better(recording, t + 1), chosen) for t in trials]
        rows += _curve(ax, np.array(trials) + 1, curve, label, color, line)
    ax.set(xlabel="choice of the visit", ylabel="p(better action)", ylim=(0, 1))
    ax.legend(loc="lower right")
    return rows


def by_budget(ax: Axes, recordings: Recordings, without: tuple[str, ...] = ()) -> list[dict]:
    """p(better action) on entering a context with news from elsewhere, by length of rest."""
    rows = []
    for order, label, color, line in LINES:
        if order in without:
            continue
        tests = ["rest_0", *(f"{order}_{b}" for b in BACKUPS[1:])]
        values = [m.after_news(_of(recordings, test)) for test in tests]
        rows += _curve(ax, np.arange(len(BACKUPS)), values, label, color, line)
    ax.axhline(0.5, color="black", lw=0.4)
    ax.set(xlabel="backups in the rest", ylabel="p(better action), first choice", ylim=(0, 1.5),
           yticks=(0, 0.5, 1), xticks=range(len(BACKUPS)), xticklabels=BACKUPS)  # fmt: skip
    ax.legend(loc="upper left", ncols=2, handlelength=1.2, labelspacing=0.2, columnspacing=0.8)
    return rows


def by_content(ax: Axes, recordings: Recordings) -> list[dict]:
    """What is replayed: in contexts concerned by the news, and in the others."""
    from ...analysis.style import COLORS, jitter

    rows = []
    for offset, measure, label, color in (
        (-0.2, m.after_news, "news from elsewhere", "network"),
        (0.2, m.unconcerned, "other contexts", "blind"),
    ):
        for x, (test, name) in enumerate(CONTENTS):
            values = measure(_of(recordings, test))
            mean, half = _interval(values)
            ax.bar(x + offset, mean, 0.38, yerr=half, color=COLORS[color],
                   label=label if x == 0 else None, error_kw={"lw": 0.6})  # fmt: skip
            ax.plot(x + offset + jitter(len(values), 0.12), values, "k.", ms=1.5)
            rows.append({"curve": label, "x": name, "mean": mean, "half_interval": half})
    ax.axhline(0.5, color="black", lw=0.4)
    ax.set(ylabel="p(better action), first choice", ylim=(0, 1.25), yticks=(0, 0.5, 1),
           xticks=range(len(CONTENTS)), xticklabels=[name for _, name in CONTENTS])  # fmt: skip
    ax.tick_params(axis="x", labelsize=5)
    ax.legend(
        loc="upper center",
        ncols=2,
        columnspacing=0.6,
        handlelength=0.8,
        handletextpad=0.4,
        borderaxespad=0,
    )
    return rows


def onset(ax: Axes, recordings: Recordings) -> list[dict]:
    """The prediction error at the onset of a context: new, known, and devalued elsewhere."""
    before, rested = _of(recordings, "devalued_0"), _of(recordings, "devalued_16")
    rows = []
    for rich, label, color in ((True, "rich", "network"), (False, "poor", "model_free")):
        visits = [m.onset_rpe(before, rich, first_visit=first) for first in (True, False)]
        rows += _curve(ax, [0, 1], visits, label, color)
    for x, recording, label in ((2, before, "no rest"), (3, rested, "replay")):
        errors = recording["rpe"].isel(step=m.INTERVAL)
        values = m.mean_where(errors, m.tested(recording, FROM_ELSEWHERE))
        rows += _curve(ax, [x], [values], f"became poor elsewhere, {label}", "optimal")
        mean, half = _interval(values)
        ax.errorbar([x], [mean], [half], color="black", lw=0.6)
    ax.axhline(0, color="black", lw=0.4)
    ax.set(ylabel="RPE at context onset (reward)", xlim=(-0.4, 3.4), xticks=range(4),
           xticklabels=["new", "known", "devalued,\nno rest", "devalued,\nreplay"])  # fmt: skip
    ax.tick_params(axis="x", labelsize=5)
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(handles[:2], labels[:2])
    return rows


def _along_axis(ax: Axes, recordings: Recordings) -> list[dict]:
    """Stored states along the axis of choice, before and after rest, all seeds together."""
    from ...analysis.stored_state import choice_axis
    from ...analysis.style import COLORS

    rows = []
    pairs = m.stored_states(_of(recordings, "states_0"), _of(recordings, "states_16"))
    sham = m.stored_states(_of(recordings, "states_none_0"), _of(recordings, "states_none_16"))
    axes_news = [choice_axis(*pair) for pair in pairs]
    axes_none = [choice_axis(*pair) for pair in sham]
    for found, attribute, label, color, line in (
        (axes_news, "before", "before rest", "blind", "-"),
        (axes_news, "after", "after, news elsewhere", "network", "-"),
        (axes_none, "after", "after, no news", "model_free", "--"),
    ):
        scale = [np.abs(axis.before).mean() for axis in found]
        places = np.concatenate(
            [getattr(axis, attribute) / s for axis, s in zip(found, scale, strict=True)]
        )
        density, edges = np.histogram(places, bins=np.linspace(-3, 3, 31), density=True)
        middle = (edges[1:] + edges[:-1]) / 2
        ax.plot(middle, density, line, color=COLORS[color], label=label)
        rows += [
            {"curve": label, "x": x, "mean": y, "half_interval": np.nan}
            for x, y in zip(middle, density, strict=True)
        ]
    ax.axvline(0, color="black", lw=0.4)
    ax.set(xlabel="place on the choice axis (1: mean before rest)", ylabel="density",
           ylim=(0, 1.5 * ax.get_ylim()[1]))  # fmt: skip
    ax.legend(loc="upper left")
    return rows


def _price(ax: Axes, recordings: Recordings) -> list[dict]:
    """p(better action) against the operations spent at the choice and in the rest before it."""
    from ...analysis.style import COLORS

    rows = []
    for test, label, color in (
        ("rest_0", "neither", "blind"),
        ("search_0", "search", "algorithm"),
        ("rpe_2", "2 backups", "other_network"),
        ("rpe_4", "4 backups", "other_network"),
        ("rpe_16", "16 backups", "network"),
    ):
        recording = _of(recordings, test)
        spent = m.operations_of_choice(recording) + m.operations_of_rest(recording)
        mean, half = _interval(m.after_news(recording))
        x = float(spent.mean()) / 1000
        ax.errorbar([x], [mean], [half], fmt="o", ms=3, lw=0.6, color=COLORS[color])
        ax.annotate(label, (x, mean), xytext=(0, -9), textcoords="offset points", fontsize=5,
                    ha="center")  # fmt: skip
        rows.append({"curve": label, "x": x, "mean": mean, "half_interval": half})
    ax.set(xlabel="operations, rest and first choice (1,000)",
           ylabel="p(better action), first choice", ylim=(-0.1, 1.05))  # fmt: skip
    ax.margins(x=0.15)
    return rows
