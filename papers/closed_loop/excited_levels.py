"""What exciting the cells of a goal does level by level, and that it leaves forward replay alone.

Fixed with the specification: more events at the goal with every step of conductance, and fewer than a quarter
more or less of those that run toward it. Declared when in the first eight animals 3, 8 and 30 % of sharp
waves had been seen to begin near the goal at 0, 1 and 2 nS; which way they ran had not been looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..declaration import Signature
from .excited_goal import EXPERIMENTS
from .line import GOAL
from .measures import nearer

if TYPE_CHECKING:
    import xarray as xr

    from ...models.hippocampus.readout import Sweep

_AT_END = 2  # value of the label `planning`


def sweeps_of(recording: xr.Dataset, number: int) -> Iterator[Sweep]:
    """The sharp waves in the rests of one seed of a stacked recording, read from its spikes."""
    from ...models.hippocampus.place_code import NO_FIELD, P_PLACE, GraphCode
    from ...models.hippocampus.readout import EVENT_BIN, Readout
    from ...models.hippocampus.spikes import Spikes
    from ..ecker2022.network import LINE
    from .line import NETWORK

    n_place = round(P_PLACE * NETWORK.n_pyramidal)
    fields = np.full(NETWORK.n_pyramidal, NO_FIELD)
    fields[:n_place] = np.arange(n_place) * LINE.n_states // n_place  # as spikes are numbered
    readout = Readout(GraphCode(LINE).overlap, fields)
    row = recording.isel(seed=number)
    own = recording.spike_seed.values == recording.seed.values[number]
    time, neuron = recording.time.values[own], recording.neuron.values[own]
    begins = np.sort(row.clock.values[(row.planning == _AT_END).values & row.active.values])
    for begin, following in zip(begins, [*begins[1:], np.inf], strict=True):
        now = (time >= begin) & (time < following)  # spikes are recorded in rests alone
        if now.any():
            spikes = Spikes(time[now] - begin, neuron[now])
            duration = EVENT_BIN * np.ceil(spikes.time.max() / EVENT_BIN)
            yield from readout.sweeps(spikes, duration)


def forward_sweeps(recording: xr.Dataset) -> np.ndarray:
    """Number of sharp waves on the line that end nearer to the goal than they begin."""
    from ..ecker2022.network import LINE

    away = LINE.distances[GOAL]
    return np.array(
        [
            sum(len(s.states) > 1 and away[s.states[-1]] < away[s.states[0]] for s in found)
            for found in (sweeps_of(recording, k) for k in range(recording.sizes["seed"]))
        ],
        float,
    )


def relative_change(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Mean of the first over that of the second, less 1, with what each seed adds to its error.

    A ratio of counts of which some are 0 has no mean over seeds. These values have the ratio of means as
    theirs, and its standard error to first order.
    """
    if not second.mean() > 0:
        return np.full(len(second), np.nan)
    ratio = first.mean() / second.mean()
    return ratio - 1 + (first - ratio * second) / second.mean()


def forward_change(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
    """By which share forward sharp waves are more in the first."""
    return relative_change(forward_sweeps(first), forward_sweeps(second))


_NONE, _ONE, _TWO, _ELSEWHERE = (e.name for e in EXPERIMENTS)


def _step(name: str, claim: str, more: str, less: str) -> Signature:
    """A rise of any size, which twenty animals do not tell from none elsewhere: that stands beside."""
    return Signature(
        name=f"closed_loop/{name}",
        claim=claim,
        published="closed_loop/excited_goal",
        low=0.01,  # of all events; chosen, so that none at all does not do
        high=None,
        measure=nearer,
        subject=(more, less),
        shows_not=(less, less),
        beside=((_ELSEWHERE, _NONE),),
    )


SIGNATURES = (
    _step(
        "excited_goal_first_step", "1 nS on the cells of a goal makes more sharp waves start there.",
        _ONE, _NONE,
    ),
    _step("excited_goal_second_step", "2 nS make still more start there.", _TWO, _ONE),
    Signature(
        name="closed_loop/excited_goal_forward",
        claim="2 nS on the cells of a goal change the number of forward sharp waves by less than a quarter.",
        published="closed_loop/excited_goal",
        low=-0.25,
        high=0.25,
        measure=forward_change,
        subject=(_TWO, _NONE),
        shows=(_ELSEWHERE, _NONE),
        shows_not=("closed_loop/goal_cued", "closed_loop/start_cued"),
        beside=((_ONE, _NONE),),
    ),
)  # fmt: skip
