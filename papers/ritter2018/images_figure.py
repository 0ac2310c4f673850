"""The figure of pictures as contexts: drawings, reward by exposure, and kinds of keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NETWORK = "ritter2018/images"
CURVES = (
    (NETWORK, "epLSTM", "network"),
    (f"{NETWORK}@no_reinstatement", "none put back", "model_free"),
    (f"{NETWORK}@shuffled_keys", "keys shuffled", "cue"),
)
KEYS = (
    (f"{NETWORK}@same_picture", "same picture", "optimal"),
    (NETWORK, "picture", "network"),
    (f"{NETWORK}@own_keys", "network's own", "other_network"),
    (f"{NETWORK}@mixed_keys", "mixtures", "blind"),
)


def draw_images(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Three panels; the table holds curves and bars."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.exposure import reward_by_exposure
    from ...analysis.statistics import half_interval
    from ...analysis.style import COLORS, TWO_COLUMNS, letter

    drawing, axes = plt.subplots(1, 3, figsize=(TWO_COLUMNS, 1.9), width_ratios=(0.8, 1.2, 1))
    _characters(axes[0])
    rows = []
    for source, label, color in CURVES:
        reward = reward_by_exposure(recordings[source]).transpose("seed", "exposure")
        mean, half, at = reward.mean("seed").values, half_interval(reward.values), reward.exposure
        axes[1].errorbar(at, mean, half, fmt="o-", ms=2, lw=0.8, color=COLORS[color], label=label)
        rows += [
            {"panel": "b", "source": label, "exposure": int(e), "mean": m, "half": h}
            for e, m, h in zip(at, mean, half, strict=True)
        ]
    axes[1].set(xlabel="exposure", ylabel="reward of ten pulls", ylim=(0, 10))
    axes[1].legend(loc="lower right", ncols=2, handlelength=1.5)
    for x, (source, label, color) in enumerate(KEYS):
        seeds = reward_by_exposure(recordings[source]).sel(exposure=2).values
        error = float(half_interval(seeds[:, None])[0])
        axes[2].bar(x, seeds.mean(), yerr=error, width=0.7, color=COLORS[color])
        axes[2].plot([x + 0.2] * len(seeds), seeds, "o", ms=1.5, color="black", alpha=0.6)
        rows.append({"panel": "c", "source": label, "exposure": 2, "mean": seeds.mean(),
                     "half": error})  # fmt: skip
    axes[2].set(xticks=range(len(KEYS)), ylabel="reward, exposure 2", ylim=(0, 10))
    axes[2].set_xticklabels([label for _, label, _ in KEYS], rotation=30, ha="right")
    for ax, text in zip(axes, "abc", strict=True):
        letter(ax, text)
    return drawing, pd.DataFrame(rows)


def _characters(ax: Axes) -> None:
    """Three drawings, side by side, of each of four characters."""
    import numpy as np

    from ...tasks import Lanes
    from ...tasks.image_bandit import ImageBandit

    task, lanes = ImageBandit(), Lanes(0, 4, "example")
    character = lanes.random(task.n_coordinates)
    drawings = [
        task.draw(character + task.jitter * lanes.normal(task.n_coordinates)) for _ in range(3)
    ]
    tiles = np.pad(np.reshape(drawings, (3, 4, task.size, task.size)), [(0, 0)] * 2 + [(1, 1)] * 2,
                   constant_values=0.3)  # fmt: skip
    ax.imshow(np.block([list(row) for row in tiles.swapaxes(0, 1)]), cmap="gray_r")
    ax.set(xticks=[], yticks=[], xlabel="drawings", ylabel="characters")
