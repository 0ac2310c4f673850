"""Contexts that lead to the same end states, and news about an end state that comes elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .barcode_bandit import draw_barcodes
from .randomness import Lanes
from .task import ACT, FORCED, REST, Discrete, Play, TimeStep

NEWS = ("none", "reversed", "devalued")
LEARN, NEWS_COMES, AT_REST, TEST = range(4)  # values of the label `period`
UNAFFECTED, FROM_ELSEWHERE, ITS_OWN = range(3)  # values of the label `news`
POOR = 2  # state of a pair of ends of which none pays; 0 and 1: the one that does


@dataclass(frozen=True)
class SharedEnds:
    """Two actions lead to end states which several contexts share.

    A life has `n_contexts` contexts, each a barcode of `n_bits` bits, all different. There are two
    pairs of end states, and half of the contexts lead to each pair: in a context either action leads
    to one end of its pair for certain, which one drawn anew for each context and life. An end pays 1
    with probability `p_good` or `p_bad`: of a rich pair one end is good, of a poor one none (with
    probability `p_poor`). A visit to a context is an interval in which nothing is seen and no
    choice is made, then `n_trials` choices. The barcode is in view at each choice, and beside it,
    one-hot, the end state to which the last choice of this visit led.

    A life begins with `n_rounds` rounds of visits to all contexts in random order; after each comes, if
    `n_brief` is not 0, a round of brief visits of so many choices. In each visit the
    pair changes with probability `p_change` at a random trial: what was rich reverses, or becomes poor
    with probability `p_poor`; what was poor becomes rich. With `p_change` 0 nothing changes.

    Then, if `tested`, comes a visit to one of the contexts at whose start its pair, which is rich,
    is "reversed" or "devalued" (poor from now on), as `news` says, or not changed ("none"); one step
    of rest, with `n_backups`; and a round of visits to all contexts, the test. All other contexts of that pair have
    then changed although nothing was experienced there.

    Labels: `period` (0 learning, 1 news, 2 rest, 3 test); `context`; `exposure`; `trial`; `stage` (0
    interval or rest, 1 choice); `best_action`, -1 where neither is better; `rich`, whether one
    is; `news`, after the first rounds 2 for the context visited last before rest, 1 for the others of
    its pair, 0 for those of the other pair; `old_action`, the best one before the news. Outcome:
    `state`, the end reached.
    """

    n_contexts: int = 6
    n_trials: int = 8
    n_rounds: int = 2
    n_brief: int = 0
    n_bits: int = 10
    p_good: float = 0.9
    p_bad: float = 0.1
    p_poor: float = 0.0
    p_change: float = 0.0
    tested: bool = True
    news: str = "reversed"
    n_backups: int = 16

    def __post_init__(self) -> None:
        for name in ("n_trials", "n_rounds"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.n_contexts < 2 or self.n_contexts % 2:
            raise ValueError(
                f"n_contexts must be even, half for each pair of ends, got {self.n_contexts}"
            )
        if not 1 <= self.n_bits <= 52 or self.n_contexts >= 2**self.n_bits:
            raise ValueError(
                f"n_bits must be at most 52 and enough to tell {self.n_contexts} contexts apart, "
                f"got {self.n_bits}"
            )
        for name in ("p_good", "p_bad", "p_poor", "p_change"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be a probability, got {getattr(self, name)}")
        if self.news not in NEWS:
            raise ValueError(f"news must be {', '.join(NEWS)}, got '{self.news}'")
        for name in ("n_brief", "n_backups"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be at least 0, got {getattr(self, name)}")

    @property
    def observation_size(self) -> int:
        return self.n_bits + N_ENDS

    @property
    def context_columns(self) -> tuple[int, int]:
        """First and last + 1 column of the barcode."""
        return (0, self.n_bits)

    @property
    def end_columns(self) -> tuple[int, int]:
        """First and last + 1 column of the end state reached last."""
        return (self.n_bits, self.n_bits + N_ENDS)

    @property
    def action(self) -> Discrete:
        return Discrete(2)

    @property
    def n_steps(self) -> int:
        visits = self.n_rounds * self.n_contexts
        brief = visits * (1 + self.n_brief) if self.n_brief else 0
        if self.tested:
            visits += 1 + self.n_contexts
        return visits * (1 + self.n_trials) + brief + self.tested

    def play(self, n: int, rng: Lanes) -> Play:
        life = Life(self, n, rng)
        yield from self._first_rounds(life, rng)
        if self.tested:
            yield from life.visit(life.news_context, NEWS_COMES, self.n_trials)
            yield from self._before_rest(life, rng)
            yield from life.rest()
            for context in rng.permutation(self.n_contexts).T:
                yield from life.visit(context, TEST, self.n_trials)
        yield life.now(life.context, 0, TEST if self.tested else LEARN, over=True)

    def _first_rounds(self, life: Life, rng: Lanes) -> Play:
        for _ in range(self.n_rounds):
            for n_trials in filter(None, (self.n_trials, self.n_brief)):
                for context in rng.permutation(self.n_contexts).T:
                    yield from life.visit(context, LEARN, n_trials)

    def _before_rest(self, life: Life, rng: Lanes) -> Play:
        yield from ()  # rest follows the news


N_ENDS = 4


class Life:
    """What goes on in `n` lives of one task."""

    def __init__(self, task: SharedEnds, n: int, rng: Lanes) -> None:
        self.task, self.n, self.rng = task, n, rng
        self.lanes = np.arange(n)
        self.barcode = draw_barcodes(rng, task.n_contexts, task.n_bits)
        self.mirrored = rng.integers(2, task.n_contexts)
        self.news_context = rng.integers(task.n_contexts)
        poor, good_end = rng.random(2) < task.p_poor, rng.integers(2, 2)
        if task.tested and task.news != "none":  # the news is that a rich pair has changed
            poor[self.lanes, self.pair_of(self.news_context)] = False
        self.state = np.where(poor, POOR, good_end)  # of each pair
        self.state_before = self.state.copy()
        self.n_seen = np.zeros((n, task.n_contexts), np.int32)
        self.context = np.zeros(n, np.int64)
        self.reward = np.zeros(n, np.float32)
        self.end = np.full(n, -1)

    def pair_of(self, context: np.ndarray) -> np.ndarray:
        return context // (self.task.n_contexts // 2)

    def best_action(self, context: np.ndarray, state: np.ndarray) -> np.ndarray:
        """The action that leads to the good end of the context's pair; -1 if there is none."""
        state = state[self.lanes, self.pair_of(context)]
        return np.where(state == POOR, -1, state ^ self.mirrored[self.lanes, context])

    # ------------------------------------------------------------------ what comes one by one

    def visit(self, context: np.ndarray, period: int, n_trials: int) -> Play:
        self.context = context
        self.n_seen[self.lanes, context] += 1
        change_at = self.time_of_change(period, n_trials)
        yield self.now(context, 0, period, choice=False)
        self.reward, self.end = np.zeros(self.n, np.float32), np.full(self.n, -1)
        for trial in range(n_trials):
            if period == NEWS_COMES and trial == 0:
                self._bring_news()
            self.change(change_at == trial)
            self.act((yield self.now(context, trial, period)))

    def rest(self) -> Play:
        yield self.now(self.context, 0, AT_REST, choice=False)
        self.reward, self.end = np.zeros(self.n, np.float32), np.full(self.n, -1)

    def act(self, action: np.ndarray) -> None:
        """What the choice in the context that is visited leads to."""
        action = self.task.action.check(action, self.n)
        pair = self.pair_of(self.context)
        of_pair = action ^ self.mirrored[self.lanes, self.context]
        self.end = 2 * pair + of_pair
        good = self.state[self.lanes, pair] == of_pair
        p = np.where(good, self.task.p_good, self.task.p_bad)
        self.reward = (self.rng.random() < p).astype(np.float32)

    def time_of_change(self, period: int, n_trials: int | np.ndarray) -> np.ndarray:
        """The trial at which the visited pair changes; -1 if it does not."""
        happens = self.rng.random() < self.task.p_change
        trial = (self.rng.random() * n_trials).astype(np.int64)
        return np.where(happens & (period == LEARN), trial, -1)

    def change(self, changes: np.ndarray) -> None:
        pair = self.pair_of(self.context)
        old = self.state[self.lanes, pair]
        poor, good_end = self.rng.random() < self.task.p_poor, self.rng.integers(2)
        new = np.where(old == POOR, good_end, np.where(poor, POOR, 1 - old))
        self.state[self.lanes, pair] = np.where(changes, new, old)

    def _bring_news(self) -> None:
        pair = self.pair_of(self.context)
        self.state_before = self.state.copy()
        if self.task.news == "reversed":
            self.state[self.lanes, pair] = 1 - self.state[self.lanes, pair]
        elif self.task.news == "devalued":
            self.state[self.lanes, pair] = POOR

    # ------------------------------------------------------------------ what is seen

    def now(
        self,
        context: np.ndarray,
        trial: int | np.ndarray,
        period: int,
        choice: bool | np.ndarray = True,
        over: bool = False,
    ) -> TimeStep:
        n, task = self.n, self.task
        begins = np.full(n, np.logical_not(choice))
        chooses = ~begins & (not over)
        seen = np.zeros((n, task.observation_size), np.float32)
        seen[:, : task.n_bits] = self.barcode[self.lanes, context] * chooses[:, None]
        known = np.flatnonzero(chooses & (self.end >= 0) & (trial > 0))
        seen[known, task.n_bits + self.end[known]] = 1
        phase = REST if period == AT_REST else np.where(begins, FORCED, ACT)
        return TimeStep(
            observation=seen,
            reward=self.reward,
            discount=chooses.astype(np.float32),
            first=begins,
            active=np.full(n, not over),
            phase=np.full(n, phase, np.int8),
            outcomes={"state": self.end.astype(np.int8)},
            labels=self._truth(context, trial, period, chooses),
        )

    def _truth(
        self, context: np.ndarray, trial: int | np.ndarray, period: int, choice: np.ndarray
    ) -> dict[str, np.ndarray]:
        best = self.best_action(context, self.state)
        return {
            "period": np.full(self.n, period, np.int8),
            "context": context.astype(np.int32),
            "exposure": self.n_seen[self.lanes, context],
            "trial": np.full(self.n, trial, np.int32),
            "stage": np.full(self.n, choice, np.int8),
            "best_action": best.astype(np.int32),
            "rich": best >= 0,
            "news": self._news_about(context, period),
            "old_action": self.best_action(context, self.state_before).astype(np.int32),
        }

    def _news_about(self, context: np.ndarray, period: int) -> np.ndarray:
        if period == LEARN:
            return np.zeros(self.n, np.int8)
        concerned = self.pair_of(context) == self.pair_of(self.news_context)
        news = np.where(concerned, FROM_ELSEWHERE, UNAFFECTED)
        return np.where(context == self.news_context, ITS_OWN, news).astype(np.int8)
