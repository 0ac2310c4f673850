"""Recall how, after training in which mappings change: the same context, another good arm (ours).

In the training of `recall` a known barcode has another good arm than last time in 4 % of its visits
(in that of `correlated` in 6 %), and to know what changes are like is worth next to nothing. Here every
look-alike has the same barcode, and in half of the lives its good arm is the next one, so that it is
another one than last time in 30 % of visits to a known barcode. Nothing else announces a change than
that the old arm fails. Network, measure, interval and controls are those of `recall`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ...tasks.graded_similarity import GradedSimilarity
from ..declaration import Experiment, Figure, Signature
from . import recall
from .barcode import TRAINING
from .recall_figure import draw_changing

_IS = "ritter2018/changing"
LIVES = replace(
    recall.LIVES,
    n_lives=300,  # 100 of each shift, with up to five pairs each
    task=replace(recall.TASK, distance=0),
)
EXPERIMENTS = (
    Experiment(
        name=_IS,
        summary="known contexts whose mapping often changes: does the old memory speed relearning?",
        task=GradedSimilarity(n_episodes=30, distance=0, shift=(recall.SAME, recall.NEAR)),
        agent=recall.NETWORK,
        training=replace(TRAINING, n_lives=12_800, entropy_weight=0.05),
        recording=LIVES,
        tests={
            "empty_memory": replace(LIVES, without=("memory",)),
            "shuffled_keys": replace(LIVES, without=("matching_keys",)),
        },
        source=recall.SOURCE,
        quick=2,
    ),
)

_EMPTY, _SHUFFLED = f"{_IS}@empty_memory", f"{_IS}@shuffled_keys"
_BEFORE = ("ritter2018/recall", "ritter2018/recall@empty_memory")
SIGNATURES = (
    Signature(
        name=f"{_IS}_how",
        claim="Where mappings often change, the old memory of a context speeds relearning it.",
        published="direction only",
        low=0.0,  # as in `recall`
        high=None,
        measure=recall.savings_at(0, recall.NEAR),
        subject=(_IS, _EMPTY),
        shows_not=(_SHUFFLED, _EMPTY),
        beside=(_BEFORE,),
    ),
    Signature(
        name=f"{_IS}_what",
        claim="What was learned is saved all the same where the mapping has not changed.",
        published="direction only",
        low=1.0,  # as in `recall`
        high=None,
        measure=recall.savings_at(0, recall.SAME),
        subject=(_IS, _EMPTY),
        shows_not=(_SHUFFLED, _EMPTY),
        beside=(_BEFORE,),
    ),
    Signature(
        name=f"{_IS}_negative_transfer",
        claim="A mapping that changed further than any before makes the old memory a burden.",
        published="direction only",
        low=None,
        high=0.0,  # as in `recall`
        measure=recall.savings_at(0, recall.FAR),
        subject=(_IS, _EMPTY),
        beside=(_BEFORE,),
    ),
)

_COMPARED = {
    _IS: ("30 %", "network"),
    "ritter2018/correlated": ("6 %, at a cost", "other_network"),
    "ritter2018/recall": ("4 %", "blind"),
}
FIGURES = (
    Figure(
        name=_IS,
        caption=(
            "The same context with the same or another good arm, by how often the mapping of a known "
            "context changed in training. Savings: reward of ten pulls at the first visit after the "
            "change, less the same with an empty memory. A shift of 5 was never met in training. Means "
            "over seeds with their 95 % intervals; dots: seeds."
        ),
        needs=tuple(f"{name}{test}" for name in _COMPARED for test in ("", "@empty_memory")),
        draw=partial(draw_changing, networks=_COMPARED),
    ),
)
