"""Finding the way: graphs, grids, the life of attempts, the published mazes and streams, arena."""

import itertools
from collections import deque
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from fastslow.analysis.navigation import (
    path_length,
    replayed_paths,
    solved,
    states_visited,
    steps_above_minimum,
    steps_above_shortest,
)
from fastslow.data.simulate import simulate
from fastslow.models import Agent
from fastslow.models.learners import Random
from fastslow.models.replay_agents import TabularQ
from fastslow.tasks import REST, Lanes, check_task
from fastslow.tasks.navigation import (
    AT_END,
    AT_START,
    LEFT_UP_RIGHT_DOWN,
    NOWHERE,
    UNREACHABLE,
    Arena,
    Distances,
    GraphWorld,
    Grid,
    GridWorld,
    StateGraph,
    linear_track,
    open_maze,
    shock_track,
    sleep_arena,
    t_maze,
    tan,
)

RING = StateGraph(np.array([[1, 2], [2, 0], [0, 1]]))
BACK = StateGraph(np.array([[2, 2], [0, 0], [1, 1]]))  # one way round only
GAP = "...\n#.#\n..."
OTHER_GAP = "...\n##.\n..."


def life(task, n, seed=0, choose=None):
    """All time steps, copied, and all actions of `n` lanes."""
    rng = np.random.default_rng(seed)
    choose = choose or (lambda now: rng.integers(0, task.action.n, n))
    play = task.play(n, Lanes(seed, n))
    now = next(play)
    seen, actions = [], []
    for _ in range(task.n_steps):
        seen.append(copied(now))
        actions.append(choose(now))
        now = play.send(actions[-1])
    return [*seen, copied(now)], np.array(actions)


def copied(now):
    arrays = [np.array(value) for value in now[:6]]
    return type(now)(*arrays, *({k: np.array(v) for k, v in d.items()} for d in now[6:]))


def column(seen, name, kind="labels"):
    """(n_steps + 1, n) of one label or outcome, or of a field."""
    if kind == "field":
        return np.array([getattr(now, name) for now in seen])
    return np.array([getattr(now, kind)[name] for now in seen])


def agrees(hits, p):
    """Whether events occur with probability p, within 4 standard errors."""
    hits = np.asarray(hits, bool)
    assert hits.size > 100
    return abs(hits.mean() - p) < 4 * np.sqrt(p * (1 - p) / hits.size)


def slow_distances(graph, goal):
    """Breadth first with a queue, from the goal along reversed moves."""
    found, queue = {goal: 0}, deque([goal])
    while queue:
        state = queue.popleft()
        for before in range(graph.n_states):
            if state in graph.next_state[before] and before not in found:
                found[before] = found[state] + 1
                queue.append(before)
    return [found.get(state, UNREACHABLE) for state in range(graph.n_states)]


def random_grid(rng, height=5, width=6, p_wall=0.3):
    signs = np.where(rng.random((height, width)) < p_wall, "#", ".")
    return Grid(tuple("".join(row) for row in signs))


# ---------------------------------------------------------------- graphs


def test_distances_agree_with_a_queue(seed):
    rng = np.random.default_rng(seed)
    for _ in range(5):
        graph = StateGraph(rng.integers(0, 12, (12, 2)))
        slow = np.array([slow_distances(graph, goal) for goal in range(12)])
        np.testing.assert_array_equal(graph.distances_to(np.arange(12)), slow)
        np.testing.assert_array_equal(graph.distances, slow.T)
        lazily, goal = Distances(graph), rng.integers(0, 12, 7)
        np.testing.assert_array_equal(lazily.to(goal), slow[goal])
        np.testing.assert_array_equal(lazily.to(goal[::-1]), slow[goal[::-1]])


def test_a_shortest_path_is_a_path_of_that_length(seed):
    rng = np.random.default_rng(seed)
    graph = StateGraph(rng.integers(0, 20, (20, 3)))
    for start, goal in rng.integers(0, 20, (30, 2)):
        if graph.distances[start, goal] == UNREACHABLE:
            with pytest.raises(
                ValueError, match=f"no way leads from state {start} to state {goal}"
            ):
                graph.shortest_path(start, goal)
            continue
        path = graph.shortest_path(start, goal)
        assert (path[0], path[-1]) == (start, goal)
        assert len(path) - 1 == graph.distances[start, goal]
        assert all(graph.adjacency[a, b] for a, b in itertools.pairwise(path))


def test_adjacency_and_transition():
    graph = StateGraph(np.array([[0, 1], [1, 1]]))
    assert graph.adjacency.tolist() == [[False, True], [False, False]]
    assert graph.transition.mean(axis=1).tolist() == [[0.5, 0.5], [0, 1]]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (np.zeros(3, int), r"must be \(n_states, n_actions\) ints, got int64 of shape \(3,\)"),
        (np.zeros((2, 2)), "ints, got float64"),
        (np.array([[2], [0]]), r"lead to states in \[0, 2\), got 0 to 2"),
    ],
)
def test_a_wrong_table_is_named(table, message):
    with pytest.raises(ValueError, match=message):
        StateGraph(table)
    with pytest.raises(ValueError, match=r"bump must have the shape \(3, 2\), got \(3,\)"):
        StateGraph(RING.next_state, np.zeros(3))


# ---------------------------------------------------------------- grids


def slow_move(grid, cell, action):
    """(cell reached, bump) by the sentence of the docstring."""
    x_y = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}[grid.actions[action]]
    row, column = cell[0] + x_y[0], cell[1] + x_y[1]
    if not (0 <= row < grid.height and 0 <= column < grid.width):
        return cell, 1
    return (cell, 2) if grid.rows[row][column] == "#" else ((row, column), 0)


