"""Barcode bandits in which contexts have look-alikes (after Ritter et al. 2018, arXiv:1805.09692; ours)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .barcode_bandit import BarcodeBandit, draw_barcodes
from .randomness import Lanes


@dataclass(frozen=True)
class GradedSimilarity(BarcodeBandit):
    """Each context has a look-alike: `distance` bits are flipped, and the good arm is shifted.

    As `BarcodeBandit`, but the second half of the contexts of a life are the look-alikes of the
    first half, in the same order: the barcode differs in `distance` bits, the same ones for all
    pairs of a life, and the good arm is `shift` arms further on. With a shift of 0 it pays to
    take similar contexts for the same, else to tell them apart.
    """

    distance: int = 2
    shift: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n_contexts % 2:
            raise ValueError(f"n_contexts must be even, got {self.n_contexts}")
        if not 1 <= self.distance <= self.n_bits:
            raise ValueError(
                f"distance must be between 1 and n_bits = {self.n_bits}, got {self.distance}"
            )

    def draw_contexts(self, rng: Lanes) -> tuple[np.ndarray, np.ndarray]:
        half = self.n_contexts // 2
        order = rng.permutation(self.n_bits)
        flipped = (order < self.distance)[:, None]
        # One of the bits that will be flipped is 0 in all originals, so that no look-alike is
        # one of them.
        free = draw_barcodes(rng, half, self.n_bits - 1)
        padded = np.concatenate([np.zeros((*free.shape[:2], 1), np.float32), free], axis=2)
        original = np.take_along_axis(padded, order[:, None], axis=2)
        alike = np.where(flipped, 1 - original, original)
        arm = rng.permutation(self.n_arms)[:, np.arange(half) % self.n_arms]
        good_arm = np.concatenate([arm, (arm + self.shift) % self.n_arms], axis=1)
        return np.concatenate([original, alike], axis=1), good_arm
