"""Verdicts and figures for people: tables, explanations, saved figures and the report page."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from . import papers
from .data.facts import published
from .data.store import atomic_write
from .experiment import finished, recordings, runs_folder
from .papers.declaration import Figure, Signature, experiment_of

if TYPE_CHECKING:
    from .papers.verdict import Measurement, Verdict


def verdicts(names: Iterable[str] = (), out: str | Path | None = None) -> list[Verdict]:
    """Judge the named papers or signatures, all by default, on the finished seeds."""
    from .papers.verdict import judge

    found: list[Verdict] = []
    for signature in _chosen(names):
        found.append(judge(signature, recordings(signature.sources, out)))
    return found


check = verdicts


def _chosen(names: Iterable[str]) -> list[Signature]:
    chosen: list[Signature] = []
    for name in names or papers.PAPERS:
        if name in papers.PAPERS:
            chosen += papers.PAPERS[name].signatures
        else:
            chosen.append(papers.find_signature(name))
    return chosen


def verdict_table(found: Sequence[Verdict]) -> str:
    """A plain table: signature, published, measured with interval, bounds, verdict, controls."""
    from .papers.verdict import wrong_by_chance

    header = (
        "signature",
        "published",
        "measured [95 % interval]",
        "must lie in",
        "verdict",
        "seeds",
    )
    rows = [header] + [
        (
            v.signature.name,
            published_text(v.signature),
            measured_text(v.measured),
            bounds_text(v.signature),
            v.verdict,
            str(len(v.measured.seeds)),
        )
        for v in found
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    lines = [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.append(
        f"{len(found)} verdicts; about {wrong_by_chance(found):.1f} expected wrong by chance"
    )
    return "\n".join(lines)


def measured_text(measured: Measurement) -> str:
    """Mean and interval of a measurement."""
    if measured.interval is None:
        return f"{measured.mean:.3f} [no interval]"
    low, high = measured.interval
    return f"{measured.mean:.3f} [{low:.3f}, {high:.3f}]"


def bounds_text(signature: Signature) -> str:
    """The interval fixed for a signature."""
    if signature.high is None:
        return f">= {signature.low:g}"
    if signature.low is None:
        return f"<= {signature.high:g}"
    return f"[{signature.low:g}, {signature.high:g}]"


def published_text(signature: Signature) -> str:
    """The published number of a signature, or that there is only a direction."""
    if signature.published == "direction only":
        return signature.published
    fact = published(signature.published)
    if fact.value is None:
        return f"direction ({fact.how})"
    value = fact.at(**signature.published_at) if signature.published_at else fact.value
    return f"{value:g} ({fact.how})"


def explanation(signature: Signature, out: str | Path | None = None) -> str:
    """Definition, interval, source, controls and every seed of a signature."""
    lines = [
        signature.name,
        f"  claim      {signature.claim}",
        f"  published  {published_text(signature)}",
        f"  must lie   {bounds_text(signature)}",
        f"  subject    {signature.subject}",
        f"  shows      {signature.shows or 'no positive control'}",
        f"  shows not  {signature.shows_not or 'no negative control'}",
    ]
    if signature.published != "direction only":
        fact = published(signature.published)
        lines.insert(3, f"  source     {fact.where}, doi:{fact.doi}; {fact.note}")
    (verdict,) = verdicts([signature.name], out)
    controls = (("shows", verdict.shows), ("shows not", verdict.shows_not))
    beside = tuple(("beside", m) for m in verdict.beside)
    for role, m in (("measured", verdict.measured), *controls, *beside):
        if m is not None:
            points = ", ".join(f"{value:.3f}" for value in m.seeds)
            lines.append(f"  {role:<9}  {measured_text(m)}  seeds {points}  ({m.source})")
    return "\n".join([*lines, f"  verdict    {verdict.verdict}: {verdict.reason}"])


def save_figure(figure: Figure, out: str | Path | None = None) -> list[Path]:
    """Draw a figure and save it as .pdf, .png, and its plotted numbers as .csv."""
    import matplotlib.pyplot as plt

    from .analysis.style import paper_style

    folder = runs_folder(out) / "figures"
    loaded = recordings(figure.needs, out)
    with paper_style():
        drawing, numbers = figure.draw(loaded)
        paths = [folder / f"{figure.name}{suffix}" for suffix in (".pdf", ".png", ".csv")]
        for path in paths[:2]:
            atomic_write(path, partial(drawing.savefig, format=path.suffix[1:]))
        plt.close(drawing)
    atomic_write(paths[2], lambda part: numbers.to_csv(part, index=False))
    return paths


def write_report(names: Sequence[str], profile: str, out: str | Path | None = None) -> Path:
    """Write `report/index.html`: for each paper its verdict table and its figures."""
    folder = runs_folder(out) / "report"
    sections = [_section(papers.find_paper(name), out) for name in names]
    note = (
        "<p><b>Quick profile: a smoke test.</b> Evidence is the full profile.</p>"
        if profile == "quick"
        else ""
    )
    page = (
        "<!doctype html><meta charset='utf-8'><title>fastslow</title>"
        "<style>body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
        "table{border-collapse:collapse}td,th{padding:.2em .8em;text-align:left;"
        "border-bottom:1px solid #ddd}img{max-width:100%}.shown{color:#060}"
        ".absent,.undiagnostic{color:#a00}</style>"
        f"<h1>fastslow</h1>{note}{''.join(sections)}"
    )
    path = folder / "index.html"
    atomic_write(path, lambda part: part.write_text(page, encoding="utf-8"))
    return path


def _section(paper: papers.Paper, out: str | Path | None) -> str:
    import base64

    parts = [f"<h2>{html.escape(paper.name)}</h2><p>{html.escape(paper.citation)}</p>"]
    rows = "".join(_row(v) for v in verdicts([paper.name], out))
    head = "".join(
        f"<th>{cell}</th>"
        for cell in (
            "claim",
            "published",
            "measured",
            "must lie in",
            "verdict",
            "seeds",
            "controls",
        )
    )
    parts.append(f"<table><tr>{head}</tr>{rows}</table>")
    for figure in paper.figures:
        png = next(path for path in save_figure(figure, out) if path.suffix == ".png")
        image = base64.b64encode(png.read_bytes()).decode()
        parts.append(
            f"<figure><img alt='{html.escape(figure.name)}' src='data:image/png;base64,{image}'>"
            f"<figcaption>{html.escape(figure.caption)}</figcaption></figure>"
        )
    runs = [finished(e.name, out) for e in paper.experiments]
    listed = "".join(
        f"<li>{html.escape(r.experiment.name)}: {len(r.seeds)} seeds, "
        f"{html.escape(str(r.folder.path))}</li>"
        for r in runs
    )
    return "".join(parts) + f"<h3>Runs</h3><ul>{listed}</ul>"


def _row(verdict: Verdict) -> str:
    s = verdict.signature
    controls = "; ".join(
        f"{role} {m.source}: {measured_text(m)}"
        for role, m in (("shows", verdict.shows), ("must not", verdict.shows_not))
        if m is not None
    )
    points = ", ".join(f"{value:.3f}" for value in verdict.measured.seeds)
    cells = (
        s.claim, published_text(s), measured_text(verdict.measured), bounds_text(s),
        f"{verdict.verdict}: {verdict.reason}", points, controls,
    )  # fmt: skip
    inner = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f"<tr class='{verdict.verdict}'>{inner}</tr>"


__all__ = [
    "check", "experiment_of", "explanation", "save_figure", "verdict_table", "verdicts", "write_report",
]  # fmt: skip
