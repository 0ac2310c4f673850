"""Where choices come from: recordings of agents, data sets, tables of one's own; in one form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.catalogue import DATASETS, dataset
from ..data.facts import unknown
from ..data.loaders import load_dataset
from ..models.learners.choices import Choices
from .choice_models import MODELS, find_model
from .runs import Run, recordings

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

_COLUMNS: dict[str, dict[str, str]] = {
    "zorowitz2023_twostep": {"choice": "choice1", "common": "common"},
    "miller_rat_twostep": {"choice": "choice1", "common": "common", "session": "session"},
    "zorowitz2023_reversal": {},
    "cavanagh2015_bandit3": {},
    "aind_mouse_foraging": {"session": "session"},
}
"""Data sets of choices, with the columns that are not called by their usual names."""

_IGNORED_STAY = ("cavanagh2015_bandit3", "aind_mouse_foraging")  # trials without choice keep place


def choice_table(
    data: str | Path | pd.DataFrame | xr.Dataset | Run,
    out: str | Path | None = None,
    **columns: Any,
) -> tuple[xr.Dataset, list[str]]:
    """Choices by subject, session and trial, as `analysis.trials.choice_trials` gives them.

    Parameters
    ----------
    data
        A recording or its trials, a run or the name of an experiment, a data set of the catalogue,
        a csv file or a table.
    out : path, optional
        Folder of all runs.
    columns
        `sample` of a data set; columns of an own table.

    Returns
    -------
    table : Dataset
    notes : list of str
        What a reader has to know.
    """
    import xarray as xr

    given = {name: value for name, value in columns.items() if value}
    if isinstance(data, str) and data in DATASETS:
        return _of_dataset(data, **given)
    if isinstance(data, Run):
        data = data.recording
    elif isinstance(data, str) and "/" in data and not Path(data).exists() and "." not in data:
        (data,) = recordings([data], out).values()
    if isinstance(data, xr.Dataset):
        if given:
            raise ValueError(f"a recording knows its columns: leave out {', '.join(given)}")
        return _of_recording(data), []
    return _of_table(data, **given)


def _of_recording(recording: xr.Dataset) -> xr.Dataset:
    from ..analysis.trials import by_trial, choice_trials

    table = choice_trials(recording)
    if "subject" in recording.coords:
        table = table.assign_coords(subject=recording["subject"])
    if "action_option" in recording.dims:
        table.attrs["n_options"] = recording.sizes["action_option"]
    if "p_reward_3" in recording:  # four options pay: two in either second-stage state
        table["second"] = by_trial(recording, "action", align="outcome").fillna(-1).astype(int)
    return table


def _of_dataset(name: str, sample: str | None = None, **given: Any) -> tuple[xr.Dataset, list[str]]:
    from ..analysis.tables import table_trials

    if given:
        raise ValueError(
            f"{name} is in the catalogue and its columns are known: leave out {', '.join(given)}"
        )
    if name not in _COLUMNS:
        raise ValueError(f"{name} ({dataset(name).task}) holds no choices to fit")
    sample = sample or ("lagged" if name in _IGNORED_STAY else "standard")
    frame = load_dataset(name, sample)
    if name == "cavanagh2015_bandit3":
        frame["choice"] = frame["choice"].map({"X": 0, "Y": 1, "Z": 2})
    columns = _COLUMNS[name]
    table = table_trials(frame, **columns)
    if name == "zorowitz2023_twostep":
        frame["second"] = frame["choice2"] - 2 * frame["state2"]
        table["second"] = table_trials(frame, **{**columns, "choice": "second"})["choice"]
    dropped = ", ".join(f"{rule}: {n['trials']}" for rule, n in frame.attrs["excluded"].items())
    return table, [f"{name}, sample {sample}; trials left out by {dropped}"]


def _of_table(
    data: str | Path | pd.DataFrame, sample: str | None = None, **columns: Any
) -> tuple[xr.Dataset, list[str]]:
    from ..data.imported import import_table

    if isinstance(data, str) and "." not in data and not Path(data).exists():
        raise ValueError(
            f"neither an experiment, a csv file nor a data set: {unknown('data set', data, DATASETS)}"
        )
    if sample is not None:
        raise ValueError("a sample belongs to a data set of the catalogue, not to an own table")
    recording, notes = import_table(data, **columns)
    return _of_recording(recording), notes


def choices(table: xr.Dataset, model: str, p_common: float | None = None) -> Choices:
    """Arrange trials as the likelihood of a model reads them.

    Parameters
    ----------
    table : Dataset with dims ([seed or subject,] episode or session, trial)
    model : str
        One of `choice_models.MODELS`; those of bandits leave the second stage aside.
    p_common : float, optional
        By default the share of common transitions.
    """
    declared = find_model(model)
    if declared.of_two_step and "common" not in table:
        bandits = ", ".join(name for name, other in MODELS.items() if not other.of_two_step)
        raise ValueError(
            f"{model} is a model of two-step tasks, and these trials have no transition, `common` "
            f"(--common names its column); models of bandits are {bandits}"
        )
    valid = table["valid"].to_numpy() & (table["choice"].to_numpy() >= 0)
    if not valid.any():
        raise ValueError("no valid trial holds a choice")
    order = np.argsort(~valid, axis=-1, kind="stable")  # closes up: nothing is learned in gaps
    longest = int(valid.sum(axis=-1).max())

    def read(name: str, none: float) -> np.ndarray:
        found = np.where(valid, table[name].to_numpy(), none)
        found = np.take_along_axis(found, order, axis=-1)[..., :longest]
        return found.reshape(-1, *found.shape[-2:])

    choice, reward = read("choice", -1), read("reward", np.nan)
    n_options = int(table.attrs.get("n_options", choice.max() + 1))
    if "common" not in table:
        return Choices(choice, reward, max(n_options, 2))
    common = read("common", -1)
    if p_common is None:
        p_common = float(np.mean(common[choice >= 0]))
    second = read("second", -1) if "second" in table and not declared.of_bandit else None
    return Choices(choice, reward, 2, common, second, p_common)
