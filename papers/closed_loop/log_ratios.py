"""Ratios of moves once more, by their logarithms.

The mean over seeds of one arm's moves over another's comes out too high, since in some seeds the second
arm happens to be quick; two arms that do not differ would on average take more than 1 times as many
moves, either way. The logarithm has no such preference. Declared when the ratios were known, and that on the
unseen line the moves in all are 1.50 times as many for random experiences where the mean of ratios is
1.64, and 1.08 for reversed order where it is 1.16. Bounds and controls stay, each claim being taken where
it was measured last.
"""

from __future__ import annotations

from . import line, matched, unseen

_LAST = (
    "unseen_line_order", "unseen_line_content", "unseen_line_direction", "unseen_line_replay",
    "intact", "start_cued",
    "matched_fast_slow_order", "matched_fast_slow_content", "matched_fast_slow_replay",
    "unseen_prefrontal_order", "unseen_prefrontal_content", "matched_prefrontal_replay",
)  # fmt: skip
_BY_NAME = {s.name: s for s in (*line.SIGNATURES, *matched.SIGNATURES, *unseen.SIGNATURES)}
SIGNATURES = tuple(_BY_NAME[f"closed_loop/{name}"].of_logarithm() for name in _LAST)
