"""A visit lived through again at rest, through the frozen network, without a choice being made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...tasks import Task
from .. import cores
from ..prefrontal import EpisodicPrefrontal, n_actions

N_STEPS, N_TO_ENTER = 3, 2  # of the network in a backup, and on entering a context


@dataclass(frozen=True)
class Transition:
    """What is replayed in `n` lanes: in a context an action led to an end state, which paid."""

    key: np.ndarray
    action: np.ndarray
    end: np.ndarray
    reward: np.ndarray


class Revisiting:
    """Feeds a network with remembered rows of input, each lane from a stored cell state.

    The rows are those of a real visit: nothing in view, as in the interval before it; the context,
    which reinstates the state stored there; the context with the action, the end state that it
    led to and the reward. What the network knows after the second is the policy with which it would enter
    that context, and its cell after the third is what experience would have left there.

    Parameters
    ----------
    agent : EpisodicPrefrontal
    task : Task
    key, end : slices of the observation
        Where the context and the end state are seen.
    blank : bool
        Nothing is fed but zeros, in as many steps.
    """

    def __init__(
        self, agent: EpisodicPrefrontal, task: Task, key: slice, end: slice, blank: bool = False
    ) -> None:
        self._agent, self._weights = agent, agent._trained()
        self._at, self._n_inputs = agent.input_slices(task), agent.n_inputs(task)
        self._key, self._end, self._blank = key, end, blank
        width = 5 * agent.n_units * (self._n_inputs + agent.n_units)
        self.operations_per_step = width + agent.n_units * (n_actions(task) + 1)

    def policy(self, stored: np.ndarray, key: np.ndarray) -> np.ndarray:
        """The policy (n, n_actions) on entering context `key` with this cell state stored there."""
        return cores.outputs(self._weights, self.enter(stored, key)["hidden"])[0]

    def after(self, stored: np.ndarray, what: Transition) -> np.ndarray:
        """The cell state (n, n_units) that reliving a transition makes of the stored one."""
        return self.experience(self.enter(stored, what.key), stored, what)["cell"]

    def experience(self, state: cores.State, stored: np.ndarray, what: Transition) -> cores.State:
        """The state that a transition makes of the one in the middle of a visit."""
        row = self._row(what.key)
        lanes = np.arange(len(row))
        if not self._blank:
            row[lanes, self._at["observation"].start + self._end.start + what.end] = 1
            row[lanes, self._at["previous_action"].start + what.action] = 1
            row[:, self._at["previous_reward"]] = what.reward[:, None]
        return self._step(row, state, stored)

    def enter(self, stored: np.ndarray, key: np.ndarray) -> cores.State:
        """The state in which context `key` is entered with this cell state stored there."""
        start = {
            name: np.repeat(self._weights[f"initial_{name}"][None], len(key), axis=0)
            for name in cores.state_names("episodic_lstm")
        }
        interval = self._step(np.zeros_like(self._row(key)), start, np.zeros_like(stored))
        return self._step(self._row(key), interval, stored)

    def _row(self, key: np.ndarray) -> np.ndarray:
        row = np.zeros((len(key), self._n_inputs), np.float32)
        if not self._blank:
            start = self._at["observation"].start
            row[:, start + self._key.start : start + self._key.stop] = key
        return row

    def _step(self, row: np.ndarray, state: cores.State, stored: np.ndarray) -> cores.State:
        state = {**state, "reinstated": stored}
        return cores.step("episodic_lstm", self._weights, row, state, dict(self._agent.clamps))[0]
