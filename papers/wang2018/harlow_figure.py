"""The figures of Harlow's task: accuracy by trial over training, of networks and of monkeys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ...data.facts import Fact

CEILING = 0.92  # of trials 2 to 6; chosen, the bound on trial 2 of the signature
TIMES = ("1st", "2nd", "3rd", "4th", "5th", "6th", "final")  # quantiles of training, as published

Recordings = Mapping[str, "xr.Dataset"]


def trial_accuracy(recording: xr.Dataset) -> np.ndarray:
    """Proportion of correct choices by trial, (n_seeds, n_trials).

    Of the trials in which an object was chosen; NaN where there is none.
    """
    correct = _correct(recording)
    return correct.where(correct >= 0).mean("episode").values


def reached_ceiling(recording: xr.Dataset) -> np.ndarray:
    """Whether each seed is right in `CEILING` of trials 2 on, (n_seeds,).

    Of all trials: one that no choice ended, or that never began, is not right.
    """
    right = (_correct(recording) == 1).mean("episode").values
    return right[:, 1:].mean(axis=1) >= CEILING


def _correct(recording: xr.Dataset) -> xr.DataArray:
    """1 or 0 by (seed, episode, trial), -1 where no choice ended the trial, NaN without trial."""
    from ...analysis.trials import by_trial

    correct = by_trial(recording, "correct", align="outcome")
    return correct.transpose("seed", "episode", "trial")


def draw_harlow(recordings: Recordings) -> tuple[Figure, pd.DataFrame]:
    """Four panels; the table holds every curve, and the share of networks at ceiling."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter
    from ...data.facts import published

    drawing, axes = plt.subplots(1, 4, figsize=(TWO_COLUMNS, 2.4), sharey=True)
    wang, monkeys = published("wang2018/harlow_curve"), published("harlow1949/monkey_curve")
    over_training = _over_training(recordings, "wang2018/harlow")
    blind = _over_training(recordings, "wang2018/harlow_reward_blind")
    controls = (
        ("wang2018/harlow@amnesic", "amnesic"),
        ("wang2018/harlow@untrained", "untrained"),
        ("wang2018/harlow_observer", "ideal observer"),
    )
    tables = [
        _networks(axes[0], over_training),
        _published_curves(axes[1], wang, "training", "Blues"),
        _published_curves(axes[2], monkeys, "problems", "YlOrBr"),
        _trial_2(axes[3], over_training, "network", "LSTM"),
        _trial_2(axes[3], blind, "blind", "reward-blind"),
        *(_table("control", label, trial_accuracy(recordings[s])) for s, label in controls),
    ]
    tables.append(_while_learning(axes[0], recordings))
    axes[1].set_title("published networks")
    axes[2].set_title("monkeys")
    _published_trial_2(axes[3])
    axes[0].set_ylabel("proportion correct")
    for ax, text in zip(axes, "abcd", strict=True):
        letter(ax, text)
    return drawing, pd.concat(tables, ignore_index=True)


