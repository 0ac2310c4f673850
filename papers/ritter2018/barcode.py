"""Barcode bandits: what was learned in a context is back when its barcode is (Ritter et al. 2018, Fig. 2).

A life is 100 episodes of ten pulls in ten contexts. Networks are trained on many lives and then
frozen: whatever they gain from the second visit of a context on, they gain from memory. They are
trained on shorter lives, five visits of each context instead of ten: exploring is learned in
first visits, which are then a fifth of all. Training settings were chosen on reward; every one
tried is listed in `TRIED.md`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...models.agent import Agent
from ...models.learners import Random
from ...models.learners.good_arm import GoodArmObserver
from ...models.prefrontal import EpisodicPrefrontal
from ...models.training import ActorCritic
from ...tasks.barcode_bandit import BarcodeBandit
from ..declaration import Experiment, Figure, Measure, Signature, Test
from .barcode_figure import draw_barcode

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

SOURCE = "arXiv:1805.09692, contextual bandits"
TASK = BarcodeBandit()
TRAINED_ON = BarcodeBandit(n_episodes=50)
# Other barcodes of a life are taken for new ones: with a threshold of 0 the nearest of them comes
# back at a first visit, and the network wastes its first pull on another context's arm.
NETWORK = EpisodicPrefrontal(threshold=0.95, discount=0.97)
TRAINING = ActorCritic(
    n_lives=19_200,
    n_lanes=16,
    unroll=TASK.n_pulls,  # an update after each episode; the memory outlasts it
    discount=0.97,
    value_weight=0.5,
    entropy_weight=0.02,
)
SHORTER = replace(TRAINING, n_lives=4800)  # without memory reward settles far earlier
MEMORY = ("reinstatement", "confidence", "reinstated_action")
# 1,000 episodes of each exposure: reward +- .09
LIVES = Test(n_lives=100, task=TASK, record=MEMORY)
LESIONED = Test(n_lives=40, task=TASK, record=MEMORY)


def control(name: str, agent: Agent, summary: str) -> Experiment:
    """A learner that needs no training, in the same worlds as the networks."""
    return Experiment(
        name=f"ritter2018/barcode_{name}",
        summary=summary,
        task=TASK,
        agent=agent,
        recording=Test(n_lives=400, record=()),
        source="control",
    )


EXPERIMENTS = (
    Experiment(
        name="ritter2018/barcode",
        summary="episodic LSTM: cell states come back with their barcode",
        task=TRAINED_ON,
        agent=NETWORK,
        training=TRAINING,
        recording=LIVES,
        tests={
            "no_reinstatement": replace(LESIONED, without=("reinstatement",)),
            "empty_memory": replace(LESIONED, without=("memory",)),
            "shuffled_keys": replace(LESIONED, without=("matching_keys",)),
            "random_state": replace(LESIONED, without=("selective_retrieval",)),
        },
        source=SOURCE,
    ),
    Experiment(
        name="ritter2018/barcode_plain",
        summary="LSTM that sees the barcode but has no memory of earlier episodes",
        task=TRAINED_ON,
        agent=NETWORK.without("reinstatement"),
        training=SHORTER,
        recording=LIVES,
        source=SOURCE,
    ),
    Experiment(
        name="ritter2018/barcode_blind",
        summary="LSTM that does not see the barcode",
        task=TRAINED_ON,
        agent=NETWORK.without("reinstatement", "observation"),
        training=SHORTER,
        recording=LIVES,
        source=SOURCE,
    ),
    control("ceiling", GoodArmObserver(), "exact inference, carried along with the barcode"),
    control(
        "ceiling_forgetful",
        GoodArmObserver().without("memory"),
        "exact inference within the episode only",
    ),
    control("random", Random(), "random choice"),
)


def at_exposure(first: int, last: int | None = None) -> Measure:
    """A measure: reward of an episode at these exposures, mean over them."""

    def measure(recording: xr.Dataset) -> np.ndarray:
        from ...analysis.exposure import reward_by_exposure

        return (
            reward_by_exposure(recording).sel(exposure=slice(first, last)).mean("exposure").values
        )

    return measure


def difference_at_first(episodic: xr.Dataset, plain: xr.Dataset) -> np.ndarray:
    """Reward of the first exposure: with memory less without."""
    measure = at_exposure(1, 1)
    return measure(episodic) - measure(plain)


def gain_at_second(recording: xr.Dataset) -> np.ndarray:
    """Reward of the second exposure less that of the first."""
    return at_exposure(2, 2)(recording) - at_exposure(1, 1)(recording)


def later_drop(recording: xr.Dataset) -> np.ndarray:
    """Lowest reward of the exposures from 3 on less the second's."""
    from ...analysis.exposure import reward_by_exposure

    reward = reward_by_exposure(recording)
    later = reward.sel(exposure=slice(3, None)).min("exposure")
    return (later - reward.sel(exposure=2)).values


def above_ceiling(recording: xr.Dataset, ceiling: xr.Dataset) -> np.ndarray:
    """Reward of the exposures from 3 on less the ceiling's, mean over them."""
    measure = at_exposure(3)
    return measure(recording) - measure(ceiling).mean()


