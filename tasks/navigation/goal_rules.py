"""Learning by being told how to get from a place to a goal (Tan & Motani 2023, arXiv:2301.13758)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..randomness import Lanes
from ..task import ACT, Discrete, Play, TimeStep
from .grid import LEFT_UP_RIGHT_DOWN, MOVES

RULES = ("x_first", "y_first")
STAY = 4
# (x, y) moved by each action: the moves of the goal-directed agent, and to stay
STEPS = np.array([*(MOVES[name][::-1] for name in LEFT_UP_RIGHT_DOWN), (0, 0)])
NOT_TOLD = -1


@dataclass(frozen=True)
class GoalRules:
    """A place and a goal in an open grid are shown; the right action follows from a rule.

    Rule `x_first` closes the gap in x before the one in y, `y_first` the other way round; at the
    goal both say to stay. A life is `n_blocks` blocks under the first rule and as many under each
    further one, each block an episode of `n_told` pairs and then `n_held_out` others. Reward is 1
    where the action is the right one. The pairs told are drawn once from all `size`^4 pairs, or
    from `pool`; block by block they are gone through in a new order, over and over. Those held
    out are never among them.

    After a pair that is told, the outcomes hold three answers to the same question: `told_action`,
    the next place `told_x` and `told_y`, and `told_value`, minus the number of steps to the goal as
    a share of the largest. After one held out they are -1. `closer` says whether the action leads
    one step nearer to the goal, or stays there, whatever the rule.

    Labels are `held_out`, `block`, `rule` (0, 1), `best_action`, `next_x` and `next_y`.

    Parameters
    ----------
    size : int
        Cells on a side.
    n_blocks, n_told, n_held_out : int
    rules : tuple of str
    pool : int, optional
        How many pairs there are to be told; by default `n_told`, so that a block is an epoch.
    shuffled : bool
        Answers belong to other pairs, the same ones throughout: what is told can be
        memorized but not understood.

    Examples
    --------
    >>> GoalRules(n_blocks=2, n_told=8, n_held_out=4).n_steps
    48
    """

    size: int = 10
    n_blocks: int = 50
    n_told: int = 800
    n_held_out: int = 200
    rules: tuple[str, ...] = RULES
    pool: int | None = None
    shuffled: bool = False

    def __post_init__(self) -> None:
        for name in ("n_blocks", "n_told"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        for rule in self.rules or ("",):
            if rule not in RULES:
                raise ValueError(f"rules must be among {', '.join(RULES)}, got '{rule}'")
        if self.pool is not None and (self.pool < self.n_told or self.pool % self.n_told):
            raise ValueError(f"pool must be a multiple of n_told, {self.n_told}, got {self.pool}")
        if self.n_pairs + self.n_held_out > self.size**4:
            raise ValueError(
                f"a grid of size {self.size} has {self.size**4} pairs, "
                f"pool and n_held_out together are {self.n_pairs + self.n_held_out}"
            )

    @property
    def n_pairs(self) -> int:
        """How many pairs there are to be told."""
        return self.pool or self.n_told

    @property
    def observation_size(self) -> int:
        return 4

    @property
    def action(self) -> Discrete:
        return Discrete(len(STEPS))

    @property
    def n_steps(self) -> int:
        return len(self.rules) * self.n_blocks * (self.n_told + self.n_held_out)

    @property
    def observation_names(self) -> tuple[str, ...]:
        return ("x", "y", "goal_x", "goal_y")

    def play(self, n: int, rng: Lanes) -> Play:
        shown = rng.permutation(self.size**4)[:, : self.n_pairs + self.n_held_out]
        # (n, n_shown, 4): x, y, goal x, goal y
        pairs = np.stack(np.unravel_index(shown, (self.size,) * 4), axis=-1)
        told, held_out = np.split(np.arange(shown.shape[1]), [self.n_pairs])
        asked = np.broadcast_to(np.arange(shown.shape[1]), shown.shape)
        if self.shuffled:  # the question to which the answer of each pair belongs
            asked = np.concatenate(
                [rng.permutation(self.n_pairs), np.tile(held_out, (n, 1))], axis=1
            )
        answer = np.take_along_axis(pairs, asked[..., None], axis=1)
        lanes, no, yes = np.arange(n), np.zeros(n, bool), np.ones(n, bool)
        reward, closer = np.zeros(n, np.float32), no
        going, phase = np.ones(n, np.float32), np.full(n, ACT, np.int8)
        answers = self._answers(pairs[:, 0], np.zeros(n, np.int64), no)
        blocks_of_pool = self.n_pairs // self.n_told
        for block in range(len(self.rules) * self.n_blocks):
            rule = RULES.index(self.rules[block // self.n_blocks])
            if block % blocks_of_pool == 0:
                order = rng.permutation(self.n_pairs)
            begin = block % blocks_of_pool * self.n_told
            queue = np.concatenate(
                [told[order[:, begin : begin + self.n_told]], np.tile(held_out, (n, 1))], axis=1
            )
            right = right_action(answer, rule)
            for k, which in enumerate(queue.T):
                here, best = pairs[lanes, which], right[lanes, which]
                there = answer[lanes, which][:, :2] + STEPS[best]
                labels = {
                    "held_out": np.full(n, k >= self.n_told),
                    "block": np.full(n, block, np.int32),
                    "rule": np.full(n, rule, np.int8),
                    "best_action": best,
                    "next_x": there[:, 0],
                    "next_y": there[:, 1],
                }
                action = yield TimeStep(
                    here.astype(np.float32), reward, going, yes if k == 0 else no, yes, phase,
                    {**answers, "closer": closer}, labels,
                )  # fmt: skip
                action = self.action.check(action, n)
                reward = (action == best).astype(np.float32)
                closer = is_closer(here, action)
                tell = yes if k < self.n_told else no
                answers = self._answers(answer[lanes, which], best, tell)
        yield TimeStep(
            here.astype(np.float32), reward, 0 * going, no, no, phase,
            {**answers, "closer": closer}, labels,
        )  # fmt: skip

    def _answers(
        self, pair: np.ndarray, action: np.ndarray, tell: np.ndarray
    ) -> dict[str, np.ndarray]:
        place = pair[:, :2] + STEPS[action]
        value = -abs(pair[:, :2] - pair[:, 2:]).sum(axis=1) / (2 * (self.size - 1))
        return {
            "told_action": np.where(tell, action, NOT_TOLD),
            "told_x": np.where(tell, place[:, 0], NOT_TOLD),
            "told_y": np.where(tell, place[:, 1], NOT_TOLD),
            "told_value": np.where(tell, value, NOT_TOLD).astype(np.float32),
        }


def right_action(pair: np.ndarray, rule: int) -> np.ndarray:
    """What the rule says for pairs (..., 4) of x, y, goal x, goal y.

    Examples
    --------
    >>> right_action(np.array([[5, 5, 0, 9], [0, 5, 0, 9], [3, 3, 3, 3]]), rule=0)
    array([0, 3, 4])
    """
    gap = pair[..., 2:] - pair[..., :2]
    gap = gap if rule == 0 else gap[..., ::-1]
    axis = np.where(gap[..., 0] != 0, rule, 1 - rule)
    size = np.where(gap[..., 0] != 0, gap[..., 0], gap[..., 1])
    return np.where(size == 0, STAY, axis + 2 * (size > 0))


def is_closer(pair: np.ndarray, action: np.ndarray) -> np.ndarray:
    """Whether actions (n,) lead one step nearer to the goal of pairs (n, 4), or stay there."""
    before = abs(pair[:, :2] - pair[:, 2:]).sum(axis=1)
    after = abs(pair[:, :2] + STEPS[action] - pair[:, 2:]).sum(axis=1)
    return np.where(before == 0, action == STAY, after < before)


__all__ = ["NOT_TOLD", "RULES", "STAY", "STEPS", "GoalRules", "is_closer", "right_action"]
