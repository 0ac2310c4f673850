"""The goal-directed agent: memory, planners, replay sets and network, and its life in a grid."""

import numpy as np
import pytest

from fastslow.analysis.adaptation import sam_manhattan, solve_rate
from fastslow.analysis.navigation import path_length
from fastslow.data.simulate import simulate
from fastslow.models import check_agent
from fastslow.models.goal_directed import (
    FRONTIER,
    SLOW,
    ExactSearch,
    GoalDirected,
    RandomBranches,
    SequentialBranches,
    TransitionMemory,
)
from fastslow.models.goal_directed.branches import LegacyDraws
from fastslow.models.goal_directed.frontier import toward_frontier
from fastslow.models.goal_directed.network import PolicyNetworks, softmax
from fastslow.models.goal_directed.planners import Plan
from fastslow.models.goal_directed.replay import (
    Episode,
    Samples,
    backward_samples,
    forward_samples,
    shuffled,
)
from fastslow.tasks import Bandit
from fastslow.tasks.navigation import GridWorld, open_maze, tan

SMALL = tan.dynamic(size=4, n_attempts=6, change_every=3)


def remembered(moves, n_states=6, n_actions=2, **settings):
    """A memory of one lane that has seen these moves (state, action, reached)."""
    memory = TransitionMemory(1, n_states, n_actions, **settings)
    for state, action, reached in moves:
        memory.observe(np.array([0]), np.array([state]), np.array([action]), np.array([reached]))
    return memory


def planned(planner, memory, state, goal, seed=0):
    wanted, generators = np.array([True]), [np.random.default_rng(seed)]
    return planner.plan(memory, np.array([state]), np.array([goal]), wanted, generators)


def wandered(seed, n_states=12, n_actions=3, n_moves=60, **settings):
    """A memory of random moves in a random deterministic world."""
    rng = np.random.default_rng(seed)
    leads = rng.integers(0, n_states, (n_states, n_actions))
    state, moves = 0, []
    for action in rng.integers(0, n_actions, n_moves).tolist():
        moves.append((state, action, int(leads[state, action])))
        state = int(leads[state, action])
    return remembered(moves, n_states, n_actions, **settings)


# ---------------------------------------------------------------- memory


def test_a_contradiction_deletes_what_was_known():
    memory = remembered([(0, 1, 2), (0, 1, 2), (0, 1, 3), (0, 1, 3)])
    assert memory.successor[0, 0, 1].tolist() == [3]
    assert memory.strength[0, 0, 1].tolist() == [2]


def test_append_only_deletes_nothing():
    memory = remembered([(0, 1, 2), (0, 1, 2), (0, 1, 3)], policy="append")
    held = dict(zip(memory.successor[0, 0, 1].tolist(), memory.strength[0, 0, 1], strict=True))
    assert (held[2], held[3]) == (2, 1)


@pytest.mark.parametrize(("decay", "believed"), [(1.0, 2), (0.4, 3)])
def test_counts_need_as_much_evidence_as_is_left(decay, believed):
    memory = remembered([(0, 1, 2), (0, 1, 2), (0, 1, 3)], policy="counts", decay=decay)
    assert memory.believed(np.array([0]), np.array([0]), np.array([1])).item() == believed


def test_shares_are_those_of_all_entries():
    memory = remembered([(0, 0, 1), (0, 1, 2), (0, 1, 2)])
    np.testing.assert_allclose(memory.cumulative[:, 0, 0], [1 / 3, 1])


@pytest.mark.parametrize(("n_seen", "leads"), [(2, 6), (3, 4)])
def test_ways_back_are_inferred_once_they_were_seen(n_seen, leads):
    moves = [(1, 1, 0), *[(0, 0, 1)] * n_seen, (4, 0, 5)]
    five, one = np.array([5]), np.array([1])
    memory = remembered(moves, infer_returns=True)
    assert memory.believed(np.array([0]), five, one).item() == leads
    assert remembered(moves).believed(np.array([0]), five, one).item() == 6
    # What was made before the inference gets its way back, too.
    earlier = remembered([(4, 0, 5), *moves[:-1]], infer_returns=True)
    assert earlier.believed(np.array([0]), five, one).item() == leads


