"""Verdicts as a page of Markdown: what was found, to be read where nothing has been run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .declaration import Paper
from .verdict import Verdict
from .verdict_text import (
    VERDICTS,
    bounds_text,
    chance_text,
    count_text,
    itself_text,
    measured_text,
    note_text,
    published_text,
)

INTRODUCTION = (
    "# What was found\n\n"
    "Each claim, the interval in which it must lie, and what came out: mean and 95 % interval (t) over "
    "seeds. Intervals were fixed before the runs that they judge; where something was known by then, "
    "the declaration says so. `fastslow why PAPER/NAME` tells how a claim is measured and which agents must "
    "and must not show it."
)
HEAD = (
    "| claim | published | must lie in | measured [95 %] | seeds | verdict |\n"
    "|---|---|---|---|---|---|"
)


def verdict_markdown(found: Sequence[Verdict], papers: Mapping[str, Paper]) -> str:
    """A page with one table for each paper, and below it why what is not shown is not, if known.

    What is to be known of a claim that is shown stands there, too.
    """
    by_paper: dict[str, list[Verdict]] = {}
    for verdict in found:
        by_paper.setdefault(verdict.signature.name.partition("/")[0], []).append(verdict)
    words = "\n".join(f"- *{verdict}*: {meaning}" for verdict, meaning in VERDICTS.items())
    chapters = (_chapter(papers[name], verdicts) for name, verdicts in by_paper.items())
    return "\n\n".join((INTRODUCTION, words, *chapters))


def _chapter(paper: Paper, verdicts: Sequence[Verdict]) -> str:
    counts = f"{count_text(verdicts)}; {chance_text(verdicts)}."
    rows = "\n".join(map(_row, verdicts))
    reasons = "\n".join(
        _reason(v, paper.notes)
        for v in verdicts
        if v.verdict != "shown" or v.signature.name in paper.notes
    )
    itself = itself_text([v.signature for v in verdicts])
    parts = (f"## {paper.name}", paper.citation, counts, f"{HEAD}\n{rows}", itself, reasons)
    return "\n\n".join(part for part in parts if part)


def _row(verdict: Verdict) -> str:
    s = verdict.signature
    cells = (
        f"{s.claim} `{s.name.partition('/')[2]}`",
        published_text(s),
        bounds_text(s),
        measured_text(verdict.measured),
        str(len(verdict.measured.seeds)),
        verdict.verdict if verdict.verdict == "shown" else f"**{verdict.verdict}**",
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _reason(verdict: Verdict, notes: Mapping[str, str]) -> str:
    name = verdict.signature.name.partition("/")[2]
    reason = "" if verdict.verdict == "shown" else f"{verdict.reason}. "
    return f"- `{name}`, {verdict.verdict}: {reason}{note_text(verdict, notes)}"
