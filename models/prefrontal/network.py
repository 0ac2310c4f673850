"""Prefrontal cortex as a recurrent network whose activations learn while its weights are frozen.

Wang et al. 2018, doi:10.1038/s41593-018-0147-8: one recurrent layer sees the observation, its
own previous action and the previous reward, and drives a softmax policy and a linear value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...tasks import Discrete, Lanes, Task, TimeStep, stream
from .. import cores
from ..agent import Agent, Trace

if TYPE_CHECKING:
    from .episodic import EpisodicMemory
    from .offline_replay import OfflineReplay


@dataclass
class Prefrontal(Agent):
    """A recurrent actor-critic network.

    Parameters
    ----------
    n_units : int
    core : {"lstm", "gru", "vanilla"}
    previous_action : bool
        One-hot previous action as input; zeros where an episode starts.
    previous_reward : {"scalar", "one_hot", "none"}
        Encoding of the previous reward; "one_hot" needs `reward_values`.
    reward_values : tuple of float
    time : bool
        Steps since the episode began, as a share of the longest life, as input.
    done : bool
        Whether an inner episode has just ended, read from the outcome `done` of the task.
    discount : float
        Used for the reward prediction errors of a recording; training has its own.
    input_gain, policy_gain, forget_bias : float
        Initialization: weights are uniform within 1 / sqrt(n_units), input weights `input_gain`
        times that, since inputs are few and mostly zero. Chosen on reward; see `docs/training.md`.
    weights : dict of arrays, optional
        Trained weights; without them `begin` needs `initialized`.
    """

    parts: ClassVar[dict[str, str]] = {
        "reward_input": "the previous reward is always 0",
        "action_input": "the previous action is always unknown",
        "observation": "the observation is always 0",
        "working_memory": "the recurrent state is reset before every trial",
    }
    possible_cores: ClassVar[tuple[str, ...]] = ("lstm", "gru", "vanilla")

    n_units: int = 48
    core: str = "lstm"
    previous_action: bool = True
    previous_reward: str = "scalar"
    reward_values: tuple[float, ...] = ()
    time: bool = False
    done: bool = False
    discount: float = 0.9
    input_gain: float = 8.0
    policy_gain: float = 1.0
    forget_bias: float = 1.0
    weights: Mapping[str, np.ndarray] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.core not in self.possible_cores:
            *others, last = self.possible_cores
            known = " or ".join(filter(None, (", ".join(others), last)))
            raise ValueError(f"core must be {known}, got '{self.core}'")
        if self.n_units < 1:
            raise ValueError(f"n_units must be at least 1, got {self.n_units}")
        if self.previous_reward not in ("scalar", "one_hot", "none"):
            raise ValueError(
                f"previous_reward must be scalar, one_hot or none, got '{self.previous_reward}'"
            )
        if self.previous_reward == "one_hot" and not self.reward_values:
            raise ValueError("previous_reward='one_hot' needs reward_values, the possible rewards")

    # ------------------------------------------------------------------ inputs

    def input_slices(self, task: Task) -> dict[str, slice]:
        """Columns of each input in the network's input row."""
        widths = {
            "observation": task.observation_size,
            "previous_action": n_actions(task) if self.previous_action else 0,
            "previous_reward": {"scalar": 1, "one_hot": len(self.reward_values), "none": 0}[
                self.previous_reward
            ],
            "time": int(self.time),
            "done": int(self.done),
        }
        ends = np.cumsum(list(widths.values()))
        return {
            name: slice(int(end) - width, int(end))
            for (name, width), end in zip(widths.items(), ends, strict=True)
        }

    def n_inputs(self, task: Task) -> int:
        """Width of the network's input row."""
        return self.input_slices(task)["done"].stop

    def encoder(self, task: Task, n: int) -> Encoder:
        """What turns time steps of `n` lanes into input rows."""
        return Encoder(self, task, n)

    def memory(self, task: Task, n: int, rng: Lanes) -> EpisodicMemory | None:
        """The memory that reinstates states in `n` lives; this network has none."""
        return None

    def offline(
        self, task: Task, seeds: Sequence[int], n_lanes: int, unroll: int
    ) -> OfflineReplay | None:
        """What trains these networks between lives, too; this one learns from lives alone."""
        return None

    # ------------------------------------------------------------------ weights

    def initialized(self, task: Task, seed: int) -> Prefrontal:
        """Return this network with fresh weights for `task`."""
        return self.with_weights(self.initial_weights(task, seed))

    def initial_weights(self, task: Task, seed: int) -> dict[str, np.ndarray]:
        """Fresh weights for `task`, float32 by name."""
        generator = np.random.default_rng(stream(seed, "weights"))
        scale = 1 / np.sqrt(self.n_units)
        shapes = cores.weight_shapes(self.core, self.n_inputs(task), self.n_units, n_actions(task))
        weights = {
            name: generator.uniform(-scale, scale, shape).astype(np.float32)
            for name, shape in shapes.items()
        }
        weights["input_weights"] *= self.input_gain
        weights["policy_weights"] *= self.policy_gain
        for name in ("bias", "policy_bias", "value_bias", "initial_hidden", "initial_cell"):
            if name in weights:
                weights[name][:] = 0
        if "forget" in cores.GATES[self.core]:
            at = cores.GATES[self.core].index("forget") * self.n_units
            weights["bias"][at : at + self.n_units] = self.forget_bias
        return weights

    def with_weights(self, weights: Mapping[str, np.ndarray]) -> Prefrontal:
        """Return this network with the given weights, which are frozen."""
        frozen = {name: np.array(array, np.float32) for name, array in weights.items()}
        for array in frozen.values():
            array.flags.writeable = False
        copy = type(self)(**self.settings)  # type: ignore[arg-type]
        copy.weights = frozen
        return copy

    @property
    def weights_hash(self) -> str:
        """SHA-256 of all weights, to show that testing changed nothing."""
        digest = hashlib.sha256()
        for name in sorted(self._trained()):
            digest.update(name.encode() + self._trained()[name].tobytes())
        return digest.hexdigest()

    # ------------------------------------------------------------------ life

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        weights = self._trained()
        expected = cores.weight_shapes(
            self.core, self.n_inputs(task), self.n_units, n_actions(task)
        )
        for name, shape in expected.items():
            if name not in weights or weights[name].shape != shape:
                found = weights[name].shape if name in weights else "nothing"
                raise ValueError(
                    f"weights '{name}' must be {shape} for this task, found {found}: "
                    "were they trained on another task or with other inputs?"
                )
        self._rng, self._encoder = rng, self.encoder(task, n)
        self._state = {
            name: np.repeat(weights[f"initial_{name}"][None], n, axis=0)
            for name in cores.state_names(self.core)
        }
        self._trial = np.full(n, -1)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        weights = self._trained()
        reset = now.first
        if "working_memory" in self.lesions:
            trial = now.labels["trial"]  # the experimenter's knowledge, not the network's
            reset, self._trial = reset | (trial != self._trial), trial
        if reset.any():
            self._reset(reset, now)
        inputs = self._inputs(now)
        self._state, gates = cores.step(self.core, weights, inputs, self._state, self.held)
        policy, value = cores.outputs(weights, self._state["hidden"])
        action = cores.sample(policy, self._rng.random())
        self._encoder.acted(action)
        trace = {"policy": policy, "value": value, **self._state}
        return action, trace | {f"gate_{name}": gate for name, gate in gates.items()}

    def _reset(self, lanes: np.ndarray, now: TimeStep) -> None:
        """Put the state of `lanes` (n,) bool to the learned initial state."""
        for name in cores.state_names(self.core):
            self._state[name][lanes] = self._trained()[f"initial_{name}"]

    def _inputs(self, now: TimeStep) -> np.ndarray:
        """The input row (n, n_inputs) of this time step."""
        return self._encoder(now)

    @property
    def held(self) -> dict[str, float]:
        """Gates that are held at a value."""
        return dict(self.clamps)

    def _trained(self) -> Mapping[str, np.ndarray]:
        if self.weights is None:
            raise ValueError(
                "this Prefrontal has no weights: train it (fs.run), or call "
                "initialized(task, seed) for an untrained network"
            )
        return self.weights


