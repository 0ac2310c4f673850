"""How fast ways become short: moves of each lap of a life, and when the shortest is found."""

from __future__ import annotations

import numpy as np
import xarray as xr

_AT_END = 2  # value of the label `planning`


def moves_by_lap(recording: xr.Dataset) -> xr.DataArray:
    """Moves of each lap beyond the shortest way, from the rests at its end.

    Parameters
    ----------
    recording : Dataset with dims (seed, episode, step)
        With the labels `planning`, `attempt`, `shortest_path`, and the trace `n_moves`.

    Returns
    -------
    DataArray with dims (seed, life, lap)
        Laps counted from 1; NaN where the animal did not rest at the end of a lap.
    """
    for name in ("planning", "attempt", "shortest_path", "n_moves"):
        if name not in recording:
            raise ValueError(f"the recording has no '{name}', needed to count moves by lap")
    if "seed" not in recording.dims:
        recording = recording.expand_dims("seed")
    moves = recording["n_moves"].where(recording["planning"] == _AT_END).max("step")
    moves = moves - recording["shortest_path"].isel(step=0)
    attempt = recording["attempt"].isel(step=0).values
    life = np.broadcast_to(recording["life"].values, attempt.shape)
    laps = int(attempt.max()) + 1
    table = np.full((recording.sizes["seed"], life.max() + 1, laps), np.nan)
    there = attempt >= 0
    seed, _ = np.nonzero(there)
    table[seed, life[there], attempt[there]] = moves.transpose("seed", "episode").values[there]
    coords = {"seed": recording["seed"].values, "lap": np.arange(1, laps + 1)}
    attributes = {"units": "moves", "long_name": "moves beyond the shortest way"}
    return xr.DataArray(table, coords, ("seed", "life", "lap"), "moves_by_lap", attributes)


def first_of_two_shortest(recording: xr.Dataset) -> xr.DataArray:
    """First of two laps in a row on the shortest way; one more than all laps if there is none.

    Returns
    -------
    DataArray with dims (seed, life), laps counted from 1
    """
    moves = moves_by_lap(recording)
    shortest = (moves == 0).values
    twice = shortest[..., :-1] & shortest[..., 1:]
    lap = np.where(twice.any(axis=-1), twice.argmax(axis=-1) + 1, moves.sizes["lap"] + 1)
    return moves.isel(lap=0, drop=True).copy(data=lap.astype(float)).rename("first_shortest_lap")


__all__ = ["first_of_two_shortest", "moves_by_lap"]
