"""Slow learning of an initialization over many sinusoids: by meta-gradients, or by plain pretraining.

Finn, Abbeel & Levine 2017, arXiv:1703.03400, section 5.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from ...tasks import Lanes, Sinusoids, stream
from ...tasks.sinusoids import Curve
from .adaptation import GradientLearner, Points, meta_gradient
from .regression import Weights, gradient, initial_weights

METHODS = ("maml", "first_order", "pretrained", "scratch")


@dataclass(frozen=True)
class Initialization:
    """Weights from which gradient steps start, and how they were learned before any life.

    Parameters
    ----------
    method : {"maml", "first_order", "pretrained", "scratch"}
        The gradient through one step of adaptation; the same with second derivatives left out; the
        gradient of the error without adaptation, over all sinusoids; no slow learning.
    world : Sinusoids
        What slow learning meets, whatever the life brings: `n_shown` points to adapt to and as
        many others on which the adapted network is judged.
    n_updates, n_lanes : int
        Updates of Adam, and sinusoids in each; chosen.
    learning_rate : float
        Of Adam. The paper does not say it; 0.001 is chosen.
    rate : float
        Of the step within slow learning (0.01 in the paper), and of those in a life.
    n_units : tuple of int
        Of the layers (two of 40 in the paper).
    """

    method: str = "maml"
    world: Sinusoids = field(default_factory=lambda: Sinusoids(n_shown=10))
    n_updates: int = 50_000
    n_lanes: int = 25
    learning_rate: float = 0.001
    rate: float = 0.01
    n_units: tuple[int, ...] = (40, 40)

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"method must be one of {', '.join(METHODS)}, got '{self.method}'")
        for name, least in (("n_updates", 0), ("n_lanes", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")

    def learner(self, seeds: Sequence[int], n: int, n_steps: int) -> GradientLearner:
        """The learner of `n` lanes of each seed that takes `n_steps` gradient steps."""
        by_seed = zip(*(learned(self, seed) for seed in seeds), strict=True)
        weights = [np.repeat(np.stack(arrays), n, axis=0) for arrays in by_seed]
        return GradientLearner(weights, self.rate, n_steps)


@lru_cache(maxsize=16)
def learned(settings: Initialization, seed: int) -> Weights:
    """The weights that slow learning ends with; the same whenever it is asked for."""
    sizes = (state_size(settings.world), *settings.n_units, 1)
    weights = initial_weights(sizes, np.random.default_rng(stream(seed, "weights")))
    if settings.method == "scratch":
        return weights
    optimizer = Adam(weights, settings.learning_rate)
    for shown, asked in batches(settings.world, seed, settings.n_lanes, settings.n_updates):
        weights = optimizer.step(weights, _slope(settings, weights, shown, asked))
    if not all(np.isfinite(array).all() for array in weights):
        raise ValueError(
            f"slow learning of seed {seed} diverged; try a smaller learning_rate than "
            f"{settings.learning_rate} or a smaller rate than {settings.rate}"
        )
    return weights


def batches(
    world: Sinusoids, seed: int, n_lanes: int, n_batches: int
) -> Iterator[tuple[Points, Points]]:
    """Points shown of new sinusoids, and as many others of the same; float32, (n_lanes, n_shown, ...)."""
    rng = Lanes(seed, n_lanes, "slow learning")
    for _ in range(n_batches):
        curve = world.draw(rng)
        yield _points(world, curve, rng), _points(world, curve, rng)


def _points(world: Sinusoids, curve: Curve, rng: Lanes) -> Points:
    """Points of each sinusoid, new ones at each call."""
    x = world.draw_x(rng)
    state = x[..., None]
    if world.told:
        told = np.stack(curve, axis=1)[:, None]
        state = np.concatenate([state, np.broadcast_to(told, (*x.shape, 2))], axis=-1)
    y = curve(x) + world.noise * rng.normal(world.n_shown)
    return state.astype(np.float32), y[..., None].astype(np.float32)


def state_size(world: Sinusoids) -> int:
    """All that is observed but y: x, and what is told."""
    return world.observation_size - 1


def _slope(settings: Initialization, weights: Weights, shown: Points, asked: Points) -> Weights:
    """What is descended in slow learning, averaged over lanes."""
    if settings.method == "pretrained":
        state, target = (np.concatenate(pair, axis=1) for pair in zip(shown, asked, strict=True))
        wide = (array.reshape(-1, array.shape[-1]) for array in (state, target))
        return gradient(weights, *wide)[1]
    first_order = settings.method == "first_order"
    _, slope = meta_gradient(weights, shown, asked, settings.rate, first_order=first_order)
    return [array.mean(axis=0) for array in slope]


class Adam:
    """Adam (Kingma & Ba 2015, arXiv:1412.6980) with its usual constants."""

    def __init__(self, weights: Weights, learning_rate: float) -> None:
        self.learning_rate, self.n_steps = learning_rate, 0
        self.mean = [np.zeros_like(array) for array in weights]
        self.square = [np.zeros_like(array) for array in weights]

    def step(self, weights: Weights, slope: Weights) -> Weights:
        """Weights after one step down the slope."""
        self.n_steps += 1
        rate = self.learning_rate * np.sqrt(1 - 0.999**self.n_steps) / (1 - 0.9**self.n_steps)
        moved = []
        for array, along, mean, square in zip(weights, slope, self.mean, self.square, strict=True):
            mean += 0.1 * (along - mean)
            square += 0.001 * (along**2 - square)
            moved.append(array - np.float32(rate) * mean / (np.sqrt(square) + np.float32(1e-8)))
        return moved
