"""Numbers that signatures of the closed loop measure: one for each seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..declaration import Measure

if TYPE_CHECKING:
    import xarray as xr

_AT_END = 2  # value of the label `planning`


def at_ends(recording: xr.Dataset, name: str) -> xr.DataArray:
    """A trace at the rest after each attempt's end, dims (seed, episode)."""
    return recording[name].where(recording.planning == _AT_END).max("step")


def steps(recording: xr.Dataset) -> np.ndarray:
    """Moves that the attempts after the first take in all, mean over animals, for each seed."""
    from ...analysis.learning_curves import moves_by_lap

    beyond = moves_by_lap(recording)
    shortest = float(recording.shortest_path.isel(step=0).max())
    later = beyond.isel(lap=slice(1, None)) + shortest
    if later.isnull().any():
        raise ValueError("an attempt ended without a reward: raise max_steps")
    return later.sum("lap").mean("life").values


def times_as_many(more: xr.Dataset, fewer: xr.Dataset) -> np.ndarray:
    """How many times the moves of the second the first takes."""
    return steps(more) / steps(fewer)


def moves(recording: xr.Dataset) -> xr.DataArray:
    """Moves of each attempt or life, dims (seed, episode)."""
    from ...tasks import ACT

    moving = recording.active & (recording.phase == ACT)
    return moving.sum("step").where(recording.active.any("step")).transpose("seed", "episode")


def times_the_moves(*recordings: xr.Dataset) -> np.ndarray:
    """How many times the moves of the later half of recordings those of the first half take.

    First attempts do not count, where a life has several: nothing was replayed before.
    """
    half = len(recordings) // 2
    each = np.array([_later_moves(recording) for recording in recordings])
    return each[:half].sum(axis=0) / each[half:].sum(axis=0)


def _later_moves(recording: xr.Dataset) -> np.ndarray:
    attempt, made = recording.attempt.isel(step=0), moves(recording)
    counted = made.where(attempt > 0) if int(attempt.max()) > 0 else made
    return counted.sum("episode").values


def _share(part: str, whole: str) -> Measure:
    def measure(recording: xr.Dataset) -> np.ndarray:
        n = at_ends(recording, whole).sum("episode").values
        of_these = at_ends(recording, part).sum("episode").values
        return np.where(n > 0, of_these / np.maximum(n, 1), 0.0)

    measure.__doc__ = f"`{part}` as a share of `{whole}`; 0 where there is none."
    return measure


def replayed_from_goal(recording: xr.Dataset) -> np.ndarray:
    """Share of sharp waves on the line that replay from within a step of the goal; 0 without any.

    Where the first step begins that leads along experience, as the agent has it.
    """
    from ..ecker2022.network import LINE

    event = recording.event_of.values
    first = np.flatnonzero(np.diff(event, prepend=-1))
    state, action = (recording[f"replay_{name}"].values[first] for name in ("state", "action"))
    from_state = LINE.next_state[state, action]  # sequences run away from where they start
    near = LINE.distances[int(recording.goal.max()), from_state] <= 1
    seed = recording.replay_seed.values[event[first]]
    of_seed = [near[seed == number] for number in recording.seed.values]
    return np.array([own.mean() if len(own) else 0.0 for own in of_seed])


near_goal = _share("n_events_near", "n_events")
dropped = _share("n_steps_dropped", "n_steps_read")


def backups_in_a_rest(recording: xr.Dataset) -> np.ndarray:
    """Mean number of backups that are made in the rest after an attempt's end."""
    n_rests = ((recording.planning == _AT_END) & recording.active).sum(("episode", "step"))
    made = recording.replay_seed.values[recording.event_of.values]
    return (made[:, None] == recording.seed.values).sum(axis=0) / n_rests.values


def share_of_rests(recording: xr.Dataset) -> np.ndarray:
    """Share of rests with a sharp wave."""
    n_events = at_ends(recording, "n_events")
    return (n_events > 0).where(n_events.notnull()).mean("episode").values


def nearer(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
    """By how much the share of events that begin near the goal is larger in the first."""
    return near_goal(first) - near_goal(second)
