"""Group priors estimated from the subjects who are fitted under them: expectation-maximization.

Huys et al. 2011, doi:10.1371/journal.pcbi.1002028, with Laplace's approximation of each subject's
posterior.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .choice_models import Model, Trials
from .fitting import Fit, covariance, curvature, described, fit, maximum_a_posteriori

CONVERGED = 1e-3  # change of the group's means, unbounded scale
_LEAST_SD = 0.05  # chosen: a prior without width would hold all subjects at its mean for good


def fit_group(
    model: Model,
    trials: Trials,
    rng: np.random.Generator,
    n_starts: int = 10,
    subjects: Sequence | np.ndarray | None = None,
    most_iterations: int = 50,
) -> Fit:
    """Fit a model to each subject under a normal prior that is fitted to them all.

    From the first fit under the model's own priors on, in turn: mean = mean of x over subjects and
    sd^2 = mean(x^2 + diag H^-1) - mean^2, H being the curvature of the cost at x; then every
    subject is fitted again from where it was and from the new mean. Until the means change by less
    than 1e-3.

    Returns
    -------
    Fit
        Its `model` has the group's priors: compare groups on those, on the unbounded scale.
    """
    if len(trials) < 2:
        raise ValueError(f"a group has at least 2 subjects, got {len(trials)}")
    first = fit(model, trials, rng, n_starts, subjects)
    x = first.estimates["unbounded"].to_numpy()
    change = np.inf
    n_iterations = 0
    while change >= CONVERGED and n_iterations < most_iterations:
        n_iterations += 1
        mean, sd = group_prior(model, trials, x)
        change = float(np.abs(mean - model.prior[0]).max())
        model = with_prior(model, mean, sd)
        starts = np.stack([x, np.broadcast_to(mean, x.shape)], axis=1)
        ends, cost = maximum_a_posteriori(model, trials, starts)
        x = ends[np.arange(len(x)), cost.argmin(axis=1)]
    found = described(model, trials, x, subjects)
    found.estimates["n_agreed"] = first.estimates["n_agreed"]
    found.estimates.attrs |= {"n_starts": n_starts, "n_iterations": n_iterations}
    group = ", ".join(
        f"{p.name} {p.mean:.2f} (sd {p.sd:.2f})" for p in model.parameters
    )  # fmt: skip
    notes = [f"group prior after {n_iterations} iterations, unbounded scale: {group}"]
    if change >= CONVERGED:
        notes.append(f"the group's means still changed by {change:.3f}: not converged")
    return replace(found, notes=(*found.notes, *notes))


def group_prior(model: Model, trials: Trials, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the group, two (k,), from each subject's x (n, k).

    Where a posterior is not curved down, the subject's variance is that of the prior before.
    """
    prior = np.broadcast_to(model.prior[1] ** 2, x.shape)
    variance = np.diagonal(covariance(curvature(model, trials, x)), axis1=1, axis2=2)
    variance = np.where(np.isnan(variance), prior, variance)
    mean = x.mean(axis=0)
    return mean, np.sqrt(np.maximum((x**2 + variance).mean(axis=0) - mean**2, _LEAST_SD**2))


def with_prior(model: Model, mean: np.ndarray, sd: np.ndarray) -> Model:
    """The same model under other priors, (k,) each."""
    free = zip(model.parameters, mean, sd, strict=True)
    return replace(
        model, parameters=tuple(replace(p, mean=float(m), sd=float(s)) for p, m, s in free)
    )
