"""Explorers that count visits, their replay, and the two mazes of 2022."""

import numpy as np
import pytest

from fastslow.analysis.navigation import path_length, replayed_paths, solved
from fastslow.data.simulate import simulate
from fastslow.models import check_agent
from fastslow.models.goal_directed.explore_count import GoExploreCount, Record
from fastslow.tasks import Bandit, GridWorld, Lanes
from fastslow.tasks.navigation import unwalled, walled

CORRIDOR = GridWorld.drawn("S...G", observe="one_hot", n_attempts=4)
AGENTS = {
    "go_explore_count": GoExploreCount(),
    "go_explore": GoExploreCount(guide=(4, 4)).without("counts"),
    "explore_count": GoExploreCount(guide=(4, 4)).without("jump"),
    "random": GoExploreCount().without("jump", "counts"),
}


def lived(agent, task, n=1, seed=0):
    """The agent after a life, and the time steps it saw."""
    play = task.play(n, Lanes(seed, n, "task"))
    agent.begin(task, n, Lanes(seed, n, "agent"))
    now = next(play)
    for _ in range(task.n_steps):
        now = play.send(agent.act(now)[0])
        if not now.active.any():
            break
    agent.act(now)
    return agent


# --- mazes ---


def test_mazes_are_the_published_ones():
    assert unwalled().layouts[0].rows == (
        "..#...#...", "#..#......", "#.........", "........#.", "..........",
        "..........", ".........#", ".....#....", "#.....#...", "..........",
    )  # fmt: skip
    assert walled().layouts[0].rows == (
        "....#.....", "....#...#.", "....#...#.", "....#...#.", "....#...#.",
        "##.###.##.", "....#...#.", "........#.", "....#...#.", "....#...#.",
    )  # fmt: skip
    assert unwalled().layouts[0].actions == ("left", "right", "up", "down")
    assert walled(20, 20).shape == (20, 20)
    assert unwalled(20, 20).layouts[0].wall.sum() == 40


# --- contract ---


@pytest.mark.parametrize("agent", AGENTS.values(), ids=AGENTS)
def test_contract(agent):
    check_agent(agent, unwalled(5, 5, n_attempts=3), n=2)


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (Bandit(), "GoExploreCount simulates a GridWorld, Bandit is none"),
        (GridWorld(size=3, start=(0, 0), goal=(2, 2), slip=0.1), "must be without slip"),
        (GridWorld(size=3, start=(0, 0)), "needs one goal cell, the task has 'random'"),
        (GridWorld(size=3, start=((0, 0), (1, 1)), goal=(2, 2)), "needs one start cell"),
    ],
)
def test_misuse(task, message):
    with pytest.raises(ValueError, match=message):
        GoExploreCount().begin(task, 1, Lanes(0, 1))


# --- published numbers ---


@pytest.mark.parametrize(
    ("maze", "replay", "n_solved", "steps"),
    [
        (unwalled, False, 97, 41.5), (unwalled, True, 100, 62.0),
        (walled, False, 71, 63.1), (walled, True, 100, 64.0),
    ],
)  # fmt: skip
def test_explore_count_gives_the_published_numbers(maze, replay, n_solved, steps, seed):
    lesions = ("jump",) if replay else ("jump", "count_reset_replay")
    agent = GoExploreCount().without(*lesions)
    recording = simulate(maze(), agent, n_lives=1, seed=seed)
    reached = solved(recording)
    assert reached.sum() == n_solved
    assert round(float(path_length(recording).where(reached == 1).mean()), 1) == steps


# --- score and records ---


def test_score_by_hand():
    agent = GoExploreCount()
    record = Record(route=(0,) * 9, reward=1.0, intrinsic=-0.5, visits=3, selected=1)
    assert agent.score(record) == pytest.approx(10 + 3 - 10 * np.sqrt(3))
    assert agent.score(record, choosing_state=True) == pytest.approx(10 + 3 - 20)
    assert GoExploreCount(guide=(0, 0)).score(record) == pytest.approx(agent.score(record) - 5)


