"""What is claimed, and whether it was found."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from .. import papers
from .options import add_command

if TYPE_CHECKING:
    from ..papers.declaration import Signature
    from .options import Commands


def add(commands: Commands) -> None:
    text = "verdicts on signatures; exit 1 if any is absent or undiagnostic"
    sub = add_command(commands, "check", check, text)
    sub.add_argument(
        "name", nargs="*", help="papers or signatures (default: all that have been run)"
    )
    form = sub.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one object a line")
    form.add_argument("--markdown", action="store_true", help="a page, with reasons")
    sub.add_argument("--strict", action="store_true", help="exit 1 also where it is unclear")
    text = "definition, interval, source, controls and every seed of a signature"
    sub = add_command(commands, "why", why, text)
    sub.add_argument("signature")


def check(options: argparse.Namespace) -> int:
    from ..papers.verdict_markdown import verdict_markdown
    from ..report import verdict_table, verdicts

    names, others = _chosen(options)
    found = verdicts(names, options.out)
    if options.json:
        for verdict in found:
            print(verdict.to_json())
    elif options.markdown:
        print(verdict_markdown(found, papers.PAPERS))
    else:
        print(verdict_table(found))
    if others:
        where = ", ".join(dict.fromkeys(s.name.partition("/")[0] for s in others))
        print(
            f"not judged: {len(others)} signatures whose experiments have not been run ({where})",
            file=sys.stderr,
        )
    failing = {"absent", "undiagnostic"} | ({"unclear"} if options.strict else set())
    return int(any(verdict.verdict in failing for verdict in found))


def _chosen(options: argparse.Namespace) -> tuple[list[str], list[Signature]]:
    """Names of what is to be judged, and signatures that nobody named and that cannot be yet."""
    from ..papers.runs import MissingRunError, have_run

    if options.name:
        return options.name, []
    ready, others = have_run(papers.signatures().values(), options.out)
    if not ready:
        raise MissingRunError("nothing that a claim rests on has been run: fastslow reproduce")
    return [signature.name for signature in ready], others


def why(options: argparse.Namespace) -> int:
    from ..report import explanation

    print(explanation(papers.find_signature(options.signature), options.out))
    return 0
