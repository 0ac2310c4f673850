"""A recording as a zarr store, whole, as xarray writes it."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from .place import optional, put_in_place


def write_zarr(recording: xr.Dataset, path: str | Path) -> list[str]:
    """Write a recording as a zarr store of format 2, which `xarray.open_zarr` opens.

    Returns
    -------
    list of str
        Nothing: every variable is in the store.
    """
    optional("zarr")
    whole = recording.drop_encoding()
    put_in_place(Path(path), lambda part: whole.to_zarr(part, mode="w", zarr_format=2))
    return []
