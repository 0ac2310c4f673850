"""How figures look: journal widths, editable text, one color for each kind of agent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from matplotlib.axes import Axes

ONE_COLUMN, TWO_COLUMNS = 89 / 25.4, 183 / 25.4  # inches; widths of a journal page

# Okabe & Ito 2008, distinguishable to color-blind readers
COLORS = {
    "network": "#0072B2",
    "other_network": "#56B4E9",
    "blind": "#999999",
    "optimal": "#009E73",
    "model_free": "#D55E00",
    "cue": "#CC79A7",
    "algorithm": "#E69F00",
    "published": "#000000",
    "animal": "#7A5230",
    "people": "#B8860B",
}


@contextmanager
def paper_style() -> Iterator[None]:
    """Draw with small sans-serif type, thin lines and text that stays text in the PDF."""
    import matplotlib as mpl

    settings: Any = {
        "backend": "Agg",
        "font.size": 7,
        "axes.titlesize": 7,
        "axes.labelsize": 7,
        "xtick.labelsize": 6,
        "ytick.labelsize": 6,
        "legend.fontsize": 6,
        "legend.frameon": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.6,
        "lines.linewidth": 1.0,
        "pdf.fonttype": 42,
        "svg.fonttype": "none",
        "savefig.dpi": 200,
        "figure.constrained_layout.use": True,
    }
    with mpl.rc_context(settings):
        yield


def letter(axes: Axes, text: str) -> None:
    """Write the letter of a panel."""
    axes.set_title(text, loc="left", fontweight="bold")


def mean_line(
    axes: Axes, x: np.ndarray, y: np.ndarray, color: str, label: str | None = None
) -> None:
    """Draw the mean over seeds of `y` (n_seeds, n) at `x` (n,), its 95 % interval as a shade."""
    from .statistics import half_interval

    mean, half = y.mean(axis=0), half_interval(y)
    axes.plot(x, mean, color=color, label=label)
    if len(y) > 1:
        axes.fill_between(x, mean - half, mean + half, color=color, alpha=0.2, linewidth=0)


def jitter(n: int, width: float = 0.25) -> np.ndarray:
    """Evenly spread offsets at which the points of `n` seeds do not cover one another."""
    return np.linspace(-width, width, n) if n > 1 else np.zeros(n)
