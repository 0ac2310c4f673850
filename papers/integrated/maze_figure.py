"""Figures of the agent in the arena: the lesion table, and ways taken before, in and after a rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...tasks.navigation import TwoGaps
from ...tasks.shared_ends import AT_REST, NEWS_COMES, TEST
from ..declaration import Signature
from .maze_measures import excess_steps
from .maze_predictions import COLUMNS, LESIONS, SIGNATURES, cells, compared, source

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACUTE = tuple(lesion for lesion in LESIONS if not lesion.startswith("trained"))
TABLE_SOURCES = tuple(
    dict.fromkeys(s for lesion in ACUTE for column in COLUMNS for s in compared(lesion, column))
)
WITH_REST, WITHOUT_REST = "integrated/maze", source("no_rest", "news")
GRID = TwoGaps().grid


def draw_table(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """A cell for each lesion and event: predicted sign, measured impairment, and whether they agree."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, TWO_COLUMNS
    from ..verdict import measure

    rows, colors = [], []
    for ((lesion, column), predicted), signature in zip(cells().items(), SIGNATURES, strict=True):
        if lesion not in ACUTE:
            continue
        found = measure(signature, signature.subject, recordings)
        inside, outside = (f(signature.low, signature.high) for f in (found.inside, found.outside))
        colors.append(COLORS["optimal" if inside else "model_free" if outside else "blind"])
        low, high = found.interval or (np.nan, np.nan)
        rows.append({"lesion": lesion, "event": column, "predicted": predicted,
                     "mean": found.mean, "low": low, "high": high})  # fmt: skip
    table = pd.DataFrame(rows)
    drawing, ax = plt.subplots(figsize=(TWO_COLUMNS, 2.9))
    draw_cells(ax, table, colors)
    return drawing, table


COLOR_OF = {"shown": "optimal", "absent": "model_free", "undiagnostic": "cue", "unclear": "blind"}


def judged(
    predicted: Mapping[tuple[str, str], str],
    signatures: Sequence[Signature],
    recordings: Mapping[str, xr.Dataset],
) -> pd.DataFrame:
    """Predicted sign, mean, interval and verdict of each (lesion, event)."""
    import pandas as pd

    from ..verdict import judge

    rows = []
    for ((lesion, column), sign), signature in zip(predicted.items(), signatures, strict=True):
        verdict = judge(signature, recordings)
        low, high = verdict.measured.interval or (np.nan, np.nan)
        rows.append({"lesion": lesion, "event": column, "predicted": sign,
                     "mean": verdict.measured.mean, "low": low, "high": high,
                     "verdict": verdict.verdict})  # fmt: skip
    return pd.DataFrame(rows)


def draw_cells(ax: Axes, table: pd.DataFrame, colors: Sequence[str]) -> None:
    """Prediction, mean, interval and a colored square for each row of `table`, lesions by events.

    A mean that is NaN has no range to be a share of, and no square.
    """
    lesions, events = (list(dict.fromkeys(table[name])) for name in ("lesion", "event"))
    measured = table["mean"].to_numpy().reshape(len(lesions), len(events))
    ax.imshow(np.clip(measured, 0, 1), cmap="Blues", vmin=0, vmax=2, aspect="auto")
    for i, cell in enumerate(table.itertuples()):
        y, x = divmod(i, len(events))
        ax.text(x - 0.4, y, cell.predicted, ha="left", va="center", fontsize=8)
        if np.isnan(cell.mean):
            ax.text(x + 0.44, y, "no range", ha="right", va="center", color="gray")
            continue
        numbers = (f"{round(value, 2) + 0.0:.2f}" for value in (cell.mean, cell.low, cell.high))
        mean, lowest, highest = numbers
        ax.text(x + 0.36, y - 0.14, mean, ha="right", va="center")
        ax.text(x + 0.36, y + 0.2, f"{lowest} to {highest}", ha="right", va="center", fontsize=5)
        ax.plot(x + 0.44, y, "s", ms=4, color=colors[i])
    ax.set_xticks(range(len(events)), [name.replace("_", " ") for name in events])
    ax.set_yticks(range(len(lesions)), [name.replace("_", " ") for name in lesions])
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_xticks(np.arange(1, len(events)) - 0.5, minor=True)
    ax.set_yticks(np.arange(1, len(lesions)) - 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=1.5)
    ax.tick_params(which="minor", length=0)


def draw_ways(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """One life: the visit with the news, what is replayed, and the test with rest and without."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.maze_figure import draw_maze, draw_paths
    from ...analysis.style import TWO_COLUMNS

    rested, unrested = (recordings[s].isel(seed=0) for s in (WITH_REST, WITHOUT_REST))
    life = telling_life(rested, unrested)
    news = first_trial(rested, life, NEWS_COMES)
    goal = int(news.goal[0])
    panels = [
        ("elsewhere: the goal has moved", [news.position.values], "taken"),
        ("rest: replayed", replayed(recordings[WITH_REST], life, goal), "forward"),
        ("after rest", [first_trial(rested, life, TEST).position.values], "taken"),
        ("without rest", [first_trial(unrested, life, TEST).position.values], "taken"),
    ]
    drawing, axes = plt.subplots(1, len(panels), figsize=(TWO_COLUMNS, 1.9))
    rows = []
    for ax, (title, ways, kind) in zip(axes, panels, strict=True):
        start = int(ways[0][0]) if kind == "taken" else None
        draw_maze(ax, GRID.wall, start=start, goal=goal)
        draw_paths(ax, GRID.wall, ways, kind)
        ax.set_title(title)
        rows += [
            {"panel": title, "way": i, "step": step, "state": int(state)}
            for i, way in enumerate(ways)
            for step, state in enumerate(way)
        ]
    return drawing, pd.DataFrame(rows)


def telling_life(rested: xr.Dataset, unrested: xr.Dataset) -> int:
    """The first life in which rest saved as many steps as it does in the median of those it helped."""
    saved = {}
    for life in np.unique(rested.life.values):
        costs = [
            excess_steps(r.isel(episode=(r.life == life).values), 0) for r in (unrested, rested)
        ]
        saved[int(life)] = float(costs[0].max()) - float(costs[1].max())
    helped = sorted(steps for steps in saved.values() if steps > 0)
    if not helped:
        return min(saved)
    median = helped[len(helped) // 2]
    return next(life for life, steps in saved.items() if steps == median)


def replayed(recording: xr.Dataset, life: int, goal: int) -> list[np.ndarray]:
    """Ways to `goal` replayed by the first seed in the last rest of a life."""
    row = recording.isel(seed=0, step=0)
    rests = np.flatnonzero(((row.life == life) & (row.period == AT_REST)).values)
    seed = int(recording.seed[0])
    at = (recording.replay_seed == seed) & (recording.replay_episode == rests[-1])
    events = np.flatnonzero(at.values)
    ways = [recording.replay_state.values[recording.event_of.values == event] for event in events]
    found = [way.astype(int) for way in ways if way[-1] == goal]
    if not found:
        raise ValueError(f"no way to state {goal} was replayed in the last rest of life {life}")
    return found


def first_trial(recording: xr.Dataset, life: int, period: int) -> xr.Dataset:
    """Steps of the first trial of the last visit of this period."""
    row = recording.isel(step=0)
    visit = np.flatnonzero(((row.life == life) & (row.period == period)).values)[-1]
    one = recording.isel(episode=visit)
    return one.isel(step=((one.trial == 0) & one.active).values)
