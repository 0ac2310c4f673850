"""Verdicts as text: one table for a terminal, and the phrases that the report page shares with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from ..data.facts import published
from .declaration import Signature
from .verdict import Measurement, Verdict, wrong_by_chance

VERDICTS = {
    "shown": "the whole interval lies inside the bounds, and the controls behave",
    "unclear": "the interval crosses a bound, or a control does not behave",
    "absent": "the whole interval lies outside",
    "undiagnostic": "the control that must not show it passes too",
}
WITH_ITSELF = (
    "is a recording compared with itself: it gives exactly 0, or 1 as a ratio, whatever happens, and says "
    "only that no difference lies outside the bounds"
)
HEADER = ("signature", "published", "measured [95 % interval]", "must lie in", "verdict", "seeds")


def verdict_table(found: Sequence[Verdict]) -> str:
    """A plain table: signature, published, measured with interval, bounds, verdict, seeds."""
    rows = [HEADER] + [
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
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADER))]
    lines = [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, *beside_lines(found), f"{count_text(found)}; {chance_text(found)}"])


def count_text(found: Sequence[Verdict]) -> str:
    """How many verdicts there are of each kind."""
    counts = Counter(v.verdict for v in found)
    return ", ".join(f"{counts[name]} {name}" for name in VERDICTS if counts[name])


def beside_lines(found: Sequence[Verdict]) -> list[str]:
    """Which signatures an agent passes that has no part in the verdict."""
    passes: dict[str, list[str]] = {}
    for v in found:
        for other in v.beside:
            inside = other.inside(v.signature.low, v.signature.high)
            passes.setdefault(other.source, []).extend([v.signature.name] if inside else [])
    return [
        f"{source} passes {', '.join(names)}: such a signature does not rule it out"
        if names
        else f"{source} passes none of the signatures it is measured beside"
        for source, names in passes.items()
    ]


def compared_with_itself(source: str | Sequence[str] | None) -> bool:
    """Whether a control is one recording compared with itself, which gives no difference at all.

    Examples
    --------
    >>> compared_with_itself(("toy/a", "toy/a")), compared_with_itself(("toy/a", "toy/b"))
    (True, False)
    """
    return not isinstance(source, str) and len(source or ()) > 1 and len(set(source or ())) == 1


def itself_text(signatures: Sequence[Signature]) -> str:
    """Of which signatures the negative control cannot fail; empty where there is none."""
    names = [s.name.partition("/")[2] for s in signatures if compared_with_itself(s.shows_not)]
    if not names:
        return ""
    return f"The negative control of {', '.join(f'`{name}`' for name in names)} {WITH_ITSELF}."


def note_text(verdict: Verdict, notes: Mapping[str, str]) -> str:
    """Why a verdict came out as it did, as far as is known."""
    return notes.get(verdict.signature.name, "No explanation is known yet.")


def chance_text(found: Sequence[Verdict]) -> str:
    """How many of these verdicts chance alone may have made wrong."""
    return f"{len(found)} verdicts; about {wrong_by_chance(found):.1f} expected wrong by chance"


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


def published_value(signature: Signature) -> float | None:
    """The published number of a signature, None where there is only a direction."""
    if signature.published == "direction only":
        return None
    fact = published(signature.published)
    if fact.value is None:
        return None
    if signature.published_at:
        return fact.at(**signature.published_at)
    return float(fact.value) if isinstance(fact.value, float | int) else None


def published_text(signature: Signature) -> str:
    """The published number of a signature, or that there is only a direction."""
    if signature.published == "direction only":
        return signature.published
    fact = published(signature.published)
    value = published_value(signature)
    if value is not None:
        return f"{value:g} ({fact.how})"
    if fact.value is None:
        return f"direction ({fact.how})"
    values = [f"{x:g}" for x in np.ravel(fact.value)]
    said = ", ".join(values) if len(values) <= 3 else f"{values[0]} ... {values[-1]}"
    return f"{said} ({fact.how})"
