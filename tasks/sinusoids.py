"""Regression of sinusoids from a few points (Finn, Abbeel & Levine 2017, arXiv:1703.03400, section 5.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .randomness import Lanes
from .task import ACT, FORCED, REST, Box, Play, TimeStep

LOWEST, HIGHEST = -5.0, 5.0  # range of x (Finn et al. 2017, section 5.1)
LARGEST = (
    100.0  # prediction; chosen, far beyond any sinusoid, so that one that diverges has an error
)
_SHOWN = ("anywhere", "left", "evenly")


class Curve(NamedTuple):
    """The sinusoids of `n` lanes, amplitude * sin(x - phase); both (n,)."""

    amplitude: np.ndarray
    phase: np.ndarray

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Height at `x` (n, k)."""
        return self.amplitude[:, None] * np.sin(x - self.phase[:, None])


@dataclass(frozen=True)
class Sinusoids:
    """A life is one sinusoid: some points of it are shown, then its height is asked for elsewhere.

    Amplitude is uniform on [0.1, 5] and phase on [0, pi]. `n_shown` points come one a step, in
    which nothing is to be done (phase FORCED): the observation is x and y. Then `n_asked` values
    of x, evenly spaced over [-5, 5], are asked for one a step: y is not shown, the action is the
    prediction of it, and the reward is minus its squared error. After that comes a step of rest,
    which is long enough for one gradient step on what was shown, and the same values are asked
    for again; so it goes on until there were `n_rests` of them. The label `rests` counts them.

    It is regression, not control. As a task it has lives, lanes, recordings and verdicts like
    any other, and an agent that predicts by reading points in order and one that takes gradient
    steps at rest meet the same lives.

    Parameters
    ----------
    n_shown, n_rests, n_asked : int
    shown : {"anywhere", "left", "evenly"}
        Where the points lie: uniform on [-5, 5], uniform on the left half, or evenly spaced.
    amplitude, phase : (low, high)
        Ranges of the uniform distributions.
    noise : float
        SD of the Gaussian noise on every y, those that are asked for included.
    told : bool
        Whether amplitude and phase are observed too, as the oracle of the paper does.

    Examples
    --------
    >>> Sinusoids(n_shown=5, n_rests=10, n_asked=20).n_steps
    235
    """

    n_shown: int = 5
    n_rests: int = 10
    n_asked: int = 25
    shown: str = "anywhere"
    amplitude: tuple[float, float] = (0.1, 5.0)
    phase: tuple[float, float] = (0.0, np.pi)
    noise: float = 0.0
    told: bool = False

    def __post_init__(self) -> None:
        for name, least in (("n_shown", 1), ("n_rests", 0), ("n_asked", 2)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")
        if self.shown not in _SHOWN:
            raise ValueError(f"shown must be one of {', '.join(_SHOWN)}, got '{self.shown}'")
        for name in ("amplitude", "phase"):
            low, high = getattr(self, name)
            if not low <= high:
                raise ValueError(f"{name} must be a range (low, high), got {(low, high)}")
        if self.noise < 0:
            raise ValueError(f"noise must not be negative, got {self.noise}")

    @property
    def observation_names(self) -> tuple[str, ...]:
        return ("x", "y", *(("amplitude", "phase") if self.told else ()))

    @property
    def observation_size(self) -> int:
        return len(self.observation_names)

    @property
    def action(self) -> Box:
        return Box(-LARGEST, LARGEST)

    @property
    def n_steps(self) -> int:
        return self.n_shown + self.n_rests + (self.n_rests + 1) * self.n_asked

    @property
    def n_backups(self) -> int:
        """Gradient steps allowed at each rest."""
        return 1

    @property
    def asked(self) -> np.ndarray:
        """Values of x that are asked for, (n_asked,)."""
        return np.linspace(LOWEST, HIGHEST, self.n_asked)

    def draw(self, rng: Lanes) -> Curve:
        """A sinusoid for each lane."""
        (low, high), (first, last) = self.amplitude, self.phase
        return Curve(low + (high - low) * rng.random(), first + (last - first) * rng.random())

    def draw_x(self, rng: Lanes) -> np.ndarray:
        """Values of x at which a sinusoid is shown, (n, n_shown)."""
        place = rng.random(self.n_shown)
        if self.shown == "evenly":
            place = np.broadcast_to((np.arange(self.n_shown) + 0.5) / self.n_shown, place.shape)
        return LOWEST + (HIGHEST - LOWEST) * place / (2 if self.shown == "left" else 1)

    def play(self, n: int, rng: Lanes) -> Play:
        curve, shown = self.draw(rng), self.draw_x(rng)
        noisy = curve(shown) + self.noise * rng.normal(self.n_shown)
        asked = np.broadcast_to(self.asked, (n, self.n_asked))
        yes, no = np.ones(n, bool), np.zeros(n, bool)
        reward, going = np.zeros(n, np.float32), np.ones(n, np.float32)

        def step(kind: int, x: np.ndarray, y: np.ndarray | None, rests: int) -> TimeStep:
            seen = [x, np.zeros(n) if y is None else y, *(curve if self.told else ())]
            labels: dict[str, np.ndarray] = {
                "x": x.astype(np.float32),
                "target": curve(x[:, None])[:, 0].astype(np.float32),
                "rests": np.full(n, rests, np.int16),
                "amplitude": curve.amplitude.astype(np.float32),
                "sinusoid_phase": curve.phase.astype(np.float32),
            }
            observation = np.stack(seen, axis=1).astype(np.float32)
            return TimeStep(
                observation, reward, going, no, yes, np.full(n, kind, np.int8), {}, labels
            )

        def steps() -> Iterator[tuple[TimeStep, np.ndarray]]:
            """Each time step, and the height that an action at it is compared with."""
            for k in range(self.n_shown):
                now = step(FORCED, shown[:, k], noisy[:, k], 0)
                yield (now._replace(first=yes) if k == 0 else now), noisy[:, k]
            for rests in range(self.n_rests + 1):
                if rests:
                    yield step(REST, np.zeros(n), None, rests), np.zeros(n)
                for x in asked.T:
                    yield (
                        step(ACT, x, None, rests),
                        curve(x[:, None])[:, 0] + self.noise * rng.normal(),
                    )

        for now, height in steps():
            action = yield now._replace(reward=reward)
            error = self.action.check(action, n)[:, 0] - height
            reward = np.where(now.phase == ACT, -(error**2), 0).astype(np.float32)
        end = step(ACT, asked[:, -1], None, self.n_rests)
        yield end._replace(reward=reward, discount=np.zeros(n, np.float32), active=no)
