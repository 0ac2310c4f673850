"""News from elsewhere with the causes known that left `nonlocal_unseen` undecided: two rungs more.

They are those of `order_and_value`. In training full and brief visits took turns, so that the
value of a context told which was next: here how long a visit lasts is drawn anew each time. And
each choice that was replayed was relived as a visit of its own; between visits the world changes, so that
of two memories of a context the one relived last was trusted. Here what is replayed of one context
is relived as one visit, in the order in which it was met; what is replayed is chosen as before.

The last rung changes one thing more: in training as many pairs of ends become poor as are poor in the
tests of value (.5). Where few do (.2), who knows these odds and meets failures of both actions
still thinks it more likely than not that the context is rich: see `TRIED.md`.

Tests, bounds, controls and measures are those of `nonlocal_news`; one signature is added, the
interaction that its specification names. Beside some of them is measured what training changes alone, each
choice relived as a visit of its own.
"""

from __future__ import annotations

from dataclasses import replace

from ...models.integrated import VisitReliving
from ...tasks import UnpredictableVisits
from ..declaration import Experiment, Figure, Signature, Test
from . import nonlocal_news
from .measures import after_news, interaction
from .nonlocal_unseen import NEEDED, again, paired
from .rungs_figure import CALIBRATED, SOURCES, UNPREDICTABLE, draw_rungs

(FIRST,) = nonlocal_news.EXPERIMENTS
# About as many steps and visits to a context (270, 7.5) as in `nonlocal_news` (288, 8).
TRAINED_ON = UnpredictableVisits(n_rounds=5, p_split=0.5, p_change=0.2, p_poor=0.2, tested=False)
NETWORK = VisitReliving(key=TRAINED_ON.context_columns, end=TRAINED_ON.end_columns, threshold=0.95)
TRAINING = replace(nonlocal_news.TRAINING, n_lives=10_240)

TESTS = {n: paired(t) for n, t in FIRST.tests.items() if n in NEEDED | {"shuffled_16"}}
SHORT_AND_LONG = ("rpe_4", "last_4", "rpe_16", "last_16")
ONE_BY_ONE = (*SHORT_AND_LONG, "devalued_16")


def _one_by_one(test: Test) -> Test:
    """Each choice relived as a visit of its own, in the order in which choices rank."""
    return replace(test, without=(*test.without, "visits"))


def _rung(name: str, summary: str, p_poor: float) -> Experiment:
    return Experiment(
        name=name,
        summary=summary,
        task=replace(TRAINED_ON, p_poor=p_poor),
        agent=NETWORK,
        training=TRAINING,
        recording=paired(FIRST.recording),
        tests={**TESTS, **{f"{n}_one_by_one": _one_by_one(TESTS[n]) for n in ONE_BY_ONE}},
        source=FIRST.source,
        full=16,
        reproduced=False,
    )


EXPERIMENTS = (
    _rung(UNPREDICTABLE, "the same; nothing tells how long a visit lasts; relived as visits", 0.2),
    _rung(CALIBRATED, "and in training as many poor contexts as in the tests of value", 0.5),
)


def _of(name: str, *tests: str) -> tuple[str, ...]:
    return tuple(f"{name}@{test}" for test in tests)


def _alone(name: str, *tests: str) -> tuple[str, ...]:
    """Sources of the same, with training changed and not how contexts are relived."""
    return _of(name, *(f"{t}_one_by_one" if t in ONE_BY_ONE else t for t in tests))


