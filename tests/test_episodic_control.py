"""Episodic control: look-up, writing rules, gradients of its neural form, and the slow learner."""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
import xarray as xr

import fastslow as fs
from fastslow.models import check_agent
from fastslow.models.cores import sample
from fastslow.models.episodic_control import DQN, MFEC, NEC
from fastslow.models.episodic_control.action_values import epsilon_greedy
from fastslow.models.episodic_control.dqn import ReplayBuffer
from fastslow.models.episodic_control.model_free import ReturnTables
from fastslow.models.episodic_control.neural import Step, kernel_average, n_step_returns
from fastslow.models.learners import Random
from fastslow.papers.blundell2016 import measures
from fastslow.papers.blundell2016.bandit import PROBES
from fastslow.papers.blundell2016.maze import LONG, MAZE, MIRRORED, four_rooms
from fastslow.papers.blundell2016.maze_figure import draw_domain
from fastslow.tasks import BarcodeBandit, GridWorld, Lanes

CORRIDOR = GridWorld.drawn("S..G", n_attempts=60, max_steps=30)
AGENTS = [
    MFEC(n_neighbors=2, epsilon=0.1),
    MFEC(n_neighbors=2, key_size=3, write="mean", capacity=5),
    NEC(n_neighbors=2, batch_size=4, train_every=2, capacity=5),
    DQN(batch_size=4, n_hidden=(8,), n_exploration=10),
]


# --- contracts ---


@pytest.mark.parametrize("agent", AGENTS, ids=repr)
@pytest.mark.parametrize(
    "task",
    [
        GridWorld(size=3, n_attempts=4),
        BarcodeBandit(n_episodes=20, n_pulls=2, n_arms=3),
        GridWorld(size=3, n_attempts=2, rest="planning"),
    ],
    ids=["maze", "bandit", "rest"],
)
def test_contract(agent, task):
    check_agent(agent, task, n=3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda: MFEC(write="min"), "write must be max or mean, got 'min'"),
        (lambda: MFEC(n_neighbors=0), "n_neighbors must be at least 1, got 0"),
        (lambda: NEC(key_size=0), "key_size must be at least 1, got 0"),
        (lambda: DQN(batch_size=0), "batch_size must be at least 1, got 0"),
        (lambda: MFEC(n_exploration=-1), "n_exploration must not be negative, got -1"),
        (lambda: NEC(n_exploration=-1), "n_exploration must not be negative, got -1"),
        (lambda: DQN(n_exploration=-1), "n_exploration must not be negative, got -1"),
        (lambda: MFEC().without("memori"), "did you mean 'memory'"),
    ],
)
def test_misuse(change, message):
    with pytest.raises(ValueError, match=message):
        change()


# --- choice ---


def test_choice_has_the_probabilities_of_its_policy(seed):
    policy = epsilon_greedy(np.array([[1.0, 3.0, 3.0, -np.inf]]), 0.4)
    np.testing.assert_allclose(policy, [[0.1, 0.4, 0.4, 0.1]])
    n = 20_000
    drawn = sample(np.repeat(policy, n, axis=0), np.random.default_rng(seed).random(n))
    for action, p in enumerate(policy[0]):
        assert abs((drawn == action).mean() - p) < 4 * np.sqrt(p * (1 - p) / n)


@pytest.mark.parametrize("kind", [MFEC, NEC, DQN])
def test_exploration_falls_over_the_moves_it_is_given(kind):
    agent = kind(epsilon=0.2, n_exploration=9)
    recording = fs.simulate(replace(CORRIDOR, n_attempts=8), agent, n_lives=1, record=("policy",))
    active = recording["active"].values
    least = recording["policy"].values[active].min(axis=1)
    expected = np.maximum(1 - np.arange(1, len(least) + 1) / 10 * 0.8, 0.2) / 4
    # where all actions are equally good, each is drawn with a quarter
    tied = np.isclose(least, 0.25)
    assert not tied.all()
    np.testing.assert_allclose(least[~tied], expected[~tied], rtol=1e-5)


# --- look-up and writing of MFEC ---


