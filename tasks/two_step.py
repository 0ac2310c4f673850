"""Two-step tasks without a second-stage choice (Wang et al. 2018, Fig. 5).

doi:10.1038/s41593-018-0147-8
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from .randomness import Lanes
from .task import ACT, Discrete, Play, TimeStep

FIXATION, FIRST, SECOND = 0, 1, 2  # values of the label `stage`
CENTER = 2  # the key that fixation demands
_MISS, _NOTHING = np.float32(-1), np.float32(0)


class _World(NamedTuple):
    """What chance decides ahead of the choices, one row a trial and one more after the end."""

    labels: dict[str, np.ndarray]
    best_action: np.ndarray
    common: np.ndarray
    flip: np.ndarray  # state reached = choice ^ flip
    pays: np.ndarray  # (n_trials + 1, n, 2), what each state would pay


@dataclass(frozen=True)
class TwoStep:
    """A first-stage choice leads to one of two states, one of which pays more than the other.

    Choice 0 leads to state 0 and choice 1 to state 1 with probability `p_common`, else to the
    other state. The better state pays 1 with probability `p_reward`, the other with
    1 - `p_reward`. Which one is better is random at first; from the second trial on it switches
    at the start of a trial with probability `p_reversal`, once it has been the better one for at
    least `min_block` trials. There is no second-stage choice. An episode is a life of `n_trials`.

    The defaults are those of Wang et al. 2018, Simulation 4; `wang2016` and `miller` give the
    version of the earlier paper and that of the rats.

    Parameters
    ----------
    mapping : {"congruent", "incongruent", "random"}
        Whether choice 0 commonly leads to state 0 (label `congruent`) or to state 1; "random"
        draws it for each life.
    encoding : {"compressed", "stepwise"}
        "compressed" is one step a trial: the observation is the state that the last trial
        reached, one-hot (zeros at first), actions are left (0) and right (1), and the reward
        comes at once. "stepwise" is the paper's: fixation demands the center key (2), the first
        stage left or right, and the second stage, which shows the state reached, left or right
        again, either of which yields that state's reward.
    fixation : bool
        Whether a stepwise trial begins with fixation; without it there are two keys and two
        steps a trial. A compressed trial has none.

    Notes
    -----
    A stepwise trial always takes its three steps. A wrong key costs -1 and is marked `missed`.
    At fixation the trial then goes on as usual. At the first stage no state is reached
    (`common` and `state` are -1), the last step shows nothing, demands nothing and pays nothing.
    At the second stage the -1 comes in place of the reward.

    Examples
    --------
    >>> TwoStep(n_trials=10, encoding="stepwise").n_steps
    30
    >>> TwoStep(p_common=80)
    Traceback (most recent call last):
    ValueError: p_common must be in [0.5, 1], got 80
    """

    n_trials: int = 100
    p_common: float = 0.8
    p_reward: float = 0.9
    p_reversal: float = 0.025
    min_block: int = 1
    mapping: str = "congruent"
    encoding: str = "compressed"
    fixation: bool = True

    n_second: ClassVar[int] = 1  # nothing to choose at the second stage

    def __post_init__(self) -> None:
        for name, low in (("p_common", 0.5), ("p_reward", 0.5), ("p_reversal", 0)):
            if not low <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be in [{low}, 1], got {getattr(self, name)}")
        for name in ("n_trials", "min_block"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.mapping not in ("congruent", "incongruent", "random"):
            raise ValueError(
                f"mapping must be congruent, incongruent or random, got '{self.mapping}'"
            )
        if self.encoding not in ("compressed", "stepwise"):
            raise ValueError(f"encoding must be compressed or stepwise, got '{self.encoding}'")

    @classmethod
    def wang2016(cls, **settings: Any) -> TwoStep:
        """Wang et al. 2016 (arXiv:1611.05763): the better state is fixed, 10 trials of 2 steps."""
        paper = {"n_trials": 10, "p_common": 0.75, "p_reversal": 0.0}
        return cls(**{**paper, "encoding": "stepwise", "fixation": False, **settings})

    @classmethod
    def miller(cls, **settings: Any) -> TwoStep:
        """Rats' two-step task (Miller, Botvinick & Brody 2017, doi:10.1038/nn.4613).

        Transitions .8/.2, rewards .8/.2, sessions of 700 trials. The schedule of reversals is our
        choice, made after the rats' 513 complete blocks of the data set `miller_rat_twostep`:
        the shortest has 11 trials, the mean is 58.9, against 60 here.
        """
        paper = {"n_trials": 700, "p_reward": 0.8, "p_reversal": 0.02, "min_block": 11}
        return cls(**{**paper, "mapping": "random", **settings})

    @property
    def n_stages(self) -> int:
        """Steps of a trial."""
        return 1 if self.encoding == "compressed" else 2 + self.fixation

    @property
    def observation_names(self) -> tuple[str, ...]:
        if self.encoding == "compressed":
            return ("last_state_0", "last_state_1")
        return (*(("fixation",) if self.fixation else ()), "choice", "state_0", "state_1")

    @property
    def observation_size(self) -> int:
        return len(self.observation_names)

    @property
    def action(self) -> Discrete:
        return Discrete(3 if self.n_stages == 3 else 2)

    @property
    def n_steps(self) -> int:
        return self.n_trials * self.n_stages

    @property
    def reward_bounds(self) -> tuple[float, float]:
        """Expected reward of an episode by chance (no wrong keys), and by one who knows the better state."""
        p = self.p_common * self.p_reward + (1 - self.p_common) * (1 - self.p_reward)
        return 0.5 * self.n_trials, p * self.n_trials

    def play(self, n: int, rng: Lanes) -> Play:
        world = self._draw(n, rng)
        return (self._compressed if self.encoding == "compressed" else self._stepwise)(n, world)

    def _draw(self, n: int, rng: Lanes) -> _World:
        rows = self.n_trials + 1
        start, drawn_mapping = rng.random(), rng.random()
        switch, transition, outcome = rng.rows(3 * rows).reshape(rows, 3, n).swapaxes(0, 1)

        change = switch < self.p_reversal
        change[0] = start < 0.5
        if self.min_block > 1:
            _keep_long_blocks(change, self.min_block)
        better = np.logical_xor.accumulate(change, axis=0)
        p_state_1 = np.where(better, self.p_reward, 1 - self.p_reward)
        p_state_0 = np.where(better, 1 - self.p_reward, self.p_reward)
        crossed = self._crossed(drawn_mapping, rng)
        common = transition < self.p_common
        labels: dict[str, np.ndarray] = {
            "trial": np.repeat(np.arange(rows, dtype=np.int32)[:, None], n, axis=1),
            "better_state": better.astype(np.int8),
            "p_reward_0": p_state_0,
            "p_reward_1": p_state_1,
            "congruent": ~crossed,
        }
        return _World(
            labels=labels,
            best_action=(better ^ crossed).astype(np.int8),
            common=common.astype(np.int8),
            flip=(~common ^ crossed).astype(np.int8),
            pays=np.stack([outcome < p_state_0, outcome < p_state_1], axis=2).astype(np.float32),
        )

    def _crossed(self, drawn: np.ndarray, rng: Lanes) -> np.ndarray:
        """Whether choice 0 commonly leads to state 1, (n_trials + 1, n)."""
        at_first = drawn < 0.5 if self.mapping == "random" else self.mapping == "incongruent"
        return np.broadcast_to(at_first, (self.n_trials + 1, len(drawn)))

    def _compressed(self, n: int, world: _World) -> Play:
        show = one_episode(n, self.n_steps)
        lanes, one_hot = np.arange(n), np.eye(2, dtype=np.float32)
        stage, missed = np.full(n, FIRST, np.int8), np.zeros(n, bool)
        observation, reward = np.zeros((n, 2), np.float32), np.zeros(n, np.float32)
        outcomes = no_outcome(n)
        for trial in range(self.n_trials + 1):
            labels = {name: rows[trial] for name, rows in world.labels.items()}
            labels |= {"stage": stage, "best_action": world.best_action[trial]}
            action = yield show(trial, observation, reward, outcomes, labels)
            action = self.action.check(action, n)
            state = action.astype(np.int8) ^ world.flip[trial]
            observation, reward = one_hot[state], world.pays[trial, lanes, state]
            outcomes = {"common": world.common[trial], "state": state, "missed": missed}

    def _stepwise(self, n: int, world: _World) -> Play:
        show = one_episode(n, self.n_steps)
        lanes, none = np.arange(n), np.full(n, -1, np.int8)
        cues = np.eye(self.observation_size, dtype=np.float32)
        states = np.vstack([cues[-2:], np.zeros_like(cues[0])])  # state -1 shows nothing
        fixation, choice = (np.repeat(cue[None], n, axis=0) for cue in (cues[0], cues[-3]))
        stages = [np.full(n, stage, np.int8) for stage in (FIXATION, FIRST, SECOND)]
        center = np.full(n, CENTER, np.int8)

        def labels(trial: int, stage: int) -> dict[str, np.ndarray]:
            best = (center, world.best_action[trial], none)[stage]
            now = {name: rows[trial] for name, rows in world.labels.items()}
            return now | {"stage": stages[stage], "best_action": best}

        step, reward, outcomes = 0, np.zeros(n, np.float32), no_outcome(n)
        for trial in range(self.n_trials):
            if self.fixation:
                key = yield show(step, fixation, reward, outcomes, labels(trial, FIXATION))
                missed = self.action.check(key, n) != CENTER
                reward = np.where(missed, _MISS, _NOTHING)
                outcomes = {"common": none, "state": none, "missed": missed}
                step += 1
            key = yield show(step, choice, reward, outcomes, labels(trial, FIRST))
            key = self.action.check(key, n)
            missed = key == CENTER
            state = np.where(missed, none, key.astype(np.int8) ^ world.flip[trial])
            reward = np.where(missed, _MISS, _NOTHING)
            common = np.where(missed, none, world.common[trial])
            outcomes = {"common": common, "state": state, "missed": missed}
            key = yield show(step + 1, states[state], reward, outcomes, labels(trial, SECOND))
            reached = state >= 0
            missed = (self.action.check(key, n) == CENTER) & reached
            pay = np.where(reached, world.pays[trial, lanes, state], _NOTHING)
            reward = np.where(missed, _MISS, pay)
            outcomes = {"common": none, "state": none, "missed": missed}
            step += 2
        stage = FIXATION if self.fixation else FIRST
        yield show(step, fixation, reward, outcomes, labels(self.n_trials, stage))


def one_episode(n: int, n_steps: int) -> Callable[..., TimeStep]:
    """Return a maker of the time steps of a life of one episode; what is constant is built once.

    It takes the number of the step, observation, reward, outcomes and labels.
    """
    yes, no = np.ones(n, bool), np.zeros(n, bool)
    going, over = np.ones(n, np.float32), np.zeros(n, np.float32)
    phase = np.full(n, ACT, np.int8)

    def show(
        step: int,
        observation: np.ndarray,
        reward: np.ndarray,
        outcomes: dict[str, np.ndarray],
        labels: dict[str, np.ndarray],
    ) -> TimeStep:
        last = step == n_steps
        return TimeStep(
            observation, reward, over if last else going, yes if step == 0 else no,
            no if last else yes, phase, outcomes, labels,
        )  # fmt: skip

    return show


def no_outcome(n: int) -> dict[str, np.ndarray]:
    """The outcomes before anything has been done."""
    none = np.full(n, -1, np.int8)
    return {"common": none, "state": none, "missed": np.zeros(n, bool)}


def _keep_long_blocks(change: np.ndarray, min_block: int) -> None:
    """Cancel, in place, each change that would end a block before its `min_block`-th trial."""
    lasted = np.ones(change.shape[1], np.int64)
    for now in change[1:]:
        now &= lasted >= min_block
        lasted = np.where(now, 1, lasted + 1)