def test_moves_agree_with_a_plain_loop(seed):
    rng = np.random.default_rng(seed)
    for _ in range(5):
        order = tuple(rng.permutation(LEFT_UP_RIGHT_DOWN).tolist())
        grid = replace(random_grid(rng), actions=order)
        for state in grid.free:
            for action in range(4):
                cell, bump = slow_move(grid, grid.cell(state), action)
                assert grid.graph.next_state[state, action] == grid.state(cell)
                assert grid.graph.bump[state, action] == bump


def test_the_orders_of_actions_are_the_papers():
    middle = Grid.open(3, 3).state((1, 1))
    replay = [Grid.open(3, 3).cell(s) for s in Grid.open(3, 3).graph.next_state[middle]]
    assert replay == [(0, 1), (2, 1), (1, 2), (1, 0)]  # up, down, right, left
    published = GridWorld(size=3)
    x_y = published._observe(published.layouts[0].graph.next_state[middle], np.zeros(4, int))
    assert x_y[:, :2].tolist() == [[0, 1], [1, 0], [2, 1], [1, 2]]  # x-1, y-1, x+1, y+1


def test_nothing_is_reached_through_walls():
    grid = Grid.drawn("S#G")
    assert grid.graph.distances[grid.starts[0], grid.goals[0]] == UNREACHABLE
    assert grid.graph.next_state[1].tolist() == [1, 1, 1, 1]
    assert Grid.drawn("S.G").graph.distances[0, 2] == 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Grid.drawn(""), "at least one cell"),
        (lambda: Grid.drawn("..\n..."), "row 1 has 3 cells and row 0 has 2"),
        (lambda: Grid.drawn("..\n.x"), "'x' in row 1 of a drawing is none of '#' a wall"),
        (lambda: Grid(("..",), ("up", "up")), "actions must be different moves"),
        (lambda: Grid(("..",), ("north",)), "actions must be among up, down, right, left"),
        (lambda: Grid.open(2, 3).state((2, 0)), r"cell \(2, 0\) is outside the grid of 2 rows and"),
        (lambda: Grid.drawn(".#").state((0, 1)), r"cell \(0, 1\) is a wall"),
    ],
)
def test_a_wrong_drawing_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# ---------------------------------------------------------------- the life of attempts

MAZES = {
    "open": GridWorld(size=4, n_attempts=3),
    "any size": GridWorld(size=(2, 7), n_attempts=3, observe="one_hot"),
    "walls that change": GridWorld(size=3, walls=((0, GAP), (2, OTHER_GAP)), n_attempts=4),
    "slip": GridWorld(size=3, n_attempts=3, slip=0.5, reward=(1, 4), reward_noise=0.1),
    "one start": GridWorld(size=3, start=(0, 0), n_attempts=3, rest="planning"),
    "routes": GridWorld(size=3, routes=(((0, 0), (2, 2)), ((1, 1), (0, 1))), slip=0.1, n_attempts=3),
    "graph": GraphWorld(RING, n_attempts=4, max_steps=5),
    "graph with rests": GraphWorld(RING, goal=(0, 2), n_attempts=4, rest="planning"),
    "graph that changes": GraphWorld(((0, RING), (1, BACK), (3, RING)), n_attempts=4, max_steps=5),
    "linear track": linear_track(n_attempts=3, max_steps=60, reward=(1, 4)),
    "open maze": open_maze(n_attempts=2, max_steps=120),
    "T-maze": t_maze(n_attempts=4, max_steps=60),
    "sleep arena": sleep_arena(n_attempts=4, max_steps=40, reward=(1, 0)),
    "arena": Arena(size=3, max_steps=20),
    "arena with barcodes": Arena(size=3, walls=GAP, n_contexts=4, barcode_size=2, max_steps=12),
    "arena with rests": Arena(size=3, max_steps=12, rest="finds"),
    "arena with sleep": Arena(size=3, max_steps=6, n_finds=1, rest="visits"),
}  # fmt: skip
FIXED = {
    "shock track": shock_track(n_attempts=3, max_steps=30),
    "alternating T-maze": t_maze(alternate=True, n_attempts=4, max_steps=60, reward_noise=0.0),
    "dynamic": tan.dynamic(size=4, n_attempts=4, change_every=2),
    "static": tan.static(size=4, n_attempts=2),
}
every_maze = pytest.mark.parametrize("task", MAZES.values(), ids=MAZES)


@every_maze
@pytest.mark.parametrize("n", [1, 5])
def test_every_maze_keeps_the_contract(task, n, seed):
    check_task(task, n=n, seed=seed)


@pytest.mark.parametrize("task", FIXED.values(), ids=FIXED)
def test_mazes_without_chance_keep_the_contract(task, seed):
    check_task(task, seed=seed, deterministic=True)


@every_maze
def test_what_was_shown_is_never_altered(task, seed):
    rng = np.random.default_rng(seed)
    play = task.play(6, Lanes(seed, 6))
    kept = [next(play)]
    copies = [copied(kept[0])]
    for _ in range(task.n_steps):
        kept.append(play.send(rng.integers(0, task.action.n, 6)))
        copies.append(copied(kept[-1]))
    for shown, copy in zip(kept, copies, strict=True):
        for one, other in zip(shown[:6], copy[:6], strict=True):
            np.testing.assert_array_equal(one, other)
        for one, other in zip(shown[6:], copy[6:], strict=True):
            for name in one:
                np.testing.assert_array_equal(one[name], other[name])


