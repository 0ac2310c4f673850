"""Two-armed bandits whose reward probabilities change, slowly or fast (Behrens et al. 2007, doi:10.1038/nn1954)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .bandits import play_arms
from .randomness import Lanes
from .task import Discrete, Play


@dataclass(frozen=True)
class RestlessBandit:
    """Two arms pay 1 with probabilities p(t) and 1 - p(t), where p(t) is a Gaussian random walk.

    p starts uniform on [0, 1) and takes a normal step before every trial but the first, of
    standard deviation `sd_low` in episodes of low and `sd_high` in episodes of high volatility; at 0 and 1 it is
    reflected. `volatility` is "low", "high" or "both": one or the other for the
    whole of an episode, with equal probability. An episode is `n_trials` choices
    (Wang et al. 2016, arXiv:1611.05763, restless bandits; the two standard deviations were not
    published, those here are chosen: over 100 trials the slow walk moves by about .2, so that
    the better arm mostly stays the same, and the fast one crosses the whole range). Label
    `volatility` is 0 in low and 1 in high volatility.
    """

    n_trials: int = 100
    volatility: str = "both"
    sd_low: float = 0.02
    sd_high: float = 0.1

    def __post_init__(self) -> None:
        if self.volatility not in ("low", "high", "both"):
            raise ValueError(f"volatility must be low, high or both, got '{self.volatility}'")
        if self.n_trials < 1:
            raise ValueError(f"n_trials must be at least 1, got {self.n_trials}")
        if min(self.sd_low, self.sd_high) < 0:
            raise ValueError(
                f"sd_low and sd_high must not be negative, got {self.sd_low} and {self.sd_high}"
            )

    @property
    def observation_size(self) -> int:
        return 0

    @property
    def action(self) -> Discrete:
        return Discrete(2)

    @property
    def n_steps(self) -> int:
        return self.n_trials

    def play(self, n: int, rng: Lanes) -> Play:
        p_high = {"low": 0.0, "high": 1.0, "both": 0.5}[self.volatility]
        p = rng.random()[None, :]
        high = rng.random() < p_high
        steps = np.where(high, self.sd_high, self.sd_low) * rng.normal(self.n_trials - 1).T
        p = reflect(np.cumsum(np.concatenate([p, steps]), axis=0))
        volatility = np.broadcast_to(high.astype(np.int8), p.shape)
        arm_mean = np.stack([p, 1 - p], axis=1)
        yield from play_arms(arm_mean, lambda mean: rng.random() < mean, volatility=volatility)


@dataclass(frozen=True)
class StableVolatileBandit:
    """A stable and a volatile part in one episode, in either order with equal probability.

    In the stable part one arm pays 1 with probability `p_stable` = .75 for `n_stable` = 120
    trials, the other with 1 - .75. In the volatile part of `n_volatile` = 170 trials the probabilities
    are `p_volatile` = .8 and .2 and change sides after every 30 or 40 trials (`run_lengths`), drawn
    with equal probability; the last run is cut short. The better arm at the start of
    each part is drawn at random, a choice of this project. Label `volatility` is 0 in the stable
    and 1 in the volatile part.

    The schedule is that of Behrens et al. 2007 as restated by others, not read in the paper.
    """

    n_stable: int = 120
    p_stable: float = 0.75
    n_volatile: int = 170
    p_volatile: float = 0.8
    run_lengths: tuple[int, int] = (30, 40)

    def __post_init__(self) -> None:
        for name in ("n_stable", "n_volatile"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        for name in ("p_stable", "p_volatile"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be in [0, 1], got {getattr(self, name)}")
        if min(self.run_lengths) < 1:
            raise ValueError(f"run_lengths must be at least 1, got {self.run_lengths}")

    @property
    def observation_size(self) -> int:
        return 0

    @property
    def action(self) -> Discrete:
        return Discrete(2)

    @property
    def n_steps(self) -> int:
        return self.n_stable + self.n_volatile

    def play(self, n: int, rng: Lanes) -> Play:
        n_runs = -(-self.n_volatile // min(self.run_lengths))
        stable_first, stable_side, volatile_side = (rng.random() < 0.5 for _ in range(3))
        runs = np.where(rng.random(n_runs).T < 0.5, *self.run_lengths)

        trial = np.arange(self.n_volatile)[:, None, None]
        n_reversals = (trial >= np.cumsum(runs, axis=0)).sum(axis=1)
        better = (n_reversals + volatile_side) % 2 == 0
        volatile = np.where(better, self.p_volatile, 1 - self.p_volatile)
        stable = np.where(stable_side, self.p_stable, 1 - self.p_stable)
        stable = np.broadcast_to(stable, (self.n_stable, n))

        p = np.where(
            stable_first, np.concatenate([stable, volatile]), np.concatenate([volatile, stable])
        )
        trial = np.arange(self.n_steps)[:, None]
        is_volatile = np.where(stable_first, trial >= self.n_stable, trial < self.n_volatile)
        yield from play_arms(
            np.stack([p, 1 - p], axis=1),
            lambda mean: rng.random() < mean,
            volatility=is_volatile.astype(np.int8),
        )


def reflect(x: np.ndarray) -> np.ndarray:
    """Fold the real line onto [0, 1], as mirrors at 0 and 1 do.

    A folded Gaussian walk is a reflected one: the mirror turns the sign of a step, and both signs
    are equally probable.

    Examples
    --------
    >>> reflect(np.array([-0.25, 0.5, 1.25, 2.25]))
    array([0.25, 0.5 , 0.75, 0.25])
    """
    return 1 - np.abs(x % 2 - 1)