def slope(recording: xr.Dataset) -> np.ndarray:
    """Reward gained with each exposure, least squares over all of them."""
    import numpy as np

    from ...analysis.exposure import reward_by_exposure

    reward = reward_by_exposure(recording)
    return np.polyfit(reward.exposure, reward.transpose("exposure", ...).values, 1)[0]


def gate_difference(recording: xr.Dataset) -> np.ndarray:
    """Reinstatement gate where the state that comes back is useful, less where it is not."""
    from ...analysis.exposure import gate_by_usefulness

    gate = gate_by_usefulness(recording)
    return (gate.sel(useful=True) - gate.sel(useful=False)).values


_NETWORK, _PLAIN, _BLIND, _CEILING, _FORGETFUL, _RANDOM = (
    f"ritter2018/barcode{which}"
    for which in ("", "_plain", "_blind", "_ceiling", "_ceiling_forgetful", "_random")
)


def abolished(lesion: str, what: str) -> Signature:
    """Without what the lesion takes, a second visit is worth no more than a first."""
    return Signature(
        name=f"ritter2018/barcode_gain_needs_{lesion}",
        claim=f"The gain of the second visit is gone {what}.",
        published="ritter2018/barcode_memory_not_weights",
        low=None,
        high=0.3,  # reward; the tolerance that first visits are compared with
        measure=gain_at_second,
        subject=f"{_NETWORK}@{lesion}",
        shows=_FORGETFUL,
        shows_not=_NETWORK,
    )


SIGNATURES = (
    Signature(
        name="ritter2018/barcode_first_exposure",
        claim="In a context met for the first time memory neither helps nor harms.",
        published="ritter2018/barcode_first_exposure",
        low=-0.3,
        high=0.3,
        measure=difference_at_first,
        subject=(_NETWORK, _PLAIN),
        shows=(_CEILING, _FORGETFUL),
        shows_not=(_RANDOM, _PLAIN),
    ),
    Signature(
        name="ritter2018/barcode_first_exposure_reward",
        claim="A first visit earns nearly what the best explorer earns, 4.44 in ten pulls.",
        published="direction only",
        low=4.0,
        high=4.45,
        measure=at_exposure(1, 1),
        subject=_NETWORK,
        shows_not=_RANDOM,
        beside=(_FORGETFUL, _PLAIN, _BLIND),
    ),
    Signature(
        name="ritter2018/barcode_second_exposure",
        claim="At the second visit the network knows the arm that it found at the first.",
        published="ritter2018/barcode_second_exposure",
        low=7.5,  # of 8.15 for perfect memory
        high=None,
        measure=at_exposure(2, 2),
        subject=_NETWORK,
        shows=_CEILING,
        shows_not=_PLAIN,
    ),
    Signature(
        name="ritter2018/barcode_later_exposures",
        claim="From the fourth visit on it hardly explores any more.",
        published="direction only",
        low=8.5,  # of 9
        high=None,
        measure=at_exposure(4),
        subject=_NETWORK,
        shows=_CEILING,
        shows_not=_PLAIN,
    ),
    Signature(
        name="ritter2018/barcode_no_forgetting",
        claim="Later visits earn no less than the second.",
        published="direction only",
        low=-0.2,
        high=None,
        measure=later_drop,
        subject=_NETWORK,
        shows=_CEILING,
    ),
    Signature(
        name="ritter2018/barcode_below_ceiling",
        claim="No visit earns more than exact inference allows.",
        published="direction only",
        low=None,
        high=0.04,  # 3 standard errors of the difference
        measure=above_ceiling,
        subject=(_NETWORK, _CEILING),
        shows=(_PLAIN, _CEILING),
    ),
    Signature(
        name="ritter2018/barcode_plain_flat",
        claim="Without memory the tenth visit is like the first, though the barcode is in view.",
        published="ritter2018/barcode_plain_flat",
        low=-0.05,
        high=0.05,
        measure=slope,
        subject=_PLAIN,
        shows=_FORGETFUL,
        shows_not=_NETWORK,
        beside=(_BLIND,),
    ),
    abolished("no_reinstatement", "when no state is put back"),
    abolished("empty_memory", "when nothing was stored: it does not lie in the weights"),
    abolished("shuffled_keys", "when the states of other contexts come back"),
    Signature(
        name="ritter2018/barcode_gate",
        claim="The reinstatement gate is wider open when the state that comes back is useful.",
        published="ritter2018/barcode_gate",
        low=0.0,
        high=None,
        measure=gate_difference,
        subject=_NETWORK,
        shows_not=f"{_NETWORK}@shuffled_keys",
    ),
)

FIGURES = (
    Figure(
        name="ritter2018/barcode",
        caption=(
            "Contexts that return. (a) Reward and (b) probability of the good arm by pull, one "
            "curve for each exposure of a context, weights frozen; dashed: exact inference with "
            "perfect memory. (c) Reward of an episode by exposure: mean over seeds with its 95 % "
            "interval. (d) Mean reinstatement gate in episodes in which the state that comes back "
            "does or does not favor the good arm; lines: seeds."
        ),
        needs=(
            _NETWORK,
            f"{_NETWORK}@no_reinstatement",
            f"{_NETWORK}@shuffled_keys",
            _PLAIN,
            _BLIND,
            _CEILING,
        ),
        draw=draw_barcode,
    ),
)
