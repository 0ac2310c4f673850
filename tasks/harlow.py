"""Harlow's learning sets without the pixels (Wang et al. 2018, Simulation 5; Harlow 1949).

doi:10.1038/s41593-018-0147-8, doi:10.1037/h0062474
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .randomness import Lanes
from .task import Discrete, Play
from .two_step import one_episode

LEFT, RIGHT = 0, 1  # actions, and values of the label `best_action`
NOT_CHOSEN = -1  # value of the outcome `correct` where no object was chosen


@dataclass(frozen=True)
class Harlow:
    """Choose between two objects, one of which is rewarded throughout the episode.

    For each episode two new objects are drawn, each `object_size` standard normal numbers, and
    one of them is the rewarded one. Which of them lies left and which right is drawn anew for
    every trial. Choosing the rewarded object pays +1, the other -1. An episode is `n_trials`
    choices of one step; the first can only be a guess, and tells all there is to know.

    The observation is the left object, then the right one. The outcome `correct` is 1 where the
    rewarded object was chosen, 0 where the other was, and -1 before the first choice.

    Wang et al. show pictures on a screen that the network turns; vectors in their place are our
    simplification, which leaves what has to be learned and trains in a minute.
    """

    n_trials: int = 6  # Wang et al. 2018, as in most of Harlow's problems
    object_size: int = 8  # chosen, so that two objects are hardly ever alike

    def __post_init__(self) -> None:
        for name in ("n_trials", "object_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")

    @property
    def observation_names(self) -> tuple[str, ...]:
        return tuple(f"{side}_{i}" for side in ("left", "right") for i in range(self.object_size))

    @property
    def observation_size(self) -> int:
        return 2 * self.object_size

    @property
    def action(self) -> Discrete:
        return Discrete(2)

    @property
    def n_steps(self) -> int:
        return self.n_trials

    def play(self, n: int, rng: Lanes) -> Play:
        rewarded, other = draw_objects(self.object_size, rng)
        sides = draw_sides(self.n_trials, rng)
        shown = {
            LEFT: np.concatenate([rewarded, other], axis=1),
            RIGHT: np.concatenate([other, rewarded], axis=1),
        }
        show = one_episode(n, self.n_steps)
        reward, correct = np.zeros(n, np.float32), np.full(n, NOT_CHOSEN, np.int8)
        pay = np.array([-1, 1], np.float32)
        for trial in range(self.n_trials + 1):
            side = sides[trial]
            observation = np.where(side[:, None] == LEFT, shown[LEFT], shown[RIGHT])
            labels = {"trial": np.full(n, trial, np.int32), "best_action": side}
            action = yield show(trial, observation, reward, {"correct": correct}, labels)
            correct = (self.action.check(action, n) == side).astype(np.int8)
            reward = pay[correct]


def draw_objects(size: int, rng: Lanes) -> tuple[np.ndarray, np.ndarray]:
    """The rewarded object of each lane and the other one, (n, size) each, standard normal."""
    numbers = rng.normal(2 * size).astype(np.float32)
    return numbers[:, :size], numbers[:, size:]


def draw_sides(n_trials: int, rng: Lanes) -> np.ndarray:
    """Side of the rewarded object by trial, (n_trials + 1, n); one row more, for after the end."""
    return (rng.rows(n_trials + 1) < 0.5).astype(np.int8)
