"""The figure of what order does in a long rest, and of what the value of a context tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...tasks.shared_ends import FROM_ELSEWHERE, LEARN, UNAFFECTED
from . import measures as m

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "integrated/order_and_value"
_UNSEEN = "integrated/nonlocal_unseen"
ORDERS = {
    "largest RPE first": "rpe_16",
    "random order": "random_16",
    "smallest RPE first": "last_16",
}
SOURCES = (
    *(f"{_UNSEEN}@{test}" for test in (*ORDERS.values(), "devalued_0")),
    NAME,
    f"{NAME}@rested",
)
N_BRIEF = 2  # choices of a brief visit in training

Recordings = Mapping[str, "xr.Dataset"]
Rows = list[dict]


def relived_last(recording: xr.Dataset) -> xr.DataArray:
    """The action of each visited context that the last rest of its life relived last; -1 unless both were.

    Lives begin with a round of visits to all contexts, which numbers them in memory.
    """
    n_lives = len(np.unique(recording["life"]))
    context = recording["context"].isel(step=m.FIRST_CHOICE).values
    context = context.reshape(len(context), n_lives, -1)
    n_contexts = int(context.max()) + 1
    met = context[..., :n_contexts]  # the context of each number
    number = (context[..., None] == met[:, :, None]).argmax(axis=-1)

    event = recording["event_of"].values
    seed = np.searchsorted(recording["seed"].values, recording["replay_seed"].values[event])
    life = recording["replay_episode"].values[event] // context.shape[2]
    at = (seed, life, recording["replay_state"].values)
    action = recording["replay_action"].values
    last = np.full(met.shape, -1)
    last[at] = action  # of several the last one stays
    relived = np.zeros((*met.shape, recording.sizes["action_option"]), bool)
    relived[(*at, action)] = True
    last[~relived.all(axis=-1)] = -1
    of_visit = np.take_along_axis(last, number, axis=2).reshape(len(last), -1)
    return recording["context"].isel(step=0, drop=True).copy(data=of_visit)


def draw_order_and_value(recordings: Recordings) -> tuple[Figure, pd.DataFrame]:
    """Four panels; the table holds every plotted mean."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter

    drawing, axes = plt.subplots(2, 2, figsize=(0.75 * TWO_COLUMNS, 3.8))
    panels = (_by_last, _by_order, _value_in_visits, _onset)
    tables = []
    for ax, panel, text in zip(axes.flat, panels, "abcd", strict=True):
        tables.append(pd.DataFrame(panel(ax, recordings)).assign(panel=text))
        letter(ax, text)
    return drawing, pd.concat(tables, ignore_index=True)


def _row(curve: str, x: object, values: np.ndarray) -> dict:
    from ...analysis.statistics import half_interval

    half = float(half_interval(values))
    return {"curve": curve, "x": x, "mean": float(values.mean()), "half_interval": half}


def _last_was(recording: xr.Dataset) -> dict[str, xr.DataArray]:
    """Test visits after news elsewhere of contexts relived with both actions, by the last of them."""
    last = relived_last(recording)
    better = recording["best_action"].isel(step=m.FIRST_CHOICE)
    both = m.tested(recording, FROM_ELSEWHERE) & (last >= 0)
    return {"better": both & (last == better), "old": both & (last != better)}


def _by_last(ax: Axes, recordings: Recordings) -> Rows:
    """p(better action) by the action that was relived last, in random order."""
    from ...analysis.style import COLORS, jitter

    recording = recordings[f"{_UNSEEN}@random_16"]
    rows = []
    for x, (name, chosen) in enumerate(_last_was(recording).items()):
        values = m.mean_where(m.p_better(recording), chosen)
        rows.append(_row("relived last", name, values))
        ax.plot(
            x + jitter(len(values), 0.2), values, ".", color=COLORS["network"], ms=2.5, alpha=0.5
        )
        ax.errorbar(x, rows[-1]["mean"], rows[-1]["half_interval"], fmt="_", ms=12, color="black")
    ax.set(
        xlim=(-0.5, 1.5), xticks=(0, 1), xticklabels=("better\naction", "old\naction"),
        xlabel="relived last", ylabel="p(better action), first choice", ylim=(0.8, 1.01),
    )  # fmt: skip
    return rows


