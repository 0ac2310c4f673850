"""Learners beside the goal-directed agent: tables of goals, and hindsight."""

import numpy as np
import pytest

from fastslow.analysis.adaptation import solve_rate
from fastslow.data.simulate import simulate
from fastslow.models import check_agent
from fastslow.models.goal_directed.goal_tables import GoalTables
from fastslow.models.goal_directed.hindsight import HindsightDQN
from fastslow.tasks import Bandit, GridWorld, Lanes

WORLD = GridWorld(size=3, n_attempts=4)
TABLES = {
    "q": GoalTables(),
    "all_goals": GoalTables(all_goals=True),
    "dyna": GoalTables(n_planning=5),
    "dyna_plus": GoalTables(n_planning=5, bonus=1e-3),
    "successor": GoalTables(rule="successor", all_goals=True),
}
DEEP = HindsightDQN(n_hidden=(8,), batch_size=4, n_exploration=10)


def lived(agent, task, seed=0):
    play = task.play(1, Lanes(seed, 1, "task"))
    agent.begin(task, 1, Lanes(seed, 1, "agent"))
    now, steps = next(play), []
    for _ in range(task.n_steps):
        steps.append(now)
        now = play.send(agent.act(now)[0])
        if not now.active.any():
            break
    agent.act(now)
    return agent, steps


@pytest.mark.parametrize("agent", [*TABLES.values(), DEEP], ids=[*TABLES, "hindsight"])
def test_contract(agent):
    check_agent(agent, WORLD, n=2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda: GoalTables(rule="sarsa"), "rule must be q or successor, got 'sarsa'"),
        (lambda: GoalTables(n_planning=-1), "n_planning must not be negative, got -1"),
        (lambda: GoalTables().begin(Bandit(), 1, Lanes(0, 1)), "GoalTables needs observations"),
        (lambda: HindsightDQN().begin(Bandit(), 1, Lanes(0, 1)), "HindsightDQN needs observations"),
    ],
)
def test_misuse(change, message):
    with pytest.raises(ValueError, match=message):
        change()


# --- tables ---


def all_goal_values(next_state, discount):
    """Values of every action for every goal by sweeping until nothing changes, in plain loops."""
    n, k = next_state.shape
    q = np.zeros((n, k, n))
    for _ in range(3 * n):
        for s in range(n):
            for a in range(k):
                for g in range(n):
                    reached = next_state[s, a]
                    q[s, a, g] = 1.0 if reached == g else discount * q[reached, :, g].max()
    return q


def test_all_goals_at_rate_one_converge_to_the_values_of_the_maze(seed):
    task = GridWorld.drawn("..\n.#\n..", n_attempts=400, max_steps=8)
    agent = GoalTables(all_goals=True, learning_rate=1.0, discount=0.9, epsilon=1.0)
    agent, _ = lived(agent, task, seed)
    expected = all_goal_values(task.layouts[0].graph.next_state, 0.9)
    free = task.layouts[0].free
    np.testing.assert_allclose(agent._table[0][free], expected[free])


def test_one_goal_changes_nothing_for_others_and_planning_spreads_it(seed):
    task = GridWorld.drawn("S....G", n_attempts=1, max_steps=400)
    plain, _ = lived(GoalTables(epsilon=1.0), task, seed)
    assert np.flatnonzero(plain._table[0].any(axis=(0, 1))).tolist() in ([], [5])
    assert (plain._table[0] > 0).sum() <= 1  # one solved attempt teaches its last move
    planned, _ = lived(GoalTables(epsilon=1.0, n_planning=50), task, seed)
    assert (planned._table[0] > 0).sum() > 1


def test_successor_representation_counts_discounted_first_visits(seed):
    task = GridWorld.drawn("S..G", n_attempts=60, max_steps=20)
    agent = GoalTables(rule="successor", all_goals=True, learning_rate=1.0, discount=0.5,
                       epsilon=0.0)  # fmt: skip
    agent, _ = lived(agent, task, seed)
    right = task.actions.index("right")
    np.testing.assert_allclose(agent._table[0, 0, right, 1:], [1, 0.5, 0.25])


def test_a_bonus_grows_with_the_time_since_an_action_was_tried(seed):
    task = GridWorld.drawn("S....G", n_attempts=20, max_steps=30)
    with_bonus, _ = lived(GoalTables(n_planning=30, bonus=0.1, epsilon=0.0), task, seed)
    without, _ = lived(GoalTables(n_planning=30, epsilon=0.0), task, seed)
    assert with_bonus._table.max() > 1 >= without._table.max()
    assert (with_bonus._next[0, :5] >= 0).all()  # curiosity tries everything


@pytest.mark.parametrize("name", ["q", "dyna", "successor"])
def test_tables_learn_and_without_learning_they_do_not(name, seed):
    task = GridWorld(size=4, start=(0, 0), goal=(3, 3), n_attempts=60, max_steps=20)
    agent = TABLES[name]
    recording = simulate(task, agent, n_lives=4, seed=seed)
    blind = simulate(task, agent.without("learning"), n_lives=4, seed=seed)
    late, lesioned = (float(solve_rate(r, 40, 60).mean()) for r in (recording, blind))
    assert late > lesioned + 4 * np.sqrt(0.25 * 2 / 80)


def test_greedy_after_stops_learning_and_exploring(seed):
    task = GridWorld(size=3, n_attempts=20)
    recording = simulate(task, GoalTables(greedy_after=10, epsilon=0.5), n_lives=1, seed=seed)
    late = recording["policy"].isel(episode=slice(10, None)).values
    shown = late[recording["active"].isel(episode=slice(10, None)).values]
    best = shown > 0
    np.testing.assert_allclose(shown, best / best.sum(axis=1, keepdims=True), rtol=1e-6)


# --- hindsight ---


def test_every_move_is_stored_again_with_places_reached_later(seed):
    task = GridWorld(size=4, n_attempts=3, max_steps=6)
    agent, steps = lived(HindsightDQN(n_hidden=(4,), n_imagined=2, epsilon=1.0), task, seed)
    buffer, n_moves = agent._buffer, len(steps)
    assert buffer.count[0] == 3 * n_moves
    stored = {
        name: getattr(buffer, name)[0, : buffer.count[0]]
        for name in ("observation", "action", "reward", "ended", "next_observation")
    }
    own = [k for k in range(len(stored["reward"])) if k in _own_rows(steps, 2)]
    imagined = np.setdiff1d(np.arange(buffer.count[0]), own)
    goal = stored["observation"][imagined, 2:]
    place = stored["next_observation"][imagined, :2]
    np.testing.assert_array_equal(stored["reward"][imagined], (goal == place).all(axis=1))
    np.testing.assert_array_equal(stored["ended"][imagined], stored["reward"][imagined])
    visited = {tuple(step.observation[0, :2]) for step in steps}
    visited |= {tuple(p) for p in place.tolist()}
    assert {tuple(g) for g in goal.tolist()} <= visited
    assert stored["reward"][imagined].any()


def _own_rows(steps, n_imagined):
    """Rows of the buffer that hold the moves themselves: each episode's come before its imagined."""
    rows, row, length = set(), 0, 0
    starts = [bool(step.first[0]) for step in steps[1:]] + [True]
    for ended in starts:
        rows.add(row)
        row, length = row + 1, length + 1
        if ended:
            row, length = row + n_imagined * length, 0
    return rows


def test_without_hindsight_it_stores_its_moves_only(seed):
    task = GridWorld(size=4, n_attempts=3, max_steps=6)
    agent, steps = lived(DEEP.without("hindsight"), task, seed)
    assert agent._buffer.count[0] == len(steps)
