"""Transfer between contexts that look alike: what comes back, how much it helps, how far it is trusted."""

from __future__ import annotations

import numpy as np
import xarray as xr


def after_twin(recording: xr.Dataset, values: xr.DataArray) -> xr.DataArray:
    """Mean of `values` (..., episode) over first visits of contexts whose look-alike is known.

    Parameters
    ----------
    recording : xarray.Dataset
        Of a task with the labels `exposure`, `twin_exposure`, `distance` and `shift`, such as
        `GradedSimilarity`.

    Returns
    -------
    xarray.DataArray
        (..., distance, shift), with the number of visits of all seeds as coordinate `n_visits`.

    Raises
    ------
    ValueError
        If there is no such visit at some distance and shift.
    """
    missing = {"exposure", "twin_exposure", "distance", "shift"} - set(recording.variables)
    if missing:
        raise KeyError(
            f"the recording has no labels {', '.join(sorted(missing))}; it needs a task whose "
            "contexts have look-alikes, such as GradedSimilarity"
        )
    label = recording[["exposure", "twin_exposure", "distance", "shift"]].isel(step=0)
    chosen = (label.exposure == 1) & (label.twin_exposure > 0)
    distances, shifts = (np.unique(label[name]) for name in ("distance", "shift"))
    rows, counts = [], np.zeros((len(distances), len(shifts)), int)
    for i, distance in enumerate(distances):
        cells = []
        for j, shift in enumerate(shifts):
            cell = chosen & (label.distance == distance) & (label["shift"] == shift)
            counts[i, j] = int(cell.sum())
            if not counts[i, j]:
                raise ValueError(f"no visit after a twin at distance {distance} and shift {shift}")
            cells.append(values.where(cell).mean("episode"))
        rows.append(xr.concat(cells, dim=xr.DataArray(shifts, dims="shift", name="shift")))
    found = xr.concat(rows, dim=xr.DataArray(distances, dims="distance", name="distance"))
    found = found.transpose(..., "distance", "shift")
    return found.assign_coords(n_visits=(("distance", "shift"), counts))


def savings(recording: xr.Dataset, without: xr.Dataset) -> xr.DataArray:
    """Reward of a first visit that a known look-alike earns: with memory less without.

    Both recordings must be of the same worlds.

    Returns
    -------
    xarray.DataArray
        (seed, distance, shift), or (distance, shift) for one seed.
    """
    if not np.array_equal(recording["exposure"].isel(step=0), without["exposure"].isel(step=0)):
        raise ValueError("savings compare recordings of the same worlds: use one seed for both")
    with_memory, alone = (
        after_twin(r, r["reward"].where(r["active"]).sum("step")) for r in (recording, without)
    )
    return (with_memory - alone).rename("savings")


def recalled_twin(recording: xr.Dataset) -> xr.DataArray:
    """Share of first visits in which the state that comes back favors the look-alike's good arm.

    The favorite of the policy that is read from this state alone, `reinstated_action`.

    Returns
    -------
    xarray.DataArray
        (seed, distance, shift), or (distance, shift) for one seed.
    """
    first = recording.isel(step=0)
    twin = (first["reinstated_action"] == first["twin_arm"]).astype(float)
    return after_twin(recording, twin).rename("recalled_twin")


def first_gate(recording: xr.Dataset) -> xr.DataArray:
    """Mean reinstatement gate at the first step of these visits.

    Returns
    -------
    xarray.DataArray
        (seed, distance, shift), or (distance, shift) for one seed.
    """
    return after_twin(recording, recording["reinstatement"].isel(step=0)).rename("first_gate")


def later_gate(recording: xr.Dataset) -> xr.DataArray:
    """Mean reinstatement gate of these visits from the second step on, when one outcome is known.

    Returns
    -------
    xarray.DataArray
        (seed, distance, shift), or (distance, shift) for one seed.
    """
    gate = recording["reinstatement"].where(recording["active"]).isel(step=slice(1, None))
    return after_twin(recording, gate.mean("step")).rename("later_gate")
