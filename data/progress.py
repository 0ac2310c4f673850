"""Progress of training on one line: rate, performance, time left."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from ..models.training import Progress


def seed_ranges(numbers: Sequence[int]) -> str:
    """0-3,5 from [0, 1, 2, 3, 5]."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(str(r[0]) if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)


def in_notebook() -> bool:
    """Whether messages go to the output cell of a notebook."""
    return type(sys.stderr).__module__.startswith("ipykernel")


class ProgressLine:
    """One line, rewritten in a terminal and in a notebook; elsewhere a line every 30 s.

    Where seeds are spread over processes, that which has the seed `of` speaks for the others.
    """

    def __init__(self, of: int | None = None) -> None:
        self._of = of
        self._start = self._said = perf_counter()
        self._begun = self._last = 0
        self._rewrites = sys.stderr.isatty() or in_notebook()
        self._width = 0

    def __call__(self, experiment: Any, seeds: Sequence[int], progress: Progress) -> None:
        if self._of is not None and self._of not in seeds:
            return
        now = perf_counter()
        if self._last == 0 or progress.batch < self._last:  # the first seeds, or other ones
            self._start, self._begun = now if self._last else self._start, progress.batch - 1
        self._last = progress.batch
        over = progress.batch == progress.n_batches
        if not over and now - self._said < (0.2 if self._rewrites else 30):
            return
        self._said = now
        per_batch = (now - self._start) / (progress.batch - self._begun)
        rate = progress.steps / progress.batch * len(seeds) / max(per_batch, 1e-9)
        line = (
            f"{experiment.name} seeds {seed_ranges(seeds)}: {progress.batch / progress.n_batches:4.0%}"
            f"  {progress.lives:,} episodes  {rate / 1e6:.2f} M steps/s"
            f"  {_performance(experiment, progress)}"
            f"  {(progress.n_batches - progress.batch) * per_batch:.0f} s left"
        )
        self._say(line, end="\n" if over or not self._rewrites else "")

    def _say(self, line: str, end: str) -> None:
        """Write over the last line; blanks cover its rest, since a notebook knows no erasing."""
        padded = f"\r{line:<{self._width}}" if self._rewrites else line
        self._width = len(line)
        print(padded, end=end, file=sys.stderr, flush=True)


def _performance(e: Any, progress: Progress) -> str:
    """Reward of a life, and its place between chance (0 %) and knowing the truth (100 %)."""
    reward = float(progress.measured["reward"].mean())
    bounds = getattr(e.task, "reward_bounds", None)
    if bounds is None:
        return f"reward {reward:.1f}"
    return f"reward {reward:.1f} ({(reward - bounds[0]) / (bounds[1] - bounds[0]):.0%} of possible)"
