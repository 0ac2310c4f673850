"""A user's own table of choices as a recording, so that every analysis of recordings takes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from .own_table import read_own_table
from .recording import describe, stack
from .store import SCHEMA

if TYPE_CHECKING:
    import pandas as pd


def import_table(table: str | Path | pd.DataFrame, **columns: Any) -> tuple[xr.Dataset, list[str]]:
    """Read one row a trial and arrange it as a recording.

    Parameters
    ----------
    table : path of a csv file, or DataFrame
    columns
        `choice, reward, common, state, subject, session, trial` and `drop_missing`, see
        `own_table.read_own_table`; with `common` or `state` it is a two-step task.

    Returns
    -------
    recording : Dataset with dims (seed, episode, step)
        What `Run.recording` is for agents: a subject stands where a seed does (its name is the
        coordinate `subject`), a session where an episode does (`session`), a trial where a step
        does; the label `trial` holds its number. `action, reward, discount, trial` and, in a two-step
        task, `common`. A trial that is missing makes no pair with its neighbors.
    notes : list of str
        What was assumed and left out.
    """
    import pandas as pd

    two_step = bool(columns.get("common") or columns.get("state"))
    trials, notes = read_own_table(table, two_step=two_step, several_subjects=False, **columns)
    header = list(table if isinstance(table, pd.DataFrame) else pd.read_csv(table, nrows=0))
    used = {columns.get(role) or role for role in trials if role != "common"}
    used.add(columns.get("common") or columns.get("state"))
    unused = [str(name) for name in header if name not in used]
    if unused:
        notes.append(f"not imported: {', '.join(unused)}")
    source = "a table" if isinstance(table, pd.DataFrame) else Path(table).name
    return as_recording(trials, source), notes


def as_recording(trials: pd.DataFrame, source: str) -> xr.Dataset:
    """Arrange `subject[, session], trial, choice, reward[, common]` as `import_table` says."""
    trials = trials if "session" in trials else trials.assign(session="1")
    of_subjects = dict(iter(trials.groupby("subject", sort=False)))
    sessions = [list(dict.fromkeys(one["session"])) for one in of_subjects.values()]
    recording = stack({i: _sessions(one) for i, one in enumerate(of_subjects.values())})
    n = recording.sizes["episode"]
    recording = recording.assign_coords(
        subject=("seed", np.array([str(name) for name in of_subjects])),
        session=(("seed", "episode"), np.array([s + [""] * (n - len(s)) for s in sessions])),
    )
    recording.attrs = {
        "task": f"trials of {source}",
        "agent": f"subjects of {source}",
        "seed": json.dumps(list(range(len(of_subjects)))),
        "lesions": "[]",
        "schema": SCHEMA,
    }
    for name in recording.data_vars:
        describe(recording[name], str(name))
    return recording


def _sessions(one: pd.DataFrame) -> xr.Dataset:
    """The sessions of one subject as episodes, trials in the order of their numbers."""
    parts = [part.sort_values("trial") for _, part in one.groupby("session", sort=False)]
    shape = (len(parts), max(map(len, parts)))
    arrays: dict[str, np.ndarray] = {
        "active": np.zeros(shape, bool),
        "phase": np.full(shape, -1, np.int8),
        "action": np.full(shape, -1),
        "reward": np.full(shape, np.nan, np.float32),
        "discount": np.full(shape, np.nan, np.float32),
        "trial": np.full(shape, -1),
    }
    if "common" in one:
        arrays["common"] = np.full(shape, -1, np.int8)
    for i, part in enumerate(parts):
        rows = (i, slice(len(part)))
        arrays["active"][rows], arrays["phase"][rows], arrays["discount"][rows] = True, 0, 1
        arrays["action"][rows] = part["choice"]
        for name in ("reward", "trial", *(["common"] if "common" in one else [])):
            arrays[name][rows] = part[name]
    data = {name: (("episode", "step"), array) for name, array in arrays.items()}
    return xr.Dataset(data, {"life": ("episode", np.zeros(len(parts), int))})
