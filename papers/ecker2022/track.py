"""Sharp wave-ripples and replay after 400 s on a linear track (Ecker et al. 2022).

Cells, synapses and the learning rule are those of the published code; nothing was tuned. The
acceptance intervals come from an independent implementation at this size, see
`data/published/ecker2022.toml`.
"""

from __future__ import annotations

from ...models.hippocampus.ca3 import CA3
from ...models.hippocampus.place_code import TrackCode
from ...models.replay_agents import Explorer
from ..declaration import Figure, Test
from .measures import (
    at_rest,
    basket_gamma,
    basket_peak,
    compression,
    event_length,
    line_margin,
    line_score,
    n_events,
    pyramidal_ripple,
    rate,
    reverse_share,
    ripple_above_gamma,
    significant,
)
from .network import experiment, exploration, explorer, laps, signature
from .rests import N_PLACES
from .track_figure import draw_raster, draw_spectra, draw_weights

RUNNING = 400.0  # s
TASK = exploration(laps(N_PLACES), n_moves=round(RUNNING / TrackCode(N_PLACES).step))

EXPERIMENTS = (
    experiment(
        "track",
        "400 s on a linear track, then 10 s of rest, and what is lost with parts of CA3",
        TASK,
        explorer(code="track"),
        tests={
            "shuffled": Test(n_lives=1, without=("structure",)),
            "flat": Test(n_lives=1, without=("differences",)),
            "no_adaptation": Test(n_lives=1, without=("adaptation",)),
            "asymmetric": Test(n_lives=1, without=("symmetry",)),
            "gamma": Test(n_lives=1, without=("sharp_wave_state",)),
            "scattered": Test(n_lives=1, without=("timing",)),
        },
    ),
    experiment(
        "track_full_size",
        "the same with the published 8,000 pyramidal cells",
        TASK,
        Explorer(CA3(n_pyramidal=8000), code="track"),
        quick=1,
        full=1,
        reproduced=False,
    ),
)

TRACK = "ecker2022/track"
SHUFFLED, FLAT, NO_ADAPTATION = (f"{TRACK}@{t}" for t in ("shuffled", "flat", "no_adaptation"))
ASYMMETRIC, GAMMA_STATE, SCATTERED = (f"{TRACK}@{t}" for t in ("asymmetric", "gamma", "scattered"))

SIGNATURES = (
    signature(
        "events", "Learned weights bring about at least three sharp waves in 10 s of rest.",
        n_events, TRACK, low=3.0, shows_not=SHUFFLED, beside=(FLAT,),
    ),
    signature(
        "event_length", "Sharp waves last between 250 and 700 ms.",
        event_length, TRACK, low=0.25, high=0.7, shows_not=NO_ADAPTATION,
    ),
    signature(
        "events_are_replay",
        "At least 80 % of sharp waves follow the track better than shuffled ones do.",
        significant, TRACK, low=0.8, shows_not=NO_ADAPTATION, published="ecker2022/replay",
    ),
    signature(
        "line_score", "A straight way along the track holds more than .8 of the posterior.",
        line_score, TRACK, low=0.8, shows_not=NO_ADAPTATION, published="ecker2022/replay",
    ),
    signature(
        "line_margin", "It holds .2 more than 95 % of shuffled events reach.",
        line_margin, TRACK, low=0.2, shows_not=NO_ADAPTATION, published="ecker2022/replay",
    ),
    signature(
        "both_directions", "Replay runs forward and in reverse, each in at least a fifth of events.",
        reverse_share, TRACK, low=0.2, high=0.8, shows_not=ASYMMETRIC,
    ),
    signature(
        "asymmetric_forward", "With weights learned by the asymmetric rule replay only runs forward.",
        reverse_share, ASYMMETRIC, high=0.1, shows_not=TRACK,
    ),
    signature(
        "ripple_peak", "During sharp waves basket cells oscillate at 160 to 200 Hz.",
        basket_peak, TRACK, low=160.0, high=200.0, shows_not=NO_ADAPTATION, beside=(FLAT,),
        published="ecker2022/ripple",
    ),
    signature(
        "ripple_power", "At least 40 % of the power of pyramidal cells lies at ripple frequencies.",
        pyramidal_ripple, TRACK, low=0.4, shows_not=FLAT, published="ecker2022/ripple",
    ),
    signature(
        "ripple_above_gamma", "Pyramidal cells have more power at ripple than at gamma frequencies.",
        ripple_above_gamma, TRACK, low=0.0, published="ecker2022/ripple",
    ),
    signature(
        "no_gamma", "Less than 5 % of the power of basket cells lies at gamma frequencies.",
        basket_gamma, TRACK, high=0.05, shows_not=GAMMA_STATE,
    ),
    signature(
        "pyramidal_rate", "Pyramidal cells fire at .8 to 3.5 Hz.",
        rate("pyramidal"), TRACK, low=0.8, high=3.5, shows_not=NO_ADAPTATION,
        published="ecker2022/rates",
    ),
    signature(
        "basket_rate", "Basket cells fire at 15 to 80 Hz.",
        rate("basket"), TRACK, low=15.0, high=80.0, shows_not=NO_ADAPTATION,
        published="ecker2022/rates",
    ),
    signature(
        "compression", "Replay is 5 to 25 times as fast as running.",
        compression, TRACK, low=5.0, high=25.0, shows_not=NO_ADAPTATION,
    ),
    signature(
        "weight_mean", "After 400 s recurrent weights are .191 nS on average, within 3 %.",
        at_rest("weight_mean"), TRACK, low=0.97 * 0.191, high=1.03 * 0.191,
        beside=(SCATTERED,), published="ecker2022/weights",
    ),
    signature(
        "weight_max", "The largest recurrent weight is 5.5 to 7.5 nS.",
        at_rest("weight_max"), TRACK, low=5.5, high=7.5, shows_not=SCATTERED,
        published="ecker2022/weights",
    ),
    signature(
        "weight_sum", "The weights onto a pyramidal cell add up to 152.6 nS, within 3 %.",
        at_rest("weight_sum"), TRACK, low=0.97 * 152.6, high=1.03 * 152.6,
        beside=(SCATTERED,), published="ecker2022/weights",
    ),
)  # fmt: skip

FIGURES = (
    Figure(
        name="ecker2022/raster",
        caption=(
            "Rest after 400 s on the track. (a) Spikes of place cells by the place of their field, and "
            "the rate of all pyramidal cells. (b) Posterior over places in four sharp waves, each "
            "with the line that fits it best: up is forward, down is reverse."
        ),
        needs=(TRACK,),
        draw=draw_raster,
    ),
    Figure(
        name="ecker2022/ripple",
        caption=(
            "Spectra of population rates during sharp waves, mean of events for each seed. (a) Basket "
            "cells, (b) pyramidal cells: learned weights, the cell without adaptation, and the gamma "
            "state, in which there are no sharp waves and the whole rest is taken. Shaded: 150-220 Hz."
        ),
        needs=(TRACK, NO_ADAPTATION, GAMMA_STATE),
        draw=draw_spectra,
    ),
    Figure(
        name="ecker2022/weights",
        caption=(
            "Mean weight between place cells against the distance of their fields, after learning "
            "from spikes on the track, from the same spikes dealt out over time, and by the asymmetric "
            "rule, fields ahead and behind taken together."
        ),
        needs=(TRACK, SCATTERED, ASYMMETRIC),
        draw=draw_weights,
    ),
)
