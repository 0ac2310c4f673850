"""Replay: what a backup is worth, planning periods against a slow oracle, sources, the agent."""

from dataclasses import replace

import numpy as np
import pytest

import fastslow as fs
from fastslow.models import check_agent, check_hippocampus
from fastslow.models.hippocampus import Hippocampus, ReplayPath
from fastslow.models.hippocampus.backups import to_backups
from fastslow.models.hippocampus.moment import Moment
from fastslow.models.hippocampus.prioritized import GAIN_FLOOR, Prioritized, gain_of_one
from fastslow.models.hippocampus.replay import choice_probability, gain, need, stationary_need
from fastslow.models.hippocampus.sources import (
    NoReplay,
    RandomDyna,
    ReversedOrder,
    ReverseOnReward,
    ShuffledContent,
    ShuffledOrder,
)
from fastslow.models.hippocampus.tabular import TabularHippocampus
from fastslow.models.replay_agents import TabularQ
from fastslow.tasks import Lanes
from fastslow.tasks.navigation import linear_track, open_maze

SOURCES = [
    NoReplay(),
    RandomDyna(),
    ReverseOnReward(),
    Prioritized(),
    Prioritized(gain="off"),
    Prioritized(need="off"),
    Prioritized(need="offline"),
    ShuffledOrder(),
    ReversedOrder(),
    ShuffledContent(),
]


def hippocampus(
    world, source, n=2, seed=0, learning_rate=1.0, goals=(), q=None
) -> TabularHippocampus:
    """A hippocampus that has swept a world, and met a reward on one of its moves."""
    graph = world.layouts[0].graph
    if q is None:
        q = np.zeros((n, max(1, len(goals)), graph.n_states, graph.n_actions))
    memory = TabularHippocampus(
        q, Lanes(seed, n), source, learning_rate, 0.9, 5.0, 0.9, goals
    )  # fmt: skip
    ends = np.array([9, 20])
    memory.experience.sweep(graph.next_state, ends, [np.array([20 + 9]), np.array([0])])
    nothing = dict.fromkeys(("action", "reward", "next_state", "ended", "write"), np.zeros(n, bool))
    memory.observe(np.eye(graph.n_states)[np.zeros(n, int)], nothing)  # each lane draws a number
    return memory


def rewarded(memory: TabularHippocampus, n: int = 2) -> TabularHippocampus:
    step = {
        "action": np.full(n, 2), "reward": np.ones(n), "next_state": np.full(n, 9),
        "ended": np.ones(n, bool),
    }  # fmt: skip
    memory.observe(np.eye(30)[np.full(n, 8)], step)
    return memory


# --- gain and need ---


@pytest.mark.parametrize(
    ("q", "q_new"), [([0.0, 0.0], [0.0, 1.0]), ([0.0, 1.0], [0.0, 0.0]), ([0.3, 0.2], [0.3, 0.9])]
)
def test_gain_by_hand(q, q_new):
    """Section 3.4: both policies are judged by the new values."""
    new, old = (np.exp(5 * v[1]) / (np.exp(5 * v[0]) + np.exp(5 * v[1])) for v in (q_new, q))
    by_hand = (new - old) * q_new[1] + (old - new) * q_new[0]
    assert gain(np.array(q), np.array(q_new), 5.0) == pytest.approx(by_hand, abs=1e-6)


def test_gain_is_about_changes_of_the_best_action():
    """A prediction-error rule ranks these the other way round."""
    kept = gain(np.array([1.0, 0.0]), np.array([4.0, 0.0]), 5.0)  # error 3: the best is better
    overturned = gain(np.array([0.5, 0.0]), np.array([0.5, 0.8]), 5.0)  # error 0.8: another is best
    assert overturned > 5 * kept > 0


