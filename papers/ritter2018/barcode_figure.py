"""The figure of the barcode bandits: learning by pull and by exposure, and the gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = (1, 2, 3, 5, 10)  # exposures with a curve of their own
NETWORK, CEILING = "ritter2018/barcode", "ritter2018/barcode_ceiling"
AGENTS = (
    (CEILING, "perfect memory", "optimal", "--"),
    (NETWORK, "epLSTM", "network", "-"),
    ("ritter2018/barcode_plain", "LSTM", "other_network", "-"),
    ("ritter2018/barcode_blind", "LSTM, no barcode", "blind", "-"),
    ("ritter2018/barcode@no_reinstatement", "epLSTM, none put back", "model_free", ":"),
    ("ritter2018/barcode@shuffled_keys", "epLSTM, keys shuffled", "cue", ":"),
)


def draw_barcode(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Four panels; the table holds all curves, means over seeds."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import TWO_COLUMNS, letter

    drawing, axes = plt.subplots(1, 4, figsize=(TWO_COLUMNS, 1.9), width_ratios=(1, 1, 1, 0.6))
    network, ceiling = recordings[NETWORK], recordings[CEILING]
    tables = [
        _by_pull(axes[0], network, ceiling, "reward").assign(panel="a"),
        _by_pull(axes[1], network, ceiling, "best").assign(panel="b"),
        _by_exposure(axes[2], recordings).assign(panel="c"),
        _gate(axes[3], network).assign(panel="d"),
    ]
    axes[0].set_ylabel("reward")
    axes[1].set_ylabel("P(good arm)")
    axes[1].legend(title="exposure", handlelength=1, borderaxespad=0.1)
    for ax, text in zip(axes, "abcd", strict=True):
        letter(ax, text)
    return drawing, pd.concat(tables, ignore_index=True)


def _by_pull(ax: Axes, network: xr.Dataset, ceiling: xr.Dataset, variable: str) -> pd.DataFrame:
    """One curve for each exposure, from light to dark."""
    import matplotlib as mpl
    import pandas as pd

    from ...analysis.exposure import curve_by_exposure

    rows = []
    for recording, source, line in ((ceiling, CEILING, "--"), (network, NETWORK, "-")):
        curve = curve_by_exposure(recording, variable).mean("seed")
        levels = [level for level in SHOWN if level in curve.exposure]
        for i, level in enumerate(levels):
            color = mpl.colormaps["viridis_r"](0.15 + 0.85 * i / max(len(levels) - 1, 1))
            pulls, mean = curve.step.values + 1, curve.sel(exposure=level).values
            label = str(level) if recording is network else None
            ax.plot(pulls, mean, line, color=color, label=label)
            rows += [
                {"source": source, "exposure": level, "pull": pull, "variable": variable, "mean": m}
                for pull, m in zip(pulls, mean, strict=True)
            ]
    ax.set(xlabel="pull", ylim=(0, 1))
    return pd.DataFrame(rows)


def _by_exposure(ax: Axes, recordings: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """Reward of an episode for each agent."""
    import pandas as pd

    from ...analysis.exposure import reward_by_exposure
    from ...analysis.statistics import half_interval
    from ...analysis.style import COLORS

    rows = []
    for source, label, color, line in AGENTS:
        reward = reward_by_exposure(recordings[source]).transpose("seed", "exposure")
        mean, half = reward.mean("seed").values, half_interval(reward.values)
        exposure = reward.exposure.values
        ax.plot(exposure, mean, line, color=COLORS[color], label=label)
        ax.fill_between(exposure, mean - half, mean + half, color=COLORS[color], alpha=0.25, lw=0)
        rows += [
            {"source": source, "exposure": e, "mean": m, "low": m - h, "high": m + h}
            for e, m, h in zip(exposure, mean, half, strict=True)
        ]
    ax.set(xlabel="exposure", ylabel="reward of ten pulls", ylim=(0, 10))
    # Between the curves with memory and those without.
    ax.legend(loc=(0.25, 0.5), fontsize=4.5, handlelength=1.5, labelspacing=0.15)
    return pd.DataFrame(rows)


def _gate(ax: Axes, recording: xr.Dataset) -> pd.DataFrame:
    """Gate by usefulness of what comes back, a line for each seed."""
    import pandas as pd

    from ...analysis.exposure import gate_by_usefulness
    from ...analysis.style import COLORS

    gate = gate_by_usefulness(recording).transpose("useful", "seed")
    ax.plot([0, 1], gate.values, "o-", ms=2, lw=0.6, color=COLORS["network"])
    ax.set(xticks=[0, 1], xticklabels=["useless", "useful"], xlim=(-0.4, 1.4),
           ylabel="reinstatement gate")  # fmt: skip
    return pd.DataFrame(
        [
            {"source": NETWORK, "useful": bool(u), "mean": float(gate.sel(useful=u).mean())}
            for u in gate.useful.values
        ]
    )
