"""A hippocampus of numbered states: remembers the last outcome of each action, and replays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...tasks import Lanes
from . import ReplayPath
from .experience import UNKNOWN, Experience
from .moment import Moment
from .sources import ReplaySource


class TabularHippocampus:
    """Keeps experience of `n` lanes, and proposes what `source` makes of it.

    Parameters
    ----------
    q : (n, n_goals, n_states, n_actions) array
        The learner's own values, read when replay is ranked by what it would change.
    rng : Lanes
        One number is drawn for each lane at each `observe`.
    source : ReplaySource
    learning_rate, discount, inverse_temperature : float
        The learner's own, with which gain and need are worked out.
    transition_learning_rate : float
    goals : tuple of (state, probability)
        Candidate goals, one for each map of `q`: arriving there earns 1 and ends the way. Empty: one
        map, for the rewards that were received.
    """

    def __init__(
        self,
        q: np.ndarray,
        rng: Lanes,
        source: ReplaySource,
        learning_rate: float,
        discount: float,
        inverse_temperature: float,
        transition_learning_rate: float,
        goals: tuple[tuple[int, float], ...] = (),
    ) -> None:
        n, n_goals, n_states, n_actions = q.shape
        if n_goals != max(1, len(goals)):
            raise ValueError(f"q must have {max(1, len(goals))} maps for its goals, got {n_goals}")
        self.q, self.source = q, source
        self.experience = Experience(n, n_states, n_actions, transition_learning_rate)
        self._settings = learning_rate, discount, inverse_temperature
        self._goals = np.array([goal for goal, _ in goals], int)
        self._weight = np.array([p for _, p in goals]) if goals else np.ones(1)
        self._rng, self._draw = rng, np.zeros(n)
        self._n, self._n_replays = n, 0
        self._last = np.full((2, n), UNKNOWN)  # last move: from, to

    def observe(self, key: np.ndarray, step: Mapping[str, np.ndarray]) -> None:
        """Keep what an action did in the state whose one-hot code is `key` (n, n_states).

        `step` holds `action`, `reward`, `next_state`, `ended` (n,), and may hold `write` and
        `forced`: what the animal was made to do is remembered, but leaves T as it is.
        """
        self._draw, self._n_replays = self._rng.random(), 0
        lanes = np.flatnonzero(step.get("write", np.ones(self._n, bool)))
        state = np.argmax(key[lanes], axis=1)
        happened = {name: np.asarray(step[name])[lanes] for name in
                    ("action", "reward", "next_state", "ended")}  # fmt: skip
        self.experience.store(lanes, state, **happened)
        free = ~np.asarray(step.get("forced", np.zeros(self._n, bool)))[lanes]
        self.experience.follow(lanes[free], state[free], happened["next_state"][free])
        self._last[:, lanes] = state, happened["next_state"]

    def retrieve(self, query: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Reward remembered for each action (n, n_actions), and the share of actions known (n,)."""
        lanes, state = np.arange(self._n), np.argmax(query, axis=1)
        known = self.experience.next_state[lanes, state] != UNKNOWN
        return self.experience.reward[lanes, state] * known, known.mean(axis=1)

    def replay(
        self, state: np.ndarray, reward: np.ndarray, rpe: np.ndarray, n_backups: int
    ) -> list[ReplayPath]:
        """Paths of `n_backups` backups at most in each lane; none where `state` is -1.

        Need counts from the state before the last move if that led here, and else from here.
        """
        lanes = np.flatnonzero(state != UNKNOWN)
        if n_backups == 0 or not len(lanes):
            return []
        self._n_replays += 1
        moment = self.moment(lanes, state[lanes], reward[lanes], rpe[lanes], n_backups)
        paths = self.source.propose(moment)
        self._check_budget(paths, n_backups)
        return paths

    def moment(
        self,
        lanes: np.ndarray,
        here: np.ndarray,
        reward: np.ndarray,
        rpe: np.ndarray,
        n_backups: int,
    ) -> Moment:
        """What a source may know of `lanes` now."""
        before, after = self._last[:, lanes]
        outcome, ended = (np.moveaxis(array, -1, 1) for array in self.outcomes(lanes))
        learning_rate, discount, inverse_temperature = self._settings
        return Moment(
            lanes=lanes,
            here=here,
            state=np.where(after == here, before, here),
            reward=reward,
            rpe=rpe,
            n_backups=n_backups,
            q=self.q[lanes],
            weight=self._weight,
            next_state=self.experience.next_state[lanes],
            outcome=outcome,
            ended=ended,
            transition=self.experience.transition[lanes],
            learning_rate=learning_rate,
            discount=discount,
            inverse_temperature=inverse_temperature,
            generators=[
                np.random.default_rng([int(u * 2**53), self._n_replays]) for u in self._draw[lanes]
            ],
        )

    def outcomes(self, *where: np.ndarray | int) -> tuple[np.ndarray, np.ndarray]:
        """Reward and end of the experiences at (lanes, states, actions), (..., n_goals) each."""
        if not len(self._goals):
            return self.experience.reward[where][..., None], self.experience.ended[where][..., None]
        arrives = self.experience.next_state[where][..., None] == self._goals
        return arrives.astype(float), arrives

    def _check_budget(self, paths: list[ReplayPath], n_backups: int) -> None:
        made = np.bincount(
            [path.lane for path in paths], [path.n_backups for path in paths], self._n
        )
        if made.max() > n_backups:
            raise ValueError(
                f"{type(self.source).__name__} may make {n_backups} backups, "
                f"it proposed {int(made.max())} in lane {int(made.argmax())}"
            )


__all__ = ["TabularHippocampus"]
