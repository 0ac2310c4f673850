"""The two-step task with drifting rewards (Daw et al. 2011, doi:10.1016/j.neuron.2011.02.027)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .randomness import Lanes
from .task import Discrete, Play
from .two_step import FIRST, SECOND, no_outcome, one_episode


@dataclass(frozen=True)
class DriftingTwoStep:
    """Choose twice a trial; four reward probabilities drift slowly, each on its own.

    First-stage choice 0 leads to state 0 and choice 1 to state 1 with probability `p_common`, else
    to the other state. In either state one of two options is chosen; option i of state s pays 1
    with the probability `p_reward_{2 s + i}`. Each of the four follows a Gaussian random walk of
    standard deviation `drift` a trial, reflected at `bounds`. A trial is two steps, both of which
    demand left (0) or right (1); the second shows the state reached. An episode is a life of
    `n_trials`.

    Parameters
    ----------
    walks : (n_trials, 4) array, optional
        Reward probabilities to use, the same in every lane, in place of drawn ones; kept as
        tuples, so that tasks can be compared and hashed.

    Notes
    -----
    Walks begin uniformly between the bounds, our choice: that is where they are in the long run.
    `best_action` is the choice of a planner who knows the present probabilities, and
    `better_state` the state whose better option pays more.

    Examples
    --------
    >>> DriftingTwoStep().n_steps
    402
    >>> DriftingTwoStep(n_trials=3, walks=[[0.5, 0.5]])
    Traceback (most recent call last):
    ValueError: walks must be (3, 4) probabilities, (n_trials, 4), got shape (1, 2)
    """

    n_trials: int = 201
    p_common: float = 0.7
    drift: float = 0.025
    bounds: tuple[float, float] = (0.25, 0.75)
    walks: Sequence[Sequence[float]] | np.ndarray | None = None

    n_second: ClassVar[int] = 2  # options in either state
    n_stages: ClassVar[int] = 2
    mapping: ClassVar[str] = "congruent"
    observation_names: ClassVar[tuple[str, ...]] = ("choice", "state_0", "state_1")

    def __post_init__(self) -> None:
        low, high = self.bounds
        if not 0 <= low < high <= 1:
            raise ValueError(f"bounds must be 0 <= low < high <= 1, got {self.bounds}")
        if not 0.5 <= self.p_common <= 1:
            raise ValueError(f"p_common must be in [0.5, 1], got {self.p_common}")
        if self.n_trials < 1:
            raise ValueError(f"n_trials must be at least 1, got {self.n_trials}")
        if self.drift < 0:
            raise ValueError(f"drift must not be negative, got {self.drift}")
        if self.walks is not None:
            walks = np.asarray(self.walks, float)
            if walks.shape != (self.n_trials, 4):
                raise ValueError(
                    f"walks must be ({self.n_trials}, 4) probabilities, (n_trials, 4), "
                    f"got shape {walks.shape}"
                )
            if not np.all((walks >= 0) & (walks <= 1)):
                raise ValueError("walks must be probabilities, got values outside [0, 1]")
            object.__setattr__(self, "walks", tuple(map(tuple, walks.tolist())))

    @property
    def observation_size(self) -> int:
        return len(self.observation_names)

    @property
    def action(self) -> Discrete:
        return Discrete(2)

    @property
    def n_steps(self) -> int:
        return 2 * self.n_trials

    def draw_walks(self, n: int, rng: Lanes) -> np.ndarray:
        """Reward probabilities of the four options, (n_trials, 4, n)."""
        start = rng.rows(4)
        steps = rng.normal(4 * self.n_trials).T.reshape(self.n_trials, 4, n)
        if self.walks is not None:
            return np.repeat(np.asarray(self.walks)[:, :, None], n, axis=2)
        low, high = self.bounds
        free = start * (high - low) + np.cumsum(self.drift * steps, axis=0)
        # Steps being symmetric, folding the free walk reflects it at every bound it meets.
        beyond = free % (2 * (high - low))
        return low + np.minimum(beyond, 2 * (high - low) - beyond)

    def play(self, n: int, rng: Lanes) -> Play:
        walks = self.draw_walks(n, rng)
        walks = np.concatenate([walks, walks[-1:]])  # the last is for the labels after the end
        best_second = (walks[:, 1::2] > walks[:, ::2]).astype(np.int8)
        best_pay = np.maximum(walks[:, 1::2], walks[:, ::2])
        better_state = (best_pay[:, 1] > best_pay[:, 0]).astype(np.int8)
        show = one_episode(n, self.n_steps)
        lanes, none, missed = np.arange(n), np.full(n, -1, np.int8), np.zeros(n, bool)
        cues = np.eye(3, dtype=np.float32)
        choice, nothing = np.repeat(cues[:1], n, axis=0), np.zeros(n, np.float32)
        stages = {stage: np.full(n, stage, np.int8) for stage in (FIRST, SECOND)}
        trials = np.repeat(np.arange(self.n_trials + 1, dtype=np.int32)[:, None], n, axis=1)

        def labels(trial: int, stage: int, best_action: np.ndarray) -> dict[str, np.ndarray]:
            return {
                "trial": trials[trial],
                "stage": stages[stage],
                "better_state": better_state[trial],
                "best_action": best_action,
                **{f"p_reward_{i}": walks[trial, i] for i in range(4)},
            }

        reward, outcomes = nothing, no_outcome(n)
        for trial in range(self.n_trials):
            now = labels(trial, FIRST, better_state[trial])
            first = yield show(2 * trial, choice, reward, outcomes, now)
            transition, outcome = rng.random(), rng.random()
            first = self.action.check(first, n)
            common = transition < self.p_common
            state = np.where(common, first, 1 - first).astype(np.int8)
            outcomes = {"common": common.astype(np.int8), "state": state, "missed": missed}
            now = labels(trial, SECOND, best_second[trial, state, lanes])
            second = yield show(2 * trial + 1, cues[1 + state], nothing, outcomes, now)
            second = self.action.check(second, n)
            reward = (outcome < walks[trial, 2 * state + second, lanes]).astype(np.float32)
            outcomes = {"common": none, "state": none, "missed": missed}
        now = labels(self.n_trials, FIRST, better_state[-1])
        yield show(self.n_steps, choice, reward, outcomes, now)
