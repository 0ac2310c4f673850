"""An episodic prefrontal network whose memory finds states by pattern completion in CA3."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ...tasks import Lanes, Task
from ..hippocampus.assemblies import ONSET, WEIGHT, WINDOW
from ..hippocampus.assembly_store import COMPLETED, CUED, N_ACTIVE, AssemblyStore
from ..hippocampus.ca3 import CA3
from .episodic import EpisodicPrefrontal

RECALL = CA3(n_pyramidal=1000, duration=round(ONSET + WINDOW, 2))


@dataclass
class AssemblyPrefrontal(EpisodicPrefrontal):
    """An `EpisodicPrefrontal` that looks up what it stored in a spiking CA3, see `AssemblyStore`.

    Weights trained with the dictionary can be used as they are: `with_weights`. `capacity`,
    `kernel`, `n_neighbors` and `eviction` mean nothing here. `confidence` is the share of the
    recalled assembly's uncued cells that fire, and `threshold` what is needed of it.

    Parameters
    ----------
    network : CA3
        Run at every look-up.
    n_active : int
    cued : float
        See `AssemblyStore`.
    """

    parts: ClassVar[dict[str, str]] = {
        **{
            part: lost
            for part, lost in EpisodicPrefrontal.parts.items()
            if part not in ("matching_keys", "selective_retrieval")  # of a list with an order
        },
        "assemblies": "cells that are active together are not connected: nothing is completed",
    }

    threshold: float = COMPLETED
    network: CA3 = field(default_factory=lambda: RECALL)
    n_active: int = N_ACTIVE
    cued: float = CUED

    def store(self, task: Task, n: int, key_size: int, rng: Lanes) -> AssemblyStore:
        return AssemblyStore(
            n, key_size, self.n_units, self.network, rng, self.n_active, self.cued,
            weight=0.0 if "assemblies" in self.lesions else WEIGHT,
        )  # fmt: skip


__all__ = ["AssemblyPrefrontal"]
