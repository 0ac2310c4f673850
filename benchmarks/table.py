"""Tables of results: as text with aligned columns, and as CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = Mapping[str, object]


def cell(value: object) -> str:
    """A value as the table shows it: numbers with three digits, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    size = abs(value)
    if size >= 1e6:
        return f"{value / 1e6:.3g} M"
    if size >= 1e4:
        return f"{value / 1e3:.3g} k"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def columns(rows: Sequence[Row]) -> list[str]:
    """The names of all columns, in the order in which they first appear."""
    return list(dict.fromkeys(name for row in rows for name in row))


def text(rows: Sequence[Row]) -> str:
    """Rows as aligned text, numbers to the right, with a line of column names.

    Examples
    --------
    >>> print(text([{"peer": "ours", "steps/s": 4.4e6}, {"peer": "other", "steps/s": 1.2e3}]))
    peer   steps/s
    ours     4.4 M
    other  1.2e+03
    """
    if not rows:
        raise ValueError("there are no rows to show")
    names = columns(rows)
    shown = [names, *([cell(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(line[i]) for line in shown) for i in range(len(names))]
    to_the_right = [any(isinstance(row.get(name), int | float) for row in rows) for name in names]
    return "\n".join(
        "  ".join(
            part.rjust(width) if right else part.ljust(width)
            for part, width, right in zip(line, widths, to_the_right, strict=True)
        ).rstrip()
        for line in shown
    )


def write_csv(file: Path, rows: Sequence[Row]) -> None:
    """Write rows with all their digits; missing entries are empty."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns(rows), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def with_ratios(rows: Sequence[Row], value: str, to: int = 0) -> list[dict]:
    """Rows with a column that divides row `to`'s `value` by their own; None where one is missing."""
    reference = rows[to].get(value)
    name = f"{value}, ratio"

    def ratio(own: object) -> float | None:
        if not isinstance(own, int | float) or not isinstance(reference, int | float):
            return None
        return reference / own if own else None

    return [{**row, name: ratio(row.get(value))} for row in rows]
