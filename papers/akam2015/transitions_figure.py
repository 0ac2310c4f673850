"""The figure of the transition probe: interactions in both worlds, and choices after a swap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

AGENTS = (
    ("akam2015/fixed", "LSTM, transitions fixed", "network"),
    ("akam2015/drawn", "LSTM, drawn for each life", "other_network"),
    ("akam2015/swapping", "LSTM, swapping within lives", "algorithm"),
    ("akam2015/planner", "observer, infers transitions", "optimal"),
    ("akam2015/latent_state", "observer, takes them for granted", "cue"),
)


def draw_transitions(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Two panels: interaction by world, and accuracy by trials since a swap."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    from ...analysis.reversal import accuracy_since_change
    from ...analysis.style import COLORS, TWO_COLUMNS, jitter, letter, mean_line
    from .transitions import settled_interaction

    drawing, (left, right) = plt.subplots(1, 2, figsize=(TWO_COLUMNS, 2.6))
    rows = []
    for i, (name, label, color) in enumerate(AGENTS):
        for x, world in ((0, ""), (1, "@swapped")):
            seeds = np.atleast_1d(settled_interaction(recordings[f"{name}{world}"]))
            at = x + 0.16 * (i - 2)
            left.bar(at, seeds.mean(), 0.13, color=COLORS[color], label=label if x == 0 else None)
            left.plot(at + jitter(len(seeds), 0.04), seeds, ".", color="black", markersize=2)
            rows += [
                {"agent": label, "panel": "interaction", "x": world or "usual", "seed": k, "y": y}
                for k, y in enumerate(seeds)
            ]
        curve = accuracy_since_change(recordings[f"{name}@swapping"], "congruent")
        since, y = curve["since"].values, np.atleast_2d(curve.values)
        mean_line(right, since, y, COLORS[color])
        rows += [
            {"agent": label, "panel": "after swap", "x": int(x), "seed": k, "y": value}
            for k, line in enumerate(y)
            for x, value in zip(since, line, strict=True)
        ]
    left.axhline(0, color="0.7", linewidth=0.5)
    left.set_xticks([0, 1], ["usual transitions", "swapped"])
    left.set_ylabel("reward-by-transition interaction")
    left.legend(loc="lower left")
    letter(left, "a")
    right.axhline(0.5, color="0.7", linewidth=0.5, linestyle=":")
    right.set_xlabel("trials since the transitions swapped")
    right.set_ylabel("better option chosen")
    letter(right, "b")
    return drawing, pd.DataFrame(rows)
