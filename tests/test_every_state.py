"""Every visited state is a start and a goal of backward replay, and what is lost without that."""

import numpy as np
import pytest

from fastslow.models import check_agent
from fastslow.models.goal_directed.replay import Episode, backward_samples
from fastslow.models.goal_directed.restricted_replay import RestrictedReplay
from fastslow.tasks import GridWorld, Lanes


def replayed(agent, task, seed):
    """All (start, goal, action) that backward replay trains on in a life of one lane."""
    play = task.play(1, Lanes(seed, 1, "task"))
    agent.begin(task, 1, Lanes(seed, 1, "agent"))
    fit, pairs = agent._network.fit, []

    def spy(inputs, targets, weights):
        width = agent._shape[1]
        for row, action, weight in zip(inputs[0], targets[0], weights[0], strict=True):
            if weight:
                x, y, goal_x, goal_y = row.astype(int).tolist()
                pairs.append((y * width + x, goal_y * width + goal_x, int(action)))
        return fit(inputs, targets, weights)

    agent._network.fit = spy
    now, moves = next(play), []
    for _ in range(task.n_steps):
        here = int(now.labels["position"][0])
        action = agent.act(now)[0]
        now = play.send(action)
        moves.append((here, int(action[0]), int(now.outcomes["state"][0])))
        if not now.active.any():
            break
    agent.act(now)
    return pairs, moves


def test_every_visited_state_is_a_start_and_a_goal(seed):
    """All pairs of an earlier and a later state, each with the action taken in the earlier."""
    task = GridWorld(size=4, n_attempts=1, max_steps=12)
    agent = RestrictedReplay(forward_replay="off", train_on_final=True)
    pairs, moves = replayed(agent, task, seed)
    expected = [
        (start, reached, action)
        for t, (_, _, reached) in enumerate(moves)
        for start, action, _ in moves[: t + 1]
    ]
    assert sorted(pairs) == sorted(expected)
    assert {start for start, _, _ in pairs} == {state for state, _, _ in moves}
    assert {goal for _, goal, _ in pairs} == {reached for _, _, reached in moves}


def test_backward_samples_of_random_walks(seed):
    rng = np.random.default_rng(seed)
    states, actions = rng.integers(0, 9, (2, 3, 8))
    episode, lanes = Episode(3, 8), np.arange(3)
    found = [set() for _ in lanes]
    for t in range(7):
        episode.add(lanes, states[:, t], actions[:, t])
        samples = backward_samples(episode, states[:, t + 1], "visited")
        for lane in lanes:
            rows = zip(*(array[lane] for array in samples), strict=True)
            found[lane] |= {(t, s, g, a) for s, g, a, weight in rows if weight}
    for lane in lanes:
        assert found[lane] == {
            (t, states[lane, k], states[lane, t + 1], actions[lane, k])
            for t in range(7)
            for k in range(t + 1)
        }


@pytest.mark.parametrize(("starts", "goals"), [("first", "visited"), ("visited", "task")])
def test_restrictions(starts, goals, seed):
    task = GridWorld(size=3, n_attempts=3, max_steps=30)
    agent = RestrictedReplay(forward_replay="off", train_on_final=True, starts=starts, goals=goals)
    pairs, moves = replayed(agent, task, seed)
    assert pairs
    if starts == "first":
        assert len({start for start, _, _ in pairs}) <= 3  # one for each attempt
        assert len({goal for _, goal, _ in pairs}) > 3
    else:
        assert len({goal for _, goal, _ in pairs}) <= 3
        assert len({start for start, _, _ in pairs}) > 3
    assert len(pairs) < len(moves) * 30


def test_contract_and_misuse():
    for starts, goals in (("first", "visited"), ("visited", "task")):
        agent = RestrictedReplay(n_hidden=(4,), starts=starts, goals=goals)
        check_agent(agent, GridWorld(size=3, n_attempts=2), n=2)
    with pytest.raises(ValueError, match="starts must be visited or first, got 'last'"):
        RestrictedReplay(starts="last")
