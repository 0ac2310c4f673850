"""The command line: each group of commands is a file, with its options beside what it does."""

from __future__ import annotations

if __name__ != "fastslow.cli":
    raise ImportError("import fastslow.cli, not cli: start Python outside the checkout")

import argparse
import os
import sys
from collections.abc import Sequence

from .. import __version__
from . import datasets, doctor, figures, fits, overview, reproduce, run, stored, sweep, verdicts
from .options import Parser

ABOUT = (
    "Simulate how brains learn fast and slow, and check the models against the published science."
)
GROUPS = (overview, run, sweep, verdicts, figures, fits, datasets, doctor, stored, reproduce)
"""In the order of the help."""


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
    except Exception as error:  # also what a user's own task, agent or function raises
        if options.traceback:
            raise
        print(f"fastslow: {_one_line(error)}", file=sys.stderr)
        return 2


def _one_line(error: Exception) -> str:
    """What an error says, if it is of a kind that we raise; of others also their kind."""
    said = error.args[0] if isinstance(error, KeyError) and error.args else error
    text = " ".join(line.strip() for line in str(said).splitlines() if line.strip())
    if isinstance(error, ValueError | KeyError | TypeError | OSError | RuntimeError):
        return text
    return f"{type(error).__name__}: {text}; --traceback shows where it arose"


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = Parser(prog="fastslow", description=ABOUT)
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(metavar="command", required=True)
    for group in GROUPS:
        group.add(commands)
    return top
