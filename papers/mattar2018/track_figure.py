"""Figures of replay on the track and in the maze: raster, events, rewards, priorities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .measures import Rate, next_state

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLORS = {"forward": "network", "reverse": "model_free"}
MAZE_SHAPE = (6, 9)


def draw_raster(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """The first lap with a forward sequence at its start and a reverse one at its end."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.sequences import find_sequences, replay_periods
    from ...analysis.style import COLORS as STYLE
    from ...analysis.style import ONE_COLUMN, letter

    periods = replay_periods(recordings["mattar2018/track"])
    moves = next_state("track")
    found = find_sequences(periods.state.values, periods.action.values, moves)
    table = found.assign(
        seed=periods.seed.values[found.period], episode=periods.episode.values[found.period],
        planning=periods.planning.values[found.period],
    )  # fmt: skip
    ahead = table[(table.direction == "forward") & (table.planning == 1)]
    back = table[(table.direction == "reverse") & (table.planning == 2)]
    both = ahead.merge(back, on=["seed", "episode"], suffixes=("_start", "_goal"))
    if both.empty:
        raise ValueError("no lap has a forward sequence at its start and a reverse one at its goal")
    drawing, axes = plt.subplots(1, 2, figsize=(ONE_COLUMN, 1.7), sharey=True)
    rows = []
    for ax, when in zip(axes, ("start", "goal"), strict=True):
        period = int(both.iloc[0][f"period_{when}"])
        states = periods.state.values[period]
        states = states[states >= 0]
        label = np.full(len(states), "none", dtype="<U7")
        for sequence in found[found.period == period].itertuples():
            label[sequence.first : sequence.first + sequence.length] = sequence.direction
        for i, (state, part) in enumerate(zip(states, label, strict=True)):
            ax.plot(i + 1, state % 10 + 1, "o", ms=2.5, color=STYLE[COLORS.get(part, "blind")])
            rows.append({"when": when, "backup": i + 1, "state": state, "direction": part})
        ax.set(xlabel="backup", title=f"at the {when}", ylim=(0.5, 10.5))
    axes[0].set_ylabel("cell of the track")
    for ax, text in zip(axes, "ab", strict=True):
        letter(ax, text)
    return drawing, pd.DataFrame(rows)