def test_look_up_agrees_with_a_list_that_is_sorted(seed):
    rng = np.random.default_rng(seed)
    k, n_actions = 4, 2
    tables = ReturnTables(n=2, n_actions=n_actions, key_size=3, n_neighbors=k)
    kept = {}
    for _ in range(150):
        lane, action = rng.integers(2), rng.integers(n_actions)
        key, value = rng.integers(0, 4, 3).astype(np.float32), rng.normal()
        tables.write(lane, action, key, value)
        entries = kept.setdefault((lane, action), {})
        entries[tuple(key)] = max(entries.get(tuple(key), -np.inf), value)
    for query in rng.normal(1.5, 1, (30, 3)).round(rng.integers(0, 2)).astype(np.float32):
        answer = tables.look_up(np.stack([query, query]))
        for (lane, action), entries in kept.items():
            distance = {key: np.linalg.norm(np.subtract(key, query)) for key in entries}
            nearest = sorted(entries, key=distance.get)[:k]  # ties in the order of writing
            exact = tuple(query) in entries
            expected = entries[tuple(query)] if exact else np.mean([entries[s] for s in nearest])
            assert answer.value[lane, action] == pytest.approx(expected)
            assert answer.stored[lane, action] == exact
            similarity = 1 / (1 + min(distance.values()))
            assert answer.similarity[lane, action] == pytest.approx(similarity, rel=1e-5)


def test_writing_keeps_the_largest_or_the_mean():
    key = np.zeros(1, np.float32)
    for rule, expected in (("max", 4.0), ("mean", 2.0)):
        tables = ReturnTables(1, 1, 1, n_neighbors=3)
        for value in (1.0, 4.0, 1.0):
            tables.write(0, 0, key, value, rule)
        assert tables.look_up(key[None]).value.item() == expected
        assert tables.entries.n_entries.item() == 1


def test_few_entries_are_said_to_be_few_and_empty_tables_say_0():
    tables = ReturnTables(1, 2, 1, n_neighbors=2)
    tables.write(0, 0, np.zeros(1, np.float32), 5.0)
    here, there = (tables.look_up(np.array([[x]], np.float32)) for x in (0.0, 3.0))
    assert here.enough.tolist() == [[True, False]]  # stored itself
    assert there.enough.tolist() == [[False, False]]
    np.testing.assert_allclose(there.value, [[5.0, 0.0]])
    np.testing.assert_allclose(there.similarity, [[0.25, 0.0]])


@pytest.mark.parametrize("touched_by", ["look_up", "touch"])
def test_the_entry_used_longest_ago_makes_room(touched_by):
    keys = np.eye(3, dtype=np.float32)
    tables = ReturnTables(1, 1, 3, n_neighbors=1, capacity=2)
    tables.write(0, 0, keys[0], 1.0)
    tables.write(0, 0, keys[1], 2.0)
    if touched_by == "look_up":
        tables.look_up(keys[:1])
    else:
        tables.entries.touch((0, 0, 0))
    tables.write(0, 0, keys[2], 3.0)
    stored = [tables.entries.stored(key[None]).item() for key in keys]
    assert stored == [tables.look_up(key[None]).stored.item() for key in keys]
    assert tables.entries.n_entries.item() == 2
    assert stored == [True, False, True]


def test_returns_are_written_backward_from_the_end(seed):
    """A corridor walked to its end: the value s steps before the goal is the discount to s - 1."""
    agent = MFEC(n_neighbors=1, discount=0.5, epsilon=0.2)
    recording = fs.simulate(CORRIDOR, agent, n_lives=3, seed=seed, record=("q", "stored"))
    last = recording.isel(episode=[59, 119, 179])
    right = CORRIDOR.actions.index("right")
    q = last["q"].isel(action_option=right).values
    stored = last["stored"].isel(action_option=right).values.astype(bool) & last["active"].values
    distance = last["shortest_path"].values
    assert stored.any()
    np.testing.assert_allclose(q[stored], 0.5 ** (distance[stored] - 1.0))


