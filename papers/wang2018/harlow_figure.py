"""The figures of Harlow's task: accuracy by trial over training, of networks and of monkeys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CEILING = 0.92  # mean accuracy in trials 2 to 6; chosen, the bound on trial 2 of the signature
N_QUANTILES = 6
_END = N_QUANTILES  # index of the end of training among the curves
_LABELS = (*(f"{k}/{N_QUANTILES}" for k in range(1, N_QUANTILES + 1)), "end")

Recordings = Mapping[str, "xr.Dataset"]


def trial_accuracy(recording: xr.Dataset) -> np.ndarray:
    """Proportion of correct choices by trial, (n_seeds, n_trials).

    Of the trials in which an object was chosen; NaN where there is none.
    """
    from ...analysis.trials import by_trial

    correct = by_trial(recording, "correct", align="outcome")
    return correct.where(correct >= 0).mean("episode").transpose("seed", "trial").values


def reached_ceiling(recording: xr.Dataset) -> np.ndarray:
    """Whether each seed is right in `CEILING` of trials 2 on, (n_seeds,)."""
    return trial_accuracy(recording)[:, 1:].mean(axis=1) >= CEILING


def draw_harlow(recordings: Recordings) -> tuple[Figure, pd.DataFrame]:
    """Four panels; the table holds every curve, and for our networks the seeds at ceiling."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter
    from ...data.facts import published

    drawing, axes = plt.subplots(1, 4, figsize=(TWO_COLUMNS, 2.1), sharey=True)
    wang, monkeys = published("wang2018/harlow_curve"), published("harlow1949/monkey_curve")
    over_training = _over_training(recordings, "wang2018/harlow")
    tables = [
        _networks(axes[0], over_training),
        _published_curves(axes[1], wang, "training", _blues(len(wang.coords["training"]))),
        _published_curves(axes[2], monkeys, "problems", _browns(len(monkeys.coords["problems"]))),
        _trial_2(axes[3], over_training, "network", "LSTM"),
        _trial_2(
            axes[3],
            _over_training(recordings, "wang2018/harlow_reward_blind"),
            "blind",
            "reward-blind",
        ),
    ]
    axes[3].plot(range(N_QUANTILES + 1), [wang.at(training=t, trial=2) for t in wang.coords["training"]],
                 "--", color="black", label="published")  # fmt: skip
    controls = (
        ("wang2018/harlow@amnesic", "amnesic"),
        ("wang2018/harlow@untrained", "untrained"),
        ("wang2018/harlow_observer", "ideal observer"),
    )
    tables += [_table("control", label, trial_accuracy(recordings[s])) for s, label in controls]
    axes[3].legend(loc="lower right")
    for ax, text, what in zip(axes, "abcd", ("", "published networks", "monkeys", ""), strict=True):
        letter(ax, f"{text}  {what or ax.get_title(loc='left')}")
    axes[0].set_ylabel("proportion correct")
    return drawing, pd.concat(tables, ignore_index=True)


