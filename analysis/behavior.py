"""Staying and switching: how the last outcome moves the next choice.

Every function takes a recording, or a table of animals as `tables.table_trials` arranges it, and
returns one value for each seed or subject.
"""

from __future__ import annotations

import warnings

import numpy as np
import xarray as xr

from .history import ridge_logistic
from .trials import choice_trials, pairs, per_subject, two_step_trials, within_subject


def stay_probability(recording: xr.Dataset) -> xr.DataArray:
    """Probability of repeating the first-stage choice after each kind of trial (two-step task).

    Returns
    -------
    DataArray with dims ([seed,] transition, reward)
        `transition` is common, rare; `reward` is 1 (any reward), 0. The coordinate `n_pairs`
        holds the number of pairs behind each cell; an empty cell is NaN, with a warning.

    References
    ----------
    Daw et al. 2011, doi:10.1016/j.neuron.2011.02.027
    """
    before, now, both = pairs(two_step_trials(recording))
    stay = now["choice"] == before["choice"]
    transition = xr.DataArray([1, 0], {"transition": ["common", "rare"]}, "transition")
    rewarded = xr.DataArray([True, False], {"reward": [1, 0]}, "reward")
    cell = (before["common"] == transition) & ((before["reward"] > 0) == rewarded)
    among = cell & both & before["reward"].notnull()
    return _proportion(stay, among, "stay_probability")


def reward_by_transition_interaction(stay: xr.DataArray) -> xr.DataArray:
    """(common - rare) after reward less (common - rare) after none, from `stay_probability`.

    Positive for a planner; but also for a model-free learner where rewards reverse in blocks
    (Akam, Costa & Dayan 2015, doi:10.1371/journal.pcbi.1004648): see `history.lagged_regression`.
    """
    return _contrast(stay, [[1, -1], [-1, 1]], "reward_by_transition_interaction")


def reward_index(stay: xr.DataArray) -> xr.DataArray:
    """Staying after reward less staying after none, over both transitions: the model-free index."""
    return _contrast(stay, [[1, -1], [1, -1]], "reward_index")


def transition_index(stay: xr.DataArray) -> xr.DataArray:
    """Staying after common less staying after rare transitions, summed over rewards."""
    return _contrast(stay, [[1, 1], [-1, -1]], "transition_index")


def stay_regression(recording: xr.Dataset, ridge: float = 0.01) -> xr.DataArray:
    """Logistic regression of staying on the last reward, transition and their product.

    Predictors are -1 and +1, (un)rewarded and (rare) common; `ridge` keeps the estimates finite
    for subjects who never switch.

    Returns
    -------
    DataArray with dims ([seed,] coefficient)
        Log odds: intercept, reward, transition, interaction.
    """

    def fit(trials: xr.Dataset) -> xr.Dataset:
        before, now, both = pairs(trials)
        use = (both & (before["common"] >= 0) & before["reward"].notnull()).values
        reward = np.where(before["reward"].values > 0, 1.0, -1.0)[use]
        common = np.where(before["common"].values == 1, 1.0, -1.0)[use]
        stay = (now["choice"] == before["choice"]).values[use]
        predictors = np.stack([reward, common, reward * common], axis=1)
        return xr.Dataset({"weight": ("coefficient", ridge_logistic(predictors, stay, ridge))})

    weight = per_subject(two_step_trials(recording), fit)["weight"]
    return weight.rename("stay_regression").assign_coords(
        coefficient=["intercept", "reward", "transition", "interaction"]
    ).assign_attrs(units="log odds", ridge=ridge)  # fmt: skip


def win_stay_lose_shift(recording: xr.Dataset) -> xr.Dataset:
    """Probabilities of staying after reward, of shifting after none, and of switching at all.

    Returns
    -------
    Dataset with dims ([seed])
        `win_stay`, `lose_shift`, `switch`; NaN, with a warning, where no pair speaks to it.
    """
    before, now, both = pairs(choice_trials(recording))
    stay = now["choice"] == before["choice"]
    return xr.Dataset(
        {
            "win_stay": _proportion(stay, both & (before["reward"] > 0), "win_stay"),
            "lose_shift": _proportion(~stay, both & (before["reward"] <= 0), "lose_shift"),
            "switch": _proportion(~stay, both, "switch"),
        }
    )


def _proportion(event: xr.DataArray, among: xr.DataArray, name: str) -> xr.DataArray:
    """Share of `event` among the pairs of each subject; says so where there are none."""
    dims = within_subject(among)
    n_pairs = among.sum(dims)
    share = (event & among).sum(dims) / n_pairs.where(n_pairs > 0)
    empty = int((n_pairs == 0).sum())
    if empty:
        first = ", ".join(
            f"{dim} {n_pairs[dim].values[i]}"
            for dim, i in zip(n_pairs.dims, np.argwhere(n_pairs.values == 0)[0], strict=True)
        )
        warnings.warn(
            f"{name}: {empty} of {n_pairs.size} values rest on no pair and are NaN, first: {first}",
            stacklevel=3,
        )
    share.attrs = {"units": "probability"}
    last = [dim for dim in ("transition", "reward") if dim in share.dims]
    share = share.transpose(..., *last).rename(name)
    return share.assign_coords(n_pairs=n_pairs.transpose(..., *last)) if last else share


def _contrast(stay: xr.DataArray, signs: list[list[int]], name: str) -> xr.DataArray:
    """Sum the four cells with the given signs, rows common and rare, columns rewarded and not."""
    if not {"transition", "reward"} <= set(stay.dims):
        raise ValueError(
            f"{name} needs what stay_probability returns, with dims transition and reward, "
            f"got dims {stay.dims}"
        )
    weights = xr.DataArray(
        signs,
        {"transition": ["common", "rare"], "reward": [1, 0]},
        ("transition", "reward"),
    )
    return (stay.drop_vars("n_pairs", errors="ignore") * weights).sum(
        ["transition", "reward"], skipna=False
    ).rename(name)  # fmt: skip
