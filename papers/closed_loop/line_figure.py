"""Figures of the closed loop: learning by what is replayed, and one rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ARMS = {  # by source: label, color, line
    "goal_cued": ("replayed", "network", "-"),
    "shuffled": ("shuffled", "network", ":"),
    "reversed": ("reversed", "other_network", "--"),
    "random": ("random", "algorithm", "-"),
    "none": ("none", "blind", "-"),
    "start_cued": ("cue at the start", "cue", "-"),
    "spontaneous": ("no cue", "optimal", "--"),
    "no_plasticity": ("no plasticity", "model_free", ":"),
    "no_dopamine": ("no dopamine", "animal", ":"),
}
CURVES = ("goal_cued", "shuffled", "reversed", "random", "none")  # the others in (b) alone
RESTS = {"goal_cued": "cue at the goal", "start_cued": "cue at the start", "spontaneous": "no cue"}


def draw_curves(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Moves by attempt, and those of the later attempts in all, of the arms that are there."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.learning_curves import moves_by_lap
    from ...analysis.style import COLORS, TWO_COLUMNS, jitter, letter
    from .area import area, first_shortest
    from .measures import steps

    drawing, (left, right) = plt.subplots(1, 2, figsize=(TWO_COLUMNS, 2.3))
    tables = []
    arms = {arm: drawn for arm, drawn in ARMS.items() if f"closed_loop/{arm}" in recordings}
    for row, (arm, (label, color, style)) in enumerate(arms.items()):
        recording = recordings[f"closed_loop/{arm}"]
        shortest = float(recording.shortest_path.isel(step=0).max())
        curve = moves_by_lap(recording).mean("life").values + shortest
        attempt, mean, half = np.arange(1, curve.shape[1] + 1), curve.mean(axis=0), _half(curve)
        if arm in CURVES:
            low = np.maximum(mean - half, 1)
            left.plot(attempt, mean, style, color=COLORS[color], label=label)
            left.fill_between(attempt, low, mean + half, color=COLORS[color], alpha=0.15, lw=0)
        total = steps(recording)
        right.plot(total, row + jitter(len(total)), "o", ms=2, color=COLORS[color], alpha=0.6)
        right.errorbar(
            total.mean(), row, xerr=_half(total[:, None]), fmt="s", ms=3, color=COLORS[color],
            capsize=2,
        )  # fmt: skip
        tables.append(
            pd.DataFrame(
                {"source": arm, "attempt": attempt, "mean": mean, "low": mean - half,
                 "high": mean + half}
            )
        )  # fmt: skip
        totals = {
            "moves_2_to_10": total,
            "area_2_to_10": area(recording),
            "first_of_two_shortest": first_shortest(recording),
        }
        tables.append(pd.DataFrame({"source": arm, "seed": recording.seed.values, **totals}))
    left.set(
        xlabel="attempt", ylabel="moves", yscale="log", xticks=attempt, ylim=(shortest / 2, None)
    )
    left.axhline(shortest, color="0.8", lw=0.6, zorder=0)
    left.set_ylim(top=3 * left.get_ylim()[1])  # room for the legend
    left.legend(handlelength=1.6, loc="upper right", ncols=3)
    right.set(xlabel="moves of attempts 2 to 10", xscale="log", yticks=range(len(arms)))
    right.set_yticklabels([label for label, _, _ in arms.values()])
    right.invert_yaxis()
    letter(left, "a")
    letter(right, "b")
    return drawing, pd.concat(tables, ignore_index=True)


def draw_unseen(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """The same of animals that nobody has seen."""
    return draw_curves({s.replace("unseen_line_", ""): r for s, r in recordings.items()})


def _half(values: np.ndarray) -> np.ndarray:
    """Half of the 95 % interval over seeds (rows) of each column; 0 for one seed."""
    from scipy import stats

    n = len(values)
    if n < 2:
        return np.zeros(values.shape[1])
    return stats.t.ppf(0.975, n - 1) * values.std(axis=0, ddof=1) / np.sqrt(n)


def draw_rest(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """The first rest with a sharp wave of the first seed, for each cue."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter

    drawing, axes = plt.subplots(1, 3, figsize=(TWO_COLUMNS, 2.0), sharey=True)
    tables = []
    for ax, (arm, title), text in zip(axes, RESTS.items(), "abc", strict=True):
        table = _rest(ax, recordings[f"closed_loop/{arm}"])
        ax.set(title=title, xlabel="time (ms)")
        letter(ax, text)
        tables.append(table.assign(source=arm))
    axes[0].set_ylabel("state")
    return drawing, pd.concat(tables, ignore_index=True)


def _rest(ax: Axes, recording: xr.Dataset) -> pd.DataFrame:
    import pandas as pd

    from ...analysis.style import COLORS
    from ...models.hippocampus.ca3 import CUE_STEP
    from ...models.hippocampus.place_code import NO_FIELD, P_PLACE, GraphCode
    from ...models.hippocampus.readout import Readout
    from ...models.hippocampus.spikes import Spikes
    from ...models.hippocampus.spiking import CUE_ONSET
    from ..ecker2022.network import LINE
    from .line import NETWORK

    row = recording.isel(seed=0)
    began, lane, cued = _first_rest(row)
    own = (recording.spike_seed.values == recording.seed.values[0]) & (
        recording.lane.values == lane
    )
    since = recording.time.values[own] - began
    now = (since >= 0) & (since < NETWORK.duration)
    spikes = Spikes(since[now], recording.neuron.values[own][now])
    n_place = round(P_PLACE * NETWORK.n_pyramidal)
    fields = np.full(NETWORK.n_pyramidal, NO_FIELD)
    fields[:n_place] = np.arange(n_place) * LINE.n_states // n_place  # as spikes are numbered
    placed = spikes.of(range(n_place))
    state = (placed.neuron + 0.5) / n_place * LINE.n_states - 0.5
    ax.plot(1000 * placed.time, state, ",", color="0.35", rasterized=True)
    if cued >= 0:
        ax.axvspan(1000 * CUE_ONSET, 1000 * (CUE_ONSET + CUE_STEP), color="0.9", lw=0, zorder=0)
    tables = []
    sweeps = Readout(GraphCode(LINE).overlap, fields).sweeps(spikes, NETWORK.duration)
    for number, sweep in enumerate(sweeps):
        ax.plot(1000 * sweep.times, sweep.states, ".-", color=COLORS["model_free"], ms=3, lw=0.8)
        tables.append(
            pd.DataFrame({"event": number, "time": sweep.times, "state": sweep.states})
        )  # fmt: skip
    ax.set(xlim=(0, 1000 * NETWORK.duration), ylim=(-0.7, LINE.n_states - 0.3))
    return pd.concat(tables, ignore_index=True)


def _first_rest(row: xr.Dataset) -> tuple[float, int, int]:
    """When the first rest with a sharp wave began, its lane, and which state was cued."""
    many = (row.n_events > 0).values & row.active.values
    if not many.any():
        raise ValueError("the first seed has no rest with a sharp wave")
    episode, step = np.argwhere(many)[0]
    at = row.isel(episode=episode, step=step)
    return float(at.clock), int(at.life), int(at.cued_state)