def slow_lives(task, starts, goals, actions, sizes):
    """One lane by the Methods: rows of what should be recorded, from the actions that were sent."""
    attempt, steps, rewarded, rows = 0, 0, False, []
    cell, resting, sent = starts[0], 0, iter(actions)
    came_from = NOWHERE
    while attempt < task.n_attempts:
        layout = sum(attempt >= change for change in task.changes[1:])
        grid, goal = task.layouts[layout], goals[attempt]
        row = {"position": grid.state(cell), "attempt": attempt, "planning": resting,
               "previous_position": came_from, "first": steps == 0}  # fmt: skip
        action = next(sent)
        row |= {"state": NOWHERE, "bumped": 0, "solved": False, "reward": 0.0, "discount": 1.0}
        ended = resting == AT_END
        if not resting:
            came_from = grid.state(cell)
            cell, bump = slow_move(grid, cell, action)
            steps += 1
            row |= {"state": grid.state(cell), "bumped": bump, "solved": cell == goal}
            row["reward"] = float(sizes[attempt]) if cell == goal else 0.0
            rewarded |= row["reward"] != 0
            arrived = cell == goal or cell in task.traps
            ended = arrived or steps == task.steps_per_attempt
            if ended or resting == AT_END:
                row["discount"] = 0.0
            if task.rest == "planning" and rewarded and arrived:
                resting, ended = AT_END, False
            elif task.rest == "planning" and rewarded and steps == 1 and not ended:
                resting = AT_START
        elif resting == AT_END:
            row["discount"] = 0.0
        else:
            resting = 0
        rows.append(row)
        if ended:
            attempt, steps, resting, came_from = attempt + 1, 0, 0, NOWHERE
            cell = starts[min(attempt, task.n_attempts - 1)]
    return rows


@pytest.mark.parametrize("rest", ["none", "planning"])
@pytest.mark.parametrize(
    "settings",
    [
        {"size": 3},
        {"size": 3, "walls": ((0, GAP), (2, OTHER_GAP), (3, "")), "reward": (0, 1)},
        {"size": (1, 3), "max_steps": 2, "reward": (-1, 0, 4)},
        {"size": (2, 3), "traps": ((0, 2),), "goal": ((0, 0), (0, 2)), "start": (1, 1)},
    ],
)
def test_lives_agree_with_a_plain_loop(settings, rest, seed):
    task = GridWorld(**settings, n_attempts=6, rest=rest)
    seen, actions = life(task, 8, seed)
    active, attempt = column(seen, "active", "field"), column(seen, "attempt")
    for lane in range(8):
        starts, goals, sizes = {}, {}, {}
        for now in seen:
            if now.active[lane]:
                k = int(now.labels["attempt"][lane])
                starts.setdefault(k, task.layouts[0].cell(now.labels["start"][lane]))
                goals.setdefault(k, task.layouts[0].cell(now.labels["goal"][lane]))
                sizes.setdefault(k, now.labels["reward_size"][lane])
        rows = slow_lives(task, starts, goals, actions[:, lane], sizes)
        assert len(rows) == active[:, lane].sum()
        assert attempt[len(rows), lane] == task.n_attempts
        for t, row in enumerate(rows):
            now, then = seen[t], seen[t + 1]
            found = {"position": now.labels["position"], "attempt": now.labels["attempt"],
                     "first": now.first, "reward": then.reward, "discount": then.discount,
                     **then.outcomes}  # fmt: skip
            if rest == "planning":
                found |= {name: now.labels[name] for name in ("planning", "previous_position")}
                assert (now.phase[lane] == REST) == (row["planning"] > 0)
            else:
                assert row["planning"] == 0
            for name in set(row) & set(found):
                assert found[name][lane] == row[name], (name, t)


def test_distances_are_those_from_here_around_the_walls_of_now(seed):
    task = GridWorld(size=3, walls=((0, GAP), (2, OTHER_GAP)), n_attempts=5)
    seen, _ = life(task, 10, seed)
    for now in seen:
        for lane in np.flatnonzero(now.active):
            label = {name: int(value[lane]) for name, value in now.labels.items()}
            grid = task.layouts[int(label["attempt"] >= 2)]
            here, goal = grid.cell(label["position"]), grid.cell(label["goal"])
            way = slow_distances(grid.graph, label["goal"])[label["position"]]
            assert label["shortest_path"] == way
            assert label["manhattan"] == abs(here[0] - goal[0]) + abs(here[1] - goal[1])


def test_starts_and_goals_are_uniform_and_never_the_same(seed):
    task = GridWorld(size=2, walls="..\n.#", n_attempts=200, max_steps=1)
    seen, _ = life(task, 20, seed)
    start, goal = (column(seen, name)[:-1].ravel() for name in ("start", "goal"))
    assert (start != goal).all()
    assert set(start) == {0, 1, 2}
    for one in range(3):
        for other in {0, 1, 2} - {one}:
            assert agrees((start == one) & (goal == other), 1 / 6)


def test_a_random_start_avoids_the_goal_and_covers_all_else(seed):
    seen, _ = life(replace(open_maze(), n_attempts=300, max_steps=1, rest="none"), 20, seed)
    start = column(seen, "start")[:-1].ravel()
    free = np.setdiff1d(open_maze().layouts[0].free, 8)
    assert np.array_equal(np.unique(start), free)
    assert stats.chisquare(np.bincount(start)[free]).pvalue > 1e-4


@pytest.mark.parametrize("slip", [0.0, 0.2, 1.0])
def test_a_slip_is_one_of_the_other_moves(slip, seed):
    graph = StateGraph(np.tile(np.arange(4), (4, 1)))  # action k leads to state k
    task = GraphWorld(graph, start=3, goal=0, slip=slip, max_steps=3, n_attempts=200)
    seen, actions = life(task, 30, seed)
    acted = column(seen, "active", "field")[:-1]
    moved = column(seen, "state", "outcomes")[1:]
    slipped = column(seen, "slipped", "outcomes")[1:][acted]
    assert ((moved != actions)[acted] == slipped).all()
    assert slipped.any() == (slip > 0)
    assert agrees(slipped, slip) or slip in (0, 1)
    if slip == 1:
        assert slipped.all()
    if slip:
        offset = ((moved - actions) % 4)[acted][slipped]
        for other in (1, 2, 3):
            assert agrees(offset == other, 1 / 3)


