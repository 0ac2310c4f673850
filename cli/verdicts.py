"""What is claimed, and whether it was found."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
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
        "name",
        nargs="*",
        help="signatures, or papers, of which all is judged that has been run (default: all papers)",
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
        print(_not_judged(others), file=sys.stderr)
    failing = {"absent", "undiagnostic"} | ({"unclear"} if options.strict else set())
    return int(any(verdict.verdict in failing for verdict in found))


def _chosen(options: argparse.Namespace) -> tuple[list[str], list[Signature]]:
    """Names of what is to be judged, and signatures of the papers meant that cannot be yet."""
    from ..papers.runs import MissingRunError, have_run

    named = [name for name in options.name if name not in papers.PAPERS]
    meant = [name for name in options.name or papers.PAPERS if name in papers.PAPERS]
    ready, others = have_run([s for p in meant for s in papers.PAPERS[p].signatures], options.out)
    if not ready and not named:
        paper = " ".join(meant) if options.name else "PAPER"
        where = f" --out {options.out}" if options.out else ""
        raise MissingRunError(
            f"no signature can be judged yet: fastslow reproduce {paper}{where}  runs what they "
            "rest on; fastslow why SIGNATURE  says what one of them needs"
        )
    return list(dict.fromkeys([*(s.name for s in ready), *named])), others


def _not_judged(others: list[Signature]) -> str:
    """How many signatures of each paper wait for experiments; of most papers it is all."""
    waiting = Counter(s.name.partition("/")[0] for s in others)
    some, whole = [], []
    for name, n in waiting.items():
        total = len(papers.PAPERS[name].signatures)
        if n == total:
            whole.append(name)
        else:
            some.append(f"{n} of {total} signatures of {name}")
    which = [*some, *([f"all of {', '.join(whole)}"] if whole else [])]
    return f"not judged, for want of experiments that have not been run: {'; '.join(which)}"


def why(options: argparse.Namespace) -> int:
    from ..report import explanation

    print(explanation(papers.find_signature(options.signature), options.out))
    return 0
