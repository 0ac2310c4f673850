"""Attempts solved where backward replay has fewer starts or goals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

LABELS = {
    "every_state": "every state",
    "first_start": "one start,\nevery goal",
    "task_goal": "every start,\none goal",
    "one_pair": "one start,\none goal",
}


def draw(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Share of attempts solved, each point a seed."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, ONE_COLUMN, jitter
    from .every_state import solved_percent

    drawing, ax = plt.subplots(figsize=(ONE_COLUMN, 2.2))
    rows = []
    for x, name in enumerate(LABELS):
        for test, fill, shift, label in (
            ("", COLORS["network"], -0.18, "network alone"),
            ("@slow", "none", 0.18, "with look-ahead"),
        ):
            solved = solved_percent(recordings[f"tan2023/replay_{name}{test}"])
            ax.plot(x + shift + jitter(len(solved), 0.1), solved, "o", ms=3,
                    mfc=fill, mec=COLORS["network"], label=None if x else label)  # fmt: skip
            rows += [(name, not test, seed, value) for seed, value in enumerate(solved)]
    ax.set(ylabel="attempts solved (%)", ylim=(0, 105), xlabel="starts and goals of replay")
    ax.set_xticks(range(len(LABELS)), LABELS.values())
    ax.legend(loc="lower center", ncols=2)
    names = ["replay", "network_alone", "seed", "solved_percent"]
    return drawing, pd.DataFrame(rows, columns=names)