class Encoder:
    """Turns what `n` lanes see into the network's input rows; remembers the previous action."""

    def __init__(self, agent: Prefrontal, task: Task, n: int) -> None:
        self._agent, self._slices = agent, agent.input_slices(task)
        # One row for each action, then zeros: the row of action -1, none yet. A row is one item, which
        # numpy copies several times faster than numbers one by one.
        rows = np.eye(n_actions(task) + 1, n_actions(task), dtype=np.float32)
        self._one_hot = np.dtype((np.void, rows[0].nbytes))
        self._one_hot_action = rows.view(self._one_hot)[:, 0]
        self._values = np.asarray(agent.reward_values, np.float32)
        self._row = np.zeros((n, agent.n_inputs(task)), np.float32)
        self._action = np.full(n, -1)
        self._time = np.zeros(n, np.float32)
        self._tick = np.float32(1 / task.n_steps)
        self._see = task.observation_size > 0 and "observation" not in agent.lesions
        self._see_action = agent.previous_action and "action_input" not in agent.lesions
        self._see_reward = agent.previous_reward != "none" and "reward_input" not in agent.lesions

    def __call__(self, now: TimeStep, out: np.ndarray | None = None) -> np.ndarray:
        """The input row (n, n_inputs) of each lane; written into `out` if that is given."""
        row, at = self._row if out is None else out, self._slices
        previous, reward, began = self._action, now.reward, now.first
        if np.count_nonzero(began):  # several times faster than any()
            previous = np.where(began, -1, previous)
            reward = np.where(began, 0, reward)
            self._time = np.where(began, np.float32(0), self._time)
        if self._see:
            row[:, at["observation"]] = now.observation
        if self._see_action:
            hot = self._one_hot_action.take(previous, mode="wrap")
            row[:, at["previous_action"]].view(self._one_hot)[:, 0] = hot
        if self._see_reward and self._agent.previous_reward == "scalar":
            row[:, at["previous_reward"]] = reward[:, None]
        elif self._see_reward:
            row[:, at["previous_reward"]] = self._one_hot_reward(reward, known=~began)
        if self._agent.time:
            row[:, at["time"]] = self._time[:, None]
            self._time = self._time + self._tick
        if self._agent.done:
            if "done" not in now.outcomes:
                raise KeyError("input 'done' needs a task with an outcome named 'done'")
            row[:, at["done"]] = now.outcomes["done"][:, None]
        return row

    def _one_hot_reward(self, reward: np.ndarray, known: np.ndarray) -> np.ndarray:
        hot = np.isclose(reward[:, None], self._values) & known[:, None]
        lost = known & ~hot.any(axis=1)
        if lost.any():
            raise ValueError(
                f"reward {float(reward[lost][0])} is not among reward_values "
                f"{self._agent.reward_values}"
            )
        return hot

    def peek(self, now: TimeStep, out: np.ndarray) -> None:
        """Write the input rows into `out` without passing on to the next time step."""
        time = self._time
        self(now, out=out)
        self._time = time

    def acted(self, action: np.ndarray) -> None:
        """Tell which action (n,) was taken at this time step."""
        self._action = action


def n_actions(task: Task) -> int:
    """Number of actions of a task with discrete actions."""
    if not isinstance(task.action, Discrete):
        raise TypeError(
            f"a softmax policy needs discrete actions, {type(task).__name__} has {task.action}"
        )
    return task.action.n
