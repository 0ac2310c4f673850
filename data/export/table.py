"""A recording as a tidy csv of behavior: one row a step that was lived."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..store import atomic_write
from .place import group

ROWS = ("episode", "step")


def behavior_table(recording: xr.Dataset) -> tuple[pd.DataFrame, list[str]]:
    """One row a step that was lived, and what has no place in such a table.

    Parameters
    ----------
    recording : Dataset with dims ([seed,] episode, step, ...)

    Returns
    -------
    DataFrame
        `seed` (if there are several), `life`, `episode`, `step`, and every variable with one
        number a step; of each action its policy, as `policy_0`, `policy_1` ... True is 1. Rows
        after the end of an episode are left out.
    list of str
        Variables that are not in the table.
    """
    lived = recording.active.values
    rows = np.nonzero(lived)
    seeded = "seed" in recording.active.dims
    columns: dict[str, np.ndarray] = {}
    if seeded:
        columns["seed"] = recording.seed.values[rows[0]]
    life = recording.life
    columns["life"] = life.values[rows[:2]] if "seed" in life.dims else life.values[rows[-2]]
    columns |= dict(zip(ROWS, rows[-2:], strict=True))
    left_out = []
    for name, array in recording.data_vars.items():
        beyond = [dim for dim in array.dims if dim not in ("seed", *ROWS)]
        if (
            group(str(name))
            or not set(ROWS) <= set(array.dims)
            or beyond not in ([], ["action_option"])
        ):
            left_out.append(str(name))
        elif name != "active":
            values = _plain(array.values[rows])
            parts = values.T if beyond else [values]
            names = [f"{name}_{i}" for i in range(len(parts))] if beyond else [str(name)]
            columns |= dict(zip(names, parts, strict=True))
    return pd.DataFrame(columns), left_out


def write_csv(recording: xr.Dataset, path: str | Path) -> list[str]:
    """Write `behavior_table` as csv, and beside it, as .json, what the columns mean.

    Returns
    -------
    list of str
        Variables that are not in the table.
    """
    path = Path(path)
    table, left_out = behavior_table(recording)
    about = {
        "columns": {column: _meaning(recording, column) for column in table},
        "left_out": left_out,
        "recording": {name: _json(value) for name, value in recording.attrs.items()},
    }
    atomic_write(path, lambda part: table.to_csv(part, index=False))
    atomic_write(
        path.with_suffix(".json"), lambda part: part.write_text(json.dumps(about, indent=1))
    )
    return left_out


def _plain(values: np.ndarray) -> np.ndarray:
    return values.astype(np.int8) if values.dtype.kind == "b" else values


def _meaning(recording: xr.Dataset, column: str) -> dict[str, str]:
    counts = {
        "seed": "seed of the agent",
        "life": "independent life of the agent, from 0; -1 where it is not known",
        "episode": "episode of the recording, from 0",
        "step": "step within the episode, from 0",
    }
    if column in counts:
        return {"long_name": counts[column], "units": "1"}
    known = recording[column if column in recording else column.rpartition("_")[0]].attrs
    return {name: str(known[name]) for name in ("long_name", "units") if name in known}


def _json(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
