"""What every agent offers: a life in a task, and lesions by name."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any, ClassVar, TypeVar

import numpy as np

from ..tasks import Lanes, Task, TimeStep

Trace = dict[str, Any]
"""What an agent lets us record at one time step: `policy` (n, n_actions), `value` (n,), ..."""

Self = TypeVar("Self", bound="Agent")


@dataclass
class Agent:
    """An agent lives in a task: `begin`, then `act` at every time step, the last one included.

    Settings are dataclass fields and never change during a life; run-time state is set by
    `begin`, kept in attributes that start with an underscore, and forgotten at the next `begin`.

    Attributes
    ----------
    parts : dict of str to str
        What can be lesioned by name, each with a sentence that says what is lost.
    clampable : tuple of str
        Gates that can be held at a value.
    learns : bool
        Whether the agent changes within a life.
    lanes_apart : bool
        Whether each lane lives, to the last bit, as it would with any other lanes beside it; then
        several seeds are simulated together.
    lesions : tuple of str
        Parts taken out, set by `without`.
    clamps : tuple of (str, float)
        Gates held at a value, set by `clamped`.
    """

    parts: ClassVar[dict[str, str]] = {}
    clampable: ClassVar[tuple[str, ...]] = ()
    learns: ClassVar[bool] = False
    lanes_apart: ClassVar[bool] = False

    lesions: tuple[str, ...] = field(default=(), kw_only=True)
    clamps: tuple[tuple[str, float], ...] = field(default=(), kw_only=True)

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        """Start `n` lives in `task`; everything remembered from earlier lives is emptied."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it begins a life")

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        """Choose an action for each lane, and show what may be recorded."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it acts")

    def rest(self, now: TimeStep, n_backups: int) -> Trace:
        """Spend up to `n_backups` backups on replay in the lanes whose phase is rest.

        What was replayed may be returned under `replay`, as a list of `ReplayPath`, and spikes
        under `spikes`, as a list of `Spikes`; `act` may do the same.
        """
        return {}

    def without(self: Self, *parts: str) -> Self:
        """Return a copy of this agent with the named parts taken out.

        Examples
        --------
        >>> from fastslow.models.learners import Random
        >>> Random().without("hippocampus")
        Traceback (most recent call last):
        ValueError: Random has no part 'hippocampus'; there is none
        """
        for part in parts:
            if part not in self.parts:
                raise ValueError(_unknown(type(self).__name__, "part", part, tuple(self.parts)))
        return replace(self, lesions=tuple(dict.fromkeys((*self.lesions, *parts))))

    def clamped(self: Self, **gates: float) -> Self:
        """Return a copy of this agent with the named gates held at a value."""
        for gate in gates:
            if gate not in self.clampable:
                raise ValueError(_unknown(type(self).__name__, "gate", gate, self.clampable))
        values = {**dict(self.clamps), **{gate: float(value) for gate, value in gates.items()}}
        return replace(self, clamps=tuple(sorted(values.items())))

    @property
    def settings(self) -> dict[str, object]:
        """The settings by name, lesions included."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.repr}


def _unknown(owner: str, kind: str, name: str, known: tuple[str, ...]) -> str:
    if not known:
        return f"{owner} has no {kind} '{name}'; there is none"
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"it has {', '.join(known)}"
    return f"{owner} has no {kind} '{name}'; {hint}"
