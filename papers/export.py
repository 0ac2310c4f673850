"""A run in formats of others, in files of its own below the folder of all runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .runs import Run, recording_file, runs_folder

FORMATS = ("csv", "zarr", "nwb")


@dataclass(frozen=True)
class Exported:
    """Files that were written, and variables of the recording that are not in them."""

    paths: tuple[Path, ...]
    left_out: tuple[str, ...]


def export(run: Run, to: str, test: str = "", out: str | Path | None = None) -> Exported:
    """Write the finished seeds of a run as csv, zarr or NWB.

    Parameters
    ----------
    run : Run
    to : {"csv", "zarr", "nwb"}
        "csv": one row a step that was lived, behavior only, with the meaning of its columns in a
        .json; "zarr": everything, all seeds in one store; "nwb": a file for each seed.
    test : str
        One of the experiment's tests; by default the main recording.
    out : path, optional
        Folder of all runs; files come below its `exports`.

    Returns
    -------
    Exported
    """
    if to not in FORMATS:
        raise ValueError(f"to must be csv, zarr or nwb, got '{to}'")
    recording = run.test_on_demand(test)
    name = "-".join(filter(None, [run.experiment.name, test, run.folder.path.name]))
    path = runs_folder(out) / "exports" / f"{name}.{to}"
    if to == "nwb":
        return _nwb(run, test, path.with_suffix(""))
    from ..data import export as formats

    write = formats.write_csv if to == "csv" else formats.write_zarr
    left_out = write(recording, path)
    paths = (path, path.with_suffix(".json")) if to == "csv" else (path,)
    return Exported(paths, tuple(left_out))


def _nwb(run: Run, test: str, folder: Path) -> Exported:
    from ..data.export import write_nwb
    from ..data.recording import open_recording

    paths, left_out = [], []
    for seed in run.seeds:
        path = folder / f"seed-{seed}.nwb"
        finished = run.folder.seed_path(seed, "finished.json").stat().st_mtime
        with open_recording(run.folder.seed_path(seed, recording_file(test))) as recording:
            left_out = write_nwb(
                recording.load(), path,
                identifier=f"{folder.name}-seed-{seed}",
                description=f"{run.experiment.name}: {run.experiment.summary}.",
                simulated=datetime.fromtimestamp(finished, UTC),
            )  # fmt: skip
        paths.append(path)
    return Exported(tuple(paths), tuple(left_out))