def test_gain_of_one_is_gain():
    rng = np.random.default_rng(0)
    rows, values = rng.normal(size=(200, 4)), rng.normal(size=200)
    for row, action, value in zip(rows, rng.integers(4, size=200), values, strict=True):
        new = row.copy()
        new[action] = value
        fast = gain_of_one(row.tolist(), int(action), float(value), 5.0)
        assert fast == pytest.approx(gain(row, new, 5.0), abs=1e-12)


def test_need_is_discounted_future_occupancy():
    rng = np.random.default_rng(1)
    transition = rng.dirichlet(np.ones(6), size=(3, 6))
    state = np.array([0, 3, 5])
    inverse = np.linalg.inv(np.eye(6) - 0.9 * transition)
    found = need(transition, state, 0.9)
    np.testing.assert_allclose(found, inverse[np.arange(3), state], atol=1e-9)
    np.testing.assert_allclose(found.sum(axis=1), 10, atol=1e-6)
    powers = sum(0.9**k * np.linalg.matrix_power(transition[0], k)[0] for k in range(400))
    np.testing.assert_allclose(found[0], powers, atol=1e-6)


def test_need_is_largest_at_the_animal_on_a_path_that_never_returns():
    path = np.eye(7, k=1)
    np.testing.assert_allclose(need(path, 2, 0.9), [0, 0, 1, 0.9, 0.81, 0.729, 0.6561])


