"""First looks: shipped networks at work, and what there is."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .. import papers
from ..papers import runs
from .datasets import datasets
from .options import add_command, print_rows

if TYPE_CHECKING:
    from ..papers import Paper
    from .options import Commands


def add(commands: Commands) -> None:
    add_command(
        commands, "demo", demo, "shipped networks do the two-step task; offline, in seconds"
    )
    text = "what there is, with what has already been run"
    sub = add_command(commands, "list", list_, text)
    sub.add_argument("kind", nargs="?", choices=tuple(_LISTS))
    sub.add_argument(
        "paper", nargs="*", help="whose experiments, signatures or figures (default: of all papers)"
    )


def demo(options: argparse.Namespace) -> int:
    from ..papers.demo import EXPERIMENT, N_EPISODES
    from ..papers.demo import demo as run_demo

    table, path = run_demo(runs.runs_folder(options.out))
    print(
        f"Trained networks, weights frozen, {N_EPISODES} episodes each of the two-step task: how often the\n"
        "first-stage choice is repeated after each kind of trial.\n"
    )
    print(table.to_string(float_format="{:.2f}".format))
    print(
        f"\nfigure: {path}\n\nnext:\n"
        f"  fastslow run {EXPERIMENT} --seeds 0      train one network yourself\n"
        f"  fastslow why wang2018/two_step_interaction    what is claimed, and how it is tested\n"
        "  fastslow list                                 everything there is"
    )
    return 0


def list_(options: argparse.Namespace) -> int:
    if not options.kind:
        print_rows(_papers())
        print(f"\nnext:  fastslow list {'|'.join(_LISTS)}; of one paper:  list experiments PAPER")
        return 0
    if options.paper and options.kind in ("tasks", "datasets"):
        raise ValueError(f"{options.kind} belong to no paper: fastslow list {options.kind}")
    names = dict.fromkeys(options.paper or papers.PAPERS)
    rows = _LISTS[options.kind]([papers.find_paper(name) for name in names], options.out)
    if rows:
        print_rows(rows)
    else:
        print(f"no {options.kind} in {', '.join(names)}")
    return 0


def _papers() -> list[tuple[str, str]]:
    """What each paper contributes, in numbers."""
    rows = []
    for name, paper in papers.PAPERS.items():
        counts = ", ".join(
            f"{len(found)} {kind}{'' if len(found) == 1 else 's'}"
            for kind, found in (
                ("experiment", paper.experiments),
                ("signature", paper.signatures),
                ("figure", paper.figures),
            )
        )
        rows.append((name, f"{counts}: {paper.citation}"))
    return rows


def _tasks(of: list[Paper], out: str | None) -> list[tuple[str, str]]:
    from .. import tasks

    found = {n: getattr(tasks, n) for n in tasks.__all__}
    return [(n, _first_line(t)) for n, t in found.items() if hasattr(t, "play") and n != "Task"]


def _experiments(of: list[Paper], out: str | None) -> list[tuple[str, str]]:
    rows = []
    for declared in (e for paper in of for e in paper.experiments):
        n = len(runs.folder_of(declared, out).seeds())
        done = f"  [{n} seed{'' if n == 1 else 's'} run]" if n else ""
        rows.append((declared.name, declared.summary + done))
    return rows


def _signatures(of: list[Paper], out: str | None) -> list[tuple[str, str]]:
    return [(s.name, s.claim) for paper in of for s in paper.signatures]


def _figures(of: list[Paper], out: str | None) -> list[tuple[str, str]]:
    return [(f.name, f.caption.partition(". ")[0]) for paper in of for f in paper.figures]


def _datasets(of: list[Paper], out: str | None) -> list[tuple[str, str]]:
    return datasets()


_LISTS = {
    "tasks": _tasks,
    "experiments": _experiments,
    "signatures": _signatures,
    "figures": _figures,
    "datasets": _datasets,
}


def _first_line(thing: object) -> str:
    return (thing.__doc__ or "").strip().partition("\n")[0]
