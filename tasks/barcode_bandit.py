"""Contextual bandits with barcodes (Ritter et al. 2018, arXiv:1805.09692)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .randomness import Lanes
from .task import ACT, Discrete, Play, TimeStep


@dataclass(frozen=True)
class BarcodeBandit:
    """Bandits that come back: a barcode, always in view, tells which one it is.

    A life is a bag of `n_episodes` episodes in which each of `n_contexts` contexts occurs equally
    often, in random order. A context is a barcode of `n_bits` random bits, different from all
    others of the life and never all 0, and a good arm; every arm is the good one of some context
    where there are enough of them. An episode is `n_pulls` pulls: the good arm pays 1 with
    probability `p_good`, each other arm with `p_bad`. With `n_flips` > 0, that many bits of the
    barcode are flipped at each occurrence. Contexts are drawn anew for each life.

    Labels: `context`; `exposure`, how often it has occurred in this life, this time included.
    """

    n_episodes: int = 100
    n_pulls: int = 10
    n_arms: int = 10
    n_contexts: int = 10
    n_bits: int = 10
    p_good: float = 0.9
    p_bad: float = 0.1
    n_flips: int = 0

    def __post_init__(self) -> None:
        for name in ("n_episodes", "n_pulls", "n_contexts"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.n_arms < 2:
            raise ValueError(f"n_arms must be at least 2, got {self.n_arms}")
        if self.n_episodes % self.n_contexts:
            raise ValueError(
                f"n_episodes must be a multiple of the {self.n_contexts} contexts, "
                f"got {self.n_episodes}"
            )
        if not 1 <= self.n_bits <= 52 or self.n_contexts >= 2**self.n_bits:
            raise ValueError(
                f"n_bits must be at most 52 and enough to tell {self.n_contexts} contexts apart, "
                f"got {self.n_bits}"
            )
        if not 0 <= self.n_flips <= self.n_bits:
            raise ValueError(f"n_flips must be between 0 and n_bits, got {self.n_flips}")
        for name in ("p_good", "p_bad"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be a probability, got {getattr(self, name)}")

    @property
    def observation_size(self) -> int:
        return self.n_bits

    @property
    def action(self) -> Discrete:
        return Discrete(self.n_arms)

    @property
    def n_steps(self) -> int:
        return self.n_episodes * self.n_pulls

    @property
    def reward_bounds(self) -> tuple[float, float]:
        """Expected reward of a life by chance, and by one who knows every good arm."""
        chance = (self.p_good + (self.n_arms - 1) * self.p_bad) / self.n_arms
        return chance * self.n_steps, max(self.p_good, self.p_bad) * self.n_steps

    def play(self, n: int, rng: Lanes) -> Play:
        barcode, good_arm = self.draw_contexts(rng)
        order = rng.permutation(self.n_episodes) % self.n_contexts
        lanes = np.arange(n)
        n_seen = np.zeros((n, self.n_contexts), np.int32)
        reward = np.zeros(n, np.float32)
        yes, no = np.ones(n, bool), np.zeros(n, bool)
        going, over = np.ones(n, np.float32), np.zeros(n, np.float32)
        phase = np.full(n, ACT, np.int8)
        discount, seen, truth = going, barcode[:, 0], {}
        for episode in range(self.n_episodes):
            context = order[:, episode]
            n_seen[lanes, context] += 1
            best = good_arm[lanes, context]
            seen = self._occurrence(barcode[lanes, context], rng)
            truth = {"context": context, "exposure": n_seen[lanes, context], "best_action": best}
            truth |= self.further_labels(context, n_seen, barcode, good_arm)
            for pull in range(self.n_pulls):
                truth = truth | {"trial": np.full(n, pull, np.int32)}
                first = yes if pull == 0 else no
                action = yield TimeStep(seen, reward, discount, first, yes, phase, {}, truth)
                action = self.action.check(action, n)
                reward = self.pay(action, truth, rng.random())
                discount = over if pull == self.n_pulls - 1 else going
        yield TimeStep(seen, reward, over, no, no, phase, {}, truth)

    def draw_contexts(self, rng: Lanes) -> tuple[np.ndarray, np.ndarray]:
        """Barcodes (n, n_contexts, n_bits) and good arms (n, n_contexts) of a life."""
        return draw_barcodes(rng, self.n_contexts, self.n_bits), self.draw_good_arms(rng)

    def draw_good_arms(self, rng: Lanes) -> np.ndarray:
        """The good arm of each context, (n, n_contexts): all arms once, then any."""
        arms, further = rng.permutation(self.n_arms), self.n_contexts - self.n_arms
        if further > 0:
            return np.concatenate([arms, rng.integers(self.n_arms, further)], axis=1)
        return arms[:, : self.n_contexts]

    def pay(self, action: np.ndarray, truth: dict[str, np.ndarray], draw: np.ndarray) -> np.ndarray:
        """Reward (n,) of a pull, from the labels of the episode and a number drawn from [0, 1)."""
        p = np.where(action == truth["best_action"], self.p_good, self.p_bad)
        return (draw < p).astype(np.float32)

    def further_labels(
        self, context: np.ndarray, n_seen: np.ndarray, barcode: np.ndarray, good_arm: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Labels (n,) of this episode that only some variants have.

        Given are the present context (n,), how often each has occurred (n, n_contexts), and what
        `draw_contexts` drew.
        """
        return {}

    def _occurrence(self, barcode: np.ndarray, rng: Lanes) -> np.ndarray:
        """The barcode (n, n_bits) as it looks this time."""
        if not self.n_flips:
            return barcode
        flipped = rng.permutation(self.n_bits) < self.n_flips
        return np.where(flipped, 1 - barcode, barcode)


def draw_barcodes(rng: Lanes, n_barcodes: int, n_bits: int) -> np.ndarray:
    """Barcodes (n, n_barcodes, n_bits) of 0 and 1 that differ within a lane; none is all 0.

    Examples
    --------
    >>> codes = draw_barcodes(Lanes(0, n=1), n_barcodes=3, n_bits=2)[0]
    >>> sorted(codes.astype(int).tolist())
    [[0, 1], [1, 0], [1, 1]]
    """
    draws = rng.random(n_barcodes)
    # The i-th barcode is one of those not taken: its rank among them, moved past the taken ones.
    taken = np.zeros((len(draws), 1), np.int64)
    for i in range(n_barcodes):
        code = (draws[:, i] * (2**n_bits - 1 - i)).astype(np.int64)
        for other in np.sort(taken, axis=1).T:
            code += code >= other
        taken = np.concatenate([taken, code[:, None]], axis=1)
    return ((taken[:, 1:, None] >> np.arange(n_bits)) & 1).astype(np.float32)