def draw_harlow_line(recordings: Recordings) -> tuple[Figure, pd.DataFrame]:
    """Three panels; the table holds every curve, the steps of an episode and the seeds at ceiling."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter

    drawing, axes = plt.subplots(1, 3, figsize=(0.75 * TWO_COLUMNS, 2.1))
    over_training = _over_training(recordings, "wang2018/harlow_line")
    tables = [
        _networks(axes[0], over_training),
        _trial_2(axes[1], over_training, "network", "LSTM"),
        _episode_steps(axes[2], over_training),
    ]
    tables += [
        _table("control", name, trial_accuracy(recordings[f"wang2018/harlow_line@{name}"]))
        for name in ("untrained", "amnesic")
    ]
    for ax in axes[:2]:
        ax.set_ylabel("proportion correct")
    for ax, text in zip(axes, "abc", strict=True):
        letter(ax, f"{text}  {ax.get_title(loc='left')}")
    return drawing, pd.concat(tables, ignore_index=True)


def _over_training(recordings: Recordings, source: str) -> list[xr.Dataset]:
    names = [f"{source}@quantile_{k}" for k in range(1, N_QUANTILES + 1)]
    return [recordings[name] for name in (*names, source)]


def _blues(n: int) -> np.ndarray:
    return _shades("Blues", n)


def _browns(n: int) -> np.ndarray:
    return _shades("YlOrBr", n)


def _shades(name: str, n: int) -> np.ndarray:
    """Colors from light to dark, the lightest still dark enough for paper."""
    import matplotlib as mpl
    import numpy as np

    return mpl.colormaps[name](np.linspace(0.35, 1, n))


def _networks(ax: Axes, over_training: Sequence[xr.Dataset]) -> pd.DataFrame:
    """Accuracy by trial, one line for each time of training; title: seeds at ceiling."""
    import pandas as pd

    curves = [trial_accuracy(recording) for recording in over_training]
    tables = []
    for label, curve, color in zip(_LABELS, curves, _blues(len(curves)), strict=True):
        table = _table("networks", label, curve)
        ax.plot(table["trial"], table["mean"], "o-", color=color, markersize=2, label=label)
        tables.append(table)
    end = tables[_END]
    ax.fill_between(end["trial"], end["low"], end["high"], color="0.5", alpha=0.3, linewidth=0)
    at_ceiling = reached_ceiling(over_training[_END])
    ax.set_title(f"networks, {at_ceiling.sum()}/{len(at_ceiling)} at ceiling", loc="left")
    _by_trial_axes(ax, curves[_END].shape[1])
    ax.legend(title="of training", ncols=2, loc="lower right", handlelength=1, columnspacing=0.8,
              borderaxespad=0.1, title_fontsize=6)  # fmt: skip
    tables.append(pd.DataFrame({"panel": "seeds at ceiling", "label": "end",
                                "mean": [at_ceiling.mean()], "n": [len(at_ceiling)]}))  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def _published_curves(ax: Axes, fact: Any, rows: str, colors: np.ndarray) -> pd.DataFrame:
    """A digitized table of accuracy by trial, one line a row."""
    import numpy as np
    import pandas as pd

    trials = np.array(fact.coords["trial"])
    tables = []
    for label, curve, color in zip(fact.coords[rows], fact.value, colors, strict=True):
        known = np.isfinite(curve)
        ax.plot(trials[known], curve[known], "o-", color=color, markersize=2, label=label)
        tables.append(pd.DataFrame({"panel": fact.key, "label": label, "trial": trials,
                                    "mean": curve}))  # fmt: skip
    _by_trial_axes(ax, len(trials))
    ax.legend(title=rows if rows == "problems" else "of training", ncols=2, loc="lower right",
              handlelength=1, columnspacing=0.8, borderaxespad=0.1, title_fontsize=6)  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def _trial_2(ax: Axes, over_training: Sequence[xr.Dataset], color: str, label: str) -> pd.DataFrame:
    """Accuracy in trial 2 over training: mean, and a dot for each seed."""
    import numpy as np

    seeds = np.stack([trial_accuracy(recording)[:, 1] for recording in over_training])
    _seeds_over_training(ax, seeds, color, label)
    ax.set_ylim(0.35, 1.02)
    ax.set_title("trial 2", loc="left")
    return _table("trial 2", label, seeds.T).rename(columns={"trial": "time"})


def _episode_steps(ax: Axes, over_training: Sequence[xr.Dataset]) -> pd.DataFrame:
    """Steps of an episode over training."""
    import numpy as np

    seeds = np.stack([r.active.sum("step").mean("episode").values for r in over_training])
    _seeds_over_training(ax, seeds, "network", "LSTM")
    ax.set(ylabel="steps of an episode", ylim=(0, None))
    return _table("steps", "LSTM", seeds.T).rename(columns={"trial": "time"})


def _seeds_over_training(ax: Axes, seeds: np.ndarray, color: str, label: str) -> None:
    """Lines through the means, dots for the seeds, (n_times, n_seeds)."""
    from ...analysis.style import COLORS, jitter

    ax.plot(range(len(seeds)), seeds.mean(axis=1), color=COLORS[color], label=label)
    for time, points in enumerate(seeds):
        x = time + jitter(len(points))
        ax.plot(x, points, ".", color=COLORS[color], markersize=2)
    ax.set_xticks(range(len(seeds)), _LABELS)
    ax.set_xlabel("share of training (sixths)")


def _by_trial_axes(ax: Axes, n_trials: int) -> None:
    ax.axhline(0.5, color="0.7", linewidth=0.5, linestyle=":", zorder=0)
    ax.set(xlabel="trial", xticks=range(1, n_trials + 1), ylim=(0.35, 1.02))


def _table(panel: str, label: str, seeds: np.ndarray) -> pd.DataFrame:
    """Mean over seeds (rows) with its 95 % interval, none where there is one seed."""
    import numpy as np
    import pandas as pd

    from ...analysis.statistics import t_interval

    n_seeds, n_columns = seeds.shape
    table = pd.DataFrame({"panel": panel, "label": label, "trial": np.arange(1, n_columns + 1),
                          "mean": seeds.mean(axis=0), "n": n_seeds})  # fmt: skip
    intervals = [t_interval(column) for column in seeds.T] if n_seeds > 1 else None
    table["low"] = [i.low for i in intervals] if intervals else table["mean"]
    table["high"] = [i.high for i in intervals] if intervals else table["mean"]
    return table
