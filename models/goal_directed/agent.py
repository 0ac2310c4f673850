"""A fast policy network and a slow search through memory (Tan & Motani 2023, arXiv:2301.13758)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import numpy as np

from ...tasks import Discrete, Lanes, Task, TimeStep
from ...tasks.navigation import tan
from ..agent import Agent, Trace
from ..hippocampus import ReplayPath
from .branches import LegacyDraws, RandomBranches
from .frontier import toward_frontier
from .memory import TransitionMemory
from .network import PolicyNetworks
from .planners import Plan, Planner
from .replay import BACKWARD, FORWARD, Episode, backward_samples, forward_samples, shuffled

COUNTS, FAST, SLOW, FRONTIER = 0, 1, 2, 3  # values of the trace `decider`
ARBITRATION = ("plan_first", "confidence")
EXPLORE = ("tries", "frontier")
UNIFORM_VALUES = 2**53  # that a uniform number can take


@dataclass
class GoalDirected(Agent):
    """Acts at once on a policy network, unless a way to the goal is found in memory.

    The network is asked for p(action | state, goal), and every try of an action in a state of this
    episode lowers its score: p - `exploration` x sqrt(tries). The action with the largest score is
    taken, unless the planner finds a way through remembered transitions; then its first action is.
    After every move the outcome is remembered and the network makes one pass through two sets:
    planned states with the goal (forward replay), and states visited in this episode with the state
    just reached as their goal (backward replay). Each life has a network and a memory of its own.

    Observations are (x, y, goal x, goal y), as in `GridWorld`. Places are numbered as the task
    numbers them; nothing else is known of them before they are visited.

    Traces are `policy`, the network's; `decider` (0 tries alone, 1 the network, 2 the plan, 3
    the way to the frontier);
    `plan_length`; `memory_reads` and `multiply_adds` of this decision; and of what was
    learned from the previous move `conflict` (it contradicted memory), `stale` (it contradicted the
    plan), `replay_batch` (samples), `replay_multiply_adds` and `loss` (nats).

    Parameters
    ----------
    planner : RandomBranches, SequentialBranches or ExactSearch
    exploration : float
        alpha
    memory : {"overwrite", "append", "counts"}
        See `TransitionMemory`.
    decay : float
        Of counts.
    infer_returns : bool
        Infer which action takes back which, see `Returns`.
    explore : {"tries", "frontier"}
        Where no plan is found: by the score above, or through memory to an action never tried, see
        `toward_frontier`.
    forward_replay : {"imagined_starts", "imagined_goals", "off"}
    backward_replay : {"visited", "last_visits", "off"}
    train_on_final : bool
        Learn from the last move of an episode, too.
    arbitration : {"plan_first", "confidence"}
        "confidence" consults memory only where the network is unsure: its largest probability is
        below `confidence`, or the state has been left before in this episode.
    confidence : float
    ties : {"lowest", "random"}
        Which action is taken among those with the largest score.
    n_hidden : tuple of int
    learning_rate : float
    batch_size : int
    input_scale : float
        What coordinates are multiplied by for the network.
    show_replay : bool
        Record what is imagined and replayed.

    Examples
    --------
    >>> GoalDirected().without("slow").lesions
    ('slow',)
    """

    parts: ClassVar[dict[str, str]] = {
        "fast": "no network: actions differ by tries alone",
        "slow": "memory is never searched",
        "learning": "the network stays as it was drawn",
        "old_memories": "memory is emptied where an episode starts",
    }
    learns: ClassVar[bool] = True
    lanes_apart: ClassVar[bool] = True

    # Defaults: Tan & Motani 2023, published program
    planner: Planner = field(default_factory=RandomBranches)
    exploration: float = 1.0
    memory: str = "overwrite"
    decay: float = 1.0
    infer_returns: bool = False
    explore: str = "tries"
    forward_replay: str = "imagined_starts"
    backward_replay: str = "visited"
    train_on_final: bool = False
    arbitration: str = "plan_first"
    confidence: float = 0.9
    ties: str = "lowest"
    n_hidden: tuple[int, ...] = (128, 128)
    learning_rate: float = 1e-3
    batch_size: int = 32
    input_scale: float = 1.0
    show_replay: bool = False

    def __post_init__(self) -> None:
        for name, known in (
            ("forward_replay", FORWARD),
            ("backward_replay", BACKWARD),
            ("arbitration", ARBITRATION),
            ("explore", EXPLORE),
            ("ties", ("lowest", "random")),
        ):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be {', '.join(known)}, got '{getattr(self, name)}'")
        TransitionMemory(0, 1, 1, self.memory, self.decay)  # for its checks

    # ------------------------------------------------------------------ a life

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        shape = getattr(task, "shape", None)
        if not isinstance(task.action, Discrete) or task.observation_size != 4 or shape is None:
            raise ValueError(
                "GoalDirected needs observations (x, y, goal x, goal y) and discrete actions, as in "
                f"GridWorld; {type(task).__name__} has others"
            )
        self._shape, self._n_actions = shape, task.action.n
        n_states = shape[0] * shape[1]
        draws = rng.random(1)[:, 0]
        self._generators = [np.random.default_rng(int(u * UNIFORM_VALUES)) for u in draws]
        self._streams: list[Any] = list(self._generators)
        self._memory = TransitionMemory(
            n, n_states, task.action.n, self.memory, self.decay, self.infer_returns
        )
        self._network = PolicyNetworks(
            self._generators, (4, *self.n_hidden, task.action.n), self.learning_rate,
            self.batch_size,
        )  # fmt: skip
        self._tries = np.zeros((n, n_states, task.action.n), np.int64)
        self._episode = Episode(n, getattr(task, "steps_per_attempt", task.n_steps))
        self._n_episodes, self._lanes = np.zeros(n, np.int64), np.arange(n)
        self._state, self._goal, self._action = np.zeros((3, n), np.int64)
        self._moved, self._plan = np.zeros(n, bool), Plan.none(n, self.planner.depth)
        row, column = np.divmod(np.arange(n_states), shape[1])
        self._place = np.stack([column, row], axis=1).astype(np.float32) * self.input_scale

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        learned = self._learn(now)
        self._begin_episodes(now)
        self._state, self._goal = (self._number(now.observation[:, k : k + 2]) for k in (0, 2))
        policy = self._policy()
        score = policy - self.exploration * np.sqrt(self._tries[self._lanes, self._state])
        choice = self._best(score)
        preferred = policy[self._lanes, choice] == policy.max(axis=1)
        decider = np.where(preferred & ("fast" not in self.lesions), FAST, COUNTS)
        wanted = self._wanted(now, policy)
        self._plan = self.planner.plan(self._memory, self._state, self._goal, wanted, self._streams)
        planned = self._plan.length > 0
        choice = np.where(planned, self._plan.actions[:, 0], choice)
        decider = np.where(planned, SLOW, decider)
        n_reads, cost = self._plan.n_reads, np.full(len(choice), self._cost())
        if self.explore == "frontier":
            lanes = np.flatnonzero(wanted & ~planned)
            choice[lanes], decider[lanes] = self._explore(lanes, n_reads, cost), FRONTIER
        self._action, self._moved = choice, now.active.copy()
        trace: Trace = {
            "policy": policy,
            "decider": decider.astype(np.int8),
            "plan_length": self._plan.length.astype(np.int32),
            "memory_reads": n_reads,
            "multiply_adds": cost,
        }
        if self.show_replay:
            trace["replay"] = self._imagined()
        return self._action, trace | learned

    def _number(self, xy: np.ndarray) -> np.ndarray:
        x, y = xy.astype(np.int64).T
        return y * self._shape[1] + x

    def _begin_episodes(self, now: TimeStep) -> None:
        lanes = np.flatnonzero(now.first)
        if not len(lanes):
            return
        self._tries[lanes] = 0
        self._episode.forget(lanes)
        if "old_memories" in self.lesions:
            self._memory.forget(lanes)
        if self.planner.task_stream:
            for lane in lanes.tolist():
                attempt = int(self._n_episodes[lane])
                stream = tan.attempt_stream(attempt, self._shape[0])
                self._streams[lane] = LegacyDraws(stream)
        self._n_episodes[lanes] += 1

    # ------------------------------------------------------------------ choice

    def _policy(self) -> np.ndarray:
        """The network's p (n, n_actions); uniform without it, which changes no order of scores."""
        if "fast" in self.lesions:
            return np.full((len(self._lanes), self._n_actions), 1 / self._n_actions, np.float32)
        inputs = np.concatenate([self._place[self._state], self._place[self._goal]], axis=1)
        return self._network.policy(inputs[:, None])[:, 0]

    def _explore(self, lanes: np.ndarray, n_reads: np.ndarray, cost: np.ndarray) -> np.ndarray:
        """First actions toward the frontier; what it costs is added to `n_reads` and `cost`."""
        actions = np.zeros(len(lanes), np.int64)
        everywhere = np.arange(self._memory.n_states + 1)[:, None], np.arange(self._n_actions)
        for i, lane in enumerate(lanes.tolist()):
            known = self._memory.believed(np.full((1, 1), lane), *everywhere)
            step = toward_frontier(
                known, int(self._state[lane]), self._tries[lane], partial(self._policy_at, lane)
            )
            actions[i] = step.action
            n_reads[lane] += step.n_reads
            cost[lane] += step.n_reads // self._n_actions * self._cost()
        return actions

    def _policy_at(self, lane: int, states: np.ndarray) -> np.ndarray:
        """The network's p (k, n_actions) of one lane in other states, for its goal."""
        if "fast" in self.lesions:
            return np.full((len(states), self._n_actions), 1 / self._n_actions)
        goal = np.broadcast_to(self._place[self._goal[lane]], (len(states), 2))
        inputs = np.concatenate([self._place[states], goal], axis=1)
        return self._network.policy_of(lane, inputs)

    def _best(self, score: np.ndarray) -> np.ndarray:
        if self.ties == "lowest":
            return score.argmax(axis=1)
        u = np.array([generator.random(self._n_actions) for generator in self._generators])
        return np.where(score == score.max(axis=1, keepdims=True), u, -1).argmax(axis=1)

    def _wanted(self, now: TimeStep, policy: np.ndarray) -> np.ndarray:
        """Lanes in which memory is to be searched."""
        if "slow" in self.lesions:
            return np.zeros(len(policy), bool)
        if self.arbitration == "plan_first":
            return now.active
        been_here = self._tries[self._lanes, self._state].any(axis=1)
        return now.active & (been_here | (policy.max(axis=1) < self.confidence))

    def _cost(self) -> int:
        return 0 if "fast" in self.lesions else self._network.multiply_adds

    # ------------------------------------------------------------------ learning

    def _learn(self, now: TimeStep) -> Trace:
        """Remember the move just made, and train the network on it."""
        n = len(self._lanes)
        lanes = np.flatnonzero(self._moved)
        state, action, reached = self._state, self._action, now.outcomes["state"]
        conflict, stale = np.zeros((2, n), bool)
        if len(lanes):
            move = (lanes, state[lanes], action[lanes])
            conflict[lanes] = self._memory.observe(*move, reached[lanes])
            self._tries[move] += 1
            self._episode.add(*move)
            stale = self._moved & (self._plan.length > 0) & (self._plan.states[:, 1] != reached)
        taught = self._moved & (self.train_on_final | ~((now.discount == 0) | now.first))
        size, loss = self._train(np.where(taught, reached, 0), taught)
        return {
            "conflict": conflict,
            "stale": stale,
            "replay_batch": size,
            "replay_multiply_adds": 3 * size.astype(np.int64) * self._cost(),
            "loss": loss,
        }

    def _train(self, reached: np.ndarray, taught: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """One pass through F and R; returns the samples of each lane and the loss."""
        n = len(self._lanes)
        nothing = np.zeros(n, np.int32), np.zeros(n, np.float32)
        if not taught.any() or {"fast", "learning"} & set(self.lesions):
            return nothing
        sets = []
        if self.forward_replay != "off":
            sets.append(forward_samples(self._plan, self._goal, self.forward_replay))
        if self.backward_replay != "off":
            sets.append(backward_samples(self._episode, reached, self.backward_replay))
        if not sets:
            return nothing
        sets = [s._replace(weight=s.weight * taught[:, None]) for s in sets]
        samples = shuffled(sets, self._generators)
        inputs = np.concatenate([self._place[samples.state], self._place[samples.goal]], axis=2)
        loss = self._network.fit(inputs, samples.action, samples.weight)
        return (samples.weight > 0).sum(axis=1).astype(np.int32), loss

    def _imagined(self) -> list[ReplayPath]:
        """The plans of this step."""
        return [
            ReplayPath(
                states=self._plan.states[lane, : self._plan.length[lane]].copy(),
                actions=self._plan.actions[lane, : self._plan.length[lane]].copy(),
                kind="forward",
                source="plan",
                lane=lane,
            )
            for lane in np.flatnonzero(self._plan.length).tolist()
        ]


__all__ = ["COUNTS", "FAST", "FRONTIER", "SLOW", "GoalDirected"]
