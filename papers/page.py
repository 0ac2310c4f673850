"""The report page: figures, verdicts with the point of every seed, settings and versions, in one file."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from ..data.progress import seed_ranges
from .declaration import Experiment, Paper, experiment_of
from .dot_strip import dot_strip
from .verdict import Measurement, Verdict
from .verdict_text import (
    VERDICTS,
    bounds_text,
    chance_text,
    itself_text,
    measured_text,
    note_text,
    published_text,
)

if TYPE_CHECKING:
    from .runs import Run


COLORS = {"shown": "#1a7a3c", "unclear": "#8a6d00", "absent": "#b3261e", "undiagnostic": "#6b3fa0"}

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#222;max-width:72em;margin:2em auto;padding:0 1.2em}
h1,h2,h3{line-height:1.2}h2{margin-top:2.5em;border-top:2px solid #222;padding-top:.6em}
table{border-collapse:collapse;width:100%}
td,th{padding:.5em .8em .5em 0;border-bottom:1px solid #ddd}
th{font-weight:600;color:#555;font-size:13px}
figure{margin:1.2em 0}figure img{max-width:100%}figcaption,small,.small{font-size:13px;color:#555}
code,pre{font:12px/1.4 ui-monospace,monospace}pre{overflow:auto;max-height:24em;background:#f6f6f6;padding:.8em}
.warning{background:#fff4d6;border-left:4px solid #c90;padding:.6em 1em}
dt{float:left;clear:left;width:8.5em}dd{margin-left:8.5em}
"""


@dataclass(frozen=True)
class Ran:
    """What is known of a finished experiment: its folder, settings and how each seed came about."""

    experiment: Experiment
    seeds: Sequence[int]
    path: str
    spec: Mapping[str, Any]
    provenance: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, run: Run) -> Ran:
        return cls(run.experiment, run.seeds, str(run.folder.path), run.folder.spec, run.provenance)


@dataclass(frozen=True)
class Chapter:
    """One paper's results; figures are PNG by name.

    `left_out` names experiments that were not run: what needs them is not on the page.
    """

    paper: Paper
    verdicts: Sequence[Verdict]
    figures: Mapping[str, bytes]
    runs: Sequence[Ran]
    left_out: Sequence[str] = ()


def page(chapters: Sequence[Chapter], quick: bool) -> str:
    """The whole page: self-contained, and everything shown is escaped."""
    everything = [v for chapter in chapters for v in chapter.verdicts]
    warning = (
        '<p class="warning"><b>Quick profile: a smoke test.</b> Evidence is the full profile, '
        "<code>fastslow reproduce --profile full</code>.</p>"
        if quick
        else ""
    )
    words = "".join(
        f"<dt>{_pill(verdict)}</dt><dd>{meaning}</dd>" for verdict, meaning in VERDICTS.items()
    )
    rows = "".join(
        f'<tr><td><a href="#{escape(c.paper.name)}">{escape(c.paper.name)}</a></td>'
        f"<td>{_counted(c.verdicts)}</td></tr>"
        for c in chapters
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>fastslow: what replicates</title><style>{STYLE}</style>"
        f"<h1>What replicates</h1>{warning}"
        f"<table><tr>{_cells(('paper', 'signatures'), 'th')}</tr>{rows}</table>"
        "<p>A signature is a claim with bounds that were fixed before the first run. "
        "In the strips every dot is a seed, the bar its 95 % interval over seeds (t), the shaded "
        "range where it must lie, the black tick the published number. "
        f"{escape(chance_text(everything))}.</p><dl>{words}</dl>"
        f"{''.join(map(_chapter, chapters))}</html>"
    )


