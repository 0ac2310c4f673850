"""Bandits whose contexts are pictures (after the character contexts of Ritter et al. 2018, arXiv:1805.09692)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .barcode_bandit import BarcodeBandit
from .randomness import Lanes
from .task import Discrete, Play

_PLACES = np.linspace(0, 1, 10)[:, None]  # along a stroke
_POINTS = 3  # that bend a stroke: its ends, and one that it is drawn to


@dataclass(frozen=True)
class ImageBandit:
    """A `BarcodeBandit` that shows pictures: each visit another drawing of the context's character.

    A character is `n_strokes` strokes, each a quadratic Bezier curve through the unit square with
    three random points, drawn anew for each life; since points are continuous no two are the
    same. A picture has `size` x `size` gray values: 1 on a stroke, falling off as a Gaussian with
    a standard deviation of `pen` beside it. For each episode the character is drawn again, with
    every coordinate of every point moved by a Gaussian of standard deviation `jitter`; with 0 all
    pictures of a context are the same. Pictures are made by the toolkit from the seed of the
    task; those of the paper came from Omniglot.

    All else, labels included, is as `bandit` says, of which barcodes are not shown.
    """

    bandit: BarcodeBandit = field(default_factory=BarcodeBandit)
    size: int = 10
    n_strokes: int = 3
    pen: float = 0.07
    jitter: float = 0.03

    def __post_init__(self) -> None:
        for name in ("size", "n_strokes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.pen <= 0:
            raise ValueError(f"pen must be greater than 0, got {self.pen}")
        if self.jitter < 0:
            raise ValueError(f"jitter must not be negative, got {self.jitter}")

    @property
    def observation_size(self) -> int:
        return self.size**2

    @property
    def n_coordinates(self) -> int:
        """Numbers that make a character: two for each point of its strokes."""
        return self.n_strokes * _POINTS * 2

    @property
    def action(self) -> Discrete:
        return self.bandit.action

    @property
    def n_steps(self) -> int:
        return self.bandit.n_steps

    @property
    def reward_bounds(self) -> tuple[float, float]:
        """As those of the bandit."""
        return self.bandit.reward_bounds

    def play(self, n: int, rng: Lanes) -> Play:
        size = self.n_coordinates
        characters = rng.random(self.bandit.n_contexts * size).reshape(n, -1, size)
        hidden, lanes = self.bandit.play(n, rng), np.arange(n)
        now = next(hidden)
        while True:
            if now.first.any():
                moved = self.jitter * rng.normal(size)
                picture = self.draw(characters[lanes, now.labels["context"]] + moved)
            action = yield now._replace(observation=picture)
            try:
                now = hidden.send(action)
            except StopIteration:
                return

    def draw(self, points: np.ndarray) -> np.ndarray:
        """Pictures (n, size * size) float32 of characters (n, n_coordinates), row by row."""
        bend = points.reshape(len(points), self.n_strokes, _POINTS, 1, 2)
        t = _PLACES
        curve = (
            (1 - t) ** 2 * bend[:, :, 0] + 2 * t * (1 - t) * bend[:, :, 1] + t**2 * bend[:, :, 2]
        )
        ink = curve.reshape(len(points), -1, 2)
        pixel = (np.arange(self.size) + 0.5) / self.size
        # A Gaussian of the distance is the product of those along the two axes.
        across, down = (
            np.exp(-0.5 * np.square((pixel - ink[..., axis, None]) / self.pen)) for axis in (0, 1)
        )
        drawn = (down[:, :, :, None] * across[:, :, None]).max(axis=1)
        return drawn.reshape(len(points), -1).astype(np.float32)
