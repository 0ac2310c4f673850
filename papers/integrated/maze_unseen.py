"""The lesion table again, on eight networks that nobody had seen, with longer and paired tests.

What was predicted, its bounds and its controls are those of `maze_predictions`, for the acute lesions.
The tests differ: 300 lives instead of 120, agents that are compared meet the same luck in the same
visit, and the end of the range is known from 2,000 lives instead of 120. On the first eight networks
what was left undecided was so for noise within networks, far more than for differences between them.

The table is judged by two ranges. One is that of the first table, from the intact agent to one
that tries corners in random order. The other is what was planned before there was any agent: from
the intact agent to random moves.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import combinations

from ...models.learners import Random
from ...models.learners.corners import CornerByCorner
from ...tasks.navigation import TwoGaps
from ..declaration import Experiment, PairedTest, Signature, Test
from .maze import NETWORK, PARTS, SOURCE, TRAINED_ON, TRAINING, tested
from .maze_predictions import (
    EVENTS,
    LESIONS,
    cells,
    compared,
    signature,
)

NAME = "integrated/maze_unseen"
N_LIVES = {"network": 300, "factorial": 60, "ignorant": 2000, "random": 240}
RANGES = {
    "unseen": ("ignorant", "On networks that nobody had seen"),
    "random_range": ("random", "In units of what random moves take"),
}

# Every combination of four parts taken out, with a rest of one backup; without rest there is no order.
FACTORS = ("reinstatement", "rest", "search", "ranking")
COMBINED_AT = ("news", "closed")
CUTS = [
    cut
    for k in range(len(FACTORS) + 1)
    for cut in combinations(FACTORS, k)
    if not {"rest", "ranking"} <= set(cut)
]


def combined(cut: tuple[str, ...], event: str) -> str:
    """The name of the test without these parts."""
    return "_".join(["without", *cut, event])


def paired(test: Test, n_lives: int, without: tuple[str, ...] | None = None) -> PairedTest:
    """The test with so many lives, in which all agents with one seed meet the same luck."""
    parts = test.without if without is None else without
    return PairedTest(n_lives, test.task, parts, record="last")


def _control(name: str, summary: str, agent: CornerByCorner | Random) -> Experiment:
    of_event = {event: paired(tested("intact", event), N_LIVES[name]) for event in EVENTS}
    return Experiment(
        name=f"{NAME}_{name}",
        summary=summary,
        task=TwoGaps(),
        agent=agent,
        recording=replace(of_event["news"], n_lives=30),
        tests=of_event,
        source="control",
        first_seed=8,
        reproduced=False,
    )


EXPERIMENTS = (
    Experiment(
        name=NAME,
        summary="the agent in the arena once more: networks 8 to 15, longer and paired tests",
        task=TRAINED_ON,
        agent=NETWORK,
        training=TRAINING,
        recording=paired(tested("intact", "news"), 30),
        tests={
            **{
                f"{part}_{event}": paired(tested(part, event), N_LIVES["network"])
                for part in PARTS
                for event in EVENTS
            },
            **{
                combined(cut, event): paired(tested("short_rest", event), N_LIVES["factorial"], cut)
                for cut in CUTS
                for event in COMBINED_AT
            },
        },
        source=SOURCE,
        first_seed=8,
        reproduced=False,
    ),
    _control(
        "ignorant", "knows the arena and nothing of its contexts, 2,000 lives", CornerByCorner()
    ),
    _control("random", "moves at random in the arena", Random()),
)


def source(agent: str, event: str) -> str:
    """The recording of an agent in a test; "ignorant" and "random" are agents, too."""
    if agent in ("ignorant", "random"):
        return f"{NAME}_{agent}@{event}"
    return f"{NAME}@{agent}_{event}"


def _acute(family: str, lesion: str, column: str, sign: str) -> Signature:
    end, where = RANGES[family]
    when = f"{where}: {LESIONS[lesion][0].lower()}{LESIONS[lesion][1:]}"
    to_end = partial(compared, of=source, end=end)
    return signature(f"{family}_{lesion}", when, column, sign, to_end(lesion, column), to_end)


ACUTE = {(lesion, column): sign for (lesion, column), sign in cells().items() if lesion in PARTS}
SIGNATURES = tuple(_acute(family, *cell, sign) for family in RANGES for cell, sign in ACUTE.items())
