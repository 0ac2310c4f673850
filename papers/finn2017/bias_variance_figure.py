"""The figure of bias and variance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

FITS = {1: "model_free", 5: "optimal", 9: "cue"}  # degree -> color
N_FITS = 10


def draw_bias_variance(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Left: fits of three degrees. Right: squared bias, variance and error by degree."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    from ...analysis.few_shot import bias_and_variance
    from ...analysis.style import COLORS, TWO_COLUMNS, letter, mean_line

    drawing, (left, right) = plt.subplots(1, 2, figsize=(TWO_COLUMNS, 2.6))
    rows = []
    for degree, color in FITS.items():
        one = recordings[f"finn2017/degree_{degree}"].isel(seed=0, episode=slice(N_FITS)).load()
        asked = (one["phase"] == 0).values[0]
        x, fits = one["x"].values[0, asked], one["action"].values[:, asked].reshape(N_FITS, -1)
        left.plot(x, fits.T, color=COLORS[color], lw=0.5, alpha=0.7)
        left.plot([], [], color=COLORS[color], label=f"degree {degree}")
        rows += [(f"fit {degree}", a, life, b)
                 for life, line in enumerate(fits) for a, b in zip(x, line, strict=True)]  # fmt: skip
    left.plot(x, one["target"].values[0, asked], color="black", lw=1.5, label="sinusoid")
    left.set(xlabel="x", ylabel="y", ylim=(-3, 3))
    left.legend(loc="upper center", ncols=2)

    n = min(recording.sizes["seed"] for recording in recordings.values())
    found = [bias_and_variance(r.isel(seed=slice(n))) for r in recordings.values()]
    degrees = np.arange(len(found))
    noise = np.mean([np.mean(d.error - d.bias - d.variance) for d in found])
    lines = {
        "squared bias": ("network", [d.bias for d in found]),
        "variance": ("model_free", [d.variance for d in found]),
        "error less noise": ("published", [d.error - noise for d in found]),
    }
    for label, (color, columns) in lines.items():
        y = np.stack([np.atleast_1d(column) for column in columns], axis=1)
        mean_line(right, degrees, y, COLORS[color], label)
        rows += [(label, degree, seed, value)
                 for seed, line in enumerate(y) for degree, value in enumerate(line)]  # fmt: skip
    right.set(xlabel="degree of the polynomial", ylabel="mean squared error", ylim=(0, 1))
    right.legend(loc="upper center")
    letter(left, "a")
    letter(right, "b")
    return drawing, pd.DataFrame(rows, columns=["line", "x", "seed_or_resample", "y"])
