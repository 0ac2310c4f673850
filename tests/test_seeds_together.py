"""Seeds simulated side by side are those simulated one by one."""

import pytest
import xarray as xr

from fastslow.data.simulate import simulate, simulate_together
from fastslow.models.episodic_control import dqn
from fastslow.models.hippocampus.prioritized import Prioritized
from fastslow.models.hippocampus.sources import (
    NoReplay,
    RandomDyna,
    ReversedOrder,
    ReverseOnReward,
    ShuffledContent,
    ShuffledOrder,
)
from fastslow.models.replay_agents import TabularQ
from fastslow.papers import experiments
from fastslow.papers.mattar2018.news import ASLEEP, RestNewsRest
from fastslow.tasks.navigation import linear_track, open_maze, sleep_arena

SOURCES = (
    Prioritized(), Prioritized(gain="off"), Prioritized(need="off"), RandomDyna(), NoReplay(),
    ReverseOnReward(), ShuffledOrder(), ReversedOrder(), ShuffledContent(),
)  # fmt: skip
AGENTS = [TabularQ(replay=source) for source in SOURCES]
AGENTS += [TabularQ(choice="greedy", show_priorities=True), TabularQ(goals=((9, 0.5), (20, 0.5)))]


@pytest.mark.parametrize("agent", AGENTS, ids=lambda a: f"{a.replay}{a.choice}")
def test_to_the_last_bit(agent, seed):
    task = linear_track(n_attempts=4)
    together = simulate_together(task, agent, 2, (seed, 71, 62), "rests")
    assert list(together) == [seed, 71, 62]
    for one, recording in together.items():
        xr.testing.assert_identical(recording, simulate(task, agent, 2, one, "rests"))
    assert not together[71].equals(together[62])


@pytest.mark.parametrize(
    ("task", "agent"),
    [
        (open_maze(n_attempts=2), TabularQ()),
        (RestNewsRest(sleep_arena(), 7, ((3, 2, 1.0),)), ASLEEP),
    ],
)
def test_in_other_worlds(task, agent):
    together = simulate_together(task, agent, 3, (5, 6), "all")
    for seed, recording in together.items():
        xr.testing.assert_identical(recording, simulate(task, agent, 3, seed))


def test_an_agent_that_does_not_keep_its_lanes_apart_is_refused():
    with pytest.raises(ValueError, match="DQN does not keep its lanes apart.*one by one"):
        simulate_together(open_maze(n_attempts=1), dqn.DQN(), 1, (0, 1))


def test_what_is_trained_is_tested_one_by_one():
    assert not any(e.agent.lanes_apart for e in experiments().values() if e.training is not None)
