"""Replayed sequences: where runs of backups, or of decoded states, follow the moves of the world.

References
----------
Detection: Mattar & Daw 2018, doi:10.1038/s41593-018-0232-z, Methods; forward and reverse replay:
Diba & Buzsaki 2007, doi:10.1038/nn1961.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import xarray as xr

NO_STATE = -1
MIN_BACKUPS, N_PERMUTATIONS = 5, 500  # Mattar & Daw 2018
TAILS = (0.025, 0.975)
DIRECTIONS = {1: "forward", -1: "reverse", 2: "either"}
WHEN = {1: "start", 2: "end"}  # values of the label `planning`


def find_sequences(
    states: np.ndarray,
    actions: np.ndarray | None = None,
    next_state: np.ndarray | None = None,
    follows: np.ndarray | None = None,
    times: np.ndarray | None = None,
    min_length: int = MIN_BACKUPS,
    n_permutations: int = N_PERMUTATIONS,
    seed: int = 0,
) -> pd.DataFrame:
    """Find runs of replayed states that follow one another forward, or in reverse.

    With actions, the link from one backup to the next is forward if the first action leads from
    the first state to the second, reverse if the second leads from the second to the first. With
    `follows`, it is forward if follows[first, second] and reverse if follows[second, first]; if
    `follows` is symmetric, as adjacency is, a link is "either". Runs of equal links are kept that
    are long enough, and whose forward minus reverse links, counted among the run's backups, are
    more or fewer than in 95 % of random orders of the same backups.

    Parameters
    ----------
    states : (n_periods, n_backups) or (n_backups,) ints
        In the order of reactivation: what an agent replayed, or states decoded from spikes; -1 pads.
    actions : array like `states`, optional
    next_state : (n_states, n_actions) ints, optional
        Where actions lead; needed with `actions`.
    follows : (n_states, n_states) bool, optional
        Instead of actions: which state comes after which when the animal runs, or adjacency.
    times : array like `states`, s, optional
        Of each reactivation; adds the columns `begin` and `duration`.
    min_length : int
        Backups of the shortest run.
    n_permutations : int
        0 keeps every run that is long enough.
    seed : int
        Of the permutations.

    Returns
    -------
    DataFrame, one row a sequence
        `period`, `first` (its first backup), `length` (backups), `direction`, `start_state`,
        `end_state`.

    Examples
    --------
    >>> ring = np.roll(np.eye(8, dtype=bool), 1, axis=1)  # 0 is followed by 1, ...
    >>> found = find_sequences(np.array([5, 0, 1, 2, 3, 4, 7, 1]), follows=ring)
    >>> found[["first", "length", "direction"]].values.tolist()
    [[1, 5, 'forward']]
    """
    states = np.atleast_2d(np.asarray(states))
    forward, reverse = _links(states, actions, next_state, follows)
    code = np.where(forward, 1, np.where(reverse, -1, 0))
    both_ways = follows is not None and np.array_equal(follows, np.transpose(follows))
    if both_ways:
        code = np.where(forward, 2, 0)
    period, first, length = _runs(code)
    long_enough = length >= min_length
    period, first, length = period[long_enough], first[long_enough], length[long_enough]
    direction = code[period, first]
    if n_permutations:
        kept = _beyond_chance(
            states, actions, next_state, follows, both_ways, period, first, length, direction,
            n_permutations, seed,
        )  # fmt: skip
        period, first, length, direction = (a[kept] for a in (period, first, length, direction))
    last = first + length - 1
    table = pd.DataFrame(
        {
            "period": period, "first": first, "length": length,
            "direction": [DIRECTIONS[d] for d in direction.tolist()],
            "start_state": states[period, first], "end_state": states[period, last],
        }
    )  # fmt: skip
    if times is not None:
        times = np.atleast_2d(times)
        table["begin"] = times[period, first]
        table["duration"] = times[period, last] - times[period, first]
    return table


def _links(
    states: np.ndarray,
    actions: np.ndarray | None,
    next_state: np.ndarray | None,
    follows: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Whether each backup is linked to the next, forward and reverse: (n_periods, n - 1) each."""
    one, other = states[:, :-1], states[:, 1:]
    inside = (one != NO_STATE) & (other != NO_STATE)
    if follows is not None:
        follows = np.asarray(follows, bool)
        return follows[one, other] & inside, follows[other, one] & inside
    leads_to = _leads_to(states, actions, next_state)
    return (leads_to[:, :-1] == other) & inside, (leads_to[:, 1:] == one) & inside


