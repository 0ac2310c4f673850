"""Bottlenecks of a graph, and an agent that goes for them first."""

from itertools import permutations

import numpy as np
import pytest

from fastslow.data.simulate import simulate
from fastslow.models import check_agent
from fastslow.models.goal_directed import GoalDirected
from fastslow.models.goal_directed.subgoals import (
    SubgoalSeeker,
    along_one_way,
    betweenness,
    distances_and_paths,
)
from fastslow.tasks import GridWorld

TWO_ROOMS = GridWorld(size=5, walls=".....\n.....\n##.##\n.....\n.....", n_attempts=30)


def shortest_ways(adjacency, start, goal):
    """All shortest ways, by trying ever longer ones."""
    ways = [[start]]
    for _ in range(len(adjacency)):
        done = [way for way in ways if way[-1] == goal]
        if done:
            return done
        ways = [
            [*way, int(after)]
            for way in ways
            for after in np.flatnonzero(adjacency[way[-1]])
            if after not in way
        ]
    return []


def test_betweenness_is_the_share_of_shortest_ways(seed):
    rng = np.random.default_rng(seed)
    for _ in range(5):
        adjacency = rng.random((7, 7)) < 0.3
        np.fill_diagonal(adjacency, False)
        steps, n_ways = distances_and_paths(adjacency)
        expected = np.zeros(7)
        for start, goal in permutations(range(7), 2):
            ways = shortest_ways(adjacency, start, goal)
            assert n_ways[start, goal] == len(ways)
            assert steps[start, goal] == (len(ways[0]) - 1 if ways else np.inf)
            for way in ways:
                expected[way[1:-1]] += 1 / len(ways)
        np.testing.assert_allclose(betweenness(steps, n_ways), expected)


def test_the_gap_between_two_rooms_is_the_bottleneck():
    graph = TWO_ROOMS.layouts[0].graph
    score = betweenness(*distances_and_paths(graph.adjacency))
    assert set(np.argsort(score)[-3:].tolist()) == {7, 12, 17}


@pytest.mark.parametrize("choice", ["bottleneck", "all_bottlenecks", "random", "all_random"])
def test_contract(choice):
    check_agent(
        SubgoalSeeker(n_hidden=(4,), choice=choice).without("slow"),
        GridWorld(size=3, n_attempts=4), n=2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda: SubgoalSeeker(choice="middle"),
            "choice must be bottleneck, all_bottlenecks, random, all_random, got 'middle'",
        ),
        (lambda: SubgoalSeeker(n_bottlenecks=0), "n_bottlenecks must be at least 1, got 0"),
    ],
)
def test_misuse(change, message):
    with pytest.raises(ValueError, match=message):
        change()


def test_subgoals_are_bottlenecks_and_end_where_they_are_reached(seed):
    recording = simulate(TWO_ROOMS, SubgoalSeeker().without("slow"), n_lives=2, seed=seed)
    active = recording["active"].values
    subgoal = np.where(active, recording["subgoal"].values, -1)
    sought = subgoal >= 0
    assert sought.any()
    assert (subgoal[sought] != recording["position"].values[sought]).all()
    assert (subgoal[sought] != recording["goal"].values[sought]).all()
    first = subgoal[:, 0]
    later = np.isin(subgoal, [-1]) | (subgoal == first[:, None])
    assert later[active].all()  # none is chosen within an attempt
    late = first[40:][first[40:] >= 0]
    assert np.isin(late, [7, 12, 17]).mean() > 0.5


def test_all_bottlenecks_are_sought_in_the_order_in_which_they_come(seed):
    agent = SubgoalSeeker(choice="all_bottlenecks").without("slow")
    recording = simulate(TWO_ROOMS, agent, n_lives=2, seed=seed)
    recording = recording.isel(episode=recording["attempt"].isel(step=0) >= 20)
    crossed = 0
    for episode in range(recording.sizes["episode"]):
        one = recording.isel(episode=episode)
        active = one["active"].values
        subgoal, position = one["subgoal"].values[active], one["position"].values[active]
        changes = np.flatnonzero(np.diff(subgoal))
        for step in changes:  # the next comes where, and only where, one was reached
            assert position[step + 1] == subgoal[step]
        sought = [int(subgoal[0]), *subgoal[changes + 1].tolist()]
        if set(sought) >= {7, 12, 17}:
            rows = [state // 5 for state in sought if state in (7, 12, 17)]
            assert rows in ([1, 2, 3], [3, 2, 1])
            crossed += 1
    assert crossed


def test_one_way_leads_through_the_states_chosen(seed):
    rng = np.random.default_rng(seed)
    adjacency = TWO_ROOMS.layouts[0].graph.adjacency
    steps, _ = distances_and_paths(adjacency)
    start, goal = 0, 24
    states = rng.permutation(np.flatnonzero(steps[start] + steps[:, goal] == steps[start, goal]))
    states = states[~np.isin(states, [start, goal])]
    chosen = along_one_way(states, steps, start, goal)
    assert len(chosen) == steps[start, goal] - 1  # one at each distance
    ways = shortest_ways(adjacency, start, goal)
    assert [start, *chosen, goal] in [[int(state) for state in way] for way in ways]


def test_without_subgoals_it_is_the_goal_directed_agent(seed):
    lesioned = simulate(
        TWO_ROOMS, SubgoalSeeker().without("slow", "subgoals"), n_lives=2, seed=seed
    )
    plain = simulate(TWO_ROOMS, GoalDirected().without("slow"), n_lives=2, seed=seed)
    np.testing.assert_array_equal(lesioned["action"], plain["action"])
