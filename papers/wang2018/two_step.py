"""Two-step task: model-free training, behavior that uses the task's structure (Wang et al. 2018, Fig. 5).

A network whose weights are trained by a model-free signal and then frozen stays or switches as
if it knew the transitions. Because rewards reverse, a model-free learner that takes the last
outcome as a cue can do the same (Akam, Costa & Dayan 2015, doi:10.1371/journal.pcbi.1004648): it
runs beside every signature, and what it passes does not prove a model. Training settings were
chosen on reward; every one tried is listed in `TRIED.md`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...models import Prefrontal
from ...models.agent import Agent
from ...models.learners import Random, RewardAsCue, TwoStepObserver, TwoStepQ
from ...models.training import ActorCritic
from ...tasks import TwoStep
from ..declaration import Experiment, Figure, Signature, Test
from .two_step_figure import draw_two_step
from .two_step_units_figure import draw_two_step_units

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

SOURCE = "doi:10.1038/s41593-018-0147-8, Fig. 5"
TASK = TwoStep(encoding="compressed")
NETWORK = Prefrontal()
TRAINING = ActorCritic(n_lives=80_000, n_lanes=32)
BEHAVIOR = Test(n_lives=1000, record=())


def control(name: str, agent: Agent, summary: str) -> Experiment:
    """A learner that needs no training, in the same worlds as the networks."""
    return Experiment(
        name=f"wang2018/two_step_{name}",
        summary=summary,
        task=TASK,
        agent=agent,
        recording=BEHAVIOR,
        source="control",
    )


EXPERIMENTS = (
    Experiment(
        name="wang2018/two_step",
        summary="LSTM trained by reward prediction errors, weights frozen",
        task=TASK,
        agent=NETWORK,
        training=TRAINING,
        tests={
            "untrained": Test(n_lives=300, snapshot=0.0, record="all"),
            "reward_cut": Test(n_lives=300, without=("reward_input",)),
        },
        source=SOURCE,
    ),
    Experiment(
        name="wang2018/two_step_reward_blind",
        summary="LSTM trained and tested without the reward input",
        task=TASK,
        agent=NETWORK.without("reward_input"),
        training=replace(TRAINING, n_lives=10_000),
        source=SOURCE,
    ),
    Experiment(
        name="wang2018/two_step_published",
        summary="the published settings: one episode an update, RMSProp, usual initialization",
        task=TASK,
        agent=Prefrontal(input_gain=1.0, forget_bias=0.0),
        training=ActorCritic(
            n_lives=20_000,
            n_lanes=1,
            optimizer="rmsprop",
            learning_rate=7e-4,
            learning_rate_end=7e-4,
            entropy_weight_end=0.05,
            squared_decay=0.99,
            epsilon=1e-5,
            max_gradient_norm=40.0,
        ),
        source=f"{SOURCE}; optimizer constants and clipping are not published: those of TensorFlow A3C",
        reproduced=False,
    ),
    control("observer", TwoStepObserver(), "exact ideal observer, greedy"),
    control("q_learner", TwoStepQ(), "model-free Q-learning of the first action"),
    control("latent_state", RewardAsCue(), "latent-state learner: reward as a cue"),
    control("random", Random(), "random choice"),
)


def reward_index(recording: xr.Dataset) -> np.ndarray:
    """Main effect of reward on staying; near zero without a model-free influence."""
    from ...analysis import behavior

    return behavior.reward_index(behavior.stay_probability(recording)).values


def interaction(recording: xr.Dataset) -> np.ndarray:
    """Reward-by-transition interaction of staying."""
    from ...analysis import behavior

    return behavior.reward_by_transition_interaction(behavior.stay_probability(recording)).values


def nearer_to_observer(
    agent: xr.Dataset, observer: xr.Dataset, q_learner: xr.Dataset
) -> np.ndarray:
    """Distance of the four cells to the Q-learner's less that to the ideal observer's."""
    import numpy as np

    from ...analysis.behavior import stay_probability

    def distance(other: xr.Dataset) -> np.ndarray:
        target = stay_probability(other).mean("seed")
        return np.sqrt(((stay_probability(agent) - target) ** 2).sum(["transition", "reward"]))

    return (distance(q_learner) - distance(observer)).values


_NETWORK, _OBSERVER, _Q = (f"wang2018/two_step{s}" for s in ("", "_observer", "_q_learner"))
_BLIND, _CUE = "wang2018/two_step_reward_blind", "wang2018/two_step_latent_state"


def cell(transition: str, reward: int, low: float, high: float | None, not_by: str) -> Signature:
    """The signature of one stay cell."""

    def measure(recording: xr.Dataset) -> np.ndarray:
        from ...analysis.behavior import stay_probability

        return stay_probability(recording).sel(transition=transition, reward=reward).values

    rewarded = "rewarded" if reward else "unrewarded"
    how_often = "nearly always" if high is None else "little more than half the time"
    return Signature(
        name=f"wang2018/two_step_{transition}_{rewarded}",
        claim=f"After a {transition}, {rewarded} trial the choice is repeated {how_often}.",
        published="wang2018/two_step_stay",
        published_at={"transition": transition, "reward": reward},
        low=low,
        high=high,
        measure=measure,
        subject=_NETWORK,
        shows=_OBSERVER,
        shows_not=not_by,
        beside=(_CUE,),
    )


SIGNATURES = (
    cell("common", 1, 0.95, None, not_by=_BLIND),
    cell("rare", 1, 0.53, 0.74, not_by=_Q),
    cell("common", 0, 0.53, 0.74, not_by="wang2018/two_step_random"),
    cell("rare", 0, 0.95, None, not_by=_Q),
    Signature(
        name="wang2018/two_step_reward_index",
        claim="Reward as such does not make staying more likely.",
        published="wang2018/two_step_reward_index",
        low=-0.1,
        high=0.1,
        measure=reward_index,
        subject=_NETWORK,
        shows=_OBSERVER,
        shows_not=_Q,
        beside=(_CUE,),
    ),
    Signature(
        name="wang2018/two_step_interaction",
        claim="The effect of reward on staying depends on the transition.",
        published="wang2018/two_step_reward_by_transition_interaction",
        low=0.5,
        high=None,
        measure=interaction,
        subject=_NETWORK,
        shows=_OBSERVER,
        shows_not=_Q,
        beside=(_CUE,),
    ),
    Signature(
        name="wang2018/two_step_near_observer",
        claim="The four stay probabilities lie nearer to the ideal observer's than to a Q-learner's.",
        published="direction only",
        low=0.0,
        high=None,
        measure=nearer_to_observer,
        subject=(_NETWORK, _OBSERVER, _Q),
        shows=(_OBSERVER, _OBSERVER, _Q),
        shows_not=(_Q, _OBSERVER, _Q),
    ),
)

FIGURES = (
    Figure(
        name="wang2018/two_step",
        caption=(
            "Probability of repeating the first-stage choice after common and rare, rewarded and "
            "unrewarded trials. Bars: mean over seeds or subjects; dots: seeds; lines: 95 % "
            "interval (people and animals: standard error). Published: Wang et al. 2018, Fig. 5, "
            "digitized. The latent-state learner knows no transitions. Rats: Miller, Botvinick & "
            "Brody; people: Zorowitz et al. 2023, whose rewards drift instead of reversing."
        ),
        needs=(_NETWORK, _BLIND, _OBSERVER, _Q, _CUE),
        draw=draw_two_step,
    ),
    Figure(
        name="wang2018/two_step_units",
        caption=(
            "What the units code, with frozen weights. (a) Mean absolute rank correlation of the 48 "
            "units with the last action, the last reward, their product, and the network's own "
            "value; dots: seeds. (b) Cross-validated decoding of the state that pays more, which no "
            "input shows; dotted: chance. Untrained networks are the null that matters: random "
            "recurrent weights keep the recent actions and rewards well enough for all of this, so "
            "neither mixed coding nor decoding shows learning. Reward-blind networks code no reward."
        ),
        needs=(_NETWORK, f"{_NETWORK}@untrained", _BLIND),
        draw=draw_two_step_units,
    ),
)
