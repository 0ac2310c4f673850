"""Tan & Motani 2023, Learning, fast and slow (arXiv:2301.13758): a goal-directed agent with memory."""

from ..declaration import Paper
from . import (
    baselines,
    dissociation,
    dynamic,
    every_state,
    improved,
    pain,
    static,
    subgoals,
    supervised,
)

_MODULES = (
    dynamic, static, dissociation, improved, every_state, supervised, baselines, pain, subgoals,
)  # fmt: skip

paper = Paper(
    name="tan2023",
    citation=(
        "Tan JCM, Motani M (2023). Learning, fast and slow: a goal-directed memory-based approach "
        "for dynamic environments. arXiv:2301.13758"
    ),
    experiments=tuple(e for module in _MODULES for e in module.EXPERIMENTS),
    signatures=tuple(s for module in _MODULES for s in module.SIGNATURES),
    figures=tuple(f for module in _MODULES for f in module.FIGURES),
)
