"""Simulate how brains learn fast and slow, and check the models against the published science."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, NoReturn

from . import __version__, experiment, papers
from .data.progress import ProgressLine, seed_ranges
from .papers import runs

if TYPE_CHECKING:
    from .papers.declaration import Experiment
    from .papers.runs import Run

Command = Callable[[argparse.Namespace], int]


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a user's mistake is one line and exit code 2."""
    options = parser().parse_args(arguments)
    try:
        return options.command(options)
    except KeyboardInterrupt:
        again = (
            "the command without --force"
            if getattr(options, "force", False)
            else "the same command"
        )
        print(f"fastslow: interrupted; {again} continues from here", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (ValueError, KeyError, TypeError, OSError, RuntimeError) as error:
        if options.traceback:
            raise
        message = error.args[0] if isinstance(error, KeyError) and error.args else error
        print(f"fastslow: {message}", file=sys.stderr)
        return 2


class Parser(argparse.ArgumentParser):
    """Says of a mistake in one line what it is; usage is for `--help`."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see  {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """The parser; names are completed and checked against what the papers declare."""
    common = Parser(add_help=False)
    common.add_argument("--out", help="folder of all runs (default: $FASTSLOW_RUNS, else runs)")
    common.add_argument("-q", "--quiet", action="store_true", help="no progress")
    common.add_argument("--traceback", action="store_true", help="show where an error came from")
    training = Parser(add_help=False)
    training.add_argument("--profile", choices=("quick", "full"), default="quick")
    training.add_argument(
        "--jobs", type=int, metavar="N",
        help="processes among which seeds are spread (default: one a core; with cuda 1); reproduce "
        "also runs experiments that train nothing beside each other",
    )  # fmt: skip
    training.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    training.add_argument("--force", action="store_true", help="compute finished seeds again")

    changes = Parser(add_help=False)
    changes.add_argument(
        "--set", dest="changes", action="append", default=[], metavar="NAME=VALUE",
        help="change a setting: agent.n_units=64, training.n_lives=5000, task=my.py:MyTask, "
        "agent=my.py:MyAgent",
    )  # fmt: skip

    top = Parser(prog="fastslow", description=__doc__)
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(metavar="command", required=True)

    def add(name: str, command: Command, text: str, *parents: Parser) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, parents=[common, *parents])
        sub.set_defaults(command=command)
        return sub

    add("demo", demo, "shipped networks do the two-step task; offline, in seconds")
    sub = add("list", list_, "what there is, with what has already been run")
    sub.add_argument(
        "kind", nargs="?", choices=("tasks", "experiments", "signatures", "figures", "datasets")
    )
    sub = add("run", run, "train, test and record experiments", training, changes)
    sub.add_argument("experiment", nargs="+")
    sub.add_argument("--seeds", type=seeds, help="0-7 or 0,3,5 (default: those of the profile)")
    sub.add_argument("--dry-run", action="store_true", help="say what would be run")
    sub = add("check", check, "verdicts on signatures; exit 1 if any is absent or undiagnostic")
    sub.add_argument("name", nargs="*", help="papers or signatures (default: all)")
    sub.add_argument("--json", action="store_true", help="one object a line")
    sub.add_argument("--strict", action="store_true", help="exit 1 also where it is unclear")
    sub = add("why", why, "definition, interval, source, controls and every seed of a signature")
    sub.add_argument("signature")
    sub = add("figure", figure, "draw figures from finished runs")
    sub.add_argument("name", nargs="*")
    sub.add_argument("--all", action="store_true")
    sub = add("compare", compare, "an experiment beside animals, people or your own table", changes)
    sub.add_argument("experiment")
    sub.add_argument("data", help="a data set (fastslow list datasets) or a csv file")
    sub.add_argument("--sample", help="of a data set: standard (default), attentive")
    for column, text in COLUMNS.items():
        sub.add_argument(f"--{column}", metavar="COLUMN", help=text)
    sub.add_argument(
        "--drop-missing", action="store_true", help="leave out trials with empty cells"
    )
    add("doctor", doctor, "what of this machine fastslow can use; exit 1 if there is a problem")
    sub = add("show", show, "settings, seeds and results of a run", changes)
    sub.add_argument("experiment")
    sub = add("reproduce", reproduce, "run, check and draw whole papers; write a report", training)
    sub.add_argument("paper", nargs="*", help="default: all")
    sub.add_argument("--ship", action="store_true", help="put the networks into the package")
    return top


def seeds(text: str) -> list[int]:
    """Seeds from `0-7` or `0,3,5-6`."""
    chosen: list[int] = []
    try:
        for part in text.split(","):
            first, dash, last = part.partition("-")
            chosen += range(int(first), int(last if dash else first) + 1)
    except ValueError:
        chosen = []
    if not chosen:
        raise argparse.ArgumentTypeError(f"seeds are given as 0-7 or 0,3,5, got '{text}'")
    return chosen


def demo(options: argparse.Namespace) -> int:
    from .papers.demo import EXPERIMENT, N_EPISODES
    from .papers.demo import demo as run_demo

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
    rows = _LISTS[options.kind](options.out) if options.kind else _papers()
    width = max(len(row[0]) for row in rows)
    for name, text in rows:
        print(f"  {name:<{width}}  {text}")
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
    from . import tasks

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
    from .data.catalogue import DATASETS

    return [(name, f"{d.task}; {d.species}, {d.n}; {d.license}") for name, d in DATASETS.items()]


_LISTS = {
    "tasks": _tasks,
    "experiments": _experiments,
    "signatures": _signatures,
    "figures": _figures,
    "datasets": _datasets,
}


def _first_line(thing: object) -> str:
    return (thing.__doc__ or "").strip().partition("\n")[0]


def run(options: argparse.Namespace) -> int:
    declared = [papers.find_experiment(name) for name in options.experiment]
    declared = [experiment.configured(e, options.changes) for e in declared]
    for e in declared:
        _run_one(e, options, options.seeds)
    where = f" --out {options.out}" if options.out else ""
    if options.changes and not options.dry_run:
        changed = " ".join(f"--set {shlex.quote(change)}" for change in options.changes)
        for e in declared:
            print(f"next:  fastslow show {e.name} {changed}{where}")
    elif not options.dry_run:
        for name in papers.figures_of([e.name for e in declared]):
            missing = runs.missing_runs(papers.find_figure(name).needs, options.out)
            first = f"fastslow run {' '.join(missing)}{where} && " if missing else ""
            print(f"next:  {first}fastslow figure {name}{where}")
    return 0


def _run_one(e: Experiment, options: argparse.Namespace, chosen: list[int] | None) -> None:
    folder = runs.folder_of(e, options.out)
    wanted = chosen if chosen is not None else list(e.seeds(options.profile))
    missing = _missing(e, options, wanted)
    kept = [seed for seed in wanted if seed not in missing]
    if kept:
        folder.open()  # refuses a folder that was changed by hand
        print(f"{e.name}: seeds {seed_ranges(kept)} kept ({folder.path})")
    if getattr(options, "dry_run", False):
        print(f"{e.name}: would run seeds {seed_ranges(missing) or 'none'} in {folder.path}")
        return
    start = perf_counter()
    experiment.run(
        e, wanted, out=options.out, jobs=_jobs(options), force=options.force, device=options.device,
        report=None if options.quiet else ProgressLine(of=min(missing, default=None)),
    )  # fmt: skip
    seconds = perf_counter() - start
    if missing:
        print(f"{e.name}: seeds {seed_ranges(missing)} finished in {seconds:.1f} s ({folder.path})")


def _jobs(options: argparse.Namespace) -> int:
    """Processes at work; one graphics card trains one population faster than several."""
    from .models.threads import usable_threads

    if options.jobs is not None:
        return int(options.jobs)
    return 1 if options.device == "cuda" else usable_threads()


def _missing(e: Experiment, options: argparse.Namespace, wanted: list[int]) -> list[int]:
    if options.force:
        return wanted
    return experiment.missing_seeds(e, runs.folder_of(e, options.out), wanted)


def check(options: argparse.Namespace) -> int:
    from .report import verdict_table, verdicts

    found = verdicts(options.name, options.out)
    if options.json:
        for verdict in found:
            print(verdict.to_json())
    else:
        print(verdict_table(found))
    failing = {"absent", "undiagnostic"} | ({"unclear"} if options.strict else set())
    return int(any(verdict.verdict in failing for verdict in found))


def why(options: argparse.Namespace) -> int:
    from .report import explanation

    print(explanation(papers.find_signature(options.signature), options.out))
    return 0


def figure(options: argparse.Namespace) -> int:
    from .report import save_figure

    names = list(papers.figures()) if options.all else options.name
    if not names:
        raise ValueError("name a figure, or --all; see  fastslow list figures")
    for name in names:
        for path in save_figure(papers.find_figure(name), options.out):
            print(path)
    return 0


def compare(options: argparse.Namespace) -> int:
    from .report import compare as compare_with
    from .report import save_comparison

    columns = {name: getattr(options, name) for name in (*COLUMNS, "sample", "drop_missing")}
    name, source = options.experiment.replace("@", "-"), options.experiment
    if options.changes:
        source = _finished(options)
        name = f"{name}-{source.folder.path.name}"
    found = compare_with(source, options.data, out=options.out, **columns)
    print(found)
    for path in save_comparison(found, f"{name}-{Path(options.data).stem}", options.out):
        print(path)
    return 0


def doctor(options: argparse.Namespace) -> int:
    from .data.doctor import examine

    worst = 0
    for finding in examine(runs.runs_folder(options.out)):
        print(finding, flush=True)
        worst = max(worst, int(finding.state == "problem"))
    return worst


def show(options: argparse.Namespace) -> int:
    done = _finished(options)
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


def _finished(options: argparse.Namespace) -> Run:
    """The run of the experiment that is named, with its settings changed."""
    declared = papers.find_experiment(options.experiment)
    return runs.finished(experiment.configured(declared, options.changes), options.out)


def reproduce(options: argparse.Namespace) -> int:
    from .report import verdict_table, write_report

    chosen = options.paper or list(papers.PAPERS)
    wanted = [e for name in chosen for e in papers.find_paper(name).experiments if e.reproduced]
    jobs = _jobs(options)
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, got {jobs}")
    # Networks train one experiment after another, on all cores, before others that test them.
    for e in wanted:
        if e.training is not None:
            _reproduce_one(e, options)
    _side_by_side([e for e in wanted if e.training is None], options, jobs)
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
        _run_one(e, options, None)
    except experiment.DivergedError as failure:  # counted as a failure of its seeds
        print(f"fastslow: {failure}", file=sys.stderr)
    sys.stdout.flush()  # other processes write there, too


def _side_by_side(declared: Sequence[Experiment], options: argparse.Namespace, jobs: int) -> None:
    """Run experiments in processes of their own; those with nothing to do stay here."""
    from .models.threads import shared_threads

    busy = {e.name for e in declared if _missing(e, options, list(e.seeds(options.profile)))}
    if jobs == 1 or len(busy) == 1:
        busy = set()
    own = argparse.Namespace(**{**vars(options), "jobs": 1, "quiet": True})
    pool = ProcessPoolExecutor(jobs, get_context("spawn"))
    try:
        with shared_threads(jobs):
            futures = [pool.submit(_reproduce_one, e, own) for e in declared if e.name in busy]
        for e in declared:
            if e.name not in busy:
                _reproduce_one(e, options)
        for future in as_completed(futures):
            future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _ship(chosen: Sequence[str], verdicts: dict[str, str], out: str | None) -> None:
    from .papers.shipped import ship

    for name in chosen:
        for e in papers.find_paper(name).experiments:
            if e.reproduced and e.training is not None:
                print(f"shipped: {ship(e, runs.folder_of(e, out), verdicts)}")
