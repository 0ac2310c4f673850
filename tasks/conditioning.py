"""Classical conditioning with rewards of several sizes, announced or not (Eshel et al. 2015).

doi:10.1038/nature14855
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .randomness import Lanes
from .task import ACT, Discrete, Play, TimeStep


@dataclass(frozen=True)
class Conditioning:
    """A cue announces a reward with some probability; then the reward comes, or it does not.

    An episode is a trial and a life: at its first step the observation is what the cue announces,
    0 where there is no cue; at the second the animal finds out what it got, in microliters. There
    is nothing to choose. Volume and announcement are drawn for each life, independently, each
    with equal probability; labels `volume` and `announced`.

    Parameters
    ----------
    volumes : tuple of float, ul
        0 is an omission. By default the seven of the paper, and an omission.
    announced : tuple of float in [0, 1]

    Examples
    --------
    >>> Conditioning(volumes=(0.0, 5.0)).n_steps
    2
    """

    volumes: tuple[float, ...] = (0.0, 0.1, 0.3, 1.2, 2.5, 5.0, 10.0, 20.0)
    announced: tuple[float, ...] = (0.0, 0.9)

    def __post_init__(self) -> None:
        for name, high in (("volumes", np.inf), ("announced", 1.0)):
            given = getattr(self, name)
            if not given or not all(0 <= value <= high for value in given):
                raise ValueError(f"{name} must be one or more numbers in [0, {high}], got {given}")

    @property
    def observation_names(self) -> tuple[str, ...]:
        return ("announced",)

    @property
    def observation_size(self) -> int:
        return 1

    @property
    def action(self) -> Discrete:
        return Discrete(1)

    @property
    def n_steps(self) -> int:
        return 2

    def play(self, n: int, rng: Lanes) -> Play:
        volume, announced = (
            np.array(values, np.float32)[(rng.random() * len(values)).astype(int)]
            for values in (self.volumes, self.announced)
        )
        labels = {"volume": volume, "announced": announced}
        nothing, none = np.zeros(n, np.float32), np.zeros((n, 1), np.float32)
        yes, no = np.ones(n, bool), np.zeros(n, bool)
        going, phase = np.ones(n, np.float32), np.full(n, ACT, np.int8)
        cue = announced[:, None]
        action = yield TimeStep(cue, nothing, going, yes, yes, phase, {}, labels)
        self.action.check(action, n)
        action = yield TimeStep(none, volume, going, no, yes, phase, {}, labels)
        self.action.check(action, n)
        yield TimeStep(none, nothing, nothing, no, no, phase, {}, labels)