def test_a_new_state_is_worth_the_mean_of_its_neighbors_in_the_recording():
    """Nothing of the estimate is hidden: rebuild it from what earlier rows show."""
    task = BarcodeBandit(n_episodes=60, n_pulls=1, n_arms=2, n_contexts=20, p_good=1, p_bad=0)
    recording = fs.simulate(task, MFEC(n_neighbors=3, discount=0.0, epsilon=1.0), n_lives=1)
    kept: tuple[dict, dict] = ({}, {})
    n_new = 0
    for row in range(60):
        now = recording.isel(episode=row, step=0)
        seen = tuple(now.observation.values)
        for action, entries in enumerate(kept):
            if seen not in entries and len(entries) >= 3:
                distance = {s: np.linalg.norm(np.subtract(s, seen)) for s in entries}
                nearest = sorted(entries, key=distance.get)[:3]
                expected = np.mean([entries[s] for s in nearest])
                assert now.q.values[action] == pytest.approx(expected)
                assert not now.stored.values[action]
                n_new += 1
        action, reward = int(now.action), float(now.reward)
        kept[action][seen] = max(kept[action].get(seen, -np.inf), reward)
    assert n_new > 5


# --- NEC ---


def test_kernel_limits():
    """E-4: an exact match is read alone, a far query reads the plain mean; a Gaussian does not."""
    rng = np.random.default_rng(0)
    keys = torch.tensor(rng.normal(0, 1, (50, 4)))
    keys[1:] += 20  # squared distances from the first key above 100
    values = torch.tensor(rng.normal(size=50))

    def weights(query, offset=1e-3):
        each = torch.eye(50, dtype=torch.float64)
        return torch.stack([kernel_average(query, keys, row, 50)[0] for row in each])

    assert weights(keys[0])[0] > 0.999
    spread = float(torch.cdist(keys, keys).max())
    far = weights(keys.mean(dim=0) + 1000 * spread * torch.eye(4, dtype=torch.float64)[0])
    assert ((far * 50 - 1).abs() < 0.01).all()
    square = (keys - (keys.mean(dim=0) + 1000 * spread)).square().sum(dim=1)
    gaussian = torch.softmax(-square / 2, dim=0)
    assert gaussian.max() > 0.5
    average, *_ = kernel_average(keys[0], keys, values, 50)
    assert abs(float(average - values[0])) < 0.01


def test_kernel_average_without_entries_is_0():
    keys = torch.full((3, 2), torch.inf)
    average, square, _ = kernel_average(torch.zeros(2), keys, torch.zeros(3), 2)
    assert average == 0
    assert torch.isinf(square).all()


def test_gradients_reach_network_keys_and_values(seed):
    """Against finite differences of the loss."""
    agent = NEC(n_neighbors=3, n_hidden=(5,), key_size=2)
    agent.begin(GridWorld(size=3), 2, Lanes(seed, 2, "agent"))
    network = agent._network
    network.flat = network.flat.double()
    # in double precision; the layers are parts of the flat weights again
    begin, layers = 0, []
    for layer in network.layers:
        size = layer[0].numel()
        part = network.flat[:, begin : begin + size].view(layer.shape)
        layers.append(part.requires_grad_())
        begin += size
    network.layers = layers
    rng = np.random.default_rng(seed)
    keys = torch.tensor(rng.normal(size=(2, 4, 6, 2)), requires_grad=True)
    values = torch.tensor(rng.normal(size=(2, 4, 6)), requires_grad=True)
    seen, target = torch.tensor(rng.normal(size=(2, 4, 4))), torch.tensor(rng.normal(size=(2, 4)))

    def loss():
        return agent.loss(keys, values, seen, target).sum()

    gradient, others = network.gradient(loss(), keys, values)
    h = 1e-6
    pairs = ((network.flat, gradient), (keys, others[0]), (values, others[1]))
    for array, found in pairs:
        assert found.abs().max() > 0
        flat, own = array.detach().reshape(-1), found.reshape(-1)
        for i in rng.choice(len(flat), 10, replace=False):
            with torch.no_grad():
                flat[i] += h
                above = loss()
                flat[i] -= 2 * h
                below = loss()
                flat[i] += h
            assert float(own[i]) == pytest.approx(float((above - below) / (2 * h)), abs=1e-5)