def test_slip_leaves_starts_and_goals_as_they_were(seed):
    still = GridWorld(size=4, n_attempts=30, max_steps=1)
    with_slip, _ = life(replace(still, slip=0.9), 5, seed)
    without, _ = life(still, 5, seed)
    for name in ("start", "goal"):
        np.testing.assert_array_equal(column(with_slip, name)[0], column(without, name)[0])


def earned(task, n, seed):
    seen, _ = life(task, n, seed)
    reached = column(seen, "solved", "outcomes")[1:]
    size = column(seen, "reward_size")[:-1][reached]
    reward = column(seen, "reward", "field")[1:]
    assert not reward[~reached].any()
    return reward[reached], size


NEXT_DOOR = GridWorld(size=(1, 2), start=(0, 0), goal=(0, 1), max_steps=1, n_attempts=400)


def test_each_attempt_draws_one_of_several_rewards(seed):
    reward, size = earned(replace(NEXT_DOOR, reward=(1, 4)), 10, seed)
    assert set(reward) == {1, 4}
    np.testing.assert_array_equal(reward, size)
    assert agrees(reward == 4, 0.5)


def test_noise_is_gaussian_and_cut_at_zero(seed):
    reward, _ = earned(replace(NEXT_DOOR, reward_noise=1.0), 20, seed)
    assert (reward >= 0).all()
    assert agrees(reward == 0, stats.norm.cdf(-1))
    above = reward[reward > 0]
    assert stats.kstest(above, stats.truncnorm(-1, np.inf, loc=1).cdf).pvalue > 1e-4


def test_noise_spares_omitted_and_negative_rewards(seed):
    reward, size = earned(replace(NEXT_DOOR, reward=(0, -1), reward_noise=0.5), 10, seed)
    np.testing.assert_array_equal(reward, size)


def test_observations(seed):
    seen, _ = life(MAZES["any size"], 4, seed)
    place = column(seen, "observation", "field")
    np.testing.assert_array_equal(place.argmax(axis=2), column(seen, "position"))
    assert (place.sum(axis=2) == 1).all()
    seen, _ = life(replace(MAZES["any size"], observe="coordinates"), 4, seed)
    x, y, goal_x, goal_y = np.moveaxis(column(seen, "observation", "field"), 2, 0)
    np.testing.assert_array_equal(y * 7 + x, column(seen, "position"))
    np.testing.assert_array_equal(goal_y * 7 + goal_x, column(seen, "goal"))


def test_large_worlds_are_no_trouble(seed):
    task = GridWorld(size=100, n_attempts=4, max_steps=3)
    seen, _ = life(task, 8, seed)
    assert (column(seen, "shortest_path") == column(seen, "manhattan")).all()
    assert column(seen, "shortest_path").max() > 20


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_attempts": 0}, "n_attempts must be at least 1, got 0"),
        ({"max_steps": 0}, "max_steps must be at least 1, got 0"),
        ({"slip": 1.5}, r"slip must be in \[0, 1\], got 1.5"),
        ({"reward": ()}, "reward must be a number or several, got none"),
        ({"reward_noise": -1}, "reward_noise must not be negative, got -1"),
        ({"n_backups": -1}, "n_backups must not be negative, got -1"),
        ({"rest": "sleep"}, "rest must be none or planning, got 'sleep'"),
        ({"observe": "walls"}, "observe must be coordinates or one_hot, got 'walls'"),
        ({"actions": ("up", "down")}, "actions must order up, down, right, left"),
        ({"start": "here"}, r"start must be 'random' or a \(row, column\), got 'here'"),
        (
            {"start": (0, 0), "goal": (0, 0)},
            r"must be able to differ, got the states \[0\] and \[0\]",
        ),
        ({"goal": (3, 0)}, r"cell \(3, 0\) is outside the grid of 3 rows"),
        ({"walls": GAP, "goal": (1, 0)}, r"cell \(1, 0\) is a wall"),
        ({"walls": "..\n.."}, "walls from attempt 0 are drawn on 2 x 2 cells, size is 3 x 3"),
        ({"walls": ((2, GAP), (2, GAP))}, r"walls must change at rising attempts, got \[0, 2, 2\]"),
        ({"walls": "...\n###\n..."}, r"walls cut cell \(2, 0\) off from cell \(0, 0\)"),
        ({"walls": "###\n###\n###"}, r"must be able to differ, got the states \[\]"),
        (
            {"walls": ((3, "...\n###\n..."),), "routes": (((0, 0), (2, 2)),)},
            r"walls cut cell \(0, 0\) off from cell \(2, 2\)",
        ),
        ({"routes": (((0, 1), (0, 1)),)}, r"must be able to differ, got the states \[1\]"),
        ({"walls": ((-1, GAP),)}, r"walls must change at rising attempts, got \[0, -1\]"),
        ({"traps": ((0, 5),)}, r"cell \(0, 5\) is outside"),
    ],
)
def test_wrong_settings_of_a_grid_world(settings, message):
    with pytest.raises(ValueError, match=message):
        GridWorld(**{"size": 3, **settings})


