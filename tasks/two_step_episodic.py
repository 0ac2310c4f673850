"""Two-step task with reminders of single past trials (Ritter et al. 2018, doi:10.1101/360537).

After Vikbladh, Shohamy & Daw. Details not given there follow a public re-implementation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .barcode_bandit import draw_barcodes
from .randomness import Lanes
from .task import Discrete, Play
from .two_step import FIRST, TwoStep, no_outcome, one_episode


@dataclass(frozen=True)
class EpisodicTwoStep:
    """A two-step task in which a cue may remind of one past trial and then repeats its reward.

    Choice 0 leads to state 0 and choice 1 to state 1 with probability `p_common`, else to the
    other state. The better state pays 1 with probability `p_reward`, the other with
    1 - `p_reward`; which is better switches at the start of a trial with probability
    `p_reversal`. In the first half of an episode of `n_trials` each visit of a state shows a
    barcode of its own (`n_bits` bits, all different, none all 0). In the second half each trial
    begins with one of these barcodes as a cue, each once, in random order: the state that was
    visited under it pays the same as then, the other state pays as always.

    One step is one trial. The observation is the state that the last trial reached, one-hot; the
    barcode shown there; the cue of this trial, zeros in the first half. Labels: `cued_trial`, the
    trial of which the cue reminds, -1 in the first half; `best_action`, the choice that earns
    most for one who knows the better state and the cued trial.
    """

    n_trials: int = 100
    p_common: float = 0.9
    p_reward: float = 0.9
    p_reversal: float = 0.1
    n_bits: int = 10

    def __post_init__(self) -> None:
        self._world()  # refuses wrong probabilities
        if self.n_trials < 2 or self.n_trials % 2:
            raise ValueError(f"n_trials must be even and at least 2, got {self.n_trials}")
        if not 1 <= self.n_bits <= 52 or self.n_trials // 2 >= 2**self.n_bits:
            raise ValueError(
                f"n_bits must be at most 52 and enough for {self.n_trials // 2} barcodes, "
                f"got {self.n_bits}"
            )

    def _world(self) -> TwoStep:
        """The task without barcodes."""
        return TwoStep(self.n_trials, self.p_common, self.p_reward, self.p_reversal)

    @property
    def barcode_columns(self) -> tuple[int, int]:
        """First and last + 1 column of the observation with the barcode of the last visit."""
        return 2, 2 + self.n_bits

    @property
    def cue_columns(self) -> tuple[int, int]:
        """First and last + 1 column with the cue."""
        return 2 + self.n_bits, 2 + 2 * self.n_bits

    @property
    def observation_size(self) -> int:
        return 2 + 2 * self.n_bits

    @property
    def action(self) -> Discrete:
        return Discrete(2)

    @property
    def n_steps(self) -> int:
        return self.n_trials

    def play(self, n: int, rng: Lanes) -> Play:
        half, lanes = self.n_trials // 2, np.arange(n)
        world = self._world()._draw(n, rng)
        barcode = draw_barcodes(rng, half, self.n_bits)
        order = rng.permutation(half)
        show, one_hot = one_episode(n, self.n_steps), np.eye(2, dtype=np.float32)
        blank, nothing = np.zeros((n, self.n_bits), np.float32), np.full(n, -1)
        stage, missed = np.full(n, FIRST, np.int8), np.zeros(n, bool)
        past_state, past_reward = np.zeros((2, half, n), np.int8)
        reached, seen = np.zeros((n, 2), np.float32), blank
        reward, outcomes = np.zeros(n, np.float32), no_outcome(n)
        for trial in range(self.n_trials + 1):
            cued = half <= trial < self.n_trials
            past = order[:, trial - half] if cued else nothing
            cue = barcode[lanes, past] if cued else blank
            state_then, reward_then = past_state[past, lanes], past_reward[past, lanes]
            worth = np.stack([world.labels[f"p_reward_{s}"][trial] for s in (0, 1)], axis=1)
            if cued:
                worth[lanes, state_then] = reward_then
            labels = {name: world.labels[name][trial] for name in ("trial", "better_state")}
            labels |= {"stage": stage, "cued_trial": past, "best_action": worth.argmax(axis=1)}
            observation = np.concatenate([reached, seen, cue], axis=1)
            action = yield show(trial, observation, reward, outcomes, labels)
            state = self.action.check(action, n).astype(np.int8) ^ world.flip[trial]
            reward = world.pays[trial, lanes, state]
            if cued:
                reward = np.where(state == state_then, reward_then, reward).astype(np.float32)
            elif trial < half:
                past_state[trial], past_reward[trial] = state, reward
            reached, seen = one_hot[state], barcode[:, trial] if trial < half else blank
            outcomes = {"common": world.common[trial], "state": state, "missed": missed}