def _chapter(chapter: Chapter) -> str:
    paper = chapter.paper
    figures = "".join(
        f'<figure><img alt="{escape(f.name)}" src="{_image(chapter.figures[f.name])}">'
        f"<figcaption><b>{escape(f.name)}.</b> {escape(f.caption)}</figcaption></figure>"
        for f in paper.figures
        if f.name in chapter.figures
    )
    return (
        f'<h2 id="{escape(paper.name)}">{escape(paper.name)}</h2><p>{escape(paper.citation)}</p>'
        f"{figures}<h3>Signatures</h3>{verdict_rows(chapter.verdicts, paper.experiments)}"
        f'<p class="small">{escape(chance_text(chapter.verdicts))}. {_itself(chapter.verdicts)}</p>'
        f"<h3>What does not replicate, and why</h3>{_not_replicated(chapter)}"
        f"{_of_shown(chapter)}"
        f"<h3>Runs</h3>{_left_out(chapter)}{_runs(chapter.runs)}{_versions(chapter.runs)}"
    )


def _left_out(chapter: Chapter) -> str:
    """How many claims and figures wait for experiments that were not run, and how to run those."""
    judged = {v.signature.name for v in chapter.verdicts}
    n_signatures = sum(s.name not in judged for s in chapter.paper.signatures)
    n_figures = sum(f.name not in chapter.figures for f in chapter.paper.figures)
    if not n_signatures and not n_figures:
        return ""
    return (
        f"<p>Not on this page: {n_signatures} signatures and {n_figures} figures, of experiments that "
        "<code>fastslow reproduce</code> leaves to those who ask for them: "
        f"<code>fastslow run {escape(' '.join(chapter.left_out))} --profile full</code></p>"
    )


def verdict_rows(verdicts: Iterable[Verdict], experiments: Iterable[Experiment]) -> str:
    """A table of verdicts with the dots of every seed."""
    summaries = {e.name: e.summary for e in experiments}
    head = _cells(("claim", "measured", "seeds", "verdict"), "th")
    return f"<table><tr>{head}</tr>{''.join(_verdict(v, summaries) for v in verdicts)}</table>"


def _verdict(verdict: Verdict, summaries: Mapping[str, str]) -> str:
    s = verdict.signature
    measured = (("measured", verdict.measured), ("must show", verdict.shows),
                ("must not show", verdict.shows_not))  # fmt: skip
    listed = [(role, m) for role, m in measured if m is not None]
    listed += [("beside", m) for m in verdict.beside]
    details = "".join(f"<div>{_seeds(role, m)}</div>" for role, m in listed)
    beside = "".join(f"<div><small>{_beside(verdict, m, summaries)}</small></div>"
                     for m in verdict.beside)  # fmt: skip
    claim = (
        f"{escape(s.claim)}<br><small><code>{escape(s.name)}</code></small>"
        f"<details><summary><small>all seeds, controls</small></summary><small>{details}</small>"
        "</details>"
    )
    numbers = (
        f"<span style='white-space:nowrap'>{escape(measured_text(verdict.measured))}</span><br>"
        f"<small>must lie in {escape(bounds_text(s))}<br>published: {escape(published_text(s))}"
        "</small>"
    )
    reason = (
        "" if verdict.verdict == "shown" else f"<div><small>{escape(verdict.reason)}</small></div>"
    )
    judged = f"{_pill(verdict.verdict)}{reason}{beside}"
    return f"<tr>{_cells((claim, numbers, dot_strip(verdict), judged))}</tr>"


def _cells(contents: Iterable[str], tag: str = "td") -> str:
    """Cells of a row; aligned here, since a notebook aligns its own way."""
    style = "text-align:left;vertical-align:top"
    return "".join(f'<{tag} style="{style}">{content}</{tag}>' for content in contents)


def _seeds(role: str, measured: Measurement) -> str:
    points = ", ".join(f"{value:.3f}" for value in measured.seeds)
    return escape(f"{role}, {measured.source}: {measured_text(measured)}; seeds {points}")


def _beside(verdict: Verdict, measured: Measurement, summaries: Mapping[str, str]) -> str:
    """Whether another account of the same behavior passes too."""
    name = summaries.get(experiment_of(measured.source), measured.source)
    bounds = (verdict.signature.low, verdict.signature.high)
    if measured.inside(*bounds):
        said = "passes, so this signature does not rule it out"
    else:
        said = "does not pass" if measured.outside(*bounds) else "is undecided"
    return f"<i>{escape(name)}</i> {said}"