def test_stationary_need_is_where_a_long_walk_ends():
    rng = np.random.default_rng(2)
    transition = np.zeros((6, 6))
    transition[:5, :5] = rng.dirichlet(np.ones(5), size=5)
    long_run = np.linalg.matrix_power(transition[:5, :5], 500)[0]
    np.testing.assert_allclose(stationary_need(transition), [*long_run, 0], atol=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: need(np.eye(2), 0, 1.0), "discount must be in"),
        (lambda: need(np.ones((2, 3)), 0, 0.9), "n_states, n_states"),
        (lambda: stationary_need(np.eye(3)), "it has 3"),
        (lambda: Prioritized(gain="of"), "gain must be on, off or a function, got 'of'"),
        (lambda: Prioritized(need="on"), "need must be online, offline, off or a function"),
        (lambda: TabularQ(choice="soft"), "choice must be softmax or greedy, got 'soft'"),
        (lambda: TabularQ(replay=None), "replay must be a source"),
        (lambda: TabularQ(goals=((1, 0.5),)), "must add up to 1"),
        (lambda: TabularQ(replay=RandomDyna()).without("gain"), "RandomDyna has no part 'gain'"),
        (lambda: fs.simulate(linear_track(observe="coordinates"), TabularQ(), 1), "one-hot"),
        (lambda: hippocampus(linear_track(), NoReplay(), goals=((1, 1.0),),
                             q=np.zeros((2, 3, 30, 4))), "q must have 1 maps"),
    ],
)  # fmt: skip
def test_misuse_is_answered(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# --- a planning period against a slow oracle ---


def slow_values(moment: Moment, source: Prioritized, q, sequence):
    """Worth of every candidate, written down from section 3.4: {(steps): (worth, targets)}."""
    table = source.need_of(moment)[0]
    next_state, reward = moment.next_state[0], moment.outcome[0, 0]
    ended = moment.ended[0, 0]
    candidates = [((s, a),) for s, a in np.argwhere(moment.worth_replaying[0]).tolist()]
    if sequence and not ended[sequence[-1]]:
        end = int(next_state[sequence[-1]])
        best = np.flatnonzero(q[end] == q[end].max())
        for a in best.tolist():  # any of the ties
            visited = [s for s, _ in sequence] + [end]
            if moment.worth_replaying[0][end, a] and next_state[end, a] not in visited:
                candidates.append((*sequence, (end, a)))
    worth = {}
    for steps in candidates:
        targets, total = [], 0.0
        last = steps[-1]
        for j in range(len(steps)):
            n = len(steps) - j
            tail = sum(0.9**i * reward[steps[j + i]] for i in range(n))
            if not ended[last]:
                tail += 0.9**n * q[int(next_state[last])].max()
            new = q[steps[j][0]].copy()
            new[steps[j][1]] = tail
            total += max(float(gain(q[steps[j][0]], new, 5.0)), 1e-10)
            targets.append(tail)
        worth[steps] = (table[last[0]] * total, targets)
    return worth


def on_the_way(seed: int) -> tuple[TabularHippocampus, Moment]:
    """An animal that has run the track a few times and stands at its start."""
    agent = TabularQ()
    fs.simulate(linear_track(n_attempts=4), agent, 1, seed=seed)
    memory = agent._hippocampus
    return memory, memory.moment(np.zeros(1, int), np.zeros(1, int), *np.zeros((2, 1)), 20)


def somewhere(seed: int) -> tuple[TabularHippocampus, Moment]:
    """An animal in the open maze that knows something, and has met some rewards, anywhere."""
    rng, world = np.random.default_rng(seed), open_maze()
    graph = world.layouts[0].graph
    q = rng.random((1, 1, graph.n_states, 4)) * (rng.random((1, 1, graph.n_states, 4)) < 0.3)
    q[0, 0, 8] = 0
    memory = TabularHippocampus(q, Lanes(seed, 1), Prioritized(), 1.0, 0.9, 5.0, 0.9)
    memory.experience.sweep(graph.next_state, np.array([8]), [np.array([0])])
    memory.experience.reward[:] = rng.random((1, graph.n_states, 4)) < 0.05
    return memory, memory.moment(np.zeros(1, int), np.zeros(1, int), *np.zeros((2, 1)), 20)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("animal", [on_the_way, somewhere])
def test_each_backup_is_the_best_that_an_exhaustive_search_finds(animal, seed):
    memory, moment = animal(seed)
    q = memory.q
    paths = memory.source.propose(moment)
    assert sum(path.n_backups for path in paths) == 20
    values, longest = q[0, 0].copy(), 0
    for path in paths:
        sequence = ()
        for state, action in zip(path.states.tolist(), path.actions.tolist(), strict=True):
            grown = (*sequence, (state, action))
            worth = slow_values(moment, memory.source, values, sequence or previous(paths, path))
            best = max(w for w, _ in worth.values())
            assert worth[grown][0] >= best * (1 - 1e-9)
            for (s, a), target in zip(grown, worth[grown][1], strict=True):
                values[s, a] = target
            sequence = grown
            longest = max(longest, len(grown))
        assert path.score == pytest.approx(best)
    assert animal is somewhere or longest > 4  # the way ahead is among them


def previous(paths, path):
    """The sequence chosen before `path` began: the whole of the path before."""
    at = next(i for i, p in enumerate(paths) if p is path)
    before = paths[at - 1] if at else None
    if before is None:
        return ()
    return tuple(zip(before.states.tolist(), before.actions.tolist(), strict=True))


def test_reward_news_is_replayed_backward_and_the_way_ahead_forward():
    memory = rewarded(hippocampus(linear_track(), Prioritized(need="off")))
    here, zeros = np.full(2, 9), np.zeros(2)
    paths = [p for p in memory.replay(here, np.ones(2), zeros, 8) if p.lane == 0]
    backups = [(s, a) for p in paths for s, a in zip(p.states, p.actions, strict=True)]
    assert backups == [(8 - i, 2) for i in range(8)]  # each from one cell farther, moving right


def test_ties_go_to_the_fewest_steps_then_at_random():
    """With gain and need 1 everything ties: single steps, all of them as likely."""
    n, n_backups = 40, 50
    memory = hippocampus(linear_track(), Prioritized(gain="off", need="off"), n=n)
    paths = memory.replay(np.zeros(n, int), np.zeros(n), np.zeros(n), n_backups)
    assert {path.n_backups for path in paths} == {1}
    counts = np.bincount([int(p.states[0]) * 4 + int(p.actions[0]) for p in paths])
    # 9 cells of each lane, right and left; the outermost cannot go farther out
    p, total = 1 / 34, n * n_backups
    assert (counts > 0).sum() == 34
    assert np.abs(counts[counts > 0] / total - p).max() < 5 * np.sqrt(p * (1 - p) / total)


def test_every_backup_allowed_is_made_unless_the_threshold_is_not_passed():
    memory = rewarded(hippocampus(linear_track(), Prioritized()))
    here, zeros = np.full(2, 9), np.zeros(2)
    made = memory.replay(here, np.ones(2), zeros, 20)
    assert sum(p.n_backups for p in made if p.lane == 1) == 20
    memory.source = Prioritized(threshold=0.01)
    fewer = memory.replay(here, np.ones(2), zeros, 20)
    assert 0 < sum(p.n_backups for p in fewer if p.lane == 1) < 20
    assert all(p.score > 0.01 for p in fewer)
    memory.source = Prioritized(threshold=1e9)
    assert memory.replay(here, np.ones(2), zeros, 20) == []


def test_gain_and_need_can_be_functions():
    built_in = rewarded(hippocampus(linear_track(), Prioritized()))
    own = rewarded(hippocampus(linear_track(), Prioritized(gain=gain, need=need)))
    here, zeros = np.full(2, 9), np.zeros(2)
    for one, other in zip(
        built_in.replay(here, np.ones(2), zeros, 9), own.replay(here, np.ones(2), zeros, 9),
        strict=True,
    ):  # fmt: skip
        np.testing.assert_array_equal(one.states, other.states)
        assert one.score == pytest.approx(other.score)


def test_priorities_multiply():
    memory = rewarded(hippocampus(linear_track(), Prioritized()))
    moment = memory.moment(np.arange(2), np.full(2, 9), np.ones(2), np.zeros(2), 1)
    gained, needed, value = Prioritized().priorities(moment)
    np.testing.assert_allclose(gained * needed, value)
    assert value[0].argmax() == 8
    expected = gain(np.zeros(4), np.array([0, 0, 1.0, 0]), 5.0)
    assert gained[0, 8] == pytest.approx(expected)
    assert gained[0, 3] == pytest.approx(GAIN_FLOOR)
    assert gained[0, 15] == 0  # a wall


# --- candidate goals ---


def test_routes_to_candidate_goals_are_built_before_any_reward():
    goals = ((9, 0.75), (5, 0.25))
    q = np.zeros((1, 2, 30, 4))
    memory = hippocampus(linear_track(), Prioritized(need="off"), n=1, goals=goals, q=q)
    paths = memory.replay(np.zeros(1, int), np.zeros(1), np.zeros(1), 20)
    first = [(int(p.states[0]), int(p.actions[0])) for p in paths]
    assert first[0] == (8, 2)  # toward the likelier goal
    assert (4, 2) in first
    assert (6, 3) in first  # the other one from both sides
    none = hippocampus(linear_track(), Prioritized(need="off"), n=1)
    assert all(p.score < 1e-8 for p in none.replay(np.zeros(1, int), np.zeros(1), np.zeros(1), 20))


def test_agent_learns_maps_of_candidate_goals():
    agent = TabularQ(goals=((9, 0.5), (20, 0.5)), replay=Prioritized(need="off"))
    task = linear_track(n_attempts=8)
    fs.simulate(task, agent, 2, seed=1)
    assert agent._q[0, 0, :9, 2] == pytest.approx(0.9 ** np.arange(8, -1, -1))
    assert not agent._q[:, 0, 20:].any()


# --- sources ---


@pytest.mark.parametrize("source", SOURCES, ids=repr)
@pytest.mark.parametrize("n_backups", [0, 1, 7, 20])
def test_sources_keep_to_the_budget(source, n_backups):
    memory = rewarded(hippocampus(linear_track(), source))
    paths = memory.replay(np.full(2, 9), np.ones(2), np.zeros(2), n_backups)
    made = [sum(p.n_backups for p in paths if p.lane == lane) for lane in range(2)]
    equal = 0 if isinstance(source, NoReplay) else n_backups
    assert made == [equal, equal]


@pytest.mark.parametrize("source", SOURCES, ids=repr)
def test_sources_replay_what_is_remembered(source):
    memory = rewarded(hippocampus(linear_track(), source))
    usable = memory.moment(np.arange(2), np.full(2, 9), np.ones(2), np.zeros(2), 1).worth_replaying
    for path in memory.replay(np.full(2, 9), np.ones(2), np.zeros(2), 20):
        assert usable[path.lane, path.states, path.actions].all()
        np.testing.assert_array_equal(
            path.rewards, memory.experience.reward[path.lane, path.states, path.actions]
        )
    assert not memory.q.any()  # sources never touch the learner


def backups(paths, lane=0):
    return [(s, a) for p in paths if p.lane == lane
            for s, a in zip(p.states.tolist(), p.actions.tolist(), strict=True)]  # fmt: skip


def test_wrappers_keep_content_or_structure():
    def replayed(source):
        memory = rewarded(hippocampus(linear_track(), source))
        return memory.replay(np.full(2, 9), np.ones(2), np.zeros(2), 20)

    plain = replayed(Prioritized())
    assert backups(replayed(ReversedOrder())) == backups(plain)[::-1]
    shuffled = backups(replayed(ShuffledOrder()))
    assert sorted(shuffled) == sorted(backups(plain))
    assert shuffled != backups(plain)
    relabelled = replayed(ShuffledContent())
    assert [p.n_backups for p in relabelled] == [p.n_backups for p in plain]
    label = dict(zip(backups(plain), backups(relabelled), strict=True))
    assert [label[b] for b in backups(plain)] == backups(relabelled)  # one name for each
    assert len(set(label.values())) == len(label)
    assert backups(relabelled) != backups(plain)


def test_reverse_on_reward_goes_outward_from_the_animal():
    memory = rewarded(hippocampus(linear_track(), ReverseOnReward()))
    paths = memory.replay(np.full(2, 9), np.array([1.0, 0.0]), np.zeros(2), 9)
    assert backups(paths) == [(8 - i, 2) for i in range(9)]
    assert backups(paths, lane=1) == []


def test_a_source_beyond_its_budget_is_caught():
    class Greedy:
        def propose(self, moment):
            return RandomDyna().propose(replace(moment, n_backups=moment.n_backups + 1))

    with pytest.raises(ValueError, match="Greedy may make 3 backups, it proposed 4 in lane 0"):
        hippocampus(linear_track(), Greedy()).replay(np.zeros(2, int), *np.zeros((2, 2)), 3)


# --- states to backups ---


def test_paths_of_states_become_experiences():
    graph = linear_track().layouts[0].graph
    reward = np.arange(120.0).reshape(30, 4)
    states = np.array([5, 6, 6, 7, 3, 15])  # a pause, a jump, a wall: none was experienced
    for kind, rule, expected in (
        ("forward", None, [(5, 2), (6, 2)]),
        ("unknown", None, [(6, 3), (7, 3)]),
        ("unknown", "along", [(5, 2), (6, 2)]),
    ):
        path = ReplayPath(states, times=np.arange(6) / 100, kind=kind, lane=1)
        made, n_dropped = to_backups(path, graph.next_state, reward, rule)
        assert list(zip(made.states, made.actions, strict=True)) == expected
        assert n_dropped == 3
        np.testing.assert_array_equal(made.rewards, [reward[s, a] for s, a in expected])
        np.testing.assert_allclose(made.times, [0.01, 0.03])
    with pytest.raises(ValueError, match="rule must be along or away"):
        to_backups(path, graph.next_state, reward, "forward")
    with pytest.raises(ValueError, match="numbered states"):
        to_backups(ReplayPath(np.zeros((3, 2))), graph.next_state, reward)


class Says:
    """A source that proposes one path."""

    def __init__(self, path):
        self.path = path

    def propose(self, moment):
        return [replace(self.path, lane=int(lane)) for lane in moment.lanes]


def test_reverse_paths_reach_far_in_one_go_and_forward_paths_grow():
    outward = ReplayPath(np.arange(9, -1, -1), kind="reverse")
    graph = linear_track().layouts[0].graph
    path, _ = to_backups(outward, graph.next_state, np.zeros((30, 4)))
    ahead = ReplayPath(np.arange(9), np.full(9, 2), kind="forward")
    for proposed in (path, ahead):
        agent = TabularQ(replay=Says(proposed))
        fs.simulate(linear_track(n_attempts=1, reward_noise=0), agent, 1)
        np.testing.assert_allclose(agent._q[0, 0, :9, 2], 0.9 ** np.arange(8, -1, -1))
    broken = TabularQ(replay=Says(replace(ahead, kind="unknown")))
    fs.simulate(linear_track(n_attempts=1, reward_noise=0), broken, 1)
    assert broken._q[0, 0, 7, 2] == pytest.approx(0.9)
    assert not broken._q[0, 0, :7, 2].any()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (ReplayPath(np.array([3]), source="x"), "replay from 'x' has no actions"),
        (ReplayPath(np.array([15]), np.array([0]), source="x"), "state 15, which was never"),
    ],
)
def test_replay_that_cannot_be_applied_is_refused(path, message):
    with pytest.raises(ValueError, match=message):
        fs.simulate(linear_track(n_attempts=2), TabularQ(replay=Says(path)), 1)


