"""Figures from finished runs, and a run beside animals, people or a table of one's own."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .. import papers
from .options import add_command, changes, finished_run

if TYPE_CHECKING:
    from .options import Commands

COLUMNS = {
    "choice": "options as whole numbers from 0 (default: choice)",
    "reward": "above 0 is rewarded (default: reward)",
    "common": "1 after a common transition, 0 after a rare one",
    "state": "second-stage state, 0 or 1; instead of --common where it equals the common choice",
    "subject": "who it is (default: subject)",
    "session": "which session of the subject (default: session, if there is one)",
    "trial": "number of the trial (default: trial, else the order of the rows)",
}
"""Columns of a user's own table."""


def add(commands: Commands) -> None:
    sub = add_command(commands, "figure", figure, "draw figures from finished runs")
    sub.add_argument("name", nargs="*")
    sub.add_argument("--all", action="store_true")
    text = "an experiment beside animals, people or your own table"
    sub = add_command(commands, "compare", compare, text, changes())
    sub.add_argument("experiment")
    sub.add_argument("data", help="a data set (fastslow list datasets) or a csv file")
    sub.add_argument("--sample", help="of a data set: standard (default), attentive")
    for column, text in COLUMNS.items():
        sub.add_argument(f"--{column}", metavar="COLUMN", help=text)
    sub.add_argument(
        "--drop-missing", action="store_true", help="leave out trials with empty cells"
    )


def figure(options: argparse.Namespace) -> int:
    from ..report import save_figure

    names = list(papers.figures()) if options.all else options.name
    if not names:
        raise ValueError("name a figure, or --all; see  fastslow list figures")
    for name in names:
        for path in save_figure(papers.find_figure(name), options.out):
            print(path)
    return 0


def compare(options: argparse.Namespace) -> int:
    from ..report import compare as compare_with
    from ..report import save_comparison

    columns = {name: getattr(options, name) for name in (*COLUMNS, "sample", "drop_missing")}
    name, source = options.experiment.replace("@", "-"), options.experiment
    if options.changes:
        source = finished_run(options)
        name = f"{name}-{source.folder.path.name}"
    found = compare_with(source, options.data, out=options.out, **columns)
    print(found)
    for path in save_comparison(found, f"{name}-{Path(options.data).stem}", options.out):
        print(path)
    return 0
