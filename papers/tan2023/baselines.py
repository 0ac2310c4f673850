"""Other learners of the way to any goal, in the same world for the same number of steps.

All see x, y, goal x and goal y, live through the 100 published attempts and then 50 more under the
second walls. The last 50 are what is left after learning: in the test `greedy` the learner neither
learns nor explores in them any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ...models.agent import Agent
from ...models.goal_directed import ExactSearch, GoalDirected
from ...models.goal_directed.goal_tables import GoalTables
from ...models.goal_directed.hindsight import HindsightDQN
from ...models.goal_directed.predicted_transitions import PredictiveGoalDirected
from ...tasks.navigation import GridWorld, tan
from ..declaration import Experiment, Figure, Measure, Signature, Test
from .baselines_figure import draw, draw_longer

if TYPE_CHECKING:
    import xarray as xr

N_LEARNING, N_AFTER = 100, 50  # attempts


@cache  # many experiments share it
def with_attempts_after(times: int = 1) -> GridWorld:
    """The dynamic task, `times` as long, and then 50 attempts more under its last walls."""
    learning = tan.dynamic(n_attempts=N_LEARNING * times, change_every=tan.CHANGE_EVERY * times)
    wall = learning.layouts[-1].wall
    more = range(learning.n_attempts, learning.n_attempts + N_AFTER)
    return replace(
        learning,
        n_attempts=more.stop,
        routes=learning.routes + tan.draw_routes(more, [wall] * N_AFTER),
    )


@dataclass(frozen=True)
class Entry:
    """One learner of the comparison: its name in figures, and the same that stops learning."""

    label: str
    agent: Agent
    stops: bool = True

    def stopped(self) -> Agent:
        return replace(self.agent, greedy_after=N_LEARNING)  # type: ignore[call-arg]


_DEEP = HindsightDQN(
    n_hidden=(128, 128), learning_rate=1e-3, discount=0.9, n_exploration=5000, input_scale=0.2,
)  # fmt: skip
LEARNERS: Mapping[str, Entry] = {
    "goal_directed": Entry("Fast & Slow, exact search", GoalDirected(planner=ExactSearch()), False),
    "predicted": Entry(
        "network for memory",
        PredictiveGoalDirected(planner=ExactSearch(), model_updates=1, model_learning_rate=3e-3),
        stops=False,
    ),
    "q": Entry("Q-learning", GoalTables(all_goals=True)),
    "dyna_q": Entry("Dyna-Q", GoalTables(n_planning=50)),
    "dyna_q_plus": Entry(
        "Dyna-Q+", GoalTables(all_goals=True, n_planning=50, bonus=1e-3, learning_rate=1.0)
    ),
    "successor": Entry(
        "successor representation",
        GoalTables(rule="successor", all_goals=True, learning_rate=1.0),
    ),
    "dqn": Entry("DQN", replace(_DEEP, n_exploration=1000).without("hindsight")),
    "her": Entry("DQN with hindsight", _DEEP),
}
BASELINES = tuple(name for name in LEARNERS if name != "goal_directed")
TEN_TIMES = ("goal_directed", "q", "dyna_q", "dyna_q_plus", "successor")


def _experiment(name: str, times: int = 1) -> Experiment:
    entry, suffix = LEARNERS[name], "" if times == 1 else f"_{times}x"
    return Experiment(
        name=f"tan2023/baseline_{name}{suffix}",
        summary=f"{entry.label}, {times} x the published attempts",
        task=with_attempts_after(times),
        agent=entry.agent,
        recording=Test(n_lives=1, record=()),
        source="arXiv:2301.13758",
        quick=2,
        full=20,
    )


def _stopped(name: str) -> Experiment:
    experiment = _experiment(name)
    return replace(
        experiment,
        name=f"{experiment.name}_stopped",
        summary=f"{experiment.summary}, then neither learning nor exploring",
        agent=LEARNERS[name].stopped(),
    )


EXPERIMENTS = (
    *(_experiment(name) for name in LEARNERS),
    *(_stopped(name) for name in LEARNERS if LEARNERS[name].stops),
    *(_experiment(name, 10) for name in TEN_TIMES),
)


def steps_and_goals(recording: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Steps and goals of each attempt, (seed, attempt) each, one life of a seed after another."""
    from ...analysis.navigation import path_length, solved

    steps, goals = (
        of(recording).transpose("seed", "episode").values for of in (path_length, solved)
    )
    return steps, goals


