"""What the omission of a reward does, by how well it was expected.

Firing cannot fall below none, so that the dip grows with expectation and levels off, where the response to
the reward itself falls nearly in proportion. Declared when the dips had been drawn (conditioning, c), but
neither number computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .conditioning import signature

if TYPE_CHECKING:
    import xarray as xr

HALFWAY = 0.5  # announced probability at which slopes are compared


def _dips(recording: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Announced probabilities, and the response to no reward at each, (seed, announced), Hz."""
    from ...analysis.dopamine_responses import mean_response

    found = mean_response(recording, "dopamine_omission").sel(volume=0.0)
    return found["announced"].values, np.atleast_2d(found.transpose(..., "announced").values)


def omission_order(recording: xr.Dataset) -> np.ndarray:
    """Rank correlation of the response to an omission with how well reward was announced."""
    from scipy import stats

    announced, dips = _dips(recording)
    return np.array([stats.spearmanr(announced, line).statistic for line in dips])


def levelling(recording: xr.Dataset) -> np.ndarray:
    """By how much less steeply the dip grows above a probability of one half than below, Hz."""
    announced, dips = _dips(recording)
    below, above = announced <= HALFWAY + 1e-6, announced >= HALFWAY - 1e-6
    slopes = [np.polyfit(announced[part], dips[:, part].T, 1)[0] for part in (below, above)]
    return slopes[1] - slopes[0]


_GRADED, _NAIVE = "eshel2015/conditioning@graded", "eshel2015/conditioning@graded_no_expectation"
SIGNATURES = (
    # Of six levels two neighbors may be exchanged, -.94
    signature(
        "omission_by_expectation",
        "The better a reward was expected, the deeper the dip where it does not come.",
        omission_order, _GRADED, high=-0.9, shows_not=_NAIVE,
    ),
    # Recomputed dips of 0.2, -1.1, -1.6, -2.7, -2.9, -3.4 Hz have slopes of -5.2 and -1.75: half of the difference
    signature(
        "omission_levels_off", "Beyond an even chance the dip hardly deepens any more.",
        levelling, _GRADED, low=1.75, shows_not=_NAIVE, published="eshel2015/rectification",
    ),
)  # fmt: skip
