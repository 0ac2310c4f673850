"""A prefrontal network that is trained on what its hippocampus replays, beside what it lives through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from ...tasks import Task
from ..replay_agents import SharpWaves
from .network import Prefrontal
from .offline_replay import OfflineReplay


@dataclass
class ReplayingPrefrontal(Prefrontal):
    """A prefrontal network with a spiking CA3 that replays in training.

    A loop: where the network goes is written into its CA3; every `every` updates CA3 is run,
    simulated anew, with a cue where reward was found last; the ways read from its sharp waves are relived
    as offline episodes of remembered states, actions and rewards, on which the actor-critic is
    trained like on others; a better policy goes elsewhere. Each arrow can be cut, see `parts`. Tested
    with frozen weights it is a `Prefrontal`.

    Training follows its own policy, replay what was once done: no importance weights correct for
    that.

    Parameters
    ----------
    ca3 : SharpWaves
    every : int
        Updates from one rest to the next.
    n_backups : int
        Moves that may be relived in one rest.
    replay_weight : float
        Weight of these moves beside those lived through: the share of the learning rate that their
        update has, since optimizers undo any other.

    Examples
    --------
    >>> ReplayingPrefrontal().without("cue").ca3.cue
    'none'
    """

    parts: ClassVar[dict[str, str]] = {**Prefrontal.parts, **SharpWaves.parts}

    ca3: SharpWaves = field(default_factory=SharpWaves)
    every: int = 50
    n_backups: int = 20
    replay_weight: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("every", "n_backups"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.replay_weight <= 0:
            raise ValueError(f"replay_weight must be positive, got {self.replay_weight}")

    def without(self, *parts: str) -> ReplayingPrefrontal:
        agent = super().without(*parts)
        return replace(agent, ca3=agent.ca3.without(*parts))

    def offline(
        self, task: Task, seeds: Sequence[int], n_lanes: int, unroll: int
    ) -> OfflineReplay | None:
        if self.n_backups > unroll:
            raise ValueError(
                f"n_backups must be {unroll} at most, the steps between updates, "
                f"got {self.n_backups}"
            )
        return None if "replay" in self.lesions else OfflineReplay(self, task, seeds, n_lanes)


__all__ = ["ReplayingPrefrontal"]