def goals_within(recording: xr.Dataset, n_steps: np.ndarray) -> np.ndarray:
    """Goals reached within the first steps of each seed's life."""
    steps, goals = steps_and_goals(recording)
    return np.sum(goals * (np.cumsum(steps, axis=1) <= n_steps[:, None]), axis=1)


def ahead_at_equal_steps(agent: xr.Dataset, other: xr.Dataset) -> np.ndarray:
    """How many goals more the agent reaches in 100 attempts than another in as many steps.

    Of the first life of each seed.
    """
    steps, goals = (values[:, :N_LEARNING] for values in steps_and_goals(agent))
    return goals.sum(axis=1) - goals_within(other, steps.sum(axis=1))


def solved_percent(begin: int, end: int | None) -> Measure:
    """Measure: share of attempts `begin` to `end` that reached the goal, %."""

    def measure(recording: xr.Dataset) -> np.ndarray:
        return 100 * steps_and_goals(recording)[1][:, begin:end].mean(axis=1)

    return measure


def ahead_in_attempts(agent: xr.Dataset, other: xr.Dataset) -> np.ndarray:
    """How many goals more the agent reaches in 100 attempts than another in 100 attempts.

    However many steps either takes; of the first life of each seed.
    """
    reached = (steps_and_goals(r)[1][:, :N_LEARNING].sum(axis=1) for r in (agent, other))
    return next(reached) - next(reached)


_AGENT, _OTHER_AGENT = "tan2023/baseline_goal_directed", "tan2023/improved"
LEAST = 5.0  # goals; chosen, so that no difference lies clearly outside

_AT_EQUAL_STEPS = tuple(
    Signature(
        name=f"tan2023/ahead_of_{name}",
        claim=f"In as many steps fewer goals are reached by: {LEARNERS[name].label}.",
        published="tan2023/baselines",
        low=LEAST,
        high=None,
        measure=ahead_at_equal_steps,
        subject=(_AGENT, f"tan2023/baseline_{name}"),
        shows_not=(_AGENT, _AGENT),
        beside=(
            (_OTHER_AGENT, f"tan2023/baseline_{name}"),
            (_AGENT, _OTHER_AGENT),
            *([(_AGENT, f"tan2023/baseline_{name}_stopped")] if LEARNERS[name].stops else []),
        ),
    )
    for name in BASELINES
)
# Declared when the above were known; at equal steps those that begin by exploring are cut off early
_AT_EQUAL_ATTEMPTS = tuple(
    Signature(
        name=f"tan2023/ahead_in_attempts_of_{name}",
        claim=f"In as many attempts fewer goals are reached by: {LEARNERS[name].label}.",
        published="tan2023/baselines",
        low=LEAST,
        high=None,
        measure=ahead_in_attempts,
        subject=(_AGENT, f"tan2023/baseline_{name}"),
        shows_not=(_AGENT, _OTHER_AGENT),
    )
    for name in BASELINES
)
SIGNATURES = (*_AT_EQUAL_STEPS, *_AT_EQUAL_ATTEMPTS)

FIGURES = (
    Figure(
        name="tan2023/baselines",
        caption=(
            "(a) Goals reached against steps taken, mean over seeds; dotted lines: where the two "
            "goal-directed agents have finished their 100 attempts. (b) Attempts solved while learning "
            "under the second walls (filled) and in 50 attempts after it (open: neither learning "
            "nor exploring any more), each point a seed."
        ),
        needs=("tan2023/improved", *(e.name for e in EXPERIMENTS if not e.name.endswith("10x"))),
        draw=draw,
    ),
    Figure(
        name="tan2023/baselines_10x",
        caption="Attempts solved in 50 attempts after 1000, still learning, each point a seed.",
        needs=tuple(e.name for e in EXPERIMENTS if e.name.endswith("10x")),
        draw=draw_longer,
    ),
)
