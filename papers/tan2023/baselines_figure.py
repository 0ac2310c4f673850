"""Goals reached against steps taken, and attempts solved while learning and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STYLES = {
    "goal_directed": ("network", "-"),
    "predicted": ("other_network", "-"),
    "q": ("blind", "-"),
    "dyna_q": ("algorithm", "-"),
    "dyna_q_plus": ("algorithm", "--"),
    "successor": ("optimal", "-"),
    "dqn": ("model_free", "-"),
    "her": ("cue", "-"),
}
IMPROVED = ("published", "-")  # black; it did not live through the attempts after the 100


def draw(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Learning curves over steps, and the share of attempts solved late and after learning."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    from ...analysis.style import COLORS, TWO_COLUMNS, jitter, letter
    from . import baselines

    drawing, axes = plt.subplots(1, 2, figsize=(TWO_COLUMNS * 0.8, 2.5))
    tables, n_learning = [], baselines.N_LEARNING
    for name, (color, line) in {"improved": IMPROVED, **STYLES}.items():
        source = "tan2023/improved" if name == "improved" else f"tan2023/baseline_{name}"
        steps, goals = baselines.steps_and_goals(recordings[source])
        steps, goals = steps[:, :n_learning], goals[:, :n_learning]
        taken = steps.sum(axis=1)  # beyond, the goals of a seed stay what they are
        at = np.linspace(0, taken.max(), 60)
        reached = np.mean(
            [np.interp(at, np.cumsum(s), np.cumsum(g)) for s, g in zip(steps, goals, strict=True)],
            axis=0,
        )
        label = "improved" if name == "improved" else baselines.LEARNERS[name].label
        axes[0].plot(at, reached, line, color=COLORS[color], label=label)
        tables.append(pd.DataFrame({"panel": "a", "learner": name, "x": at, "value": reached}))
        if name in ("improved", "goal_directed"):
            axes[0].axvline(taken.mean(), color=COLORS[color], lw=0.6, ls=":")
    for x, name in enumerate(STYLES):
        color = COLORS[STYLES[name][0]]
        for test, fill, begin, end, shift in (
            ("", color, n_learning // 2, n_learning, -0.2),
            ("_stopped", "none", n_learning, None, 0.2),
        ):
            if test and not baselines.LEARNERS[name].stops:
                test = ""
            recording = recordings[f"tan2023/baseline_{name}{test}"]
            share = baselines.solved_percent(begin, end)(recording)
            axes[1].plot(x + shift + jitter(len(share), 0.1), share, "o", ms=2.5, mfc=fill,
                         mec=color, mew=0.6)  # fmt: skip
            tables.append(pd.DataFrame(
                {"panel": "b", "learner": name, "x": begin, "value": share}))  # fmt: skip
    axes[0].set(xlabel="steps", ylabel="goals reached", xlim=(0, None), ylim=(0, 100))
    drawing.legend(loc="outside upper center", ncols=4)
    axes[1].set(ylim=(0, 105), ylabel="attempts solved (%)")
    _name_learners(axes[1], list(STYLES))
    for ax, text in zip(axes, "ab", strict=True):
        letter(ax, text)
    return drawing, pd.concat(tables, ignore_index=True)


def draw_longer(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Share of attempts solved after ten times as many."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, ONE_COLUMN, jitter
    from . import baselines

    drawing, ax = plt.subplots(figsize=(ONE_COLUMN * 0.8, 2.4))
    tables = []
    for x, name in enumerate(baselines.TEN_TIMES):
        recording = recordings[f"tan2023/baseline_{name}_10x"]
        share = baselines.solved_percent(10 * baselines.N_LEARNING, None)(recording)
        ax.plot(x + jitter(len(share), 0.2), share, "o", ms=2.5, color=COLORS[STYLES[name][0]])
        tables.append(pd.DataFrame({"learner": name, "value": share}))
    ax.set(xlim=(-0.5, len(baselines.TEN_TIMES) - 0.5), ylim=(0, 105), ylabel="attempts solved (%)")
    _name_learners(ax, list(baselines.TEN_TIMES))
    return drawing, pd.concat(tables, ignore_index=True)


def _name_learners(ax: Axes, names: list[str]) -> None:
    from . import baselines

    labels = [baselines.LEARNERS[name].label for name in names]
    ax.set_xticks(range(len(labels)), labels, rotation=40, ha="right", fontsize=5)


__all__ = ["draw", "draw_longer"]
