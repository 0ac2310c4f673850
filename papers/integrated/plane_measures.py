"""What learners of the fast-slow plane are measured by: operations, experience, asymptote."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ...models.operations import nearest_returns

if TYPE_CHECKING:
    import xarray as xr

    from ...analysis.experience import Experience

Count = Callable[["xr.Dataset"], np.ndarray]  # one number for each seed

MAZE_CHANGE, N_MAZE = 100, 300  # attempts
BANDIT_CHANGE, N_BANDIT = 500, 2000  # trials
MAZE_BEFORE, BANDIT_BEFORE = 20, 100  # the last of them before the change: the asymptote


# ------------------------------------------------------------------ operations


def constant(n: int) -> Count:
    """Count: the same at every decision."""
    return lambda recording: np.full(recording.sizes["seed"], float(n))


def traced(*names: str) -> Count:
    """Count: the sum of traces, mean over decisions."""

    def count(recording: xr.Dataset) -> np.ndarray:
        total = recording[[*names]].to_array().astype(float).sum("variable")
        return total.where(recording["active"]).mean(("episode", "step")).values

    return count


def of_episodic_control(recording: xr.Dataset) -> np.ndarray:
    """Count: reads and distances, mean over decisions; entries are states and actions met before."""
    return np.array([_of_one(recording.sel(seed=seed)) for seed in recording["seed"].values])


def _of_one(recording: xr.Dataset) -> float:
    names = ("active", "observation", "action", "stored")
    active, observation, action, stored = (recording[name].values for name in names)
    n_actions, key_size = stored.shape[-1], observation.shape[-1]
    tables: dict[int, list[set[bytes]]] = {}
    found = []
    for episode, life in enumerate(recording["life"].values.tolist()):
        table = tables.setdefault(life, [set() for _ in range(n_actions)])
        rows = np.flatnonzero(active[episode])
        n_entries = np.tile([len(seen) for seen in table], (len(rows), 1))
        found.append(nearest_returns(stored[episode, rows], n_entries, key_size))
        for row in rows:  # returns are stored where an episode ends
            table[int(action[episode, row])].add(observation[episode, row].tobytes())
    return float(np.concatenate(found).mean())


# ------------------------------------------------------------------ experience


def maze_experience(recording: xr.Dataset) -> Experience:
    """Attempts until ways are as short as before."""
    from ...analysis.experience import efficiency, experience_to_adapt

    return experience_to_adapt(efficiency(recording), MAZE_CHANGE, MAZE_BEFORE)


def bandit_experience(recording: xr.Dataset) -> Experience:
    """Trials until the better arm is chosen as often as before."""
    from ...analysis.experience import better_choices, experience_to_adapt

    return experience_to_adapt(better_choices(recording), BANDIT_CHANGE, BANDIT_BEFORE)


def maze_asymptote(recording: xr.Dataset) -> np.ndarray:
    """Shortest way as a share of the way taken, before the change."""
    from ...analysis.experience import asymptote, efficiency

    return asymptote(efficiency(recording), MAZE_CHANGE, MAZE_BEFORE)


def bandit_asymptote(recording: xr.Dataset) -> np.ndarray:
    """Choices of the better arm before the change."""
    from ...analysis.experience import asymptote, better_choices

    return asymptote(better_choices(recording), BANDIT_CHANGE, BANDIT_BEFORE)


def times_maze_experience(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
    """Attempts that the first needs as a multiple of those of the second."""
    return maze_experience(first).needed / maze_experience(second).needed


def times_bandit_experience(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
    """Trials that the first needs as a multiple of those of the second."""
    return bandit_experience(first).needed / bandit_experience(second).needed


def better_at_the_end(recording: xr.Dataset) -> np.ndarray:
    """Choices of the better arm in the last 100 trials."""
    from ...analysis.experience import better_choices

    last = better_choices(recording).isel(attempt=slice(-BANDIT_BEFORE, None))
    return last.mean(("life", "attempt")).values
