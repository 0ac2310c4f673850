"""The figure of the last rungs: choices, errors at onset, and what each change decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from . import measures as m
from . import nonlocal_figure as first
from .informed_observer import value_kept

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

UNSEEN = "integrated/nonlocal_unseen"
UNPREDICTABLE, CALIBRATED = "integrated/nonlocal_unpredictable", "integrated/nonlocal_calibrated"
ALONE, IN_ORDER = "integrated/nonlocal_training_alone", "integrated/nonlocal_in_order"
ONE_BY_ONE = "_one_by_one"
# Experiment, how contexts are relived, label
RUNGS = (
    (UNSEEN, "", "visits in turns"),
    (UNPREDICTABLE, ONE_BY_ONE, "unpredictable visits"),
    (UNPREDICTABLE, "", "…, relived as visits"),
    (CALIBRATED, ONE_BY_ONE, "…, more of them poor"),
    (CALIBRATED, "", "…, relived as visits"),
    (ALONE, "", "more poor, 48 others"),
    (IN_ORDER, "", "…, in the order met"),
)
CHOICE_BY_CHOICE = (UNSEEN, ALONE, IN_ORDER)  # one by one, and so are all of their tests
PANELS = ("rest_0", "rpe_16", "blank_16", "actions_16", "ends_16", "devalued_0", "devalued_16",
          *(f"{order}_{b}" for order in ("rpe", "gain", "random", "last") for b in (2, 4, 16)))  # fmt: skip
SOURCES = tuple(
    dict.fromkeys(
        (
            *(f"{IN_ORDER}@{test}" for test in PANELS),
            *(f"{name}@{test}{how}" for name, how, _ in RUNGS for test in ("rpe_16", "last_16")),
            *(f"{name}@devalued_0" for name, *_ in RUNGS),
            *(f"{name}@devalued_16{how}" for name, how, _ in RUNGS if name != UNSEEN),
        )
    )
)
_AFTER_VISITS = (2, 5)  # rows of (f) after rest with contexts relived as visits
# Visits to the two other contexts of a pair between two to the same: 2 on average, 4 at most.
N_VISITS = (2, 3, 4)

Recordings = Mapping[str, "xr.Dataset"]
Bounds = tuple[float | None, float | None]
Points = list[tuple[str, np.ndarray, str, Bounds]]
"""Label, a value for each seed, color, and where the claim puts it."""


def draw_rungs(recordings: Recordings) -> tuple[Figure, pd.DataFrame]:
    """Six panels; the table holds every plotted mean."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter

    last = {s.replace(IN_ORDER, first.NAME): r for s, r in recordings.items() if IN_ORDER in s}
    size = (TWO_COLUMNS, 5.6)
    drawing, axes = plt.subplots(2, 3, figsize=size, height_ratios=(1, 1.6))
    (a, b, c), (d, e, f) = axes
    tables = {
        "a": first.by_budget(a, last, without=("blank",)),
        "b": first.by_content(b, last),
        "c": first.onset(c, last),
        "d": _decided(d, _order(recordings), "largest less smallest RPE first,\n16 backups (p)"),
        "e": _decided(e, _learned(recordings), "rich less poor at onset,\nknown less new (reward)"),
        "f": _decided(f, _carried(recordings), "old value at onset\n(1 rich, 0 poor)"),
    }
    tables["f"] += _expected(f)
    for ax, text in zip(axes.flat, tables, strict=True):
        letter(ax, text)
    found = [pd.DataFrame(rows).assign(panel=panel) for panel, rows in tables.items()]
    return drawing, pd.concat(found, ignore_index=True)


def _order(recordings: Recordings) -> Points:
    """What order does in a long rest."""
    return [
        (
            label,
            m.after_news(recordings[f"{name}@rpe_16{how}"])
            - m.after_news(recordings[f"{name}@last_16{how}"]),
            _color(name, how),
            (-0.05, 0.05),
        )
        for name, how, label in RUNGS
    ]


