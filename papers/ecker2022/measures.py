"""Numbers that signatures of sharp wave-ripples measure: one for each seed, from recorded spikes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ...tasks import REST
from ..declaration import Measure
from .rests import N_PLACES, Rest, per_seed, track_events

if TYPE_CHECKING:
    import xarray as xr

LENGTH, SPEED = 3.0, 0.32436  # m, m/s: running on the track (published code)
SHORT = 0.15  # s; events under the asymmetric rule last about .2 s
ALPHA = 0.05


# ---------------------------------------------------------------- sharp waves and replay


@per_seed
def n_events(rest: Rest) -> float:
    """Sharp waves in 10 s."""
    return len(rest.events(0.26)) / rest.duration * 10


@per_seed
def event_length(rest: Rest) -> float:
    """Mean duration of a sharp wave, s; 0 without any."""
    found = rest.events(0.26)
    return float(found.duration.mean()) if len(found) else 0.0


@per_seed
def significant(rest: Rest) -> float:
    """Share of events that follow a line better than shuffled ones do; 0 without an event."""
    table = track_events(rest)
    return float((table.p_corrected < ALPHA).mean()) if len(table) else 0.0


@per_seed
def line_score(rest: Rest) -> float:
    """Mean line score; 0 without an event."""
    table = track_events(rest)
    return float(table.score.mean()) if len(table) else 0.0


@per_seed
def line_margin(rest: Rest) -> float:
    """Mean line score beyond the 95th percentile of shuffled events; 0 without an event."""
    table = track_events(rest)
    return float((table.score - table.null_95).mean()) if len(table) else 0.0


@per_seed
def reverse_share(rest: Rest) -> float:
    """Share of reverse ones among significant events of .15 s or more; NaN if there is none."""
    table = track_events(rest, SHORT)
    told = table[table.p_corrected < ALPHA]
    return float((told.direction == "reverse").mean()) if len(told) else np.nan


@per_seed
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


@per_seed
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


pyramidal_ripple = per_seed(_share("pyramidal", "ripple"))
basket_gamma = per_seed(_share("basket", "gamma", whole_if_none=True))


@per_seed
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

    return per_seed(measured)


# ---------------------------------------------------------------- weights, from the agent


def at_rest(name: str) -> Measure:
    """Measure: what the agent showed of itself at its first rest."""

    def measured(recording: xr.Dataset) -> np.ndarray:
        resting = ((recording.phase == REST) & recording.active).isel(episode=0)
        first = resting.argmax("step")
        return recording[name].isel(episode=0).isel(step=first).values

    return measured


# ---------------------------------------------------------------- recall


def accuracy(recording: xr.Dataset) -> np.ndarray:
    """Share of cues whose pattern was named."""
    return recording.reward.where(recording.test == 1).mean(("episode", "step")).values


def completion_ratio(recording: xr.Dataset) -> np.ndarray:
    """How much more cells of a recalled assembly fire, those cued left out, than cells elsewhere."""
    asked = recording.where(recording.test == 1)
    completed, others = (asked[name].mean(("episode", "step")) for name in ("completed", "others"))
    return (completed / others).values
