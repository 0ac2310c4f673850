"""The behavioral data sets the toolkit knows: whose they are, under which license, their columns."""

from __future__ import annotations

from ..facts import unknown
from .animals import AIND_MOUSE_FORAGING, MILLER_RAT_TWOSTEP
from .people import (
    CAVANAGH2015_BANDIT3,
    FOUCAULT2024_ADAPROB,
    ZOROWITZ2023_REVERSAL,
    ZOROWITZ2023_TWOSTEP,
)
from .schema import Column, Dataset, Exclusion, Table, Upstream

DATASETS: dict[str, Dataset] = {
    entry.name: entry
    for entry in (
        ZOROWITZ2023_TWOSTEP,
        MILLER_RAT_TWOSTEP,
        ZOROWITZ2023_REVERSAL,
        FOUCAULT2024_ADAPROB,
        CAVANAGH2015_BANDIT3,
        AIND_MOUSE_FORAGING,
    )
}
"""The data sets by name."""


def dataset(name: str) -> Dataset:
    """Return what is known about a data set.

    Examples
    --------
    >>> dataset("miller_rat_twostep").species
    'rat'
    >>> dataset("miller_rat_two_step")
    Traceback (most recent call last):
    ValueError: no data set 'miller_rat_two_step'; did you mean 'miller_rat_twostep'?
    """
    if name not in DATASETS:
        raise ValueError(unknown("data set", name, DATASETS))
    return DATASETS[name]


__all__ = ["DATASETS", "Column", "Dataset", "Exclusion", "Table", "Upstream", "dataset"]
