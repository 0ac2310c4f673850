"""Training by somebody else's reward prediction errors: a control, and a lesion of dopamine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...tasks import Lanes
from .actor_critic import ActorCritic


@dataclass(frozen=True)
class PermutedErrors(ActorCritic):
    """Training in which no life is taught by what it earned itself.

    At each step the rewards of which prediction errors are made are passed on among the lanes of
    a seed, by a number of places that is drawn anew and never 0. What dopamine says is as large and as
    frequent as ever, but it is about the choices of another life. What the network sees stays as it is,
    its own reward among it.

    Examples
    --------
    >>> settings = PermutedErrors(n_lanes=2)
    >>> settings.teacher(seeds=[0], batch=0)(np.array([[1.0, 0.0], [0.0, 1.0]])).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n_lanes < 2:
            raise ValueError(
                f"n_lanes must be at least 2, so that there is another life, got {self.n_lanes}"
            )

    def teacher(self, seeds: Sequence[int], batch: int) -> Callable[[np.ndarray], np.ndarray]:
        draws = Lanes(seeds, 1, "errors", life=batch)

        def of_another_life(reward: np.ndarray) -> np.ndarray:
            by_seed = reward.reshape(len(reward), len(seeds), self.n_lanes)
            places = 1 + (draws.rows(len(reward)) * (self.n_lanes - 1)).astype(int)
            giver = (np.arange(self.n_lanes) + places[..., None]) % self.n_lanes
            return np.take_along_axis(by_seed, giver, axis=2).reshape(reward.shape)

        return of_another_life
