"""Barcode bandits whose contexts combine two symbols (after Ritter et al. 2018, arXiv:1805.09692)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .barcode_bandit import BarcodeBandit, draw_barcodes
from .randomness import Lanes


@dataclass(frozen=True)
class CompositionalBandit(BarcodeBandit):
    """A context is a pair of symbols, each of which it shares with other contexts.

    As `BarcodeBandit`, but the barcode is two symbols of n_bits / 2 bits side by side, each one of
    `n_symbols` that are drawn for the life. Contexts are different pairs; what arm is good
    depends on the pair, so that a new pair of familiar symbols has to be explored. Details are
    ours: those of the paper are not known.

    One label more: `familiar_symbols`, how many of the two have been met in other contexts.
    """

    n_symbols: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n_bits % 2:
            raise ValueError(f"n_bits must be even, two symbols of equal length, got {self.n_bits}")
        if not 1 <= self.n_symbols < 2 ** (self.n_bits // 2):
            raise ValueError(
                f"n_symbols must be less than {2 ** (self.n_bits // 2)} for symbols of "
                f"{self.n_bits // 2} bits, got {self.n_symbols}"
            )
        if self.n_contexts > self.n_symbols**2:
            raise ValueError(
                f"n_contexts must be at most the {self.n_symbols**2} pairs, got {self.n_contexts}"
            )

    def draw_contexts(self, rng: Lanes) -> tuple[np.ndarray, np.ndarray]:
        first, second = (draw_barcodes(rng, self.n_symbols, self.n_bits // 2) for _ in range(2))
        pair = rng.permutation(self.n_symbols**2)[:, : self.n_contexts]
        lanes = np.arange(len(pair))[:, None]
        symbols = first[lanes, pair // self.n_symbols], second[lanes, pair % self.n_symbols]
        return np.concatenate(symbols, axis=2), self.draw_good_arms(rng)

    def further_labels(
        self, context: np.ndarray, n_seen: np.ndarray, barcode: np.ndarray, good_arm: np.ndarray
    ) -> dict[str, np.ndarray]:
        lanes = np.arange(len(context))
        met = n_seen > 0
        met[lanes, context] = False
        alike = barcode == barcode[lanes, context][:, None]
        half, n_shared = self.n_bits // 2, np.zeros(len(context), np.int32)
        for symbol in (slice(half), slice(half, None)):
            n_shared += (alike[..., symbol].all(axis=2) & met).any(axis=1)
        return {"familiar_symbols": n_shared}
