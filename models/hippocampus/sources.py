"""Sources of replay with one face, `propose(moment)`, and wrappers that break what they propose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

import numpy as np

from . import ReplayPath
from .moment import Moment
from .prioritized import Prioritized


@runtime_checkable
class ReplaySource(Protocol):
    """Proposes, for each lane at rest, paths of `moment.n_backups` backups in all, at most."""

    def propose(self, moment: Moment) -> list[ReplayPath]: ...


@dataclass(frozen=True)
class NoReplay:
    """Nothing is replayed."""

    def propose(self, moment: Moment) -> list[ReplayPath]:
        return []


@dataclass(frozen=True)
class RandomDyna:
    """Experiences drawn uniformly among all remembered ones, in no order.

    References
    ----------
    Dyna: Sutton 1991, doi:10.1145/122344.122377.
    """

    def propose(self, moment: Moment) -> list[ReplayPath]:
        paths = []
        for i, generator in enumerate(moment.generators):
            state, action = np.nonzero(moment.worth_replaying[i])
            if not len(state):
                continue
            drawn = generator.integers(len(state), size=moment.n_backups)
            paths.append(moment.path(i, state[drawn], action[drawn], "unknown", "random"))
        return [path for path in paths if path.n_backups]


@dataclass(frozen=True)
class ReverseOnReward:
    """After a reward, the experiences that lead to where the animal is, nearest first.

    Backups go outward against the direction of the moves; nothing is replayed without a reward.
    What is left of the budget is spent by going through them again.
    """

    def propose(self, moment: Moment) -> list[ReplayPath]:
        paths = []
        for i in np.flatnonzero(moment.reward != 0):
            state, action = self._outward(moment, int(i))
            if len(state):
                order = np.resize(np.arange(len(state)), moment.n_backups)
                paths.append(moment.path(i, state[order], action[order], "reverse", "reverse"))
        return [path for path in paths if path.n_backups]

    @staticmethod
    def _outward(moment: Moment, i: int) -> tuple[np.ndarray, np.ndarray]:
        """Each experience once, by the number of moves from its end to the animal."""
        known = moment.worth_replaying[i]
        reached = np.zeros(len(known), bool)
        reached[moment.here[i]] = True
        edge, found = reached.copy(), [np.empty((0, 2), int)]
        while edge.any():
            leads = known & edge[moment.next_state[i]] & ~reached[:, None]
            found.append(np.argwhere(leads))
            edge = leads.any(axis=1)
            reached |= edge
        state, action = np.concatenate(found).T
        return state, action


@dataclass(frozen=True)
class ShuffledOrder:
    """The backups of another source in random order: same content, no order."""

    source: ReplaySource = field(default_factory=Prioritized)

    def propose(self, moment: Moment) -> list[ReplayPath]:
        return [
            _reordered(paths, moment.generators[i].permutation(_count(paths)), "shuffled")
            for i, paths in _by_lane(self.source.propose(moment), moment)
        ]


@dataclass(frozen=True)
class ReversedOrder:
    """The backups of another source from the last to the first."""

    source: ReplaySource = field(default_factory=Prioritized)

    def propose(self, moment: Moment) -> list[ReplayPath]:
        return [
            _reordered(paths, np.arange(_count(paths))[::-1], "reversed")
            for _, paths in _by_lane(self.source.propose(moment), moment)
        ]


@dataclass(frozen=True)
class ShuffledContent:
    """The paths of another source with experiences relabelled by a random permutation.

    As many backups in paths as long, and the same experience wherever the same one was.
    """

    source: ReplaySource = field(default_factory=Prioritized)

    def propose(self, moment: Moment) -> list[ReplayPath]:
        relabelled = []
        for i, paths in _by_lane(self.source.propose(moment), moment):
            known = np.flatnonzero(moment.worth_replaying[i])
            label = np.full(moment.worth_replaying[i].size, -1)
            label[known] = moment.generators[i].permutation(known)
            n_actions = moment.next_state.shape[2]
            for path in paths:
                state, action = np.divmod(label[path.states * n_actions + path.actions], n_actions)
                relabelled.append(moment.path(i, state, action, "unknown", "relabelled"))
        return relabelled


def _by_lane(paths: Sequence[ReplayPath], moment: Moment) -> list[tuple[int, list[ReplayPath]]]:
    """Index into the moment's lanes, and the paths of that lane, where there are any."""
    together = [[p for p in paths if p.lane == lane] for lane in moment.lanes.tolist()]
    return [(i, own) for i, own in enumerate(together) if own]


def _count(paths: Sequence[ReplayPath]) -> int:
    return sum(path.n_backups for path in paths)


def _reordered(paths: Sequence[ReplayPath], order: np.ndarray, source: str) -> ReplayPath:
    """All backups of one lane as one path in another order, in which each stands alone."""
    states, actions, rewards = (
        np.concatenate([np.asarray(getattr(path, name)) for path in paths])[order]
        for name in ("states", "actions", "rewards")
    )
    return replace(
        paths[0], states=states, actions=actions, rewards=rewards, times=None,
        kind="unknown", source=source, score=float("nan"),
    )  # fmt: skip


__all__ = [
    "NoReplay", "RandomDyna", "ReplaySource", "ReverseOnReward", "ReversedOrder",
    "ShuffledContent", "ShuffledOrder",
]  # fmt: skip
