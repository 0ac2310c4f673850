"""Two other learners in the loop: the fast-and-slow agent and the prefrontal network.

The way leads through a winding corridor of 17 places, where the next move says little about the one
after, so that what is learned of a step does not help with another. CA3 is cued where reward was
found, after every reward for the one, and every 50 updates of its training for the other. As on the
line, each control has a network of its own that writes, rests and is cued alike; what is made of its
spikes differs, and of the same spikes as many backups are made. Worse ways make for shorter sharp
waves: that is part of the loop.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...models.goal_directed import ExactSearch
from ...models.goal_directed.spiking import SpikingGoalDirected
from ...models.hippocampus.spiking import AsManyRandom, Decoded
from ...models.prefrontal.replaying import ReplayingPrefrontal
from ...models.training import ActorCritic
from ...tasks.navigation import GridWorld
from ..declaration import Experiment, Figure, Signature, Test
from .line import MORE, NETWORK
from .measures import times_the_moves
from .winding_figure import draw_winding

CORRIDOR = """
    S....
    ####.
    .....
    .####
    ....G
"""
N_PLACES = 17
ATTEMPTS = GridWorld.drawn(
    CORRIDOR, n_attempts=10, max_steps=4000, rest="planning", n_backups=N_PLACES
)
LIFE = GridWorld.drawn(CORRIDOR, n_attempts=1, max_steps=100, observe="one_hot")

# The slow system sees three moves ahead: the network has to lead into its reach
FAST_SLOW = SpikingGoalDirected(planner=ExactSearch(depth=3), ties="random")
FAST_SLOW = replace(FAST_SLOW, ca3=replace(FAST_SLOW.ca3, network=NETWORK))
PREFRONTAL = ReplayingPrefrontal(
    n_units=24, input_gain=3.0, discount=0.97, ca3=FAST_SLOW.ca3, n_backups=N_PLACES,
    replay_weight=5.0,
)  # fmt: skip
TRAINING = ActorCritic(n_lives=1200, n_lanes=2, learning_rate=1e-3, discount=0.97, value_weight=0.5)
SNAPSHOTS = {"quarter": 0.25, "half": 0.5, "three_quarters": 0.75}

SUMMARIES = {
    "goal_cued": "CA3 is cued where the reward was, and replays in order",
    "shuffled": "the same in random order",
    "random": "as many random experiences",
    "none": "no replay",
    "start_cued": "CA3 is cued where the attempt began",
    "no_plasticity": "all recurrent weights alike",
}
ONLY_FAST_SLOW = ("no_plasticity",)


def _arm(agent: Any, arm: str) -> Any:
    """The intact agent, one of its lesions, or a control."""
    lesions = {"shuffled": "order", "none": "replay", "no_plasticity": "plasticity"}
    changes: dict[str, dict[str, Any]] = {
        "random": {"replay": AsManyRandom(Decoded())},
        "start_cued": {"cue": "start"},
    }
    if arm in lesions:
        return agent.without(lesions[arm])
    return replace(agent, ca3=replace(agent.ca3, **changes.get(arm, {})))


def _experiment(name: str, arm: str, agent: Any, **settings: Any) -> Experiment:
    return Experiment(
        name=f"closed_loop/{name}_{arm}",
        summary=f"{name.replace('_', ' ')} in a winding corridor: {SUMMARIES[arm]}",
        agent=_arm(agent, arm),
        source="this project; the network is that of doi:10.7554/eLife.71850",
        quick=2,
        full=8,
        **settings,
    )


EXPERIMENTS = (
    *(
        _experiment(
            "fast_slow", arm, FAST_SLOW, task=ATTEMPTS, recording=Test(n_lives=1, record=())
        )
        for arm in SUMMARIES
    ),
    *(
        _experiment(
            "prefrontal", arm, PREFRONTAL, task=LIFE, training=TRAINING,
            recording=Test(n_lives=100, record=()),
            tests={
                name: Test(n_lives=100, record=(), snapshot=share)
                for name, share in SNAPSHOTS.items()
            },
        )
        for arm in SUMMARIES
        if arm not in ONLY_FAST_SLOW
    ),
)  # fmt: skip


def sources(name: str, arm: str) -> tuple[str, ...]:
    """What is measured of one arm: the recording of a life, or those of snapshots of training."""
    experiment = f"closed_loop/{name}_{arm}"
    if name.endswith("fast_slow"):
        return (experiment,)
    return tuple(f"{experiment}@{test}" for test in SNAPSHOTS)


def _signature(name: str, what: str, arm: str, claim: str) -> Signature:
    """That the arm takes more moves than replay cued at the goal."""

    def against(more: str, fewer: str) -> tuple[str, ...]:
        return (*sources(name, more), *sources(name, fewer))

    return Signature(
        name=f"closed_loop/{name}_{what}",
        claim=claim,
        published="closed_loop/winding",
        low=MORE,
        high=None,
        measure=times_the_moves,
        subject=against(arm, "goal_cued"),
        shows_not=against("none", "start_cued"),
    )


SIGNATURES = (
    _signature(
        "fast_slow", "order", "shuffled",
        "Without the order of replay a fast-and-slow agent learns its way more slowly.",
    ),
    _signature(
        "fast_slow", "content", "random",
        "Random experiences teach a fast-and-slow agent less than what its CA3 replays.",
    ),
    _signature(
        "fast_slow", "replay", "none", "Without replay a fast-and-slow agent learns more slowly."
    ),
    _signature(
        "prefrontal", "order", "shuffled",
        "Without the order of replay a prefrontal network is trained more slowly.",
    ),
    _signature(
        "prefrontal", "content", "random",
        "Random experiences train a prefrontal network less than what its CA3 replays.",
    ),
    _signature(
        "prefrontal", "replay", "none", "Without replay a prefrontal network is trained more slowly."
    ),
)  # fmt: skip

FIGURES = (
    Figure(
        name="closed_loop/winding",
        caption=(
            "Moves to the goal through a winding corridor of 17 places, by what is replayed. (a) A "
            "fast-and-slow agent whose network learns in rests after each reward, by attempt. (b) A "
            "prefrontal network with a rest after every 50 updates of its training, by how far that "
            "has come; 100 moves where the goal is not reached. Of the same spikes as many backups "
            "are made in replayed, shuffled and random. Bands: 95 % intervals over seeds."
        ),
        needs=tuple(
            source
            for experiment in EXPERIMENTS
            for source in (experiment.name, *(f"{experiment.name}@{t}" for t in experiment.tests))
        ),
        draw=draw_winding,
    ),
)
