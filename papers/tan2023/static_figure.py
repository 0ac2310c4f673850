"""The static task, network by network: one curve says little of what another draw does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .measures import LIMIT

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

AGENTS = {
    "static": ("network", "network and search"),
    "static_no_fast": ("algorithm", "search alone"),
}
PUBLISHED = (25, 18)  # steps of the first attempt and of all others, one run; arXiv:2301.13758
COLUMNS = {
    "first_solved": "first attempt solved",
    "solved": "attempts solved of 100",
    "steps_above_minimum": "steps above minimum",
}


def steps_taken(recording: xr.Dataset) -> xr.DataArray:
    """Steps of each attempt, dims (seed, life, attempt)."""
    from ...analysis.adaptation import by_life
    from ...analysis.navigation import path_length

    return by_life(recording, path_length(recording))


def table_of(recording: xr.Dataset) -> pd.DataFrame:
    """One row a network: first attempt solved, attempts solved, steps above minimum in all.

    Attempts count from 1; one more than all of them where none is solved. Solved is, as published, in
    fewer steps than the limit.
    """
    import pandas as pd

    from ...analysis.adaptation import by_life, sam_manhattan
    from ...analysis.navigation import solved

    reached = by_life(recording, solved(recording, LIMIT)).values == 1
    n_attempts = reached.shape[-1]
    first = np.where(reached.any(axis=-1), reached.argmax(axis=-1) + 1, n_attempts + 1)
    seed, network = np.indices(first.shape)
    return pd.DataFrame(
        {
            "seed": recording["seed"].values[seed.ravel()],
            "network": network.ravel(),
            "first_solved": first.ravel(),
            "solved": reached.sum(axis=-1).ravel(),
            "steps_above_minimum": sam_manhattan(recording).values.ravel(),
        }
    )


def draw_static(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Steps by attempt, median and quartiles of networks; and what each comes to in all."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, TWO_COLUMNS, jitter, letter

    drawing, panels = plt.subplots(1, 4, figsize=(TWO_COLUMNS, 2.2), width_ratios=(2, 1, 1, 1))
    curve, tables = panels[0], []
    for row, (name, (color, label)) in enumerate(AGENTS.items()):
        recording = recordings[f"tan2023/{name}"]
        taken = steps_taken(recording).values
        taken = taken.reshape(-1, taken.shape[-1])
        attempt = np.arange(taken.shape[1]) + 1
        least, low, median, high, most = np.percentile(taken, (0, 25, 50, 75, 100), axis=0)
        curve.plot(attempt, median, color=COLORS[color], label=label)
        curve.fill_between(attempt, low, high, color=COLORS[color], alpha=0.3, linewidth=0)
        curve.fill_between(attempt, least, most, color=COLORS[color], alpha=0.1, linewidth=0)
        table = table_of(recording)
        tables.append(table.assign(agent=name))
        for ax, column in zip(panels[1:], COLUMNS, strict=True):
            values = table[column].to_numpy(float)
            x = row + jitter(len(values), 0.25)
            ax.plot(x, values, ".", color=COLORS[color], markersize=2.5, alpha=0.6)
            ax.plot([row - 0.35, row + 0.35], [np.median(values)] * 2, color="black", linewidth=1)
    curve.plot(
        attempt, [PUBLISHED[0], *[PUBLISHED[1]] * (len(attempt) - 1)], "k:", label="published"
    )
    curve.set(xlabel="attempt", ylabel="steps", ylim=(0, LIMIT * 1.02))
    curve.legend()
    for ax, label in zip(panels[1:], COLUMNS.values(), strict=True):
        ax.set(ylabel=label, xlim=(-0.6, 1.6))
        ax.set_xticks((0, 1), ("both", "search"))
    panels[1].set_yscale("log")
    panels[3].set_yscale("symlog")
    panels[3].set_ylim(0, 2e4)
    for ax, text in zip(panels, "abcd", strict=True):
        letter(ax, text)
    return drawing, pd.concat(tables, ignore_index=True)