def test_a_route_need_not_be_open_while_it_is_not_run():
    closed = "...\n###\n..."
    routes = (((0, 0), (2, 2)), ((0, 0), (0, 2)))
    GridWorld(size=3, walls=((1, closed), (2, "")), routes=routes, n_attempts=9)
    with pytest.raises(ValueError, match="cut"):
        GridWorld(size=3, walls=((1, closed), (3, "")), routes=routes, n_attempts=9)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"start": "home"}, "start must be 'random' or states, got 'home'"),
        ({"goal": 3}, "goal must be among states 0 to 2, got 3"),
        ({"start": 1, "goal": 1}, r"must be able to differ, got the states \[1\]"),
        ({"graph": StateGraph(np.array([[0], [0]]))}, "no way leads from state 0 to 1"),
        ({"slip": -1}, "slip must be in"),
        ({"graph": ((1, RING),)}, r"must hold from attempt 0 and then from rising ones, got \[1\]"),
        ({"graph": ((0, RING), (4, RING), (4, BACK))}, r"rising ones, got \[0, 4, 4\]"),
        (
            {"graph": ((0, RING), (2, StateGraph(np.array([[1], [0]]))))},
            r"from attempt 2 has \(2, 1\) states and actions, the first has \(3, 2\)",
        ),
        (
            {"graph": ((0, RING), (2, StateGraph(np.array([[0, 0], [2, 0], [0, 1]]))))},
            "no way leads from state 0 to 1 from attempt 2 on",
        ),
    ],
)
def test_wrong_settings_of_a_graph_world(settings, message):
    with pytest.raises(ValueError, match=message):
        GraphWorld(**{"graph": RING, **settings})


# ---------------------------------------------------------------- the published mazes


def from_one(*cells):
    """Cells as the published program counts them, from 1."""
    return {(row - 1, column - 1) for row, column in cells}


def walls_of(task):
    (grid,) = task.layouts
    return {tuple(cell) for cell in np.argwhere(grid.wall)}


def test_linear_track():
    task = linear_track()
    assert task.shape == (3, 10)
    assert walls_of(task) == from_one(*((2, column) for column in range(1, 11)))
    assert [set(route) for route in task.routes] == [from_one((1, 1), (1, 10)), from_one((3, 10), (3, 1))]  # fmt: skip
    assert [task.layouts[0].graph.distances[start, goal] for start, goal in task.course.routes] == [
        9,
        9,
    ]
    assert (task.n_attempts, task.n_backups, task.reward, task.reward_noise) == (50, 20, 1, 0.1)
    assert task.actions == ("up", "down", "right", "left")


def test_open_maze():
    task = open_maze()
    walls = [*((row, 3) for row in (2, 3, 4)), *((row, 8) for row in (1, 2, 3)), (5, 6)]
    assert task.shape == (6, 9)
    assert walls_of(task) == from_one(*walls)
    assert {task.goal} == from_one((1, 9))
    start = open_maze(start=(2, 0))
    seen, _ = life(replace(start, max_steps=1, n_attempts=1), 3)
    assert (column(seen, "start")[0] == task.layouts[0].state((2, 0))).all()
    assert (column(seen, "shortest_path")[0] == 14).all()


def test_shock_track(seed):
    task = shock_track()
    assert (task.shape, walls_of(task), task.start, task.goal) == ((1, 10), set(), (0, 0), (0, 9))
    seen, _ = life(replace(task, n_attempts=1, max_steps=9, rest="none"), 2, seed, right)
    assert column(seen, "reward", "field")[-1].tolist() == [-1, -1]
    assert not shock_track(reward=0).reward


def right(now):
    return np.full(len(now.reward), 2)


def test_sleep_arena_pays_in_one_arm_only(seed):
    task = sleep_arena()
    assert task.shape == (2, 5)
    assert walls_of(task) == from_one((2, 1), (2, 2), (2, 4), (2, 5))
    assert [{task.start}, {task.goal}, set(task.traps)] == [
        from_one((2, 3)), from_one((1, 5)), from_one((1, 1))
    ]  # fmt: skip
    seen, _ = life(replace(task, n_attempts=30, max_steps=60, rest="none"), 10, seed)
    state, reward = column(seen, "state", "outcomes")[1:], column(seen, "reward", "field")[1:]
    over = column(seen, "first", "field")[1:]
    assert set(np.unique(reward.nonzero() and state[reward > 0])) == {4}
    assert over[(state == 0)].mean() > 0.9  # all but the last of a life begin another attempt
    assert (state == 0).sum() > 50


def test_t_maze(seed):
    seen, _ = life(t_maze(n_attempts=60, max_steps=1, rest="none"), 20, seed)
    goal = column(seen, "goal")[:-1]
    assert set(goal.ravel()) == {0, 6}
    assert agrees(goal == 0, 0.5)
    seen, _ = life(t_maze(alternate=True, n_attempts=4, max_steps=1, rest="none"), 2, seed)
    assert column(seen, "goal")[:-1, 0].tolist() == [0, 6, 0, 6]
    assert column(seen, "shortest_path")[0, 0] == 4 + 3
    for name in ("stem", "arm"):
        with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
            t_maze(**{name: 0})


def test_rests_come_after_the_first_step_and_at_the_goal_once_a_reward_came(seed):
    """A lane runs straight to the goal; rests need the start, then the cell before the goal."""
    task = replace(linear_track(), n_attempts=3, max_steps=20, reward_noise=0.0)
    ahead = {0: 2, 1: 3, 2: 2}  # right, left, right

    def straight(now):
        return np.array([ahead[min(int(k), 2)] for k in now.labels["attempt"]])

    seen, _ = life(task, 2, seed, straight)
    rests = [
        (int(now.labels["attempt"][0]), int(now.labels["planning"][0]),
         int(now.labels["previous_position"][0]), int(now.labels["position"][0]))
        for now in seen if now.active[0] and now.phase[0] == REST
    ]  # fmt: skip
    assert rests == [
        (0, AT_END, 8, 9),  # no rest after the first step of the first lap
        (1, AT_START, 29, 28),
        (1, AT_END, 21, 20),
        (2, AT_START, 0, 1),
        (2, AT_END, 8, 9),
    ]


# ---------------------------------------------------------------- Tan & Motani's streams