def draw_harlow_line(recordings: Recordings) -> tuple[Figure, pd.DataFrame]:
    """Three panels; the table holds every curve, and the share of networks at ceiling."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter

    drawing, axes = plt.subplots(1, 3, figsize=(0.85 * TWO_COLUMNS, 2.4))
    over_training = _over_training(recordings, "wang2018/harlow_line")
    tables = [
        _networks(axes[0], over_training),
        _trial_2(axes[1], over_training, "network", "LSTM"),
        _episode_steps(axes[2], over_training),
        *(
            _table("control", name, trial_accuracy(recordings[f"wang2018/harlow_line@{name}"]))
            for name in ("untrained", "amnesic")
        ),
    ]
    _published_trial_2(axes[1])
    for ax in axes[:2]:
        ax.set_ylabel("proportion correct")
    for ax, text in zip(axes, "abc", strict=True):
        letter(ax, text)
    return drawing, pd.concat(tables, ignore_index=True)


def _over_training(recordings: Recordings, source: str) -> list[xr.Dataset]:
    """The recordings of the quantiles of training and of its end, in the order of `TIMES`."""
    quantiles = [f"{source}@quantile_{k}" for k in range(1, len(TIMES))]
    return [recordings[name] for name in (*quantiles, source)]


def _networks(ax: Axes, over_training: Sequence[xr.Dataset]) -> pd.DataFrame:
    """Accuracy by trial, one line for each time of training; title: seeds at ceiling."""
    import pandas as pd

    curves = [trial_accuracy(recording) for recording in over_training]
    tables = [_table("networks", time, c) for time, c in zip(TIMES, curves, strict=True)]
    for table, color in zip(tables, _shades("Blues", len(TIMES)), strict=True):
        label = table["label"][0]
        ax.plot(table["trial"], table["mean"], "o-", color=color, markersize=2, label=label)
    end = tables[-1]
    ax.fill_between(end["trial"], end["low"], end["high"], color="0.5", alpha=0.3, linewidth=0)
    at_ceiling = reached_ceiling(over_training[-1])
    ax.set_title(f"LSTM, {at_ceiling.sum()} of {len(at_ceiling)} at ceiling")
    _by_trial_axes(ax, curves[-1].shape[1])
    _legend_below(ax, "quantile of training")
    share = {"panel": "share at ceiling", "label": "final", "mean": [at_ceiling.mean()]}
    return pd.concat([*tables, pd.DataFrame(share | {"n": len(at_ceiling)})], ignore_index=True)


def _while_learning(ax: Axes, recordings: Recordings) -> pd.DataFrame:
    """Accuracy by trial in the stretch of training in which reward rises, dashed."""
    import pandas as pd

    rising = [source for source in recordings if source.startswith("wang2018/harlow@rise_")]
    tables = [
        _table("while learning", source.partition("@")[2], trial_accuracy(recordings[source]))
        for source in rising
    ]
    for table, color in zip(tables, _shades("Greys", len(tables)), strict=True):
        ax.plot(table["trial"], table["mean"], "--", color=color, linewidth=0.7, zorder=1)
    return pd.concat(tables, ignore_index=True)


def _published_curves(ax: Axes, fact: Fact, rows: str, shades: str) -> pd.DataFrame:
    """A digitized table of accuracy by trial, one line a row."""
    import numpy as np
    import pandas as pd

    trials, curves = np.array(fact.coords["trial"]), np.asarray(fact.value)
    tables = []
    for label, curve, color in zip(
        fact.coords[rows], curves, _shades(shades, len(curves)), strict=True
    ):
        known = np.isfinite(curve)
        ax.plot(trials[known], curve[known], "o-", color=color, markersize=2, label=label)
        row = {"panel": fact.key, "label": label, "trial": trials, "mean": curve}
        tables.append(pd.DataFrame(row))
    _by_trial_axes(ax, len(trials))
    _legend_below(ax, "problems" if rows == "problems" else f"quantile of {rows}")
    return pd.concat(tables, ignore_index=True)


def _trial_2(ax: Axes, over_training: Sequence[xr.Dataset], color: str, label: str) -> pd.DataFrame:
    """Accuracy in trial 2 over training: mean, and a dot for each seed."""
    import numpy as np

    seeds = np.stack([trial_accuracy(recording)[:, 1] for recording in over_training], axis=1)
    ax.set(ylim=(0.35, 1.02), title="trial 2")
    return _seeds_over_training(ax, seeds, color, label, "trial 2")


def _published_trial_2(ax: Axes) -> None:
    """The published networks' accuracy in trial 2, dashed, and the legend."""
    from ...data.facts import published

    curve = published("wang2018/harlow_curve")
    second = [curve.at(training=time, trial=2) for time in TIMES]
    ax.plot(range(len(TIMES)), second, "--", color="black", label="published")
    _legend_below(ax, "", n_columns=1)


def _episode_steps(ax: Axes, over_training: Sequence[xr.Dataset]) -> pd.DataFrame:
    """Steps of an episode over training."""
    import numpy as np

    seeds = [r.active.sum("step").mean("episode").values for r in over_training]
    table = _seeds_over_training(ax, np.stack(seeds, axis=1), "network", "LSTM", "steps")
    ax.set(ylabel="steps of an episode", ylim=(0, None), title="speed")
    return table


def _seeds_over_training(
    ax: Axes, seeds: np.ndarray, color: str, label: str, panel: str
) -> pd.DataFrame:
    """A line through the means and a dot for each seed, (n_seeds, n_times)."""
    from ...analysis.style import COLORS, jitter

    ax.plot(range(len(TIMES)), seeds.mean(axis=0), color=COLORS[color], label=label)
    for time, points in enumerate(seeds.T):
        ax.plot(time + jitter(len(points)), points, ".", color=COLORS[color], markersize=2)
    ax.set_xticks(range(len(TIMES)), TIMES)
    ax.set_xlabel("quantile of training")
    return _table(panel, label, seeds).drop(columns="trial").assign(training=TIMES)


def _by_trial_axes(ax: Axes, n_trials: int) -> None:
    ax.axhline(0.5, color="0.7", linewidth=0.5, linestyle=":", zorder=0)
    ax.set(xlabel="trial", xticks=range(1, n_trials + 1), ylim=(0.35, 1.02))


def _legend_below(ax: Axes, title: str, n_columns: int = 2) -> None:
    ax.legend(
        title=title, title_fontsize=6, ncols=n_columns, loc="upper center", borderaxespad=0,
        bbox_to_anchor=(0.5, -0.3), handlelength=1.2, columnspacing=0.8,
    )  # fmt: skip


def _shades(name: str, n: int) -> np.ndarray:
    """Colors from light to dark, the lightest still dark enough for paper."""
    import matplotlib as mpl
    import numpy as np

    return mpl.colormaps[name](np.linspace(0.35, 1, n))


def _table(panel: str, label: str, seeds: np.ndarray) -> pd.DataFrame:
    """Mean over seeds (rows) with its 95 % interval, which is empty for a single one."""
    import numpy as np
    import pandas as pd

    from ...analysis.statistics import t_interval

    n_seeds, n_columns = seeds.shape
    mean = seeds.mean(axis=0)
    low, high = mean, mean
    if n_seeds > 1:
        intervals = [t_interval(column) for column in seeds.T]
        low, high = ([getattr(i, side) for i in intervals] for side in ("low", "high"))
    return pd.DataFrame(
        {"panel": panel, "label": label, "trial": np.arange(1, n_columns + 1), "mean": mean,
         "low": low, "high": high, "n": n_seeds}
    )  # fmt: skip
