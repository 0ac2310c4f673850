"""Is what CA3 replays worth replaying when it is replayed? Need, gain and value before each backup.

`worth` asked before each rest, and what it measured was not a value: before the first rest a backup of
one state has a gain, before all others of none, and the rest of its ranking is need times the floor
that keeps gains from being nothing. But values change with every backup of a rest. Here need, gain and
value of all states are worked out before each backup, from the moves and backups that were recorded,
without the floor, and their means are related to how often states are replayed.

Declared when the result of `worth`, -.47, and the above were known, and none of these measures. Bounds
are those of the specification for the value of a backup; need and gain are held to the same. That a state is
replayed when it is worth most was added here, its bound chosen. The animals, seeds 60 to 71, are new;
those of `worth` stand beside.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..declaration import Measure, Signature
from . import worth
from .line import GOAL, WORLD
from .relived import Moments, relive

if TYPE_CHECKING:
    import xarray as xr

FIRST_SEED, N_SEEDS = 60, 12


def _here(name: str) -> str:
    return name.replace("/", "/unseen_")


EXPERIMENTS = tuple(e.on_other_seeds(_here(e.name), FIRST_SEED, N_SEEDS) for e in worth.EXPERIMENTS)
_WORTH, _RELABELLED = (e.name for e in EXPERIMENTS)
_SEEN = worth.EXPERIMENTS[0].name


def _lives(recording: xr.Dataset) -> Iterator[tuple[int, Moments]]:
    """Seeds and their moments before each backup, over the states that can be left."""
    for seed in recording.seed.values.tolist():
        state, *quantities = relive(recording, seed, WORLD)
        yield seed, Moments(state, *(q[:, :GOAL] for q in quantities))


def _related(moments: Moments, quantity: np.ndarray) -> float:
    """Spearman's correlation of how often states are replayed with a quantity; 0 if that is flat."""
    from ...analysis.trajectories import relate

    if not np.ptp(quantity):
        return 0.0
    counts = np.bincount(moments.state, minlength=GOAL)
    return relate(counts, quantity, np.random.default_rng(0), n_permutations=1).correlation


def when_made(name: str) -> Measure:
    """Measure: correlation over states of replay with mean `gain`, `need` or `value` before backups."""

    def measure(recording: xr.Dataset) -> np.ndarray:
        return np.array([_related(m, getattr(m, name).mean(axis=0)) for _, m in _lives(recording)])

    return measure


def beyond_occupancy(recording: xr.Dataset) -> np.ndarray:
    """How much larger the correlation with value is than that with how often states are visited."""
    from ...analysis.trajectories import occupancy

    return np.array(
        [
            _related(m, m.value.mean(axis=0))
            - _related(m, occupancy(recording.sel(seed=seed), GOAL + 1)[:GOAL])
            for seed, m in _lives(recording)
        ]
    )


def worth_most(recording: xr.Dataset) -> np.ndarray:
    """Share of backups of the state worth most, of those made while any is worth something; 0 if none."""
    shares = []
    for _, moments in _lives(recording):
        any_worth = moments.value.max(axis=1) > 0
        best = moments.value.argmax(axis=1) == moments.state
        shares.append(best[any_worth].mean() if any_worth.any() else 0.0)
    return np.array(shares)


def _signature(name: str, claim: str, measure: Measure, low: float) -> Signature:
    return Signature(
        name=f"closed_loop/unseen_{name}",
        claim=claim,
        published="closed_loop/worth",
        low=low,
        high=None,
        measure=measure,
        subject=_WORTH,
        shows_not=_RELABELLED,
        beside=(_SEEN,),
    )


SIGNATURES = (
    _signature(
        "value_when_made",
        "CA3 replays those states most of which a backup is worth most, asked before each backup.",
        when_made("value"), 0.3,
    ),
    _signature(
        "gain_when_made", "... of which a backup changes the choice most.", when_made("gain"), 0.3
    ),
    _signature(
        "need_when_made", "... in which the animal will be most.", when_made("need"), 0.3
    ),
    _signature(
        "value_when_made_beyond_occupancy",
        "Asked before each backup, replay goes rather with the value of a backup than with visits.",
        beyond_occupancy, 0.0,
    ),
    _signature(
        "worth_most_when_made",
        "While any backup is worth something, CA3 more often than not replays the one worth most.",
        worth_most, 0.5,
    ),
)  # fmt: skip