def test_the_published_stream_has_its_published_constants():
    task = tan.dynamic()
    manhattan = np.array([abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in task.routes])
    layout = [int(attempt >= 50) for attempt in range(100)]
    shortest = np.array(
        [task.layouts[k].graph.distances[s, g] for k, (s, g) in zip(layout, task.course.routes, strict=True)]
    )  # fmt: skip
    for values, expected in (
        (manhattan, (336, 347, 683)),
        (shortest, (370, 385, 755)),
        (shortest - manhattan, (34, 38, 72)),
        (100 - manhattan, (4664, 4653, 9317)),
    ):
        assert (values[:50].sum(), values[50:].sum(), values.sum()) == expected
    x_y = [((start[1], start[0]), (goal[1], goal[0])) for start, goal in task.routes[:3]]
    assert x_y == [((5, 0), (3, 3)), ((5, 8), (0, 0)), ((8, 8), (6, 2))]
    assert (shortest > manhattan).sum() == 17
    across = [
        (start[k] - 5) * (goal[k] - 5) < 0
        for k, (start, goal) in zip(layout, task.routes, strict=True)
    ]
    assert all(np.array(across)[shortest > manhattan])  # the gap is on the way
    assert [grid.wall.sum() for grid in task.layouts] == [9, 9]
    assert task.changes.tolist() == [0, 50]


def test_another_generator_has_other_constants():
    rng = np.random.default_rng(0)
    routes = [[tuple(rng.integers(0, 10, 2)) for _ in range(2)] for _ in range(100)]
    assert sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in routes) != 683


@pytest.mark.parametrize("attempt", [0, 3, 61, 99])
def test_the_generator_is_handed_on_as_the_draws_left_it(attempt):
    stream = np.random.RandomState(attempt)
    middle = (lambda x, y: y == 5 and x != 5) if attempt < 50 else (lambda x, y: x == 5 and y != 5)
    draws = [stream.randint(0, 10) for _ in range(4)]
    start, goal = draws[:2], draws[2:]
    while middle(*start):
        start = [stream.randint(0, 10), stream.randint(0, 10)]
    while middle(*goal) or goal == start:
        goal = [stream.randint(0, 10), stream.randint(0, 10)]
    route = tan.dynamic().routes[attempt]
    assert route == ((start[1], start[0]), (goal[1], goal[0]))
    handed = tan.attempt_stream(attempt)
    assert handed.randint(0, 1000, 20).tolist() == stream.randint(0, 1000, 20).tolist()


@dataclass
class LeastTried(Agent):
    """The published agent with neither of its systems: what was done least here, ties lowest."""

    ties: str = "lowest"
    parts: ClassVar[dict[str, str]] = {}

    def begin(self, task, n, rng):
        self._rng, self._size = rng, task.shape[1]
        self._tried = np.zeros((n, task.shape[0] * task.shape[1], 4))

    def act(self, now):
        x, y = now.observation[:, 0], now.observation[:, 1]
        state, lanes = (y * self._size + x).astype(int), np.arange(len(x))
        self._tried[now.first] = 0
        jitter = self._rng.random(4) * (0.5 if self.ties == "random" else 0)
        action = (self._tried[lanes, state] + jitter).argmin(axis=1)
        self._tried[lanes, state, action] += 1
        return action, {}


def published_score(recording):
    reached = solved(recording, fewer_than=100).values
    above = steps_above_minimum(recording).values
    halves = (slice(0, 50), slice(50, 100), slice(None))
    return [int(reached[h].sum()) for h in halves], [int(above[h].sum()) for h in halves]


def test_the_published_agent_without_its_systems_scores_as_published():
    recording = simulate(tan.dynamic(), LeastTried(), n_lives=1)
    assert published_score(recording) == ([13, 9, 22], [3894, 4146, 8040])
    assert path_length(recording).values[:7].tolist() == [100, 76, 100, 51, 6, 100, 60]
    excess = steps_above_minimum(recording) - steps_above_shortest(recording)
    assert int(excess.sum()) == 72


def test_the_same_agent_with_random_ties_does_not(seed):
    recording = simulate(tan.dynamic(), LeastTried(ties="random"), n_lives=1, seed=seed)
    assert published_score(recording) != ([13, 9, 22], [3894, 4146, 8040])


def test_static_task():
    task = tan.static()
    assert (task.layouts[0].wall.sum(), task.n_attempts, task.steps_per_attempt) == (0, 100, 100)
    seen, _ = life(replace(task, n_attempts=1, max_steps=1), 1)
    assert column(seen, "shortest_path")[0] == 18


# ---------------------------------------------------------------- the arena


def test_each_context_has_a_goal_and_a_barcode_of_its_own(seed):
    task = Arena(size=4, n_contexts=4, n_exposures=3, barcode_size=3, max_steps=6)
    seen, _ = life(task, 20, seed)
    for lane in range(20):
        goals, codes, visits = {}, {}, {}
        for now in seen[:-1]:
            if not now.active[lane]:
                continue
            label = {name: int(value[lane]) for name, value in now.labels.items()}
            context = label["context"]
            goals.setdefault(context, set()).add(label["goal"])
            codes.setdefault(context, set()).add(tuple(now.observation[lane, 16:19]))
            visits.setdefault(context, []).append((label["attempt"], label["exposure"]))
        assert all(len(found) == 1 for found in [*goals.values(), *codes.values()])
        assert len({tuple(found) for found in goals.values()}) == 4
        assert len({tuple(found) for found in codes.values()}) == 4
        for pairs in visits.values():
            assert [exposure for _, exposure in sorted(set(pairs))] == [1, 2, 3]