def test_an_update_moves_near_entries_as_the_gradient_of_the_whole_dictionary_says(seed):
    agent = NEC(n_neighbors=2, n_hidden=(5,), key_size=2, batch_size=16, memory_rate=0.01,
                replay_capacity=40)  # fmt: skip
    agent.begin(GridWorld(size=4), 2, Lanes(seed, 2, "agent"))
    rng = np.random.default_rng(seed)
    for lane in range(2):
        episode = []
        for reward in rng.normal(size=30):
            seen = rng.normal(size=(2, 4)).astype(np.float32)
            key = agent._embed(seen)[lane]
            episode.append(Step(seen[lane], key, int(rng.integers(2)), reward, 0.0))
        agent._store(lane, episode, 30)
    agent._memory.key += rng.normal(0, 0.1, agent._memory.key.shape).astype(np.float32)
    u = rng.random((2, 16))
    at = np.arange(2)[:, None], (u * 30).astype(int)
    keys = torch.tensor(agent._memory.key, requires_grad=True)
    values = torch.tensor(agent._memory.value, requires_grad=True)
    lane, action = torch.arange(2)[:, None], torch.tensor(agent._past_action[at])
    loss = agent.loss(keys[lane, action], values[lane, action],
                      torch.tensor(agent._past_observation[at]),
                      torch.tensor(agent._past_return[at]))  # fmt: skip
    to_keys, to_values = torch.autograd.grad(loss[0], (keys, values))  # lane 1 is not due
    assert to_keys.abs().max() > 0
    agent._update(np.array([True, False]), u)
    moved = np.isfinite(keys.detach().numpy())
    for found, before, slope in (
        (agent._memory.key[moved], keys.detach().numpy()[moved], to_keys.numpy()[moved]),
        (agent._memory.value, values.detach().numpy(), to_values.numpy()),
    ):
        np.testing.assert_allclose(found, before - 0.01 * 16 * slope, rtol=1e-4, atol=1e-6)


def test_n_step_returns_agree_with_the_double_sum(seed):
    rng = np.random.default_rng(seed)
    rewards, values = rng.normal(size=(2, 12))
    for n_step in (1, 3, 100):
        expected = [
            sum(0.9**j * rewards[t + j] for j in range(n_step) if t + j < 12)
            + (0.9**n_step * values[t + n_step] if t + n_step < 12 else 0)
            for t in range(12)
        ]
        np.testing.assert_allclose(n_step_returns(rewards, values, n_step, 0.9), expected)


def test_a_return_is_stored_as_soon_as_its_steps_are_known():
    task = GridWorld(size=6, start=(0, 0), goal=(5, 5), n_attempts=1, max_steps=50)
    for n_step, expected in ((2, [0, 0, 0, 1, 2]), (100, [0, 0, 0, 0, 0])):
        agent = NEC(n_step=n_step)
        play = task.play(1, Lanes(0, 1))
        agent.begin(task, 1, Lanes(0, 1, "agent"))
        now, stored = next(play), []
        for _ in range(5):
            action, _ = agent.act(now)
            stored.append(int(agent._n_past[0]))
            now = play.send(action)
        assert stored == expected


def test_what_is_observed_again_renews_its_key_and_moves_its_value():
    agent = NEC(key_size=2, write_rate=0.25)
    agent.begin(GridWorld(size=2), 1, Lanes(0, 1, "agent"))
    seen = np.ones(4, np.float32)
    for key, known in (([0.0, 0.0], 1.0), ([5.0, 6.0], 3.0)):
        agent._write(0, Step(seen, np.array(key), 0, 0.0, 0.0), known)
    memory = agent._memory
    assert memory.key[0, 0, 0].tolist() == [5, 6]
    assert memory.value[0, 0, 0] == 1.5
    assert memory.count[0, 0, :2].tolist() == [2, 0]
    assert np.isinf(memory.key[0, 0, 1]).all()


