"""Finished runs: what they are made of, and in formats of others."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from ..papers import export as exports
from .options import add_command, changes, every_seed

if TYPE_CHECKING:
    from .options import Commands


def add(commands: Commands) -> None:
    text = "settings, seeds, files and results of a run"
    sub = add_command(commands, "show", show, text, changes())
    sub.add_argument("experiment")
    sub.add_argument("--json", action="store_true", help="settings and provenance as one object")
    text = "a run as csv, zarr or NWB; what has no place there is named"
    sub = add_command(commands, "export", export, text, changes())
    sub.add_argument("experiment", help="paper/experiment, or one of its tests: ...@test")
    sub.add_argument("--to", required=True, choices=exports.FORMATS)


def show(options: argparse.Namespace) -> int:
    from ..papers.run_text import run_text

    run = every_seed(options.experiment, options)
    if options.json:
        about = {
            "experiment": run.experiment.name,
            "path": str(run.folder.path),
            "settings": run.folder.spec,
            "seeds": run.provenance,
            "diverged": {seed: run.folder.read_mark(seed, "diverged") for seed in run.failed},
        }
        print(json.dumps(about, indent=1))
    else:
        print(run_text(run))
    return 0


def export(options: argparse.Namespace) -> int:
    name, _, test = options.experiment.partition("@")
    run = every_seed(name, options)
    found = exports.export(run, options.to, test, options.out)
    for path in found.paths:
        print(path)
    if found.left_out:
        print(f"not exported (no place in {options.to}): {', '.join(found.left_out)}")
        print("--to zarr holds everything")
    return 0
