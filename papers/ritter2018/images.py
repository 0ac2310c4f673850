"""Contexts that look different each time: drawings of characters (after Ritter et al. 2018; ours).

The paper's images are Omniglot characters, seen through a pretrained network; here the toolkit
draws them, and keys are the pictures themselves. Further keys are what the trained network makes
of a picture, and a few random mixtures of its pixels.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...models.prefrontal.familiarity import FamiliarPrefrontal
from ...tasks.barcode_bandit import BarcodeBandit
from ...tasks.image_bandit import ImageBandit
from ..declaration import Experiment, Figure, Signature, Test
from .barcode import TRAINING, at_exposure, gain_at_second
from .images_figure import draw_images

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

TASK = ImageBandit()
TRAINED_ON = ImageBandit(BarcodeBandit(n_episodes=50))
# Drawings of one character have a cosine of .88 to 1, those of two at most .84 in 99 % of lives.
NETWORK = FamiliarPrefrontal(threshold=0.85, observation_gain=0.3, discount=0.97)
# 400 episodes of each exposure: reward +- .12
LIVES = Test(n_lives=40, task=TASK, record=("reinstatement", "confidence", "reinstated_action"))

EXPERIMENTS = (
    Experiment(
        name="ritter2018/images",
        summary="contexts are characters, drawn differently at each visit",
        task=TRAINED_ON,
        agent=NETWORK,
        training=replace(TRAINING, n_lives=9600),
        recording=LIVES,
        tests={
            "no_reinstatement": replace(LIVES, without=("reinstatement",)),
            "shuffled_keys": replace(LIVES, without=("matching_keys",)),
            "own_keys": replace(LIVES, without=("observed_keys",)),
            "mixed_keys": replace(LIVES, without=("specific_keys",)),
            "same_picture": replace(LIVES, task=replace(TASK, jitter=0.0)),
        },
        source="arXiv:1805.09692, character contexts; drawings ours",
        quick=2,
    ),
)


def difference_at_second(recording: xr.Dataset, other: xr.Dataset) -> np.ndarray:
    """Reward of the second exposure less that in another recording."""
    measure = at_exposure(2, 2)
    return measure(recording) - measure(other)


_NETWORK = "ritter2018/images"
_SHUT, _SHUFFLED, _OWN, _MIXED, _SAME = (
    f"{_NETWORK}@{t}"
    for t in ("no_reinstatement", "shuffled_keys", "own_keys", "mixed_keys", "same_picture")
)
SIGNATURES = (
    Signature(
        name="ritter2018/images_second_exposure",
        claim="What was learned under one drawing of a character is back under another.",
        published="direction only",
        low=1.0,
        high=None,
        measure=gain_at_second,
        subject=_NETWORK,
        shows_not=_SHUFFLED,
        beside=(_SHUT, _SAME),
    ),
    Signature(
        name="ritter2018/images_survive_variation",
        claim="A new drawing is nearly as good a reminder as the same picture.",
        published="direction only",
        low=-1.0,  # of the 3.7 that memory is worth
        high=None,
        measure=difference_at_second,
        subject=(_NETWORK, _SAME),
        shows_not=(_SHUFFLED, _SAME),
    ),
    Signature(
        name="ritter2018/images_mixed_keys",
        claim="Keys of a few random mixtures are worse than the whole picture.",
        published="direction only",
        low=None,
        high=0.0,
        measure=difference_at_second,
        subject=(_MIXED, _NETWORK),
        beside=((_OWN, _NETWORK),),
    ),
)

FIGURES = (
    Figure(
        name="ritter2018/images",
        caption=(
            "Contexts that look different each time. (a) Three drawings of each of four "
            "characters. (b) Reward of ten pulls by exposure of the character. (c) The second "
            "exposure, by what is compared: the picture, what the network makes of it, eight "
            "random mixtures of its pixels, all with the threshold that was chosen for pictures; and "
            "with one picture for each character. Means over seeds with their 95 % intervals; dots: "
            "seeds."
        ),
        needs=(_NETWORK, _SHUT, _SHUFFLED, _OWN, _MIXED, _SAME),
        draw=draw_images,
    ),
)
