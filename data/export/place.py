"""Files that others' libraries write: put in place in one step, and what is left out of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..recording import REPLAY, SPIKES
from ..store import make_folder


def optional(name: str) -> Any:
    """An optional library, or a RuntimeError that says how to install it."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise RuntimeError(
            f"this export needs the library {name}: install it by  python -m pip install {name}"
        ) from None


def put_in_place(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file or folder of the same name elsewhere, then replace `path` by it."""
    make_folder(path.parent)
    with TemporaryDirectory(prefix=".part-", dir=path.parent) as part:
        made = Path(part) / path.name
        write(made)
        if path.is_dir():
            shutil.rmtree(path)
        os.replace(made, path)


def group(name: str) -> str:
    """What a variable belongs to that is no row of an episode: replay events, spikes or nothing."""
    return "replay events" if name in REPLAY else "spikes" if name in SPIKES else ""
