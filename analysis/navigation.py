"""How long the ways were that an animal took, against the shortest there are."""

from __future__ import annotations

import numpy as np
import xarray as xr

_ACT = 0  # value of `phase` in which a step is taken


def path_length(recording: xr.Dataset) -> xr.DataArray:
    """Count the steps of each attempt, blocked moves included and rests left out.

    An attempt is an episode; where the recording has `find`, in whose episodes a goal is sought
    several times, each search is one, along the dimension `find`.

    Parameters
    ----------
    recording : Dataset with dims ([seed,] episode, step)

    Returns
    -------
    DataArray with dims ([seed,] episode[, find]), steps
        NaN where there was no such search.

    Examples
    --------
    >>> from fastslow.data.simulate import simulate
    >>> from fastslow.models.learners import Random
    >>> from fastslow.tasks import GridWorld
    >>> path_length(simulate(GridWorld(n_attempts=3), Random(), n_lives=2)).sizes["episode"]
    6
    """
    steps = _steps(recording).astype(float)
    return _named(_total(recording, steps), "path_length", "steps of the attempt", "steps")


def solved(recording: xr.Dataset, fewer_than: int | None = None) -> xr.DataArray:
    """Say whether each attempt reached the goal.

    Parameters
    ----------
    recording : Dataset with dims ([seed,] episode, step)
    fewer_than : int, steps, optional
        Count only those that took fewer steps, as Tan & Motani 2023 (arXiv:2301.13758) do with
        the limit of an attempt, so that a goal reached on the very last step is a failure.

    Returns
    -------
    DataArray with dims ([seed,] episode[, find]), 1 or 0
        NaN where there was no such search.
    """
    reached = _total(recording, (_steps(recording) & _get(recording, "solved")).astype(float)) > 0
    length = path_length(recording)
    if fewer_than is not None:
        reached &= length < fewer_than
    return _named(reached.where(length.notnull()), "solved", "goal reached", "1")


def steps_above_minimum(recording: xr.Dataset) -> xr.DataArray:
    """Count the steps of each attempt beyond the Manhattan distance, which ignores walls.

    The sum over episodes is what Tan & Motani 2023 (arXiv:2301.13758) publish. An attempt that
    failed counts with all its steps. Dims and NaN are those of `path_length`.
    """
    return _above(recording, "manhattan")


def steps_above_shortest(recording: xr.Dataset) -> xr.DataArray:
    """Count the steps of each attempt beyond the shortest way around the walls.

    As `steps_above_minimum`; 0 is perfect in any maze.
    """
    return _above(recording, "shortest_path")


def _above(recording: xr.Dataset, least: str) -> xr.DataArray:
    length = path_length(recording)
    distance = _get(recording, least).where(_search_starts(recording)).astype(float)
    above = length - _total(recording, distance.fillna(0))
    name = "steps_above_minimum" if least == "manhattan" else "steps_above_shortest"
    return _named(above, name, f"steps above {least.replace('_', ' ')}", "steps")


def _get(recording: xr.Dataset, name: str) -> xr.DataArray:
    if name not in recording:
        raise KeyError(f"the recording has no '{name}': it is not one of finding the way")
    return recording[name]


def _steps(recording: xr.Dataset) -> xr.DataArray:
    """Rows in which a step was taken."""
    taken = _get(recording, "active").astype(bool) & (_get(recording, "phase") == _ACT)
    if not bool(taken.any()):
        raise ValueError("no step is taken in the recording")
    return taken


def _search_starts(recording: xr.Dataset) -> xr.DataArray:
    """Rows in which the animal sets out: the first of each attempt."""
    taken = _steps(recording)
    number = taken.cumsum("step")
    if "find" not in recording:
        return taken & (number == 1)
    find = recording["find"]
    return taken & ((number == 1) | (find != find.shift(step=1, fill_value=-1)))


def _total(recording: xr.Dataset, values: xr.DataArray) -> xr.DataArray:
    """Sum over the rows of each attempt, NaN for attempts without a step."""
    taken = _steps(recording)
    if "find" not in recording:
        return values.sum("step").where(taken.any("step"))
    finds = np.arange(int(recording["find"].where(taken).max()) + 1)
    number = xr.DataArray(finds, dims="find", coords={"find": finds})
    here = taken & (recording["find"] == number)
    return values.where(here, 0).sum("step").where(here.any("step"))


def _named(array: xr.DataArray, name: str, long_name: str, units: str) -> xr.DataArray:
    return array.rename(name).assign_attrs(long_name=long_name, units=units)


def states_visited(recording: xr.Dataset, episode: int) -> np.ndarray:
    """List the states of one episode in the order in which they were visited.

    Parameters
    ----------
    recording : Dataset with dims (episode, step)
        One seed; select it first.
    episode : int
        Its place along `episode`.

    Returns
    -------
    (n_steps + 1,) int array
        Where each step was taken, and last where the final one led; blocked moves repeat a state.
    """
    if "seed" in _get(recording, "active").dims:
        raise ValueError("the recording holds several seeds: select one, recording.isel(seed=0)")
    one = recording.isel(episode=episode)
    taken = _steps(one).values
    return np.append(one["position"].values[taken], one["state"].values[taken][-1])


def replayed_paths(recording: xr.Dataset, episode: int) -> list[tuple[str, np.ndarray]]:
    """List the replay events of one episode as (kind, states), in the order of their steps.

    Raises
    ------
    KeyError
        If nothing was replayed in the whole recording.
    """
    if "replay_episode" not in recording:
        raise KeyError("the recording has no 'replay_episode': nothing was replayed")
    events = np.flatnonzero(recording["replay_episode"].values == episode)
    events = events[np.argsort(recording["replay_step"].values[events], kind="stable")]
    state, event_of = recording["replay_state"].values, recording["event_of"].values
    kind = recording["replay_kind"].values
    return [(str(kind[event]), state[event_of == event]) for event in events]
