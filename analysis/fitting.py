"""Fit models to choices: maximum a posteriori, from many starts, with errors.

Parameters are fitted on an unbounded scale under normal priors; see `choice_models`.

References
----------
Daw 2011, doi:10.1093/acprof:oso/9780199600434.003.0001; Wilson & Collins 2019,
doi:10.7554/eLife.49547.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from .choice_models import Model, Trials
from .minimization import minimize_together

AGREE = 0.1  # log units within which a start counts as having reached the best
_STEP = 1e-7  # of finite differences, in prior standard deviations
_STEP_TWICE = 1e-3  # the same for second differences, which lose twice the digits
_WIDE = 10.0  # prior standard deviations; farther out exp may overflow
_SPREAD = 0.7  # of the starts, in prior standard deviations
_TRIALS_AT_ONCE = 2_000_000  # evaluated together, to bound memory
_FITS_AT_ONCE = 256  # threads


@dataclass(frozen=True)
class Fit:
    """A model fitted to each subject.

    Attributes
    ----------
    model : Model
        With the priors under which it was fitted.
    estimates : Dataset with dims (subject, parameter)
        `natural`, `unbounded` and `error` (its standard deviation, from the curvature of the
        posterior there); by subject `log_likelihood` (at the maximum a posteriori, without the
        prior), `log_posterior`, `chance`, `n_choices`, `bic`, `aic`, and `n_agreed`: how many of
        `attrs["n_starts"]` starts ended within 0.1 log units of the best.
    notes : tuple of str
        What a reader has to know.
    """

    model: Model
    estimates: xr.Dataset
    notes: tuple[str, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """One row a subject: natural parameters, what is derived from them, and how well it fits."""
        found = self.estimates
        values: dict[str, Any] = {
            str(p): found["natural"].sel(parameter=p).to_numpy() for p in found.parameter.values
        }
        if self.model.derived is not None:
            values |= self.model.derived(self.model.complete(values))
        of_fit = ("log_likelihood", "chance", "n_choices", "bic", "aic", "n_agreed")
        values |= {name: found[name].to_numpy() for name in of_fit}
        return pd.DataFrame(values, index=pd.Index(found.subject.to_numpy(), name="subject"))

    def __str__(self) -> str:
        table = self.table
        n = len(table)
        said = table.describe().loc[["mean", "std", "25%", "50%", "75%"]].T
        said.columns = ["mean", "sd", "25%", "median", "75%"]
        gain = (table["log_likelihood"] - table["chance"]).sum() / table["n_choices"].sum()
        lines = [
            f"{self.model.name}, {n} subjects, {int(table['n_choices'].sum())} choices",
            (said if n > 1 else table.T).round(3).to_string(header=n > 1),
            f"log likelihood {table['log_likelihood'].sum():.1f} (chance {table['chance'].sum():.1f}; "
            f"{gain:+.3f} a choice), BIC {table['bic'].sum():.1f}, AIC {table['aic'].sum():.1f}",
        ]
        return "\n".join(lines + [f"note: {note}" for note in self.notes])


def fit(
    model: Model,
    trials: Trials,
    rng: np.random.Generator,
    n_starts: int = 10,
    subjects: Sequence | np.ndarray | None = None,
) -> Fit:
    """Fit a model to each subject by maximum a posteriori with L-BFGS-B.

    The first start is the prior mean, others lie about it by .7 of the prior's standard deviation,
    the same for all subjects; the best end is kept.

    Parameters
    ----------
    model : Model
    trials : Trials
        Of n subjects.
    rng : Generator
        For the starts.
    n_starts : int
        At least 3; 10 for results that are reported.
    subjects : n names, optional

    Returns
    -------
    Fit
        Warns if, in some subject, only one start reached the best.
    """
    if n_starts < 1:
        raise ValueError(f"n_starts must be at least 1, got {n_starts}")
    if not (np.asarray(trials.n_choices) > 0).all():
        raise ValueError(f"{int((trials.n_choices == 0).sum())} subjects have no choice to fit")
    mean, sd = model.prior
    around = rng.normal(size=(n_starts - 1, len(mean)))
    starts = np.concatenate([mean[None], mean + _SPREAD * sd * around])
    x, cost = maximum_a_posteriori(model, trials, np.repeat(starts[None], len(trials), axis=0))
    best, ends = x[np.arange(len(x)), cost.argmin(axis=1)], cost.min(axis=1)
    n_agreed = (cost <= ends[:, None] + AGREE).sum(axis=1)
    alone = int((n_agreed == 1).sum())
    if alone and n_starts > 1:
        warnings.warn(
            f"{model.name}: in {alone} of {len(x)} subjects only one of {n_starts} starts reached "
            "the best end: it may not be the best there is; raise n_starts",
            stacklevel=2,
        )
    result = described(model, trials, best, subjects)
    result.estimates["n_agreed"] = ("subject", n_agreed)
    result.estimates.attrs["n_starts"] = n_starts
    return result


def maximum_a_posteriori(
    model: Model, trials: Trials, starts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Unbounded parameters of least cost from each start, and that cost.

    Parameters
    ----------
    starts : (n, n_starts, k) array
        On the unbounded scale.

    Returns
    -------
    (n, n_starts, k) array and (n, n_starts) array
    """
    n, n_starts, k = starts.shape
    mean, sd = model.prior
    subject, z = np.repeat(np.arange(n), n_starts), (starts.reshape(-1, k) - mean) / sd
    steps = np.concatenate([np.zeros((1, k)), _STEP * np.eye(k)])

    def cost(chunk: np.ndarray, which: np.ndarray, at: np.ndarray) -> tuple:
        near = (at[:, None] + steps).reshape(-1, k)
        who = np.repeat(chunk[which], len(steps))
        found = model.cost(mean + sd * near, trials.take(who)).reshape(-1, len(steps))
        return found[:, 0], (found[:, 1:] - found[:, :1]) / _STEP

    together = int(np.clip(_TRIALS_AT_ONCE // (trials.size * len(steps)), 1, _FITS_AT_ONCE))
    ends = []
    for first in range(0, len(z), together):
        chunk = subject[first : first + together]
        ends.append(
            minimize_together(
                partial(cost, chunk), z[first : first + together], [(-_WIDE, _WIDE)] * k
            )
        )
    x = mean + sd * np.concatenate([z for z, _ in ends])
    return x.reshape(n, n_starts, k), np.concatenate([value for _, value in ends]).reshape(n, -1)


def curvature(model: Model, trials: Trials, x: np.ndarray) -> np.ndarray:
    """Hessian of the cost at unbounded parameters (n, k), by central differences, (n, k, k)."""
    n, k = x.shape
    sd = model.prior[1]
    unit = _STEP_TWICE * np.eye(k)
    corners = list(product((1, -1), repeat=2))
    pairs = [a * i + b * j for i, j in product(unit, repeat=2) for a, b in corners]
    sign = np.array([a * b for a, b in corners])
    hessian = np.empty((n, k * k))
    steps = np.array(pairs) * sd
    together = max(1, _TRIALS_AT_ONCE // (trials.size * len(steps)))
    for first in range(0, n, together):
        who = np.arange(first, min(n, first + together))
        near = (x[who, None] + steps).reshape(-1, k)
        found = model.cost(near, trials.take(np.repeat(who, len(steps))))
        hessian[who] = (found.reshape(len(who), k * k, 4) * sign).sum(axis=2)
    return hessian.reshape(n, k, k) / (4 * _STEP_TWICE**2 * np.outer(sd, sd))


def covariance(hessian: np.ndarray) -> np.ndarray:
    """Inverse of each Hessian (n, k, k); NaN where it is not positive definite."""
    definite = np.linalg.eigvalsh(hessian).min(axis=1) > 0
    found = np.full(hessian.shape, np.nan)
    found[definite] = np.linalg.inv(hessian[definite])
    return found


def described(
    model: Model, trials: Trials, x: np.ndarray, subjects: Sequence | np.ndarray | None = None
) -> Fit:
    """What there is to say about unbounded parameters (n, k) that were found."""
    natural = model.natural(x)
    log_likelihood = model.log_likelihood(model.complete(natural), trials)
    n_choices, k = np.asarray(trials.n_choices), x.shape[1]
    variance = np.diagonal(covariance(curvature(model, trials, x)), axis1=1, axis2=2)
    both, each = ("subject", "parameter"), "subject"
    estimates = xr.Dataset(
        {
            "natural": (both, np.stack([natural[name] for name in model.names], axis=1)),
            "unbounded": (both, x),
            "error": (both, np.sqrt(variance), {"long_name": "standard deviation of `unbounded`"}),
            "log_likelihood": (each, log_likelihood),
            "log_posterior": (each, -model.cost(x, trials)),
            "chance": (each, trials.chance),
            "n_choices": (each, n_choices),
            "bic": (each, -2 * log_likelihood + k * np.log(n_choices)),
            "aic": (each, -2 * log_likelihood + 2 * k),
        },
        {
            "subject": np.arange(len(x)) if subjects is None else np.asarray(subjects),
            "parameter": model.names,
        },
        {"model": model.name},
    )
    unknown = int(np.isnan(variance).any(axis=1).sum())
    note = f"no error in {unknown} subjects: the posterior is not curved down in every direction"
    return Fit(model, estimates, (note,) if unknown else ())
