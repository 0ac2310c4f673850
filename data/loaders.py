"""Read a behavioral data set: checked against its schema, exclusions applied and counted."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .catalogue import Column, Dataset, Exclusion, Table, dataset

if TYPE_CHECKING:
    import pandas as pd


def load_dataset(
    name: str, exclude: str | None = "standard", table: str | None = None
) -> pd.DataFrame:
    """Read the trials of people or animals as a table with one row a trial.

    The file is `$FASTSLOW_DATA/<dataset>/<table>.csv.gz`. Subjects are text; codes are
    whole numbers, or floats where some are missing.

    Parameters
    ----------
    name : str
        A key of `DATASETS`, such as "zorowitz2023_twostep".
    exclude : str or None
        "standard"; "attentive" (people who passed the attention checks); "lagged" (ignored trials
        keep their place, for lagged regressions); "strict" (mice); None keeps every row.
    table : str, optional
        Needed where the data set has more than one.

    Returns
    -------
    pandas.DataFrame
        `attrs` holds `dataset`, `sample`, `license`, `citation`, `sha256` of the csv, and
        `excluded`: `{rule: {"trials": ..., "subjects": ...}}`, dropped by each rule in turn.

    Raises
    ------
    FileNotFoundError
        FASTSLOW_DATA is not set, or the file is not there.
    ValueError
        The table breaks its schema; the message names file, column, row and rule.
    """
    entry = dataset(name)
    rules = () if exclude is None else entry.sample(exclude)
    wanted = entry.table(table)
    path = _locate(entry, wanted)
    text = gzip.decompress(path.read_bytes())
    frame = read_table(text.decode("utf-8"), wanted, source=str(path))
    frame, excluded = apply_exclusions(frame, rules)
    if frame.empty:
        raise ValueError(f"{path}: no trial is left after {', '.join(map(str, rules))}")
    frame = _whole_codes(frame, wanted)
    frame.attrs = {
        "dataset": name,
        "sample": exclude or "everything",
        "license": entry.license,
        "citation": entry.citation,
        "sha256": hashlib.sha256(text).hexdigest(),
        "excluded": excluded,
    }
    return frame


def data_folder() -> Path | None:
    """Return the folder that FASTSLOW_DATA names, None if it is not set."""
    folder = os.environ.get("FASTSLOW_DATA")
    return Path(folder) if folder else None


def _locate(entry: Dataset, table: Table) -> Path:
    where = " and ".join(f"{up.repository} at commit {up.commit}" for up in entry.upstream)
    advice = (
        f"put the tidy table at $FASTSLOW_DATA/{entry.name}/{table.name}.csv.gz "
        f"(the authors' originals: {where})"
    )
    folder = data_folder()
    if folder is None:
        raise FileNotFoundError(
            f"data set '{entry.name}': the environment variable FASTSLOW_DATA is not set; "
            f"set it to a folder and {advice}"
        )
    path = folder / entry.name / f"{table.name}.csv.gz"
    if not path.is_file():
        raise FileNotFoundError(f"data set '{entry.name}': there is no {path}; {advice}")
    return path


def read_table(text: str, table: Table, source: str) -> pd.DataFrame:
    """Read csv text and check it against the schema of `table`; messages start with `source`.

    Rows are counted from 1, the header not included.
    """
    import pandas as pd

    frame = pd.read_csv(
        io.StringIO(text), dtype=str, keep_default_na=False, na_values=[""], skip_blank_lines=False
    )
    names = [column.name for column in table.columns]
    for name in names:
        if name not in frame:
            raise ValueError(f"{source}: column '{name}' is missing; found {', '.join(frame)}")
    if frame.empty:
        raise ValueError(f"{source}: the table has no rows")
    checked = pd.DataFrame(
        {column.name: check_column(frame[column.name], column, source) for column in table.columns}
    )
    _check_order(checked, table, source)
    return checked


def check_column(cells: pd.Series, column: Column, source: str) -> pd.Series:
    """Return a column in its type, or raise naming the first cell that breaks its rule."""

    def refuse(bad: np.ndarray, rule: str) -> None:
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            found = cells.iloc[row]
            found = "an empty cell" if found != found else f"'{found}'"
            raise ValueError(
                f"{source}: column '{column.name}', row {row + 1}: {found}, but {rule}"
            )

    empty = cells.isna().to_numpy()
    if not column.missing:
        refuse(empty, "no cell of it may be empty")
    allowed = ", ".join(map(str, column.allowed))
    if column.kind == "text":
        if column.allowed:
            refuse(~empty & ~cells.isin(column.allowed).to_numpy(), f"it is one of {allowed}")
        return cells
    values = np.array([_float(cell) for cell in cells.to_numpy(object)])
    refuse(~empty & ~np.isfinite(values), "it is a number")
    if column.allowed:
        refuse(~empty & ~np.isin(values, column.allowed), f"it is one of {allowed}")
    refuse(
        ~empty & ~((values >= column.low) & (values <= column.high)),
        f"it lies between {column.low:g} and {column.high:g}",
    )
    if column.kind == "code":
        refuse(~empty & (values != np.round(values)), "it is a whole number")
        if not empty.any():
            values = values.astype(np.int64)
    import pandas as pd

    return pd.Series(values, index=cells.index)


def _float(cell: Any) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")


def _check_order(frame: pd.DataFrame, table: Table, source: str) -> None:
    """Rows of one stretch stand together, and their number rises or repeats where it may."""
    import pandas as pd

    stretch = pd.factorize(pd.MultiIndex.from_frame(frame[list(table.stretch)]))[0]
    index = frame[table.index].to_numpy()
    same = stretch[1:] == stretch[:-1]
    # stretches are numbered in order of appearance, so each new number must be a new highest
    torn = ~same & (stretch[1:] <= np.maximum.accumulate(stretch)[:-1])
    step = np.diff(index)
    may_repeat = (
        frame[table.repeats].to_numpy()[:-1] == 1 if table.repeats else np.zeros(len(same), bool)
    )
    named = ", ".join(table.stretch)
    for bad, rule in (
        (torn, f"rows of one {named} stand together"),
        (same & (step < 0), f"it rises within one {named} (unsorted)"),
        (same & (step == 0) & ~may_repeat, f"each {named} has it once (duplicated)"),
    ):
        if bad.any():
            row = int(np.flatnonzero(bad)[0]) + 1
            raise ValueError(
                f"{source}: column '{table.index}', row {row + 1}: '{index[row]}', but {rule}"
            )


def apply_exclusions(
    frame: pd.DataFrame, rules: tuple[Exclusion, ...]
) -> tuple[pd.DataFrame, dict[str, dict[str, int]]]:
    """Drop rows rule by rule; return what is left, and trials and whole subjects lost to each."""
    excluded: dict[str, dict[str, int]] = {}
    for rule in rules:
        cells = frame[rule.column]
        if rule.drop is not None:
            gone = cells == rule.drop
        elif rule.keep is not None:
            gone = cells != rule.keep  # a missing value is not kept
        else:
            gone = cells.isna()
        left = frame[~gone]
        excluded[str(rule)] = {
            "trials": int(gone.sum()),
            "subjects": frame["subject"].nunique() - left["subject"].nunique(),
        }
        frame = left
    return frame.reset_index(drop=True), excluded


def _whole_codes(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Make codes whole numbers again where the missing ones are gone."""
    return frame.astype(
        {
            column.name: np.int64
            for column in table.columns
            if column.kind == "code" and not frame[column.name].isna().any()
        }
    )
