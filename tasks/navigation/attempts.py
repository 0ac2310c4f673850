"""A life of many attempts to get from a start to a goal, the same in every world of states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..randomness import Lanes
from ..task import Discrete, Play
from .graph import Distances, StateGraph
from .lives import Lives
from .places import Places


class Course(NamedTuple):
    """A world laid out: its layouts, and where attempts may start and end.

    Attributes
    ----------
    graphs : tuple of StateGraph
        One for each layout, all with the same states and actions.
    changes : (n_layouts,) ints
        Attempt from which each layout holds, the first 0.
    starts, goals : Places
    routes : (n_routes, 2) ints, or None
        Start and goal of attempts 0, 1 ..., over and over; then no place is drawn.
    trap : (n_states,) bool
    beeline : StateGraph, or None
        The world without its walls, whose distances are Manhattan's.
    observe : function of position and goal, (n,) ints each
        The observation (n, observation_size).
    """

    graphs: tuple[StateGraph, ...]
    changes: np.ndarray
    starts: Places
    goals: Places
    routes: np.ndarray | None
    trap: np.ndarray
    beeline: StateGraph | None
    observe: Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """Settings that all worlds share.

    A life is `n_attempts` attempts, each an episode. An attempt begins at a start and ends on the
    step that enters the goal or a trap, or after `max_steps` steps (by default as many as there
    are states); a blocked move counts. The next attempt begins at once, the world itself moving
    the animal to the start.

    Entering the goal earns `reward`; if several are given, each attempt draws one of them with
    equal probability (label `reward_size`). Gaussian noise with a standard deviation of
    `reward_noise` is added to a positive reward and the sum is cut at 0. A trap earns nothing.
    With probability `slip` a move is replaced by one of the others.

    With `rest="planning"` there is a rest, a row of its own with phase `REST`, in the two moments
    of Mattar & Daw 2018: after the first step of an attempt, and after the step that enters a
    goal or trap (a step that is both has one rest). None comes before the life's first reward.
    The label `planning` is 1 in the first and 2 in the second, and `previous_position` is where
    the last move was made, -1 at the start: the state from which need counts.

    Outcomes are the `state` reached (-1 where there was no move), `bumped` (1 the edge, 2 a wall,
    0 nothing), `solved` and `slipped`. Labels are `position`, `start`, `goal`, `attempt`,
    `shortest_path` (steps from here to the goal around the walls) and `reward_size`.
    """

    n_attempts: int = 20
    max_steps: int | None = None
    slip: float = 0.0
    reward: float | tuple[float, ...] = 1.0
    reward_noise: float = 0.0
    rest: str = "none"
    n_backups: int = 20  # of one rest; Mattar & Daw 2018, published program

    @property
    def course(self) -> Course:
        raise NotImplementedError(f"{type(self).__name__} does not lay out its course")

    @property
    def action(self) -> Discrete:
        return Discrete(self.course.graphs[0].n_actions)

    @property
    def steps_per_attempt(self) -> int:
        """The most steps that an attempt may take."""
        return self.max_steps or self.course.graphs[0].n_states

    @property
    def n_steps(self) -> int:
        n_rests = 2 if self.rest == "planning" else 0
        return self.n_attempts * (self.steps_per_attempt + n_rests)

    @cached_property
    def distances(self) -> tuple[Distances, ...]:
        """Steps to goals in each layout, and last without walls if the world knows such."""
        beeline = (self.course.beeline,) if self.course.beeline else ()
        return tuple(Distances(graph) for graph in (*self.course.graphs, *beeline))

    def check_attempts(self) -> None:
        """Raise ValueError where one of these settings makes no sense."""
        for name in ("n_attempts", "max_steps"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        if not 0 <= self.slip <= 1:
            raise ValueError(f"slip must be in [0, 1], got {self.slip}")
        if not np.size(self.reward):
            raise ValueError("reward must be a number or several, got none")
        for name in ("reward_noise", "n_backups"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")
        if self.rest not in ("none", "planning"):
            raise ValueError(f"rest must be none or planning, got '{self.rest}'")

    def play(self, n: int, rng: Lanes) -> Play:
        # The same numbers are drawn whatever the settings: starts and goals do not shift with slip.
        lives, actions = Lives(self, n), self.action
        lives.begin(np.arange(n), rng.rows(4))
        for _ in range(self.n_steps):
            action = actions.check((yield lives.now()), n)
            lives.move(action, rng.rows(4), rng.normal())
        yield lives.now()
