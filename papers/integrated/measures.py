"""What is measured in lives with news from elsewhere; each measure gives one number for each seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ...tasks.shared_ends import AT_REST, FROM_ELSEWHERE, LEARN, TEST, UNAFFECTED

if TYPE_CHECKING:
    import xarray as xr

Measure = Callable[..., np.ndarray]

INTERVAL, FIRST_CHOICE = 0, 1  # steps of a visit


def mean_where(values: xr.DataArray, chosen: xr.DataArray) -> np.ndarray:
    """Mean of `values` over the episodes `chosen`, one for each seed."""
    if not bool(chosen.any("episode").all()):
        raise ValueError("no episode of some seed was chosen; the recording has another schedule")
    return values.where(chosen).mean("episode").values


def p_better(recording: xr.Dataset, step: int = FIRST_CHOICE) -> xr.DataArray:
    """Probability of the better action at one choice of each visit; NaN where there is none."""
    row = recording.isel(step=step)
    best = row["best_action"]
    p = row["policy"].isel(action_option=best.clip(0))
    return p.where(best >= 0)


def tested(recording: xr.Dataset, news: int) -> xr.DataArray:
    """The test visits to contexts that news concerned in this way."""
    row = recording.isel(step=FIRST_CHOICE)
    return (row["period"] == TEST) & (row["news"] == news)


def after_news(recording: xr.Dataset) -> np.ndarray:
    """p(better action) on entering a context of which news came elsewhere."""
    return mean_where(p_better(recording), tested(recording, FROM_ELSEWHERE))


def unconcerned(recording: xr.Dataset) -> np.ndarray:
    """p(better action) on entering a context that leads to other end states."""
    return mean_where(p_better(recording), tested(recording, UNAFFECTED))


def difference(of: Measure) -> Measure:
    """A measure of two recordings: the first less the second."""
    return lambda one, other: of(one) - of(other)


def mean_difference(of: Measure) -> Measure:
    """A measure of four recordings: the first and third less the second and fourth, halved."""

    def measure(*recordings: xr.Dataset) -> np.ndarray:
        pairs = zip(recordings[::2], recordings[1::2], strict=True)
        return np.mean([of(one) - of(other) for one, other in pairs], axis=0)

    return measure


def interaction(of: Measure) -> Measure:
    """A measure of four recordings: (first - second) - (third - fourth)."""
    return lambda a, b, c, d: (of(a) - of(b)) - (of(c) - of(d))


# ------------------------------------------------------------------ within visits and across them


def learned_in_first_visit(recording: xr.Dataset) -> np.ndarray:
    """p(better action) at the last less the first choice of a context's first visit."""
    first_visit = recording.isel(step=FIRST_CHOICE)["exposure"] == 1
    last = recording.sizes["step"] - 1
    return mean_where(p_better(recording, last), first_visit) - mean_where(
        p_better(recording), first_visit
    )


def in_known_context(recording: xr.Dataset) -> np.ndarray:
    """p(better action) at the first choice from the second visit of a context on."""
    return mean_where(p_better(recording), recording.isel(step=FIRST_CHOICE)["exposure"] >= 2)


# ------------------------------------------------------------------ reward prediction errors


def onset_rpe(recording: xr.Dataset, rich: bool, first_visit: bool) -> np.ndarray:
    """Prediction error when a context comes up, while nothing has changed yet."""
    row = recording.isel(step=FIRST_CHOICE)
    chosen = (row["period"] == LEARN) & ((row["exposure"] == 1) == first_visit)
    return mean_where(recording["rpe"].isel(step=INTERVAL), chosen & (row["rich"] == rich))


def onset_tells_value(first_visit: bool) -> Measure:
    """Prediction error at the onset of rich contexts less that of poor ones."""
    return lambda recording: (
        onset_rpe(recording, True, first_visit) - onset_rpe(recording, False, first_visit)
    )


def onset_learned(recording: xr.Dataset) -> np.ndarray:
    """How much more the error at onset tells rich from poor in known contexts than in new ones."""
    return onset_tells_value(False)(recording) - onset_tells_value(True)(recording)


def onset_carries_old_value(recording: xr.Dataset) -> np.ndarray:
    """Where the error at the onset of a context that became poor elsewhere stands: 1 rich, 0 poor."""
    devalued = mean_where(recording["rpe"].isel(step=INTERVAL), tested(recording, FROM_ELSEWHERE))
    rich, poor = (onset_rpe(recording, which, first_visit=False) for which in (True, False))
    return (devalued - poor) / (rich - poor)


# ------------------------------------------------------------------ the stored state


def flipped(before: xr.Dataset, after: xr.Dataset) -> np.ndarray:
    """Share of stored cells, of contexts concerned by the news, that change the action they favor."""
    from ...analysis.stored_state import choice_axis

    return np.array([choice_axis(*pair).flipped for pair in stored_states(before, after)])


def moved_along_choice_axis(before: xr.Dataset, after: xr.Dataset) -> np.ndarray:
    """How far the stored cell moves to the other action, in units of that along a random axis."""
    from ...analysis.stored_state import choice_axis

    return np.array([choice_axis(*pair).displacement for pair in stored_states(before, after)])


def stored_states(before: xr.Dataset, after: xr.Dataset) -> list[tuple]:
    """For each seed: cells and actions that teach the axis, and others before and after the rest.

    Cells are those that come back at the first choice of test visits. Lives with an even number
    teach the axis, contexts with and without news, before the rest and after it: visits and
    replay leave cells in different places, between which nothing taught by one alone transfers.
    Contexts of which news came elsewhere are followed in the other lives.
    """
    pairs = []
    for i in range(before.sizes["seed"]):
        one, other = (r.isel(seed=i, step=FIRST_CHOICE) for r in (before, after))
        odd = (one["life"] % 2 == 1).values
        concerned, others = (
            tested(before, news).isel(seed=i).values for news in (FROM_ELSEWHERE, UNAFFECTED)
        )
        teach, follow = (concerned | others) & ~odd, concerned & odd
        cells = [r["stored_cell"].values for r in (one, other)]
        learned, better = one["old_action"].values, one["best_action"].values
        pairs.append(
            (
                np.concatenate([c[teach] for c in cells]),
                np.concatenate([learned[teach], better[teach]]),
                *(c[follow] for c in cells),
                learned[follow],
            )
        )
    return pairs


# ------------------------------------------------------------------ what it costs


def operations_of_choice(recording: xr.Dataset) -> np.ndarray:
    """Multiply-adds, comparisons and reads at the first choice in a context after news."""
    counted = recording["operations"].isel(step=FIRST_CHOICE).astype(float)
    return mean_where(counted, tested(recording, FROM_ELSEWHERE))


def operations_of_rest(recording: xr.Dataset) -> np.ndarray:
    """Multiply-adds in the rest, shared out among the contexts of a life that may be entered after it."""
    at_rest = recording.isel(step=0)["period"] == AT_REST
    n_contexts = recording.isel(step=0)["context"].max("episode").values + 1
    return mean_where(recording["operations"].isel(step=0).astype(float), at_rest) / n_contexts
