"""Behavioral data: which sets there are, fetching them, and a table of one's own as a recording."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..papers import runs
from .options import COLUMNS, Command, Parser, columns, common, print_rows

if TYPE_CHECKING:
    from .options import Commands


def add(commands: Commands) -> None:
    text = "data of animals and people: what there is, fetch it, import a table of your own"
    parser = commands.add_parser("data", help=text, description=text)
    actions = parser.add_subparsers(metavar="list|fetch|import", required=True)

    def add_action(
        name: str, command: Command, text: str, *parents: Parser
    ) -> argparse.ArgumentParser:
        sub = actions.add_parser(name, help=text, description=text, parents=[common(), *parents])
        sub.set_defaults(command=command)
        return sub

    add_action("list", list_, "data sets with license, doi, and where they are")
    sub = add_action("fetch", fetch_, "get data sets from their authors into $FASTSLOW_DATA")
    sub.add_argument("name", nargs="+")
    sub.add_argument("--mirror", metavar="URL", help="a copy of raw.githubusercontent.com")
    text = "your own csv, one row a trial, as a recording that every analysis takes"
    sub = add_action("import", import_, text, columns())
    sub.add_argument("file", help="a csv file")
    sub.add_argument("--force", action="store_true", help="overwrite an import of the same name")


def list_(options: argparse.Namespace) -> int:
    print_rows(datasets())
    return 0


def datasets() -> list[tuple[str, str]]:
    """What is known of each data set, and where it is."""
    from ..data.catalogue import DATASETS
    from ..data.fetching import whereabouts

    return [
        (
            name,
            f"{d.task}; {d.species}, {d.n}; {d.license}; "
            f"{f'doi:{d.doi}' if d.doi else 'no doi'}; {whereabouts(d)}",
        )
        for name, d in DATASETS.items()
    ]


def fetch_(options: argparse.Namespace) -> int:
    from ..data.catalogue import dataset
    from ..data.fetching import GITHUB, fetch

    for entry in [dataset(name) for name in options.name]:
        for path in fetch(entry.name, options.mirror or GITHUB):
            print(path)
        print(f"license: {entry.license}; cite: {entry.citation}")
    return 0


def import_(options: argparse.Namespace) -> int:
    from ..data.imported import import_table
    from ..data.recording import load, save

    given = {name: getattr(options, name) for name in COLUMNS if getattr(options, name)}
    found, notes = import_table(options.file, drop_missing=options.drop_missing, **given)
    path = runs.runs_folder(options.out) / "imported" / f"{Path(options.file).stem}.nc"
    kept = path.exists() and not options.force
    if kept and not load(path).identical(found):
        raise ValueError(
            f"{path} is there already, with other content: overwrite it with --force, or keep both "
            "with another --out or another name of the csv file"
        )
    if not kept:
        save(found, path)
    counts = {
        "subject": found.sizes["seed"],
        "session": int(found.active.any("step").sum()),
        "trial": int(found.active.sum()),
    }
    print(", ".join(f"{n} {what}{'' if n == 1 else 's'}" for what, n in counts.items()))
    print(f"{path}{' (kept: it holds just this)' if kept else ''}")
    for note in notes:
        print(f"note: {note}")
    print(
        f'in Python:  from fastslow.data.recording import load; load("{path}"); '
        "there, a subject stands where a seed does"
    )
    return 0