def test_a_find_is_followed_by_another_place_and_the_visit_by_an_end(seed):
    task = Arena(size=3, walls=GAP, max_steps=40)
    seen, actions = life(task, 20, seed)
    n_found = n_full = 0
    for now, then, action in zip(seen, seen[1:], actions, strict=False):
        for lane in np.flatnonzero(now.active):
            here, goal = now.labels["position"][lane], now.labels["goal"][lane]
            cell, bump = slow_move(task.grid, task.grid.cell(here), action[lane])
            target = task.grid.state(cell)
            found = target == goal
            assert then.outcomes["state"][lane] == target
            assert then.outcomes["bumped"][lane] == bump
            assert then.outcomes["solved"][lane] == found
            assert then.reward[lane] == found
            n_found += found
            last = found and now.labels["find"][lane] == 2
            n_full += last
            if last:
                assert then.discount[lane] == 0
                assert then.first[lane] == then.active[lane]
            elif found and not then.first[lane] and then.active[lane]:
                assert then.discount[lane] == 1
                assert then.labels["position"][lane] == then.labels["start"][lane] != goal
                assert then.labels["find"][lane] == now.labels["find"][lane] + 1
            elif then.active[lane] and not then.first[lane]:
                assert then.labels["position"][lane] == target
                assert then.labels["start"][lane] == now.labels["start"][lane]
            assert (then.discount[lane] == 0) == (then.first[lane] or not then.active[lane])
            place = now.observation[lane, :9]
            assert place.argmax() == here
            assert place.sum() == 1
            if not then.first[lane]:
                assert then.observation[lane, 9] == (bump > 0)
            else:
                assert then.observation[lane, 9] == 0
    assert n_found > 50  # or else little was tested
    assert n_full > 5
    steps = [np.diff(np.flatnonzero([*first, True])) for first in column(seen, "first", "field").T]
    assert max(np.concatenate(steps)) <= 2 * 40 + 40


@pytest.mark.parametrize("rest", ["finds", "visits"])
def test_rests_in_the_arena(seed, rest):
    task = Arena(size=3, max_steps=14, n_finds=2, n_exposures=4, rest=rest)
    seen, _ = life(task, 30, seed)
    n_rests = n_ends = 0
    for before, now, after in zip(seen, seen[1:], seen[2:], strict=False):
        resting = now.phase == REST
        np.testing.assert_array_equal(now.labels["planning"], np.where(resting, 2, 0))
        moved = before.active & (before.phase != REST)
        due = now.outcomes["solved"] if rest == "finds" else now.discount == 0
        np.testing.assert_array_equal(resting[moved], due[moved])
        for lane in np.flatnonzero(resting):
            assert now.active[lane]
            assert not now.first[lane]
            assert now.labels["position"][lane] == now.outcomes["state"][lane]
            assert after.outcomes["state"][lane] == -1  # no move
            assert not after.outcomes["solved"][lane]
            assert after.reward[lane] == 0
            ended = now.discount[lane] == 0
            assert ended == (after.first[lane] or not after.active[lane])
            if after.active[lane]:
                assert after.labels["position"][lane] == after.labels["start"][lane]
                assert after.labels["goal"][lane] != after.labels["position"][lane]
            n_rests, n_ends = n_rests + 1, n_ends + ended
    assert n_ends > 30
    assert n_rests > n_ends or rest == "visits"


def test_the_same_worlds_with_and_without_sleep(seed):
    """Rests take nothing from the random numbers of goals, contexts and barcodes."""
    lives = [life(Arena(size=3, barcode_size=4, rest=rest), 10, seed)[0][0]
             for rest in ("none", "visits")]  # fmt: skip
    for name in ("goal", "context", "position"):
        np.testing.assert_array_equal(*(now.labels[name] for now in lives))


def test_an_animal_replays_where_it_has_found_the_goal(seed):
    task = Arena(size=7, n_contexts=1, n_exposures=4, max_steps=120, rest="finds")
    taught = simulate(task, TabularQ(), 40, seed)
    alone = simulate(task, TabularQ().without("replay"), 40, seed)
    planning = taught.planning.values[taught.replay_episode, taught.replay_step]
    assert (planning == AT_END).all()
    assert len(planning) > (taught.planning == AT_END).sum()  # more than one path a rest
    steps = [path_length(lives).groupby("life").mean(...) for lives in (taught, alone)]
    assert stats.ttest_rel(*steps, alternative="less").pvalue < 1e-3


def test_ways_of_a_graph_open_and_close(seed):
    task = GraphWorld(((0, RING), (2, BACK)), start=0, goal=1, n_attempts=5, max_steps=6)
    recording = simulate(task, Random(), 40, seed)
    table = np.where((recording.attempt.values < 2)[..., None], *(
        graph.next_state[recording.position.values] for graph in (RING, BACK)
    ))  # fmt: skip
    led = np.take_along_axis(table, recording.action.values[..., None], axis=2)[..., 0]
    acted = recording.active.values
    np.testing.assert_array_equal(recording.state.values[acted], led[acted])
    shortest = recording.shortest_path.isel(step=0)
    assert set(shortest.values[recording.attempt.isel(step=0) < 2]) == {1}
    assert set(shortest.values[recording.attempt.isel(step=0) >= 2]) == {2}


def test_places_in_the_arena_are_uniform(seed):
    task = Arena(size=2, n_contexts=1, n_exposures=100, max_steps=1)
    seen, _ = life(task, 30, seed)
    start, goal = column(seen, "start")[:-1].ravel(), column(seen, "goal")[:-1]
    assert (start != goal.ravel()).all()
    for place in range(4):
        elsewhere = goal.ravel() != place
        assert agrees(start[elsewhere] == place, 1 / 3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_finds": 0}, "n_finds must be at least 1, got 0"),
        ({"barcode_size": 40}, r"barcode_size must be in \[0, 16\] bits, got 40"),
        ({"barcode_size": 1, "n_contexts": 3}, "1 bits do not tell 3 contexts apart"),
        ({"walls": "..\n.."}, "walls are drawn on 2 x 2 cells, size is 3 x 3"),
        ({"rest": "always"}, "rest must be none, finds, visits, got 'always'"),
        ({"n_backups": -1}, "n_backups must not be negative, got -1"),
        ({"n_contexts": 10}, "10 contexts need more than 9 free cells"),
        ({"walls": "...\n###\n..."}, r"walls cut cell \(2, 0\) off from cell \(0, 0\)"),
    ],
)
def test_wrong_settings_of_the_arena(settings, message):
    with pytest.raises(ValueError, match=message):
        Arena(**{"size": 3, **settings})