def test_an_inferred_way_back_gives_way_to_experience():
    moves = [(1, 1, 0), *[(0, 0, 1)] * 3, (4, 0, 5), (5, 1, 5)]
    memory = remembered(moves, infer_returns=True)
    assert memory.believed(np.array([0]), np.array([5]), np.array([1])).item() == 5


def test_ways_back_are_not_inferred_where_they_contradict():
    moves = [(1, 1, 0), (3, 0, 2), *[(0, 0, 1), (2, 0, 3)] * 3, (4, 0, 5)]
    memory = remembered(moves, infer_returns=True)
    for action in (0, 1):
        assert memory.believed(np.array([0]), np.array([5]), np.array([action])).item() == 6


# ---------------------------------------------------------------- planners


def slow_distance(memory, state, goal):
    """Breadth first with a queue."""
    steps, queue = {state: 0}, [state]
    for u in queue:
        for after in memory.successor[0, u].ravel().tolist():
            if after != memory.n_states and after not in steps:
                steps[after] = steps[u] + 1
                queue.append(after)
    return steps.get(goal, 0)


@pytest.mark.parametrize("seed", range(20))
def test_exact_search_agrees_with_a_queue(seed):
    memory = wandered(seed, policy=("overwrite", "append")[seed % 2])
    for goal in range(1, 12):
        plan = planned(ExactSearch(depth=30), memory, 0, goal)
        assert plan.length.item() == slow_distance(memory, 0, goal)
        follow(memory, plan, 0, goal)


def follow(memory, plan, state, goal):
    """A plan leads from the state to the goal by remembered moves."""
    length = int(plan.length.item())
    if not length:
        return
    assert plan.states[0, 0] == state
    assert plan.states[0, length] == goal
    for k in range(length):
        here, action, after = plan.states[0, k], plan.actions[0, k], plan.states[0, k + 1]
        assert after in memory.successor[0, here, action]
    assert (plan.states[0, length + 1 :] == -1).all()
    assert (plan.actions[0, length:] == -1).all()


def test_search_ends_at_its_depth():
    memory = remembered([(0, 0, 1), (1, 0, 2), (2, 0, 3)])
    for planner in (ExactSearch, RandomBranches, SequentialBranches):
        settings = {} if planner is ExactSearch else {"branches": 5}
        source = planner(depth=3, **settings)
        find = planned_legacy if planner is SequentialBranches else planned
        assert find(source, memory, 0, 3).length.item() == 3
        assert find(planner(depth=2, **settings), memory, 0, 3).length.item() == 0


def planned_legacy(planner, memory, state, goal, seed=0):
    wanted, draws = np.array([True]), [LegacyDraws(np.random.RandomState(seed))]
    return planner.plan(memory, np.array([state]), np.array([goal]), wanted, draws)


@pytest.mark.parametrize("find", [planned, planned_legacy])
def test_branches_land_as_often_as_they_should(find):
    # Two of three entries lead to the goal: a branch of one transition lands with 2 / 3.
    memory = remembered([(0, 0, 1), (0, 1, 2), (0, 1, 2)])
    source = RandomBranches if find is planned else SequentialBranches
    n, p = 2000, 2 / 3
    landed = np.mean([find(source(1, 1), memory, 0, 2, s).length.item() for s in range(n)])
    assert abs(landed - p) < 4 * np.sqrt(p * (1 - p) / n)


@pytest.mark.parametrize("seed", range(5))
def test_branches_side_by_side_are_those_one_after_another(seed):
    memory = wandered(seed)
    goal = int(np.flatnonzero(memory.entered[0])[-1])
    state = 0 if goal else 1
    n = 400
    lengths = [
        np.array([find(source(3, 6), memory, state, goal, s).length.item() for s in range(n)])
        for find, source in ((planned, RandomBranches), (planned_legacy, SequentialBranches))
    ]
    for length in range(7):
        p, q = ((found == length).mean() for found in lengths)
        pooled = (p + q) / 2
        assert abs(p - q) <= 4 * np.sqrt(2 * pooled * (1 - pooled) / n)


