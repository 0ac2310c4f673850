"""Run one experiment under every combination of some settings."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from ..data.progress import ProgressLine, seed_ranges
from ..data.specification import several
from ..papers import find_experiment, runs
from ..papers.changes import load_named
from ..papers.measuring import check_outcome
from .options import add_command, jobs, seeds, time_taken, training

if TYPE_CHECKING:
    from .options import Commands


def add(commands: Commands) -> None:
    text = "run an experiment under every combination of settings; a table and a figure"
    sub = add_command(commands, "sweep", sweep, text, training())
    sub.add_argument("experiment")
    sub.add_argument(
        "--set", dest="settings", action="append", default=[], metavar="NAME=VALUE,VALUE...",
        help="values of a setting: agent.n_units=16,32; several --set make a grid; a value with "
        "commas stands in brackets",
    )  # fmt: skip
    sub.add_argument("--seeds", type=seeds, help="0-7 or 0,3,5 (default: those of the profile)")
    sub.add_argument(
        "--outcome", metavar="NAME",
        help="reward_per_trial (default; reward_per_step where trials are not numbered), "
        "reward_per_episode, a recorded variable such as missed, or my.py:function",
    )  # fmt: skip


def sweep(options: argparse.Namespace) -> int:
    from ..sweeping import combinations, missing_work
    from ..sweeping import sweep as run_sweep

    settings = _settings(options.settings)
    outcome: Any = options.outcome
    if outcome and ".py:" in outcome:
        outcome = load_named("outcome", outcome)
    n_jobs = jobs(options)
    found = combinations(options.experiment, settings)
    for _, e in found:
        check_outcome(e, outcome)
    wanted = options.seeds or list(find_experiment(options.experiment).seeds(options.profile))
    work = missing_work([e for _, e in found], wanted, options.out, n_jobs, options.force)
    to_run = sum(len(seeds) for _, _, seeds in work)
    print(
        f"{options.experiment}: {len(found)} combinations, seeds {seed_ranges(wanted)}; "
        f"{len(found) * len(wanted) - to_run} runs kept, {to_run} to run"
    )
    if options.dry_run:
        for values, e in found:
            said = ", ".join(f"{name}={value}" for name, value in values.items())
            print(f"  {said}  {runs.folder_of(e, options.out).path}")
        if to_run:
            print(time_taken([runs.folder_of(e, options.out) for _, e in found]))
        return 0
    points = run_sweep(
        options.experiment, settings, wanted, outcome=outcome, out=options.out, jobs=n_jobs,
        force=options.force, device=options.device,
        report=None if options.quiet else ProgressLine(),
        finished=None if options.quiet else _say,
    )  # fmt: skip
    _show(points, options)
    return 0


def _settings(said: list[str]) -> dict[str, list[str]]:
    settings: dict[str, list[str]] = {}
    for text in said:
        name, equals, values = (part.strip() for part in text.partition("="))
        if not equals:
            raise ValueError(f"settings are swept by name=value,value, got '{text}'")
        if name in settings:
            raise ValueError(f"--set {name} is given twice; separate its values by commas")
        if not values:
            raise ValueError(f"--set {name}= names no value")
        settings[name] = several(values)
    return settings


def _say(n_done: int, n: int) -> None:
    print(f"sweep: {n_done} of {n} groups of seeds finished", file=sys.stderr)


def _show(points: Any, options: argparse.Namespace) -> None:
    from ..analysis.sweeps import summarize
    from ..report import save_sweep

    table = summarize(points).drop(columns="run")
    names = list(table.columns)
    measured = names[names.index("low") - 1 : names.index("high") + 1]
    print(
        table.to_string(
            index=False,
            float_format="{:g}".format,
            formatters=dict.fromkeys(measured, "{:#.4g}".format),
        )
    )
    for path in save_sweep(points, options.experiment, options.out):
        print(path)
    print(
        "Settings for a published claim are chosen by reward, never by its signature, and all that "
        "were tried are listed (TRIED.md)."
    )
