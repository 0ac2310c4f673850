"""Recordings in formats of others: a tidy csv of behavior, a zarr store, NWB."""

from .nwb import write_nwb
from .table import write_csv
from .zarr_store import write_zarr

__all__ = ["write_csv", "write_nwb", "write_zarr"]
