"""What the recurrent units do: trajectories in few dimensions, and what each unit codes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr
from scipy.stats import rankdata

from .statistics import permutation_p
from .trials import by_trial, choice_trials, per_subject

PREDICTORS = ("previous_action", "previous_reward", "action_by_reward", "value")


def principal_trajectories(
    recording: xr.Dataset, n_components: int = 3, variable: str = "hidden"
) -> xr.Dataset:
    """Project the units on the axes along which they vary most, each seed on its own axes.

    Returns
    -------
    Dataset
        `trajectory` ([seed,] episode, step, component), NaN on padded rows; `axes` (component,
        unit), each of length 1 and with its largest weight positive; `mean` (unit); `explained`
        (component), share of the variance.
    """
    if variable not in recording:
        raise KeyError(
            f"the recording has no '{variable}'; it has {', '.join(map(str, recording))}"
        )
    if not 1 <= n_components <= recording.sizes["unit"]:
        raise ValueError(
            f"n_components must be 1 to {recording.sizes['unit']}, the number of units, "
            f"got {n_components}"
        )

    def one_seed(data: xr.Dataset) -> xr.Dataset:
        units = data[variable].transpose("episode", "step", "unit").values.astype(float)
        active = data["active"].transpose("episode", "step").values.astype(bool)
        x = units[active]
        if len(x) < 2:
            raise ValueError("principal_trajectories needs at least 2 active rows")
        mean = x.mean(axis=0)
        variance, axes = np.linalg.eigh(np.cov(x, rowvar=False).reshape(units.shape[-1], -1))
        if variance.sum() <= 0:
            raise ValueError(f"'{variable}' never changes: it has no principal axes")
        axes = axes[:, ::-1][:, :n_components].T
        largest = np.abs(axes).argmax(axis=1)
        axes *= np.sign(axes[np.arange(n_components), largest])[:, None]
        trajectory = np.full((*active.shape, n_components), np.nan)
        trajectory[active] = (x - mean) @ axes.T
        return xr.Dataset(
            {
                "trajectory": (("episode", "step", "component"), trajectory),
                "axes": (("component", "unit"), axes),
                "mean": ("unit", mean),
                "explained": ("component", variance[::-1][:n_components] / variance.sum()),
            },
            {name: data[name] for name in ("episode", "step", "unit") if name in data.coords},
        )

    names = ["active", variable]
    return per_subject(recording[names], one_seed).assign_coords(
        component=np.arange(1, n_components + 1)
    )


def unit_coding(
    recording: xr.Dataset,
    *,
    rng: np.random.Generator,
    variable: str = "hidden",
    align: str = "choice",
    n_shuffles: int = 199,
) -> xr.Dataset:
    """Relate each unit to the previous action, the previous reward, their product, and value.

    Two options are coded -1 and +1 and the reward is taken from its mean before the product is
    formed. A null exchanges whole episodes of predictors, so that what changes with trial number
    alone is not counted. For the null of an untrained or reward-blind network call this again on
    its recording.

    Parameters
    ----------
    recording : Dataset with dims ([seed,] episode, step, unit)
        Two-option task; trials whose previous trial is not valid are left out.
    n_shuffles : int
        The smallest possible p value is 1 / (n_shuffles + 1).

    Returns
    -------
    Dataset with dims ([seed,] unit, predictor)
        `correlation`, Spearman's; `weight`, of all four in one regression of standardized
        variables; `p_correlation`, `p_weight`, two-sided against the null. By predictor alone:
        `mean_correlation`, the mean absolute correlation of the units, and `p_mean`. A unit
        that never changes has correlation 0 and p 1.

    References
    ----------
    Wang et al. 2018, doi:10.1038/s41593-018-0147-8, Fig. 2; Tsutsui et al. 2016,
    doi:10.1038/ncomms12554
    """
    if n_shuffles < 1:
        raise ValueError(f"n_shuffles must be at least 1, got {n_shuffles}")
    table = choice_trials(recording)
    chosen = table["choice"].where(table["valid"])
    options = np.unique(chosen.values[np.isfinite(chosen.values)])
    if len(options) != 2:
        raise ValueError(
            f"unit_coding needs two options that are both chosen, got {options.tolist()}"
        )
    action = xr.where(chosen == options[1], 1.0, -1.0).where(chosen.notnull()).shift(trial=1)
    reward = table["reward"].where(table["valid"]).shift(trial=1)
    data = xr.Dataset(
        {
            "units": by_trial(recording, variable, align),
            "action": action,
            "reward": reward,
            "value": by_trial(recording, "value", align),
        }
    )

    def one_seed(data: xr.Dataset) -> xr.Dataset:
        units = data["units"].transpose("episode", "trial", "unit").values.astype(float)
        a, r, v = (
            data[name].transpose("episode", "trial").values.astype(float)
            for name in ("action", "reward", "value")
        )
        r = r - np.nanmean(r)
        predictors = np.stack([a, r, a * r, v], axis=-1)
        known = np.isfinite(predictors).all(axis=-1) & np.isfinite(units[..., 0])
        if known.sum() <= len(PREDICTORS):
            raise ValueError(
                f"unit_coding: {known.sum()} trials with a valid trial before are too few"
            )
        for name, column in zip(PREDICTORS, predictors[known].T, strict=True):
            if np.ptp(column) == 0:
                raise ValueError(f"unit_coding: '{name}' is the same on every trial")
        relation = _relation(units, predictors, known)
        episodes = np.arange(len(units))
        null = relation(np.stack([rng.permutation(episodes) for _ in range(n_shuffles)]))
        true = relation(episodes[None])[0]
        p = permutation_p(np.abs(true), np.abs(null))
        mean = np.abs(true[0]).mean(axis=0)
        by_unit = ("unit", "predictor")
        return xr.Dataset(
            {
                "correlation": (by_unit, true[0]),
                "weight": (by_unit, true[1]),
                "p_correlation": (by_unit, p[0]),
                "p_weight": (by_unit, p[1]),
                "mean_correlation": ("predictor", mean),
                "p_mean": ("predictor", permutation_p(mean, np.abs(null[:, 0]).mean(axis=1))),
            }
        )

    result = per_subject(data, one_seed)
    return result.assign_coords(predictor=list(PREDICTORS)).assign_attrs(
        variable=variable, align=align, n_shuffles=n_shuffles
    )


def coding_share(coding: xr.Dataset, alpha: float = 0.01) -> xr.DataArray:
    """Share of units whose correlation lies beyond the shuffle null, from `unit_coding`.

    Returns
    -------
    DataArray with dims ([seed,] predictor)
    """
    n = coding.attrs["n_shuffles"]
    if 1 / (n + 1) >= alpha:
        raise ValueError(f"{n} shuffles cannot give p below {alpha}: use {int(1 / alpha)} or more")
    return (coding["p_correlation"] < alpha).mean("unit").rename("coding_share")


def _relation(
    units: np.ndarray, predictors: np.ndarray, known: np.ndarray
) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function from orders of the predictors' episodes to what they tell of the units.

    It takes (n_orders, n_episodes) and gives (n_orders, 2, units, predictors): rank correlations
    and regression weights. Variables are ranked and standardized once, unknown trials count as
    their mean, 0; so the observed order is exact, and so are others unless episodes differ in which
    trials are known, when the null rests on the trials known in both.
    """
    n_known = known.sum()
    ranked_units, ranked = _standardized(units, known, True), _standardized(predictors, known, True)
    plain_units, plain = _standardized(units, known, False), _standardized(predictors, known, False)
    rows = plain.reshape(-1, plain.shape[-1])
    inverse = np.linalg.pinv(rows.T @ rows / n_known)

    def relate(orders: np.ndarray) -> np.ndarray:
        result = np.empty((len(orders), 2, units.shape[-1], predictors.shape[-1]))
        for i, order in enumerate(orders):
            shared = max(int((known & known[order]).sum()), 1)
            result[i, 0] = _product(ranked_units, ranked[order]) / shared
            result[i, 1] = _product(plain_units, plain[order]) / shared @ inverse
        return result

    return relate


def _product(units: np.ndarray, predictors: np.ndarray) -> np.ndarray:
    n_units, n_predictors = units.shape[-1], predictors.shape[-1]
    return np.asarray(units.reshape(-1, n_units).T @ predictors.reshape(-1, n_predictors))


def _standardized(values: np.ndarray, known: np.ndarray, ranked: bool) -> np.ndarray:
    """Mean 0 and SD 1 over the known trials, 0 on others and in a variable that never changes."""
    x = values[known]
    if ranked:
        x = rankdata(x, axis=0)
    spread = x.std(axis=0)
    changes = spread > 1e-12 * np.maximum(np.abs(x).max(axis=0), 1e-300)
    result = np.zeros(values.shape)
    result[known] = np.where(changes, (x - x.mean(axis=0)) / np.where(changes, spread, 1), 0)
    return result
