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
    pairs of a life, and the good arm is `shift` arms further on, counted in a circle. With a
    distance of 0 a pair has one barcode, and a shift is a change of mapping that nothing
    announces. If several distances or shifts are given, each life has one of them, any with the
    same probability.

    Further labels: the `distance` and `shift` of the life, and of the context that looks like the
    present one the good arm, `twin_arm`, and the number of its episodes so far, `twin_exposure`.
    """

    distance: int | tuple[int, ...] = 2
    shift: int | tuple[int, ...] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n_contexts % 2:
            raise ValueError(f"n_contexts must be even, got {self.n_contexts}")
        for name in ("distance", "shift"):
            if not np.size(getattr(self, name)):
                raise ValueError(f"{name} must be a number or several, got none")
        for distance in np.atleast_1d(self.distance):
            if not 0 <= distance <= self.n_bits:
                raise ValueError(
                    f"distance must be between 0 and n_bits = {self.n_bits}, got {distance}"
                )

    def draw_contexts(self, rng: Lanes) -> tuple[np.ndarray, np.ndarray]:
        half = self.n_contexts // 2
        order = rng.permutation(self.n_bits)
        # One of the bits that will be flipped is 0 in all originals, so that no look-alike is
        # one of them.
        free = draw_barcodes(rng, half, self.n_bits - 1)
        padded = np.concatenate([np.zeros((*free.shape[:2], 1), np.float32), free], axis=2)
        original = np.take_along_axis(padded, order[:, None], axis=2)
        arm = rng.permutation(self.n_arms)[:, np.arange(half) % self.n_arms]
        distance, shift = self.draw_relation(rng)
        flipped = (order < distance)[:, None]
        alike = np.where(flipped, 1 - original, original)
        good_arm = np.concatenate([arm, (arm + shift) % self.n_arms], axis=1)
        return np.concatenate([original, alike], axis=1), good_arm

    def draw_relation(self, rng: Lanes) -> tuple[np.ndarray, np.ndarray]:
        """Distance and shift of a life, (n, 1) each."""
        return _one_of(self.distance, rng), _one_of(self.shift, rng)

    def further_labels(
        self, context: np.ndarray, n_seen: np.ndarray, barcode: np.ndarray, good_arm: np.ndarray
    ) -> dict[str, np.ndarray]:
        half, lanes = self.n_contexts // 2, np.arange(len(context))
        twin = (context + half) % self.n_contexts
        return {
            "distance": np.abs(barcode[:, half] - barcode[:, 0]).sum(axis=1).astype(np.int32),
            "shift": (good_arm[:, half] - good_arm[:, 0]) % self.n_arms,
            "twin_arm": good_arm[lanes, twin],
            "twin_exposure": n_seen[lanes, twin],
        }


def _one_of(choices: int | tuple[int, ...], rng: Lanes) -> np.ndarray:
    """One of the choices for each lane, (n, 1)."""
    values = np.atleast_1d(choices)
    return values[rng.integers(len(values))][:, None]
