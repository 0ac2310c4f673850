"""The figure of the spiking teacher: optimism, and reversals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

LEARNERS = (
    ("eshel2015/teacher@exact", "exact error", "optimal"),
    ("eshel2015/teacher", "dopamine neurons", "network"),
    ("eshel2015/teacher_raised", "dopamine neurons, high baseline", "other_network"),
    ("eshel2015/asymmetric", "negative errors a fifth", "model_free"),
)


def draw_teacher(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Two panels: value error by trial of the stable part, and choices around a reversal."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    from ...analysis.reversal import reversal_curve
    from ...analysis.style import COLORS, TWO_COLUMNS, letter, mean_line

    drawing, (left, right) = plt.subplots(1, 2, figsize=(TWO_COLUMNS, 2.4))
    rows = []
    for name, label, color in LEARNERS:
        curve = reversal_curve(recordings[name])
        lines = {
            "optimism": (left, *_optimism(recordings[name])),
            "reversal": (right, curve["lag"].values, np.atleast_2d(curve.values)),
        }
        for panel, (axes, x, y) in lines.items():
            mean_line(axes, x, y, COLORS[color], label)
            rows += [
                {"learner": label, "panel": panel, "x": at, "seed": seed, "y": value}
                for seed, line in enumerate(y)
                for at, value in zip(x, line, strict=True)
            ]
    left.axhline(0, color="0.7", linewidth=0.5)
    left.set_xlabel("trial of the stable part")
    left.set_ylabel("value less true mean")
    letter(left, "a")
    right.set_xlabel("trials from the reversal")
    right.set_ylabel("newly better arm chosen")
    right.legend(loc="lower right")
    letter(right, "b")
    return drawing, pd.DataFrame(rows)


def _optimism(recording: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Value of the arm chosen less its mean, by trial of the stable part, (seed, trial)."""
    import numpy as np

    stable = recording["volatility"] == 0
    number = stable.cumsum("step").where(stable)
    mean = recording["arm_mean_0"].where(recording["action"] == 0, recording["arm_mean_1"])
    error = recording["value"] - mean
    trial = np.arange(1, int(number.max()) + 1)
    by_trial = [error.where(number == t).mean(["episode", "step"]).values for t in trial]
    return trial, np.atleast_2d(np.stack(by_trial, axis=-1))
