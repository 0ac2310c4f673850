"""Figure of the transplanted hippocampus: news taken up with each of them, and with parts of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...tasks import REST
from .measures import after_news

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ARMS = {  # without and with rest: label, color
    ("nonlocal@rest_0", "nonlocal@rpe_16"): ("dictionary", "algorithm"),
    ("transplant@rest_0", "transplant"): ("CA3", "network"),
    ("transplant@shuffled_0", "transplant@shuffled_16"): ("weights\nshuffled", "blind"),
    ("transplant@still_0", "transplant@still_16"): ("no\nadaptation", "model_free"),
}

SHARES = (0, 0.25, 0.5, 0.75, 1)


def draw_transplant(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Choice before and after rest by hippocampus, and what rest gains by cells removed."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import ONE_COLUMN, letter

    found = {
        source.removeprefix("integrated/"): pd.Series(after_news(r), index=r.seed.values)
        for source, r in recordings.items()
    }
    drawing, (left, right) = plt.subplots(
        1, 2, figsize=(1.5 * ONE_COLUMN, 2.1), width_ratios=(3, 2)
    )
    waves = {
        source.removeprefix("integrated/"): _waves(r)
        for source, r in recordings.items()
        if "n_sharp_waves" in r
    }
    tables = [_arms(left, found), _doses(right, found, waves)]
    letter(left, "a")
    letter(right, "b")
    return drawing, pd.concat(tables, ignore_index=True)


def _arms(ax: Axes, found: dict[str, pd.Series]) -> pd.DataFrame:
    import pandas as pd

    from ...analysis.style import COLORS

    tables = []
    for at, ((none, rest), (label, color)) in enumerate(ARMS.items()):
        both = pd.concat({"no rest": found[none], "rest": found[rest]}, axis=1).dropna()
        x = at + np.array([-0.2, 0.2])
        ax.plot(x, both.values.T, ".-", color=COLORS[color], ms=3, lw=0.5, alpha=0.5)
        for place, column in zip(x, both, strict=True):
            _mean(ax, place, both[column].values, COLORS[color], below=column == "no rest")
        tables.append(both.rename_axis("seed").reset_index().assign(hippocampus=label))
    ax.axhline(0.5, color="0.8", lw=0.6, zorder=0)
    ax.set(
        ylim=(-0.16, 1.16), yticks=SHARES, ylabel="p(better action)", xticks=range(len(ARMS)),
        xticklabels=[label for label, _ in ARMS.values()],
    )  # fmt: skip
    ax.set_title("no rest (open), rest (filled)")
    return pd.concat(tables, ignore_index=True)


def _waves(recording: xr.Dataset) -> pd.Series:
    """Sharp waves in a rest, for each seed."""
    import pandas as pd

    resting = recording.active & (recording.phase == REST)
    waves = recording.n_sharp_waves.where(resting).mean(("episode", "step"))
    return pd.Series(waves.values, index=recording.seed.values)


def _doses(ax: Axes, found: dict[str, pd.Series], waves: dict[str, pd.Series]) -> pd.DataFrame:
    import pandas as pd

    from ...analysis.style import COLORS, jitter

    doses = {0: "transplant"} | {
        int(name.removeprefix("transplant_")): name
        for name in found
        if name.startswith("transplant_") and "@" not in name
    }
    tables = []
    for dose, name in sorted(doses.items()):
        gain = (found[name] - found[f"{name}@rest_0"]).dropna()
        ax.plot(dose + 20 * jitter(len(gain)), gain, ".", color=COLORS["network"], ms=3, alpha=0.4)
        _mean(ax, dose, gain.values, COLORS["network"])
        tables.append(
            pd.DataFrame({"removed": dose / 100, "gain": gain, "sharp_waves": waves[name]})
            .rename_axis("seed").reset_index()
        )  # fmt: skip
    table = pd.concat(tables, ignore_index=True)
    means = table.groupby("removed")[["gain", "sharp_waves"]].mean()
    ax.plot(100 * means.index, means.gain, color=COLORS["network"], lw=0.8, label="gained by rest")
    left = means.sharp_waves / means.sharp_waves.iloc[0]
    ax.plot(100 * means.index, left, "--", color="0.5", lw=0.8, label="sharp waves left (share)")
    ax.axhline(0, color="0.8", lw=0.6, zorder=0)
    ax.set(
        xlabel="cells removed (%)", ylabel="gained by rest", xticks=list(doses), yticks=SHARES,
        ylim=(-0.16, 1.16),
    )  # fmt: skip
    ax.legend(loc="upper right")
    return table


def _mean(ax: Axes, at: float, values: np.ndarray, color: str, below: bool = False) -> None:
    from scipy import stats

    half = 0.0
    if len(values) > 1:
        half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    ax.errorbar(
        at, values.mean(), yerr=half, fmt="s", ms=4, color=color, capsize=2,
        mfc="white" if below else color,
    )  # fmt: skip
