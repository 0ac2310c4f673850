"""Places fed to a frozen network that are remembered or imagined, while the animal rests or stands still."""

from __future__ import annotations

import numpy as np

from ...tasks import Task
from .. import cores
from ..goal_directed.ways import NOTHING
from ..prefrontal import EpisodicPrefrontal


class Rewalking:
    """Shows a network places in a context, as if it were there; its own state stays as it is.

    Parameters
    ----------
    agent : EpisodicPrefrontal
    task : Task
    key, place : slices of the observation
        Where the context and the place are seen.
    blank : bool
        Ways are relived with nothing but zeros in view, in as many steps.
    """

    def __init__(
        self, agent: EpisodicPrefrontal, task: Task, key: slice, place: slice, blank: bool = False
    ) -> None:
        self._agent, self._weights, self._blank = agent, agent._trained(), blank
        at = agent.input_slices(task)
        start = at["observation"].start
        self._n_inputs = agent.n_inputs(task)
        self._key = slice(start + key.start, start + key.stop)
        self._place = start + place.start
        self._action, self._reward = at["previous_action"].start, at["previous_reward"]

    def value(
        self, state: cores.State, stored: np.ndarray, key: np.ndarray, place: np.ndarray
    ) -> np.ndarray:
        """What the critic expects (k,) in these states, were it at `place` (k,) of context `key`."""
        row = self._row(key, place)
        return cores.outputs(self._weights, self._step(row, state, stored)["hidden"])[1]

    def after(
        self,
        stored: np.ndarray,
        key: np.ndarray,
        places: np.ndarray,
        moves: np.ndarray,
        reward: np.ndarray,
    ) -> np.ndarray:
        """The cell state (k, n_units) that a visit of one trial along these ways leaves.

        Parameters
        ----------
        stored : (k, n_units) array
            What the context brings back.
        key : (k, key_size) array
        places, moves : (k, m) ints
            `NOTHING` where a way pauses or is over, and for the move that led to its start.
        reward : (k, m) array
        """
        state = {
            name: np.repeat(self._weights[f"initial_{name}"][None], len(key), axis=0)
            for name in cores.state_names(self._agent.core)
        }
        for place, move, paid in zip(places.T, moves.T, reward.T, strict=True):
            row = self._row(key, place)
            moved = np.flatnonzero(move != NOTHING)
            row[moved, self._action + move[moved]] = 1
            row[:, self._reward] = paid[:, None]
            after = self._step(np.zeros_like(row) if self._blank else row, state, stored)
            going = (place != NOTHING)[:, None]
            state = {name: np.where(going, after[name], state[name]) for name in state}
        return state["cell"]

    def _row(self, key: np.ndarray, place: np.ndarray) -> np.ndarray:
        row = np.zeros((len(key), self._n_inputs), np.float32)
        row[np.arange(len(key)), self._place + place] = 1
        row[:, self._key] = key
        return row

    def _step(self, row: np.ndarray, state: cores.State, stored: np.ndarray) -> cores.State:
        state = {**state, "reinstated": stored}
        return cores.step(self._agent.core, self._weights, row, state, self._agent.held)[0]
