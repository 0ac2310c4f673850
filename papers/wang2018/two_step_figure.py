"""The figure of the two-step task: stay probabilities of networks, learners, rats and people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CELLS = (("common", 1), ("rare", 1), ("common", 0), ("rare", 0))
AGENTS = (
    ("wang2018/two_step", "LSTM, frozen", "network"),
    ("wang2018/two_step_observer", "ideal observer", "optimal"),
    ("wang2018/two_step_latent_state", "latent-state learner", "cue"),
    ("wang2018/two_step_q_learner", "Q-learner", "model_free"),
    ("wang2018/two_step_reward_blind", "LSTM, reward-blind", "blind"),
)
SUBJECTS = (
    ("miller_rat_twostep", "standard", "rats (n = {n})", "animal"),
    ("zorowitz2023_twostep", "attentive", "people (n = {n})", "people"),
)


def draw_two_step(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """One panel each for the published networks, ours, the learners, rats and people."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS

    panels = [_published()]
    panels += [_agent(recordings[source], label, color) for source, label, color in AGENTS]
    panels += [_subjects(*subject) for subject in SUBJECTS]
    drawing, axes = plt.subplots(2, 4, figsize=(TWO_COLUMNS, 3.4), sharey=True)
    for panel, ax in zip(panels, axes.flat, strict=True):
        _draw_panel(ax, panel)
    _explain(axes[1, 3])
    for ax in axes[:, 0]:
        ax.set_ylabel("stay probability")
    rows = [
        {"agent": panel["label"], "transition": t, "reward": r, "mean": m, "low": lo, "high": hi}
        for panel in panels
        for (t, r), m, (lo, hi) in zip(CELLS, panel["mean"], panel["interval"], strict=True)
    ]
    return drawing, pd.DataFrame(rows)


def _published() -> dict[str, Any]:
    from ...data.facts import published

    fact = published("wang2018/two_step_stay")
    mean = [fact.at(transition=t, reward=r) for t, r in CELLS]
    return {"label": "published", "color": "published", "mean": mean,
            "interval": [(m, m) for m in mean], "seeds": None}  # fmt: skip


def _agent(recording: xr.Dataset, label: str, color: str) -> dict[str, Any]:
    from ...analysis.behavior import stay_probability
    from ...analysis.statistics import t_interval

    stay = stay_probability(recording)
    seeds = [stay.sel(transition=t, reward=r).values for t, r in CELLS]
    intervals = [t_interval(s) for s in seeds] if len(seeds[0]) > 1 else None
    return {
        "label": label,
        "color": color,
        "mean": [float(s.mean()) for s in seeds],
        "interval": [(i.low, i.high) for i in intervals]
        if intervals
        else [(float(s.mean()),) * 2 for s in seeds],
        "seeds": seeds,
    }


def _subjects(dataset: str, sample: str, label: str, color: str) -> dict[str, Any]:
    from ...data.facts import summary

    found = summary(dataset, sample)
    reward = {1: "rewarded", 0: "unrewarded"}
    cells = [found[f"stay_{t}_{reward[r]}"] for t, r in CELLS]
    return {
        "label": label.format(n=found.n_subjects),
        "color": color,
        "mean": [c.mean for c in cells],
        "interval": [(c.mean - c.se, c.mean + c.se) for c in cells],
        "seeds": None,
    }


def _draw_panel(ax: Axes, panel: dict[str, Any]) -> None:
    from ...analysis.style import COLORS, jitter

    color = COLORS[panel["color"]]
    x = [0, 1, 2.5, 3.5]
    for i, (at, mean, (low, high)) in enumerate(
        zip(x, panel["mean"], panel["interval"], strict=True)
    ):
        common = i % 2 == 0
        ax.bar(at, mean, 0.85, color=color if common else "white", edgecolor=color, linewidth=0.8)
        ax.plot([at, at], [low, high], color="black", linewidth=0.8)
        if panel["seeds"] is not None:
            points = panel["seeds"][i]
            ax.plot(at + jitter(len(points)), points, ".", color="black", markersize=2)
    ax.set_title(panel["label"], loc="left")
    ax.set_xticks([0.5, 3.0], ["rewarded", "unrewarded"])
    ax.set_xlim(-0.7, 4.2)
    ax.set_ylim(0, 1.05)
    ax.axhline(0.5, color="0.7", linewidth=0.5, linestyle=":", zorder=0)


def _explain(ax: Axes) -> None:
    """What filled and open bars are, above the bars of a panel that leaves room."""
    from matplotlib.patches import Patch

    keys = [Patch(facecolor="black", label="common transition"),
            Patch(facecolor="white", edgecolor="black", label="rare")]  # fmt: skip
    ax.legend(handles=keys, loc="upper right", ncols=2, handlelength=1, frameon=False)
