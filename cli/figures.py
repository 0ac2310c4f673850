"""Figures from finished runs, and a run beside animals, people or a table of one's own."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .. import papers
from .options import COLUMNS, add_command, changes, columns, finished_run

if TYPE_CHECKING:
    from .options import Commands


def add(commands: Commands) -> None:
    sub = add_command(commands, "figure", figure, "draw figures from finished runs")
    sub.add_argument("name", nargs="*")
    sub.add_argument("--all", action="store_true")
    text = "an experiment beside animals, people or your own table"
    sub = add_command(commands, "compare", compare, text, changes(), columns())
    sub.add_argument("experiment")
    sub.add_argument("data", help="a data set (fastslow list datasets) or a csv file")
    sub.add_argument("--sample", help="of a data set: standard (default), attentive")


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
