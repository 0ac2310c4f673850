"""Replay before and after news: a shock, and food cued in one arm, seen before sleep (Fig. 6).

The published scripts were not run for comparison: only the direction is tested.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ...models.hippocampus.prioritized import Prioritized
from ...models.replay_agents import TabularQ
from ...tasks import ACT, FORCED, REST, Discrete, Lanes, TimeStep
from ...tasks.navigation import GridWorld, shock_track, sleep_arena
from ...tasks.task import Play
from ..declaration import Experiment, Figure, Signature, Test
from .news_figure import draw_news

if TYPE_CHECKING:
    import xarray as xr

BEFORE, AFTER = 1, 2  # values of the label `planning`
News = tuple[tuple[int, int, float], ...]


@dataclass(frozen=True)
class RestNewsRest:
    """The animal rests, learns what some actions would earn, and rests again at the same place.

    A rest; then each piece of news, an action forced on the animal in some state and what it earned
    (outcome `forced_action`); another rest; and a choice where the first news was. `planning` is 1 in
    the first rest and 2 in the second.

    Parameters
    ----------
    world : GridWorld
        Shown as one-hot states.
    place : int
        State in which it rests.
    news : tuple of (state, action, reward)
    n_backups : int
        Of each rest.
    """

    world: GridWorld = field(default_factory=shock_track)
    place: int = 0
    news: News = ()
    n_backups: int = 20

    @property
    def observation_size(self) -> int:
        return self.world.observation_size

    @property
    def action(self) -> Discrete:
        return self.world.action

    @property
    def n_steps(self) -> int:
        return 3 + 2 * len(self.news)

    @cached_property
    def course(self) -> Any:
        return self.world.course

    def play(self, n: int, rng: Lanes) -> Play:
        graph = self.world.layouts[0].graph
        now = self._step(n, self.place, REST, BEFORE, first=True)
        for state, action, reward in self.news:
            self.action.check((yield now), n)
            now = self._step(n, state, FORCED, 0, first=True)
            self.action.check((yield now), n)
            reached = int(graph.next_state[state, action])
            now = self._step(n, reached, FORCED, 0, reward, reached, action)
        self.action.check((yield now), n)
        now = self._step(n, self.place, REST, AFTER, first=True)
        self.action.check((yield now), n)
        where = self.news[0][0] if self.news else self.place
        self.action.check((yield self._step(n, where, ACT, 0, first=True)), n)
        yield self._step(n, where, ACT, 0, active=False)

    def _step(
        self, n: int, state: int, phase: int, planning: int, reward: float = 0.0,
        reached: int = -1, action: int = -1, first: bool = False, active: bool = True,
    ) -> TimeStep:  # fmt: skip
        seen = np.zeros((n, self.observation_size), np.float32)
        seen[:, state] = 1
        return TimeStep(
            observation=seen,
            reward=np.full(n, reward, np.float32),
            discount=np.full(n, float(active), np.float32),
            first=np.full(n, first and active),
            active=np.full(n, active),
            phase=np.full(n, phase, np.int8),
            outcomes={"state": np.full(n, reached), "forced_action": np.full(n, action)},
            labels={"planning": np.full(n, planning, np.int8), "position": np.full(n, state)},
        )


RIGHT, LEFT = 2, 3  # of the moves up, down, right, left
TRACK_END, PLACE = 9, 4
CUED_END, UNCUED_END, STEM = 4, 0, 7  # states of the sleep arena
# Values change in replay only: news that had changed them when it came would not be replayed.
AWAKE = TabularQ().without("online_learning")
ASLEEP = TabularQ(replay=Prioritized(need="offline")).without("online_learning")


def _experiment(name: str, summary: str, task: RestNewsRest, agent: TabularQ) -> Experiment:
    return Experiment(
        name=f"mattar2018/{name}",
        summary=summary,
        task=task,
        agent=agent,
        recording=Test(n_lives=250, record="rests"),
        source="doi:10.1038/s41593-018-0232-z; its program, by direction",
    )


def _shock(size: float) -> RestNewsRest:
    return RestNewsRest(shock_track(), PLACE, ((TRACK_END - 1, RIGHT, size),))


def _cues(*news: tuple[int, int, float]) -> RestNewsRest:
    return RestNewsRest(sleep_arena(), STEM, news)


_CUED, _UNCUED = (CUED_END - 1, RIGHT, 1.0), (UNCUED_END + 1, LEFT, 1.0)

EXPERIMENTS = (
    _experiment("shock", "track, a shock at its end", _shock(-1.0), AWAKE),
    _experiment("no_shock", "track, nothing at its end", _shock(0.0), AWAKE),
    _experiment("sleep", "food cued in one arm, then sleep", _cues(_CUED), ASLEEP),
    _experiment("sleep_equal_cues", "food cued in both arms", _cues(_CUED, _UNCUED), ASLEEP),
)


def _moves_to(recording: xr.Dataset, world: GridWorld, states: tuple[int, ...]) -> xr.Dataset:
    """Number of backups of moves that lead to `states` in each rest: seed, planning, count."""
    from ...analysis.sequences import replay_periods

    periods = replay_periods(recording)
    target = world.layouts[0].graph.next_state[periods.state.values, periods.action.values]
    there = np.isin(target, states) & (periods.state.values >= 0)
    return periods.coords.to_dataset().assign(count=("period", there.sum(axis=1)))


def _by_seed(recording: xr.Dataset, values: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    return np.array([values[seeds == seed].mean() for seed in recording["seed"].values])


def punished_end_replayed(recording: xr.Dataset) -> np.ndarray:
    """Share of rests in which the move into the end is replayed, after minus before the news."""
    moves = _moves_to(recording, shock_track(), (TRACK_END,))
    replayed, when = moves["count"].values > 0, moves["planning"].values
    after, before = (
        _by_seed(recording, replayed[when == at], moves["seed"].values[when == at])
        for at in (AFTER, BEFORE)
    )
    return after - before


def cued_beyond_uncued(recording: xr.Dataset) -> np.ndarray:
    """Backups of moves in the cued arm less those in the other, per sleep after the cue."""
    arms = ((CUED_END - 1, CUED_END), (UNCUED_END, UNCUED_END + 1))
    cued, uncued = (_moves_to(recording, sleep_arena(), arm) for arm in arms)
    asleep = cued["planning"].values == AFTER
    difference = (cued["count"] - uncued["count"]).values[asleep]
    return _by_seed(recording, difference, cued["seed"].values[asleep])


SIGNATURES = (
    Signature(
        name="mattar2018/shock",
        claim="The punished end of the track is replayed after the shock more than before.",
        published="mattar2018/shock",
        low=0.05,  # share of rests; chosen, so that no difference lies clearly outside
        high=None,
        measure=punished_end_replayed,
        subject="mattar2018/shock",
        shows_not="mattar2018/no_shock",
    ),
    Signature(
        name="mattar2018/sleep",
        claim="In sleep the arm in which food was cued is replayed more than the other.",
        published="mattar2018/sleep",
        low=0.1,  # backups; chosen, as above
        high=None,
        measure=cued_beyond_uncued,
        subject="mattar2018/sleep",
        shows_not="mattar2018/sleep_equal_cues",
    ),
)

FIGURES = (
    Figure(
        name="mattar2018/news",
        caption=(
            "Backups of each move before and after news, per rest. (a) A shock at the right end of "
            "the track. (b) Food cued in the right arm, then sleep. Points are seeds."
        ),
        needs=("mattar2018/shock", "mattar2018/sleep"),
        draw=draw_news,
    ),
)
