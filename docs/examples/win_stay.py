"""Win-stay, lose-shift: repeat a choice that was rewarded, leave one that was not."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fastslow.models import Agent, Trace
from fastslow.tasks import Lanes, Task, TimeStep


@dataclass
class WinStay(Agent):
    """Keeps to the rule with probability `p_rule`, else chooses at random between two actions."""

    parts: ClassVar[dict[str, str]] = {"reward_input": "every outcome counts as a win"}
    learns: ClassVar[bool] = True

    p_rule: float = 0.95

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        self._rng, self._action = rng, rng.integers(2)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        lost = (now.reward <= 0) & ~now.first & ("reward_input" not in self.lesions)
        follow = np.where(lost, 1 - self._action, self._action)
        p_right = 0.5 + (follow - 0.5) * self.p_rule
        self._action = (self._rng.random() < p_right).astype(np.int64)
        return self._action, {"policy": np.stack([1 - p_right, p_right], axis=1)}
