"""Contexts that share end states, visited for a time that nothing predicts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .randomness import Lanes
from .shared_ends import LEARN, Life, SharedEnds
from .task import Play


@dataclass(frozen=True)
class UnpredictableVisits(SharedEnds):
    """`SharedEnds`, but how long a visit of the first rounds lasts is drawn anew each time.

    These rounds take the time of `n_rounds` rounds of visits of `n_trials` choices. In the time of
    one such visit come, with probability `p_split`, two shorter ones: the first
    of 1 to `n_trials` - 2 choices, all equally likely, the second of those that are left.
    Contexts are visited in random order, each once before any comes again; where one such order
    ends and the next begins the same may come twice in a row. Neither from the
    context nor from what happened there can be told how long a visit will be.
    """

    p_split: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n_brief:
            raise ValueError(
                f"n_brief must be 0 where visits are of any length, got {self.n_brief}; "
                "how many are short is told by p_split"
            )
        if self.n_trials < 3:
            raise ValueError(
                f"n_trials must be at least 3 to be split in two visits, got {self.n_trials}"
            )
        if not 0 <= self.p_split <= 1:
            raise ValueError(f"p_split must be a probability, got {self.p_split}")

    def _first_rounds(self, life: Life, rng: Lanes) -> Play:
        n_whole = self.n_rounds * self.n_contexts
        orders = [rng.permutation(self.n_contexts) for _ in range(2 * self.n_rounds)]
        contexts = np.concatenate(orders, axis=1)
        split = rng.random(n_whole) < self.p_split
        length = np.where(split, 1 + rng.integers(self.n_trials - 2, n_whole), self.n_trials)
        at = np.zeros(life.n, np.int64)  # visits so far
        for n_first, in_two in zip(length.T, split.T, strict=True):
            one, other = contexts[life.lanes, at], contexts[life.lanes, at + in_two]
            yield from _one_or_two(life, one, other, n_first)
            at += 1 + in_two


def _one_or_two(life: Life, one: np.ndarray, other: np.ndarray, n_first: np.ndarray) -> Play:
    """A visit of `n_first` (n,) choices, and in the time that is left another, if any is left."""
    n_trials = life.task.n_trials
    change_at = [life.time_of_change(LEARN, n) for n in (n_first, n_trials - 1 - n_first)]
    for step in range(1 + n_trials):
        second = step > n_first
        began = np.where(second, n_first + 1, 0)
        trial, begins = np.maximum(step - began - 1, 0), np.equal(step, began)
        life.context = np.where(second, other, one)
        life.n_seen[life.lanes, life.context] += begins
        life.change(~begins & (trial == np.where(second, *change_at[::-1])))
        life.act((yield life.now(life.context, trial, LEARN, choice=~begins)))
        life.end[begins], life.reward[begins] = -1, 0
