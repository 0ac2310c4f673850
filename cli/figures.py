"""Figures from finished runs, and a run beside animals, people or a table of one's own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .. import papers
from ..papers import runs
from .options import COLUMNS, add_command, changes, columns, finished_run

if TYPE_CHECKING:
    from ..papers import Figure
    from .options import Commands


def add(commands: Commands) -> None:
    sub = add_command(commands, "figure", figure, "draw figures from finished runs")
    sub.add_argument("name", nargs="*")
    sub.add_argument("--all", action="store_true", help="of which all that they need has been run")
    text = "an experiment beside animals, people or your own table"
    sub = add_command(commands, "compare", compare, text, changes(), columns())
    sub.add_argument("experiment")
    sub.add_argument("data", help="a data set (fastslow list datasets) or a csv file")
    sub.add_argument("--sample", help="of a data set: standard (default), attentive")


def figure(options: argparse.Namespace) -> int:
    from ..report import save_figure

    if not options.name and not options.all:
        raise ValueError("name a figure, or --all; see  fastslow list figures")
    chosen = [papers.find_figure(name) for name in options.name]
    for one in _all_that_can_be(options.out) if options.all else chosen:
        for path in save_figure(one, options.out):
            print(path)
    return 0


def _all_that_can_be(out: str | None) -> list[Figure]:
    """Figures of which all has been run; how many others there are is said."""
    known = papers.figures().values()
    ready = [figure for figure in known if not runs.missing_runs(figure.needs, out)]
    if not ready:
        raise ValueError("no figure can be drawn yet; fastslow figure NAME  says what it needs")
    if len(ready) < len(known):
        others = f"{len(known) - len(ready)} of {len(known)} figures"
        print(
            f"not drawn, for want of experiments that have not been run: {others}; "
            "fastslow figure NAME  says what one needs",
            file=sys.stderr,
        )
    return ready


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
