"""Attempts solved with and without replay, and how long they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

SHOWN = {
    "random": "random",
    "go_explore": "Go-Explore",
    "go_explore_count": "Go-Explore-\nCount",
    "explore_count": "Explore-\nCount",
}
CURVES = {  # agent and test -> color, line, label
    ("explore_count", "@no_replay"): ("blind", "-", "no replay"),
    ("explore_count", ""): ("network", "-", "replay"),
    ("guided", ""): ("network", ":", "replay, guide to the door"),
}


def draw(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Top: share of attempts solved, each point a seed. Bottom: steps by attempt, first seed."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.navigation import path_length, solved
    from ...analysis.style import COLORS, TWO_COLUMNS, jitter, letter

    drawing, axes = plt.subplots(2, 2, figsize=(TWO_COLUMNS, 3.6))
    rows = []
    for column, maze in enumerate(("unwalled", "walled")):
        top, bottom = axes[:, column]
        for x, agent in enumerate(SHOWN):
            for test, color, shift in (("@no_replay", "blind", -0.18), ("", "network", 0.18)):
                reached = solved(recordings[f"tan2022_replay/{maze}_{agent}{test}"])
                share = 100 * reached.mean("episode").values
                at = x + shift + jitter(len(share), 0.1)
                label = ("replay" if not test else "no replay") if x == 0 else None
                top.plot(at, share, "o", ms=3, color=COLORS[color], label=label, clip_on=False)
                rows += [(maze, agent, not test, "solved", seed, value)
                         for seed, value in enumerate(share)]  # fmt: skip
        top.set(ylim=(0, 100), ylabel="attempts solved (%)", title=f"{maze} maze")
        top.set_xticks(range(len(SHOWN)), SHOWN.values())
        for (agent, test), (color, line, label) in CURVES.items():
            recording = recordings[f"tan2022_replay/{maze}_{agent}{test}"]
            steps = path_length(recording).isel(seed=0).values
            bottom.plot(range(1, len(steps) + 1), steps, line, color=COLORS[color], label=label,
                        lw=0.8)  # fmt: skip
            rows += [(maze, agent, not test, "steps", attempt, value)
                     for attempt, value in enumerate(steps, start=1)]  # fmt: skip
        bottom.set(xlabel="attempt", ylabel="steps", ylim=(0, 125), yticks=range(0, 101, 20))
        letter(top, "ab"[column])
        letter(bottom, "cd"[column])
    axes[0, 0].legend(loc="upper left")
    axes[1, 0].legend(loc="upper left", ncols=3)
    names = ["maze", "agent", "replay", "measure", "seed_or_attempt", "value"]
    return drawing, pd.DataFrame(rows, columns=names)
