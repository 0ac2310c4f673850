"""Probabilistic reversal learning: one of two arms pays .8, the other .2; they swap once, unannounced."""

from dataclasses import dataclass

import numpy as np

from fastslow.tasks import ACT, Discrete, Lanes, TimeStep


@dataclass(frozen=True)
class Reversal:
    """An episode is `n_trials` choices; the arms swap after a trial drawn from the middle half."""

    n_trials: int = 80
    p_reward: float = 0.8

    @property
    def observation_size(self) -> int:
        return 0  # nothing to see: action and reward are inputs of the agent

    @property
    def action(self) -> Discrete:
        return Discrete(2)

    @property
    def n_steps(self) -> int:
        return self.n_trials

    def play(self, n: int, rng: Lanes):
        better = rng.integers(2)  # one number for each of the n lanes
        swap = self.n_trials // 4 + rng.integers(self.n_trials // 2)
        reward = np.zeros(n, np.float32)
        for trial in range(self.n_trials + 1):
            over = trial == self.n_trials
            best = np.where(trial < swap, better, 1 - better)
            action = yield TimeStep(
                observation=np.zeros((n, 0), np.float32),
                reward=reward,  # earned by the action before
                discount=np.full(n, not over, np.float32),
                first=np.full(n, trial == 0),
                active=np.full(n, not over),
                phase=np.full(n, ACT, np.int8),
                outcomes={},
                labels={"trial": np.full(n, trial), "best_action": best, "swap": swap},
            )
            action = self.action.check(action, n)
            p = np.where(action == best, self.p_reward, 1 - self.p_reward)
            reward = (rng.random() < p).astype(np.float32)