# ---------------------------------------------------------------- analysis


@dataclass
class Guided(Agent):
    """Follows the shortest way, after `detour` moves against the wall on its left."""

    detour: int = 0

    def begin(self, task, n, rng):
        self._task, self._graph, self._steps = task, task.layouts[0].graph, np.zeros(n, int)

    def act(self, now):
        self._steps[now.first] = 0
        options = self._graph.next_state[now.labels["position"]]
        distance = self._graph.distances[options, now.labels["goal"][:, None]]
        action = np.where(self._steps < self.detour, 0, distance.argmin(axis=1))
        self._steps += now.phase != REST
        return action, {}


WALLED = GridWorld(size=(3, 4), walls="....\n###.\n....", start=(0, 0), goal=(2, 0), n_attempts=4)


@pytest.mark.parametrize("rest", ["none", "planning"])
def test_steps_above_find_a_planted_detour_and_none_where_there_is_none(rest):
    for detour in (0, 2):
        recording = simulate(replace(WALLED, rest=rest), Guided(detour=detour), n_lives=3)
        assert recording.sizes["episode"] == 12
        assert (steps_above_shortest(recording) == detour).all()
        assert (steps_above_minimum(recording) == 8 - 2 + detour).all()
        assert (path_length(recording) == 8 + detour).all()
        assert (solved(recording) == 1).all()


def test_a_goal_on_the_last_step_is_solved_but_not_in_fewer_steps():
    recording = simulate(replace(WALLED, max_steps=8), Guided(), n_lives=2)
    assert (solved(recording) == 1).all()
    assert (solved(recording, fewer_than=8) == 0).all()
    late = simulate(replace(WALLED, max_steps=7), Guided(), n_lives=2)
    assert (solved(late) == 0).all()
    assert (steps_above_shortest(late) == 7 - 8).all()


def test_padding_and_seeds_change_nothing(seed):
    recording = simulate(GridWorld(size=4, n_attempts=5), Random(), n_lives=2, seed=seed)
    longer = recording.pad(step=(0, 3), constant_values=0).assign(
        active=recording.active.pad(step=(0, 3), constant_values=False)
    )
    both = xr.concat([recording, recording], "seed")
    for measure in (path_length, solved, steps_above_minimum, steps_above_shortest):
        once = measure(recording)
        np.testing.assert_array_equal(once, measure(longer))
        np.testing.assert_array_equal(once, measure(both).isel(seed=1))
        assert once.attrs["long_name"]


def test_searches_of_the_arena_agree_with_a_plain_loop(seed):
    task = Arena(size=3, walls=GAP, max_steps=30)
    recording = simulate(task, Random(), n_lives=4, seed=seed)
    length, above, found = (
        f(recording).values for f in (path_length, steps_above_shortest, solved)
    )
    for e in range(recording.sizes["episode"]):
        one = recording.isel(episode=e)
        rows = np.flatnonzero(one.active)
        for k in range(length.shape[1]):
            mine = [t for t in rows if one.find[t] == k]
            if not mine:
                assert np.isnan([length[e, k], above[e, k], found[e, k]]).all()
                continue
            assert length[e, k] == len(mine)
            assert above[e, k] == len(mine) - int(one.shortest_path[mine[0]])
            assert found[e, k] == bool(one.solved[mine[-1]])


def test_states_visited():
    recording = simulate(replace(WALLED, rest="planning", n_attempts=2), Guided(detour=1))
    expected = [0, 0, 1, 2, 3, 7, 11, 10, 9, 8]
    assert states_visited(recording, 1).tolist() == expected
    with pytest.raises(ValueError, match="several seeds: select one"):
        states_visited(xr.concat([recording, recording], "seed"), 0)


def test_replayed_paths():
    recording = simulate(WALLED, Guided(), n_lives=1).assign(
        replay_episode=("replay_event", [1, 0, 1]),
        replay_step=("replay_event", [4, 0, 2]),
        replay_kind=("replay_event", ["reverse", "forward", "mixed"]),
        replay_state=("backup", [3, 2, 5, 8, 9]),
        event_of=("backup", [0, 0, 1, 2, 2]),
    )
    found = [(kind, states.tolist()) for kind, states in replayed_paths(recording, 1)]
    assert found == [("mixed", [8, 9]), ("reverse", [3, 2])]
    assert replayed_paths(recording, 3) == []
    with pytest.raises(KeyError, match="nothing was replayed"):
        replayed_paths(simulate(WALLED, Guided(), n_lives=1), 0)


def test_a_recording_of_something_else_is_refused():
    recording = simulate(WALLED, Guided(), n_lives=1)
    with pytest.raises(KeyError, match="no 'manhattan': it is not one of finding the way"):
        steps_above_minimum(recording.drop_vars("manhattan"))
    with pytest.raises(ValueError, match="no step is taken"):
        path_length(recording.assign(active=recording.active & False))


def test_graphs_are_equal_where_all_moves_are():
    ring, same = (StateGraph(np.array([[1], [2], [0]])) for _ in range(2))
    line = StateGraph(np.array([[1], [2], [2]]), bump=np.array([[0], [0], [1]]))
    assert ring == same
    assert hash(ring) == hash(same)
    assert ring != line
    assert ring != "ring"
