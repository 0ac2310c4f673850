"""Learning curves of the maze, and values of moves never stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

STYLES = {
    "blundell2016/maze": ("MFEC", "network", "-"),
    "blundell2016/maze_unbound": ("MFEC, states shuffled", "network", ":"),
    "blundell2016/maze_dqn": ("DQN", "model_free", "-"),
    "blundell2016/maze_dqn_one_hot": ("DQN, one-hot", "model_free", "--"),
    "blundell2016/maze_long": ("MFEC", "network", "-"),
    "blundell2016/maze_dqn_long": ("DQN", "model_free", "-"),
    "pritzel2017/maze_long": ("NEC", "optimal", "-"),
    "blundell2016/maze_mirrored": ("MFEC", "network", "-"),
    "blundell2016/maze_dqn_mirrored": ("DQN", "model_free", "-"),
    "pritzel2017/maze_mirrored": ("NEC", "optimal", "-"),
    "pritzel2017/maze": ("NEC", "optimal", "-"),
    "pritzel2017/maze_random_embedding": ("NEC, random embedding", "optimal", ":"),
}

NEW_STATES = {
    "blundell2016/maze@many": ("MFEC, coordinates", "network"),
    "blundell2016/maze_one_hot@many": ("MFEC, one-hot", "blind"),
    "pritzel2017/maze": ("NEC", "optimal"),
    "pritzel2017/maze_random_embedding": ("NEC, random embedding", "blind"),
}

DOMAIN = {
    "blundell2016/rooms_dqn": ("coordinates, 1 update in 4 moves", "model_free", "-"),
    "blundell2016/rooms_dqn_one_hot": ("one-hot, 1 in 4", "network", "--"),
    "blundell2016/rooms_dqn_dense": ("one-hot, each move", "optimal", ":"),
}


def draw_learning(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Running path lengths, median and quartiles over seeds."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    from ...analysis.style import COLORS, ONE_COLUMN
    from .measures import TOLERANCE, WINDOW, running_ratio

    drawing, ax = plt.subplots(figsize=(ONE_COLUMN, 2.0))
    tables = []
    for source, recording in recordings.items():
        label, color, line = STYLES[source]
        curves = np.median(running_ratio(recording), axis=1)
        low, middle, high = np.quantile(curves, (0.25, 0.5, 0.75), axis=0)
        attempt = np.arange(len(middle)) + WINDOW
        ax.plot(attempt, middle, line, color=COLORS[color], label=label)
        ax.fill_between(attempt, low, high, color=COLORS[color], alpha=0.2, linewidth=0)
        columns = {"attempt": attempt, "median": middle, "low": low, "high": high}
        tables.append(pd.DataFrame(columns).assign(source=source))
    ax.axhline(TOLERANCE, color=COLORS["published"], linestyle="--", linewidth=0.6)
    ax.set(xlabel="attempt", ylabel="path / shortest path", yscale="log")
    ax.set_yticks((1, 2, 5, 10), ("1", "2", "5", "10"))
    ax.legend(handlelength=1.8)
    return drawing, pd.concat(tables, ignore_index=True)


def draw_domain(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Attempts of MFEC over those of each DQN, by the size of the maze; of seeds that both have."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd
    from matplotlib.ticker import NullFormatter

    from ...analysis.style import COLORS, ONE_COLUMN
    from .measures import share_of_attempts

    drawing, ax = plt.subplots(figsize=(ONE_COLUMN, 2.0))
    tables = []
    for source, slow in recordings.items():
        name, _, size = source.partition("@")
        if name not in DOMAIN:
            continue  # MFEC itself
        fast = recordings["blundell2016/rooms" + (f"@{size}" if size else "")]
        n_states = len(set(fast["position"].values[fast["active"].values]))
        seeds = np.intersect1d(fast.seed, slow.seed)
        share = share_of_attempts(fast.sel(seed=seeds), slow.sel(seed=seeds))
        columns = {"states": n_states, "seed": seeds, "share": share}
        tables.append(pd.DataFrame(columns).assign(source=name))
    table = pd.concat(tables, ignore_index=True)
    for k, (name, own) in enumerate(table.groupby("source", sort=False)):
        label, color, line = DOMAIN[str(name)]
        middle = own.groupby("states").share.median()
        ax.plot(own.states + 0.7 * (k - 1), own.share, ".", ms=3, color=COLORS[color])
        n_seeds = own.seed.nunique()
        label += f" ({n_seeds} seed{'s' * (n_seeds > 1)})"
        ax.plot(middle.index, middle, line, color=COLORS[color], label=label)
    ax.axhline(1 / 3, color=COLORS["published"], linestyle="--", linewidth=0.6)
    ax.set(
        xlabel="free cells but the goal", ylabel="attempts, MFEC / DQN", yscale="log",
        ylim=(0.1, 15), xlim=(15, 71),
    )  # fmt: skip
    ax.set_yticks((0.1, 1 / 3, 1, 3, 10), ("0.1", "1/3", "1", "3", "10"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.legend(handlelength=1.8, loc="upper left")
    return drawing, table


def draw_new_states(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Value by steps to the goal, and how well it tells them by similarity of the nearest entry."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd
    from scipy import stats

    from ...analysis.style import COLORS, ONE_COLUMN, letter
    from .measures import new_state_values

    drawing, axes = plt.subplots(1, 2, figsize=(ONE_COLUMN, 1.9))
    rows = []
    for source, recording in recordings.items():
        label, color = NEW_STATES[source]
        found = [new_state_values(recording.isel(seed=i)) for i in range(recording.sizes["seed"])]
        value, similarity, distance = (np.concatenate(parts) for parts in zip(*found, strict=True))
        steps = np.unique(distance)
        means = [value[distance == d].mean() for d in steps]
        axes[0].plot(steps, means, ".-", color=COLORS[color], label=label)
        rows += [{"source": source, "panel": "a", "x": d, "y": m}
                 for d, m in zip(steps, means, strict=True)]  # fmt: skip
        edges = np.unique(np.quantile(similarity, (0, 0.25, 0.5, 0.75, 1)))
        place = np.clip(np.searchsorted(edges, similarity, side="right"), 1, max(len(edges) - 1, 1))
        for one in np.unique(place):
            here = place == one
            if here.sum() < 10 or not np.ptp(value[here]):
                continue
            rank = stats.spearmanr(value[here], -distance[here]).statistic
            axes[1].plot(similarity[here].mean(), rank, "o", ms=3, color=COLORS[color])
            rows.append({"source": source, "panel": "b", "x": similarity[here].mean(), "y": rank})
    axes[0].set(xlabel="steps to the goal", ylabel="value of a new move (reward)")
    axes[1].axhline(0, color=COLORS["published"], linewidth=0.6, zorder=0)
    axes[1].set(xlabel="similarity of the nearest", ylabel="rank correlation", xlim=(0.1, 0.6))
    axes[0].margins(y=0.35)
    axes[0].legend(handlelength=1, borderaxespad=0.1)
    for ax, text in zip(axes, "ab", strict=True):
        letter(ax, text)
    return drawing, pd.DataFrame(rows)
