"""The figure of few-shot regression: single fits, errors by step and by point, and beyond what was met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = {  # arm -> color, label
    "maml": ("network", "MAML"),
    "first_order": ("other_network", "first-order MAML"),
    "pretrained": ("model_free", "pretrained"),
    "scratch": ("blind", "from scratch"),
    "recurrent": ("cue", "recurrent"),
    "oracle": ("optimal", "oracle"),
}
FITS = ("maml", "pretrained", "recurrent")
STYLES = {0: ":", 1: "--", 10: "-"}
BEYOND = {"left": "one half\nshown", "large": "amplitude\n5-10", "late": "phase\nπ-2π"}


def draw_sinusoids(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Top: one life of three learners. Bottom: errors by gradient steps, by points, elsewhere."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter

    drawing, axes = plt.subplots(2, 3, figsize=(TWO_COLUMNS, 4.2))
    rows: list[dict[str, object]] = []
    life = _showable(recordings["finn2017/maml"])
    for ax, arm in zip(axes[0], FITS, strict=True):
        rows += _draw_fit(ax, recordings[f"finn2017/{arm}"], arm, life)
    limit = max(np.abs(ax.get_ylim()).max() for ax in axes[0])
    for ax in axes[0]:
        ax.set(ylim=(-limit, 1.9 * limit), xlabel="x", ylabel="y")
    rows += _draw_steps(axes[1, 0], recordings)
    rows += _draw_points(axes[1, 1], recordings)
    rows += _draw_beyond(axes[1, 2], recordings)
    lines = [line for line in axes[1, 1].get_lines() if not line.get_label().startswith("_")]
    drawing.legend(handles=lines, loc="outside lower center", ncols=len(SHOWN))
    for ax, text in zip(axes.flat, "abcdef", strict=True):
        letter(ax, text)
    return drawing, pd.DataFrame(rows)


def _showable(recording: xr.Dataset) -> int:
    """The first life whose sinusoid is large enough to be seen, by its number."""
    import numpy as np

    amplitude = recording["amplitude"].isel(seed=0, step=0).values
    return int(np.argmax(amplitude > 3))


def _draw_fit(ax: Axes, recording: xr.Dataset, arm: str, life: int) -> list[dict[str, object]]:
    from ...analysis.style import COLORS

    one = recording[["x", "target", "rests", "phase", "action"]].isel(seed=0, episode=life).load()
    x, prediction = one["x"].values, one["action"].values.reshape(-1)
    asked, shown, rests = (
        (one["phase"] == 0).values,
        (one["phase"] == 2).values,
        one["rests"].values,
    )
    color, label = SHOWN[arm]
    first = asked & (rests == 0)
    ax.plot(x[first], one["target"].values[first], color="0.7", lw=2.5, label="sinusoid")
    rows: list[dict[str, object]] = []
    for steps, style in STYLES.items():
        if arm == "recurrent" and steps:
            continue
        here = asked & (rests == steps)
        said = (
            "after reading" if arm == "recurrent" else f"{steps} steps" if steps != 1 else "1 step"
        )
        ax.plot(x[here], prediction[here], "-" if arm == "recurrent" else style,
                color=COLORS[color], label=said)  # fmt: skip
        rows += [
            {"panel": "fit", "arm": arm, "steps": steps, "x": a, "seed": 0, "y": b}
            for a, b in zip(x[here], prediction[here], strict=True)
        ]
    ax.plot(x[shown], one["target"].values[shown], "o", color="black", ms=3, label="shown")
    ax.set_title(label)
    ax.legend(loc="upper center", ncols=2)
    return rows


def _draw_steps(ax: Axes, recordings: Mapping[str, xr.Dataset]) -> list[dict[str, object]]:
    import numpy as np

    from ...analysis.few_shot import squared_error
    from ...analysis.style import COLORS
    from ...data.facts import published

    rows: list[dict[str, object]] = []
    for arm, (color, label) in SHOWN.items():
        for median, style in ((False, "-"), (True, ":")):
            found = squared_error(recordings[f"finn2017/{arm}"], median=median)
            error = np.atleast_2d(found.values)
            _draw_seeds(ax, range(error.shape[1]), error, COLORS[color], style, label)
            rows += _table("steps, median of lives" if median else "steps", arm, error)
    fact = published("finn2017/sinusoid_error")
    for method, marker in (("maml", "o"), ("pretrained", "s")):
        numbers = [fact.at(method=method, steps=steps) for steps in (1, 5, 10)]
        ax.plot((1, 5, 10), numbers, marker, color=COLORS["published"], ms=3, mfc="white", zorder=5)
    ax.set(xlabel="gradient steps", ylabel="mean squared error", yscale="log")
    return rows


def _draw_points(ax: Axes, recordings: Mapping[str, xr.Dataset]) -> list[dict[str, object]]:
    import numpy as np

    from ...analysis.few_shot import squared_error
    from ...analysis.style import COLORS

    points = {5: "", 10: "@points_10", 20: "@points_20"}
    rows: list[dict[str, object]] = []
    for arm, (color, label) in SHOWN.items():
        last = [
            np.atleast_1d(squared_error(recordings[f"finn2017/{arm}{test}"]).sel(rests=10).values)
            for test in points.values()
        ]
        n = min(map(len, last))
        error = np.stack([column[:n] for column in last], axis=1)
        _draw_seeds(ax, list(points), error, COLORS[color], "-", label)
        rows += _table("points", arm, error, list(points))
    ax.set(xlabel="points shown", ylabel="mean squared error", yscale="log", xticks=list(points))
    return rows


def _draw_beyond(ax: Axes, recordings: Mapping[str, xr.Dataset]) -> list[dict[str, object]]:
    import numpy as np

    from ...analysis.few_shot import squared_error
    from ...analysis.style import COLORS, jitter

    rows: list[dict[str, object]] = []
    for place, test in enumerate(BEYOND):
        for k, (arm, (color, _)) in enumerate(SHOWN.items()):
            above = 0.0 if test == "left" else -np.inf
            found = squared_error(recordings[f"finn2017/{arm}@{test}"], above).sel(rests=10)
            error = np.atleast_1d(found.values)
            at = place + (k - (len(SHOWN) - 1) / 2) * 0.13 + jitter(len(error), 0.03)
            ax.plot(at, error, "o", ms=2, color=COLORS[color])
            rows += _table(test, arm, error[:, None])
    ax.set(ylabel="mean squared error", yscale="log")
    ax.set_xticks(range(len(BEYOND)), BEYOND.values())
    return rows


def _draw_seeds(
    ax: Axes, x: Sequence[int], y: np.ndarray, color: str, style: str, label: str
) -> None:
    """The mean over seeds of `y` (n_seeds, n), and a thin line for each: scales are logarithmic."""
    ax.plot(x, y.mean(axis=0), style, color=color, label=label)
    ax.plot(x, y.T, style, color=color, lw=0.4, alpha=0.5)


def _table(
    panel: str, arm: str, error: object, x: list[int] | None = None
) -> list[dict[str, object]]:
    import numpy as np

    values = np.asarray(error)
    return [
        {"panel": panel, "arm": arm, "steps": 10 if x else k, "x": x[k] if x else k, "seed": seed, "y": value}
        for seed, line in enumerate(values)
        for k, value in enumerate(line)
    ]  # fmt: skip
