"""Contexts that combine two symbols: a pair that returns, and a new pair of familiar symbols.

Ritter et al. 2018 list such bandits; details of theirs are not known, and these are ours. Which arm
is good depends on the pair, so the memory has to be asked with both symbols: beside it stands a
network whose memory is asked with the first one only. Settings are those of the barcode bandits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...models.prefrontal import EpisodicPrefrontal
from ...models.prefrontal.familiarity import FamiliarPrefrontal
from ...tasks.compositional_bandit import CompositionalBandit
from ..declaration import Experiment, Figure, Signature, Test
from .barcode import NETWORK, SHORTER, TRAINING, gain_at_second
from .compositional_figure import draw_compositional
from .images import difference_at_second

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

TASK = CompositionalBandit()
TRAINED_ON = CompositionalBandit(n_episodes=50)
# 1,200 episodes of each exposure, some 400 first visits to a new pair of familiar symbols
LIVES = Test(n_lives=120, task=TASK, record=("reinstatement", "confidence"))
LONGER = replace(TRAINING, n_lives=9600)
FAMILIAR = FamiliarPrefrontal(threshold=NETWORK.threshold, discount=NETWORK.discount)


def experiment(name: str, summary: str, agent: EpisodicPrefrontal, **settings: Any) -> Experiment:
    """A network trained on contexts made of symbols."""
    declared = Experiment(
        name=f"ritter2018/{name}",
        summary=summary,
        task=TRAINED_ON,
        agent=agent,
        training=LONGER,
        recording=LIVES,
        source="arXiv:1805.09692, compositional contexts; details ours",
        quick=2,
    )
    return replace(declared, **settings)


EXPERIMENTS = (
    experiment(
        "compositional",
        "contexts are pairs of symbols, the memory is asked with both",
        NETWORK,
        tests={
            "shuffled_keys": replace(LIVES, without=("matching_keys",)),
            "untrained": replace(LIVES, snapshot=0.0, record=()),
        },
    ),
    experiment(
        "compositional_half",
        "the memory is asked with the first symbol only",
        # tanh of what comes back: where a memory answers in other contexts than its own, states
        # that are put back into states that are stored again would grow without bound
        replace(FAMILIAR, key=(0, TASK.n_bits // 2)).without("familiarity"),
    ),
    experiment(
        "compositional_plain",
        "LSTM that sees the symbols but has no memory of earlier episodes",
        NETWORK.without("reinstatement"),
        training=SHORTER,
    ),
)


def new_pair_difference(recording: xr.Dataset, plain: xr.Dataset) -> np.ndarray:
    """Reward of first visits to new pairs of familiar symbols: with memory less without."""
    from ...analysis.exposure import first_visit_by_familiarity

    both = (first_visit_by_familiarity(r).sel(familiar_symbols=2) for r in (recording, plain))
    return next(both).values - next(both).values


_NETWORK, _HALF, _PLAIN = (f"ritter2018/compositional{which}" for which in ("", "_half", "_plain"))
SIGNATURES = (
    Signature(
        name="ritter2018/compositional_recurring",
        claim="When a pair of symbols returns the network knows the arm that it found there.",
        published="direction only",
        low=1.0,
        high=None,
        measure=gain_at_second,
        subject=_NETWORK,
        shows_not=_PLAIN,
        beside=(f"{_NETWORK}@shuffled_keys", _HALF),
    ),
    Signature(
        name="ritter2018/compositional_new_pair",
        claim="In a new pair of familiar symbols memory neither helps nor harms.",
        published="direction only",
        low=-0.3,  # the tolerance that first visits are compared with
        high=0.3,
        measure=new_pair_difference,
        subject=(_NETWORK, _PLAIN),
        shows_not=(f"{_NETWORK}@untrained", _PLAIN),
        beside=((_HALF, _PLAIN),),
    ),
    Signature(
        name="ritter2018/compositional_both_symbols",
        claim="A memory that is asked with one of the symbols is worth less when a pair returns.",
        published="direction only",
        low=None,
        high=-0.3,
        measure=difference_at_second,
        subject=(_HALF, _NETWORK),
    ),
)

FIGURES = (
    Figure(
        name="ritter2018/compositional",
        caption=(
            "Contexts that are pairs of symbols. (a) Reward of ten pulls by exposure of the pair. (b) "
            "Reward of a first visit by how many of its two symbols other pairs have shown. Means "
            "over seeds with their 95 % intervals."
        ),
        needs=(_NETWORK, _HALF, _PLAIN),
        draw=draw_compositional,
    ),
)
