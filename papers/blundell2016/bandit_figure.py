"""Contextual bandits: learning curves, and bias by the variance of the reward."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

STYLES = {
    "blundell2016/bandit": ("MFEC", "network", "-"),
    "blundell2016/bandit_mean": ("MFEC, mean stored", "network", ":"),
    "blundell2016/bandit_dqn": ("DQN", "model_free", "-"),
    "pritzel2017/bandit": ("NEC", "optimal", "-"),
    "blundell2016/optimism": ("MFEC", "network", "-"),
    "blundell2016/optimism_mean": ("MFEC, mean stored", "other_network", "-"),
    "pritzel2017/optimism": ("NEC", "optimal", "-"),
}
VARIANCE = {"": 0.0, "0.9": 0.09, "0.7": 0.21}  # p (1 - p)
BIN = 50  # episodes


def draw_bandit(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Probability of the best arm by episode, with intervals over seeds."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    from ...analysis.statistics import t_interval
    from ...analysis.style import COLORS, ONE_COLUMN
    from .measures import best_choices

    drawing, ax = plt.subplots(figsize=(ONE_COLUMN, 1.9))
    tables = []
    for source, recording in recordings.items():
        label, color, line = STYLES[source]
        best = best_choices(recording).mean(axis=1)
        binned = best.reshape(len(best), -1, BIN).mean(axis=2)
        episode = (np.arange(binned.shape[1]) + 0.5) * BIN
        low = high = binned.mean(axis=0)
        if len(binned) > 1:
            intervals = [t_interval(column, 0.95) for column in binned.T]
            low, high = (np.array([getattr(i, end) for i in intervals]) for end in ("low", "high"))
        ax.plot(episode, binned.mean(axis=0), line, color=COLORS[color], label=label)
        ax.fill_between(episode, low, high, color=COLORS[color], alpha=0.2, linewidth=0)
        columns = {"episode": episode, "mean": binned.mean(axis=0), "low": low, "high": high}
        tables.append(pd.DataFrame(columns).assign(source=source))
    ax.set(xlabel="episode", ylabel="P(best arm)", ylim=(0, 1))
    ax.legend(handlelength=1.8)
    return drawing, pd.concat(tables, ignore_index=True)


def draw_optimism(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Bias of each learner by the variance of the reward."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, ONE_COLUMN
    from .measures import bias

    drawing, ax = plt.subplots(figsize=(ONE_COLUMN, 1.9))
    rows = []
    for source, recording in recordings.items():
        name, _, test = source.partition("@")
        rows += [
            {"source": name, "variance": VARIANCE[test], "seed": seed, "bias": value}
            for seed, value in zip(recording["seed"].values, bias(recording), strict=True)
        ]
    table = pd.DataFrame(rows)
    for name, own in table.groupby("source", sort=False):
        label, color, line = STYLES[str(name)]
        ax.plot(own.variance, own.bias, ".", ms=3, color=COLORS[color], clip_on=False)
        mean = own.groupby("variance").bias.mean()
        ax.plot(mean.index, mean, line, color=COLORS[color], label=label)
    ax.axhline(0, color=COLORS["published"], linewidth=0.6, zorder=0)
    ax.set(xlabel="variance of the reward (reward²)", ylabel="value - reward (reward)")
    ax.legend(handlelength=1.8)
    return drawing, table