def draw_events(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Events per lap by position and direction in four conditions, and by lap on the track."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter

    drawing, axes = plt.subplots(1, 5, figsize=(TWO_COLUMNS, 1.9), width_ratios=(2, 2, 2, 2, 3))
    panels = (
        ("mattar2018/track", "track", "track"),
        ("mattar2018/maze", "open maze", "maze"),
        ("mattar2018/track_no_need", "track, no need", "track"),
        ("mattar2018/track_no_gain", "track, no gain", "track"),
    )
    tables = []
    for ax, (source, title, world) in zip(axes, panels, strict=False):
        rates = {
            (when, direction): Rate(when, direction, world)(recordings[source])
            for when in ("start", "end") for direction in COLORS
        }  # fmt: skip
        tables.append(_bars(ax, rates).assign(source=source, panel=title))
        ax.set_title(title)
    axes[0].set_ylabel("events per lap")
    axes[0].legend(handlelength=1, borderaxespad=0.1)
    tables.append(_by_lap(axes[4], recordings["mattar2018/track"]))
    for ax, text in zip(axes, "abcde", strict=True):
        letter(ax, text)
    return drawing, pd.concat(tables, ignore_index=True)


def _bars(ax: Axes, rates: dict[tuple[str, str], np.ndarray]) -> pd.DataFrame:
    """Mean over seeds with its standard error, beside the points of the seeds."""
    import pandas as pd

    from ...analysis.style import COLORS as STYLE
    from ...analysis.style import jitter

    rows = []
    groups = list(dict.fromkeys(where for where, _ in rates))
    for (where, direction), values in rates.items():
        color = STYLE[COLORS[direction]]
        x = groups.index(where) + (0.2 if direction == "reverse" else -0.2)
        error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
        label = direction if where == groups[0] else None
        ax.bar(x, values.mean(), 0.36, yerr=error, color=color, alpha=0.5, label=label)
        ax.plot(x + jitter(len(values), 0.1), values, ".", ms=2, color=color)
        rows += [
            {"where": where, "direction": direction, "seed": i, "value": v}
            for i, v in enumerate(values)
        ]
    ax.set_xticks(range(len(groups)), groups)
    ax.set_ylim(0, max(ax.get_ylim()[1], 0.1))  # an empty panel has a scale too
    return pd.DataFrame(rows)


def _by_lap(ax: Axes, recording: xr.Dataset) -> pd.DataFrame:
    """Forward events at the start and reverse ones at the goal, by lap."""
    import pandas as pd

    from ...analysis.sequences import by_episode
    from ...analysis.style import COLORS as STYLE

    attempt = by_episode(recording, "attempt").values
    tables = []
    for when, direction in (("start", "forward"), ("end", "reverse")):
        events = Rate(when, direction).events(recording).values
        laps = np.arange(attempt.max() + 1)
        rate = np.array([events[attempt == lap].mean() for lap in laps])
        ax.plot(laps + 1, rate, color=STYLE[COLORS[direction]], label=f"{direction}, {when}")
        tables.append(
            pd.DataFrame({"where": when, "direction": direction, "lap": laps + 1, "value": rate})
        )
    ax.set(xlabel="lap", ylabel="events per lap")
    ax.legend(handlelength=1, borderaxespad=0.1)
    return pd.concat(tables).assign(panel="by lap", source="mattar2018/track")


def draw_rewards(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Events per lap after the usual reward and after the other, in three conditions."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import ONE_COLUMN, letter

    drawing, axes = plt.subplots(1, 3, figsize=(ONE_COLUMN, 1.8), sharey=True)
    tables = []
    for ax, other, text in zip(axes, ("1x", "4x", "0x"), "abc", strict=True):
        recording = recordings[f"mattar2018/reward_{other}"]
        rates: dict[tuple[str, str], np.ndarray] = {}
        for when, direction in (("start", "forward"), ("end", "reverse")):
            normal, altered = Rate(when, direction).by_last_reward(recording)
            rates |= {("after 1x", direction): normal, (f"after {other} ", direction): altered}
        tables.append(_bars(ax, rates).assign(panel=other))
        letter(ax, text)
    axes[0].set_ylabel("events per lap")
    axes[0].legend(handlelength=1, borderaxespad=0.1)
    return drawing, pd.concat(tables, ignore_index=True)


def draw_priorities(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Maps of the first rest at a goal, and replay against the value of a backup."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS as STYLE
    from ...analysis.style import TWO_COLUMNS, letter
    from ...analysis.trajectories import relate, replay_counts

    recording = recordings["mattar2018/maze_priorities"]
    resting = (recording.phase == 1).values
    drawing, axes = plt.subplots(1, 4, figsize=(TWO_COLUMNS, 1.5))
    at_goal = np.argwhere(recording.planning.values == 2)[0]
    columns = {}
    for ax, name, text in zip(axes, ("gain", "need", "value_of_backup"), "abc", strict=False):
        values = recording[name].values
        image = ax.imshow(values[tuple(at_goal)].reshape(MAZE_SHAPE), cmap="viridis")
        drawing.colorbar(image, ax=ax, fraction=0.04, label="reward" if text != "b" else "visits")
        ax.set(title=name.replace("_", " "), xticks=[], yticks=[], xlabel="column", ylabel="row")
        columns[name] = values[resting].mean(axis=0)
        letter(ax, text)
    columns["backups"] = replay_counts(recording, len(columns["need"])) / resting.sum()
    table = pd.DataFrame(columns).rename_axis("state").reset_index()
    walkable = (next_state("maze") != np.arange(len(table))[:, None]).any(axis=1)
    shown = table[walkable]
    found = relate(shown.backups, shown.value_of_backup, np.random.default_rng(0))
    axes[3].plot(shown.value_of_backup, shown.backups, ".", ms=3, color=STYLE["network"])
    axes[3].set(xlabel="value of backup (reward)", ylabel="backups per rest")
    text = f"rho {found.correlation:.2f}\n[{found.low:.2f}, {found.high:.2f}]"
    axes[3].text(0.95, 0.95, text, ha="right", va="top", transform=axes[3].transAxes, fontsize=6)
    letter(axes[3], "d")
    return drawing, table
