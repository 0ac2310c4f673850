"""The winding corridor with equally many backups in every rest, whatever is made of the spikes.

In `winding` of the same spikes as many backups are made, but worse ways make for shorter sharp waves, so
that controls made fewer. Here a rest is not over before all its backups are made: CA3 is cued and run
again until then. Beside that everything is as there, and so are claims, intervals and controls.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...models.hippocampus.sources import ShuffledOrder
from ...models.hippocampus.spiking import AsManyRandom, InFull
from ..declaration import Experiment, Figure, Signature, Test
from .line import MORE
from .measures import backups_in_a_rest, times_the_moves
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
    *(
        _signature(name, what, arm, claim.format(agent))
        for name, agent in (
            ("fast_slow", "a fast-and-slow agent"), ("prefrontal", "a prefrontal network")
        )
        for what, arm, claim in (
            ("order", "shuffled", "With equally many backups {} is slower without their order."),
            ("content", "random", "... and slower with random experiences: {}."),
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
            *(s for e in EXPERIMENTS for s in (e.name, *(f"{e.name}@{t}" for t in e.tests))),
            "closed_loop/fast_slow_none",
            *(f"closed_loop/prefrontal_none{t}" for t in ("", *(f"@{s}" for s in SNAPSHOTS))),
        ),
        draw=draw_matched,
    ),
)
