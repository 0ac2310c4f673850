"""Analyses: labelled arrays in, labelled arrays or estimates out; one question a function."""

if __name__ != "fastslow.analysis":
    raise ImportError("import fastslow.analysis, not analysis: start Python outside the checkout")

from . import (
    behavior,
    comparison,
    decoding,
    history,
    neural,
    regret,
    reversal,
    statistics,
    tables,
    trials,
)

__all__ = [
    "behavior", "comparison", "decoding", "history", "neural", "regret", "reversal", "statistics",
    "tables", "trials",
]  # fmt: skip
