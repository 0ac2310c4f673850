"""The figure of the episodic two-step task: incremental and episodic influence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

CELLS = (("common", 1), ("rare", 1), ("common", 0), ("rare", 0))
PANELS = ("last choice, no cue", "last choice, cue", "choice of the cued trial")
NETWORK, SHUT = "ritter2018/two_step", "ritter2018/two_step@no_reinstatement"


def draw_two_step(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Three panels; the table holds every bar and marker."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, TWO_COLUMNS

    drawing, axes = plt.subplots(1, 3, figsize=(TWO_COLUMNS, 1.9), sharey=True)
    intact, shut = (_stay(recordings[source]) for source in (NETWORK, SHUT))
    rows = []
    for ax, name, own, cut, paper in zip(axes, PANELS, intact, shut, _published(), strict=True):
        for x, (transition, reward) in enumerate(CELLS):
            seeds, cut_seeds = (
                stay.sel(transition=transition, reward=reward).values for stay in (own, cut)
            )
            published = paper(transition, reward)
            color = COLORS["network" if transition == "common" else "other_network"]
            ax.bar(x, seeds.mean(), width=0.7, color=color)
            ax.plot([x] * len(seeds), seeds, "o", ms=2, color="black", alpha=0.6)
            ax.plot(x, published, "D", ms=3, mfc="none", color=COLORS["published"])
            ax.plot(x, cut_seeds.mean(), "x", ms=4, color=COLORS["model_free"])
            rows.append(
                {"panel": name, "transition": transition, "reward": reward,
                 "mean": seeds.mean(), "no_reinstatement": cut_seeds.mean(),
                 "published": published}
            )  # fmt: skip
        ax.set(title=name, ylim=(0, 1.05), xticks=range(4))
        ax.set_xticklabels(["C+", "R+", "C−", "R−"])
        ax.set_xlabel("common, rare; rewarded +, not −")
    axes[0].set_ylabel("P(repeat)")
    return drawing, pd.DataFrame(rows)


def _stay(recording: xr.Dataset) -> tuple[xr.DataArray, ...]:
    """Stay probabilities in the order of the panels."""
    from ...analysis.reminders import episodic_stay_probability, incremental_stay_probability

    return (
        incremental_stay_probability(recording, cued=False),
        incremental_stay_probability(recording, cued=True),
        episodic_stay_probability(recording),
    )


def _published() -> tuple:
    """Functions of transition and reward that give the published bars, in the order of the panels."""
    from ...data.facts import published

    incremental = published("ritter2018/two_step_incremental")
    episodic = published("ritter2018/two_step_episodic")
    return (
        lambda t, r: incremental.at(trials="uncued", transition=t, reward=r),
        lambda t, r: incremental.at(trials="cued", transition=t, reward=r),
        lambda t, r: episodic.at(transition=t, reward=r),
    )
