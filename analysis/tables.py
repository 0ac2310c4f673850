"""Tables of animals and people as trials, so that one function serves agents, rats and people."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr


def table_trials(
    table: pd.DataFrame,
    *,
    choice: str = "choice",
    reward: str = "reward",
    subject: str = "subject",
    session: str | None = None,
    trial: str = "trial",
    common: str | None = None,
    state: str | None = None,
    best_action: str | None = None,
    excluded: str | pd.Series | np.ndarray | None = None,
) -> xr.Dataset:
    """Arrange a tidy table, one row a trial, by subject, session and trial number.

    Parameters
    ----------
    table : DataFrame
        Choices, `common`, `state` and `best_action` are integers from 0; an empty cell is none.
    choice, reward, subject, session, trial, common, state, best_action : str
        Columns that hold them. Without `session` each subject has one.
    excluded : column or (n_rows,) mask
        Rows to drop. An ignored trial is not excluded: it has no choice, but keeps its place.

    Returns
    -------
    Dataset with dims (subject, session, trial)
        What `choice_trials` makes of a recording. Sessions are numbered within each subject in
        order of appearance. A trial number that is missing or excluded is not `valid`;
        `attrs["n_excluded"]` counts the rows dropped.

    Examples
    --------
    >>> rats = pd.DataFrame({"subject": "a", "trial": [1, 2, 4], "choice": [0, 0, 1], "reward": 1})
    >>> table_trials(rats)["valid"].values.tolist()
    [[[True, True, False, True]]]
    """
    columns = {
        name: column
        for name, column in {
            "choice": choice, "reward": reward, "common": common, "state": state,
            "best_action": best_action,
        }.items()
        if column is not None
    }  # fmt: skip
    needed = [subject, trial, *columns.values(), *([session] if session else [])]
    for column in needed:
        if column not in table:
            raise KeyError(f"the table has no column '{column}'; it has {', '.join(table)}")

    drop = np.zeros(len(table), bool) if excluded is None else _mask(table, excluded)
    kept = table[~drop].reset_index(drop=True)
    if kept.empty:
        raise ValueError(f"no trial is left: all {len(table)} rows are excluded")
    for column in (subject, trial, *([session] if session else [])):
        if kept[column].isna().any():
            row = int(np.flatnonzero(kept[column].isna())[0])
            raise ValueError(f"column '{column}' is empty in retained row {row}; exclude that row")

    who, subjects = pd.factorize(kept[subject])
    block = np.zeros(len(kept), int)
    if session is not None:
        block = kept.groupby(subject)[session].transform(lambda s: pd.factorize(s)[0]).to_numpy()
    number = _whole(kept[trial], trial)
    key = pd.MultiIndex.from_arrays([who, block, number])
    if key.has_duplicates:
        row = int(np.flatnonzero(key.duplicated())[0])
        raise ValueError(
            f"trial {number[row]} of subject '{subjects[who[row]]}' occurs twice in one session; "
            "exclude the repetition or name the session column"
        )

    low = int(number.min())
    dims = ("subject", "session", "trial")
    shape = (len(subjects), int(block.max()) + 1, int(number.max()) - low + 1)
    at = (who, block, number - low)
    result = xr.Dataset(
        coords={"subject": np.asarray(subjects), "trial": np.arange(low, low + shape[2])},
        attrs={"n_excluded": int(drop.sum())},
    )
    for name, column in columns.items():
        if name == "reward":
            grid = np.full(shape, np.nan)
            grid[at] = pd.to_numeric(kept[column])
        else:
            grid = np.full(shape, -1)
            grid[at] = _whole(kept[column], column)
        result[name] = (dims, grid)
    valid = np.zeros(shape, bool)
    valid[at] = True
    result["valid"] = (dims, valid)
    return result


def _mask(table: pd.DataFrame, excluded: str | pd.Series | np.ndarray) -> np.ndarray:
    if isinstance(excluded, str):
        if excluded not in table:
            raise KeyError(f"the table has no column '{excluded}'; it has {', '.join(table)}")
        excluded = table[excluded]
    mask = np.asarray(excluded)
    if mask.shape != (len(table),) or not np.isin(mask, (0, 1)).all():
        raise ValueError(f"excluded must be {len(table)} times 0 or 1, got shape {mask.shape}")
    return mask.astype(bool)


def _whole(column: pd.Series, name: str) -> np.ndarray:
    """Return whole numbers, -1 for an empty cell."""
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        raise TypeError(f"column '{name}' must hold whole numbers, got '{column.dropna().iloc[0]}'")
    values = column.astype(float).to_numpy()
    wrong = ~np.isnan(values) & ((values < 0) | (values != np.floor(values)))
    if wrong.any():
        raise ValueError(f"column '{name}' must hold whole numbers from 0, got {values[wrong][0]}")
    return np.where(np.isnan(values), -1, values).astype(int)
