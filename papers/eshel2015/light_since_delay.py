"""Does light on GABA neurons change the response to reward, and what expectation takes off it?

The light comes on with the cue, .6 s before the reward, and the baseline of other measures lies before
it: they count what light does to firing in the delay as a change of the response. Here the rate just
before the reward is taken off in every condition, as the specification asks. And the claim of the paper is
about expectation: how much of its effect light gives back, whatever it does to unexpected rewards.

Declared when this was known of animals 0 to 15: of the effects on unexpected rewards, -11.4 and 6.1 Hz, -4.2
and 5.1 are there before the reward; expectation takes off 9.2 Hz without light, 8.4 where GABA neurons are
inhibited, 9.7 where they are excited. The animals, seeds 16 to 31, are new; the bound is that of `light_unseen`.
For exciting them the paper gives no direction of the last; it stands beside.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...models.dopamine.circuit import REWARD
from ...models.dopamine.neurons import BIN
from ..declaration import Experiment, Measure, Signature
from . import conditioning
from .light_unseen import LEAST
from .measures import EXPECTED, light_lowers, light_raises

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

JUST_BEFORE = (REWARD - 0.3, REWARD)  # s; as long as the windows of baseline and response
FIRST_SEED, N_SEEDS = 16, 16


def _here(name: str) -> str:
    return name.replace("/", "/since_delay_")


EXPERIMENTS: tuple[Experiment, ...] = tuple(
    replace(
        e.on_other_seeds(_here(e.name), FIRST_SEED, N_SEEDS), summary=f"{e.summary}; new animals"
    )
    for e in conditioning.EXPERIMENTS
    if "light" in e.name
)
_OFF, _ON, _LESS, _CUT_OFF, _CUT_ON, _CUT_LESS = (e.name for e in EXPERIMENTS)


def just_before(recording: xr.Dataset) -> xr.DataArray:
    """Rate of the dopamine neurons in the last .3 s before the reward, Hz, from the histogram."""
    first, last = (round(time / BIN) for time in JUST_BEFORE)
    return recording["histogram"].isel(histogram_0=slice(first, last)).mean("histogram_0")


def since_delay(measure: Measure) -> Measure:
    """The measure with responses less the rate just before the reward in place of the baseline."""

    def measured(*recordings: xr.Dataset) -> np.ndarray:
        return measure(*(r.assign(dopamine_baseline=just_before(r)) for r in recordings))

    return measured


def taken_off(recording: xr.Dataset) -> np.ndarray:
    """By how much expectation lowers the response to reward, Hz."""
    from ...analysis.dopamine_responses import mean_response

    unexpected, expected = (
        mean_response(recording).isel(volume=0).sel(announced=a, method="nearest").values
        for a in (0.0, EXPECTED)
    )
    return unexpected - expected


def light_on_expectation(lit: xr.Dataset, unlit: xr.Dataset) -> np.ndarray:
    """By how much more expectation takes off under light, Hz."""
    return taken_off(lit) - taken_off(unlit)


def _signature(name: str, claim: str, measure: Measure, **settings: object) -> Signature:
    return conditioning.signature(
        f"since_delay_{name}", claim, measure, published="eshel2015/gaba_light", **settings
    )


SIGNATURES: tuple[Signature, ...] = (
    _signature(
        "gaba_excited",
        "Exciting GABA neurons lowers the responses to all rewards, beyond what it does before them.",
        since_delay(light_lowers), subject=(_ON, _OFF), high=-LEAST,
        shows_not=(_CUT_ON, _CUT_OFF),
    ),
    _signature(
        "gaba_inhibited",
        "Inhibiting GABA neurons raises the responses to all rewards, beyond what it does before them.",
        since_delay(light_raises), subject=(_LESS, _OFF), low=LEAST,
        shows_not=(_CUT_LESS, _CUT_OFF),
    ),
    _signature(
        "gaba_inhibited_expectation",
        "Inhibiting GABA neurons, expectation takes less off the response to reward.",
        light_on_expectation, subject=(_LESS, _OFF), high=-LEAST, shows_not=(_CUT_LESS, _CUT_OFF),
        beside=((_ON, _OFF),),
    ),
)  # fmt: skip
