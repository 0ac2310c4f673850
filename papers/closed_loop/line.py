"""An animal on a line of 20 states learns from the replay of its own spiking CA3.

The world, the learner and the comparison are fixed with the specification: reward at one end, a rest
after each reward in which the network is simulated anew, alpha 1, gamma .9, beta 5, and moves of the
second to tenth attempt. Each control has a network of its own that writes, rests and is cued as the
intact one does; only what is made of its spikes differs, and of the same spikes as many backups are
made (17.7 a rest as ways become short, 16.4 to 16.7 in the controls).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...models.hippocampus.ca3 import CA3
from ...models.hippocampus.sources import ReversedOrder
from ...models.hippocampus.spiking import AsManyRandom, Decoded
from ...models.replay_agents import SpikingQ
from ...tasks.navigation import GraphWorld
from ..declaration import Experiment, Figure, Signature, Test
from ..ecker2022.network import LINE, N_LINE
from .line_figure import draw_curves, draw_rest
from .measures import near_goal, times_as_many

START, GOAL = 0, N_LINE - 1
WORLD = GraphWorld(
    LINE, start=START, goal=GOAL, n_attempts=10, max_steps=4000, rest="planning", n_backups=N_LINE
)
# Fewer cells than give a proper ripple; at conserved in-degree sequences are the same
NETWORK = CA3(n_pyramidal=1000, duration=0.7)
INTACT = SpikingQ(network=NETWORK)
ARMS: dict[str, tuple[SpikingQ, str]] = {
    "goal_cued": (INTACT, "CA3 is cued where the reward was, and replays in order"),
    "shuffled": (INTACT.without("order"), "the same in random order"),
    "reversed": (
        replace(INTACT, replay=ReversedOrder(Decoded())),
        "the same from the last to the first",
    ),
    "random": (replace(INTACT, replay=AsManyRandom(Decoded())), "as many random experiences"),
    "none": (INTACT.without("replay"), "no replay"),
    "start_cued": (replace(INTACT, cue="start"), "CA3 is cued where the attempt began"),
    "spontaneous": (INTACT.without("cue"), "CA3 is left to itself"),
    "no_plasticity": (INTACT.without("plasticity"), "all recurrent weights alike"),
    "no_dopamine": (INTACT.without("dopamine"), "plasticity is not gated"),
}
ONE_LIFE = Test(n_lives=1, record="rests")  # an animal a seed: each is simulated anew
SOURCE = "this project; the network is that of doi:10.7554/eLife.71850"


def experiment(name: str, summary: str, agent: SpikingQ, **settings: Any) -> Experiment:
    settings = {
        "task": WORLD, "recording": ONE_LIFE, "source": SOURCE,
        "quick": 2, **settings,
    }  # fmt: skip
    return Experiment(f"closed_loop/{name}", summary, agent=agent, **settings)


COMPARED = ("goal_cued", "shuffled", "reversed", "random", "none", "start_cued")
FULL = 20  # animals, one a seed, where ways are compared; eight in the other lesions

EXPERIMENTS = tuple(
    experiment(name, summary, agent, full=FULL if name in COMPARED else 8)
    for name, (agent, summary) in ARMS.items()
)

(
    _GOAL_CUED, _SHUFFLED, _REVERSED, _RANDOM, _NONE, _START_CUED, _SPONTANEOUS, _FLAT,
    _NO_DOPAMINE,
) = (e.name for e in EXPERIMENTS)  # fmt: skip

MORE = 1.05  # times as many moves; chosen, so that no difference lies clearly outside


def longer(
    name: str, claim: str, more: str, fewer: str, shows_not: tuple[str, str], **settings: Any
) -> Signature:
    """That one way of replay takes more moves than another; all are sources."""
    return Signature(
        name=f"closed_loop/{name}", claim=claim, published="closed_loop/order", low=MORE, high=None,
        measure=times_as_many, subject=(more, fewer), shows_not=shows_not, **settings,
    )  # fmt: skip


SIGNATURES = (
    longer(
        "order", "Without the order of replay the way is learned more slowly.",
        _SHUFFLED, _GOAL_CUED, (_SHUFFLED, _REVERSED),
    ),
    longer(
        "content", "Random experiences teach less than those replayed, in any order.",
        _RANDOM, _SHUFFLED, (_RANDOM, _START_CUED),
    ),
    longer(
        "replay", "Without replay the way is learned most slowly.",
        _NONE, _RANDOM, (_NONE, _START_CUED),
    ),
    longer(
        "direction", "In reversed order the same replay teaches less than in random order.",
        _REVERSED, _SHUFFLED, (_GOAL_CUED, _SHUFFLED),
    ),
    longer(
        "intact", "Replay cued by reward makes learning faster than none does.",
        _NONE, _GOAL_CUED, (_NONE, _START_CUED),
        beside=((_NONE, _SPONTANEOUS), (_NONE, _FLAT), (_NONE, _NO_DOPAMINE)),
    ),
    Signature(
        name="closed_loop/start_cued",
        claim="Replay cued at the start of the way, as long, does not speed learning by a quarter.",
        published="closed_loop/start_cued",
        low=None,
        high=1.25,  # times as many moves without replay; chosen
        measure=times_as_many,
        subject=(_NONE, _START_CUED),
        shows_not=(_NONE, _GOAL_CUED),
    ),
    Signature(
        name="closed_loop/starts_near_goal",
        claim="Sharp waves after a cue at the goal begin there.",
        published="ecker2022/cued",
        low=0.7,
        high=None,
        measure=near_goal,
        subject=_GOAL_CUED,
        shows_not=_START_CUED,
        beside=(_SPONTANEOUS, _NO_DOPAMINE),
    ),
)  # fmt: skip

FIGURES = (
    Figure(
        name="closed_loop/learning",
        caption=(
            "Moves of each attempt on a line of 20 states with reward at its end, by what is replayed "
            "after each reward; of the same spikes as many backups are made in replayed, shuffled, "
            "reversed and random. (a) Learning, bands are 95 % intervals over seeds. (b) Moves of the second to "
            "tenth attempt, a dot each seed."
        ),
        needs=tuple(e.name for e in EXPERIMENTS),
        draw=draw_curves,
    ),
    Figure(
        name="closed_loop/rest",
        caption=(
            "One rest after a reward: spikes of place cells in the order of their fields, and the path "
            "that is read from them (line). Shaded, the cue."
        ),
        needs=(_GOAL_CUED, _START_CUED, _SPONTANEOUS),
        draw=draw_rest,
    ),
)