def test_lesions_stop_what_they_say():
    task = GridWorld(size=3, n_attempts=12)

    def lived(*parts):
        agent = NEC(n_neighbors=2, batch_size=4, train_every=1).without(*parts)
        agent.begin(task, 2, Lanes(0, 2, "agent"))
        drawn = agent._network.flat.clone()
        fs.simulate(task, agent, 2)
        return agent, drawn

    agent, _ = lived()
    before = NEC(n_neighbors=2, batch_size=4, train_every=1)
    before.begin(task, 2, Lanes(0, 2, "test agent"))
    assert not torch.equal(agent._network.flat, before._network.flat)
    frozen, _ = lived("embedding_learning")
    assert torch.equal(frozen._network.flat, before._network.flat)
    empty, _ = lived("memory")
    assert not empty._memory.n_entries.any()


# --- DQN ---


def test_the_replay_buffer_keeps_the_latest(seed):
    buffer, moves = ReplayBuffer(1, 1, capacity=3), np.arange(5.0)
    from fastslow.models.episodic_control.action_values import Move

    yes = np.ones(1, bool)
    for x in moves:
        here = np.array([[x]], np.float32)
        buffer.store(Move(yes, here, np.zeros(1, int), here[0], ~yes, here + 1))
    state, _, reward, ended, following = buffer.draw(Lanes(seed, 1).random(200))
    assert set(state.ravel().tolist()) == {2.0, 3.0, 4.0}
    assert torch.equal(state[..., 0], reward)
    assert torch.equal(following, state + 1)
    assert not ended.any()


def test_one_update_is_a_step_of_adam():
    agent = DQN(n_hidden=(6,), learning_rate=0.01)
    agent.begin(GridWorld(size=3), 3, Lanes(0, 3, "agent"))
    rng = np.random.default_rng(0)
    state, following = torch.tensor(rng.normal(size=(2, 3, 7, 4)), dtype=torch.float32)
    reward, ended = torch.tensor(rng.normal(size=(2, 3, 7)), dtype=torch.float32)
    batch = (
        state,
        torch.tensor(rng.integers(0, 4, (3, 7))),
        reward,
        ended.gt(0).float(),
        following,
    )
    twin = [layer.detach().clone().requires_grad_() for layer in agent._network.layers]
    optimizer = torch.optim.Adam(twin, lr=0.01, eps=1e-8)
    due = np.array([True, True, False])
    before = agent._network.flat[2].clone()
    for _ in range(3):
        gradients = torch.autograd.grad(agent.loss(batch).sum(), agent._network.layers)
        for layer, gradient in zip(twin, gradients, strict=True):
            layer.grad = gradient
        optimizer.step()
        agent._update(due, batch)
    for layer, own in zip(twin, agent._network.layers, strict=True):
        torch.testing.assert_close(own[:2], layer[:2], atol=1e-5, rtol=1e-3)
    assert torch.equal(agent._network.flat[2], before)


def test_dqn_learns_a_corridor_and_not_without_learning(seed):
    agent = DQN(discount=0.9, n_hidden=(32,), learning_rate=3e-3, n_exploration=300, train_every=2)
    task = replace(CORRIDOR, observe="one_hot")

    def late(agent):
        recording = fs.simulate(task, agent, n_lives=8, seed=seed, record=())
        length, shortest = measures.paths(recording.expand_dims("seed"))
        return (length - shortest)[0, :, -20:].mean(axis=1)

    taught, untaught = late(agent), late(agent.without("learning"))
    error = np.sqrt(taught.var(ddof=1) / 8 + untaught.var(ddof=1) / 8)
    assert untaught.mean() - taught.mean() > 4 * error


# --- what the papers measure ---


def test_four_rooms_have_a_door_in_each_wall():
    drawing = """
        ..#..
        .....
        #.#.#
        .....
        ..#.G
    """
    assert four_rooms(5).split() == drawing.split()
    assert four_rooms(9).count(".") == 81 - 17 + 4 - 1


