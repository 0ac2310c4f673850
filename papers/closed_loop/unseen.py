"""What was left open, on animals and networks that nobody has seen.

The line with equally many backups: claims, bounds and controls are those of `matched`, with none over
random beside them as in `line`; twenty animals, seeds 20 to 39, in place of eight.

The prefrontal network: task, training, arms and bound are those of `matched`, seeds 16 to 27. Two things
differ, fixed with seeds 0 to 7 known and these not run. Moves are counted at a half, three quarters and
the end of training in place of a quarter, a half and three quarters: at a quarter nobody has learned, and the
end was left out. And controls are pairs that both lack what is claimed. What served as a control before,
none over start-cued, stands beside: replay from the start saves some moves late in training (1.04
[.99, 1.09] times as many without it), so near to the bound that no affordable number of networks decides.

Where cued sharp waves begin: the line as in `line`, seeds 40 to 59. In the first 10 ms of a cue a few
spikes of cells anywhere are decoded, and 17 of 195 waves had a start from those, far from the goal where
all other states follow. The agent drops that step, since it leads along no experience: what counts
here is where the first step begins that is replayed (.86 [.78, .95] of waves of the animals seen).
"""

from __future__ import annotations

from ..declaration import Figure, Signature
from . import line, matched, winding
from .line import MORE, longer
from .line_figure import draw_unseen
from .measures import replayed_from_goal, times_the_moves

FROM_HALF = ("@half", "@three_quarters", "")  # of training; "" is its end


def _here(source: str) -> str:
    return source.replace("/matched_", "/unseen_")


_BEFORE = {e.name: e for e in (*line.EXPERIMENTS, *winding.EXPERIMENTS)}
LINE_SEEDS, PREFRONTAL_SEEDS, CUED_SEEDS = (20, 20), (16, 12), (40, 20)  # the first, how many
EXPERIMENTS = (
    *(
        e.on_other_seeds(_here(e.name), *(LINE_SEEDS if "line" in e.name else PREFRONTAL_SEEDS))
        for e in matched.EXPERIMENTS
        if "fast_slow" not in e.name
    ),
    _BEFORE["closed_loop/none"].on_other_seeds("closed_loop/unseen_line_none", *LINE_SEEDS),
    _BEFORE["closed_loop/prefrontal_none"].on_other_seeds(
        "closed_loop/unseen_prefrontal_none",
        *PREFRONTAL_SEEDS,
    ),
    *(
        _BEFORE[f"closed_loop/{cue}_cued"].on_other_seeds(
            f"closed_loop/unseen_{cue}_cued", *CUED_SEEDS
        )
        for cue in ("goal", "start")
    ),
)


def _arms(more: str, fewer: str) -> tuple[str, ...]:
    return tuple(
        f"closed_loop/unseen_prefrontal_{arm}{at}" for arm in (more, fewer) for at in FROM_HALF
    )


def _prefrontal(what: str, claim: str, more: str, control: tuple[str, str]) -> Signature:
    return Signature(
        name=f"closed_loop/unseen_prefrontal_{what}",
        claim=claim,
        published="closed_loop/winding_from_half",
        low=MORE,
        high=None,
        measure=times_the_moves,
        subject=_arms(more, "goal_cued"),
        shows_not=_arms(*control),
        beside=(_arms("none", "start_cued"),),
    )


SIGNATURES = (
    *(
        s.elsewhere(_here)
        for s in matched.SIGNATURES
        if s.name.startswith("closed_loop/matched_line_")
    ),
    longer(
        "unseen_line_replay", "... and without replay more slowly than from random experiences.",
        "closed_loop/unseen_line_none", "closed_loop/unseen_line_random",
        ("closed_loop/unseen_line_none", "closed_loop/unseen_line_start_cued"),
    ),
    # Start-cued replay is as ordered, the wrong way round
    _prefrontal(
        "order", "From half of its training on a prefrontal network is slower without the order of replay.",
        "shuffled", ("shuffled", "start_cued"),
    ),
    _prefrontal(
        "content", "From half of its training on it is slower with random experiences.",
        "random", ("none", "random"),
    ),
    Signature(
        name="closed_loop/unseen_starts_near_goal",
        claim="Sharp waves after a cue at the goal replay from there.",
        published="ecker2022/cued",
        low=0.7,
        high=None,
        measure=replayed_from_goal,
        subject="closed_loop/unseen_goal_cued",
        shows_not="closed_loop/unseen_start_cued",
    ),
)  # fmt: skip

FIGURES = (
    Figure(
        name="closed_loop/unseen",
        caption=(
            "As closed_loop/learning, of twenty other animals whose rests go on until twenty backups are "
            "made, equally many in all but none."
        ),
        needs=tuple(e.name for e in EXPERIMENTS if "/unseen_line_" in e.name),
        draw=draw_unseen,
    ),
)
