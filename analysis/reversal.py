"""Choices around reversals of the better option."""

from __future__ import annotations

import numpy as np
import xarray as xr

from .trials import by_trial, choice_trials, within_subject


def reversal_curve(recording: xr.Dataset, before: int = 5, after: int = 19) -> xr.DataArray:
    """Probability of choosing the option that is better from a reversal on, by lag from it.

    A reversal is a trial whose `best_action` differs from the trial before. A lag counts only
    while the better option is constant between it and the reversal, so that before the reversal the
    curve shows how often the coming option is already chosen.

    Returns
    -------
    DataArray with dims ([seed,] lag), lag in trials
        The coordinate `n_reversals` holds the number of reversals behind each point.
    """
    table = choice_trials(recording)
    if "best_action" not in table:
        raise KeyError("reversal_curve needs 'best_action', which these trials do not have")
    best, choice = table["best_action"].values, table["choice"].values
    chosen = table["valid"].values & (choice >= 0)
    n_trials = best.shape[-1]

    turn = np.zeros(best.shape, bool)
    turn[..., 1:] = (best[..., 1:] != best[..., :-1]) & (best[..., 1:] >= 0) & (best[..., :-1] >= 0)
    if not turn.any():
        raise ValueError("reversal_curve: the better option never reverses in these trials")
    *run, start = np.nonzero(turn)
    lags = np.arange(-before, after + 1)
    counts = np.zeros((2, len(lags), *best.shape[:-1]))  # chosen the coming option; counted
    for lags_one_way in (lags[lags >= 0], lags[lags < 0][::-1]):
        first = start if lags_one_way[:1] >= 0 else start - 1
        constant = np.ones(len(start), bool)
        for lag in lags_one_way:
            at = start + lag
            constant &= (at >= 0) & (at < n_trials)
            at = at.clip(0, n_trials - 1)
            constant &= best[(*run, at)] == best[(*run, first)]
            use = constant & chosen[(*run, at)]
            hit = use & (choice[(*run, at)] == best[(*run, start)])
            np.add.at(counts[0, lag + before], tuple(run), hit)
            np.add.at(counts[1, lag + before], tuple(run), use)

    dims = table["choice"].dims[:-1]
    hits, used = (
        xr.DataArray(c, {"lag": lags}, ("lag", *dims)).sum(
            [dim for dim in within_subject(table) if dim in dims]
        )
        for c in counts
    )
    lead = [dim for dim in dims if dim in hits.dims]
    curve = (hits / used.where(used > 0)).transpose(*lead, "lag").rename("reversal_curve")
    curve = curve.assign_coords({dim: table[dim] for dim in lead if dim in table.coords})
    n_reversals = used.astype(int).transpose(*lead, "lag")
    return curve.assign_coords(n_reversals=n_reversals).assign_attrs(units="probability")


def accuracy_since_change(recording: xr.Dataset, label: str, n_trials: int = 30) -> xr.DataArray:
    """Probability of the best choice by the number of trials since a label last changed.

    Trials before its first change do not count; 0 is the trial of the change itself.

    Returns
    -------
    DataArray with dims ([seed,] since), since = 0 ... n_trials - 1
        The coordinate `n_choices` holds the number of choices behind each point.
    """
    table = choice_trials(recording)
    if "best_action" not in table:
        raise KeyError("accuracy_since_change needs 'best_action', which these trials do not have")
    state = table[label] if label in table else by_trial(recording, label)
    change = state.diff("trial") != 0
    change = change.reindex(trial=table["trial"], fill_value=False)
    if not bool(change.any()):
        raise ValueError(f"accuracy_since_change: '{label}' never changes in these trials")
    number = xr.DataArray(np.arange(table.sizes["trial"]), {"trial": table["trial"]}, "trial")
    axis = change.get_axis_num("trial")
    last = xr.where(change, number, -1).transpose(*change.dims)
    last = last.copy(data=np.maximum.accumulate(last.values, axis=axis))
    since = (number - last).where(last >= 0, -1).transpose(*change.dims)
    chosen = table["valid"] & (table["choice"] >= 0)
    correct = table["choice"] == table["best_action"]
    at = xr.DataArray(np.arange(n_trials), dims="since", name="since")
    here = (since == at) & chosen
    n_choices = here.sum(within_subject(table))
    share = (here & correct).sum(within_subject(table)) / n_choices.where(n_choices > 0)
    share = share.transpose(..., "since").assign_coords(
        since=at.values, n_choices=n_choices.transpose(..., "since")
    )
    return share.rename("accuracy_since_change").assign_attrs(units="probability")


def block_curve(recording: xr.Dataset, block_length: int) -> xr.Dataset:
    """Choices by position in blocks of fixed length.

    Returns
    -------
    Dataset with dims ([seed,] position), position 1 ... block_length
        `correct`: P(the block's best action), all blocks; `perseveration`: P(the best action of the
        block before), from the second block on.
    """
    table = choice_trials(recording)
    if "best_action" not in table:
        raise KeyError("block_curve needs 'best_action', which these trials do not have")
    n_trials = table.sizes["trial"]
    if n_trials % block_length:
        raise ValueError(f"{n_trials} trials do not divide into blocks of {block_length}")
    table = table.drop_vars("trial").coarsen(trial=block_length).construct(
        trial=("block", "position")
    )  # fmt: skip
    best = table["best_action"]
    if bool((best.max("position") != best.where(best >= 0, best.max()).min("position")).any()):
        raise ValueError(f"'best_action' changes within blocks of {block_length} trials")
    best = best.max("position")
    chosen = table["valid"] & (table["choice"] >= 0)
    over = ["block", *within_subject(table)]
    correct = (table["choice"] == best).where(chosen).mean(over)
    last = best.shift(block=1, fill_value=-1)
    perseveration = (table["choice"] == last).where(chosen & (last >= 0)).mean(over)
    return xr.Dataset(
        {"correct": correct, "perseveration": perseveration},
        {"position": np.arange(1, block_length + 1)},
        {"units": "probability"},
    )