# --- the hippocampus and the agent ---


@pytest.mark.parametrize("source", [Prioritized(), RandomDyna(), ShuffledOrder()], ids=repr)
def test_hippocampus_keeps_the_contract(source):
    def new(n):
        return TabularHippocampus(np.zeros((n, 1, 6, 2)), Lanes(0, n), source, 1.0, 0.9, 5.0, 0.9)

    step = {
        "action": np.array([0, 1, 1]), "reward": np.array([1.0, 2.0, 3.0]),
        "next_state": np.array([1, 2, 3]), "ended": np.zeros(3, bool),
    }  # fmt: skip
    check_hippocampus(new, np.eye(6)[[0, 1, 2]], step)
    assert isinstance(new(2), Hippocampus)


@pytest.mark.parametrize(
    "agent",
    [TabularQ(), TabularQ(choice="greedy", show_priorities=True), TabularQ(learning_rate=0.5)],
)
def test_agent_keeps_the_contract(agent):
    check_agent(agent, linear_track(n_attempts=6, max_steps=30), n=3)


def test_lesions_reach_into_wrappers():
    agent = TabularQ(replay=ShuffledOrder(Prioritized())).without("gain")
    assert agent.replay == ShuffledOrder(Prioritized(gain="off"))
    assert TabularQ().without("replay").replay == NoReplay()
    assert TabularQ().without("need", "gain").lesions == ("need", "gain")


