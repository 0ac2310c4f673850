"""The figure of the bandits: choices, learning curves, regret, and the path of the hidden state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CURVES = (
    ("wang2018/bandit@easy", ".1 / .9", "network", "-"),
    ("wang2018/bandit@medium", ".25 / .75", "network", "--"),
    ("wang2018/bandit@hard", ".4 / .6", "network", ":"),
    ("wang2018/bandit_reward_blind@medium", "reward-blind", "blind", "--"),
)
REGRET = (
    ("wang2018/bandit_bayes_optimal", "optimum", "optimal", "-"),
    ("wang2018/bandit", "LSTM, dependent arms", "network", "-"),
    ("wang2018/bandit_gittins", "Gittins", "algorithm", "-"),
    ("wang2018/bandit_independent@uniform", "LSTM, independent arms", "other_network", "-"),
    ("wang2018/bandit_thompson", "Thompson", "model_free", "-"),
)


def draw_bandit(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Four panels; the table holds the curves of (b) and (c)."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.regret import choice_curve, pseudo_regret
    from ...analysis.style import TWO_COLUMNS, letter

    drawing, grid = plt.subplots(2, 2, figsize=(TWO_COLUMNS, 4.2))
    axes = grid.ravel()
    activations = recordings["wang2018/bandit@activations"]
    _raster(axes[0], activations.isel(seed=0))
    tables = []
    for source, label, color, line in CURVES:
        curve = choice_curve(recordings[source]).values
        tables.append(_line(axes[1], curve, label, color, line).assign(panel="b", source=source))
    axes[1].set(xlabel="trial", ylabel="P(better arm)", ylim=(0.4, 1.02))
    for source, label, color, line in REGRET:
        curve = pseudo_regret(recordings[source]).mean("episode").values
        tables.append(_line(axes[2], curve, label, color, line).assign(panel="c", source=source))
    axes[2].set(xlabel="trial", ylabel="cumulative regret (reward)", ylim=(0, 4.2))
    axes[1].legend(loc="center right")
    axes[2].legend(loc="upper left")
    _plane(axes[3], activations.isel(seed=0))
    for ax, text in zip(axes, "abcd", strict=True):
        letter(ax, text)
    return drawing, pd.concat(tables, ignore_index=True)


def _raster(ax: Axes, recording: xr.Dataset, n_shown: int = 100) -> None:
    """Choices of the better arm, episodes sorted by their number."""
    best = (recording.action == recording.best_action).values[:n_shown]
    order = best.sum(axis=1).argsort()[::-1]
    ax.imshow(best[order], aspect="auto", cmap="Greys", interpolation="nearest")
    ax.set(xlabel="trial", ylabel="episode (sorted)")


def _line(ax: Axes, curve: np.ndarray, label: str, color: str, line: str) -> pd.DataFrame:
    """Mean over seeds with its 95 % interval."""
    import numpy as np
    import pandas as pd
    from scipy import stats

    from ...analysis.style import COLORS

    n_seeds, n_trials = curve.shape
    mean, trial = curve.mean(axis=0), np.arange(1, n_trials + 1)
    half = np.zeros(n_trials)
    if n_seeds > 1:
        half = stats.t.ppf(0.975, n_seeds - 1) * curve.std(axis=0, ddof=1) / np.sqrt(n_seeds)
    ax.plot(trial, mean, line, color=COLORS[color], label=label)
    ax.fill_between(trial, mean - half, mean + half, color=COLORS[color], alpha=0.25, linewidth=0)
    return pd.DataFrame({"trial": trial, "mean": mean, "low": mean - half, "high": mean + half})


def _plane(ax: Axes, recording: xr.Dataset, n_shown: int = 60) -> None:
    """Hidden states of all trials, colored by how much more the right arm has paid so far."""
    from ...analysis.neural import principal_trajectories

    shown = recording.isel(episode=slice(0, n_shown))
    path = principal_trajectories(shown, n_components=2).trajectory
    sign = shown.action.values * 2 - 1
    evidence = (sign * (shown.reward.values - 0.5)).cumsum(axis=1)
    points = path.values.reshape(-1, 2)
    dots = ax.scatter(
        points[:, 0], points[:, 1], c=evidence.ravel(), s=1, cmap="coolwarm",
        vmin=-20, vmax=20, linewidths=0, rasterized=True,
    )  # fmt: skip
    bar = ax.figure.colorbar(dots, ax=ax, fraction=0.08, pad=0.02)
    bar.set_label("evidence for the right arm (reward)")
    ax.set(xlabel="component 1", ylabel="component 2")