def _leads_to(
    states: np.ndarray, actions: np.ndarray | None, next_state: np.ndarray | None
) -> np.ndarray:
    if actions is None or next_state is None:
        raise ValueError("give actions and next_state, or which state follows which (follows)")
    actions = np.atleast_2d(np.asarray(actions))
    if actions.shape != states.shape:
        raise ValueError(f"actions must be {states.shape} like states, got {actions.shape}")
    if (actions[states != NO_STATE] < 0).any():
        raise ValueError("some replayed actions are unknown (-1): give follows instead of actions")
    return np.asarray(next_state)[states, actions]


def _runs(code: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Period, first backup and number of backups of each run of equal links that are not 0."""
    edge = np.zeros((len(code), 1), code.dtype)
    padded = np.concatenate([edge, code, edge], axis=1)
    change = padded[:, 1:] != padded[:, :-1]
    period, begin = np.nonzero(change & (padded[:, 1:] != 0))
    _, end = np.nonzero(change & (padded[:, :-1] != 0))
    return period, begin, end - begin + 1


def _beyond_chance(
    states: np.ndarray,
    actions: np.ndarray | None,
    next_state: np.ndarray | None,
    follows: np.ndarray | None,
    both_ways: bool,
    period: np.ndarray,
    first: np.ndarray,
    length: np.ndarray,
    direction: np.ndarray,
    n_permutations: int,
    seed: int,
) -> np.ndarray:
    """Which runs have a score beyond that of random orders; equal runs share their random orders."""
    leads_to = None if follows is not None else _leads_to(states, actions, next_state)
    kept = np.zeros(len(period), bool)
    for i, (p, begin, n) in enumerate(zip(period, first, length, strict=True)):
        run = states[p, begin : begin + n]
        if leads_to is None:
            forward = np.asarray(follows)[run[:, None], run]
        else:
            forward = leads_to[p, begin : begin + n, None] == run
        score = forward.astype(np.int8) if both_ways else forward.astype(np.int8) - forward.T
        low, high = _limits(score.tobytes(), int(n), n_permutations, seed)
        observed = score[np.arange(n - 1), np.arange(1, n)].sum()
        kept[i] = observed > high if direction[i] > 0 else observed < low
    return kept


@lru_cache(maxsize=4096)
def _limits(score: bytes, n: int, n_permutations: int, seed: int) -> tuple[float, float]:
    """Range that holds 95 % of the summed link scores, (n, n) int8, of random orders."""
    rng = np.random.default_rng(seed)
    scores = np.frombuffer(score, np.int8).reshape(n, n)
    order = rng.permuted(np.tile(np.arange(n), (n_permutations, 1)), axis=1)
    total = scores[order[:, :-1], order[:, 1:]].sum(axis=1)
    low, high = np.quantile(total, TAILS)
    return float(low), float(high)


# ---------------------------------------------------------------- recordings


def replay_periods(recording: xr.Dataset) -> xr.Dataset:
    """Everything replayed in one rest of one life, as one row.

    Parameters
    ----------
    recording : Dataset with a group of replay events; seeds may be stacked

    Returns
    -------
    Dataset with dims (period, backup)
        `state` and `action`, -1 beyond the last backup; with coordinates `seed` (0 where there is
        one), `episode` and `step` of each period, and the labels of that step which are recorded.
    """
    if "replay_state" not in recording:
        raise ValueError(
            "the recording holds no replay: the agent did not rest, or replayed nothing"
        )
    seed = recording["replay_seed"].values if "replay_seed" in recording else 0
    event_at = np.broadcast_arrays(
        seed, recording["replay_episode"].values, recording["replay_step"].values
    )
    size = [int(column.max()) + 1 for column in event_at]
    number, period_of = np.unique(np.ravel_multi_index(event_at, size), return_inverse=True)
    where = np.stack(np.unravel_index(number, size), axis=1)
    period = period_of[recording["event_of"].values]
    order = np.argsort(period, kind="stable")
    count = np.bincount(period)
    rank = np.arange(len(order)) - np.repeat(np.cumsum(count) - count, count)
    arrays = {}
    for name in ("state", "action"):
        array = np.full((len(where), count.max()), NO_STATE)
        array[period[order], rank] = recording[f"replay_{name}"].values[order]
        arrays[name] = (("period", "backup"), array)
    coords = {n: ("period", where[:, i]) for i, n in enumerate(("seed", "episode", "step"))}
    labels = ("planning", "attempt", "reward_size", "position", "goal", "previous_position")
    at = {d: xr.DataArray(where[:, i], dims="period") for i, d in enumerate(("episode", "step"), 1)}
    if "seed" in recording.dims:
        index = recording.get_index("seed").get_indexer(where[:, 0])
        at["seed"] = xr.DataArray(index, dims="period")
    for name in labels:
        if name in recording:
            coords[name] = ("period", recording[name].isel(at).values)
    return xr.Dataset(arrays, coords)


def count_events(
    recording: xr.Dataset,
    next_state: np.ndarray,
    min_length: int = MIN_BACKUPS,
    n_permutations: int = N_PERMUTATIONS,
) -> xr.DataArray:
    """Forward and reverse sequences replayed at the start and at the end of each episode.

    Parameters
    ----------
    recording : Dataset with dims ([seed,] episode, step), with the label `planning`
    next_state : (n_states, n_actions) ints
        Where the actions of the world lead.
    min_length, n_permutations : int
        See `find_sequences`.

    Returns
    -------
    DataArray with dims ([seed,] episode, when, direction)
        `when` is start or end, `direction` forward or reverse. Zero where nothing was replayed.
    """
    if "planning" not in recording:
        raise ValueError("the recording has no label 'planning': the task needs rest='planning'")
    seeds = recording["seed"].values if "seed" in recording.dims else np.zeros(1, int)
    shape = (len(seeds), recording.sizes["episode"], len(WHEN), 2)
    count = np.zeros(shape, int)
    if "replay_state" in recording:
        periods = replay_periods(recording)
        found = find_sequences(
            periods.state.values, periods.action.values, next_state,
            min_length=min_length, n_permutations=n_permutations,
        )  # fmt: skip
        of = periods.isel(period=found.period.values)
        where = (
            np.searchsorted(seeds, of.seed.values)
            if "seed" in recording.dims
            else 0 * of.seed.values,
            of.episode.values,
            of.planning.values - 1,
            (found.direction == "reverse").to_numpy(int),
        )
        np.add.at(count, where, 1)
    dims = ("seed", "episode", "when", "direction")
    coords = {"seed": seeds, "when": list(WHEN.values()), "direction": ["forward", "reverse"]}
    events = xr.DataArray(count, coords, dims, "events", {"long_name": "replay events per episode"})
    return events if "seed" in recording.dims else events.isel(seed=0, drop=True)


def by_episode(recording: xr.Dataset, label: str) -> xr.DataArray:
    """A label that is constant in an episode, once for each: dims ([seed,] episode).

    -1 (or NaN) where a seed has no such episode.
    """
    return recording[label].isel(step=0)


__all__ = ["by_episode", "count_events", "find_sequences", "replay_periods"]