def test_agent_applies_what_the_source_worked_out():
    """The source's own copy of the values and the agent's must end alike."""
    agent = TabularQ()
    recording = fs.simulate(linear_track(n_attempts=5), agent, 3, seed=2)
    assert recording.replay_state.size
    memory = agent._hippocampus
    moment = memory.moment(np.arange(3), np.zeros(3, int), np.zeros(3), np.zeros(3), 20)
    _, _, value = Prioritized(need="off").priorities(moment)
    known = agent._q[:, 0]
    # replayed to the end: along the lanes nothing is left to gain
    assert value.max() < 0.2
    assert (choice_probability(known[:, 1:9], 5.0)[..., 2] > 0.25).all()


def test_online_learning_is_q_learning():
    """Without replay: a plain loop over the recorded moves gives the same values."""
    agent = TabularQ(learning_rate=0.5).without("replay")
    recording = fs.simulate(linear_track(n_attempts=6), agent, 1, seed=3)
    q = np.zeros((30, 4))
    for row in range(recording.sizes["episode"]):
        lap = recording.isel(episode=row)
        for t in np.flatnonzero(lap.active.values & (lap.phase.values == 0)):
            s, a = int(lap.position[t]), int(lap.action[t])
            after = 0.0 if lap.discount[t] == 0 else q[int(lap.state[t])].max()
            q[s, a] += 0.5 * (float(lap.reward[t]) + 0.9 * after - q[s, a])
    np.testing.assert_allclose(agent._q[0, 0], q, atol=1e-6)


