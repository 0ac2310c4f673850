"""The figure of a comparison: measures of seeds and subjects, and where the seeds stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

    from .comparison import Comparison

NAMES = {
    "stay_common_rewarded": "common\nrewarded",
    "stay_rare_rewarded": "rare\nrewarded",
    "stay_common_unrewarded": "common\nunrewarded",
    "stay_rare_unrewarded": "rare\nunrewarded",
    "reward_by_transition_interaction": "reward x transition",
}


def draw_comparison(comparison: Comparison) -> Any:
    """Probabilities of seeds and subjects (a), and all measures in SD between subjects (b)."""
    import matplotlib.pyplot as plt

    from ..analysis.style import TWO_COLUMNS, letter

    drawing, (left, right) = plt.subplots(1, 2, figsize=(TWO_COLUMNS, 2.6))
    _probabilities(left, comparison)
    _standing(right, comparison)
    letter(left, "a")
    letter(right, "b")
    drawing.suptitle(f"{comparison.agents}  |  {comparison.data}", fontsize=6, wrap=True)
    return drawing


def _probabilities(ax: Axes, comparison: Comparison) -> None:
    """Subjects: bar, standard error, dots; seeds: dots beside them."""
    from ..analysis.style import COLORS, jitter

    shown = [n for n in comparison.table.index if n.startswith("stay_")]
    shown = shown or list(comparison.table.index)
    for x, name in enumerate(shown):
        row = comparison.table.loc[name]
        ax.bar(x - 0.2, row.data, 0.38, color="0.85", label="subjects" if x == 0 else None)
        if comparison.subjects is not None:
            values = comparison.subjects[name].dropna().to_numpy()
            _dots(ax, x - 0.2 + jitter(len(values), 0.14), values, "0.55")
        ax.errorbar(x - 0.2, row.data, row.se, color="black", linewidth=0.8)
        ax.bar(x + 0.2, row.agents, 0.38, color="white", edgecolor=COLORS["network"],
               linewidth=0.8, label="seeds" if x == 0 else None)  # fmt: skip
        seeds = comparison.seeds[name].to_numpy()
        _dots(ax, x + 0.2 + jitter(len(seeds), 0.12), seeds, COLORS["network"])
    ax.set_xticks(range(len(shown)), [_spelled(name) for name in shown])
    ax.set(ylabel="probability", ylim=(0, 1.25), yticks=[0, 0.5, 1])
    ax.axhline(0.5, color="0.7", linewidth=0.5, linestyle=":", zorder=0)
    ax.legend(loc="upper right", ncols=2)


def _standing(ax: Axes, comparison: Comparison) -> None:
    """Each measure on the scale of subjects: mean 0, SD 1."""
    from ..analysis.style import COLORS

    table = comparison.table
    ax.axvspan(-1, 1, color="0.92", linewidth=0, zorder=0)
    ax.axvline(0, color="0.6", linewidth=0.6, zorder=0)
    for y, name in enumerate(table.index):
        row = table.loc[name]
        if row.sd == 0:
            continue
        if comparison.subjects is not None:
            values = (comparison.subjects[name].dropna().to_numpy() - row.data) / row.sd
            ax.plot(values, [y] * len(values), "|", color="0.5", markersize=5,
                    markeredgewidth=0.4)  # fmt: skip
        seeds = (comparison.seeds[name].to_numpy() - row.data) / row.sd
        _dots(ax, seeds, [y] * len(seeds), COLORS["network"])
        ax.plot(row.z, y, "D", color=COLORS["network"], markersize=3.5)
    ax.set_yticks(range(len(table)), [_spelled(name).replace("\n", ", ") for name in table.index])
    ax.set(xlabel="z (SD between subjects; band: -1 to 1)", ylim=(len(table) - 0.5, -0.5))


def _dots(ax: Axes, x: np.ndarray, y: Any, color: str) -> None:
    ax.plot(x, y, "o", color=color, markersize=1.8, markeredgewidth=0, alpha=0.8)


def _spelled(name: str) -> str:
    return NAMES.get(name, name.replace("_", " "))
