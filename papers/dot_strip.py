"""A strip of dots in SVG: the seeds of a signature and of its controls, and where they must lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from math import isfinite

from .verdict import Measurement, Verdict
from .verdict_text import published_value

# colors as in the figures, analysis/style.py
ROLES = {
    "measured": "#0072B2", "must show": "#009E73", "must not": "#D55E00", "beside": "#CC79A7",
}  # fmt: skip
LEFT, RIGHT, ROW, TOP, FOOT = 66, 300, 17, 4, 16  # pixels
APART = 18  # pixels; half of what two numbers side by side need


def dot_strip(verdict: Verdict) -> str:
    """One row for the subject and for each control: seeds as dots, their interval as a line.

    The bounds are shaded; a black tick on the first row is the published number.
    """
    rows = list(_rows(verdict))
    low, high = verdict.signature.low, verdict.signature.high
    value = published_value(verdict.signature)
    marks = [x for _, m in rows for x in (*m.seeds, *(m.interval or ())) if isfinite(x)]
    marks += [x for x in (low, high, value) if x is not None]
    start, stop = min(marks), max(marks)
    margin = 0.06 * (stop - start) or 0.5
    start, stop = start - margin, stop + margin

    def at(x: float) -> float:
        return round(LEFT + (x - start) / (stop - start) * (RIGHT - LEFT), 1)

    bottom = TOP + ROW * len(rows)
    left = LEFT if low is None else at(low)
    right = RIGHT if high is None else at(high)
    parts = [
        f'<rect x="{left}" y="{TOP}" width="{right - left:.1f}" height="{bottom - TOP}" '
        'fill="#dcebdc"/>',
        f'<line x1="{LEFT}" y1="{bottom}" x2="{RIGHT}" y2="{bottom}" stroke="#999"/>',
    ]
    close = low is not None and high is not None and right - left < 2 * APART
    anchors = ("end", "start") if close else ("middle", "middle")
    parts += [
        f'<text x="{at(x)}" y="{bottom + 12}" text-anchor="{anchor}">{x:g}</text>'
        for x, anchor in zip((low, high), anchors, strict=True)
        if x is not None
    ]
    if value is not None:
        parts.append(
            f'<line x1="{at(value)}" y1="{TOP}" x2="{at(value)}" y2="{TOP + ROW}" stroke="black" '
            f'stroke-width="2"><title>published: {value:g}</title></line>'
        )
    for i, (role, measured) in enumerate(rows):
        parts += _row(role, measured, TOP + ROW * (i + 0.5), at)
    return (
        f'<svg viewBox="0 0 {RIGHT + 6} {bottom + FOOT}" width="{RIGHT + 6}" '
        f'height="{bottom + FOOT}" style="font:11px sans-serif;overflow:visible" '
        f'role="img" aria-label="{escape(_spoken(verdict))}">'
        f"{''.join(parts)}</svg>"
    )


def _rows(verdict: Verdict) -> Iterator[tuple[str, Measurement]]:
    yield "measured", verdict.measured
    if verdict.shows is not None:
        yield "must show", verdict.shows
    if verdict.shows_not is not None:
        yield "must not", verdict.shows_not
    for measured in verdict.beside:
        yield "beside", measured


def _row(role: str, measured: Measurement, y: float, at: Callable[[float], float]) -> list[str]:
    color = ROLES[role]
    parts = [f'<text x="0" y="{y + 4}" fill="{color}">{role}</text>']
    if measured.interval is not None:
        a, b = map(at, measured.interval)
        parts.append(
            f'<line x1="{a}" y1="{y}" x2="{b}" y2="{y}" stroke="{color}" stroke-width="5" '
            'stroke-opacity=".3" stroke-linecap="round"/>'
        )
    parts += [
        f'<circle cx="{at(x)}" cy="{y}" r="2.6" fill="{color}" fill-opacity=".75">'
        f"<title>{escape(measured.source)}: {x:.4g}</title></circle>"
        for x in measured.seeds
        if isfinite(x)
    ]
    return parts


def _spoken(verdict: Verdict) -> str:
    points = ", ".join(f"{x:.3f}" for x in verdict.measured.seeds)
    return f"{verdict.signature.name}: seeds at {points}"
