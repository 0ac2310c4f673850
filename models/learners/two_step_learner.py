"""What learners of two-step tasks share: they keep stages and trials apart in every encoding."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ...tasks.randomness import Lanes
from ...tasks.task import Task, TimeStep
from ...tasks.two_step import CENTER, FIRST, FIXATION, SECOND, TwoStep
from ...tasks.two_step_drifting import DriftingTwoStep
from ...tasks.two_step_swapping import SwappingTwoStep
from ..agent import Agent, Trace

_STAGES = {1: (FIRST,), 2: (FIRST, SECOND), 3: (FIXATION, FIRST, SECOND)}  # by steps of a trial


@dataclass
class TwoStepLearner(Agent):
    """A learner that follows the stages of a two-step task and learns when a trial is over.

    It presses the center key at fixation and, where nothing is to be chosen at the second stage,
    either key at random. It knows the task's `p_common`; where the mapping is drawn for each
    life, or swaps, it infers it from the transitions it sees. `assumed_mapping` makes it believe
    otherwise: "congruent" that choice 0 leads to state 0 whatever it sees, "random" that there is
    a mapping to infer even where the task has but one.

    A learner says how it starts (`_start`), what it expects of the keys and how it chooses
    (`_first_stage`, `_second_stage`), and what it learns from a trial (`_learn`). The trace is
    `policy`, (n, n_actions), and `value`, (n,), that of the choice made; 0 at fixation, since
    nothing is credited across trials.
    """

    learns: ClassVar[bool] = True
    chooses_twice: ClassVar[bool] = False  # whether it can choose at the second stage
    assumed_mapping: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.assumed_mapping not in (None, "congruent", "random"):
            raise ValueError(
                "assumed_mapping must be congruent, random or None (as the task says), "
                f"got '{self.assumed_mapping}'"
            )

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        name = type(self).__name__
        if not isinstance(task, TwoStep | DriftingTwoStep):
            raise TypeError(f"{name} plays TwoStep and DriftingTwoStep, got {type(task).__name__}")
        if task.n_second > 1 and not self.chooses_twice:
            raise ValueError(
                f"{name} makes no second-stage choices, which {type(task).__name__} asks for: "
                "take Hybrid, TwoStepSarsa or TwoStepPlanner"
            )
        self._task, self._rng = task, rng
        self._lanes = np.arange(n)
        self._step = 0
        self._first = np.full(n, -1)
        self._state = self._second = np.zeros(n, np.int64)
        log_odds = {"congruent": np.inf, "incongruent": -np.inf, "random": 0.0}
        self._mapping = np.full(n, log_odds[self.assumed_mapping or task.mapping])
        self._p_swap = task.p_swap if isinstance(task, SwappingTwoStep) else 0.0
        self._start(n)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        u, n = self._rng.random(), len(self._lanes)
        stages = _STAGES[self._task.n_stages]
        trial, at = divmod(self._step, len(stages))
        self._step += 1
        stage = stages[at]
        if stage == SECOND or (len(stages) == 1 and trial > 0):
            self._state = now.observation[:, -2:].argmax(axis=1)
        if at == 0 and trial > 0 and self.assumed_mapping != "congruent":
            self._mapping = mapping_update(
                self._mapping, self._first, self._state, self._task.p_common, self._p_swap
            )
        if at == 0 and trial > 0:
            self._learn(self._first, self._state, self._second, now.reward)
        values, policy = self._second_stage(self._state) if stage == SECOND else self._first_stage()
        keys = np.zeros((n, self._task.action.n))
        if stage == FIXATION:
            keys[:, CENTER] = 1
            action, value = np.full(n, CENTER), np.zeros(n)
        else:
            keys[:, :2] = policy
            action = (u >= policy[:, 0]).astype(np.int64)
            value = values[self._lanes, action]
        if stage == FIRST:
            self._first = action
        elif stage == SECOND:
            self._second = np.minimum(action, self._task.n_second - 1)
        return action, {"policy": keys, "value": value}

    @property
    def discount(self) -> float:
        """What the next step's value counts in the error of a recording.

        1 with fixation, where the errors of both stages are then those of the learner; 0 in
        other encodings, where reward - value is the error of the step that is paid.
        """
        return 1.0 if self._task.n_stages == 3 else 0.0

    @property
    def _p_same(self) -> np.ndarray:
        """How probably a choice leads to the state of its own number, (n,)."""
        congruent = (1 + np.tanh(self._mapping / 2)) / 2  # from log odds
        p_common = self._task.p_common
        return congruent * p_common + (1 - congruent) * (1 - p_common)

    def _start(self, n: int) -> None:
        raise NotImplementedError

    def _first_stage(self) -> tuple[np.ndarray, np.ndarray]:
        """Values and policy of the two first-stage choices, each (n, 2)."""
        raise NotImplementedError

    def _second_stage(self, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values and policy of the two keys in `state`, each (n, 2)."""
        raise NotImplementedError

    def _learn(
        self, first: np.ndarray, state: np.ndarray, second: np.ndarray, reward: np.ndarray
    ) -> None:
        raise NotImplementedError


def mapping_update(
    log_odds: np.ndarray,
    first: np.ndarray,
    state: np.ndarray,
    p_common: float,
    p_swap: float = 0.0,
) -> np.ndarray:
    """Log odds that choice 0 commonly leads to state 0, after one more transition, (n,).

    With `p_swap`, after the chance of a swap before the next trial, too.

    Examples
    --------
    >>> odds = mapping_update(np.zeros(2), np.array([0, 0]), np.array([0, 1]), p_common=0.8)
    >>> np.exp(odds).round(2)
    array([4.  , 0.25])
    """
    with np.errstate(divide="ignore"):
        evidence = np.log(p_common) - np.log1p(-p_common)
    log_odds = log_odds + np.where(first == state, evidence, -evidence)
    if p_swap:
        congruent = p_swap + (1 - 2 * p_swap) * (1 + np.tanh(log_odds / 2)) / 2
        with np.errstate(divide="ignore"):
            log_odds = np.log(congruent) - np.log1p(-congruent)
    return log_odds


def either_key(value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values and policy, each (n, 2), where either of two keys gives `value` (n,)."""
    return np.repeat(value[:, None], 2, axis=1), np.full((len(value), 2), 0.5)
