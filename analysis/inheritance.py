"""What a naive agent gains from a memory that it was handed: first visits, criterion, geometry."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from .representation import shared_geometry


def heir_rewards(recording: xr.Dataset) -> pd.DataFrame:
    """Reward of each episode after the memory was handed over.

    Parameters
    ----------
    recording : xarray.Dataset
        Of one or several seeds, with the label `context` and the trace `inherited`.

    Returns
    -------
    DataFrame
        Columns `seed`, `life`, `context`, `visit` (of the heir to this context, from 1) and `reward`.

    Raises
    ------
    KeyError, ValueError
        If nothing could be handed over, or was.
    """
    if "inherited" not in recording:
        raise KeyError("the recording has no trace 'inherited'; it needs an agent such as Heir")
    if not bool((recording["inherited"] == 1).any()):
        raise ValueError("no episode came after the handing over: give the donor fewer episodes")
    stacked = recording if "seed" in recording.dims else recording.expand_dims("seed")
    first = stacked[["inherited", "context"]].isel(step=0)
    reward = stacked["reward"].where(stacked["active"]).sum("step")
    tables = []
    for seed in stacked.seed.values:
        mine = first.sel(seed=seed)
        own = mine["inherited"].values.astype(bool)
        table = pd.DataFrame(
            {
                "seed": seed,
                "life": stacked["life"].values[own],
                "context": mine["context"].values[own],
                "reward": reward.sel(seed=seed).transpose("episode").values[own],
            }
        )
        table["visit"] = table.groupby(["life", "context"]).cumcount() + 1
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def first_visit_reward(recording: xr.Dataset) -> np.ndarray:
    """Mean reward of the heir's first visit to a context, one number a seed."""
    rewards = heir_rewards(recording)
    return rewards[rewards.visit == 1].groupby("seed").reward.mean().to_numpy()


def visits_to_criterion(recording: xr.Dataset, criterion: float) -> np.ndarray:
    """The heir's visits to a context until one earns `criterion`, mean over contexts, one a seed.

    Where none does, one more than there were visits.
    """
    rewards = heir_rewards(recording)
    by_context = rewards.groupby(["seed", "life", "context"])
    reached = rewards.visit.where(rewards.reward >= criterion)
    first = reached.groupby([rewards.seed, rewards.life, rewards.context]).min()
    visits = first.fillna(by_context.visit.max() + 1)
    return visits.groupby("seed").mean().to_numpy()


def inherited_geometry(recording: xr.Dataset) -> np.ndarray:
    """How far the heir's states tell contexts apart as the donor's did, one number a seed.

    The cell states in which the donor left each context the last time, and those of the heir
    after the first step of its first visit: `shared_geometry`, mean over lives. Contexts that
    either never visited are left out.
    """
    if "cell" not in recording:
        raise KeyError("the recording has no cell states: record 'cell'")
    stacked = recording if "seed" in recording.dims else recording.expand_dims("seed")
    found = []
    for seed in stacked.seed.values:
        mine = stacked.sel(seed=seed)
        cell = mine["cell"].transpose("episode", "step", "unit").values
        last = mine["active"].transpose("episode", "step").values.sum(axis=1) - 1
        context, inherited = (
            mine[name].isel(step=0).values.astype(int) for name in ("context", "inherited")
        )
        lives = []
        for life in np.unique(mine["life"]):
            in_life = mine["life"].values == life
            left, met = [], []
            for one in np.unique(context[in_life]):
                visits = np.flatnonzero(in_life & (context == one))
                donor, heir = (visits[inherited[visits] == which] for which in (0, 1))
                if len(donor) and len(heir):
                    left.append(cell[donor[-1], last[donor[-1]]])
                    met.append(cell[heir[0], 0])
            lives.append(float(shared_geometry(np.array(left), np.array(met))))
        found.append(np.mean(lives))
    return np.array(found)
