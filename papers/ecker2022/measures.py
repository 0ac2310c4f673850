"""Numbers that signatures of sharp wave-ripples measure: one for each seed, from recorded spikes.

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
LENGTH, SPEED = 3.0, 0.32436  # m, m/s: running on the track (published code)
SHORT = 0.15  # s; events under the asymmetric rule last about .2 s
ALPHA = 0.05
CUE_WINDOW = 0.2  # s after its onset in which an event counts as cued


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
        from ...analysis.replay_decoding import tuning_curves

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


def _per_seed(measure: Callable[[Rest], float]) -> Measure:
    def measured(recording: xr.Dataset) -> np.ndarray:
        return np.array([measure(rest) for rest in rests(recording)], float)

    measured.__doc__ = measure.__doc__
    return measured


# ---------------------------------------------------------------- sharp waves and replay


@_per_seed
def n_events(rest: Rest) -> float:
    """Sharp waves in 10 s."""
    return len(rest.events(0.26)) / rest.duration * 10


@_per_seed
def event_length(rest: Rest) -> float:
    """Mean duration of a sharp wave, s; 0 without any."""
    found = rest.events(0.26)
    return float(found.duration.mean()) if len(found) else 0.0


@_per_seed
def significant(rest: Rest) -> float:
    """Share of events that follow a line better than shuffled ones do; 0 without an event."""
    table = track_events(rest)
    return float((table.p_corrected < ALPHA).mean()) if len(table) else 0.0


@_per_seed
def line_score(rest: Rest) -> float:
    """Mean line score; 0 without an event."""
    table = track_events(rest)
    return float(table.score.mean()) if len(table) else 0.0


@_per_seed
def line_margin(rest: Rest) -> float:
    """Mean line score beyond the 95th percentile of shuffled events; 0 without an event."""
    table = track_events(rest)
    return float((table.score - table.null_95).mean()) if len(table) else 0.0


@_per_seed
def reverse_share(rest: Rest) -> float:
    """Share of reverse ones among significant events of .15 s or more; NaN if there is none."""
    table = track_events(rest, SHORT)
    told = table[table.p_corrected < ALPHA]
    return float((told.direction == "reverse").mean()) if len(told) else np.nan


@_per_seed
def compression(rest: Rest) -> float:
    """Speed of replay over that of running; 0 without an event."""
    table = track_events(rest)
    meters = table.speed * LENGTH / N_PLACES
    return float(meters.mean() / SPEED) if len(table) else 0.0


# ---------------------------------------------------------------- oscillations and rates


def spectrum(rest: Rest, population: str, whole_if_none: bool = False) -> xr.DataArray | None:
    """Mean spectrum of the events' population rate, or of the whole rest where there is none."""
    from ...analysis.sharp_waves import ripple_spectrum

    pyramidal = rest.neuron < rest.n_pyramidal
    chosen = pyramidal if population == "pyramidal" else ~pyramidal
    n = rest.n_pyramidal if population == "pyramidal" else rest.n_basket
    found = rest.events(0.26)
    if not len(found):
        if not whole_if_none:
            return None
        import pandas as pd

        found = pd.DataFrame({"begin": rest.begin, "end": rest.end})
    return ripple_spectrum(rest.time[chosen], n, found).mean("event")


@_per_seed
def basket_peak(rest: Rest) -> float:
    """Frequency of the largest power of basket cells from 100 to 350 Hz; 0 without an event."""
    from ...analysis.sharp_waves import peak_frequency

    found = spectrum(rest, "basket")
    return 0.0 if found is None else float(peak_frequency(found))


def _share(population: str, band: str, whole_if_none: bool = False) -> Callable[[Rest], float]:
    def share(rest: Rest) -> float:
        from ...analysis.sharp_waves import GAMMA, RIPPLE, band_share

        found = spectrum(rest, population, whole_if_none)
        limits = RIPPLE if band == "ripple" else GAMMA
        return 0.0 if found is None else float(band_share(found, limits))

    return share


pyramidal_ripple = _per_seed(_share("pyramidal", "ripple"))
basket_gamma = _per_seed(_share("basket", "gamma", whole_if_none=True))


@_per_seed
def ripple_above_gamma(rest: Rest) -> float:
    """Share of pyramidal power at ripple frequencies less that at gamma; 0 without an event."""
    return _share("pyramidal", "ripple")(rest) - _share("pyramidal", "gamma")(rest)