def test_the_first_of_equal_branches_has_the_lowest_action():
    memory = remembered([(0, 1, 2), (0, 0, 1), (1, 0, 3), (2, 0, 3)])
    for planner in (RandomBranches(), ExactSearch()):
        plan = planned(planner, memory, 0, 3)
        assert plan.states[0, :3].tolist() == [0, 1, 3]
        assert plan.actions[0, :2].tolist() == [0, 0]


def test_a_goal_never_entered_is_not_looked_for():
    memory = remembered([(0, 0, 1)])
    assert planned(RandomBranches(), memory, 1, 0).n_reads.item() == 0


def test_legacy_draws_are_those_of_the_generator():
    draws = LegacyDraws(np.random.RandomState(3))
    stream = np.random.RandomState(3)
    highs = np.random.default_rng(0).integers(1, 40, 9000).tolist()
    assert [draws.below(n) for n in highs] == [stream.randint(n) for n in highs]


@pytest.mark.parametrize("planner", [RandomBranches, SequentialBranches, ExactSearch])
def test_a_depth_of_nothing_is_an_error(planner):
    with pytest.raises(ValueError, match="depth must be at least 1, got 0"):
        planner(depth=0)


def test_the_frontier_prefers_what_the_network_likes():
    successor = np.array([[1, 3], [3, 3], [3, 3], [3, 3]])
    tries = np.zeros((3, 2), int)
    likes = lambda states: np.where(states[:, None] == 1, [0.1, 0.9], [0.999, 0.001])  # noqa: E731
    assert toward_frontier(successor, 0, tries, likes).action == 0  # on the way to state 1
    tries[1] = 4
    assert toward_frontier(successor, 0, tries, likes).action == 1


# ---------------------------------------------------------------- replay and network


def episode_of(*moves):
    episode = Episode(1, 10)
    for state, action in moves:
        episode.add(np.array([0]), np.array([state]), np.array([action]))
    return episode


def pairs(samples):
    used = samples.weight[0] > 0
    return list(
        zip(*(x[0][used].tolist() for x in (samples.state, samples.goal, samples.action)),
            strict=True)
    )  # fmt: skip


def test_backward_samples_by_hand():
    episode = episode_of((0, 1), (1, 0), (0, 0), (2, 1))
    visited = backward_samples(episode, np.array([3]), "visited")
    assert pairs(visited) == [(0, 3, 1), (1, 3, 0), (0, 3, 0), (2, 3, 1)]
    last = backward_samples(episode, np.array([3]), "last_visits")
    assert pairs(last) == [(1, 3, 0), (0, 3, 0), (2, 3, 1)]
    home = backward_samples(episode, np.array([2]), "last_visits")
    assert pairs(home) == [(1, 2, 0), (0, 2, 0)]


@pytest.mark.parametrize("seed", range(10))
def test_last_visits_never_go_in_a_circle(seed):
    rng = np.random.default_rng(seed)
    walk = rng.integers(0, 5, 9).tolist()
    episode = episode_of(*((state, k) for k, state in enumerate(walk[:-1])))
    samples = backward_samples(episode, np.array(walk[-1:]), "last_visits")
    after = {walk[k]: walk[k + 1] for state, _, k in pairs(samples)}
    for state in after:
        for _ in range(len(walk)):
            state = after.get(state, state)
        assert state == walk[-1]


def test_forward_samples_by_hand():
    plan = Plan(np.array([2]), np.array([[4, 5, 6, -1]]), np.array([[1, 0, -1]]), np.array([0]))
    starts = forward_samples(plan, np.array([6]), "imagined_starts")
    assert pairs(starts) == [(4, 6, 1), (5, 6, 0)]
    goals = forward_samples(plan, np.array([6]), "imagined_goals")
    assert pairs(goals) == [(4, 5, 1), (4, 6, 1)]
    single = plan._replace(length=np.array([1]))
    assert pairs(forward_samples(single, np.array([5]), "imagined_starts")) == []


def test_shuffling_keeps_every_sample_that_counts():
    samples = Samples(*np.arange(12).reshape(3, 1, 4), np.array([[1.0, 0.0, 1.0, 1.0]]))
    mixed = shuffled([samples, samples], [np.random.default_rng(0)])
    assert sorted(pairs(mixed)) == sorted(2 * pairs(samples))
    assert (mixed.weight > 0).all()


