"""Choice models fitted to agents, animals and people by one function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.store import atomic_write
from ..tasks.randomness import stream
from .choice_models import choice_model
from .choice_tables import choice_table, choices
from .runs import Run, runs_folder

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from ..analysis.fitting import Fit

N_STARTS = 5  # chosen: 10 for results that are reported


def fit(
    data: str | Path | pd.DataFrame | xr.Dataset | Run,
    model: str = "rw2_stick",
    *,
    group: bool = False,
    n_starts: int = N_STARTS,
    seed: int = 0,
    p_common: float | None = None,
    out: str | Path | None = None,
    **columns: Any,
) -> Fit:
    """Fit a choice model to each subject, or each seed, of a data set, a table or a recording.

    Parameters
    ----------
    data
        A recording or its trials, what `fastslow.run` returns, an experiment by name
        (`paper/experiment`, or one of its tests, `paper/experiment@test`), a data set of the
        catalogue by name, a csv file or a table of your own.
    model : str
        "random_stay", "rw", "rw_stick", "rw2", "rw2_stick", "rw2_stick_forget"; of two-step tasks
        also "hybrid", "planner", "sarsa".
    group : bool
        Estimate the prior from the subjects, too, by expectation-maximization.
    n_starts : int
        Starts of each subject; 10 for results that are reported.
    seed : int
        Of the starts.
    p_common : float, optional
        Probability of a common transition that subjects know; by default the share in the data.
    out : path, optional
        Folder of all runs.
    columns
        `sample` of a data set; or of an own table `choice, reward, common, state, subject,
        session, trial` and `drop_missing`, see `data.own_table.read_own_table`.

    Returns
    -------
    Fit
        `print` it, or take its `table`, one row a subject.
    """
    from ..analysis import fitting, group_fitting

    table, notes = choice_table(data, out, **columns)
    trials = choices(table, model, p_common)
    declared = choice_model(model, second_stage=trials.second is not None)
    if trials.p_common is not None and model in ("hybrid", "planner", "sarsa"):
        notes.append(f"subjects are taken to know p_common = {trials.p_common:.3f}")
    rng = np.random.default_rng(stream(seed, "fit"))
    how = group_fitting.fit_group if group else fitting.fit
    found = how(declared, trials, rng, n_starts, subjects(table))
    return replace(found, notes=(*notes, *found.notes))


def compare_fits(fits: Sequence[Fit], seed: int = 0) -> pd.DataFrame:
    """Set fits of several models to the same choices side by side.

    `seed` is of exceedance probabilities, which are sampled; see
    `analysis.model_comparison.compare_models`.
    """
    from ..analysis.model_comparison import compare_models

    return compare_models(fits, np.random.default_rng(stream(seed, "exceedance")))


def subjects(table: xr.Dataset) -> np.ndarray:
    """Names of the subjects of a table of choices, or the numbers of its seeds."""
    named = next((name for name in ("subject", "seed") if name in table.coords), None)
    if named is None or table[named].ndim == 0:
        return np.array([0])
    return np.asarray(table[named])


def save_fit(found: Fit, name: str, out: str | Path | None = None) -> Path:
    """Save the table of a fit as `fits/<name>.csv` in the folder of all runs."""
    path = runs_folder(out) / "fits" / f"{name}.csv"
    atomic_write(path, lambda part: found.table.to_csv(part))
    return path