def _learned(recordings: Recordings) -> Points:
    """How far the error at onset tells rich from poor; nothing is relived."""
    labels = {UNSEEN: "visits in turns", UNPREDICTABLE: "unpredictable visits",
              CALIBRATED: "…, more of them poor", ALONE: "…, 48 others", IN_ORDER: "…, 24 others"}  # fmt: skip
    return [
        (
            label,
            m.onset_learned(recordings[f"{name}@devalued_0"]),
            _color(name, ONE_BY_ONE),
            (0.5, None),
        )
        for name, label in labels.items()
    ]


def _carried(recordings: Recordings) -> Points:
    """Where the error at the onset of what became poor elsewhere stands, before and after rest."""
    points: Points = []
    for name, label in ((UNPREDICTABLE, "unpredictable"), (CALIBRATED, "more poor")):
        for test, said in (
            ("devalued_0", "no rest"),
            (f"devalued_16{ONE_BY_ONE}", "rest, one by one"),
            ("devalued_16", "rest, as visits"),
        ):
            values = m.onset_carries_old_value(recordings[f"{name}@{test}"])
            how = "" if test == "devalued_16" else ONE_BY_ONE
            points.append((f"{label}, {said}", values, _color(name, how), _bounds(test)))
    for name, label in ((ALONE, "48 others"), (IN_ORDER, "in the order met")):
        for test, said in (("devalued_0", "no rest"), ("devalued_16", "rest")):
            values = m.onset_carries_old_value(recordings[f"{name}@{test}"])
            points.append((f"{label}, {said}", values, _color(name, ONE_BY_ONE), _bounds(test)))
    return points


def _bounds(test: str) -> Bounds:
    return (0.5, None) if test == "devalued_0" else (None, 0.5)


def _expected(ax: Axes) -> list[dict]:
    """What an observer who knows the odds of training would keep after rest, under (f)'s last rows."""
    rows = []
    for y, p_poor in zip(_AFTER_VISITS, (0.2, 0.5), strict=True):
        kept = [value_kept(n, p_poor) for n in N_VISITS]
        ax.plot((min(kept), max(kept)), (y + 0.25, y + 0.25), color="black", lw=2.5, alpha=0.4)
        ax.text(max(kept) + 0.03, y + 0.25, "informed observer", fontsize=4.5, va="center")
        rows += [
            {
                "curve": f"informed observer, {n} visits between",
                "x": y,
                "mean": value,
                "half_interval": 0,
            }
            for n, value in zip(N_VISITS, kept, strict=True)
        ]
    return rows


def _color(name: str, how: str) -> str:
    if name == UNSEEN:
        return "blind"
    return "other_network" if how or name in CHOICE_BY_CHOICE else "network"


def _decided(ax: Axes, points: Points, label: str) -> list[dict]:
    """Means with intervals and seeds, one below the other; shaded: where the claim puts them."""
    from ...analysis.statistics import half_interval
    from ...analysis.style import COLORS, jitter

    rows = []
    for y, (name, values, color, _) in enumerate(points):
        half = float(half_interval(values))
        ax.plot(values, y + jitter(len(values), 0.15), ".", ms=2, alpha=0.5, color=COLORS[color])
        ax.errorbar(values.mean(), y, xerr=half, fmt="|", ms=7, lw=1.2, color="black")
        ax.text(0.02, y - 0.25, name, transform=ax.get_yaxis_transform(), fontsize=5, va="bottom")
        rows.append({"curve": name, "x": y, "mean": values.mean(), "half_interval": half})
    left, right = ax.get_xlim()
    for y, (*_, (low, high)) in enumerate(points):
        inside = (left if low is None else low, right if high is None else high)
        ax.fill_betweenx((y - 0.6, y + 0.4), *inside, color=COLORS["optimal"], alpha=0.15, lw=0)
    ax.set(xlim=(left, right), ylim=(len(points) - 0.6, -0.6), xlabel=label, yticks=())
    return rows
