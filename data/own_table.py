"""A user's own table of choices: read, checked against its rules, brought into standard columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .catalogue import Column
from .facts import unknown
from .loaders import check_column

if TYPE_CHECKING:
    import pandas as pd

BINARY = (0, 1)


def read_own_table(
    table: str | Path | pd.DataFrame,
    *,
    two_step: bool,
    choice: str = "choice",
    reward: str = "reward",
    common: str | None = None,
    state: str | None = None,
    subject: str | None = None,
    session: str | None = None,
    trial: str | None = None,
    drop_missing: bool = False,
    several_subjects: bool = True,
) -> tuple[pd.DataFrame, list[str]]:
    """Read one row a trial and check columns, missing values and coding.

    Parameters
    ----------
    table : path of a csv file, or DataFrame
    two_step : bool
        Whether transitions are needed: `common`, or `state` to derive them from.
    choice : str
        Column of options, whole numbers from 0; of two first-stage options in a two-step task.
    reward : str
        Column of numbers; above 0 is rewarded.
    common, state : str, optional
        Columns of 0 and 1. Without `common`, a transition is common where state equals choice.
    subject, session, trial : str, optional
        By default the columns of these names. Without a session column each subject has one,
        without a trial column rows are numbered in their order.
    drop_missing : bool
        Leave out trials with an empty cell; they keep their place, so no pair spans them.
    several_subjects : bool
        Whether a spread between subjects is needed, so that one alone is refused.

    Returns
    -------
    DataFrame, list of str
        Columns `subject, session, trial, choice, reward[, common]`, and what a reader of the
        result has to know. Rows are counted from 1 in messages, the header not included.

    Raises
    ------
    ValueError
        The message names file, column, row and rule.
    """
    import pandas as pd

    frame, source = _read(table)
    notes: list[str] = []
    if common and state:
        raise ValueError("transitions are given by --common or by --state, not by both")
    if two_step and common is None and state is None:
        raise ValueError(
            f"{source}: a two-step task needs the column of transitions (--common, 1 for common, "
            "0 for rare) or that of second-stage states (--state)"
        )
    subject = subject or "subject"
    session = session or ("session" if "session" in frame else None)
    trial = trial or ("trial" if "trial" in frame else None)
    roles = {"choice": choice, "reward": reward, "subject": subject}
    roles |= {role: name for role, name in (("session", session), ("trial", trial)) if name}
    if two_step:
        roles |= {"common": common} if common else {"state": str(state)}
    for role, column in roles.items():
        if column not in frame:
            alone = "; a single subject needs one, too" if role == "subject" else ""
            raise ValueError(
                f"{source}: {unknown('column', column, frame)} (--{role} names the right one{alone})"
            )
        same = [other for other in roles if roles[other] == column and other != role]
        if same:
            raise ValueError(f"{source}: column '{column}' cannot be both {role} and {same[0]}")
    found = pd.DataFrame({role: frame[column] for role, column in roles.items()})
    if trial is None:
        groups = ["subject", "session"] if session else ["subject"]
        found["trial"] = found.groupby(groups, dropna=False, sort=False).cumcount().astype(str)
        notes.append("no trial column: rows are taken in their order")
    found, dropped = _without_missing(found, roles, source, drop_missing)
    if dropped:
        notes.append(f"{dropped} of {len(frame)} trials left out: an empty cell")
    rules = {
        "subject": Column(subject, "text"),
        "session": Column(str(session), "text"),
        "trial": Column(str(trial), "code"),
        "choice": Column(choice, "code", BINARY if two_step else (), low=0),
        "reward": Column(reward, "number"),
        "common": Column(str(common), "code", BINARY),
        "state": Column(str(state), "code", BINARY),
    }
    checked = pd.DataFrame(
        {role: _checked(found[role], rules[role], source) for role in found}, index=found.index
    )
    _check_options(checked["choice"], choice, source)
    _check_rewards(checked["reward"], reward, source)
    _check_subjects(checked, rules, source, 2 if several_subjects else 1)
    if two_step and common is None:
        checked["common"] = (checked.pop("state") == checked["choice"]).astype(int)
        notes.append(f"common transition: {state} equals {choice} (congruent mapping)")
    if two_step:
        _check_transitions(checked, common or f"{state} equals {choice}", source)
    return checked.reset_index(drop=True), notes


def _read(table: str | Path | pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """All cells as text, missing ones NaN, and what to call the table."""
    import pandas as pd

    if isinstance(table, pd.DataFrame):
        frame, source = table.reset_index(drop=True), "the table"
        frame = frame.map(_text, na_action="ignore")
    else:
        source = str(table)
        if not Path(table).is_file():
            folder = " (it is a folder)" if Path(table).is_dir() else ""
            raise FileNotFoundError(f"there is no file {source}{folder}")
        try:
            frame = pd.read_csv(table, dtype=str, skip_blank_lines=False)
        except UnicodeDecodeError:
            raise ValueError(f"{source} is not text in UTF-8: save it as csv (UTF-8)") from None
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise ValueError(f"{source} cannot be read as csv: {str(error).strip()}") from None
    if len(frame.columns) == 1 and any(mark in str(frame.columns[0]) for mark in ";\t"):
        raise ValueError(f"{source}: one column '{frame.columns[0]}': separate columns by commas")
    if frame.empty:
        raise ValueError(f"{source}: the table has no rows")
    return frame, source


def _text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, bool | np.bool_) else str(cell)


def _without_missing(
    found: pd.DataFrame, roles: dict[str, str], source: str, drop: bool
) -> tuple[pd.DataFrame, int]:
    """Drop rows with an empty cell where that is wanted; who and when may never be empty."""
    empty = found.isna()
    for role in found:
        rows = np.flatnonzero(empty[role])
        identity = role in ("subject", "session", "trial")
        if len(rows) and (identity or not drop):
            way_out = "fill it in" if identity else "leave such trials out with --drop-missing"
            raise ValueError(
                f"{source}: column '{roles[role]}', row {rows[0] + 1}: an empty cell or NA, but "
                f"every trial needs it (missing in {len(rows)} of {len(found)} rows); {way_out}"
            )
    kept = found[~empty.any(axis=1)]
    if kept.empty:
        raise ValueError(f"{source}: no trial is left: every row has an empty cell")
    return kept, len(found) - len(kept)


def _checked(cells: pd.Series, column: Column, source: str) -> pd.Series:
    """A column in its type; says so where it is coded from 1 instead of 0."""
    import pandas as pd

    # rows left out before come back empty, so that the message counts all rows of the file
    every_row = cells.reindex(range(cells.index[-1] + 1))
    try:
        checked = check_column(every_row, replace(column, missing="left out"), source)
    except ValueError as error:
        from_1 = column.allowed == BINARY and set(cells) <= {"1", "2", "1.0", "2.0"}
        hint = "; the column is coded 1 and 2: subtract 1" if from_1 else ""
        names = sorted({str(cell) for cell in cells} - {""})
        words = pd.to_numeric(pd.Series(names), errors="coerce").isna().all()
        if column.kind == "code" and len(names) <= 4 and words:
            coded = ", ".join(f"{i} for {name}" for i, name in enumerate(names))
            hint = f"; write numbers from 0, such as {coded}"
        elif column.kind == "number":
            hint = "; write numbers with a decimal point, such as 1 for rewarded and 0 for not"
        elif "-1" in names:
            hint = "; leave cells empty where there was none, and such trials out (--drop-missing)"
        raise ValueError(f"{error}{hint}") from None
    kind = {"code": int, "number": float, "text": str}[column.kind]
    return checked[cells.index].astype(kind)


def _refuse(source: str, column: str, at: int, cell: object, rule: str) -> None:
    raise ValueError(f"{source}: column '{column}', row {at + 1}: '{cell}', but {rule}")


def _check_options(choice: pd.Series, name: str, source: str) -> None:
    if choice.min() > 0:
        rule = f"options are numbered from 0 and the lowest is {choice.min()}: subtract it"
        _refuse(source, name, choice.idxmin(), choice.min(), rule)


def _check_rewards(reward: pd.Series, name: str, source: str) -> None:
    at, low, high = reward.index[0], reward.min(), reward.max()
    if low > 0:
        rule = f"above 0 is rewarded and no trial is unrewarded (values {low:g} to {high:g})"
        _refuse(source, name, at, f"{reward[at]:g}", f"{rule}; code unrewarded as 0")
    if high <= 0:
        _refuse(source, name, at, f"{reward[at]:g}", "above 0 is rewarded, and no trial is")


def _check_subjects(
    checked: pd.DataFrame, rules: dict[str, Column], source: str, at_least: int
) -> None:
    groups = [name for name in ("subject", "session", "trial") if name in checked]
    twice = checked.duplicated(groups)
    if twice.any():
        at = twice.idxmax()
        once = " ".join(f"{name} '{checked[name][at]}'" for name in groups[:-1])
        rule = f"{once} has it once; --session names the column of sessions"
        _refuse(source, rules["trial"].name, at, checked["trial"][at], rule)
    if checked["subject"].nunique() < at_least:
        at = checked.index[0]
        rule = "it is the only subject: z needs the SD between two subjects or more"
        _refuse(source, rules["subject"].name, at, checked["subject"][at], rule)


def _check_transitions(checked: pd.DataFrame, name: str, source: str) -> None:
    """Common transitions are the more frequent ones, in every subject, and there are rare ones."""
    share = checked.groupby("subject", sort=False)["common"].mean()
    wrong = share[(share < 0.5) | (share == 1)]
    if len(wrong):
        who, found = wrong.index[0], wrong.iloc[0]
        at = checked.index[checked["subject"] == who][0]
        reason = (
            "there is no rare one" if found == 1
            else "is 1 the rare one, or is this subject's mapping the other way round?"
        )  # fmt: skip
        raise ValueError(
            f"{source}: column '{name}', from row {at + 1}: subject '{who}' has {found:.0%} common "
            f"transitions, but common ones are the more frequent; {reason} (--common names a "
            "column of 1 for common, 0 for rare)"
        )
