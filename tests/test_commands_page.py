"""The page on the command line shows every command, and only ones that the parser takes."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from fastslow import cli

PAGE = (Path(__file__).parent.parent / "docs" / "commands.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^    \$ (?:\w+=\w+ )?fastslow (.*)$", PAGE, re.MULTILINE)


def commands(parser, path=()):
    """Every command that does something, with the words that lead to it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, sub in action.choices.items():
                yield from commands(sub, (*path, name))
            return
    yield " ".join(path)


def test_every_command_is_shown():
    missing = [c for c in commands(cli.parser()) if not any(s.startswith(c) for s in SHOWN)]
    assert not missing


@pytest.mark.parametrize("line", SHOWN)
def test_what_is_shown_is_a_command(line):
    options = cli.parser().parse_args(shlex.split(line))
    assert callable(options.command)
