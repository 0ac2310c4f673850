"""Recordings by trial: activity aligned within trials, choice and outcome of each trial."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
import xarray as xr

ALIGNMENTS = ("choice", "outcome", "start")


@dataclass(frozen=True)
class _TrialRows:
    """Where the trials of a recording lie; a lane is one (seed, episode).

    `trial` is (lanes, steps), -1 on padded rows; the others have one entry a trial, `choice`
    being -1 in a trial that ended before its choice.
    """

    trial: np.ndarray
    lane: np.ndarray
    number: np.ndarray
    start: np.ndarray
    choice: np.ndarray
    outcome: np.ndarray


def trials(
    recording: xr.Dataset, align: str = "choice", window: tuple[int, int] | None = None
) -> xr.Dataset:
    """View a recording as trial x time (x unit), time counted from one row of each trial.

    Parameters
    ----------
    recording : Dataset with dims ([seed,] episode, step, ...)
        Select variables first to save memory: `recording[["active", "trial", "stage", "hidden"]]`.
    align : "choice", "outcome" or "start"
        Time 0 is the first-stage choice (`stage == 1`, or the trial's only row where the task has
        no stages), the row whose action earned the outcome (the trial's last), or its first row.
    window : (before, after), steps
        By default wide enough for every trial.

    Returns
    -------
    Dataset with dims (trial, time, ...)
        The variables that have a step, as floats: NaN where time lies outside the trial. The
        coordinates `seed`, `episode` and `trial_number` say which trial it is. A trial that
        ended before the aligned row is left out.
    """
    rows = _trial_rows(recording)
    anchor = _anchor(rows, recording, align)
    keep = anchor >= 0
    lane, anchor, number = rows.lane[keep], anchor[keep], rows.number[keep]
    if window is None:
        before = int((anchor - rows.start[keep]).max())
        after = int((rows.outcome[keep] - anchor).max())
    else:
        before, after = window
        if before < 0 or after < 0:
            raise ValueError(f"window must be two step counts (before, after), got {window}")
    time = np.arange(-before, after + 1)

    step = anchor[:, None] + time
    n_steps = rows.trial.shape[1]
    inside = (step >= 0) & (step < n_steps)
    step = step.clip(0, n_steps - 1)
    inside &= rows.trial[lane[:, None], step] == number[:, None]

    view = {}
    for name in _step_variables(recording):
        if name == "trial":  # becomes the coordinate trial_number
            continue
        values, dims = _by_lane(recording, name)
        taken = _as_float(values[lane[:, None], step])
        taken[~inside] = np.nan
        view[name] = (("trial", "time", *dims), taken, recording[name].attrs)
    seed, episode = _seed_and_episode(recording, lane)
    coords: dict[str, object] = {
        "time": ("time", time, {"units": "steps", "long_name": f"time from {align}"}),
        "episode": ("trial", episode),
        "trial_number": ("trial", number),
        **{name: recording[name] for name in ("unit", "action_option") if name in recording.coords},
    }
    if seed is not None:
        coords["seed"] = ("trial", seed)
    return xr.Dataset(view, coords, {**recording.attrs, "align": align})


def by_trial(recording: xr.Dataset, name: str, align: str = "choice") -> xr.DataArray:
    """Take one variable on the aligned row of each trial: dims ([seed,] episode, trial, ...).

    Floats, NaN where an episode has no such trial.
    """
    rows = _trial_rows(recording)
    if name not in _step_variables(recording):
        found = ", ".join(map(str, _step_variables(recording)))
        raise KeyError(f"the recording has no '{name}' by episode and step; it has {found}")
    return _on_grid(recording, rows, name, _anchor(rows, recording, align))


def choice_trials(recording: xr.Dataset) -> xr.Dataset:
    """Reduce a recording to one entry a trial: what was chosen and what came of it.

    Returns
    -------
    Dataset with dims ([seed,] episode, trial), trials numbered as in the recording
        `choice`, int, the action on the choice row, -1 for none; `reward`, NaN for none;
        `valid`, bool: a choice was made and no step from the choice on was missed (a wrong key;
        after one at fixation the trial goes on as usual). Where recorded, `common` and `state`
        (-1 for none), `best_action`, and `arm_mean` with a further dim `arm`. A Dataset of trials,
        such as `tables.table_trials` gives, is returned as it is.
    """
    if "valid" in recording and "choice" in recording:
        return recording
    rows = _trial_rows(recording)
    at_choice = _anchor(rows, recording, "choice")

    def take(name: str, anchor: np.ndarray) -> xr.DataArray:
        return _on_grid(recording, rows, name, anchor)

    table = xr.Dataset(
        {"choice": _integers(take("action", at_choice)), "reward": take("reward", rows.outcome)},
        attrs=recording.attrs,
    )
    valid = np.zeros(table["choice"].shape, bool)
    by_lane = valid.reshape(-1, table.sizes["trial"])
    by_lane[rows.lane, rows.number - rows.number.min()] = ~_missed(recording, rows)
    table["valid"] = (table["choice"].dims, valid & (table["choice"].values >= 0))
    for name in ("common", "state", "best_action"):
        if name in recording:
            table[name] = _integers(take(name, at_choice))
    arms = sorted(
        (str(name) for name in recording if str(name).startswith("arm_mean_")),
        key=lambda name: int(name.removeprefix("arm_mean_")),
    )
    if arms:
        means = xr.concat([take(name, at_choice) for name in arms], "arm")
        table["arm_mean"] = means.rename("arm_mean").transpose(*table["choice"].dims, "arm")
    return table


def two_step_trials(recording: xr.Dataset) -> xr.Dataset:
    """Reduce a two-step recording to one entry a trial; see `choice_trials`.

    The same for both encodings: with a step for each stage the choice and the transition are read
    on the first-stage row and the reward on the last, in the compressed form on the one row.
    """
    table = choice_trials(recording)
    if "common" not in table:
        raise KeyError("these trials have no 'common', the transition: not a two-step task")
    return table


def pairs(table: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset, xr.DataArray]:
    """Each trial beside the one before it: (before, now, whether both hold a choice).

    Only neighbors whose numbers differ by exactly 1 make a pair, never across episodes or
    sessions; an excluded trial takes both of its pairs with it.
    """
    now = table.isel(trial=slice(1, None))
    before = table.isel(trial=slice(None, -1)).assign_coords(trial=now["trial"])
    chosen = [t["valid"] & (t["choice"] >= 0) for t in (before, now)]
    both = chosen[0] & chosen[1]
    if not bool(both.any()):
        raise ValueError("there is no pair of neighboring valid trials to compare")
    return before, now, both


def within_subject(data: xr.Dataset | xr.DataArray) -> list[Hashable]:
    """List the dims to average over within one subject: all but the leading `seed` or `subject`."""
    return [dim for dim in ("episode", "session", "trial") if dim in data.dims]


def per_subject(data: xr.Dataset, estimate: Callable[[xr.Dataset], xr.Dataset]) -> xr.Dataset:
    """Apply `estimate` to each seed or subject of `data` and stack what it returns."""
    subject = next((dim for dim in ("seed", "subject") if dim in data.dims), None)
    if subject is None:
        return estimate(data)
    label = data[subject] if subject in data.coords else subject
    each = [estimate(data.isel({subject: i}, drop=True)) for i in range(data.sizes[subject])]
    return xr.concat(each, label)


def _trial_rows(recording: xr.Dataset) -> _TrialRows:
    for name in ("active", "trial"):
        if name not in recording:
            raise KeyError(f"the recording has no '{name}'; analyses by trial need it")
    active, _ = _by_lane(recording, "active")
    trial, _ = _by_lane(recording, "trial")
    trial = np.where(active.astype(bool), trial, -1).astype(int)
    if not (trial >= 0).any():
        raise ValueError("the recording has no active row: there are no trials")

    edge = np.full((len(trial), 1), -1)
    padded = np.concatenate([edge, trial, edge], axis=1)
    lane, start = np.nonzero((trial >= 0) & (trial != padded[:, :-2]))
    _, outcome = np.nonzero((trial >= 0) & (trial != padded[:, 2:]))
    number = trial[lane, start]
    falls = (np.diff(lane) == 0) & (np.diff(number) <= 0)
    if falls.any():
        at = int(np.flatnonzero(falls)[0])
        raise ValueError(
            f"'trial' must rise within an episode, got {number[at + 1]} after {number[at]} "
            f"in episode {lane[at] % recording.sizes['episode']}"
        )

    if "stage" in recording:
        stage, _ = _by_lane(recording, "stage")
        choice = np.full(len(start), -1)
        opened = np.zeros(trial.shape, int)
        opened[lane, start] = 1
        which = opened.ravel().cumsum().reshape(trial.shape) - 1  # the trial each row belongs to
        rows = np.nonzero((stage == 1) & (trial >= 0))
        found, first = np.unique(which[rows], return_index=True)
        choice[found] = rows[1][first]
    else:
        choice = np.where(start == outcome, start, -2)  # -2: several rows, which one is unknown
    return _TrialRows(trial, lane, number, start, choice, outcome)


def _anchor(rows: _TrialRows, recording: xr.Dataset, align: str) -> np.ndarray:
    """Return the step of each trial that becomes time 0."""
    if align not in ALIGNMENTS:
        raise ValueError(f"align must be {', '.join(ALIGNMENTS[:-1])} or start, got '{align}'")
    if align == "choice" and (rows.choice == -2).any():
        raise ValueError(
            "trials have several steps but the recording has no 'stage' to say which one is the "
            "choice; align to 'start' or 'outcome'"
        )
    anchor: np.ndarray = getattr(rows, align)
    if not (anchor >= 0).any():
        raise ValueError("no trial has a choice row: 'stage' is never 1")
    return anchor


def _missed(recording: xr.Dataset, rows: _TrialRows) -> np.ndarray:
    """Whether any step of each trial was missed, from its choice on."""
    if "missed" not in recording:
        return np.zeros(len(rows.lane), bool)
    missed, _ = _by_lane(recording, "missed")
    total = np.concatenate([[0], np.where(rows.trial >= 0, missed, False).ravel().cumsum()])
    first = rows.lane * rows.trial.shape[1] + np.maximum(rows.choice, rows.start)
    last = rows.lane * rows.trial.shape[1] + rows.outcome
    return np.asarray(total[last + 1] > total[first])


def _on_grid(
    recording: xr.Dataset, rows: _TrialRows, name: str, anchor: np.ndarray
) -> xr.DataArray:
    """Spread one variable, read at the anchors, over ([seed,] episode, trial, ...)."""
    values, dims = _by_lane(recording, name)
    low, high = int(rows.number.min()), int(rows.number.max())
    found = anchor >= 0
    taken = _as_float(values[rows.lane[found], anchor[found]])
    grid = np.full((len(rows.trial), high - low + 1, *values.shape[2:]), np.nan, taken.dtype)
    grid[rows.lane[found], rows.number[found] - low] = taken
    lead = [dim for dim in ("seed", "episode") if dim in recording["active"].dims]
    shape = [recording.sizes[dim] for dim in lead]
    coords = {dim: recording[dim] for dim in (*lead, *dims) if dim in recording.coords}
    return xr.DataArray(
        grid.reshape(*shape, *grid.shape[1:]),
        {**coords, "trial": np.arange(low, high + 1)},
        (*lead, "trial", *dims),
        name=name,
        attrs=recording[name].attrs,
    )


def _integers(array: xr.DataArray) -> xr.DataArray:
    return array.fillna(-1).astype(int)


def _as_float(values: np.ndarray) -> np.ndarray:
    """Copy as floats, which can hold NaN: double precision stays, all else becomes single."""
    return np.array(values, np.float64 if values.dtype == np.float64 else np.float32)


def _step_variables(recording: xr.Dataset) -> list[Hashable]:
    return [name for name, array in recording.items() if {"episode", "step"} <= set(array.dims)]


def _by_lane(recording: xr.Dataset, name: Hashable) -> tuple[np.ndarray, tuple[Hashable, ...]]:
    """Return (lanes, steps, ...) values and the names of the trailing dims."""
    array = recording[name]
    lead = [dim for dim in ("seed", "episode", "step") if dim in recording["active"].dims]
    dims = tuple(dim for dim in array.dims if dim not in lead)
    values = array.transpose(*lead, *dims).values
    n_steps = recording.sizes["step"]
    return values.reshape(-1, n_steps, *values.shape[len(lead) :]), dims


def _seed_and_episode(
    recording: xr.Dataset, lane: np.ndarray
) -> tuple[np.ndarray | None, np.ndarray]:
    n_episodes = recording.sizes["episode"]
    episode = recording["episode"].values[lane % n_episodes]
    if "seed" not in recording["active"].dims:
        return None, episode
    return recording["seed"].values[lane // n_episodes], episode