def _signatures(name: str, prefix: str, where: str) -> tuple[Signature, ...]:
    """All of `nonlocal_news`, and one that its specification names beside."""
    beside: dict[str, str | tuple[str, ...]] = {
        "replay_brings_news": _alone(name, "rpe_16")[0],
        "price_of_replay": _alone(name, "rest_0", "rpe_16"),
        "order_indifferent_in_long_rest": _alone(name, "rpe_16", "last_16"),
        "onset_rpe_new_after_rest": _alone(name, "devalued_16")[0],
    }
    found = []
    for signature in nonlocal_news.SIGNATURES:
        here, alone = again(signature, name, prefix, where), signature.name.partition("/")[2]
        found.append(
            replace(here, beside=(*here.beside, beside[alone])) if alone in beside else here
        )
    interaction_of_order = order_counts_in_short_rest(name, prefix, where)
    return (*found, replace(interaction_of_order, beside=(_alone(name, *SHORT_AND_LONG),)))


def every_claim(name: str, prefix: str, where: str) -> tuple[Signature, ...]:
    """All of `nonlocal_news` in another experiment, and the interaction."""
    first = (again(signature, name, prefix, where) for signature in nonlocal_news.SIGNATURES)
    return (*first, order_counts_in_short_rest(name, prefix, where))


def order_counts_in_short_rest(name: str, prefix: str, where: str) -> Signature:
    """The interaction of order with the length of the rest."""
    return Signature(
        name=f"integrated/{prefix}order_counts_in_short_rest",
        claim=f"{where}: what surprises most coming first, not last, brings more in a short rest "
        "than in a long one.",
        published="direction only",
        low=0.05,  # as for all differences of probabilities
        high=None,
        measure=interaction(after_news),
        subject=_of(name, *SHORT_AND_LONG),
        shows_not=_of(name, "shuffled_4", "random_4", "shuffled_16", "random_16"),
    )


SIGNATURES = (
    *_signatures(UNPREDICTABLE, "unpredictable_", "Where nothing tells how long a visit lasts"),
    *_signatures(CALIBRATED, "calibrated_", "Trained with as many poor contexts as are tested"),
)

_AS_RARE = (
    "After rest .61 [.57, .65] of the old value is left, and no one could know better: where few pairs of "
    "ends become poor (.2), an observer who knows these odds keeps .59 to .68 after the failures that "
    "are relived. With as many as in the tests of value (.5) it keeps .36 to .44, networks .43 "
    "[.39, .47], and both signatures are shown (calibrated_)."
)
_BLANK = (
    "Replay is far above blank rest; what is not clear is the control. Relived as one visit a blank rest is "
    "two steps shorter for each context and erases less of the old choice, so that replay of wrong actions, "
    "which leads to chance, is above it, too: on networks 100 to 103 by .09 and .21, and not at all "
    "(-.04, -.03) where each choice is a visit of its own."
)
NOTES = {
    "integrated/unpredictable_onset_rpe_new_after_rest": _AS_RARE,
    "integrated/unpredictable_onset_rpe_old_without_rest": _AS_RARE,
    "integrated/unpredictable_replay_beyond_blank_rest": _BLANK,
    "integrated/calibrated_replay_beyond_blank_rest": _BLANK,
}
FIGURES = (
    Figure(
        name="integrated/rungs",
        caption=(
            "News from elsewhere where visits are of a length that nothing predicts. (a-c) Networks "
            "trained with as many poor contexts as are tested, that replay in the order in which it was met. (a) "
            "Entering a context of which news came "
            "elsewhere, by length and order of the rest. (b) By what is replayed, 16 backups; gray: "
            "contexts that lead to other ends. (c) Reward prediction error when a context comes up. "
            "(d-f) What each change decides; green: where the claim puts it; dark: a context is relived as one "
            "visit, light: choice by choice. (d) What order does in a "
            "long rest. (e) Whether the error at onset tells the value of a context. (f) Whether it "
            "carries the old value of a context that became poor elsewhere, or, after rest, the new "
            "one; gray bars: an observer who knows the odds of the training world. Means with 95 % "
            "intervals; dots: networks, 16 to 39 where visits take turns, 16 to 63 and 64 to 87 in the last two "
            "rows, else 0 to 15."
        ),
        needs=SOURCES,
        draw=draw_rungs,
    ),
)
