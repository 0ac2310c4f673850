"""Contexts that share end states, and visits to others between the news and the rest."""

from __future__ import annotations

from dataclasses import dataclass

from .randomness import Lanes
from .shared_ends import Life, SharedEnds
from .task import Play

BETWEEN = 4  # of the label `period`


@dataclass(frozen=True)
class VisitsBeforeRest(SharedEnds):
    """`SharedEnds`, but what was met last before rest is not the news.

    After the visit that brings the news come visits to `n_between` contexts of the other pair, all
    different and drawn anew in each life, in which nothing changes. Only then comes the rest.

    Labels: `period` is 4 in these visits, and `news` is 2 for the context in which the news came.
    """

    n_between: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.tested:
            raise ValueError("tested must be True: without a test there is no rest to come before")
        if not 1 <= self.n_between <= self.n_contexts // 2:
            raise ValueError(
                f"n_between must be at least 1 and at most {self.n_contexts // 2}, the contexts "
                f"of a pair, got {self.n_between}"
            )

    @property
    def n_steps(self) -> int:
        return super().n_steps + self.n_between * (1 + self.n_trials)

    def _before_rest(self, life: Life, rng: Lanes) -> Play:
        of_pair = self.n_contexts // 2
        first = (1 - life.pair_of(life.news_context)) * of_pair
        for number in rng.permutation(of_pair).T[: self.n_between]:
            yield from life.visit(first + number, BETWEEN, self.n_trials)
