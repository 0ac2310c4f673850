"""Gymnasium both ways: a task as one of its environments, and its environments as a task.

Towers et al. 2024, arXiv:2407.17032.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from .randomness import Lanes
from .task import ACT, Discrete, Play, Task, TimeStep

if TYPE_CHECKING:
    from gymnasium import Env


def as_gymnasium(
    task: Task,
    previous_action: bool = False,
    previous_reward: bool = False,
    time: bool = False,
) -> Env[np.ndarray, Any]:
    """Return `task` as a Gymnasium environment in which an episode is one life.

    `reset(seed=s)` starts what lane 0 of seed `s` lives; every further `reset()` starts the next
    life of that lane. Rewards come with the step that earned them. `info` holds `phase`, `first`
    (an episode of the task starts: working memory is to be reset), `discount`, and the outcomes
    and labels of the task by name. While `phase` is `REST` the action is ignored.

    Parameters
    ----------
    task : Task
    previous_action, previous_reward, time : bool
        Append to the observation the previous action (one-hot if discrete), the previous reward,
        and the steps since the episode started as a share of the life. The former two are 0
        where an episode starts.

    Raises
    ------
    ModuleNotFoundError
        If gymnasium is not installed.

    Examples
    --------
    >>> from fastslow.tasks import Bandit
    >>> environment = as_gymnasium(Bandit(n_trials=3), previous_reward=True)
    >>> observation, info = environment.reset(seed=0)
    >>> observation, reward, terminated, truncated, info = environment.step(1)
    >>> bool(observation[0] == reward), info["trial"], terminated
    (True, 1, False)
    """
    gymnasium = _gymnasium()
    spaces = gymnasium.spaces
    if isinstance(task.action, Discrete):
        action_space = spaces.Discrete(task.action.n)
    else:
        # float64, because the nearest float32 of a bound may lie beyond it
        action_space = spaces.Box(task.action.low, task.action.high, task.action.shape, np.float64)
    width = task.observation_size + int(previous_reward) + int(time)
    width += spaces.flatdim(action_space) if previous_action else 0
    largest = np.finfo(np.float32).max  # all that a task promises is finite numbers
    nothing = np.zeros(spaces.flatdim(action_space), np.float32)

    class TaskEnvironment(gymnasium.Env):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            self.action_space = action_space
            self.observation_space = spaces.Box(-largest, largest, (width,), np.float32)
            self._life: int | None = None  # none before the first reset
            self._play: Play | None = None  # none before a life and after it
            self._age = 0

        def reset(
            self, *, seed: int | None = None, options: dict | None = None
        ) -> tuple[np.ndarray, dict]:
            super().reset(seed=seed)
            if seed is not None:
                self._seed, self._life = seed, 0
            elif self._life is None:
                self._seed, self._life = int(self.np_random.integers(2**31)), 0
            else:
                self._life += 1
            self._play = task.play(1, Lanes(self._seed, 1, "task", life=self._life))
            return self._show(next(self._play), nothing)

        def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict]:
            if self._play is None:
                raise gymnasium.error.ResetNeeded("the life is over: call reset() before step()")
            now = self._play.send(np.asarray(action)[None])
            over = not now.active[0]
            if over:
                self._play = None
            observation, info = self._show(now, spaces.flatten(action_space, action))
            return observation, float(now.reward[0]), over, False, info

        def _show(self, now: TimeStep, action: np.ndarray) -> tuple[np.ndarray, dict]:
            """What the agent sees, and what only an analysis may know."""
            first = bool(now.first[0])
            self._age = 0 if first else self._age + 1
            parts = [now.observation[0]]
            if previous_action:
                parts.append(nothing if first else action)
            if previous_reward:
                parts.append(np.zeros(1) if first else now.reward)
            if time:
                parts.append(np.array([self._age / task.n_steps]))
            named = {
                "phase": now.phase, "first": now.first, "discount": now.discount,
                **now.outcomes, **now.labels,
            }  # fmt: skip
            info = {name: value[0].item() for name, value in named.items()}
            return np.concatenate(parts, dtype=np.float32, casting="unsafe"), info

    return TaskEnvironment()


def from_gymnasium(make_env: Callable[[], Env], n_steps: int) -> Task:
    """Return the discrete-action environments that `make_env` makes, one a lane, as a task.

    A life is `n_steps` actions. Where an environment's episode ends within it, the time step shows
    the start of the next one: `reward` is what the last action earned, `discount` is 0, `first` is
    true. An episode that is merely cut short (`truncated`) also stops credit, since its last
    observation is not shown. Outcomes are `done` and `truncated`; the label `trial` counts the
    episodes of the life. Each episode is reset with a seed drawn from the lane's random numbers.

    Parameters
    ----------
    make_env : function without arguments
        Makes an environment with a Discrete action space, and observations that flatten to a
        fixed number of float32 (Box; Discrete as one-hot; Tuples and Dicts of these).
    n_steps : int

    Raises
    ------
    TypeError
        If `make_env` is no function, or its spaces are of other kinds.

    Examples
    --------
    >>> import gymnasium
    >>> task = from_gymnasium(lambda: gymnasium.make("CartPole-v1"), n_steps=200)
    >>> task.observation_size, task.action
    (4, Discrete(n=2))
    """
    spaces = _gymnasium().spaces
    if not callable(make_env):
        raise TypeError(
            "make_env must be a function that makes an environment, such as "
            f'lambda: gymnasium.make("CartPole-v1"), got {make_env!r}'
        )
    if n_steps < 1:
        raise ValueError(f"n_steps must be at least 1, got {n_steps}")
    env = make_env()
    action_space, observation_space = env.action_space, env.observation_space
    env.close()
    if not isinstance(action_space, spaces.Discrete):
        raise TypeError(f"from_gymnasium needs a Discrete action space, found {action_space}")
    if not observation_space.is_np_flattenable:
        raise TypeError(
            f"from_gymnasium needs observations of a fixed size, found {observation_space}"
        )
    size = spaces.flatdim(observation_space)
    actions, start = Discrete(int(action_space.n)), int(action_space.start)
    return GymnasiumTask(make_env, n_steps, size, actions, start)


@dataclass(frozen=True, repr=False)
class GymnasiumTask:
    """Gymnasium environments in lockstep, made by `from_gymnasium`; they count actions from `start`."""

    make_env: Callable[[], Env]
    n_steps: int
    observation_size: int
    action: Discrete
    start: int

    def __repr__(self) -> str:
        """The same in every process: a function's own would show its address."""
        made_by = getattr(self.make_env, "__qualname__", type(self.make_env).__name__)
        return f"GymnasiumTask({made_by}, n_steps={self.n_steps})"

    def play(self, n: int, rng: Lanes) -> Play:
        flatten = _gymnasium().spaces.flatten
        envs = [self.make_env() for _ in range(n)]
        observation = np.empty((n, self.observation_size), np.float32)
        reward = np.zeros(n, np.float32)
        done, truncated = np.ones(n, bool), np.zeros(n, bool)
        trial = np.full(n, -1, np.int32)
        phase = np.full(n, ACT, np.int8)
        try:
            for t in range(self.n_steps + 1):
                seeds = rng.integers(2**31)
                going = np.full(n, t < self.n_steps)
                first = done & going
                for lane in np.flatnonzero(first):
                    seen, _ = envs[lane].reset(seed=int(seeds[lane]))
                    observation[lane] = flatten(envs[lane].observation_space, seen)
                trial = trial + first
                ended = done if t else np.zeros(n, bool)
                now = TimeStep(
                    observation.copy(), reward.copy(), (going & ~ended).astype(np.float32),
                    first, going, phase, {"done": ended.copy(), "truncated": truncated.copy()},
                    {"trial": trial},
                )  # fmt: skip
                if t == self.n_steps:
                    yield now
                    return
                action = self.action.check((yield now), n)
                for lane, env in enumerate(envs):
                    seen, earned, over, cut, _ = env.step(int(action[lane]) + self.start)
                    observation[lane] = flatten(env.observation_space, seen)
                    reward[lane], done[lane], truncated[lane] = earned, over or cut, cut
        finally:
            for env in envs:
                env.close()


def _gymnasium() -> ModuleType:
    try:
        import gymnasium
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'this needs Gymnasium: pip install "fastslow[gymnasium]"', name="gymnasium"
        ) from error
    return gymnasium
