"""Tabular Q-learning with replay: the animal on the track (Mattar & Daw 2018)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, ClassVar

import numpy as np

from ...tasks import REST, Discrete, Lanes, Task, TimeStep
from ...tasks.navigation import UNREACHABLE
from ...tasks.navigation.attempts import Course
from ..agent import Agent, Trace
from ..hippocampus import ReplayPath
from ..hippocampus.experience import UNKNOWN, Experience
from ..hippocampus.prioritized import Prioritized
from ..hippocampus.replay import choice_probability
from ..hippocampus.sources import NoReplay, ReplaySource
from ..hippocampus.tabular import TabularHippocampus

CHOICES = ("softmax", "greedy")
Table = list[list[float]]


@dataclass
class TabularQ(Agent):
    """Learns the value of every action in every state from its moves, and from replay at rest.

    Traces are `policy`, `value` and `n_moves`, the moves made so far in this episode.

    Q(s, a) moves toward r + gamma max Q(s', .) after every move, and after every backup that its
    hippocampus proposes. The task must show the state as a one-hot observation and tell the one
    reached as the outcome `state`. Where it lays out its course, as mazes do, the animal knows it
    before the first reward: it has tried every action in every state once (`sweep`).

    Parameters
    ----------
    replay : ReplaySource
    learning_rate, discount, inverse_temperature : float
        alpha, gamma, beta.
    choice : "softmax" or "greedy"
        Greedy with random ties is for learning curves.
    transition_learning_rate : float
    sweep : bool
    goals : tuple of (state, probability)
        Candidate goals. Values are then learned for each of them, before any reward is known, and
        the animal chooses by their mean.
    show_priorities : bool
        Trace `gain`, `need` and `value_of_backup` (n, n_states) before each rest; 0 elsewhere.

    Examples
    --------
    >>> TabularQ().without("need").replay
    Prioritized(gain='on', need='off', threshold=0.0)
    """

    parts: ClassVar[dict[str, str]] = {
        "replay": "nothing is replayed",
        "gain": "replay is ranked by need alone",
        "need": "replay is ranked by gain alone",
        "online_learning": "values change in replay only; moves are still remembered",
    }
    learns: ClassVar[bool] = True
    lanes_apart: ClassVar[bool] = True

    # Defaults: Mattar & Daw 2018, published program
    replay: ReplaySource = field(default_factory=Prioritized)
    learning_rate: float = 1.0
    discount: float = 0.9
    inverse_temperature: float = 5.0
    choice: str = "softmax"
    transition_learning_rate: float = 0.9
    sweep: bool = True
    goals: tuple[tuple[int, float], ...] = ()
    show_priorities: bool = False

    def __post_init__(self) -> None:
        if self.choice not in CHOICES:
            raise ValueError(f"choice must be {' or '.join(CHOICES)}, got '{self.choice}'")
        if not isinstance(self.replay, ReplaySource):
            raise ValueError(f"replay must be a source with a method propose, got {self.replay!r}")
        if self.goals and not np.isclose(sum(p for _, p in self.goals), 1):
            raise ValueError(f"probabilities of goals must add up to 1, got {self.goals}")

    def without(self, *parts: str) -> TabularQ:
        """Return a copy with parts taken out; gain and need are parts of prioritized replay."""
        agent = super().without(*parts)
        if "replay" in parts:
            return replace(agent, replay=NoReplay())
        for part in ("gain", "need"):
            if part in parts:
                agent = replace(agent, replay=_unranked(agent.replay, part))
        return agent

    # ------------------------------------------------------------------ a life

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        if not isinstance(task.action, Discrete):
            raise ValueError(f"TabularQ needs discrete actions, {type(task).__name__} has others")
        n_states, n_actions = task.observation_size, task.action.n
        self._lanes, self._rng, self._one_hot = np.arange(n), rng, np.eye(n_states)
        self._q = np.zeros((n, max(1, len(self.goals)), n_states, n_actions))
        self._weight = np.array([p for _, p in self.goals]) if self.goals else np.ones(1)
        self._hippocampus = self._new_hippocampus(task, rng)
        if self.sweep and hasattr(task, "course"):
            self._sweep(task, n_states)
        self._here = np.full(n, UNKNOWN)
        self._action = np.zeros(n, np.int64)
        self._moved, self._ended, self._rpe = np.zeros(n, bool), np.zeros(n, bool), np.zeros(n)
        self._n_moves = np.zeros(n, np.int32)

    def _new_hippocampus(self, task: Task, rng: Lanes) -> TabularHippocampus:
        return TabularHippocampus(*self._of_hippocampus(rng))

    def _of_hippocampus(self, rng: Lanes) -> tuple[Any, ...]:
        """Settings of a `TabularHippocampus`."""
        return (
            self._q, rng, self.replay, self.learning_rate, self.discount,
            self.inverse_temperature, self.transition_learning_rate, self.goals,
        )  # fmt: skip

    def _sweep(self, task: Task, n_states: int) -> None:
        """Know where every action leads; see `Experience.sweep`."""
        course = task.course  # type: ignore[attr-defined]
        if course.graphs[0].n_states != n_states:
            raise ValueError(
                f"TabularQ needs observations that are one-hot states: {course.graphs[0].n_states} "
                f"of them, {type(task).__name__} shows {n_states} features; observe='one_hot'"
            )
        sweep(self._hippocampus.experience, course)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        self._remember(now)
        values = np.einsum("g,nga->na", self._weight, self._q[self._lanes, :, self._here])
        policy = self._policy(values)
        draw = self._rng.random()[:, None]
        choice = (policy.cumsum(axis=1) <= draw).sum(axis=1).clip(max=policy.shape[1] - 1)
        self._action = choice
        self._moved = now.active & (now.phase != REST)
        trace: Trace = {
            "policy": policy.astype(np.float32),
            "value": values.max(axis=1).astype(np.float32),
            "n_moves": self._n_moves,
        }
        return self._action, trace | self._priorities(now)

    def rest(self, now: TimeStep, n_backups: int) -> Trace:
        resting = now.active & (now.phase == REST)
        paths = self._hippocampus.replay(
            np.where(resting, self._here, UNKNOWN), now.reward, self._rpe, n_backups
        )
        for lane, own in groupby(paths, key=lambda path: path.lane):
            self._back_up(lane, list(own))
        return {"replay": paths}

    # ------------------------------------------------------------------ learning

    def _remember(self, now: TimeStep) -> None:
        """Learn from the move just made, and that starts follow goals."""
        reached = now.outcomes["state"]
        moved = self._moved & (reached != UNKNOWN)
        before, state = self._here, np.where(moved, reached, self._here)
        forced_action = now.outcomes.get("forced_action", np.full(len(moved), UNKNOWN))
        forced = forced_action != UNKNOWN
        action = np.where(moved, np.where(forced, forced_action, self._action), 0)
        ended = now.discount == 0
        step = {
            "action": action, "reward": now.reward, "next_state": state, "ended": ended,
            "forced": forced, "write": moved,
        }  # fmt: skip
        self._hippocampus.observe(self._one_hot[before], step)
        self._rpe = np.zeros(len(moved))
        lanes = np.flatnonzero(moved)
        if len(lanes):
            self._learn(lanes, before[lanes], action[lanes])
        seen = now.observation.argmax(axis=1)
        restarted = now.active & (now.first | (state != seen))  # or put elsewhere
        self._ended = np.where(moved, ended, self._ended)
        jumped = np.flatnonzero(restarted & self._ended)
        if len(jumped):
            self._hippocampus.experience.follow(jumped, state[jumped], seen[jumped])
        self._here = np.where(restarted, seen, state)
        self._n_moves = np.where(now.first, 0, self._n_moves + moved).astype(np.int32)

    def _learn(self, lanes: np.ndarray, state: np.ndarray, action: np.ndarray) -> None:
        """Move the values of what was done toward their targets."""
        reward, ended = self._hippocampus.outcomes(lanes, state, action)
        after = self._hippocampus.experience.next_state[lanes, state, action]
        best = self._q[lanes, :, after].max(axis=-1)
        old = self._q[lanes, :, state, action]
        target = reward + self.discount * np.where(ended, 0.0, best)
        self._rpe[lanes] = (target - old) @ self._weight
        if "online_learning" not in self.lesions:
            rate = self.learning_rate
            self._q[lanes, :, state, action] = (1 - rate) * old + rate * target

    def _back_up(self, lane: int, paths: list[ReplayPath]) -> None:
        """Apply the backups of one lane in order, in plain lists for speed.

        A forward path is a sequence that grows, as long as each step leads to the next: each of its
        backups also updates the steps before, to the rewards of the rest of the sequence and the
        best value at its end.
        """
        next_state = self._hippocampus.experience.next_state[lane].tolist()
        outcomes = self._hippocampus.outcomes(lane)
        for g in range(self._q.shape[1]):
            q = self._q[lane, g].tolist()
            reward = outcomes[0][..., g].tolist()
            kept = (self.discount * ~outcomes[1][..., g]).tolist()
            for path in paths:
                self._back_up_path(path, q, next_state, reward, kept)
            self._q[lane, g] = q

    def _back_up_path(
        self, path: ReplayPath, q: Table, next_state: list[list[int]], reward: Table, kept: Table
    ) -> None:
        if path.actions is None:
            raise ValueError(
                f"replay from '{path.source}' has no actions: see hippocampus.backups.to_backups"
            )
        steps = list(zip(path.states.tolist(), path.actions.tolist(), strict=True))
        rate, first, follows = self.learning_rate, 0, UNKNOWN
        for k, (state, action) in enumerate(steps):
            end = next_state[state][action]
            if end == UNKNOWN:
                raise ValueError(
                    f"replay from '{path.source}' holds action {action} in state {state}, "
                    "which was never experienced: drop such steps"
                )
            linked = path.kind == "forward" and follows == state
            first, follows = first if linked else k, end
            ahead = max(q[end])
            for s, a in reversed(steps[first : k + 1]):
                ahead = reward[s][a] + kept[s][a] * ahead
                q[s][a] = (1 - rate) * q[s][a] + rate * ahead

    # ------------------------------------------------------------------ choice and trace

    def _policy(self, values: np.ndarray) -> np.ndarray:
        if self.choice == "softmax":
            return choice_probability(values, self.inverse_temperature)
        best = values == values.max(axis=1, keepdims=True)
        return best / best.sum(axis=1, keepdims=True)

    def _priorities(self, now: TimeStep) -> Trace:
        """Largest gain, need, and value of backup of each state in lanes about to rest."""
        if not self.show_priorities:
            return {}
        names, shape = ("gain", "need", "value_of_backup"), self._q[:, 0, :, 0].shape
        shown = {name: np.zeros(shape, np.float32) for name in names}
        lanes = np.flatnonzero(now.active & (now.phase == REST))
        if len(lanes):
            moment = self._hippocampus.moment(
                lanes, self._here[lanes], now.reward[lanes], self._rpe[lanes], 1
            )
            for name, values in zip(names, Prioritized().priorities(moment), strict=True):
                shown[name][lanes] = values
        return shown


def _unranked(source: ReplaySource, part: str) -> ReplaySource:
    """The source with gain or need replaced by 1, inside wrappers too."""
    if isinstance(source, Prioritized):
        return replace(source, gain="off") if part == "gain" else replace(source, need="off")
    if hasattr(source, "source"):
        return replace(source, source=_unranked(source.source, part))  # type: ignore[type-var]
    raise ValueError(f"{type(source).__name__} has no part '{part}': only Prioritized has")


def sweep(experience: Experience, course: Course) -> None:
    """Try every action once in the first layout of a world, see `Experience.sweep`."""
    goals, starts = _ends(course)
    experience.sweep(course.graphs[0].next_state, goals, starts)


def _ends(course: Course) -> tuple[np.ndarray, list[np.ndarray]]:
    """States where whoever gets there has ended an attempt, and starts that may follow each."""
    n_states = course.graphs[0].n_states
    if course.routes is None:
        every = (np.arange(n_states) + 0.5) / n_states
        layout = np.zeros(n_states, int)
        goals, starts = (np.unique(p.draw(layout, every)) for p in (course.goals, course.starts))
        routes = np.stack(np.meshgrid(starts, goals), axis=-1).reshape(-1, 2)
    else:
        routes = course.routes
    starts, goals = routes.T
    reaches = course.graphs[0].distances[starts] != UNREACHABLE
    passed = (reaches & (np.arange(n_states) != goals[:, None])).any(axis=0)
    ends = np.flatnonzero(course.trap | (np.isin(np.arange(n_states), goals) & ~passed))
    if course.routes is None:
        return ends, [np.setdiff1d(starts, ends)] * len(ends)
    return ends, [np.roll(starts, -1)[goals == end] if end in goals else starts for end in ends]


__all__ = ["TabularQ", "sweep"]
