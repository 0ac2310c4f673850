"""Learning patterns and naming each by a part of it: autoassociative recall.

Hopfield 1982, doi:10.1073/pnas.79.8.2554; for hippocampal area CA3 Treves & Rolls 1994,
doi:10.1002/hipo.450040319.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .randomness import Lanes
from .task import ACT, FORCED, Discrete, Play, TimeStep


@dataclass(frozen=True)
class PatternCompletion:
    """Shows each of `n_patterns` patterns once, then a part of each, whose number must be named.

    A pattern is `n_active` of `n_features` features, drawn at random for each life, so that
    patterns overlap by chance. While they are shown (phase 2, forced) actions have no effect.
    Then `cue` of the active features of each are shown, in random order of patterns, with
    `n_wrong` features that do not belong to it; the right number earns 1. Labels: `pattern` (its
    number), `shown` (features of it that are shown) and `test` (0 while learning).

    Parameters
    ----------
    n_patterns, n_features, n_active : int
    cue : float
        Share of the active features.
    n_wrong : int

    Examples
    --------
    >>> PatternCompletion(n_patterns=20).n_steps
    40
    """

    n_patterns: int = 20
    n_features: int = 2000
    n_active: int = 100
    cue: float = 0.3
    n_wrong: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.n_active <= self.n_features or self.n_patterns < 1:
            raise ValueError(
                "n_patterns must be at least 1 and n_active in [1, n_features], "
                f"got {self.n_patterns}, {self.n_active} of {self.n_features}"
            )
        if not 0 < self.cue <= 1 or self.n_cued < 1:
            raise ValueError(
                f"cue must be a share in (0, 1] of at least one feature, got {self.cue}"
            )
        if not 0 <= self.n_wrong <= self.n_features - self.n_active:
            raise ValueError(f"there are no {self.n_wrong} features outside a pattern")

    @property
    def n_cued(self) -> int:
        """Features of a pattern in its cue."""
        return round(self.cue * self.n_active)

    @property
    def observation_size(self) -> int:
        return self.n_features

    @property
    def action(self) -> Discrete:
        return Discrete(self.n_patterns)

    @property
    def n_steps(self) -> int:
        return 2 * self.n_patterns

    def play(self, n: int, rng: Lanes) -> Play:
        lanes = np.arange(n)
        order = np.stack([rng.permutation(self.n_features) for _ in range(self.n_patterns)], axis=1)
        asked = rng.permutation(self.n_patterns)
        reward = np.zeros(n, np.float32)
        for t in range(self.n_steps + 1):
            over, testing = t == self.n_steps, t >= self.n_patterns
            last = min(t, self.n_steps - 1)
            pattern = asked[:, last - self.n_patterns] if testing else np.full(n, t)
            # the first n_active features of the order belong to the pattern
            features = order[lanes, pattern]
            n_shown = self.n_cued if testing else self.n_active
            observation = np.zeros((n, self.n_features), np.float32)
            np.put_along_axis(observation, features[:, :n_shown], 1, axis=1)
            if testing:
                wrong = features[:, self.n_active : self.n_active + self.n_wrong]
                np.put_along_axis(observation, wrong, 1, axis=1)
            action = yield TimeStep(
                observation=observation,
                reward=reward,
                discount=np.full(n, not over, np.float32),
                first=np.full(n, t == 0),
                active=np.full(n, not over),
                phase=np.full(n, ACT if testing else FORCED, np.int8),
                outcomes={},
                labels={
                    "pattern": pattern,
                    "shown": np.full(n, n_shown),
                    "test": np.full(n, int(testing)),
                },
            )
            action = self.action.check(action, n)
            reward = ((action == pattern) & testing).astype(np.float32)


__all__ = ["PatternCompletion"]