def test_the_mirror_image_is_as_hard_as_the_maze():
    was, now = LONG.layouts[0], MIRRORED.layouts[0]
    np.testing.assert_array_equal(now.wall, was.wall[:, ::-1])
    goals = (layout.cell(layout.goals[0]) for layout in (was, now))
    assert next(goals)[0] == next(goals)[0] == 5
    distances = (layout.graph.distances_to(layout.goals).ravel() for layout in (was, now))
    np.testing.assert_array_equal(np.sort(next(distances)), np.sort(next(distances)))
    assert replace(MIRRORED, walls=LONG.walls, goal=LONG.goal) == LONG


def test_late_is_as_many_attempts_as_asked(seed):
    lived = fs.simulate(replace(MAZE, n_attempts=22), Random(), 2, seed=seed, record=())
    one = lived.expand_dims(seed=[0])
    length, shortest = measures.paths(one)
    expected = length[:, :, -7:].sum() / shortest[:, :, -7:].sum()
    np.testing.assert_allclose(measures.late_ratio(one, 7), expected)
    assert measures.late_difference(one, one, 7) == 0


def test_the_figure_of_shares_shows_what_it_measures():
    recordings = {}
    for n, name in enumerate(("rooms", "rooms_dqn", "rooms_dqn_one_hot", "rooms_dqn_dense")):
        for size in ("", "@7"):
            task = GridWorld.drawn(four_rooms(7 if size else 5), n_attempts=22, max_steps=40)
            lived = fs.simulate(task, Random(), 2, seed=n, record=()).expand_dims(seed=[0])
            recordings[f"blundell2016/{name}{size}"] = lived
    more = lived.assign_coords(seed=[1])  # a seed that MFEC has not is left out
    recordings["blundell2016/rooms_dqn_dense@7"] = xr.concat([lived, more], "seed")
    drawing, table = draw_domain(recordings)
    assert len(table) == 6
    assert set(table.states) == {19, 39}  # free cells but the goal
    assert drawing.axes[0].get_xlabel() == "free cells but the goal"
    plt.close(drawing)


def test_criterion_by_hand():
    recording = fs.simulate(
        replace(CORRIDOR, n_attempts=30), MFEC(n_neighbors=1, discount=0.9), 3, record=()
    ).expand_dims(seed=[0])
    length, shortest = measures.paths(recording)
    expected = []
    for own, least in zip(length[0], shortest[0], strict=True):
        met = [t for t in range(20, 31) if own[t - 20 : t].sum() <= 1.2 * least[t - 20 : t].sum()]
        expected.append(met[0] if met else 31)
    assert measures.attempts_to_criterion(recording).tolist() == [np.median(expected)]


def test_only_the_largest_return_is_too_high_and_only_where_rewards_vary(seed):
    def found(p, **settings):
        agent = MFEC(discount=0.0, epsilon=1.0, **settings)
        recordings = [
            fs.simulate(PROBES[p], agent, 4, seed=10 * seed + i, record=("q", "stored"))
            for i in range(6)
        ]
        values = np.concatenate([measures.bias(r.expand_dims(seed=[0])) for r in recordings])
        return values.mean(), values.std(ddof=1) / np.sqrt(len(values))

    assert found("1.0") == (0, 0)
    small, small_error = found("0.9")
    large, large_error = found("0.7")
    assert small > 2 * small_error
    assert large - small > 2 * np.hypot(small_error, large_error)
    mean, error = found("0.9", write="mean")
    assert abs(mean) < 4 * error


def test_values_of_new_moves_know_the_goal_only_if_near_states_are_alike(seed):
    def correlation(task):
        agent = MFEC(discount=0.95, epsilon=0.05)
        recording = fs.simulate(replace(task, n_attempts=60), agent, 8, seed=seed,
                                record=("q", "stored", "similarity"))  # fmt: skip
        return measures.new_state_correlation(recording.expand_dims(seed=[seed])).item()

    assert correlation(MAZE) > correlation(replace(MAZE, observe="one_hot"))


def test_new_moves_are_asked_for_by_seed():
    recording = fs.simulate(CORRIDOR, MFEC(), 1, record=("q", "stored", "similarity"))
    with pytest.raises(ValueError, match="select one"):
        measures.new_state_values(recording.expand_dims("seed"))
