"""What several commands share: their options, and how a command is added to the parser."""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn

from .. import papers
from ..papers import runs
from ..papers.changes import configured

if TYPE_CHECKING:
    from ..data.store import RunFolder
    from ..papers.runs import Run

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

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


MOST_SEEDS = 10_000  # chosen: more is a slip of the hand


class Parser(argparse.ArgumentParser):
    """Says of a mistake in one line what it is; usage is for `--help`."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As usual, but what a command does not know is said by that command, not by the top one."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            close = get_close_matches(unknown[0], self._option_string_actions, n=1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            if not unknown[0].startswith("-") and self._takes_names():
                hint = "; names stand next to each other, with no option between"
            self.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
        return found, unknown

    def _takes_names(self) -> bool:
        return any(action.nargs in ("*", "+") for action in self._get_positional_actions())

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see  {self.prog} --help\n")


def add_command(
    commands: Commands, name: str, command: Command, text: str, *parents: Parser
) -> argparse.ArgumentParser:
    """Add a command by the function that does it; every command takes the common options."""
    sub = commands.add_parser(name, help=text, description=text, parents=[common(), *parents])
    sub.set_defaults(command=command)
    return sub


def print_rows(rows: list[tuple[str, str]]) -> None:
    """Names and what is said of them, in two columns; in a terminal, lines fit its width."""
    width = max(len(name) for name, _ in rows)
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    indent = " " * (width + 4)
    for name, text in rows:
        line = f"  {name:<{width}}  {text}"
        if len(line) > room > len(indent) + 20:
            line = textwrap.fill(
                line, room, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
            )
        print(line)


def common() -> Parser:
    """Options of every command."""
    options = Parser(add_help=False)
    options.add_argument("--out", help="folder of all runs (default: $FASTSLOW_RUNS, else runs)")
    options.add_argument("-q", "--quiet", action="store_true", help="no progress")
    options.add_argument("--traceback", action="store_true", help="show where an error came from")
    return options


def training() -> Parser:
    """Options of commands that run experiments."""
    options = Parser(add_help=False)
    options.add_argument("--profile", choices=("quick", "full"), default="quick")
    options.add_argument(
        "--jobs", type=int, metavar="N",
        help="processes among which seeds are spread (default: one a core; with cuda 1); reproduce "
        "also runs experiments that train nothing beside each other",
    )  # fmt: skip
    options.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    options.add_argument("--force", action="store_true", help="compute finished seeds again")
    options.add_argument(
        "--dry-run", action="store_true", help="say what would be run, and how long such seeds took"
    )
    return options


def changes() -> Parser:
    """The option that changes settings of an experiment."""
    options = Parser(add_help=False)
    options.add_argument(
        "--set", dest="changes", action="append", default=[], metavar="NAME=VALUE",
        help="change a setting: agent.n_units=64, training.n_lives=5000, task=my.py:MyTask, "
        "agent=my.py:MyAgent",
    )  # fmt: skip
    return options


def columns() -> Parser:
    """Options that name the columns of a user's own table."""
    options = Parser(add_help=False)
    for column, text in COLUMNS.items():
        options.add_argument(f"--{column}", metavar="COLUMN", help=text)
    options.add_argument(
        "--drop-missing", action="store_true", help="leave out trials with empty cells"
    )
    return options


def seeds(text: str) -> list[int]:
    """Seeds from `0-7` or `0,3,5-6`."""
    chosen: set[int] = set()
    try:
        for part in text.split(","):
            first, dash, last = part.partition("-")
            some = range(int(first), int(last if dash else first) + 1)
            if some.stop - some.start > MOST_SEEDS or some.stop > 2**63:  # kept in 8 bytes
                raise argparse.ArgumentTypeError(
                    f"at most {MOST_SEEDS:,} seeds below 2**63 are run at once, got '{text}'"
                )
            chosen |= set(some)
    except ValueError:
        chosen = set()
    if not chosen:
        raise argparse.ArgumentTypeError(f"seeds are given as 0-7 or 0,3,5, got '{text}'")
    return sorted(chosen)


def time_taken(folders: Iterable[RunFolder]) -> str:
    """How long finished seeds took, as they say; of seeds to come nothing is guessed."""
    said = [about.get("seconds") for folder in folders for about in folder.provenance().values()]
    seconds = [float(s) for s in said if s is not None]
    if not seconds:
        return "no seed has been finished here yet, so how long one takes is not known"
    span = " to ".join(dict.fromkeys(map(_duration, (min(seconds), max(seconds)))))
    return f"finished seeds took {span} each, from the start of the seeds run with them"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def jobs(options: argparse.Namespace) -> int:
    """Processes at work; one graphics card trains one population faster than several."""
    from ..models.threads import usable_threads

    if options.jobs is not None:
        return int(options.jobs)
    return 1 if options.device == "cuda" else usable_threads()


def finished_run(options: argparse.Namespace) -> Run:
    """The run of the experiment that is named, with its settings changed."""
    declared = papers.find_experiment(options.experiment)
    return runs.finished(configured(declared, options.changes), options.out)


def every_seed(name: str, options: argparse.Namespace) -> Run:
    """As `finished_run`, with the seeds that no profile asks for, too."""
    declared = configured(papers.find_experiment(name), options.changes)
    folder = runs.folder_of(declared, options.out)
    if not folder.seeds():
        return runs.finished(declared, options.out)  # says what to run
    return runs.Run(declared, folder, folder.seeds(), folder.seeds("diverged"))
