"""A recording as Neurodata Without Borders: behavior, activations, trials, episodes and replay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from .place import group, optional, put_in_place

CLOCK = (
    "Simulated: time is counted in model steps, of which one is written as one second. The steps "
    "of all episodes follow each other without gaps, also of lives that were simulated side by side."
)


@dataclass(frozen=True)
class _Steps:
    """The steps that were lived, end to end: a step's place in this order is its time."""

    recording: xr.Dataset

    @cached_property
    def rows(self) -> tuple[np.ndarray, ...]:
        return np.nonzero(self.recording.active.values)

    def of(self, name: str) -> np.ndarray:
        return self.recording[name].values[self.rows]

    @cached_property
    def time(self) -> np.ndarray:
        """Time of each (episode, step), -1 where nothing was lived."""
        time = np.full(self.recording.active.shape, -1)
        time[self.rows] = np.arange(len(self.rows[0]))
        return time

    def starts(self, *labels: str) -> np.ndarray:
        """Times at which the episode or one of the labels changes."""
        said = np.stack([self.rows[0], *(self.of(name) for name in labels)])
        return np.flatnonzero(np.append(True, (np.diff(said) != 0).any(axis=0)))


def write_nwb(
    recording: xr.Dataset,
    path: str | Path,
    *,
    identifier: str,
    description: str = "",
    simulated: datetime | None = None,
) -> list[str]:
    """Write the recording of one seed as an NWB file.

    | recording | NWB |
    |---|---|
    | variables with one number, or one vector, a step | `TimeSeries` in the module `behavior` |
    | `hidden`, `cell`, gates: one number a unit | `TimeSeries` in the module `activations` |
    | label `trial` | `trials`: times, number, episode, life, reward, choice and its outcomes |
    | episodes | `epochs`, tagged "episode" |
    | replay events | table `replay_events` in the module `replay`, states and actions in lists |

    Time is counted in model steps, see `CLOCK`; -1 means none, as in the recording.

    Parameters
    ----------
    recording : Dataset with dims (episode, step, ...)
    path : path
        Ends in .nwb.
    identifier : str
        Names this recording among all others.
    description : str
        Of the simulation.
    simulated : datetime, optional
        When it was simulated, now by default; NWB asks for the start of every session.

    Returns
    -------
    list of str
        Variables that are not in the file: text, and spikes, whose clock is another one.
    """
    pynwb = optional("pynwb")
    path = Path(path)
    if path.suffix != ".nwb":
        raise ValueError(f"the name of an NWB file ends in .nwb, got {path.name}")
    if "seed" in recording.dims:
        raise ValueError("an NWB file holds one seed; select it: recording.sel(seed=0)")
    about, steps = recording.attrs, _Steps(recording)
    file = pynwb.NWBFile(
        session_description=f"{description} {CLOCK}".strip(),
        identifier=identifier,
        session_start_time=simulated or datetime.now(UTC),
        session_id=f"seed-{about.get('seed')}",
        experiment_description=(
            f"task: {about.get('task')}; agent, simulated: {about.get('agent')}; "
            f"lesions: {about.get('lesions')}; weights: {about.get('weights', 'none')}"
        ),
        source_script="fastslow export",
        source_script_file_name="fastslow",
    )
    left_out = _add_series(pynwb, file, steps)
    _add_episodes(file, steps)
    _add_trials(pynwb, file, steps)
    if "replay_state" in recording:
        _add_replay(pynwb, file, steps)

    def write(part: Path) -> None:
        with pynwb.NWBHDF5IO(part, "w") as io:
            io.write(file)

    put_in_place(path, write)
    return left_out


