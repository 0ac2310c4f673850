"""What every task offers: a size, an action space, and a play of many lanes in lockstep."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from .randomness import Lanes

ACT, REST, FORCED = 0, 1, 2  # values of TimeStep.phase
_UNSIGNED: dict[int, Any] = {
    np.dtype(kind).itemsize: kind for kind in (np.uint8, np.uint16, np.uint32, np.uint64)
}


class TimeStep(NamedTuple):
    """What `n` lanes see at one moment; each lane is one independent life.

    Attributes
    ----------
    observation : (n, observation_size) float32
    reward : (n,) float32
        Earned by the previous action; 0 at the first time step.
    discount : (n,) float32
        0 only where credit stops (an episode or a life ended with the previous action), else 1.
    first : (n,) bool
        An episode starts here: working memory is reset.
    active : (n,) bool
        False once a lane's life is over; such rows are excluded everywhere.
    phase : (n,) int8
        `ACT`, `REST` (no action is taken; the agent may replay) or `FORCED`.
    outcomes : dict of (n,) arrays
        What the previous action caused: `common`, `state`, `missed` ...
    labels : dict of (n,) arrays
        Truth about now, for analysis only: `trial`, `stage`, `best_action`, `arm_mean_0` ...
    """

    observation: np.ndarray
    reward: np.ndarray
    discount: np.ndarray
    first: np.ndarray
    active: np.ndarray
    phase: np.ndarray
    outcomes: dict[str, np.ndarray]
    labels: dict[str, np.ndarray]


Play = Generator[TimeStep, np.ndarray, None]


@dataclass(frozen=True)
class Discrete:
    """Actions 0 .. n-1."""

    n: int

    def check(self, action: np.ndarray, n_lanes: int) -> np.ndarray:
        """Return `action` as (n_lanes,) integers, or raise ValueError naming what is wrong."""
        action = np.asarray(action)
        if action.shape != (n_lanes,) or action.dtype.kind not in "iu":
            raise ValueError(
                f"action must be ({n_lanes},) ints in [0, {self.n}), "
                f"got {action.dtype} of shape {action.shape}"
            )
        # As an unsigned number a negative one is large: one pass finds both mistakes. Counting is
        # several times faster than any().
        if np.count_nonzero(action.view(_UNSIGNED[action.itemsize]) >= self.n):
            lane = int(np.flatnonzero((action < 0) | (action >= self.n))[0])
            raise ValueError(
                f"action must be in [0, {self.n}), got {int(action[lane])} in lane {lane}"
            )
        return action


@dataclass(frozen=True)
class Box:
    """Real-valued actions of `shape` between `low` and `high`."""

    low: float
    high: float
    shape: tuple[int, ...] = (1,)

    def check(self, action: np.ndarray, n_lanes: int) -> np.ndarray:
        """Return `action` as (n_lanes, *shape) floats, or raise ValueError naming what is wrong."""
        action = np.asarray(action)
        if action.shape != (n_lanes, *self.shape) or action.dtype.kind not in "fiu":
            raise ValueError(
                f"action must be {(n_lanes, *self.shape)} numbers, "
                f"got {action.dtype} of shape {action.shape}"
            )
        if not np.all((action >= self.low) & (action <= self.high)):
            raise ValueError(f"action must be in [{self.low}, {self.high}]")
        return action.astype(float)


@runtime_checkable
class Task(Protocol):
    """A paradigm: a frozen dataclass of settings with a `play`.

    `play(n, rng)` is a generator: `now = next(play)`, then `now = play.send(action)` exactly
    `n_steps` times. On the last time step no lane is active and `discount` is 0. The names in
    `outcomes` and `labels` are the same at every step, and so are shapes and dtypes. Random
    numbers are drawn from `rng` at every step whether a lane needs them or not, so that what
    one lane sees never depends on another. `fastslow.tasks.check_task` tests all of this.

    A task may also offer `observation_names` (of the features), `n_backups` (allowed at each
    time step of rest), and `reward_bounds` (expected reward of a life by chance, and by one who
    knows the truth), against which progress is shown.
    """

    @property
    def observation_size(self) -> int: ...

    @property
    def action(self) -> Discrete | Box: ...

    @property
    def n_steps(self) -> int: ...

    def play(self, n: int, rng: Lanes) -> Play: ...