def test_need_wraps_around_the_end_of_a_lap():
    agent = TabularQ()
    fs.simulate(linear_track(n_attempts=4), agent, 2, seed=0)
    transition = agent._hippocampus.experience.transition
    assert (transition[:, 9, 29] > 0.99).all()
    assert (transition[:, 20, 0] > 0.99).all()
    rows = transition.sum(axis=2)
    np.testing.assert_allclose(rows[:, [*range(10), *range(20, 30)]], 1)


def test_replay_finds_the_shortest_way_before_none_does():
    from fastslow.analysis.learning_curves import first_of_two_shortest

    task, found = linear_track(n_attempts=22), {}
    for source in (Prioritized(), ShuffledOrder(Prioritized()), NoReplay()):
        agent = TabularQ(replay=source, choice="greedy")
        recording = fs.simulate(task, agent, 12, seed=5, record="rests")
        found[type(source).__name__] = first_of_two_shortest(recording).values.ravel()
    assert np.median(found["Prioritized"]) <= 5
    gained = found["ShuffledOrder"] - found["Prioritized"]  # paired: the same worlds
    from fastslow.analysis.statistics import t_interval

    assert t_interval(gained).low > 0
    assert t_interval(found["NoReplay"] - found["ShuffledOrder"]).low > 0


