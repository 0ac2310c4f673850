"""Is what CA3 replays worth replaying? Its counts beside the value of a backup (Mattar & Daw 2018).

The animal of `line`, which tells before each rest what backups of every state would be worth to it.
That spikes follow the theory is a hypothesis: nothing in CA3 knows of values. What is asked before each
rest turned out to rank need times the floor of gains in all rests but the first; `worth_when_made` asks
before each backup.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...models.hippocampus.sources import ShuffledContent
from ...models.hippocampus.spiking import Decoded
from ..declaration import Signature, Test
from .line import GOAL, INTACT, experiment

if TYPE_CHECKING:
    import xarray as xr

TOLD = replace(INTACT, show_priorities=True)
_ONE_LIFE = Test(n_lives=1)

EXPERIMENTS = (
    experiment("worth", "the goal-cued animal tells what backups are worth", TOLD, recording=_ONE_LIFE),
    experiment(
        "worth_relabelled",
        "the same, states of what is replayed permuted",
        replace(TOLD, replay=ShuffledContent(Decoded())),
        recording=_ONE_LIFE,
    ),
)  # fmt: skip
_WORTH, _RELABELLED = (e.name for e in EXPERIMENTS)


def _relations(recording: xr.Dataset) -> list[tuple[float, float]]:
    """Spearman's correlation over states of backups with their value, and with visits, by seed."""
    from ...analysis.sequences import replay_periods
    from ...analysis.trajectories import occupancy, relate

    periods, states = replay_periods(recording), np.arange(GOAL)  # nothing leaves the goal
    found = []
    for k, seed in enumerate(recording.seed.values):
        own, rng = recording.isel(seed=k), np.random.default_rng(k)
        resting = ((own.planning == 2) & own.active).values
        value = own.value_of_backup.values[resting].mean(axis=0)[:GOAL]
        replayed = periods.state.values[periods.seed.values == seed]
        backups = (replayed[..., None] == states).sum(axis=(0, 1))
        visits = occupancy(own, GOAL + 1)[:GOAL]
        pair = [relate(backups, quantity, rng).correlation for quantity in (value, visits)]
        found.append((pair[0], pair[1]))
    return found


def worth(recording: xr.Dataset) -> np.ndarray:
    """Correlation over states of how often they are replayed with what that is worth."""
    return np.array([value for value, _ in _relations(recording)])


def beyond_occupancy(recording: xr.Dataset) -> np.ndarray:
    """How much larger that correlation is than the one with how often states are visited."""
    return np.array([value - visits for value, visits in _relations(recording)])


SIGNATURES = (
    Signature(
        name="closed_loop/worth",
        claim="CA3 replays those states most of which a backup is worth most.",
        published="closed_loop/worth",
        low=0.3,  # fixed with the specification
        high=None,
        measure=worth,
        subject=_WORTH,
        shows_not=_RELABELLED,
    ),
    Signature(
        name="closed_loop/worth_beyond_occupancy",
        claim="What is replayed goes rather with the value of a backup than with visits.",
        published="closed_loop/worth",
        low=0.0,  # fixed with the specification
        high=None,
        measure=beyond_occupancy,
        subject=_WORTH,
        shows_not=_RELABELLED,
    ),
)
