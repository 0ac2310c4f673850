"""Operations of a decision against the side of the grid, and what search costs in a full memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...tasks.navigation import tan
from .measures import operations

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

SIDES = (10, 14, 20, 28, 40, 56, 80, 112, 160)
N_ACTIONS = 4


def reads_in_full_memory(size: int, n_routes: int = 100) -> float:
    """Mean reads of exact search along the shortest ways of the published routes, all known.

    A search goes out from the goal until it reaches the agent: it reads every action of every
    place that is not further from the goal.

    Examples
    --------
    >>> reads_in_full_memory(10) < 4 * 10**2
    True
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    grid = tan.walls_at(0, size)
    leads_to = grid.graph.next_state
    n, n_actions = leads_to.shape
    one = np.ones(n * n_actions)
    links = coo_array((one, (leads_to.ravel(), np.repeat(np.arange(n), n_actions))), (n, n)).tocsr()
    routes = tan.draw_routes(range(n_routes), [grid.wall] * n_routes)
    starts, goals = np.array([[grid.state(cell) for cell in route] for route in routes]).T
    distances = dijkstra(links, unweighted=True, indices=goals)
    reads, decisions = 0, 0
    for start, away in zip(starts, distances, strict=True):
        to_go = int(away[start])
        no_further = np.bincount(away[np.isfinite(away)].astype(int)).cumsum()
        reads += n_actions * int(no_further[1 : to_go + 1].sum())
        decisions += to_go
    return reads / decisions


def crossing(sides: np.ndarray, reads: np.ndarray, cost: float) -> float:
    """Side at which reads, a power of it from point to point, reach `cost`."""
    if not reads[0] <= cost <= reads[-1]:
        raise ValueError(
            f"costs of {cost:g} lie outside what was counted, {reads[0]:g} to {reads[-1]:g}: "
            "take other sides"
        )
    return float(np.exp(np.interp(np.log(cost), np.log(reads), np.log(sides))))


def draw_cost(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Draw network, search in the memory of a life, and search in a full memory."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, ONE_COLUMN

    drawing, ax = plt.subplots(figsize=(0.8 * ONE_COLUMN, 2.3))
    tables = []
    for source, recording in recordings.items():
        kind, _, side = source.removeprefix("tan2023/").partition("_")
        cost = operations(recording)
        tables.append(pd.DataFrame({"what": kind, "side": int(side), "operations": cost}))
    measured = pd.concat(tables)
    means = measured.groupby(["what", "side"]).operations.mean()
    network, search = means["network"], means["search"]
    sides = np.array(SIDES)
    limits = {
        "in_vain": (N_ACTIONS * sides**2, ":", "all known, no way found"),
        "known": (
            np.array([reads_in_full_memory(side) for side in SIDES]), "--",
            "all known, shortest ways",
        ),
    }  # fmt: skip
    points = measured[measured.what == "search"]
    ax.axhline(network.iloc[-1], color=COLORS["network"], label="network")
    ax.plot(points.side, points.operations, ".", ms=3, alpha=0.5, color=COLORS["algorithm"])
    ax.plot(search.index, search, color=COLORS["algorithm"], label="search in 100 attempts")
    for what, (reads, style, label) in limits.items():
        meet = crossing(sides, reads, network.iloc[-1])
        ax.plot(sides, reads, style, color=COLORS["algorithm"], lw=0.9, label=label)
        ax.plot(meet, network.iloc[-1], "o", color="black", ms=3, zorder=3)
        ax.annotate(
            f"{meet:.0f}", (meet, network.iloc[-1]), (-3, 4), textcoords="offset points",
            ha="right",
        )  # fmt: skip
        tables += [
            pd.DataFrame({"what": what, "side": sides, "operations": reads}),
            pd.DataFrame({"what": f"{what}_meets", "side": [meet], "operations": network.iloc[-1]}),
        ]
    ax.set(xscale="log", yscale="log", xlabel="side of the grid (places)",
           ylabel="operations per decision")  # fmt: skip
    ax.set_xticks([10, 20, 40, 80, 160], ["10", "20", "40", "80", "160"])
    ax.minorticks_off()
    ax.legend(fontsize=5.5, loc="lower right")
    return drawing, pd.concat(tables, ignore_index=True)


__all__ = ["crossing", "draw_cost", "reads_in_full_memory"]