def _add_series(pynwb: Any, file: Any, steps: _Steps) -> list[str]:
    """Every variable that has steps, in the order of the recording."""
    modules: dict[str, Any] = {}
    left_out = []
    for name, array in steps.recording.data_vars.items():
        if name == "active" or group(str(name)) == "replay events":
            continue
        if array.dims[:2] != ("episode", "step") or array.dtype.kind not in "biuf":
            left_out.append(str(name))
            continue
        where = "activations" if "unit" in array.dims else "behavior"
        if where not in modules:
            said = {"activations": "units of the network", "behavior": "what was seen and done"}
            modules[where] = file.create_processing_module(where, said[where])
        values = steps.of(str(name))
        modules[where].add(
            pynwb.TimeSeries(
                name=str(name),
                data=values.astype(np.int8) if values.dtype.kind == "b" else values,
                unit=array.attrs.get("units", "1"),
                rate=1.0,
                starting_time=0.0,
                description=f"{array.attrs.get('long_name', name)}; one row a model step",
            )
        )
    return left_out


def _add_episodes(file: Any, steps: _Steps) -> None:
    starts = steps.starts()
    for start, stop in zip(starts, [*starts[1:], len(steps.rows[0])], strict=True):
        file.add_epoch(float(start), float(stop), tags=["episode"])


def _add_trials(pynwb: Any, file: Any, steps: _Steps) -> None:
    """One row a trial where the task numbers them; the choice is that of stage 1, or the only one."""
    if "trial" not in steps.recording:
        return
    starts = steps.starts("trial")
    stops = np.append(starts[1:], len(steps.rows[0]))
    episode = steps.rows[0][starts]
    columns = {
        "trial": ("number of the trial in its episode", steps.of("trial")[starts]),
        "episode": ("episode of the recording", episode),
        "life": ("independent life of the agent", steps.recording.life.values[episode]),
        "reward": ("reward of the trial", np.add.reduceat(steps.of("reward"), starts)),
    }
    at = _choices(steps, starts, stops)
    for name in ("action", "common", "state"):
        array = steps.recording.get(name)
        if at is not None and array is not None and array.dims == ("episode", "step"):
            values = np.where(at >= 0, steps.of(name)[at], -1)
            said = array.attrs.get("long_name", name)
            columns["choice" if name == "action" else name] = (f"{said}, at the choice", values)
    times = {
        "start_time": ("first model step of the trial", starts.astype(float)),
        "stop_time": ("model step after the last of the trial", stops.astype(float)),
    }
    file.trials = pynwb.epoch.TimeIntervals(
        name="trials",
        description=f"one row a trial. {CLOCK}",
        columns=[
            pynwb.core.VectorData(name=name, description=said, data=values)
            for name, (said, values) in (times | columns).items()
        ],
    )


def _choices(steps: _Steps, starts: np.ndarray, stops: np.ndarray) -> np.ndarray | None:
    """Time of the choice of each trial, -1 where it has none; None if trials do not say."""
    if "stage" not in steps.recording:
        return starts if (stops - starts == 1).all() else None
    chosen = np.flatnonzero(steps.of("stage") == 1)
    first = np.searchsorted(chosen, starts)
    time = np.append(chosen, len(steps.rows[0]))[first]
    return np.where(time < stops, time, -1)


def _add_replay(pynwb: Any, file: Any, steps: _Steps) -> None:
    """One row an event; the backups of all events lie end to end, with the end of each event."""
    recording = steps.recording
    at = steps.time[recording.replay_episode.values, recording.replay_step.values]
    columns = [
        pynwb.core.VectorData(
            name="time", description="model step in which the event happened", data=at
        )
    ]
    event_of = recording.event_of.values
    order = np.argsort(event_of, kind="stable")
    ends = np.searchsorted(event_of[order], np.arange(recording.sizes["replay_event"]), "right")
    for name, array in recording.data_vars.items():
        if not str(name).startswith("replay_"):
            continue
        backups = array.dims == ("backup",)
        values = array.values[order] if backups else array.values
        column = pynwb.core.VectorData(
            name=str(name),
            description=str(array.attrs.get("long_name", name)),
            data=values.tolist() if values.dtype.kind in "OU" else values,
        )
        if backups:
            columns.append(pynwb.core.VectorIndex(name=f"{name}_index", data=ends, target=column))
        columns.append(column)
    table = pynwb.core.DynamicTable(
        name="replay_events", description="sequences replayed", columns=columns
    )
    file.create_processing_module("replay", "what was replayed").add(table)
