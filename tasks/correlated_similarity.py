"""Look-alikes of which the less alike have changed more, at a cost to who confuses them (ours)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .graded_similarity import GradedSimilarity
from .randomness import Lanes


@dataclass(frozen=True)
class CorrelatedSimilarity(GradedSimilarity):
    """Distance and shift belong together, and a wrong memory costs.

    As `GradedSimilarity`, but each life has one of the pairs of `distance` and `shift`, which must
    be as many: the first of one with the first of the other, and so on. So the farther a
    look-alike, the further the good arm may have moved. And where the good arm of the context
    whose barcode is nearest (the first of several) is another one, pulling it here costs
    `penalty` with probability `p_good` and never pays: an arm that would be the good one, were
    the two contexts the same, is worse than one that was never good.

    One label more: `costly_arm`, -1 where there is none.
    """

    distance: int | tuple[int, ...] = (0, 5)
    shift: int | tuple[int, ...] = (0, 4)
    penalty: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if np.size(self.distance) != np.size(self.shift):
            raise ValueError(
                "distance and shift belong together and must be as many, got "
                f"{np.size(self.distance)} and {np.size(self.shift)}"
            )
        if self.penalty < 0:
            raise ValueError(f"penalty is what a pull costs, at least 0, got {self.penalty}")

    @property
    def reward_bounds(self) -> tuple[float, float]:
        """As `BarcodeBandit`; by chance if every context has a costly arm."""
        chance, most = super().reward_bounds
        return chance - (self.p_bad + self.penalty * self.p_good) / self.n_arms * self.n_steps, most

    def draw_relation(self, rng: Lanes) -> tuple[np.ndarray, np.ndarray]:
        which = rng.integers(np.size(self.distance))[:, None]
        return np.atleast_1d(self.distance)[which], np.atleast_1d(self.shift)[which]

    def further_labels(
        self, context: np.ndarray, n_seen: np.ndarray, barcode: np.ndarray, good_arm: np.ndarray
    ) -> dict[str, np.ndarray]:
        lanes = np.arange(len(context))
        labels = super().further_labels(context, n_seen, barcode, good_arm)
        n_bits = np.abs(barcode - barcode[lanes, context][:, None]).sum(axis=2)
        n_bits[lanes, context] = np.inf
        tempting = good_arm[lanes, n_bits.argmin(axis=1)]
        costly = np.where(tempting == good_arm[lanes, context], -1, tempting)
        return labels | {"costly_arm": costly}

    def pay(self, action: np.ndarray, truth: dict[str, np.ndarray], draw: np.ndarray) -> np.ndarray:
        cost = np.where(draw < self.p_good, np.float32(-self.penalty), np.float32(0))
        return np.where(action == truth["costly_arm"], cost, super().pay(action, truth, draw))
