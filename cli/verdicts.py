"""What is claimed, and whether it was found."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .. import papers
from .options import add_command

if TYPE_CHECKING:
    from .options import Commands


def add(commands: Commands) -> None:
    text = "verdicts on signatures; exit 1 if any is absent or undiagnostic"
    sub = add_command(commands, "check", check, text)
    sub.add_argument("name", nargs="*", help="papers or signatures (default: all)")
    sub.add_argument("--json", action="store_true", help="one object a line")
    sub.add_argument("--strict", action="store_true", help="exit 1 also where it is unclear")
    text = "definition, interval, source, controls and every seed of a signature"
    sub = add_command(commands, "why", why, text)
    sub.add_argument("signature")


def check(options: argparse.Namespace) -> int:
    from ..report import verdict_table, verdicts

    found = verdicts(options.name, options.out)
    if options.json:
        for verdict in found:
            print(verdict.to_json())
    else:
        print(verdict_table(found))
    failing = {"absent", "undiagnostic"} | ({"unclear"} if options.strict else set())
    return int(any(verdict.verdict in failing for verdict in found))


def why(options: argparse.Namespace) -> int:
    from ..report import explanation

    print(explanation(papers.find_signature(options.signature), options.out))
    return 0
