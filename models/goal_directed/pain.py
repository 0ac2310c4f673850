"""A pain pathway beside the goal-directed agent: where it hurt is neither sought nor replayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ...tasks import Lanes, Task, TimeStep
from ..agent import Trace
from . import GoalDirected, TransitionMemory
from .replay import Episode


class PainMemory(TransitionMemory):
    """A `TransitionMemory` that remembers where it hurt, and is not searched through there.

    Attributes
    ----------
    pain : (n, n_states + 1) floats
        How likely it is to hurt to enter each state: the share of entries that did, faded; 0
        where nothing is known.
    led : (n, n_states + 1, n_actions) ints
        Where each action led last, painful or not.
    """

    def __init__(
        self, n: int, n_states: int, n_actions: int, rate: float, tolerance: float
    ) -> None:
        super().__init__(n, n_states, n_actions)
        self.rate, self.tolerance = rate, tolerance
        self.pain = np.zeros((n, n_states + 1))
        self.led = np.full((n, n_states + 1, n_actions), n_states)
        self.hurt = np.zeros(n, bool)  # by the move about to be observed

    def observe(
        self, lanes: np.ndarray, state: np.ndarray, action: np.ndarray, reached: np.ndarray
    ) -> np.ndarray:
        """Remember one move of each of `lanes`, and that it hurt; a bump tells nothing of pain."""
        conflict = super().observe(lanes, state, action, reached)
        self.led[lanes, state, action] = reached
        entered = reached != state
        before = self.pain[lanes, reached]
        change = self.rate * (self.hurt[lanes] - before)
        self.pain[lanes, reached] = before + np.where(entered, change, 0)
        for lane in np.unique(lanes):
            self._shun(int(lane))
        return conflict

    def _shun(self, lane: int) -> None:
        """Hide all ways into states that hurt, and show again those that no longer do."""
        bad = self.pain[lane] > self.tolerance
        led = self.led[lane]
        shown = np.where(bad[led], self.n_states, led)
        if (shown == self.successor[lane, :, :, 0]).all():
            return
        self.successor[lane, :, :, 0] = shown
        self.strength[lane, :, :, 0] = shown != self.n_states
        sums = self.strength[lane].reshape(len(led), -1).cumsum(axis=1)
        self.cumulative[:, lane] = (sums / np.maximum(sums[:, -1:], 1)).T

    def expected(self, lanes: np.ndarray, state: np.ndarray) -> np.ndarray:
        """Pain (n, n_actions) that each action is expected to bring; 0 where it was never tried."""
        return self.pain[lanes[:, None], self.led[lanes, state]]


class Painless(Episode):
    """Forgets at once the moves that hurt."""

    hurt: np.ndarray

    def add(self, lanes: np.ndarray, state: np.ndarray, action: np.ndarray) -> None:
        kept = ~self.hurt[lanes]
        super().add(lanes[kept], state[kept], action[kept])


@dataclass
class PainAverse(GoalDirected):
    """A `GoalDirected` agent with a memory of pain, for tasks with the outcome `hurt`.

    Three things follow from pain. An action that is remembered to lead where it hurt has its score
    lowered by `aversion` times the pain expected there. Look-ahead does not pass such states. And
    moves that hurt are left out of backward replay, so that the policy network is never taught
    them. Pain of a state goes by `pain_rate` toward 1 when entering it hurts and toward 0 when not.

    Trace `expected_pain` is that of the action taken, as far as it is known.

    Parameters
    ----------
    aversion : float
    pain_rate : float
    tolerance : float
        Pain up to which look-ahead passes a state.

    Examples
    --------
    >>> PainAverse().without("pain").lesions
    ('pain',)
    """

    parts: ClassVar[dict[str, str]] = {
        **GoalDirected.parts,
        "pain": "pain is not felt",
        "pain_memory": "pain gates replay, but where it hurt is not remembered",
        "pain_replay": "moves that hurt are replayed like others",
    }

    aversion: float = 10.0
    pain_rate: float = 0.5
    tolerance: float = 0.25

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        n_states = self._shape[0] * self._shape[1]
        self._pain = PainMemory(n, n_states, self._n_actions, self.pain_rate, self.tolerance)
        self._memory = self._pain
        self._episode: Any = Painless(n, getattr(task, "steps_per_attempt", task.n_steps))
        self._episode.hurt = np.zeros(n, bool)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        if "hurt" not in now.outcomes:
            raise ValueError(
                f"{type(self).__name__} needs a task with the outcome 'hurt', such as HazardWorld"
            )
        felt = now.outcomes["hurt"] & ("pain" not in self.lesions)
        self._pain.hurt = felt & ("pain_memory" not in self.lesions)
        self._episode.hurt = felt & ("pain_replay" not in self.lesions)
        action, trace = super().act(now)
        expected = self._pain.expected(self._lanes, self._state)[self._lanes, action]
        return action, {**trace, "expected_pain": expected.astype(np.float32)}

    def _best(self, score: np.ndarray) -> np.ndarray:
        expected = self._pain.expected(self._lanes, self._state)
        return super()._best(score - self.aversion * expected)


__all__ = ["PainAverse", "PainMemory"]
