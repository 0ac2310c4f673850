"""Models that were fitted to the same choices, side by side: information criteria, and how common
each is among subjects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import gammaln, logsumexp, psi, xlogy

from .fitting import Fit

_N_SAMPLES = 100_000  # error of an exceedance probability below .002


class Frequencies(NamedTuple):
    """How common models are among subjects.

    Attributes
    ----------
    frequency : (k,) array
        Expected share of the population that each model describes.
    exceedance : (k,) array
        Probability that it is the most common one.
    protected : (k,) array
        The same, allowing that models do not differ in how common they are.
    chance : float
        Probability of that: the Bayesian omnibus risk.
    """

    frequency: np.ndarray
    exceedance: np.ndarray
    protected: np.ndarray
    chance: float


def compare_models(fits: Sequence[Fit], rng: np.random.Generator) -> pd.DataFrame:
    """Set fits of several models to the same choices side by side.

    Parameters
    ----------
    fits : sequence of Fit
        Of the same subjects and choices.
    rng : Generator
        For the exceedance probabilities.

    Returns
    -------
    DataFrame
        One row a model, the least BIC first: `n_parameters` (of a subject), `log_likelihood` (at the
        maximum a posteriori, without the prior), `per_choice`, its mean over choices, `bic` and
        `aic`, all summed over subjects, `bic_above_best`, `n_best` (subjects whose BIC is least
        here), and from -BIC / 2 as log evidence `frequency`, `exceedance`, `protected_exceedance`.
        The row `chance` has every option alike.
    """
    names = [found.model.name for found in fits]
    _check(fits, names)
    n_choices = fits[0].estimates["n_choices"].to_numpy()
    each = {name: found.estimates for name, found in zip(names, fits, strict=True)}
    bic = np.stack([found["bic"].to_numpy() for found in each.values()], axis=1)
    table = pd.DataFrame(
        {
            "n_parameters": [found.sizes["parameter"] for found in each.values()],
            "log_likelihood": [float(found["log_likelihood"].sum()) for found in each.values()],
            "bic": bic.sum(axis=0),
            "aic": [float(found["aic"].sum()) for found in each.values()],
            "n_best": np.bincount(bic.argmin(axis=1), minlength=len(names)),
        },
        index=pd.Index(names, name="model"),
    )
    common = model_frequencies(-bic / 2, rng)
    table["frequency"], table["exceedance"] = common.frequency, common.exceedance
    table["protected_exceedance"] = common.protected
    table = table.sort_values("bic")
    chance = float(fits[0].estimates["chance"].sum())
    table.loc["chance", ["n_parameters", "log_likelihood", "bic", "aic"]] = [
        0, chance, -2 * chance, -2 * chance
    ]  # fmt: skip
    table.insert(2, "per_choice", table["log_likelihood"] / n_choices.sum())
    table.insert(4, "bic_above_best", table["bic"] - table["bic"].min())
    return table


def _check(fits: Sequence[Fit], names: list[str]) -> None:
    if len(fits) < 2 or len(set(names)) < len(names):
        raise ValueError(f"at least two models, each once, are compared, got {', '.join(names)}")
    first = fits[0].estimates
    for name, found in zip(names, fits, strict=True):
        same = found.estimates["subject"].equals(first["subject"])
        if not same or not found.estimates["n_choices"].equals(first["n_choices"]):
            said = [int(f["n_choices"].sum()) for f in (first, found.estimates)]
            raise ValueError(
                f"{names[0]} and {name} do not explain the same choices ({said[0]} and {said[1]}): "
                "fit both to the same trials, and compare models of one stage with models of one "
                "stage"
            )


def model_frequencies(log_evidence: np.ndarray, rng: np.random.Generator) -> Frequencies:
    """How common each model is among subjects, by a Dirichlet over the shares of models.

    Parameters
    ----------
    log_evidence : (n, k) array
        Of each subject and model.
    rng : Generator

    References
    ----------
    Stephan et al. 2009, doi:10.1016/j.neuroimage.2009.03.025; Rigoux et al. 2014,
    doi:10.1016/j.neuroimage.2013.08.065 (protected)
    """
    n, k = log_evidence.shape
    alpha, before = np.ones(k), np.zeros(k)
    while np.abs(alpha - before).max() > 1e-6 * n:
        expected = psi(alpha) - psi(alpha.sum())  # of the logarithm of the shares
        log_g = log_evidence + expected
        g = np.exp(log_g - logsumexp(log_g, axis=1, keepdims=True))
        alpha, before = 1 + g.sum(axis=0), alpha
    expected = psi(alpha) - psi(alpha.sum())
    entropy_of_shares = gammaln(alpha).sum() - gammaln(alpha.sum()) - ((alpha - 1) * expected).sum()
    entropy_of_models = -xlogy(g, g).sum()
    differ = gammaln(k) + (g * (log_evidence + expected)).sum()
    differ += entropy_of_shares + entropy_of_models
    alike = (logsumexp(log_evidence, axis=1) - np.log(k)).sum()
    chance = float(np.exp(-np.logaddexp(0, differ - alike)))
    shares = rng.dirichlet(alpha, _N_SAMPLES)
    exceedance = np.bincount(shares.argmax(axis=1), minlength=k) / _N_SAMPLES
    return Frequencies(
        alpha / alpha.sum(), exceedance, exceedance * (1 - chance) + chance / k, chance
    )
