"""The agent in the arena: ways through remembered moves, search, replay of ways, lesions."""

from collections import deque
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import fastslow as fs
from fastslow.models import check_agent
from fastslow.models.goal_directed.ways import FAR_AWAY, NOTHING, look_ahead, moves_away, walk
from fastslow.models.integrated import Navigator
from fastslow.tasks.navigation import TwoGaps

SMALL = TwoGaps(size=5, far=4, detour=2, max_steps=8, n_rounds=1, event="closed")
AGENT = Navigator(key=SMALL.context_columns, end=SMALL.place_columns, threshold=0.95, n_units=6)


def partly_known(seed, k=6):
    """A map of the arena of which a third of the moves are not known."""
    graph, rng = SMALL.grid.graph, np.random.default_rng(seed)
    table = np.concatenate([graph.next_state, np.full((1, 4), graph.n_states)])
    known = rng.random((k, *table.shape)) < 2 / 3
    return np.where(known, table, graph.n_states), rng


def steps_by_queue(successor, start):
    """Breadth first, with a queue, in one lane."""
    steps, queue = {start: 0}, deque([start])
    while queue:
        here = queue.popleft()
        for after in successor[here]:
            if after != len(successor) - 1 and after not in steps:
                steps[after] = steps[here] + 1
                queue.append(after)
    return steps


def test_what_lies_ahead_against_a_queue(seed):
    successor, rng = partly_known(seed)
    start = rng.choice(SMALL.grid.free, len(successor))
    ahead = look_ahead(successor, start, depth=4)
    for lane, table in enumerate(successor):
        expected = steps_by_queue(table, start[lane])
        for state in range(SMALL.grid.n_states):
            steps = expected.get(state, 99)
            assert ahead.steps[lane, state] == min(steps, 5)
            if 0 < steps <= 4:
                after = table[start[lane], ahead.first[lane, state]]
                assert steps_by_queue(table, after)[state] == steps - 1


def test_ways_against_a_queue(seed):
    successor, rng = partly_known(seed)
    start, goal = rng.choice(SMALL.grid.free, (2, len(successor)))
    places, moves = walk(successor, start, goal)
    away = moves_away(successor, goal)
    for lane, table in enumerate(successor):
        expected = steps_by_queue(table, start[lane]).get(goal[lane])
        assert away[lane, start[lane]] == (FAR_AWAY if expected is None else expected)
        way = places[lane][places[lane] != NOTHING]
        assert way[0] == start[lane]
        assert len(way) == 1 + (expected or 0)
        for i in range(1, len(way)):
            assert table[way[i - 1], moves[lane, i]] == way[i]
        if expected is not None:
            assert way[-1] == goal[lane]


def test_contract(seed):
    check_agent(AGENT.initialized(SMALL, seed), SMALL, n=2, seed=seed)


@pytest.mark.parametrize("name", ["depth", "way_length"])
def test_misuse(name):
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        replace(AGENT, **{name: 0})


def rewired(seed, **settings):
    """A network whose weights are large enough for what it is fed to matter."""
    agent = replace(AGENT, **settings).initialized(SMALL, seed)
    return agent.with_weights({k: v * 2 for k, v in agent.weights.items()})


def lived(agent, task=SMALL, n=30, seed=0):
    return fs.simulate(task, agent, n, seed, record=("policy", "stored_cell", "operations"))


def test_search_leads_to_a_corner_that_paid_within_its_depth(seed):
    """Where search answers the policy is certain, and a corner is at most four moves away."""
    task = replace(SMALL, max_steps=60, event="recurrence")
    life = lived(rewired(seed), task, 8, seed)
    at_corner = np.isin(life.position.values, task.sites)
    certain = (life.policy.max("action_option") == 1).values & (life.stage.values == 1)
    trial, stage = life.trial.values, life.stage.values
    n_checked = 0
    for visit, step in zip(*np.nonzero(certain), strict=True):
        ahead = slice(step + 1, step + 5)
        same_trial = (trial[visit, ahead] == trial[visit, step]) & (stage[visit, ahead] >= 0)
        if len(same_trial) == 4 and same_trial.all():  # else it may have been put elsewhere
            assert at_corner[visit, ahead].any()
            n_checked += 1
    assert n_checked > 20
    without = lived(rewired(seed).without("search"), task, 4, seed)
    assert without.policy.max() < 1


def test_rest_changes_only_what_comes_back(seed):
    rested = lived(rewired(seed).without("search"), seed=seed)
    blank = lived(rewired(seed).without("search", "rest"), seed=seed)
    row = (rested.visit.isel(step=0) == 0).values
    for name in ("action", "stored_cell"):
        np.testing.assert_array_equal(rested[name].values[row], blank[name].values[row])
    assert "replay_state" in rested
    assert "replay_state" not in blank


def test_what_is_replayed_are_ways_past_an_empty_place_to_one_that_pays(seed):
    task = replace(SMALL, n_rounds=2, max_steps=80, event="news")
    life = lived(rewired(seed), task, n=8, seed=seed)
    next_state = task.grid.graph.next_state
    states, event_of = life.replay_state.values, life.event_of.values
    assert len(life.replay_event) > 10
    for event in range(len(life.replay_event)):
        way = states[event_of == event].astype(int)
        for here, after in pairwise(way):
            assert after in next_state[here]
        assert way[-1] in task.sites


def test_shuffled_ways_lead_anywhere(seed):
    task = replace(SMALL, n_rounds=2, max_steps=80)
    life = lived(rewired(seed).without("replayed_places"), task, n=8, seed=seed)
    last = life.replay_state.values[np.append(np.diff(life.event_of.values) > 0, True)]
    assert np.isin(last, task.sites).mean() < 0.5