def test_the_network_learns_as_autograd_and_adam_do():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    networks = PolicyNetworks([rng, np.random.default_rng(1)], (4, 8, 6, 3), batch_size=5)
    weights = [torch.tensor(part[1].copy(), requires_grad=True)
               for layer in networks._layers for part in layer]  # fmt: skip
    first, second = ([torch.zeros_like(w) for w in weights] for _ in range(2))
    inputs = rng.normal(size=(2, 7, 4)).astype(np.float32)
    targets, counts = rng.integers(0, 3, (2, 7)), np.ones((2, 7))
    counts[0, 3:] = 0
    for n in range(20):
        networks.fit(inputs, targets, counts)
        for k, part in enumerate((slice(0, 5), slice(5, 7))):
            rate = 1e-3 * np.sqrt(1 - 0.999 ** (2 * n + k + 1)) / (1 - 0.9 ** (2 * n + k + 1))
            out = torch.tensor(inputs[1, part])
            for layer in range(0, 6, 2):
                out = torch.relu(out) if layer else out
                out = out @ weights[layer] + weights[layer + 1]
            loss = torch.nn.functional.cross_entropy(out, torch.tensor(targets[1, part]))
            gradients = torch.autograd.grad(loss, weights)
            with torch.no_grad():  # Adam as Keras has it: epsilon beside the uncorrected root
                for w, m, v, g in zip(weights, first, second, gradients, strict=True):
                    m += 0.1 * (g - m)
                    v += 0.001 * (g * g - v)
                    w -= rate * m / (v.sqrt() + 1e-7)
    for ours, theirs in zip(
        (part[1] for layer in networks._layers for part in layer), weights, strict=True
    ):
        np.testing.assert_allclose(ours, theirs.detach().numpy(), atol=1e-6, rtol=1e-4)


def test_the_published_network_has_its_published_size():
    networks = PolicyNetworks([np.random.default_rng(0)], (4, 128, 128, 4))
    assert networks.flat.shape == (1, 17_668)
    assert networks.multiply_adds == 4 * 128 + 128 * 128 + 128 * 4
    bound = np.sqrt(6 / 256)
    assert 0.99 * bound < np.abs(networks._layers[1][0]).max() <= bound
    inputs = np.ones((1, 2, 4))
    np.testing.assert_allclose(networks.policy(inputs)[0], networks.policy_of(0, inputs[0]))
    np.testing.assert_allclose(softmax(np.zeros((1, 4))), 0.25)


# ---------------------------------------------------------------- the agent

