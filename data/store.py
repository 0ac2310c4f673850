"""Runs on disk: one folder for each specification, one for each seed, every file replaced in one step."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SCHEMA = "fastslow-1"  # of recordings and specifications; part of every key
Arrays = dict[str, np.ndarray]


def atomic_write(path: str | Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, then put it in place in one step."""
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    make_folder(path.parent)
    try:
        write(part)
        os.replace(part, path)
    except PermissionError as error:
        raise PermissionError(
            f"cannot write {path}: the folder is not writable; choose another with --out "
            "or FASTSLOW_RUNS"
        ) from error
    finally:
        part.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; where that fails, say which and what to do."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        in_the_way = next(path for path in (folder, *folder.parents) if path.exists())
        why = f"{in_the_way} is a file" if in_the_way.is_file() else error.strerror
        raise type(error)(
            f"the folder {folder} cannot be made: {why}; choose another with --out or FASTSLOW_RUNS"
        ) from error


def key(spec: Mapping[str, object]) -> str:
    """Twelve hexadecimal digits that stand for a specification."""
    return hashlib.sha256(_canonical(spec).encode()).hexdigest()[:12]


def _canonical(spec: Mapping[str, object]) -> str:
    return json.dumps(spec, sort_keys=True, separators=(",", ":"))


def _read_json(path: Path) -> dict:
    """An object from a file of ours; a damaged file is a ValueError."""
    try:
        found: dict = json.loads(path.read_text())
    except ValueError as error:
        raise ValueError(
            f"{path} cannot be read ({error}): it is truncated or damaged; delete it and run "
            "the experiment again"
        ) from error
    return found


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write arrays by name as safetensors."""
    from safetensors.numpy import save

    whole = {name: np.array(array, order="C") for name, array in arrays.items()}
    atomic_write(path, lambda part: part.write_bytes(save(whole)))


def read_arrays(path: Path) -> Arrays:
    """Read arrays by name; a damaged file is a ValueError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return load_file(path)
    except SafetensorError as error:
        raise ValueError(
            f"{path} cannot be read ({error}): it is truncated or damaged; delete it and run "
            "the experiment again"
        ) from error


def weights_file(snapshot: float = 1.0) -> str:
    """Name of the file that holds one seed's weights after a share of training."""
    return "weights.safetensors" if snapshot == 1 else f"weights-{snapshot:g}.safetensors"


@dataclass(frozen=True)
class RunFolder:
    """The folder of one experiment with one specification: `root / name / key`.

    Attributes
    ----------
    root : Path
    name : str
        Name of the experiment, `paper/experiment`.
    spec : mapping
        Class names and settings; plain JSON values. Nothing read back can execute.
    """

    root: Path
    name: str
    spec: Mapping[str, object]

    @property
    def path(self) -> Path:
        return Path(self.root) / self.name / key(self.spec)

    def seed_path(self, seed: int, file: str = "") -> Path:
        return self.path / f"seed={seed}" / file

    def open(self) -> RunFolder:
        """Create the folder with its `spec.json`, or check that the one there says the same."""
        spec_path = self.path / "spec.json"
        text = json.dumps(self.spec, indent=1, sort_keys=True)
        if not spec_path.exists():
            atomic_write(spec_path, lambda part: part.write_text(text))
        elif _canonical(_read_json(spec_path)) != _canonical(self.spec):
            raise ValueError(f"{spec_path} holds other settings than its key says; move it away")
        return self

    @contextmanager
    def locked(self, seed: int) -> Iterator[None]:
        """Hold one seed against other processes; the lock falls when the process ends."""
        from filelock import FileLock, Timeout

        lock = FileLock(self.path / f".seed={seed}.lock")
        try:
            with lock.acquire(timeout=0):
                yield
        except Timeout:
            raise RuntimeError(
                f"{self.name} seed {seed} is being run by another process ({self.path}); "
                "wait for it, or choose another folder with --out"
            ) from None

    def seeds(self, marked: str = "finished") -> list[int]:
        """Seeds that are marked as finished, or as "diverged"."""
        found = (p.parent.name.partition("=")[2] for p in self.path.glob(f"seed=*/{marked}.json"))
        return sorted(int(seed) for seed in found if seed.isdecimal())  # not somebody's copy

    def mark(self, seed: int, what: str, about: Mapping[str, object]) -> None:
        """Mark a seed, last of all, as finished or diverged, and say how that came about."""
        text = json.dumps(about, indent=1)
        atomic_write(self.seed_path(seed, f"{what}.json"), lambda part: part.write_text(text))

    def read_mark(self, seed: int, what: str) -> dict:
        """What a mark says."""
        return _read_json(self.seed_path(seed, f"{what}.json"))

    def finish(self, seed: int, provenance: Mapping[str, object]) -> None:
        """Mark a seed as finished and gather the provenance of all that are."""
        self.mark(seed, "finished", provenance)
        text = json.dumps({"experiment": self.name, "seeds": self.provenance()}, indent=1)
        atomic_write(self.path / "provenance.json", lambda part: part.write_text(text))

    def provenance(self) -> dict[str, dict]:
        """How each finished seed came about."""
        return {str(seed): self.read_mark(seed, "finished") for seed in self.seeds()}
