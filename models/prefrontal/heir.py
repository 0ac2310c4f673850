"""A recorded memory handed on: one network lives, another goes on with what the first has stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...tasks import Lanes, Task, TimeStep
from ..agent import Agent, Trace
from .episodic import EpisodicPrefrontal


@dataclass
class Heir(Agent):
    """A network that has lived nothing itself and is given another one's memory.

    For `n_episodes` the donor lives; from then on the heir does, in the same world. What is
    handed over is all that the donor had stored when its last episode began. Needs a task whose
    lanes begin their episodes together.

    Parameters
    ----------
    donor, heir : EpisodicPrefrontal
        Trained networks with the same settings; they may be one and the same.
    n_episodes : int
        Lived by the donor.
    """

    parts: ClassVar[dict[str, str]] = {
        "inheritance": "nothing is handed over: the heir's memory is empty",
        "matching_keys": "the states handed over lie under each other's keys",
    }

    donor: EpisodicPrefrontal
    heir: EpisodicPrefrontal
    n_episodes: int = 50

    def __post_init__(self) -> None:
        if self.n_episodes < 1:
            raise ValueError(f"n_episodes must be at least 1, got {self.n_episodes}")

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        self._donor, self._heir = self.donor.without(), self.heir.without()
        self._donor.begin(task, n, rng)
        self._heir.begin(task, n, rng)
        self._episode = -1

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        if now.first.any():
            if not now.first.all():
                raise ValueError("Heir needs a task whose lanes begin their episodes together")
            self._episode += 1
            if self._episode == self.n_episodes:
                self._hand_over()
        inherited = self._episode >= self.n_episodes
        action, trace = (self._heir if inherited else self._donor).act(now)
        return action, trace | {"inherited": np.full(len(action), inherited)}

    def _hand_over(self) -> None:
        if "inheritance" in self.lesions:
            return
        recorded = self._donor.recorded()
        if "matching_keys" in self.lesions:
            count, value = recorded["count"], recorded["value"]
            for lane, n_entries in enumerate(count):
                # By half the memory, as in the lesion of that name.
                value[lane, :n_entries] = np.roll(value[lane, :n_entries], n_entries // 2, axis=0)
        self._heir.remember(recorded)
