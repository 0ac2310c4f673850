"""Two-step task whose transitions swap now and then, beside its rewards.

Akam, Costa & Dayan 2015 (doi:10.1371/journal.pcbi.1004648) propose reversals of the transitions
to tell planning from strategies that need no model: where a choice comes to lead to the other
state, what reward in a state means for the next choice turns around, and only who keeps track of
the transitions notices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .randomness import Lanes
from .two_step import TwoStep


@dataclass(frozen=True)
class SwappingTwoStep(TwoStep):
    """The two-step task with transitions that swap.

    From the second trial on, the transitions swap at the start of a trial with probability
    `p_swap`: either choice then commonly leads where the other one did. All else as in `TwoStep`;
    `mapping` says how they are at first, the label `congruent` how they are now.

    Examples
    --------
    >>> SwappingTwoStep(p_swap=0.02).n_steps
    100
    """

    p_swap: float = 0.02

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.p_swap <= 1:
            raise ValueError(f"p_swap must be in [0, 1], got {self.p_swap}")

    def _crossed(self, drawn: np.ndarray, rng: Lanes) -> np.ndarray:
        swap = rng.rows(self.n_trials + 1) < self.p_swap
        swap[0] = super()._crossed(drawn, rng)[0]
        return np.logical_xor.accumulate(swap, axis=0)