def rate(population: str) -> Measure:
    """Measure: mean firing rate at rest, Hz."""

    def measured(rest: Rest) -> float:
        n = rest.n_pyramidal if population == "pyramidal" else rest.n_basket
        own = (rest.neuron < rest.n_pyramidal) == (population == "pyramidal")
        count = [
            ((rest.time[own] >= begin) & (rest.time[own] < end)).sum()
            for begin, end in zip(rest.begin, rest.end, strict=True)
        ]
        return float(sum(count) / n / rest.duration)

    return _per_seed(measured)


# ---------------------------------------------------------------- weights, from the agent


def at_rest(name: str) -> Measure:
    """Measure: what the agent showed of itself at its first rest."""

    def measured(recording: xr.Dataset) -> np.ndarray:
        resting = ((recording.phase == REST) & recording.active).isel(episode=0)
        first = resting.argmax("step")
        return recording[name].isel(episode=0).isel(step=first).values

    return measured


# ---------------------------------------------------------------- paths on graphs


class Paths:
    """Measures of decoded paths on one graph.

    Parameters
    ----------
    graph : StateGraph
    """

    def __init__(self, graph: StateGraph) -> None:
        self.graph = graph

    def adjacent(self, recording: xr.Dataset) -> np.ndarray:
        """Share of steps that lead to a neighbor; 0 without a step."""
        return self._share_of_steps(recording, "adjacent")

    def within_two(self, recording: xr.Dataset) -> np.ndarray:
        """Share of steps that lead no further than two states; 0 without a step."""
        return self._share_of_steps(recording, "within_two")

    def _share_of_steps(self, recording: xr.Dataset, name: str) -> np.ndarray:
        def share(rest: Rest) -> float:
            _, _, about = graph_paths(rest, self.graph)
            n = about.n_steps.sum()
            return float((about[name] * about.n_steps).sum() / n) if n else 0.0

        return _per_seed(share)(recording)

    def n_states(self, recording: xr.Dataset) -> np.ndarray:
        """Mean number of states of an event; 0 without an event."""

        def mean(rest: Rest) -> float:
            _, _, about = graph_paths(rest, self.graph)
            return float(about.n_states.mean()) if len(about) else 0.0

        return _per_seed(mean)(recording)

    def starts_at(self, state: int) -> Measure:
        """Measure: share of events after a cue that begin within one state of `state`."""

        def share(rest: Rest) -> float:
            about = self._cued(rest)
            near = self.graph.distances[state, about.start_state] <= 1
            return float(near.mean()) if len(about) else 0.0

        return _per_seed(share)

    def leads_away(self, state: int) -> Measure:
        """Measure: share of events after a cue that end further from `state` than they began."""

        def share(rest: Rest) -> float:
            about = self._cued(rest)
            distance = self.graph.distances[state]
            away = distance[about.end_state] > distance[about.start_state]
            return float(away.mean()) if len(about) else 0.0

        return _per_seed(share)

    def _cued(self, rest: Rest) -> pd.DataFrame:
        """What is known of the paths of events that begin just after the time of a cue."""
        from ...models.explorer import CUE_EVERY, FIRST_CUE

        found, _, about = graph_paths(rest, self.graph)
        since = (found.begin - rest.begin[found["rest"]] - FIRST_CUE) % CUE_EVERY
        # Events begin on the 20 ms grid of their detection, perhaps just before the cue.
        just = (since < CUE_WINDOW) | (since > CUE_EVERY - 0.02)
        return about[(just & (about.n_states > 0)).to_numpy()]


def transition_width(recording: xr.Dataset) -> np.ndarray:
    """Least summed weight with 9 events in 10 s over the largest with none below it."""
    widths = []
    for number, rest in enumerate(rests(recording)):
        row = recording.isel(seed=number, episode=0)
        resting = (row.phase == REST).values & row.active.values
        summed = row.weight_sum.values[resting]
        found = rest.events(0.26)
        count = np.bincount(found["rest"], minlength=len(summed)) / (rest.end - rest.begin) * 10
        many = summed[count >= 9]
        none = summed[(count == 0) & (summed < many.min(initial=np.inf))]
        widths.append(many.min() / none.max() if len(many) and len(none) else np.nan)
    return np.array(widths)


# ---------------------------------------------------------------- recall


def accuracy(recording: xr.Dataset) -> np.ndarray:
    """Share of cues whose pattern was named."""
    return recording.reward.where(recording.test == 1).mean(("episode", "step")).values


def completion_ratio(recording: xr.Dataset) -> np.ndarray:
    """How much more cells of a recalled assembly fire, those cued left out, than cells elsewhere."""
    asked = recording.where(recording.test == 1)
    completed, others = (asked[name].mean(("episode", "step")) for name in ("completed", "others"))
    return (completed / others).values
