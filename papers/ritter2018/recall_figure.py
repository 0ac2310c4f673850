"""The figure of look-alike contexts: savings, what comes back, and the gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_recall(
    recordings: Mapping[str, xr.Dataset], network: str = "ritter2018/recall"
) -> tuple[Figure, pd.DataFrame]:
    """Four panels over the number of bits that differ; the table holds all curves."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.similarity import first_gate, recalled_twin, savings
    from ...analysis.style import TWO_COLUMNS, letter
    from .recall import FAR, NEAR, SAME

    drawing, axes = plt.subplots(1, 4, figsize=(TWO_COLUMNS, 1.9))
    restored = f"{network}_restored"
    intact, empty = recordings[network], recordings[f"{network}@empty_memory"]
    saved = savings(intact, empty)
    opened, familiar = (recordings[f"{network}@{t}"] for t in ("always_open", "all_familiar"))
    whole = savings(recordings[restored], recordings[f"{restored}@empty_memory"])
    curves: list[tuple[int, str, str, xr.DataArray]] = [
        *((0, f"shift {s}", c, saved.sel(shift=s))
          for s, c in ((SAME, "network"), (NEAR, "other_network"), (FAR, "model_free"))),
        (1, "epLSTM", "network", recalled_twin(intact).mean("shift")),
        (1, "keys shuffled", "cue",
         recalled_twin(recordings[f"{network}@shuffled_keys"]).mean("shift")),
        (2, "epLSTM", "network", first_gate(intact).mean("shift")),
        (2, "all seems familiar", "cue", first_gate(familiar).mean("shift")),
        (3, "epLSTM", "network", saved.sel(shift=FAR)),
        (3, "gate held open", "model_free", savings(opened, empty).sel(shift=FAR)),
        (3, "whole state put back", "blind", whole.sel(shift=FAR)),
    ]  # fmt: skip
    tables = [
        _curve(axes[panel], "abcd"[panel], label, color, values)
        for panel, label, color, values in curves
    ]
    y_labels = (
        "savings (reward)",
        "P(look-alike recalled)",
        "gate, first pull",
        "savings (reward)",
    )
    for ax, text, y_label in zip(axes, "abcd", y_labels, strict=True):
        ax.set(xlabel="bits that differ", ylabel=y_label)
        ax.legend(fontsize=4.5, handlelength=1.5)
        letter(ax, text)
    for ax in (axes[0], axes[3]):
        ax.axhline(0, color="black", lw=0.5, zorder=0)
    axes[1].set_ylim(0, 1)
    axes[1].axhline(0.1, color="black", lw=0.5, ls=":", zorder=0)
    axes[2].set_ylim(0, None)
    return drawing, pd.concat(tables, ignore_index=True)


def draw_changing(
    recordings: Mapping[str, xr.Dataset], networks: Mapping[str, tuple[str, str]]
) -> tuple[Figure, pd.DataFrame]:
    """Savings in the very same context by shift; `networks` gives label and color of each."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    from ...analysis.similarity import savings
    from ...analysis.statistics import half_interval
    from ...analysis.style import COLORS, ONE_COLUMN

    drawing, ax = plt.subplots(figsize=(ONE_COLUMN, 1.9))
    tables = []
    for i, (network, (label, color)) in enumerate(networks.items()):
        saved = savings(recordings[network], recordings[f"{network}@empty_memory"])
        values = saved.sel(distance=0).transpose("seed", "shift")
        at = np.arange(values.sizes["shift"]) + 0.2 * (i - (len(networks) - 1) / 2)
        mean, half = values.values.mean(axis=0), half_interval(values.values)
        ax.plot(
            np.broadcast_to(at, values.shape), values, ".", ms=2, color=COLORS[color], alpha=0.5
        )
        ax.errorbar(at, mean, half, fmt="o", ms=3, lw=0.8, color=COLORS[color], label=label)
        tables.append(
            pd.DataFrame({"network": network, "shift": values["shift"], "mean": mean,
                          "low": mean - half, "high": mean + half})
        )  # fmt: skip
    ax.axhline(0, color="black", lw=0.5, zorder=0)
    ax.set_xticks(range(values.sizes["shift"]), [str(s) for s in values["shift"].values])
    ax.set(xlabel="arms by which the good one has moved", ylabel="savings (reward)")
    ax.legend(title="known contexts that change")
    return drawing, pd.concat(tables, ignore_index=True)


def draw_gate(recordings: Mapping[str, xr.Dataset], network: str) -> tuple[Figure, pd.DataFrame]:
    """The gate by pull, one curve for each number of bits; and from the second pull on, by bits."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    from ...analysis.similarity import after_twin, later_gate
    from ...analysis.style import ONE_COLUMN, letter

    drawing, axes = plt.subplots(1, 2, figsize=(1.3 * ONE_COLUMN, 1.9))
    intact = recordings[network]
    gate = after_twin(intact, intact["reinstatement"]).mean(("seed", "shift"))
    shades = plt.get_cmap("viridis")(np.linspace(0, 0.9, gate.sizes["distance"]))
    tables = []
    for shade, distance in zip(shades, gate.distance.values, strict=True):
        curve = gate.sel(distance=distance).values
        pull = np.arange(1, len(curve) + 1)
        axes[0].plot(pull, curve, "o-", ms=2, lw=0.8, color=shade, label=f"{distance} bits")
        tables.append(
            pd.DataFrame({"panel": "a", "curve": f"{distance} bits", "pull": pull, "mean": curve})
        )
    for source, label, color, aside in (
        (network, "epLSTM", "network", -0.08),
        (f"{network}@all_familiar", "all seems familiar", "cue", 0.08),
    ):
        values = later_gate(recordings[source]).mean("shift")
        tables.append(_curve(axes[1], "b", label, color, values, aside))
    axes[0].set(xlabel="pull", ylabel="reinstatement gate", ylim=(0, None))
    axes[1].set(xlabel="bits that differ", ylabel="gate, later pulls", ylim=(0, None))
    for ax, text in zip(axes, "ab", strict=True):
        ax.legend(handlelength=1.5)
        letter(ax, text)
    return drawing, pd.concat(tables, ignore_index=True)


def _curve(
    ax: Axes, panel: str, label: str, color: str, values: xr.DataArray, aside: float = 0.0
) -> pd.DataFrame:
    """Mean over seeds of `values` (seed, distance), with its interval, drawn a bit `aside`."""
    import pandas as pd

    from ...analysis.statistics import half_interval
    from ...analysis.style import COLORS

    values = values.transpose("seed", "distance")
    distance, mean = values.distance.values, values.values.mean(axis=0)
    half = half_interval(values.values)
    ax.errorbar(
        distance + aside, mean, half, fmt="o-", ms=2, lw=0.8, color=COLORS[color], label=label
    )
    return pd.DataFrame(
        {"panel": panel, "curve": label, "distance": distance, "mean": mean,
         "low": mean - half, "high": mean + half}
    )  # fmt: skip
