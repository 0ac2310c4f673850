"""Finished runs: what they are made of."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from ..data.progress import seed_ranges
from .options import add_command, changes, finished_run

if TYPE_CHECKING:
    from .options import Commands


def add(commands: Commands) -> None:
    text = "settings, seeds and results of a run"
    sub = add_command(commands, "show", show, text, changes())
    sub.add_argument("experiment")


def show(options: argparse.Namespace) -> int:
    done = finished_run(options)
    print(f"{done.experiment.name}: {done.experiment.summary}")
    print(f"path: {done.folder.path}\nseeds: {seed_ranges(done.seeds)}")
    print(json.dumps(done.folder.spec, indent=1))
    for name in done.experiment.all_tests:
        recording = done.test(name)
        episodes = recording.active.any("step")
        rewards = recording.reward.sum("step").where(episodes).mean("episode").values
        said = ", ".join(f"{r:.2f}" for r in rewards)
        print(f"reward per episode{f', test {name}' if name else ''}: {said}")
    return 0