def _not_replicated(chapter: Chapter) -> str:
    missing = [v for v in chapter.verdicts if v.verdict != "shown"]
    if not missing:
        return "<p>Every signature is shown.</p>"
    items = "".join(
        f"<li>{_pill(v.verdict)} {escape(v.signature.claim)} "
        f"<small>{escape(measured_text(v.measured))}, must lie in "
        f"{escape(bounds_text(v.signature))}: {escape(v.reason)}.</small><br>"
        f"{escape(note_text(v, chapter.paper.notes))}</li>"
        for v in missing
    )
    return f"<ul>{items}</ul>"


def _of_shown(chapter: Chapter) -> str:
    """What is to be known of claims that are shown."""
    items = "".join(
        f"<li>{_pill(v.verdict)} {escape(v.signature.claim)}<br>{escape(note)}</li>"
        for v in chapter.verdicts
        if v.verdict == "shown" and (note := chapter.paper.notes.get(v.signature.name))
    )
    return f"<h3>What is to be known of the rest</h3><ul>{items}</ul>" if items else ""


def _itself(verdicts: Sequence[Verdict]) -> str:
    return escape(itself_text([v.signature for v in verdicts]))


def _runs(runs: Iterable[Ran]) -> str:
    head = _cells(("experiment", "seeds", "wall time", "settings"), "th")
    return f"<table><tr>{head}</tr>{''.join(map(_run, runs))}</table>"


def _run(ran: Ran) -> str:
    seconds = max((p.get("seconds", 0) for p in ran.provenance.values()), default=0)
    name = (
        f"{escape(ran.experiment.summary)}<br>"
        f"<small><code>{escape(ran.experiment.name)}</code></small>"
    )
    cells = (name, seed_ranges(ran.seeds), _duration(seconds), settings(ran))
    return f"<tr>{_cells(cells)}</tr>"


def settings(ran: Ran) -> str:
    """All settings of a run, folded, and the command that repeats it."""
    command = f"fastslow run {ran.experiment.name} --seeds {seed_ranges(ran.seeds)}"
    return (
        f"<code>{escape(command)}</code>"
        f"<details><summary>all settings</summary><pre>{escape(json.dumps(ran.spec, indent=1))}"
        f"</pre><small>{escape(ran.path)}</small></details>"
    )


def _versions(runs: Iterable[Ran]) -> str:
    """Each combination of machine and versions, and how many seeds came about with it."""
    said = Counter(
        f"{p['system']} {p['machine']}, Python {p['python']}, "
        + ", ".join(f"{name} {version}" for name, version in p["versions"].items())
        for ran in runs
        for p in ran.provenance.values()
    )
    items = "".join(f"<li>{escape(text)}: {n} seeds</li>" for text, n in said.items())
    return f'<ul class="small">{items}</ul>'


def run_summary(
    ran: Ran,
    verdicts: Sequence[Verdict],
    remark: str,
    experiments: Iterable[Experiment],
    picture: bytes | None,
) -> str:
    """A run for a notebook: seeds, settings, a picture, verdicts, and a remark on those."""
    judged = verdict_rows(verdicts, experiments) if verdicts else ""
    image = (
        f'<img style="max-width:40em;width:100%" alt="" src="{_image(picture)}">' if picture else ""
    )
    return (
        f"<div><b>{escape(ran.experiment.name)}</b>: {escape(ran.experiment.summary)}; "
        f"seeds {seed_ranges(ran.seeds)}<br>{settings(ran)}{image}{judged}<p>{escape(remark)}</p></div>"
    )


def _counted(verdicts: Iterable[Verdict]) -> str:
    counts = Counter(v.verdict for v in verdicts)
    return " ".join(f"{counts[name]} {_pill(name)}" for name in VERDICTS if counts[name])


def _pill(verdict: str) -> str:
    style = f"background:{COLORS[verdict]};color:#fff;padding:.05em .6em;border-radius:1em"
    return f'<span style="{style}">{escape(verdict)}</span>'


def _image(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
