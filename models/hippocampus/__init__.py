"""Hippocampus: one face for every memory that stores, reinstates and replays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

KINDS = ("forward", "reverse", "mixed", "unknown")


@dataclass(frozen=True)
class ReplayPath:
    """One replay event of one lane: the backups it makes, in the order in which it makes them.

    Attributes
    ----------
    states : (n_backups,) ints, or (n_backups, state_size) floats
        State that each backup reactivates.
    actions, rewards : (n_backups,) arrays, optional
        Action remembered in each state, and what it earned.
    times : (n_backups,) floats, s, optional
        From the start of the event.
    kind : {"forward", "reverse", "mixed", "unknown"}
        Order of the states compared with the order in which they were experienced.
    score : float
        As the source defines it: value of backup, decoding score, log-probability; NaN if none.
    source : str
        What replayed.
    lane : int
        Lane to which the event belongs.

    Examples
    --------
    >>> ReplayPath(states=np.array([3, 2, 1]), kind="reverse", source="prioritized").n_backups
    3
    """

    states: np.ndarray
    actions: np.ndarray | None = None
    rewards: np.ndarray | None = None
    times: np.ndarray | None = None
    kind: str = "unknown"
    score: float = float("nan")
    source: str = ""
    lane: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be {', '.join(KINDS)}, got '{self.kind}'")
        for name in ("actions", "rewards", "times"):
            given = getattr(self, name)
            if given is not None and len(given) != len(self.states):
                raise ValueError(
                    f"{name} must have one entry for each of the {len(self.states)} states, "
                    f"got {len(given)}"
                )

    @property
    def n_backups(self) -> int:
        return len(self.states)


@runtime_checkable
class Hippocampus(Protocol):
    """A memory of `n` lanes that never mixes them; it starts empty and is never cleared.

    An agent makes a new one where a life begins, so that nothing is carried over from one life
    to another. `fastslow.models.check_hippocampus` tests what is said here.
    """

    def observe(self, key: np.ndarray, step: Mapping[str, np.ndarray]) -> None:
        """Store what happened under `key` (n, key_size).

        `step` maps names to (n, ...) arrays: which ones (`cell`; `action`, `reward`,
        `next_state`; ...) is for the memory to say. Where a boolean `write` (n,) among them is
        false, nothing is stored.
        """

    def retrieve(self, query: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return value (n, value_size) and confidence (n,), in [0, 1], for `query` (n, key_size).

        Both are 0 in a lane whose memory is empty. Reading changes nothing.
        """

    def replay(
        self, state: np.ndarray, reward: np.ndarray, rpe: np.ndarray, n_backups: int
    ) -> list[ReplayPath]:
        """Propose events of `n_backups` backups at most in each lane; the agent applies them.

        `state` (n,) or (n, state_size) is where the lane is now, `reward` (n,) what it has just
        earned, 0 at the start of a trial, and `rpe` (n,) its last reward prediction error.
        """
