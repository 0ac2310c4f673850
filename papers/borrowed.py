"""An agent with the trained networks of another experiment, which come with the toolkit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..models.agent import Agent, Trace
from ..models.prefrontal import Prefrontal
from ..tasks import Lanes, Task, TimeStep


@dataclass
class Borrowed(Agent):
    """`agent` with the weights that the same seed of `network` was trained to; nothing is trained.

    Parameters
    ----------
    network : str
        Name of an experiment, see `shipped_names`.
    agent : Prefrontal
        One for which these weights fit; its parts can be taken out, and its gates held.
    """

    network: str
    agent: Prefrontal

    def without(self, *parts: str) -> Borrowed:
        return replace(self, agent=self.agent.without(*parts))

    def clamped(self, **gates: float) -> Borrowed:
        return replace(self, agent=self.agent.clamped(**gates))

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        from .shipped import load

        if len(rng.seeds) != 1:
            raise ValueError(f"Borrowed is one network at a time: give one seed, got {rng.seeds}")
        self._own = self.agent.with_weights(load(self.network).weights(rng.seeds[0]))
        self._own.begin(task, n, rng)

    @property
    def discount(self) -> float:
        return self.agent.discount

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        return self._own.act(now)

    def rest(self, now: TimeStep, n_backups: int) -> Trace:
        return self._own.rest(now, n_backups)


__all__ = ["Borrowed"]
