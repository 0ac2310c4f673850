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
from ..declaration import Figure, Signature
from .line import INTACT, longer
from .line import experiment as on_line
from .measures import backups_in_a_rest
from .winding import FAST_SLOW, PREFRONTAL, SNAPSHOTS, signature, sources
from .winding import experiment as in_corridor
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


def _matched(agent: Any, arm: str) -> Any:
    return replace(agent, ca3=replace(agent.ca3, **ARMS[arm][0]))


EXPERIMENTS = (
    *(
        on_line(
            f"matched_line_{arm}", f"rests are used up: {summary}", replace(INTACT, **changes),
            full=8,
        )
        for arm, (changes, summary) in ARMS_ON_LINE.items()
    ),
    *(
        in_corridor(
            learner, f"matched_{learner}_{arm}", f"with rests that are used up: {summary}",
            _matched(agent, arm),
        )
        for learner, agent in (("fast_slow", FAST_SLOW), ("prefrontal", PREFRONTAL))
        for arm, (_, summary) in ARMS.items()
    ),
)  # fmt: skip


def _sources(name: str, arm: str) -> tuple[str, ...]:
    """As `winding.sources`; without replay there is nothing to match."""
    return sources(name.removeprefix("matched_") if arm == "none" else name, arm)


def _on_line(what: str, claim: str, more: str, fewer: str, shows_not: tuple[str, str]) -> Signature:
    run = "closed_loop/matched_line_{}".format
    control = (run(shows_not[0]), run(shows_not[1]))
    return longer(f"matched_line_{what}", claim, run(more), run(fewer), control)


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
        signature(f"matched_{name}", what, arm, claim.format(agent), _sources)
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
            "in all curves but none. Replayed in order, four of eight animals lose their way once, at "
            "the sixth or seventh attempt, after a rest whose first sharp wave ran to the goal. Bands: "
            "95 % intervals over seeds."
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
