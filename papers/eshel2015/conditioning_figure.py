"""The figure of the dopamine neurons: histograms, responses, expectation, cells and light."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...models.dopamine.circuit import CUE, REWARD
from ...models.dopamine.neurons import BIN
from .measures import EXPECTED

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAIN = "eshel2015/conditioning"
LIGHTS = (
    ("eshel2015/light_inhibits", "GABA inhibited"),
    ("eshel2015/light_off", "no light"),
    ("eshel2015/light_excites", "GABA excited"),
)
Rows = list[dict[str, Any]]


def draw_conditioning(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Six panels; see the caption."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter

    drawing, axes = plt.subplots(2, 3, figsize=(TWO_COLUMNS, 4.0))
    main, graded = recordings[MAIN], recordings[f"{MAIN}@graded"]
    rows: Rows = []
    _histograms(axes[0, 0], main, rows)
    _volumes(axes[0, 1], main, rows)
    _graded(axes[0, 2], graded, rows)
    _cue(axes[1, 0], graded, rows)
    _cells(axes[1, 1], main, rows)
    _light(axes[1, 2], recordings, rows)
    for text, ax in zip("abcdef", axes.flat, strict=True):
        letter(ax, text)
    return drawing, pd.DataFrame(rows)


def _histograms(ax: Axes, recording: xr.Dataset, rows: Rows) -> None:
    import numpy as np

    from ...analysis.style import COLORS

    found = recording.isel(step=1)
    histogram = found["histogram"]
    dims = [dim for dim in ("seed", "episode") if dim in histogram.dims]
    time = (np.arange(histogram.sizes["histogram_0"]) + 0.5) * BIN
    expected = found["announced"] > 0
    for label, volume, announced, color in (
        ("unexpected", 5.0, False, "model_free"),
        ("expected", 5.0, True, "network"),
        ("omitted", 0.0, True, "published"),
    ):
        here = (found["volume"] == volume) & (expected == announced)
        line = histogram.where(here).mean(dims).values
        ax.plot(time, line, color=COLORS[color], label=label)
        rows += [
            {"panel": "a", "line": label, "x": t, "y": y} for t, y in zip(time, line, strict=True)
        ]
    for at in (CUE, REWARD):
        ax.axvline(at, color="0.7", linewidth=0.5, linestyle="--", zorder=0)
    ax.set_xlabel("time (s)")
    ax.set_ylabel("dopamine neurons (Hz)")
    ax.legend(loc="upper left")


def _volumes(ax: Axes, recording: xr.Dataset, rows: Rows) -> None:
    import numpy as np

    from ...analysis.dopamine_responses import hill_fit, mean_response
    from ...analysis.style import COLORS

    found = mean_response(recording)
    found = found.sel(volume=found["volume"] > 0)
    volume = found["volume"].values
    curve = np.geomspace(volume.min(), volume.max(), 100)
    lines = {}
    for label, announced, color in (
        ("unexpected", 0.0, "model_free"),
        ("expected", EXPECTED, "network"),
    ):
        seeds = np.atleast_2d(found.sel(announced=announced, method="nearest").values)
        lines[label] = seeds.mean(axis=0)
        for line in seeds:
            ax.plot(volume, line, ".", color=COLORS[color], markersize=2)
            rows += [
                {"panel": "b", "line": label, "x": v, "y": y}
                for v, y in zip(volume, line, strict=True)
            ]
    maximum, half, _ = hill_fit(volume, lines["unexpected"])
    hill = maximum * np.sqrt(curve) / (np.sqrt(curve) + np.sqrt(half))
    less = (lines["unexpected"] - lines["expected"]).mean()
    ax.plot(curve, hill, color=COLORS["model_free"], label="unexpected")
    ax.plot(curve, hill - less, color=COLORS["network"], label="expected")
    ax.axhline(0, color="0.7", linewidth=0.5)
    ax.set_xscale("log")
    ax.set_xlabel("reward (ul)")
    ax.set_ylabel("response (Hz)")
    ax.legend(loc="upper left")


def _graded(ax: Axes, recording: xr.Dataset, rows: Rows) -> None:
    import numpy as np

    from ...analysis.dopamine_responses import mean_response
    from ...analysis.style import COLORS

    for label, volume, response, color in (
        ("5 ul", 5.0, "dopamine_reward", "network"),
        ("omitted", 0.0, "dopamine_omission", "published"),
    ):
        found = mean_response(recording, response).sel(volume=volume, method="nearest")
        announced, seeds = found["announced"].values, np.atleast_2d(found.values)
        ax.plot(announced, seeds.mean(axis=0), color=COLORS[color], label=label)
        for line in seeds:
            ax.plot(announced, line, ".", color=COLORS[color], markersize=2)
            rows += [
                {"panel": "c", "line": label, "x": a, "y": y}
                for a, y in zip(announced, line, strict=True)
            ]
    ax.axhline(0, color="0.7", linewidth=0.5)
    ax.set_xlabel("announced probability")
    ax.set_ylabel("response (Hz)")
    ax.legend(loc="center left")


def _cue(ax: Axes, recording: xr.Dataset, rows: Rows) -> None:
    import numpy as np

    from ...analysis.dopamine_responses import mean_response
    from ...analysis.style import COLORS

    found = mean_response(recording, "dopamine_cue").mean("volume")
    announced, seeds = found["announced"].values, np.atleast_2d(found.values)
    ax.plot(announced, seeds.mean(axis=0), color=COLORS["network"])
    for line in seeds:
        ax.plot(announced, line, ".", color=COLORS["network"], markersize=2)
        rows += [
            {"panel": "d", "line": "cue", "x": a, "y": y}
            for a, y in zip(announced, line, strict=True)
        ]
    ax.axhline(0, color="0.7", linewidth=0.5)
    ax.set_xlabel("announced probability")
    ax.set_ylabel("response to the cue (Hz)")


def _cells(ax: Axes, recording: xr.Dataset, rows: Rows) -> None:
    from ...analysis.dopamine_responses import mean_response
    from ...analysis.style import COLORS

    cells = mean_response(recording, "dopamine_cells")
    cells = cells.isel(seed=0) if "seed" in cells.dims else cells
    cells = cells.sel(volume=cells["volume"] > 0).mean("volume")
    unexpected, expected = (
        cells.sel(announced=a, method="nearest").values for a in (0.0, EXPECTED)
    )
    ax.plot(unexpected, unexpected - expected, "o", color=COLORS["network"], markersize=3)
    rows += [
        {"panel": "e", "line": "neuron", "x": x, "y": y}
        for x, y in zip(unexpected, unexpected - expected, strict=True)
    ]
    ax.set_xlabel("response to unexpected reward (Hz)")
    ax.set_ylabel("taken off by expectation (Hz)")


def _light(ax: Axes, recordings: Mapping[str, xr.Dataset], rows: Rows) -> None:
    import numpy as np

    from ...analysis.dopamine_responses import mean_response
    from ...analysis.style import COLORS, jitter

    for i, (name, label) in enumerate(LIGHTS):
        found = np.atleast_2d(mean_response(recordings[name]).isel(volume=0).values)
        for j, (kind, color) in enumerate((("unexpected", "model_free"), ("expected", "network"))):
            at, seeds = i + 0.36 * (j - 0.5), found[:, j]
            ax.bar(at, seeds.mean(), 0.32, color=COLORS[color], label=kind if i == 0 else None)
            ax.plot(at + jitter(len(seeds), 0.1), seeds, ".", color="black", markersize=2)
            rows += [{"panel": "f", "line": f"{label}, {kind}", "x": i, "y": y} for y in seeds]
    ax.set_xticks(range(len(LIGHTS)), [label.replace(" ", "\n") for _, label in LIGHTS])
    ax.set_ylabel("response to 5 ul (Hz)")
    ax.legend(loc="upper right")
