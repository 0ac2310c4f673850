"""What the units of the two-step networks code, beside two networks that cannot have learnt it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

NETWORKS = (
    ("wang2018/two_step", "trained", "network"),
    ("wang2018/two_step@untrained", "untrained", "algorithm"),
    ("wang2018/two_step_reward_blind", "reward-blind", "blind"),
)
LABELS = {
    "previous_action": "action",
    "previous_reward": "reward",
    "action_by_reward": "action x reward",
    "value": "value",
}
N_EPISODES = 40  # of 100 trials each: enough for correlations of .05, and quick
N_NULL = 1  # the null is the two other networks; a permuted one would take minutes


def draw_two_step_units(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """(a) Mean absolute rank correlation of the units; (b) decoding of the better state."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    from ...analysis.decoding import decode
    from ...analysis.neural import unit_coding
    from ...analysis.style import COLORS, TWO_COLUMNS, jitter, letter

    drawing, axes = plt.subplots(
        1, 2, figsize=(TWO_COLUMNS, 2.2), gridspec_kw={"width_ratios": (3, 1)}
    )
    rows = []
    for k, (source, label, color) in enumerate(NETWORKS):
        recording = recordings[source].isel(episode=slice(0, N_EPISODES))
        rng = np.random.default_rng(0)
        coding = unit_coding(recording, rng=rng, n_shuffles=N_NULL).mean_correlation
        decoded = decode(recording, "better_state", rng=rng, n_permutations=N_NULL)
        panels = [(axes[0], i, name, coding.sel(predictor=name).values)
                  for i, name in enumerate(LABELS)]  # fmt: skip
        for ax, at, name, seeds in [*panels, (axes[1], 0, "better_state", decoded.score.values)]:
            x = at + (k - 1) * 0.26
            ax.bar(x, seeds.mean(), 0.24, color=COLORS[color], label=label if at == 0 else None)
            ax.plot(x + jitter(len(seeds), 0.08), seeds, ".", color="black", markersize=2)
            rows += [{"network": label, "variable": name, "seed": s, "value": value}
                     for s, value in zip(recording.seed.values, seeds, strict=True)]  # fmt: skip
    axes[0].set_xticks(range(len(LABELS)), list(LABELS.values()))
    axes[0].set(ylabel="mean |rank correlation| of units", xlabel="variable of the last trial")
    axes[0].legend()
    axes[1].axhline(0.5, color="0.5", linewidth=0.6, linestyle=":")
    axes[1].set_xticks([0], ["better state"])
    axes[1].set(ylabel="decoding accuracy (balanced)", ylim=(0.4, 1))
    letter(axes[0], "a")
    letter(axes[1], "b")
    return drawing, pd.DataFrame(rows)
