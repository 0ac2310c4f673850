"""Which two-step networks plan, and which infer a latent state? The transitions tell.

Where rewards reverse, "reward in this state means that choice" needs no model of the transitions
and yet shows a planner's stay probabilities (Akam, Costa & Dayan 2015). Here the transitions are
swapped while the weights are frozen: who keeps track of them turns around, who does not goes on
choosing what used to lead to the better state. Networks are trained with transitions that never
change, that are drawn for each life, and that swap within lives. Training settings are those of
`wang2018/two_step`; see `TRIED.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...models import Prefrontal
from ...models.agent import Agent
from ...models.learners import RewardAsCue, TwoStepObserver, TwoStepQ
from ...models.training import ActorCritic
from ...tasks import SwappingTwoStep, Task, TwoStep
from ..declaration import Experiment, Figure, Signature, Test
from .transitions_figure import draw_transitions

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

SOURCE = "doi:10.1371/journal.pcbi.1004648; the networks are ours"
FIXED, DRAWN = TwoStep(), TwoStep(mapping="random")
SWAPPING = SwappingTwoStep(mapping="random")
TRAINING = ActorCritic(n_lives=80_000, n_lanes=32)
N_LIVES = 500
PROBES = {
    # the other way round for the whole life, and swapping in its course
    "swapped": Test(n_lives=N_LIVES, task=TwoStep(mapping="incongruent"), record=()),
    "swapping": Test(n_lives=N_LIVES, task=SwappingTwoStep(), record=()),
}
SETTLED = 20  # trials in which to notice how the transitions are
RELEARNED = 10  # trials after a swap


def network(name: str, task: Task, summary: str) -> Experiment:
    """An LSTM trained on one kind of transitions and tested on all."""
    return Experiment(
        name=f"akam2015/{name}",
        summary=summary,
        task=task,
        agent=Prefrontal(),
        training=TRAINING,
        recording=Test(n_lives=N_LIVES, record=()),
        tests=PROBES,
        source=SOURCE,
    )


def control(name: str, agent: Agent, summary: str, task: Task = FIXED) -> Experiment:
    """A learner that needs no training, tested in the same worlds."""
    return Experiment(
        name=f"akam2015/{name}",
        summary=summary,
        task=task,
        agent=agent,
        recording=Test(n_lives=N_LIVES, record=()),
        tests=PROBES,
        source="control",
    )


EXPERIMENTS = (
    network("fixed", FIXED, "LSTM trained with transitions that never change"),
    network("drawn", DRAWN, "LSTM trained with transitions drawn for each life"),
    network("swapping", SWAPPING, "LSTM trained with transitions that swap within lives"),
    control(
        "planner",
        TwoStepObserver(assumed_mapping="random"),
        "ideal observer that infers the transitions",
    ),
    control(
        "latent_state",
        TwoStepObserver(assumed_mapping="congruent"),
        "infers the better state; takes the transitions for granted",
    ),
    control("reward_as_cue", RewardAsCue(), "model-free: the last outcome as a cue"),
    control("q_learner", TwoStepQ(), "model-free Q-learning of the first action"),
)


def settled_interaction(recording: xr.Dataset) -> np.ndarray:
    """Reward-by-transition interaction of staying, without the first trials of a life."""
    from ...analysis import behavior

    late = recording.isel(step=slice(SETTLED, None))
    return behavior.reward_by_transition_interaction(behavior.stay_probability(late)).values


def accuracy_after_swap(recording: xr.Dataset) -> np.ndarray:
    """Share of best choices from the tenth trial after a swap of the transitions on."""
    from ...analysis.reversal import accuracy_since_change

    curve = accuracy_since_change(recording, "congruent").sel(since=slice(RELEARNED, None))
    return curve.weighted(curve["n_choices"].astype(float)).mean("since").values


_FIXED, _DRAWN, _SWAPPING, _PLANNER, _LATENT, _CUE, _Q = (
    f"akam2015/{name}"
    for name in (
        "fixed", "drawn", "swapping", "planner", "latent_state", "reward_as_cue", "q_learner",
    )
)  # fmt: skip

SIGNATURES = (
    Signature(
        name="akam2015/interaction_needs_no_plan",
        claim="A learner that takes the transitions for granted shows a planner's interaction.",
        published="akam2015/latent_state_interaction",
        low=0.5,
        high=None,
        measure=settled_interaction,
        subject=_LATENT,
        shows=_PLANNER,
        shows_not=_Q,
        beside=(_CUE, _FIXED, _DRAWN, _SWAPPING),
    ),
    Signature(
        name="akam2015/fixed_infers_a_latent_state",
        claim=(
            "A network trained with transitions that never change does not plan: with the "
            "transitions swapped it chooses what used to lead to the better state."
        ),
        published="direction only",
        low=None,
        high=-0.3,
        measure=settled_interaction,
        subject=f"{_FIXED}@swapped",
        shows=f"{_LATENT}@swapped",
        shows_not=f"{_PLANNER}@swapped",
        beside=(f"{_CUE}@swapped",),
    ),
    Signature(
        name="akam2015/drawn_uses_the_transitions",
        claim=(
            "A network trained with transitions drawn for each life finds out how they are and "
            "chooses accordingly."
        ),
        published="direction only",
        low=0.3,
        high=None,
        measure=settled_interaction,
        subject=f"{_DRAWN}@swapped",
        shows=f"{_PLANNER}@swapped",
        shows_not=f"{_LATENT}@swapped",
        beside=(f"{_FIXED}@swapped",),
    ),
    Signature(
        name="akam2015/swapping_uses_the_transitions",
        claim=(
            "A network trained with transitions that swap within lives finds out how they are and "
            "chooses accordingly."
        ),
        published="direction only",
        low=0.3,
        high=None,
        measure=settled_interaction,
        subject=f"{_SWAPPING}@swapped",
        shows=f"{_PLANNER}@swapped",
        shows_not=f"{_LATENT}@swapped",
        beside=(f"{_FIXED}@swapped",),
    ),
    Signature(
        name="akam2015/swapping_follows_a_swap",
        claim=(
            "A network trained with transitions that swap within lives is back at the better "
            "choice ten trials after a swap."
        ),
        published="direction only",
        low=0.6,
        high=None,
        measure=accuracy_after_swap,
        subject=f"{_SWAPPING}@swapping",
        shows=f"{_PLANNER}@swapping",
        shows_not=f"{_FIXED}@swapping",
        # a fast model-free learner relearns, too: only with the interaction is it planning
        beside=tuple(f"{name}@swapping" for name in (_DRAWN, _LATENT, _CUE, _Q)),
    ),
)

FIGURES = (
    Figure(
        name="akam2015/transitions",
        caption=(
            "Planning or inferring a latent state, with frozen weights. (a) Reward-by-transition "
            "interaction of staying in worlds with the usual transitions and with swapped ones; "
            "dots: seeds. All look like planners until the transitions are swapped. (b) Choices of "
            "the better option after the transitions swap in the course of a life; mean over "
            "seeds, shade: 95 % interval; dotted: chance."
        ),
        needs=tuple(
            f"{name}{test}"
            for name in (_FIXED, _DRAWN, _SWAPPING, _PLANNER, _LATENT)
            for test in ("", "@swapped", "@swapping")
        ),
        draw=draw_transitions,
    ),
)