def _by_order(ax: Axes, recordings: Recordings) -> Rows:
    """p(better action) of each order, against the mixture of the two cases of random order."""
    from ...analysis.style import COLORS

    shuffled = recordings[f"{_UNSEEN}@random_16"]
    of_case = {
        name: m.mean_where(m.p_better(shuffled), chosen)
        for name, chosen in _last_was(shuffled).items()
    }
    rows = []
    for (label, test), color in zip(
        ORDERS.items(), ("network", "algorithm", "model_free"), strict=True
    ):
        recording = recordings[f"{_UNSEEN}@{test}"]
        cases = _last_was(recording)
        both = cases["better"] | cases["old"]
        share_old = (cases["old"].sum("episode") / both.sum("episode")).values
        measured = m.mean_where(m.p_better(recording), both)
        predicted = share_old * of_case["old"] + (1 - share_old) * of_case["better"]
        rows += [
            _row(f"{label}, measured", float(share_old.mean()), measured),
            _row(f"{label}, predicted", float(share_old.mean()), predicted),
        ]
        ax.errorbar(
            share_old.mean(), rows[-2]["mean"], rows[-2]["half_interval"], fmt="o", ms=4,
            color=COLORS[color], label=label,
        )  # fmt: skip
    predicted = [row for row in rows if "predicted" in row["curve"]]
    x, y = ([row[key] for row in predicted] for key in ("x", "mean"))
    ax.plot(x, y, "--", color="black", lw=0.6, label="predicted from (a)", zorder=0)
    ax.set(xlabel="share of contexts with the old action last", ylabel="p(better action), first choice",
           xlim=(-0.1, 1.1), ylim=(0.8, 1.01))  # fmt: skip
    ax.legend(loc="lower right", handlelength=1)
    return rows


def _value_in_visits(ax: Axes, recordings: Recordings) -> Rows:
    """Value at each choice of a context's first and second visit."""
    from ...analysis.style import COLORS, mean_line

    recording = recordings[f"{_UNSEEN}@devalued_0"]
    row = recording.isel(step=m.FIRST_CHOICE)
    n_choices = recording.sizes["step"] - 1
    x = np.arange(n_choices) + 1
    rows = []
    for exposure, visit in ((1, "first"), (2, "second")):
        for rich, color in ((True, "network"), (False, "model_free")):
            chosen = (
                (row["period"] == LEARN) & (row["exposure"] == exposure) & (row["rich"] == rich)
            )
            values = np.stack(
                [m.mean_where(recording["value"].isel(step=t), chosen) for t in x], axis=1
            )
            label = f"{visit} visit, {'rich' if rich else 'poor'}"
            mean_line(ax, x, values, COLORS[color], label)
            ax.lines[-1].set(linestyle="--" if exposure == 1 else "-", marker="o", markersize=2)
            rows += [_row(label, int(t), v) for t, v in zip(x, values.T, strict=True)]
    ax.axvline(N_BRIEF + 0.5, ymax=0.75, color="black", lw=0.6, ls=":")
    ax.set(xlabel="choice of the visit", ylabel="value (reward)", ylim=(0, 5.4), xticks=x)
    ax.legend(loc="upper right", ncols=2, handlelength=1.6, columnspacing=0.8)
    return rows


def _onset(ax: Axes, recordings: Recordings) -> Rows:
    """The error at the onset of test visits, before and after rest, where visits take turns."""
    from ...analysis.style import COLORS

    rows = []
    rests = {"no rest": recordings[NAME], "replay": recordings[f"{NAME}@rested"]}
    for x, label, news, rich, color in (
        (0.0, "rich", UNAFFECTED, True, "network"),
        (0.0, "poor", UNAFFECTED, False, "model_free"),
        (0.08, "became poor elsewhere", FROM_ELSEWHERE, False, "optimal"),
    ):
        own = []
        for name, recording in rests.items():
            chosen = m.tested(recording, news) & (
                recording["rich"].isel(step=m.FIRST_CHOICE) == rich
            )
            values = m.mean_where(recording["rpe"].isel(step=m.INTERVAL), chosen)
            own.append(_row(label, name, values))
        mean, half = ([row[key] for row in own] for key in ("mean", "half_interval"))
        ax.errorbar((x, 1 + x), mean, half, fmt="o-", ms=3, color=COLORS[color], label=label)
        rows += own
    ax.set(xlim=(-0.4, 1.4), ylim=(0, 3.5), xticks=(0, 1), xticklabels=list(rests),
           ylabel="RPE at context onset (reward)")  # fmt: skip
    ax.legend(loc="upper left")
    return rows
