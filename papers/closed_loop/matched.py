"""The closed loop with equally many backups in every rest, whatever is made of the spikes.

In `line` and `winding` of the same spikes as many backups are made, but worse ways make for shorter sharp waves, so
that controls made fewer. Here a rest is not over before all its backups are made: CA3 is cued and run
again until then. Beside that everything is as there, and so are claims, intervals and controls.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...models.hippocampus.sources import ReversedOrder, ShuffledOrder
from ...models.hippocampus.spiking import AsManyRandom, InFull
from ..declaration import Experiment, Figure, Signature, Test
from .line import INTACT, MORE
from .line import experiment as on_line
from .measures import backups_in_a_rest, times_as_many, times_the_moves
from .winding import ATTEMPTS, FAST_SLOW, LIFE, PREFRONTAL, SNAPSHOTS, TRAINING, sources
from .winding_figure import draw_matched

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

ARMS: dict[str, tuple[dict[str, Any], str]] = {
    "goal_cued": ({"replay": InFull()}, "CA3 is cued where the reward was, and replays in order"),
    "shuffled": ({"replay": ShuffledOrder(InFull())}, "the same in random order"),
    "random": ({"replay": AsManyRandom(InFull())}, "as many random experiences"),
    "start_cued": (
        {"replay": InFull(), "cue": "start"}, "CA3 is cued where the attempt began",
    ),
}  # fmt: skip

ARMS_ON_LINE = ARMS | {
    "reversed": ({"replay": ReversedOrder(InFull())}, "the same from the last to the first")
}


def _experiment(agent: Any, name: str, arm: str, **settings: Any) -> Experiment:
    changes, summary = ARMS[arm]
    return Experiment(
        name=f"closed_loop/matched_{name}_{arm}",
        summary=f"{name.replace('_', ' ')} with rests that are used up: {summary}",
        agent=replace(agent, ca3=replace(agent.ca3, **changes)),
        source="this project; the network is that of doi:10.7554/eLife.71850",
        quick=2,
        full=8,
        **settings,
    )


EXPERIMENTS = (
    *(
        on_line(
            f"matched_line_{arm}", f"rests are used up: {summary}", replace(INTACT, **changes),
            full=8,
        )
        for arm, (changes, summary) in ARMS_ON_LINE.items()
    ),
    *(
        _experiment(
            FAST_SLOW, "fast_slow", arm, task=ATTEMPTS, recording=Test(n_lives=1, record=())
        )
        for arm in ARMS
    ),
    *(
        _experiment(
            PREFRONTAL, "prefrontal", arm, task=LIFE, training=TRAINING,
            recording=Test(n_lives=100, record=()),
            tests={
                name: Test(n_lives=100, record=(), snapshot=share)
                for name, share in SNAPSHOTS.items()
            },
        )
        for arm in ARMS
    ),
)  # fmt: skip


def _sources(name: str, arm: str) -> tuple[str, ...]:
    """As `winding.sources`; without replay there is nothing to match."""
    return sources(name if arm == "none" else f"matched_{name}", arm)


def _signature(name: str, what: str, arm: str, claim: str) -> Signature:
    def against(more: str, fewer: str) -> tuple[str, ...]:
        return (*_sources(name, more), *_sources(name, fewer))

    return Signature(
        name=f"closed_loop/matched_{name}_{what}",
        claim=claim,
        published="closed_loop/winding",
        low=MORE,
        high=None,
        measure=times_the_moves,
        subject=against(arm, "goal_cued"),
        shows_not=against("none", "start_cued"),
    )


def _on_line(what: str, claim: str, more: str, fewer: str, shows_not: tuple[str, str]) -> Signature:
    """As `line` has it."""
    return Signature(
        name=f"closed_loop/matched_line_{what}",
        claim=claim,
        published="closed_loop/order",
        low=MORE,
        high=None,
        measure=times_as_many,
        subject=(f"closed_loop/matched_line_{more}", f"closed_loop/matched_line_{fewer}"),
        shows_not=tuple(f"closed_loop/matched_line_{arm}" for arm in shows_not),
    )


def times_as_many_backups(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
    """Backups in a rest of the first over those of the second."""
    return backups_in_a_rest(first) / backups_in_a_rest(second)


SIGNATURES = (
    *(
        Signature(
            name=f"closed_loop/matched_{arm}",
            claim=f"In a rest as many backups are made {how} as in order.",
            published="closed_loop/winding",
            low=0.98,
            high=1.02,
            measure=times_as_many_backups,
            subject=(
                f"closed_loop/matched_fast_slow_{arm}", "closed_loop/matched_fast_slow_goal_cued"
            ),
            shows_not=(f"closed_loop/fast_slow_{arm}", "closed_loop/fast_slow_goal_cued"),
        )
        for arm, how in (("shuffled", "in random order"), ("random", "of random experiences"))
    ),
    _on_line(
        "order", "With equally many backups the way along a line is learned more slowly in no order.",
        "shuffled", "goal_cued", ("shuffled", "reversed"),
    ),
    _on_line(
        "content", "... and more slowly from random experiences than from those replayed, in any order.",
        "random", "shuffled", ("random", "start_cued"),
    ),
    _on_line(
        "direction", "... and in reversed order more slowly than in random order.",
        "reversed", "shuffled", ("goal_cued", "shuffled"),
    ),
    *(
        _signature(name, what, arm, claim.format(agent))
        for name, agent in (
            ("fast_slow", "a fast-and-slow agent"), ("prefrontal", "a prefrontal network")
        )
        for what, arm, claim in (
            ("order", "shuffled", "With equally many backups {} is slower without their order."),
            ("content", "random", "With equally many backups {} is slower with random experiences."),
            ("replay", "none", "Without replay {} is slower than with rests that are used up."),
        )
    ),
)  # fmt: skip

FIGURES: tuple[Figure, ...] = (
    Figure(
        name="closed_loop/matched",
        caption=(
            "As closed_loop/winding, but rests go on until all their backups are made, equally many "
            "in all curves but none. Bands: 95 % intervals over seeds."
        ),
        needs=(
            *(
                source
                for e in EXPERIMENTS
                if "line" not in e.name
                for source in (e.name, *(f"{e.name}@{t}" for t in e.tests))
            ),
            "closed_loop/fast_slow_none",
            *(f"closed_loop/prefrontal_none{t}" for t in ("", *(f"@{s}" for s in SNAPSHOTS))),
        ),
        draw=draw_matched,
    ),
)
