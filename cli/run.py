"""Run experiments by name."""

from __future__ import annotations

import argparse
import shlex
from time import perf_counter
from typing import TYPE_CHECKING

from .. import experiment, papers
from ..data.progress import ProgressLine, seed_ranges
from ..papers import runs
from ..papers.changes import configured
from .options import add_command, changes, jobs, seeds, time_taken, training

if TYPE_CHECKING:
    from ..papers.declaration import Experiment
    from .options import Commands


def add(commands: Commands) -> None:
    text = "train, test and record experiments"
    sub = add_command(commands, "run", run, text, training(), changes())
    sub.add_argument("experiment", nargs="+")
    sub.add_argument("--seeds", type=seeds, help="0-7 or 0,3,5 (default: those of the profile)")


def run(options: argparse.Namespace) -> int:
    declared = [papers.find_experiment(name) for name in dict.fromkeys(options.experiment)]
    declared = [configured(e, options.changes) for e in declared]
    for e in declared:
        run_one(e, options, options.seeds)
    where = f" --out {options.out}" if options.out else ""
    if options.changes and not options.dry_run:
        changed = " ".join(f"--set {shlex.quote(change)}" for change in options.changes)
        for e in declared:
            print(f"next:  fastslow show {e.name} {changed}{where}")
    elif not options.dry_run:
        needs = {
            name: runs.missing_runs(papers.find_figure(name).needs, options.out)
            for name in papers.figures_of([e.name for e in declared])
        }
        if needs:
            # the figure that is called as they are, else what can be drawn soonest
            called = {e.name for e in declared}
            name = min(needs, key=lambda name: (name not in called, len(needs[name])))
            first = f"fastslow run {' '.join(needs[name])}{where} && " if needs[name] else ""
            print(f"next:  {first}fastslow figure {name}{where}")
    return 0


def run_one(e: Experiment, options: argparse.Namespace, chosen: list[int] | None) -> None:
    """Run what is missing of one experiment, and say what is kept and what was done."""
    folder = runs.folder_of(e, options.out)
    wanted = chosen if chosen is not None else list(e.seeds(options.profile))
    missing = missing_seeds(e, options, wanted)
    kept = [seed for seed in wanted if seed not in missing]
    if kept:
        folder.open()  # refuses a folder that was changed by hand
        print(f"{e.name}: seeds {seed_ranges(kept)} kept ({folder.path})")
    if options.dry_run:
        what = f"would run seeds {seed_ranges(missing)}" if missing else "nothing to run"
        took = f"; {time_taken([folder])}" if missing else ""
        print(f"{e.name}: {what} ({folder.path}){took}")
        return
    start = perf_counter()
    experiment.run(
        e, wanted, out=options.out, jobs=jobs(options), force=options.force, device=options.device,
        report=None if options.quiet else ProgressLine(of=min(missing, default=None)),
    )  # fmt: skip
    seconds = perf_counter() - start
    if missing:
        print(f"{e.name}: seeds {seed_ranges(missing)} finished in {seconds:.1f} s ({folder.path})")


def missing_seeds(e: Experiment, options: argparse.Namespace, wanted: list[int]) -> list[int]:
    """Those of the wanted seeds that will be run."""
    if options.force:
        return wanted
    return experiment.missing_seeds(e, runs.folder_of(e, options.out), wanted)
