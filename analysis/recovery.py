"""Can a model be told from choices? Simulated with known parameters, fitted, compared.

Before fitted parameters are interpreted, at the number of trials that were recorded (Wilson & Collins
2019, doi:10.7554/eLife.49547).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from scipy import stats

from .choice_models import Model, Trials
from .fitting import fit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Simulate = Callable[[Mapping[str, np.ndarray], int], Trials]
"""From natural parameters {name: (n,)} and a seed to the trials of n subjects."""


def recover_parameters(
    model: Model,
    simulate: Simulate,
    rng: np.random.Generator,
    n: int = 100,
    n_starts: int = 3,
    true: np.ndarray | None = None,
) -> xr.Dataset:
    """Simulate subjects with known parameters, fit them, and set both side by side.

    Parameters
    ----------
    model : Model
    simulate
        What makes trials; the agent that has this likelihood, in the task, with as many trials as
        the data have.
    rng : Generator
    n : int
        Subjects, with parameters from the prior.
    n_starts : int
    true : (n, k) array, optional
        Unbounded parameters to plant instead, such as those fitted to data.

    Returns
    -------
    Dataset with dims (subject, parameter)
        `true` and `recovered`, natural, also of what the model derives; by parameter the Spearman
        correlation `spearman` and the `bias` (mean of recovered - true); `among_recovered`, by
        parameter and other: correlations of recovered parameters with each other.
    """
    mean, sd = model.prior
    x = rng.normal(mean, sd, (n, len(mean))) if true is None else np.asarray(true, float)
    if len(x) < 3:
        raise ValueError(f"a correlation needs at least 3 subjects, got {len(x)}")
    planted = model.complete(model.natural(x))
    trials = simulate(planted, int(rng.integers(2**31)))
    table = fit(model, trials, rng, n_starts).table
    derived = dict(model.derived(planted)) if model.derived is not None else {}
    names = [*model.names, *derived]
    pairs = {"true": planted | derived, "recovered": {name: table[name] for name in names}}
    found = xr.Dataset(
        {
            which: (("subject", "parameter"), np.stack([np.asarray(v[p]) for p in names], axis=1))
            for which, v in pairs.items()
        },
        {"parameter": names},
        {"model": model.name},
    )
    rank = [_spearman(found.true[:, j], found.recovered[:, j]) for j in range(len(names))]
    found["spearman"] = ("parameter", rank)
    found["bias"] = (found.recovered - found.true).mean("subject")
    among = [
        [_spearman(found.recovered[:, i], found.recovered[:, j]) for j in range(len(names))]
        for i in range(len(names))
    ]
    found["among_recovered"] = (("parameter", "other"), among)
    return found.assign_coords(other=names)


def _spearman(a: xr.DataArray, b: xr.DataArray) -> float:
    return float(stats.spearmanr(a.to_numpy(), b.to_numpy()).statistic)


def recover_models(
    models: Sequence[Model],
    simulate: Mapping[str, Simulate],
    rng: np.random.Generator,
    n: int = 50,
    n_starts: int = 3,
) -> xr.Dataset:
    """Simulate subjects of each model with parameters from its prior, and fit every model to them.

    Parameters
    ----------
    models : sequence of Model
    simulate : {name of model: function}
        See `recover_parameters`.

    Returns
    -------
    Dataset with dims (simulated, best)
        `confusion`, P(best | simulated), best by BIC; `inversion`, P(simulated | best), models being
        equally likely beforehand, NaN where a model never was the best.
    """
    names = [model.name for model in models]
    confusion = np.zeros((len(names), len(names)))
    for i, model in enumerate(models):
        x = rng.normal(*model.prior, (n, len(model.names)))
        planted = model.complete(model.natural(x))
        trials = simulate[model.name](planted, int(rng.integers(2**31)))
        bic = np.stack(
            [fit(other, trials, rng, n_starts).estimates["bic"] for other in models], axis=1
        )
        confusion[i] = np.bincount(bic.argmin(axis=1), minlength=len(names)) / n
    total = confusion.sum(axis=0)
    inversion = np.divide(confusion, total, out=np.full_like(confusion, np.nan), where=total > 0)
    dims = ("simulated", "best")
    return xr.Dataset(
        {"confusion": (dims, confusion), "inversion": (dims, inversion)},
        {"simulated": names, "best": names},
        {"n": n},
    )


def draw_recovery(found: xr.Dataset) -> Figure:
    """Draw recovered against true parameters, one panel each; `found` is of `recover_parameters`."""
    import matplotlib.pyplot as plt

    names: list[Any] = found.parameter.values.tolist()
    rows = -(-len(names) // 5)
    drawing, axes = plt.subplots(
        rows, min(len(names), 5), figsize=(7.2, 1.7 * rows), squeeze=False, layout="constrained"
    )
    for ax in axes.flat[len(names) :]:
        ax.remove()
    for ax, name in zip(axes.flat, names, strict=False):
        one = found.sel(parameter=name)
        ax.plot(one.true, one.recovered, "o", ms=2.5, mfc="none", color="0.2")
        ends = [float(one.true.min()), float(one.true.max())]
        ax.plot(ends, ends, lw=0.8, color="tab:blue")
        if name.startswith(("inverse_temperature", "model_")):
            ax.set(xscale="log", yscale="log")
        ax.set_title(
            f"{name.replace('_', ' ')}\nrank correlation {float(one.spearman):.2f}", fontsize=6
        )
        ax.set(xlabel="simulated", ylabel="recovered")
    return drawing
