"""The recording: everything that happened, as labelled arrays with one schema, saved as netCDF4."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from .store import SCHEMA, atomic_write

# name -> (dimension beyond episode and step, units, long name)
VARIABLES: dict[str, tuple[str | None, str, str]] = {
    "active": (None, "1", "the episode is going on"),
    "phase": (None, "1", "0 act, 1 rest, 2 forced"),
    "observation": ("feature", "1", "observation"),
    "action": (None, "1", "action"),
    "reward": (None, "reward", "reward earned by the action of this row"),
    "discount": (None, "1", "0 where credit stops"),
    "policy": ("action_option", "1", "probability of each action"),
    "value": (None, "reward", "value estimate"),
    "rpe": (None, "reward", "reward prediction error"),
    "hidden": ("unit", "1", "hidden state"),
    "cell": ("unit", "1", "cell state"),
    "stored_cell": ("unit", "1", "cell state that memory brings back"),
    "trial": (None, "1", "trial within the episode, from 0"),
    "stage": (None, "1", "stage within the trial"),
    "best_action": (None, "1", "action with the highest expected reward"),
    "common": (None, "1", "1 common transition, 0 rare, -1 none"),
    "state": (None, "1", "state that the action led to, -1 none"),
    "missed": (None, "1", "a key that is wrong here"),
}
REPLAY = {
    "replay_episode": "episode in which the event happened",
    "replay_step": "step of that episode",
    "replay_source": "what replayed",
    "replay_kind": "forward, reverse, mixed or unknown",
    "replay_score": "score of the event, as its source defines it",
    "replay_state": "state reactivated by each backup",
    "replay_action": "action replayed in that state, -1 unknown",
    "event_of": "event that each backup belongs to",
    "replay_seed": "seed in whose recording the event happened",
}
SPIKES = {
    "time": "time of a spike since the life began",
    "neuron": "neuron that fired",
    "lane": "life to which the neuron belongs",
    "event": "replay event that the spike belongs to, -1 none",
    "spike_seed": "seed in whose recording the spike happened",
}
_SECONDS = ("time", "clock", "duration")


def dimension(name: str, shape: tuple[int, ...], n_options: int) -> tuple[str, ...]:
    """Dimensions of a variable beyond episode and step, from its name or else its shape."""
    if not shape:
        return ()
    if name.startswith("gate_"):
        return ("unit",)
    known = VARIABLES.get(name, (None, "", ""))[0]
    if known:
        return (known,)
    if shape == (n_options,):
        return ("action_option",)
    return tuple(f"{name}_{i}" for i in range(len(shape)))


def describe(array: xr.DataArray, name: str) -> None:
    """Give a variable its units and long name."""
    _, units, long_name = VARIABLES.get(name, (None, "1", name.replace("_", " ")))
    units = "s" if name in _SECONDS else units
    array.attrs.update(units=units, long_name=(REPLAY | SPIKES).get(name, long_name))


def padding(dtype: np.dtype) -> float | int | bool | str:
    """What fills the rows of an episode shorter than the longest."""
    kinds: dict[str, float | int | bool | str] = {"f": np.nan, "b": False, "U": ""}
    return kinds.get(dtype.kind, -1)


def save(recording: xr.Dataset, path: str | Path) -> None:
    """Write a recording as netCDF4, replacing `path` in one step; labels compressed."""
    activations = {"hidden", "cell", "observation", "policy"}
    encoding = {
        name: {"zlib": True, "complevel": 1}
        for name, array in recording.data_vars.items()
        if name not in activations and array.dtype.kind in "ifb" and array.size
    }
    atomic_write(path, lambda part: recording.to_netcdf(part, engine="netcdf4", encoding=encoding))


def load(path: str | Path) -> xr.Dataset:
    """Read a recording into memory.

    Raises
    ------
    ValueError
        If the file is damaged or not a recording of this version.
    """
    try:
        with xr.open_dataset(path, engine="netcdf4") as stored:
            recording = stored.load()
    except FileNotFoundError:
        raise
    except Exception as error:
        raise ValueError(
            f"recording {path} cannot be read ({type(error).__name__}): it is truncated or "
            "damaged; delete it and run the experiment again"
        ) from error
    if recording.attrs.get("schema") != SCHEMA:
        raise ValueError(
            f"recording {path} has schema {recording.attrs.get('schema')!r}, expected {SCHEMA!r}"
        )
    return recording


def stack(recordings: dict[int, xr.Dataset]) -> xr.Dataset:
    """Recordings of several seeds in one, with a leading dimension `seed`.

    Where seeds differ in the number of episodes or steps the shorter ones are padded; `life` then
    is a matter of seed and episode, -1 where there is none. Replay events stay one ragged group, to
    which `replay_seed` is added, and so do spikes, to which `spike_seed` is.
    """
    if not recordings:
        raise ValueError("there are no recordings to stack")
    sizes = {
        dim: max(recording.sizes[dim] for recording in recordings.values())
        for dim in ("episode", "step")
    }
    kept = [
        _padded(r.drop_vars([v for v in (*REPLAY, *SPIKES) if v in r]).reset_coords("life"), sizes)
        for r in recordings.values()
    ]
    together = xr.concat(
        [recording.drop_vars("life") for recording in kept],
        dim=xr.DataArray(list(recordings), dims="seed", name="seed"),
        combine_attrs="override",
    )
    lives = np.stack([recording["life"].values for recording in kept])
    same = bool((lives == lives[0]).all())
    together.coords["life"] = ("episode", lives[0]) if same else (("seed", "episode"), lives)
    together.attrs["seed"] = json.dumps(list(recordings))
    return together.assign(_stacked_replay(recordings) | _stacked_spikes(recordings))


def _padded(recording: xr.Dataset, sizes: dict[str, int]) -> xr.Dataset:
    missing = {dim: (0, size - recording.sizes[dim]) for dim, size in sizes.items()}
    if not any(after for _, after in missing.values()):
        return recording
    fill: Any = {name: padding(array.dtype) for name, array in recording.data_vars.items()}
    return recording.pad(missing, constant_values=fill)


def _stacked_replay(recordings: dict[int, xr.Dataset]) -> dict[str, xr.DataArray]:
    """The replay groups of several recordings end to end, with the seed of each event."""
    groups, n_before = [], 0
    for seed, recording in recordings.items():
        if "replay_state" not in recording:
            continue
        group = recording[[name for name in REPLAY if name in recording]].reset_coords(drop=True)
        n_events = group.sizes["replay_event"]
        group["event_of"] = group["event_of"] + n_before
        group["replay_seed"] = ("replay_event", np.full(n_events, seed))
        groups.append(group)
        n_before += n_events
    names = [str(name) for name in groups[0].data_vars] if groups else []
    together = {
        name: xr.concat([g[name] for g in groups], groups[0][name].dims[0]) for name in names
    }
    for name, array in together.items():
        describe(array, name)
    return together


def _stacked_spikes(recordings: dict[int, xr.Dataset]) -> dict[str, xr.DataArray]:
    """The spikes of several recordings end to end, with the seed of each."""
    groups, n_before = [], 0
    for seed, recording in recordings.items():
        if "neuron" in recording:
            group = recording[["time", "neuron", "lane", "event"]].reset_coords(drop=True)
            group["event"] = group.event.where(group.event < 0, group.event + n_before)
            group["spike_seed"] = ("spike", np.full(group.sizes["spike"], seed))
            groups.append(group)
        n_before += recording.sizes.get("replay_event", 0)
    names = [str(name) for name in groups[0].data_vars] if groups else []
    together = {name: xr.concat([group[name] for group in groups], "spike") for name in names}
    for name, array in together.items():
        describe(array, name)
    return together