@pytest.mark.parametrize("agent", AGENTS.values(), ids=AGENTS)
@pytest.mark.parametrize("maze", [unwalled(n_attempts=12), walled(6, 6, n_attempts=12)])
def test_every_route_leads_to_its_state_in_as_many_moves(agent, maze, seed):
    memory = lived(agent, maze, seed=seed)._memory[0]
    graph = maze.layouts[0].graph
    assert len(memory) > 10
    for state, record in memory.items():
        at = 0
        for action in record.route:
            assert graph.bump[at, action] == 0
            at = graph.next_state[at, action]
        assert at == state
        assert len(record.route) == record.moves
        assert record.reward == (state == graph.n_states - 1)


def test_a_better_route_resets_both_counts():
    agent = lived(GoExploreCount(), CORRIDOR)
    memory = {2: Record(route=(1, 1, 1), reward=0.0, visits=5, selected=2)}
    agent._remember(memory, 2, (1, 1, 1))
    assert memory[2].visits == 5  # as long: not better
    agent._remember(memory, 2, (1, 1))
    assert (memory[2].moves, memory[2].visits, memory[2].selected) == (2, 0, 0)
    memory[4] = Record(route=(1,), reward=0.0)
    assert agent._remember(memory, 4, (1,) * 7).moves == 7  # more reward, though longer


# --- replay ---


def test_replay_runs_the_route_backwards_and_erases_its_counts(seed):
    task = GridWorld.drawn("S...G", observe="one_hot", n_attempts=1)
    recording = simulate(task, GoExploreCount(), n_lives=1, seed=seed)
    agent = lived(GoExploreCount(), task, seed=seed)
    assert all(agent._memory[0][state].visits == 0 for state in range(4))
    without = lived(GoExploreCount().without("count_reset_replay"), task, seed=seed)
    assert all(without._memory[0][state].visits > 0 for state in range(4))
    assert path_length(recording) == 4


def test_replay_events_are_recorded(seed):
    recording = simulate(CORRIDOR, GoExploreCount().without("jump"), n_lives=2, seed=seed)
    events = [event for episode in range(8) for event in replayed_paths(recording, episode)]
    assert {kind for kind, _ in events} == {"reverse"}
    assert all(states.tolist() == [3, 2, 1, 0] for _, states in events)
    assert len(events) >= 6  # of eight attempts; the rest of a life's last one is not recorded


def test_only_solved_attempts_are_replayed(seed):
    task = unwalled(n_attempts=8, max_steps=5)
    recording = simulate(task, GoExploreCount(), n_lives=1, seed=seed)
    assert solved(recording).sum() == 0
    assert "replay_state" not in recording


# --- jump and random moves ---


def test_a_jump_follows_a_remembered_route_and_counts_its_steps(seed):
    recording = simulate(walled(n_attempts=6), GoExploreCount(), n_lives=1, seed=seed)
    assert not recording["going"].isel(episode=0).any()
    assert recording["going"].sum() > 0
    assert (path_length(recording) <= 100).all()
    alone = simulate(walled(n_attempts=6), AGENTS["random"], n_lives=1, seed=seed)
    assert not alone["going"].any()


def test_random_moves_are_even_among_the_possible_ones(seed):
    recording = simulate(unwalled(n_attempts=20), AGENTS["random"], n_lives=2, seed=seed)
    assert not recording["bumped"].where(recording["active"], 0).any()
    here = (recording["position"] == 0) & recording["active"]  # right or down; down is a brick
    assert (recording["action"].values[here.values] == 1).all()
    here = (recording["position"] == 1) & recording["active"]  # left and down; right is a brick
    chosen = recording["action"].values[here.values]
    assert set(np.unique(chosen)) <= {0, 3}
    p_hat = (chosen == 0).mean()
    assert abs(p_hat - 0.5) < 4 * np.sqrt(0.25 / len(chosen))
