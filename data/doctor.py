"""What of this machine can be used: one finding a line, with the way out of each problem."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path

from ..models.threads import usable_cores
from ..models.training.fused.build import KernelUnavailable, build, find_compiler, load
from .catalogue import DATASETS

LIBRARIES = ("numpy", "scipy", "pandas", "xarray", "netCDF4", "matplotlib", "torch", "brian2")
ENOUGH_DISK = 2e9  # bytes; chosen, the full profile of one paper writes about 1 GB


@dataclass(frozen=True)
class Finding:
    """`ok`, `note` (works, could be better) or `problem`, what was found, and the way out."""

    state: str
    what: str
    found: str
    way_out: str = ""

    def __str__(self) -> str:
        out = f"; {self.way_out}" if self.way_out else ""
        return f"{self.state:<8} {self.what:<10} {self.found}{out}"


def examine(runs: Path) -> Iterator[Finding]:
    """Look at versions, engine, data, the folder of runs, processor and disk."""
    version = f"fastslow {metadata.version('fastslow')}, Python {platform.python_version()}"
    yield Finding("ok", "versions", f"{version}, {platform.system()} {platform.machine()}")
    yield from map(_library, LIBRARIES)
    yield _engine()
    yield _data()
    yield _writable(runs)
    yield _cores()
    yield _disk(runs)


def _library(name: str) -> Finding:
    """Whether a library is there and can be imported: some pairs of versions cannot."""
    try:
        version = metadata.version(name)
        import_module(name)
    except metadata.PackageNotFoundError:
        return Finding("problem", name, "not installed", "install fastslow again, with pip")
    except Exception as error:  # whatever a broken installation raises is what we look for
        said = f"version {version} does not import ({type(error).__name__}: {error})"
        way_out = "install the versions of constraints.txt"
        return Finding("problem", name, said.replace("\n", " "), way_out)
    return Finding("ok", name, version)


def _engine() -> Finding:
    try:
        compiler = find_compiler()
        load()
    except KernelUnavailable as error:
        said = str(error).partition("\n")[0]
        return Finding("note", "engine", f"torch, slowly: {said}")
    return Finding("ok", "engine", f"fused kernel by {compiler}, kept in {build().parent}")


def _data() -> Finding:
    folder = os.environ.get("FASTSLOW_DATA")
    if not folder:
        found = "FASTSLOW_DATA is not set: comparisons use the summaries that come with fastslow"
        return Finding("note", "data", found, "set it to a folder of data sets for single subjects")
    if not Path(folder).is_dir():
        return Finding(
            "problem", "data", f"FASTSLOW_DATA names {folder}, which is no folder", "correct it"
        )
    there = [
        name
        for name, d in DATASETS.items()
        if all((Path(folder) / name / f"{table.name}.csv.gz").is_file() for table in d.tables)
    ]
    found = f"{folder}: {len(there)} of {len(DATASETS)} data sets"
    if there:
        return Finding("ok", "data", f"{found} ({', '.join(there)})")
    first = next(iter(DATASETS.values()))
    expected = f"{first.name}/{first.tables[0].name}.csv.gz"
    return Finding("problem", "data", found, f"files are expected as {expected}")


def _writable(runs: Path) -> Finding:
    """Whether a folder can be made where runs go, or in the nearest folder above; it is removed."""
    try:
        with tempfile.TemporaryDirectory(dir=_nearest(runs)):
            return Finding("ok", "runs", f"{runs.resolve()} can be written")
    except OSError as error:
        found = f"{runs.resolve()} cannot be written ({error.strerror})"
        return Finding("problem", "runs", found, "choose another with --out or FASTSLOW_RUNS")


def _cores() -> Finding:
    threads = os.environ.get("OMP_NUM_THREADS")
    limit = f", OMP_NUM_THREADS={threads}" if threads else ""
    return Finding("ok", "processor", f"{usable_cores()} cores{limit}")


def _disk(runs: Path) -> Finding:
    free = shutil.disk_usage(_nearest(runs)).free
    found = f"{free / 1e9:.1f} GB free"
    if free < ENOUGH_DISK:
        return Finding("problem", "disk", found, "free some, or choose another disk with --out")
    return Finding("ok", "disk", found)


def _nearest(path: Path) -> Path:
    """The path itself or the closest folder above it that exists."""
    path = path.resolve()
    return next(p for p in (path, *path.parents) if p.exists())
