"""Why order counts in a long rest, and why the value of a context does not follow the news.

Looked into after the verdicts of `nonlocal_news` were known, hence a figure and no signature. Two
rounds of visits come before the news there, all of eight choices. In training full visits and visits of
two choices took turns, so that what was stored in a full visit announced a brief one: there is
little to expect, and little difference between rich and poor. Here visits take turns as in training,
and news comes after brief ones.
"""

from __future__ import annotations

from ...tasks.shared_ends import SharedEnds
from ..borrowed import Borrowed
from ..declaration import Experiment, Figure, Test
from .nonlocal_news import NETWORK, SOURCE, TRAINED_ON
from .order_and_value_figure import NAME, SOURCES, draw_order_and_value


def _visits_taking_turns(n_backups: int) -> Test:
    task = SharedEnds(n_brief=TRAINED_ON.n_brief, p_poor=0.5, news="devalued", n_backups=n_backups)
    return Test(task=task, without=("search",), record=())


EXPERIMENTS = (
    Experiment(
        name=NAME,
        summary="the agent of integrated/nonlocal; full and brief visits take turns as in training",
        task=TRAINED_ON,
        agent=Borrowed("integrated/nonlocal", NETWORK),
        recording=_visits_taking_turns(0),
        tests={"rested": _visits_taking_turns(16)},
        source=SOURCE,
        full=16,
    ),
)
FIGURES = (
    Figure(
        name=NAME,
        caption=(
            "Order and value. (a) Entering a context of which news came elsewhere after a long rest in "
            "random order, by which of its two actions was relived last: the one that is better now, with its "
            "success, or the old one, with its failure. (b) The three orders against what (a) "
            "predicts from how often either comes last in them. (c) Value by choice of the visit, in the "
            "first visit to a context and in the second, which is as long; in training the second was "
            "of two choices (dotted). (d) Reward prediction error at onset where visits take turns "
            "as in training, without rest and after replay. (a-c) Networks 16 to 39, (d) networks 0 to 15; means with "
            "95 % intervals, dots: networks."
        ),
        needs=SOURCES,
        draw=draw_order_and_value,
    ),
)
