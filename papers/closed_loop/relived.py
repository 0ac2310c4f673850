"""A life lived once more from its recording: what backups were worth at the moment each was made.

The learner is deterministic given its moves and its backups, so both are taken from the recording, and
gain and need of every state are worked out before each backup rather than once before each rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...models.agent import Trace
from ...models.hippocampus import ReplayPath
from ...models.hippocampus.experience import UNKNOWN
from ...models.hippocampus.prioritized import GAIN_FLOOR
from ...models.replay_agents import TabularQ
from ...tasks import Lanes, Task, TimeStep

if TYPE_CHECKING:
    import xarray as xr


Backups = tuple[tuple[int, tuple[tuple[int, int], ...]], ...]  # step of life: (state, action) ...


class Moments(NamedTuple):
    """The moments before each backup of a life.

    Attributes
    ----------
    state : (n_backups,) ints
        Which state is backed up then.
    gain, need, value : (n_backups, n_states) arrays
        Of the best experience in every state; gain and value are 0 where a backup changes
        nothing, without the floor that ranking uses.
    """

    state: np.ndarray
    gain: np.ndarray
    need: np.ndarray
    value: np.ndarray


@dataclass
class _Relived(TabularQ):
    """Makes the moves and backups it is given, and keeps what backups were worth before each."""

    moves: Sequence[int] = ()
    backups: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        self._t = -1
        self.told: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        _, trace = super().act(now)
        self._t += 1
        if self._t < len(self.moves):
            self._action = np.array([self.moves[self._t]])
        return self._action, trace

    def rest(self, now: TimeStep, n_backups: int) -> Trace:
        for state, action in self.backups.get(self._t, ()):
            told = self._priorities(now)
            self.told.append((told["gain"][0], told["need"][0], told["value_of_backup"][0]))
            self._back_up(0, [ReplayPath(np.array([state]), np.array([action]))])
        return {"replay": []}


def relive(recording: xr.Dataset, seed: int, task: Task) -> Moments:
    """What backups were worth before each that was made, in the only life of a seed.

    Parameters
    ----------
    recording : Dataset with a leading `seed`
        Of every move of a `TabularQ` with its usual settings, or of an agent that learns alike.
    seed : int
    task : Task
        The world of the recording, in which nothing is left to chance.

    Raises
    ------
    ValueError
        Where the recorded moves do not lead where they led.
    """
    from ...analysis.sequences import replay_periods

    own = recording.sel(seed=seed)
    active = own.active.values
    row = np.cumsum(active).reshape(active.shape) - 1
    periods = replay_periods(recording)
    periods = periods.isel(period=periods.seed.values == seed)
    backups = tuple(
        (
            int(row[episode, step]),
            tuple((s, a) for s, a in zip(states, actions, strict=True) if s != UNKNOWN),
        )
        for episode, step, states, actions in zip(
            periods.episode.values, periods.step.values,
            periods.state.values.tolist(), periods.action.values.tolist(), strict=True,
        )
    )  # fmt: skip
    moments, position = _again(task, seed, tuple(own.action.values[active].tolist()), backups)  # type: ignore[arg-type]
    if not np.array_equal(position, own.position.values[active]):
        raise ValueError(
            f"seed {seed} does not come the same way again: give the task of the recording, "
            "and a recording of every move"
        )
    return moments


@lru_cache(maxsize=128)  # several measures ask for the same life
def _again(
    task: Task, seed: int, moves: tuple[int, ...], backups: Backups
) -> tuple[Moments, np.ndarray]:
    """The moments before each backup, and where every move began."""
    from ...data.simulate import simulate

    agent = _Relived(show_priorities=True, moves=moves, backups=dict(backups))
    again = simulate(task, agent, n_lives=1, seed=seed, record="behavior")
    gain, need, value = (np.array(column) for column in zip(*agent.told, strict=True))
    changes = gain > 2 * GAIN_FLOOR
    state = np.array([state for _, made in sorted(backups) for state, _ in made])
    moments = Moments(state, gain * changes, need, value * changes)
    return moments, again.position.values[again.active.values]
