"""Whether prediction errors decide what is replayed first, or how recently something was met.

The surprise of an end state fades with every experience, and in `nonlocal_news` the news is the last
thing met before rest: replay in the order of prediction errors is then replay in the order of recency, too. Here
the two are told apart. Parts of the order are taken out: the size of errors, their fading, all but the last error
of each end state. And in a second schedule a visit to a context of the other pair of ends, in which nothing changes,
comes between news and rest, so that what was met last is not the news. World of training, agent,
and networks are those of `nonlocal_in_order`.

After such a visit recency is no neutral bar: it puts first what nobody needs, and any order brings
more. So what is claimed there has to bring more than recency and more than random order.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from ...tasks import VisitsBeforeRest
from ..declaration import Experiment, Figure, PairedTest, Signature
from . import nonlocal_in_order, nonlocal_news
from .measures import Measure, after_news, mean_difference
from .nonlocal_unseen import paired
from .order_of_replay_figure import ARMS, BETWEEN, BUDGETS, NAME, SOURCES, draw_order_of_replay

if TYPE_CHECKING:
    import xarray as xr


def rested(n_backups: int, *without: str, between: bool = False) -> PairedTest:
    """Lives with news and a rest of so many backups, without these parts."""
    test = paired(nonlocal_news.after(n_backups, *without))
    return replace(test, task=VisitsBeforeRest(n_backups=n_backups)) if between else test


(IN_ORDER,) = nonlocal_in_order.EXPERIMENTS
EXPERIMENTS: tuple[Experiment, ...] = (
    replace(
        IN_ORDER.on_other_seeds(NAME, first_seed=64, n_seeds=24),
        summary="errors, recency and gain as orders of replay; news last, or another visit after it",
        recording=rested(0),
        tests={
            "rest_0" + BETWEEN: rested(0, between=True),
            **{f"{arm}_{b}": rested(b, *cut) for arm, cut in ARMS.items() for b in BUDGETS},
            **{
                f"{arm}_{b}{BETWEEN}": rested(b, *cut, between=True)
                for arm, cut in ARMS.items()
                for b in BUDGETS
            },
        },
    ),
)


def _of(*arms: str, when: str = "") -> tuple[str, ...]:
    """Sources of some arms, with few backups and then with more."""
    return tuple(f"{NAME}@{arm}_{b}{when}" for b in BUDGETS for arm in arms)


def mean_beyond_both(of: Measure) -> Measure:
    """Of six recordings: the first less the larger of the next two, and so on, halved."""

    def measure(*recordings: xr.Dataset) -> np.ndarray:
        triples = zip(recordings[::3], recordings[1::3], recordings[2::3], strict=True)
        return np.mean([of(a) - np.maximum(of(b), of(c)) for a, b, c in triples], axis=0)

    return measure


def _beyond_both(name: str, claim: str, published: str, arm: str) -> Signature:
    """A claim of the schedule with a visit between; beside it what is beyond recency alone."""
    return Signature(
        name=f"integrated/{name}",
        claim=claim,
        published=published,
        low=0.05,  # as for all differences of probabilities
        high=None,
        measure=mean_beyond_both(after_news),
        subject=_of(arm, "recency", "random", when=BETWEEN),
        shows_not=_of("shuffled", "recency", "random", when=BETWEEN),
        beside=(_of(arm, "recency", "recency", when=BETWEEN),),
    )


def _brings_more(
    name: str,
    claim: str,
    arms: tuple[str, str],
    beside: tuple[tuple[str, str], ...] = (),
    when: str = "",
    published: str = "direction only",
) -> Signature:
    """A claim that the first of two orders brings more than the second."""
    first, second = arms
    return Signature(
        name=f"integrated/{name}",
        claim=claim,
        published=published,
        low=0.05,  # as for all differences of probabilities
        high=None,
        measure=mean_difference(after_news),
        subject=_of(first, second, when=when),
        shows_not=_of("shuffled", second, when=when),
        beside=tuple(_of(*others, when=when) for others in beside),
    )


SIGNATURES = (
    _brings_more(
        "recency_before_random",
        "News last: replay of what was met last, errors counting alike, brings more than in random "
        "order.",
        ("recency", "random"),
    ),
    _brings_more(
        "errors_before_recency",
        "News last: replay in the order of prediction errors brings more than that of what was met "
        "last.",
        ("errors", "recency"),
        beside=(("largest", "recency"), ("latest", "recency")),
    ),
    _brings_more(
        "errors_before_random_between",
        "Another visit after the news: replay in the order of prediction errors brings more than in "
        "random order.",
        ("errors", "random"),
        beside=(("recency", "random"), ("largest", "random"), ("random", "last")),
        when=BETWEEN,
        published="integrated/errors_predict_replay",
    ),
    _beyond_both(
        "errors_before_recency_between",
        "Another visit after the news: it brings more than what was met last coming first, and than "
        "random order.",
        "integrated/errors_predict_replay",
        "errors",
    ),
    _beyond_both(
        "gain_before_recency_between",
        "Another visit after the news: so does replay in the order of gain times need.",
        "integrated/nonlocal_replay",
        "gain",
    ),
    _beyond_both(
        "latest_error_before_recency_between",
        "Another visit after the news: so does replay by the error that each end state brought last, "
        "unfaded.",
        "direction only",
        "latest",
    ),
)

_CONFOUNDED = (
    "What was met last comes first here, too, for errors fade and the news is the last thing met before "
    "rest; the control, surprises exchanged among end states, destroys recency as well. Told apart on "
    "networks 64 to 87 (integrated/order_of_replay) it is recency: without the size of errors nothing is lost "
    "(errors_before_recency, -.005), and after one visit elsewhere their order is below random order "
    "(errors_before_random_between, -.243)."
)
_RECENCY = (
    "An error fades to .8 with every choice, so that in 97 % of rests the order of end states by errors is "
    "that by which was met last (integrated/order_of_replay)."
)
_NOISE = (
    "An error fades to .17 within a visit, and size does not tell news from noise: where a choice pays with "
    ".9 an omission is an error of .92, the first failure of the news one of .92. So what was met last comes "
    "first, in 98 % of rests in the very order of recency, and that is not the news. Unfaded, the error "
    "met last at each end state brings .219 more than recency and random order."
)
NOTES = MappingProxyType(
    {
        **{
            f"integrated/{prefix}rpe_before_random": _CONFOUNDED
            for prefix in ("", "again_", "unpredictable_", "calibrated_", "alone_", "in_order_")
        },
        "integrated/errors_before_recency": _RECENCY,
        "integrated/errors_before_random_between": _NOISE,
        "integrated/errors_before_recency_between": _NOISE,
    }
)
FIGURES = (
    Figure(
        name=NAME,
        caption=(
            "What decides the order of replay. Entering a context of which news came elsewhere, after a "
            "rest of 2 (open) and 4 backups (filled), by what comes first in it. (a) The news is the last "
            "thing met before rest. (b) After the news comes a visit to a context that leads to other ends, "
            "in which nothing changes. Shuffled: errors, and so how recent they are, exchanged among "
            "end states. Dashed: no rest. Means with 95 % intervals; dots: networks."
        ),
        needs=SOURCES,
        draw=draw_order_of_replay,
    ),
)
