"""Run, check and draw whole papers, and write a report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TYPE_CHECKING

from .. import experiment, papers
from ..papers import runs
from .options import add_command, jobs, training
from .run import missing_seeds, run_one

if TYPE_CHECKING:
    from ..papers.declaration import Experiment
    from .options import Commands


def add(commands: Commands) -> None:
    text = "run, check and draw whole papers; write a report"
    sub = add_command(commands, "reproduce", reproduce, text, training())
    sub.add_argument("paper", nargs="*", help="default: all")
    sub.add_argument("--ship", action="store_true", help="put the networks into the package")


def reproduce(options: argparse.Namespace) -> int:
    from ..report import verdict_table, write_report

    chosen = list(dict.fromkeys(options.paper or papers.PAPERS))
    wanted = [e for name in chosen for e in papers.find_paper(name).experiments if e.reproduced]
    n_jobs = jobs(options)
    if n_jobs < 1:
        raise ValueError(f"jobs must be at least 1, got {n_jobs}")
    if options.dry_run:
        for e in wanted:
            run_one(e, options, None)
        return 0
    # Networks train one experiment after another, on all cores, before others that test them.
    for e in wanted:
        if e.training is not None:
            _reproduce_one(e, options)
    _side_by_side([e for e in wanted if e.training is None], options, n_jobs)
    page, found = write_report(chosen, options.profile, options.out)
    print(verdict_table(found))
    if options.ship:
        _ship(chosen, {v.signature.name: v.verdict for v in found}, options.out)
    if options.profile == "quick":
        print("quick profile: a smoke test; evidence is the full profile, --profile full")
    print(f"report: {page}")
    return 0


def _reproduce_one(e: Experiment, options: argparse.Namespace) -> None:
    try:
        run_one(e, options, None)
    except experiment.DivergedError as failure:  # counted as a failure of its seeds
        print(f"fastslow: {failure}", file=sys.stderr)
    sys.stdout.flush()  # other processes write there, too


def _side_by_side(declared: Sequence[Experiment], options: argparse.Namespace, n_jobs: int) -> None:
    """Run experiments in processes of their own; those with nothing to do stay here."""
    from ..models.threads import shared_threads

    busy = {e.name for e in declared if missing_seeds(e, options, list(e.seeds(options.profile)))}
    if n_jobs == 1 or len(busy) == 1:
        busy = set()
    own = argparse.Namespace(**{**vars(options), "jobs": 1, "quiet": True})
    pool = ProcessPoolExecutor(n_jobs, get_context("spawn"))
    try:
        with shared_threads(n_jobs):
            futures = [pool.submit(_reproduce_one, e, own) for e in declared if e.name in busy]
        for e in declared:
            if e.name not in busy:
                _reproduce_one(e, options)
        for future in as_completed(futures):
            future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _ship(chosen: Sequence[str], verdicts: dict[str, str], out: str | None) -> None:
    from ..papers.shipped import ship

    for name in chosen:
        for e in papers.find_paper(name).experiments:
            if e.reproduced and e.training is not None:
                print(f"shipped: {ship(e, runs.folder_of(e, out), verdicts)}")