AGENTS = {
    "published": GoalDirected(n_hidden=(16,)),
    "improved": GoalDirected(
        planner=ExactSearch(16), train_on_final=True, infer_returns=True, explore="frontier",
        n_hidden=(16,),
    ),
    "options": GoalDirected(
        planner=SequentialBranches(4, 4), memory="counts", decay=0.5, arbitration="confidence",
        forward_replay="imagined_goals", backward_replay="last_visits", ties="random",
        n_hidden=(8, 8),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", AGENTS)
def test_agents_keep_the_contract(name):
    check_agent(AGENTS[name], tan.dynamic(size=3, n_attempts=4, change_every=2), n=3)


def test_tries_alone_are_the_published_agent():
    recording = simulate(tan.dynamic(), GoalDirected().without("fast", "slow"), n_lives=1)
    assert path_length(recording)[:7].values.tolist() == [100, 76, 100, 51, 6, 100, 60]
    spans = ((0, 50), (50, None), (0, None))
    assert [int(sam_manhattan(recording, *s).item()) for s in spans] == [3894, 4146, 8040]
    rates = [solve_rate(recording, *s, fewer_than=100).item() for s in spans]
    np.testing.assert_allclose(rates, [0.26, 0.18, 0.22])


@pytest.mark.slow
def test_search_without_a_network_is_the_published_agent():
    agent = GoalDirected(planner=SequentialBranches()).without("fast")
    recording = simulate(tan.dynamic(), agent, n_lives=1)
    spans = ((0, 50), (50, None), (0, None))
    assert [int(sam_manhattan(recording, *s).item()) for s in spans] == [2432, 2678, 5110]
    rates = [solve_rate(recording, *s, fewer_than=100).item() for s in spans]
    np.testing.assert_allclose(rates, [0.52, 0.50, 0.51])


def test_memory_of_one_attempt_finds_nothing():
    wiped = simulate(SMALL, GoalDirected().without("old_memories"), n_lives=3)
    kept = simulate(SMALL, GoalDirected(), n_lives=3)
    assert not (wiped.decider == SLOW).any()
    assert (kept.decider == SLOW).any()


def test_conflicts_come_with_the_change_of_walls():
    recording = simulate(
        tan.dynamic(size=6, n_attempts=20, change_every=10), GoalDirected(), n_lives=1
    )
    conflicts = recording.conflict.where(recording.active).sum("step").values
    assert conflicts[:10].sum() == 0
    assert conflicts[10:].sum() > 0


def test_a_plan_decides_and_is_stale_where_it_leads_elsewhere():
    task = tan.dynamic(size=6, n_attempts=20, change_every=10)
    recording = simulate(task, GoalDirected(), n_lives=1)
    active = recording.active
    planned = (recording.plan_length > 0).where(active, False)
    assert planned.any()
    np.testing.assert_array_equal((recording.decider == SLOW).where(active, False), planned)
    # Row t tells what the move before came to: stale only after a plan, and after the change.
    stale = recording.stale.where(active, False)
    assert not (stale.isel(step=slice(1, None)).values & ~planned.isel(step=slice(-1)).values).any()
    per_attempt = stale.sum("step").values
    assert per_attempt[:10].sum() == 0
    assert per_attempt[10:].sum() > 0


def test_the_network_is_not_asked_when_it_is_confident_enough():
    always = simulate(SMALL, GoalDirected(arbitration="confidence", confidence=1.1), n_lives=2)
    first = simulate(SMALL, GoalDirected(), n_lives=2)
    np.testing.assert_array_equal(always.action, first.action)
    trusting = simulate(SMALL, GoalDirected(arbitration="confidence", confidence=0.0), n_lives=2)
    assert trusting.memory_reads.where(trusting.active).sum() < first.memory_reads.sum()


def test_traces_count_what_was_learned():
    quiet = simulate(SMALL, GoalDirected(forward_replay="off", backward_replay="off"), n_lives=1)
    assert (quiet.replay_batch.where(quiet.active, 0) == 0).all()
    recording = simulate(SMALL, GoalDirected(forward_replay="off"), n_lives=1)
    batch = recording.replay_batch.isel(episode=0)
    n = int(recording.active.isel(episode=0).sum())
    assert batch[:n].values.tolist() == list(range(n))  # row t tells what the move before taught


def test_what_is_imagined_may_be_recorded():
    recording = simulate(SMALL, GoalDirected(show_replay=True), n_lives=2)
    planned_steps = (recording.plan_length > 0).where(recording.active, False).sum()
    assert recording.sizes["replay_event"] == int(planned_steps)


def test_exploration_at_the_frontier_is_told_apart():
    recording = simulate(SMALL, AGENTS["improved"], n_lives=1)
    assert (recording.decider == FRONTIER).any()


@pytest.mark.parametrize("task", [Bandit(), open_maze()])
def test_a_task_without_coordinates_is_refused(task):
    with pytest.raises(ValueError, match="GoalDirected needs observations"):
        simulate(task, GoalDirected(), n_lives=1)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"forward_replay": "on"}, "forward_replay must be imagined_starts"),
        ({"backward_replay": "on"}, "backward_replay must be visited"),
        ({"explore": "far"}, "explore must be tries, frontier, got 'far'"),
        ({"memory": "forget"}, "policy must be overwrite, append, counts, got 'forget'"),
        ({"decay": 0.0}, r"decay must be in \(0, 1\], got 0.0"),
    ],
)
def test_misuse_is_named(setting, message):
    with pytest.raises(ValueError, match=message):
        GoalDirected(**setting)


def test_larger_worlds_run():
    for size in (20, 40):
        task = GridWorld(size=size, start=(0, 0), goal=(0, 3), n_attempts=1, max_steps=8)
        assert simulate(task, GoalDirected(n_hidden=(8,)), n_lives=1).sizes["step"] <= 8
