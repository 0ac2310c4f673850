"""The rests of a recording: spikes, the sharp waves in them, and what those stand for.

Everything is worked out as for an animal: tuning is estimated from spikes on the way, and events
are found, decoded and tested in those at rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...tasks import REST
from ...tasks.navigation import StateGraph
from ..declaration import Measure

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from ...analysis.replay_paths import Path

N_PLACES = 50  # of the track


@dataclass(frozen=True)
class Rest:
    """The rests of one seed: spikes, when they begin and end, and what came before them."""

    time: np.ndarray
    neuron: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    n_pyramidal: int
    n_basket: int
    place: np.ndarray
    place_time: np.ndarray

    @property
    def duration(self) -> float:
        return float((self.end - self.begin).sum())

    def events(self, min_duration: float) -> pd.DataFrame:
        """Sharp waves of all rests; column `rest` counts these."""
        import pandas as pd

        from ...analysis.sharp_waves import sharp_waves

        principal = self.time[self.neuron < self.n_pyramidal]
        tables = [
            sharp_waves(principal, self.n_pyramidal, begin, end, min_duration=min_duration).assign(
                rest=number
            )
            for number, (begin, end) in enumerate(zip(self.begin, self.end, strict=True))
        ]
        return pd.concat(tables, ignore_index=True)

    def tuning(self, n_places: int, turn_midway: bool) -> xr.DataArray:
        """Tuning estimated on the way; `turn_midway` between states a place is half of each."""
        from ...analysis.place_decoding import tuning_curves

        when = self.place_time
        if turn_midway:
            inner = (when[:-2] + when[1:-1]) / 2 if len(when) > 2 else when[1:-1]
            when = np.concatenate([when[:1], inner, when[-1:]])
        return tuning_curves(self.time, self.neuron, self.n_pyramidal, when, self.place, n_places)


def rests(recording: xr.Dataset) -> Iterator[Rest]:
    """The rests of each seed of a stacked recording, of its first life."""
    for number, seed in enumerate(recording.seed.values):
        own = (recording.spike_seed.values == seed) & (recording.lane.values == 0)
        row = recording.isel(seed=number, episode=0)
        active = row.active.values
        resting = active & (row.phase.values == REST)
        clock, duration = row.clock.values, row.duration.values
        moving = active & ~resting
        yield Rest(
            recording.time.values[own],
            recording.neuron.values[own],
            clock[resting].astype(float),
            (clock + duration)[resting].astype(float),
            int(row.n_pyramidal.values[0]),
            int(row.n_basket.values[0]),
            row.position.values[moving],
            np.append(clock[moving], (clock + duration)[moving][-1:]).astype(float),
        )


_KEPT: dict[str, pd.DataFrame] = {}  # what is slow to work out, by a hash of the spikes


def _once(rest: Rest, what: str, work: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    digest = hashlib.sha256(rest.time.tobytes() + rest.neuron.tobytes() + what.encode())
    key = digest.hexdigest()
    if key not in _KEPT:
        _KEPT[key] = work()
    return _KEPT[key]


def track_events(rest: Rest, min_duration: float = 0.26) -> pd.DataFrame:
    """Events on the track, each with score, significance, direction and speed."""
    import pandas as pd

    from ...analysis.replay_decoding import replay_table

    def work() -> pd.DataFrame:
        found = rest.events(min_duration)
        tuning = rest.tuning(N_PLACES, turn_midway=False)
        return pd.concat([found, replay_table(rest.time, rest.neuron, found, tuning)], axis=1)

    return _once(rest, f"track {min_duration}", work)


def graph_paths(rest: Rest, graph: StateGraph) -> tuple[pd.DataFrame, list[Path], pd.DataFrame]:
    """Events on a graph, the path of each, and what it is like."""
    from ...analysis.replay_paths import describe_paths, event_paths

    found = rest.events(0.26)
    tuning = rest.tuning(graph.n_states, turn_midway=True)
    paths = event_paths(rest.time, rest.neuron, found, tuning)
    return found, paths, describe_paths(paths, graph.distances)


def per_seed(measure: Callable[[Rest], float]) -> Measure:
    def measured(recording: xr.Dataset) -> np.ndarray:
        return np.array([measure(rest) for rest in rests(recording)], float)

    measured.__doc__ = measure.__doc__
    return measured
