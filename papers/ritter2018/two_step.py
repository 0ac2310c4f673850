"""Episodic two-step task: a cue reminds of one past trial (Ritter et al. 2018, doi:10.1101/360537).

*Incremental* influence: staying with the last choice, by the last trial's transition and reward.
*Episodic* influence: repeating the choice of the cued past trial, by that trial's transition and
reward. Training settings were chosen on reward; every one tried is listed in `TRIED.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...models.learners import Random
from ...models.prefrontal import EpisodicPrefrontal
from ...models.training import ActorCritic
from ...tasks.two_step_episodic import EpisodicTwoStep
from ..declaration import Experiment, Figure, Signature, Test
from .two_step_figure import draw_two_step

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

SOURCE = "doi:10.1101/360537"
TASK = EpisodicTwoStep()
# The barcode of a visit is the key of the state after it; only that very barcode brings it back.
NETWORK = EpisodicPrefrontal(
    key=TASK.cue_columns,
    written_key=TASK.barcode_columns,
    write="step",
    threshold=0.99,
    discount=0.5,
)
# A choice earns its own reward and teaches nothing that the other would not: a small discount.
TRAINING = ActorCritic(n_lives=12_800, n_lanes=32, value_weight=0.5, discount=0.5)
MEMORY = ("reinstatement", "confidence", "reinstated_action")
EPISODES = Test(n_lives=500, record=MEMORY)

EXPERIMENTS = (
    Experiment(
        name="ritter2018/two_step",
        summary="episodic LSTM reminded of single past trials",
        task=TASK,
        agent=NETWORK,
        training=TRAINING,
        recording=EPISODES,
        tests={
            "no_reinstatement": Test(n_lives=500, without=("reinstatement",), record=MEMORY),
            "random_state": Test(n_lives=500, without=("selective_retrieval",), record=MEMORY),
        },
        source=SOURCE,
    ),
    Experiment(
        name="ritter2018/two_step_random",
        summary="random choice",
        task=TASK,
        agent=Random(),
        recording=Test(n_lives=500, record=()),
        source="control",
    ),
)


def episodic_interaction(recording: xr.Dataset) -> np.ndarray:
    """Reward-by-transition interaction of repeating the choice of the cued past trial."""
    from ...analysis.behavior import reward_by_transition_interaction
    from ...analysis.reminders import episodic_stay_probability

    return reward_by_transition_interaction(episodic_stay_probability(recording)).values


def incremental_change(recording: xr.Dataset) -> np.ndarray:
    """Interaction of staying with the last choice: with a cue less without."""
    from ...analysis.behavior import reward_by_transition_interaction
    from ...analysis.reminders import incremental_stay_probability

    cued, uncued = (
        reward_by_transition_interaction(incremental_stay_probability(recording, cued=cued)).values
        for cued in (True, False)
    )
    return cued - uncued


_NETWORK, _RANDOM = "ritter2018/two_step", "ritter2018/two_step_random"
_SHUT = f"{_NETWORK}@no_reinstatement"

SIGNATURES = (
    Signature(
        name="ritter2018/two_step_episodic",
        claim="A cue makes the outcome of one past trial, seen with its transition, decide.",
        published="ritter2018/two_step_episodic_interaction",
        low=0.5,
        high=None,
        measure=episodic_interaction,
        subject=_NETWORK,
        shows_not=_SHUT,
        beside=(f"{_NETWORK}@random_state",),
    ),
    Signature(
        name="ritter2018/two_step_episodic_needs_reinstatement",
        claim="When no state is put back the cue has no influence.",
        published="direction only",
        low=-0.1,
        high=0.1,
        measure=episodic_interaction,
        subject=_SHUT,
        shows=_RANDOM,
        shows_not=_NETWORK,
    ),
    Signature(
        name="ritter2018/two_step_incremental_weaker",
        claim="With a cue the last trial counts for less.",
        published="direction only",
        low=None,
        high=0.0,
        measure=incremental_change,
        subject=_NETWORK,
        shows_not=_SHUT,
        beside=(_RANDOM,),
    ),
)

FIGURES = (
    Figure(
        name="ritter2018/two_step",
        caption=(
            "Probability of repeating a choice, by the transition and reward that followed it. "
            "Left and middle: the choice of the last trial, without and with a cue. Right: the "
            "choice of the past trial that the cue reminds of. Bars: mean over seeds; dots: seeds; "
            "diamonds: published (digitized); crosses: the same networks with no state put back."
        ),
        needs=(_NETWORK, _SHUT),
        draw=draw_two_step,
    ),
)
