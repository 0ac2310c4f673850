"""Numbers that signatures of episodic control measure: one for each seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

WINDOW, TOLERANCE = 20, 1.2  # attempts averaged; their mean path as a multiple of the shortest


def by_life(recording: xr.Dataset, values: np.ndarray) -> np.ndarray:
    """From (seed, episode) to (seed, life, episode of the life)."""
    n_lives = int(recording["life"].max()) + 1
    return np.asarray(values).reshape(len(values), n_lives, -1)


def paths(recording: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Steps of each attempt, and the fewest possible, (seed, life, attempt) each."""
    from ...analysis.navigation import path_length, steps_above_shortest

    length = path_length(recording).transpose("seed", "episode").values
    above = steps_above_shortest(recording).transpose("seed", "episode").values
    return by_life(recording, length), by_life(recording, length - above)


def running_ratio(recording: xr.Dataset) -> np.ndarray:
    """Mean path of the last 20 attempts over the mean shortest, from the 20th attempt on."""
    length, shortest = paths(recording)
    windows = (
        np.lib.stride_tricks.sliding_window_view(a, WINDOW, axis=2) for a in (length, shortest)
    )
    taken, least = (window.sum(axis=3) for window in windows)
    return taken / least


def attempts_to_criterion(recording: xr.Dataset) -> np.ndarray:
    """Attempts until the criterion, median over lives; one more than all where it is never met."""
    met = running_ratio(recording) <= TOLERANCE
    n_attempts = met.shape[2] + WINDOW - 1
    first = np.where(met.any(axis=2), met.argmax(axis=2) + WINDOW, n_attempts + 1)
    return np.median(first, axis=1)


def share_of_attempts(fast: xr.Dataset, slow: xr.Dataset) -> np.ndarray:
    """Attempts to criterion of the first as a share of those of the second."""
    return attempts_to_criterion(fast) / attempts_to_criterion(slow)


def late_ratio(recording: xr.Dataset, n_attempts: int = 50) -> np.ndarray:
    """Mean path over mean shortest in the last attempts."""
    length, shortest = (a[:, :, -n_attempts:].sum(axis=(1, 2)) for a in paths(recording))
    return length / shortest


def late_difference(first: xr.Dataset, second: xr.Dataset, n_attempts: int = 50) -> np.ndarray:
    """How much longer, in units of the shortest, late paths of the first are."""
    return late_ratio(first, n_attempts) - late_ratio(second, n_attempts)


def mean_ratio(recording: xr.Dataset) -> np.ndarray:
    """Mean path over mean shortest in the whole life: the area under the learning curve."""
    length, shortest = (a.sum(axis=(1, 2)) for a in paths(recording))
    return length / shortest


def mean_difference(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
    """How much longer, in units of the shortest, all paths of the first are."""
    return mean_ratio(first) - mean_ratio(second)


def new_state_values(recording: xr.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Value, similarity of the nearest entry, and steps to the goal, for moves never stored.

    Rows are the moves whose state and action had not been stored, once the first goal of the
    recording's life was reached; (n,) each, of one seed.
    """
    if "seed" in recording.dims:
        raise ValueError("the recording holds several seeds: select one, recording.isel(seed=0)")
    action = recording["action"].clip(0)
    chosen = {name: recording[name].isel(action_option=action).values
              for name in ("q", "stored", "similarity")}  # fmt: skip
    goals = by_life(recording, (recording["reward"] > 0).any("step").values[None])[0]
    after = (np.cumsum(goals, axis=1) - goals > 0).ravel()
    new = recording["active"].values & ~chosen["stored"].astype(bool) & after[:, None]
    distance = recording["shortest_path"].values
    return chosen["q"][new], chosen["similarity"][new], distance[new]


def new_state_correlation(recording: xr.Dataset) -> np.ndarray:
    """Rank correlation of the value of a move never stored with nearness to the goal.

    0 where all values are the same.
    """
    from scipy import stats

    found = []
    for seed in range(recording.sizes["seed"]):
        value, _, distance = new_state_values(recording.isel(seed=seed))
        varied = len(value) > 2 and np.ptp(value) > 0
        found.append(stats.spearmanr(value, -distance).statistic if varied else 0.0)
    return np.array(found)


def bias(recording: xr.Dataset) -> np.ndarray:
    """Estimate of the chosen action less the reward it earned, where it had been stored.

    Unbiased estimates give 0 where actions are drawn blindly and an episode is one move, since the
    reward does not depend on the estimate.
    """
    action = recording["action"].clip(0)
    estimate = recording["q"].isel(action_option=action)
    stored = recording["stored"].isel(action_option=action) & recording["active"]
    error = (estimate - recording["reward"]).where(stored)
    return error.mean(("episode", "step")).values


def smallest_growth(*recordings: xr.Dataset) -> np.ndarray:
    """The smallest step in bias from each recording to the next."""
    return np.diff([bias(recording) for recording in recordings], axis=0).min(axis=0)


def best_choices(recording: xr.Dataset) -> np.ndarray:
    """Whether the best arm was chosen, (seed, life, episode), for episodes of one pull."""
    best = (recording["action"] == recording["best_action"]).isel(step=0)
    return by_life(recording, best.transpose("seed", "episode").values)


def first_episodes(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
    """How much more often the first chooses the best arm in the first sixth of the episodes."""
    n = best_choices(first).shape[2] // 6
    return np.subtract(*(best_choices(r)[:, :, :n].mean(axis=(1, 2)) for r in (first, second)))


def last_episodes(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
    """How much more often the first chooses the best arm in the last sixth of the episodes."""
    n = best_choices(first).shape[2] // 6
    return np.subtract(*(best_choices(r)[:, :, -n:].mean(axis=(1, 2)) for r in (first, second)))
