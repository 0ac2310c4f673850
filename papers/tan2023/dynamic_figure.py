"""The dynamic task: learning against the published totals, who decides, and what is imagined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...tasks.navigation import tan
from .measures import CHANGE

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

AGENTS = {
    "dynamic": ("network", "-", "network and search"),
    "no_slow": ("other_network", "-", "network alone"),
    "no_fast_other_numbers": ("algorithm", "-", "search alone"),
    "neither": ("blind", "-", "neither"),
    "improved": ("optimal", "-", "improved"),
}
# Steps above minimum after 50 and after 100 attempts, one run each; arXiv:2301.13758
PUBLISHED = {
    "dynamic": (923, 1478), "no_slow": (2493, 5170), "no_fast_other_numbers": (2432, 5110),
    "neither": (3894, 8040),
}  # fmt: skip
DECIDERS = {
    2: ("algorithm", "plan"), 3: ("optimal", "way to the frontier"), 1: ("network", "network"),
    0: ("blind", "tries"),
}  # fmt: skip


def draw_learning(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Cumulative steps above minimum by attempt, with intervals over seeds; published totals."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.adaptation import by_life
    from ...analysis.navigation import steps_above_minimum
    from ...analysis.statistics import half_interval
    from ...analysis.style import COLORS, ONE_COLUMN

    drawing, axes = plt.subplots(figsize=(ONE_COLUMN, 2.6))
    tables = []
    for name, (color, line, label) in AGENTS.items():
        recording = recordings[f"tan2023/{name}"]
        above = by_life(recording, steps_above_minimum(recording)).mean("life")
        total = above.cumsum("attempt").values
        attempt, mean = np.arange(total.shape[1]) + 1, total.mean(axis=0)
        table = {"attempt": attempt, "mean": mean}
        axes.plot(attempt, mean, line, color=COLORS[color], label=label)
        if len(total) > 1:
            half = half_interval(total)
            table |= {"low": mean - half, "high": mean + half}
            axes.fill_between(
                attempt, table["low"], table["high"], color=COLORS[color], alpha=0.25, linewidth=0
            )
        if name in PUBLISHED:
            axes.plot(
                (CHANGE, 2 * CHANGE), PUBLISHED[name], "o", color=COLORS[color], markersize=3.5,
                markerfacecolor="none", clip_on=False,
            )  # fmt: skip
        tables.append(pd.DataFrame(table).assign(agent=name))
    axes.plot([], [], "ko", markersize=3.5, markerfacecolor="none", label="published")
    axes.axvline(CHANGE, color="black", linestyle="--", linewidth=0.6)
    axes.set(
        xlabel="attempt", ylabel="steps above minimum, cumulative", xlim=(0, 100), ylim=(0, None)
    )
    axes.legend()
    return drawing, pd.concat(tables, ignore_index=True)


def draw_deciders(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Share of steps that tries, network, plan and frontier decide, in blocks of ten attempts."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, TWO_COLUMNS, letter

    drawing, panels = plt.subplots(1, 2, figsize=(TWO_COLUMNS, 2.0), sharey=True)
    tables = []
    for axes, name, text in zip(panels, ("dynamic", "improved"), "ab", strict=True):
        recording = recordings[f"tan2023/{name}"]
        block = recording["attempt"].isel(step=0).transpose("seed", "episode").values // 10
        decider = recording["decider"].transpose("seed", "episode", "step").values
        active = recording["active"].transpose("seed", "episode", "step").values
        blocks = np.arange(block.max() + 1)
        base = np.zeros(len(blocks))
        for value, (color, label) in DECIDERS.items():
            share = np.array(
                [(decider[block == b] == value)[active[block == b]].mean() for b in blocks]
            )
            if share.any():
                axes.bar(10 * blocks + 5, share, 9, base, color=COLORS[color], label=label)
            base = base + share
            tables.append(pd.DataFrame({"first_attempt": 10 * blocks, "share": share})
                          .assign(decider=label, agent=name))  # fmt: skip
        axes.axvline(CHANGE, color="black", linestyle="--", linewidth=0.6)
        axes.set(xlabel="attempt", title=AGENTS[name][2], xlim=(0, 100))
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
        letter(axes, text)
    panels[0].set(ylabel="share of steps")
    return drawing, pd.concat(tables, ignore_index=True)


def draw_imagined(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Ways taken and imagined around the change: the last plan through the old gap, and the first after."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter

    recording = recordings["tan2023/imagined"].isel(seed=0)
    events = recording["replay_seed"].values == int(recording["seed"])
    attempts = _telling_attempts(recording, events)
    drawing, panels = plt.subplots(1, len(attempts), figsize=(TWO_COLUMNS, 2.2))
    tables = []
    for axes, episode, text in zip(panels, attempts, "abc", strict=True):
        table = _draw_attempt(axes, recording, events, episode)
        letter(axes, text)
        tables.append(table.assign(attempt=episode))
    return drawing, pd.concat(tables, ignore_index=True)


def _telling_attempts(recording: xr.Dataset, events: np.ndarray) -> list[int]:
    """The attempts of the first life with most imagined states: before, just after, late."""
    episode = recording["replay_episode"].values[events]
    count = np.bincount(episode, minlength=2 * CHANGE)[: 2 * CHANGE]
    stale = recording["stale"].where(recording["active"], 0).sum("step").values[: 2 * CHANGE]
    after = np.flatnonzero((stale > 0) & (np.arange(2 * CHANGE) >= CHANGE))
    first = int(after[0]) if len(after) else CHANGE
    spans = ((0, CHANGE), (first, first + 1), (2 * CHANGE - 20, 2 * CHANGE))
    return [begin + int(count[begin:end].argmax()) for begin, end in spans]


def _draw_attempt(
    axes: Axes, recording: xr.Dataset, events: np.ndarray, episode: int
) -> pd.DataFrame:
    """The walls, the way taken, and what was imagined at its steps."""
    import pandas as pd

    from ...analysis.maze_figure import draw_maze, draw_paths
    from ...analysis.navigation import states_visited

    wall = tan.walls_at(episode).wall
    one = recording.isel(episode=episode, step=0)
    draw_maze(axes, wall, start=int(one["start"]), goal=int(one["goal"]))
    here = np.flatnonzero(events & (recording["replay_episode"].values == episode))
    state, event_of = recording["replay_state"].values, recording["event_of"].values
    imagined = [state[event_of == event] for event in here]
    if imagined:
        draw_paths(axes, wall, imagined, "imagined", alpha=0.35)
    taken = states_visited(recording, episode)
    draw_paths(axes, wall, [taken])
    axes.set_title(f"attempt {episode}: {len(taken) - 1} steps, {len(imagined)} plans")
    rows = [("taken", 0, s) for s in taken.tolist()]
    rows += [("imagined", k, s) for k, path in enumerate(imagined) for s in path.tolist()]
    return pd.DataFrame(rows, columns=["kind", "path", "state"])
