"""First looks: shipped networks at work, and what there is."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .. import papers
from ..papers import runs
from .datasets import datasets
from .options import add_command, print_rows

if TYPE_CHECKING:
    from .options import Commands


def add(commands: Commands) -> None:
    add_command(
        commands, "demo", demo, "shipped networks do the two-step task; offline, in seconds"
    )
    text = "what there is, with what has already been run"
    sub = add_command(commands, "list", list_, text)
    sub.add_argument("kind", nargs="?", choices=tuple(_LISTS))


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
    print_rows(_LISTS[options.kind](options.out) if options.kind else _papers())
    if not options.kind:
        print(f"\nnext:  fastslow list {'|'.join(_LISTS)}")
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


def _tasks(out: str | None) -> list[tuple[str, str]]:
    from .. import tasks

    found = {n: getattr(tasks, n) for n in tasks.__all__}
    return [(n, _first_line(t)) for n, t in found.items() if hasattr(t, "play") and n != "Task"]


def _experiments(out: str | None) -> list[tuple[str, str]]:
    rows = []
    for name, declared in papers.experiments().items():
        done = runs.folder_of(declared, out).seeds()
        rows.append((name, declared.summary + (f"  [{len(done)} seeds run]" if done else "")))
    return rows


def _signatures(out: str | None) -> list[tuple[str, str]]:
    return [(name, s.claim) for name, s in papers.signatures().items()]


def _figures(out: str | None) -> list[tuple[str, str]]:
    return [(name, f.caption.partition(". ")[0]) for name, f in papers.figures().items()]


def _datasets(out: str | None) -> list[tuple[str, str]]:
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
