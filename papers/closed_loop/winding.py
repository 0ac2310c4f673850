"""Two other learners in the loop: the fast-and-slow agent and the prefrontal network.

The way leads through a winding corridor of 17 places, where the next move says little about the one
after, so that what is learned of a step does not help with another. CA3 is cued where reward was
found, after every reward for the one, and every 50 updates of its training for the other. As on the
line, each control has a network of its own that writes, rests and is cued alike; what is made of its
spikes differs, and of the same spikes as many backups are made. Worse ways make for shorter sharp
waves: that is part of the loop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...models.goal_directed import ExactSearch
from ...models.goal_directed.spiking import SpikingGoalDirected
from ...models.hippocampus.spiking import AsManyRandom, Decoded
from ...models.prefrontal.replaying import ReplayingPrefrontal
from ...models.training import ActorCritic
from ...tasks.navigation import GridWorld
from ..declaration import Experiment, Figure, Signature, Test
from .line import MORE, NETWORK, SOURCE
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
_TESTED = Test(n_lives=100, record=())
SETTINGS: dict[str, dict[str, Any]] = {  # of experiments, by who learns
    "fast_slow": {"task": ATTEMPTS, "recording": Test(n_lives=1, record=())},
    "prefrontal": {
        "task": LIFE,
        "training": TRAINING,
        "recording": _TESTED,
        "tests": {name: replace(_TESTED, snapshot=share) for name, share in SNAPSHOTS.items()},
    },
}

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


def experiment(learner: str, name: str, summary: str, agent: Any, **settings: Any) -> Experiment:
    """An experiment in the corridor, `learner` being a key of `SETTINGS`."""
    settings = {"source": SOURCE, "quick": 2, "full": 8, **SETTINGS[learner], **settings}
    about = f"{learner.replace('_', ' ')} {summary}"
    return Experiment(f"closed_loop/{name}", about, agent=agent, **settings)


EXPERIMENTS = tuple(
    experiment(learner, f"{learner}_{arm}", f"in a winding corridor: {summary}", _arm(agent, arm))
    for learner, agent in (("fast_slow", FAST_SLOW), ("prefrontal", PREFRONTAL))
    for arm, summary in SUMMARIES.items()
    if learner == "fast_slow" or arm not in ONLY_FAST_SLOW
)


def sources(name: str, arm: str) -> tuple[str, ...]:
    """What is measured of one arm: the recording of a life, or those of snapshots of training."""
    experiment = f"closed_loop/{name}_{arm}"
    if name.endswith("fast_slow"):
        return (experiment,)
    return tuple(f"{experiment}@{test}" for test in SNAPSHOTS)


def signature(
    name: str,
    what: str,
    arm: str,
    claim: str,
    sources: Callable[[str, str], tuple[str, ...]] = sources,
) -> Signature:
    """That the arm takes more moves than replay cued at the goal; `sources` names what they recorded."""

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
    signature(
        "fast_slow", "order", "shuffled",
        "Without the order of replay a fast-and-slow agent learns its way more slowly.",
    ),
    signature(
        "fast_slow", "content", "random",
        "Random experiences teach a fast-and-slow agent less than what its CA3 replays.",
    ),
    signature(
        "fast_slow", "replay", "none", "Without replay a fast-and-slow agent learns more slowly."
    ),
    signature(
        "prefrontal", "order", "shuffled",
        "Without the order of replay a prefrontal network is trained more slowly.",
    ),
    signature(
        "prefrontal", "content", "random",
        "Random experiences train a prefrontal network less than what its CA3 replays.",
    ),
    signature(
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