def test_shuffling_what_has_no_order_changes_nothing():
    from fastslow.analysis.learning_curves import moves_by_lap
    from fastslow.analysis.statistics import t_interval

    task, moves = linear_track(n_attempts=12), []
    for source in (RandomDyna(), ShuffledOrder(RandomDyna())):
        agent = TabularQ(replay=source, choice="greedy")
        recording = fs.simulate(task, agent, 16, seed=6, record="rests")
        moves.append(moves_by_lap(recording).sel(lap=slice(3, None)).mean("lap").values.ravel())
    difference = t_interval(moves[0] - moves[1])
    assert difference.low < 0 < difference.high


# --- recordings ---


def test_rests_alone_can_be_recorded():
    task = linear_track(n_attempts=5)
    full = fs.simulate(task, TabularQ(), 2, seed=4)
    short = fs.simulate(task, TabularQ(), 2, seed=4, record="rests")
    assert short.sizes["step"] == 3
    kept = full.active & ((full.phase == 1) | (np.arange(full.sizes["step"]) == 0))
    assert int(short.active.sum()) == int(kept.sum())
    np.testing.assert_array_equal(
        short.position.values[short.active.values], full.position.values[kept.values]
    )
    np.testing.assert_array_equal(short.replay_state, full.replay_state)
    at = [int(short.phase[e, s]) for e, s in zip(short.replay_episode, short.replay_step, strict=True)]  # fmt: skip
    assert set(at) == {1}


def test_stacked_seeds_keep_their_replay():
    from fastslow.data.recording import stack

    task = linear_track(n_attempts=4)
    alone = {seed: fs.simulate(task, TabularQ(), 2, seed=seed) for seed in (3, 8)}
    both = stack(alone)
    for seed, recording in alone.items():
        events = np.flatnonzero(both.replay_seed.values == seed)
        mine = np.isin(both.event_of.values, events)
        for name in ("replay_state", "replay_action"):
            np.testing.assert_array_equal(both[name].values[mine], recording[name])
        np.testing.assert_array_equal(both.replay_score.values[events], recording.replay_score)
        longest = recording.sizes["step"]
        padded = both.sel(seed=seed)
        assert not padded.active.values[:, longest:].any()
        assert (padded.position.values[:, longest:] == -1).all()
