"""Numbers that signatures of replay measure: one for each seed, from events per lap."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ...tasks.navigation import linear_track, open_maze
from ..declaration import Measure

if TYPE_CHECKING:
    import xarray as xr

WORLDS = {"track": linear_track, "maze": open_maze}


@cache
def next_state(world: str) -> np.ndarray:
    """Where the actions of the track or the maze lead, (n_states, n_actions)."""
    return WORLDS[world]().layouts[0].graph.next_state


class Rate:
    """Events per lap: how many of one direction, at the start or the end, for each seed.

    Parameters
    ----------
    when : "start" or "end"
    direction : "forward" or "reverse"
    world : "track" or "maze"
    lap : int, optional
        Counted from 1, as the paper does; by default all laps.
    n_permutations : int
        0 leaves the test of significance out.
    """

    def __init__(
        self, when: str, direction: str, world: str = "track", lap: int | None = None,
        n_permutations: int = 500,
    ) -> None:  # fmt: skip
        self.when, self.direction, self.world, self.lap = when, direction, world, lap
        self.n_permutations = n_permutations

    def events(self, recording: xr.Dataset) -> xr.DataArray:
        """Number of events in each episode, dims (seed, episode)."""
        from ...analysis.sequences import count_events

        counted = count_events(
            recording, next_state(self.world), n_permutations=self.n_permutations
        )
        return counted.sel(when=self.when, direction=self.direction)

    def __call__(self, recording: xr.Dataset) -> np.ndarray:
        events = self.events(recording)
        if self.lap is not None:
            from ...analysis.sequences import by_episode

            events = events.where(by_episode(recording, "attempt") == self.lap - 1)
        return events.mean("episode").values

    def by_last_reward(self, recording: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
        """Events per lap where the last reward was the usual 1, and where it was another.

        The last reward before an event at the end of a lap is that lap's, before one at the start
        that of the lap before.
        """
        from ...analysis.sequences import by_episode

        size = by_episode(recording, "reward_size")
        if self.when == "start":
            size = size.shift(episode=1).where(by_episode(recording, "attempt") > 0)
        events = self.events(recording)
        normal, altered = size == 1, (size != 1) & size.notnull()
        return (
            events.where(normal).mean("episode").values,
            events.where(altered).mean("episode").values,
        )


def altered_to_normal(rate: Rate) -> Measure:
    """Measure: rate after an altered reward as a share of that after the usual one.

    Not finite, a failure, where there is no event after the usual one.
    """

    def measure(recording: xr.Dataset) -> np.ndarray:
        normal, altered = rate.by_last_reward(recording)
        with np.errstate(divide="ignore"):
            return altered / normal

    return measure


def altered(rate: Rate) -> Measure:
    """Measure: rate after an altered reward."""

    def measure(recording: xr.Dataset) -> np.ndarray:
        return rate.by_last_reward(recording)[1]

    return measure


def share(part: Rate, whole: Rate) -> Measure:
    """Measure: one rate as a share of another; NaN, a failure, where there is none of either."""

    def measure(recording: xr.Dataset) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return part(recording) / whole(recording)

    return measure


FORWARD, REVERSE = ("forward", "reverse")
FORWARD_START, FORWARD_END = Rate("start", FORWARD), Rate("end", FORWARD)
REVERSE_START, REVERSE_END = Rate("start", REVERSE), Rate("end", REVERSE)


def all_events(recording: xr.Dataset) -> np.ndarray:
    """Events of any kind per lap."""
    rates = (FORWARD_START, FORWARD_END, REVERSE_START, REVERSE_END)
    return np.sum([rate(recording) for rate in rates], axis=0)


def share_of_default(lesioned: xr.Dataset, default: xr.Dataset) -> np.ndarray:
    """Events of any kind as a share of those of the intact agent."""
    return all_events(lesioned) / all_events(default)


def forward_at_end_beyond_ten_times(lesioned: xr.Dataset, default: xr.Dataset) -> np.ndarray:
    """Forward events at the end of a lap, less ten times those of the intact agent."""
    return FORWARD_END(lesioned) - 10 * FORWARD_END(default)


def decline(from_lap: int, to_lap: int) -> Measure:
    """Measure: by how much forward replay at the start falls from one lap to another."""
    early, late = (Rate("start", FORWARD, lap=lap, n_permutations=0) for lap in (from_lap, to_lap))

    def measure(recording: xr.Dataset) -> np.ndarray:
        return early(recording) - late(recording)

    return measure


# ---------------------------------------------------------------- what is represented

FIRST_LAP = 2  # counted from 0; before, one lane of the track was never rewarded


def shares(recording: xr.Dataset, world: str) -> tuple[np.ndarray, np.ndarray]:
    """Share of moves that are made from each state, and of backups, from the third lap on.

    Returns
    -------
    visits, backups : (n_seeds, n_states) arrays
        Each row adds up to 1.
    """
    from ...analysis.sequences import NO_STATE, replay_periods
    from ...tasks import ACT

    n_states = len(next_state(world))
    periods = replay_periods(recording)
    periods = periods.isel(period=periods.attempt.values >= FIRST_LAP)
    late = (recording.active & (recording.phase == ACT) & (recording.attempt >= FIRST_LAP)).values
    visits, backups = [], []
    for k, seed in enumerate(recording.seed.values):
        states = periods.state.values[periods.seed.values == seed]
        backups.append(np.bincount(states[states != NO_STATE], minlength=n_states))
        visits.append(np.bincount(recording.position.values[k][late[k]], minlength=n_states))
    moved, replayed = (np.array(counts, float) for counts in (visits, backups))
    return moved / moved.sum(axis=1, keepdims=True), replayed / replayed.sum(axis=1, keepdims=True)


def cells(recording: xr.Dataset, world: str, place: str) -> np.ndarray:
    """Where laps start, or for "goal" the cells from which one move leads to where they end."""
    values = recording[place].values
    of_laps = np.unique(values[recording.active.values])
    if place == "start":
        return of_laps
    leads = np.flatnonzero(np.isin(next_state(world), of_laps).any(axis=1))
    return np.setdiff1d(leads, of_laps)


def over_represented(place: str, world: str = "track") -> Measure:
    """Measure: share of backups at the start or the goal over the share of moves from there."""

    def measure(recording: xr.Dataset) -> np.ndarray:
        visits, backups = shares(recording, world)
        here = cells(recording, world, place)
        return backups[:, here].sum(axis=1) / visits[:, here].sum(axis=1)

    measure.__doc__ = f"Share of backups at the {place} over the share of moves from there."
    return measure


def decline_beyond(from_lap: int, to_lap: int) -> Measure:
    """Measure: by how much more forward replay falls in the first recording than in the second."""
    of_one = decline(from_lap, to_lap)

    def measure(recording: xr.Dataset, other: xr.Dataset) -> np.ndarray:
        return of_one(recording) - of_one(other)

    return measure
