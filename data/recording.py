"""The recording: everything that happened, as labelled arrays with one schema, saved as netCDF4."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.core.indexing import (
    ExplicitIndexer,
    IndexingSupport,
    LazilyIndexedArray,
    explicit_indexing_adapter,
)

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
    with open_recording(path) as stored, readable(path):
        return stored.load()


def open_recording(path: str | Path) -> xr.Dataset:
    """Open a recording; each variable is read from the file when its values are asked for.

    Raises
    ------
    ValueError
        If the file is damaged or not a recording of this version.
    """
    from netCDF4 import get_chunk_cache, set_chunk_cache

    usual = get_chunk_cache()
    set_chunk_cache(0)  # variables are read whole and once; megabytes would be kept for each
    try:
        with readable(path):
            recording = xr.open_dataset(path, engine="netcdf4", cache=False)
    finally:
        set_chunk_cache(*usual)  # files that are written go by it, too
    if recording.attrs.get("schema") != SCHEMA:
        recording.close()
        raise ValueError(
            f"recording {path} has schema {recording.attrs.get('schema')!r}, expected {SCHEMA!r}"
        )
    return recording


@contextmanager
def readable(path: str | Path) -> Iterator[None]:
    """Say of a file that cannot be read what to do about it."""
    try:
        yield
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no {path}: run its experiment again") from None
    except Exception as error:
        raise ValueError(
            f"recording {path} cannot be read ({type(error).__name__}): it is truncated or "
            "damaged; delete it and run the experiment again"
        ) from error


def stack(recordings: Mapping[int, xr.Dataset]) -> xr.Dataset:
    """Recordings of several seeds in one, with a leading dimension `seed`, in memory.

    Where seeds differ in the number of episodes or steps the shorter ones are padded; `life` then
    is a matter of seed and episode, -1 where there is none. Replay events stay one ragged group, to
    which `replay_seed` is added, and so do spikes, to which `spike_seed` is.
    """
    return stack_on_demand(recordings).load()


def stack_on_demand(recordings: Mapping[int, xr.Dataset]) -> xr.Dataset:
    """As `stack`, but a variable is read and stacked when its values are first asked for.

    A recording holds whole lives and a measure looks at a few variables: of opened recordings
    (`open_recording`) nothing else is read, nor kept in memory.
    """
    if not recordings:
        raise ValueError("there are no recordings to stack")
    of_seeds = list(recordings.values())
    first = of_seeds[0]
    sizes = {dim: max(r.sizes[dim] for r in of_seeds) for dim in ("episode", "step")}
    data = {
        str(name): _over_seeds([r.variables[name] for r in of_seeds], sizes)
        for name in first.data_vars
        if name not in REPLAY and name not in SPIKES
    }
    lives = _over_seeds([r.variables["life"] for r in of_seeds], sizes).values
    same = bool((lives == lives[0]).all())
    coords = {name: first.variables[name] for name in first.coords if name != "life"}
    coords["seed"] = xr.Variable("seed", list(recordings))
    coords["life"] = xr.Variable(*(("episode", lives[0]) if same else (("seed", "episode"), lives)))
    together = xr.Dataset(data, coords, {**first.attrs, "seed": json.dumps(list(recordings))})
    return together.assign(_stacked_replay(recordings) | _stacked_spikes(recordings))


def _over_seeds(parts: Sequence[xr.Variable], sizes: Mapping[str, int]) -> xr.Variable:
    dims = parts[0].dims
    shape = tuple(sizes.get(str(dim), n) for dim, n in zip(dims, parts[0].shape, strict=True))
    values = LazilyIndexedArray(_OverSeeds(parts, shape))
    return xr.Variable(("seed", *dims), values, parts[0].attrs)


class _OverSeeds(BackendArray):
    """One variable of all seeds, padded to one shape, which is read once and then kept."""

    def __init__(self, parts: Sequence[xr.Variable], shape: tuple[int, ...]) -> None:
        self._parts = parts
        self.shape = (len(parts), *shape)
        self.dtype = np.result_type(*(part.dtype for part in parts))

    def __getitem__(self, key: ExplicitIndexer) -> np.ndarray:
        return explicit_indexing_adapter(
            key, self.shape, IndexingSupport.BASIC, self._values.__getitem__
        )

    @cached_property
    def _values(self) -> np.ndarray:
        values = np.full(self.shape, padding(self.dtype), self.dtype)
        for own, part in zip(values, self._parts, strict=True):
            with readable(part.encoding.get("source", "in memory")):
                own[tuple(map(slice, part.shape))] = part.values
        self._parts = ()  # so that files are closed
        return values


def _stacked_replay(recordings: Mapping[int, xr.Dataset]) -> dict[str, xr.DataArray]:
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


def _stacked_spikes(recordings: Mapping[int, xr.Dataset]) -> dict[str, xr.DataArray]:
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
