"""Replay from CA3 for learners without a table: chains, the fast-and-slow agent, and training offline.

No spikes: sharp waves are planted, the shortest way from where the animal rests to where it began.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest

import fastslow as fs
from fastslow.models import ActorCritic, Prefrontal, ReplayPath, check_agent
from fastslow.models.goal_directed.spiking import SpikingGoalDirected
from fastslow.models.hippocampus.ca3 import CA3
from fastslow.models.hippocampus.chains import Chain, chains
from fastslow.models.hippocampus.readout import Sweep
from fastslow.models.hippocampus.sources import NoReplay, ShuffledOrder
from fastslow.models.hippocampus.spikes import Spikes
from fastslow.models.hippocampus.spiking import AsManyRandom, Decoded, Rested
from fastslow.models.prefrontal.offline_replay import Animal, OfflineReplay
from fastslow.models.prefrontal.replaying import ReplayingPrefrontal
from fastslow.models.replay_agents import SharpWaves
from fastslow.models.training import Trainer
from fastslow.models.training.manual import ManualPopulation
from fastslow.papers.declaration import Experiment, Test
from fastslow.tasks import Bandit, Lanes, TwoStep
from fastslow.tasks.navigation import GridWorld
from fastslow.tasks.task import TimeStep

BEND = """
    S..
    ##.
    G..
"""
RIGHT, DOWN, LEFT, UP = 2, 3, 0, 1  # in a GridWorld
WAY = [0, 1, 2, 5, 8, 7, 6]  # from S to G
MOVES = [RIGHT, RIGHT, DOWN, DOWN, LEFT, LEFT]


@dataclass(frozen=True)
class Planted(SharpWaves):
    """One sharp wave in each rest, from here to where the attempt began; `broken` is left out."""

    broken: int = -1

    def hippocampus(self, task, rng):
        made, graph = super().hippocampus(task, rng), task.course.graphs[0]

        def rest(lane, here):
            start = made._way[lane][0] if made._way[lane] else here
            made._way[lane], made._gain[lane], made._over[lane] = [], [], False
            path = [s for s in graph.shortest_path(here, start) if s != self.broken]
            sweeps = [Sweep(0.1, 0.5, np.array(path), np.linspace(0.1, 0.4, len(path)))]
            read, n_dropped = made._read(lane, sweeps)
            nothing = Spikes(np.empty(0), np.empty(0, int))
            return Rested(sweeps, read, n_dropped, nothing, 0.0, here, here)

        made._rest = rest
        return made


PLANTED = Planted(wander=20, network=CA3(n_pyramidal=60, duration=0.6))


def attempts(**settings) -> GridWorld:
    default = {"n_attempts": 4, "max_steps": 60, "rest": "planning", "n_backups": 9}
    return GridWorld.drawn(BEND, **{**default, **settings})


def life(**settings) -> GridWorld:
    default = {"n_attempts": 1, "max_steps": 30, "observe": "one_hot"}
    return GridWorld.drawn(BEND, **{**default, **settings})


def random_too(agent):
    return replace(agent, ca3=replace(agent.ca3, replay=AsManyRandom(Decoded())))


# --- chains ---


def replayed(states, actions, kind="reverse") -> ReplayPath:
    return ReplayPath(np.array(states), np.array(actions), np.arange(len(states)) * 1.0, kind=kind)


def listed(way: Chain) -> tuple:
    return way.states.tolist(), way.actions.tolist(), way.rewards.tolist(), way.end


def test_a_whole_sequence_is_one_way_in_the_order_of_its_moves():
    graph = life().course.graphs[0]
    (way,) = chains(replayed(WAY[-2::-1], MOVES[::-1]), graph.next_state)
    assert listed(way) == (WAY[:-1], MOVES, [5.0, 4.0, 3.0, 2.0, 1.0, 0.0], 6)


def test_a_forward_path_is_turned_around():
    graph = life().course.graphs[0]
    (way,) = chains(replayed(WAY[:-1], MOVES, "forward"), graph.next_state)
    assert listed(way) == (WAY[:-1], MOVES, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], 6)


def test_it_breaks_where_a_move_leads_elsewhere():
    graph = life().course.graphs[0]
    ways = chains(replayed([7, 1, 0, 8], [LEFT, RIGHT, RIGHT, LEFT]), graph.next_state)
    assert [listed(way) for way in ways] == [
        ([7], [LEFT], [0.0], 6), ([0, 1], [RIGHT, RIGHT], [2.0, 1.0], 2), ([8], [LEFT], [3.0], 7),
    ]  # fmt: skip
    assert chains(replayed([], []), graph.next_state) == []


def test_no_move_is_lost_or_added_whatever_the_order():
    graph, rng = life().course.graphs[0], np.random.default_rng(0)
    for _ in range(30):
        order = rng.permutation(6)
        ways = chains(replayed(np.array(WAY[:-1])[order], np.array(MOVES)[order]), graph.next_state)
        assert sorted(s for way in ways for s in way.states.tolist()) == sorted(WAY[:-1])
        for way in ways:
            reached = graph.next_state[way.states, way.actions]
            assert reached.tolist() == [*way.states[1:].tolist(), way.end]


def test_a_path_of_states_alone_is_an_error():
    with pytest.raises(ValueError, match="replay from 'plan' needs actions and rewards"):
        chains(ReplayPath(np.arange(2), source="plan"), np.zeros((3, 2), int))


# --- settings ---


def test_lesions_of_sharp_waves():
    intact = SharpWaves()
    assert intact.without("plasticity") == replace(intact, flat=True)
    assert intact.without("cue") == replace(intact, cue="none")
    assert intact.without("order").replay == ShuffledOrder(Decoded())
    assert intact.without("order", "replay").replay == NoReplay()
    assert intact.without("slow") == intact  # a part of the agent, not of CA3
    for agent in (SpikingGoalDirected(), ReplayingPrefrontal()):
        cut = agent.without("order").without("cue")
        assert (cut.ca3, cut.lesions) == (intact.without("order", "cue"), ("order", "cue"))


def test_misuse_is_named():
    with pytest.raises(ValueError, match="CA3 needs a task that lays out its course, Bandit does"):
        SharpWaves().hippocampus(Bandit(), Lanes(0, 1))
    with pytest.raises(ValueError, match="this GridWorld has none: rest='planning'"):
        fs.simulate(attempts(rest="none"), SpikingGoalDirected(ca3=PLANTED), 1)
    with pytest.raises(ValueError, match="n_passes must be at least 1, got 0"):
        SpikingGoalDirected(n_passes=0)
    with pytest.raises(ValueError, match="every must be at least 1, got 0"):
        ReplayingPrefrontal(every=0)
    with pytest.raises(ValueError, match=r"replay_weight must be positive, got 0\.0"):
        ReplayingPrefrontal(replay_weight=0.0)
    with pytest.raises(ValueError, match="n_backups must be 30 at most, the steps between updates"):
        Trainer(life(), ReplayingPrefrontal(n_backups=31, ca3=PLANTED), ActorCritic(), (0,))
    with pytest.raises(ValueError, match="one-hot states: 9 of them, GridWorld shows 4 features"):
        Trainer(
            life(observe="coordinates"), ReplayingPrefrontal(n_backups=9, ca3=PLANTED),
            ActorCritic(), (0,),
        )  # fmt: skip


# --- the fast-and-slow agent ---


def fast_slow(**settings) -> SpikingGoalDirected:
    return SpikingGoalDirected(ca3=PLANTED, n_hidden=(16,), **settings).without("slow")


def test_contract_of_the_fast_and_slow_agent():
    check_agent(fast_slow(), attempts(n_attempts=2, max_steps=20), n=2)


def lessons(agent, path) -> set:
    agent.begin(attempts(), 2, Lanes(0, 2))
    taught = agent._lessons([replace(path, lane=1)])
    assert not taught.weight[0].any()
    rows = np.stack([taught.state, taught.goal, taught.action])[:, 1, taught.weight[1] > 0]
    return set(map(tuple, rows.T.tolist()))


def test_the_end_of_a_way_is_the_goal_of_all_its_states():
    way = replayed(WAY[-2::-1], MOVES[::-1])
    assert lessons(fast_slow(), way) == {(s, 6, a) for s, a in zip(WAY[:-1], MOVES, strict=True)}


def test_single_moves_teach_no_goal_beyond_them():
    every_other = replayed([7, 5, 1, 8, 2, 0], [LEFT, DOWN, RIGHT, LEFT, DOWN, RIGHT])
    reached = dict(pairwise(WAY))
    found = lessons(fast_slow(), every_other)
    assert {(s, goal) for s, goal, _ in found} == set(reached.items())


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_planted_sequence_shows_the_way_and_its_shuffle_does_not(seed):
    """Moves of the last of four attempts, by a network alone."""

    def last(agent) -> np.ndarray:
        recording = fs.simulate(attempts(max_steps=500), agent, 4, seed=seed, record="behavior")
        moving = (recording.active & (recording.phase == 0)).sum("step")
        return moving[recording.attempt.isel(step=0) == 3].values

    assert (last(fast_slow(n_passes=100)) == len(MOVES)).all()
    for part in ("order", "replay", "learning", "fast"):
        assert last(fast_slow(n_passes=100).without(part)).mean() > 1.2 * len(MOVES)


@pytest.mark.parametrize("budget", [0, 3, 9])
def test_the_budget_is_kept_by_all_sources(budget):
    world = attempts(n_backups=budget, max_steps=200)
    agents = [fast_slow(), fast_slow().without("order"), random_too(fast_slow())]
    for agent in agents:
        agent.begin(world, 1, Lanes(0, 1))
        memory = agent._hippocampus
        memory._way[0] = [0]
        paths = memory.replay(np.array([6]), np.ones(1), np.zeros(1), budget)
        assert sum(path.n_backups for path in paths) == min(budget, len(MOVES))


def test_steps_along_no_experience_are_dropped_and_counted():
    agent = fast_slow()
    agent = replace(agent, ca3=replace(PLANTED, broken=5))
    recording = fs.simulate(attempts(max_steps=200), agent, 1, record="behavior")
    rested = recording.planning == 2
    assert (recording.n_steps_dropped.where(rested).max("step") == 1).all()
    assert (recording.n_steps_read.where(rested).max("step") == 5).all()


# --- training offline ---


def network(**settings) -> ReplayingPrefrontal:
    return ReplayingPrefrontal(
        **{"n_units": 8, "ca3": PLANTED, "every": 2, "n_backups": 9, **settings}
    )


SETTINGS = ActorCritic(n_lives=24, n_lanes=2)


def trainer(agent, seeds=(0,), settings=SETTINGS, **world) -> Trainer:
    return Trainer(life(**world), agent, settings, seeds, ManualPopulation)


def rewarded(made: Trainer, k: int = 0) -> OfflineReplay:
    """Let the animal of seed number `k` walk its way, and be rewarded."""
    offline = made._offline
    walk(offline.animals[k], WAY, MOVES, reward=1.0)
    return offline


def walk(animal: Animal, way, moves, reward: float) -> None:
    n = animal.lane + 1
    for state, action, reached in zip(way[:-1], moves, way[1:], strict=True):
        arrived = reached == way[-1]
        before = TimeStep(
            np.repeat(np.eye(9, dtype=np.float32)[state][None], n, axis=0), np.zeros(n),
            np.ones(n), np.zeros(n, bool), np.ones(n, bool), np.zeros(n, np.int8), {}, {},
        )  # fmt: skip
        now = before._replace(
            reward=np.full(n, reward * arrived), discount=np.full(n, float(not arrived)),
            outcomes={"state": np.full(n, reached)},
        )  # fmt: skip
        animal.observe(before, np.full(n, action), now)


def relived_way(made: Trainer):
    """What the first network relives after its way, and the weights it has."""
    offline, weights = rewarded(made), made.population.weights(0)
    return offline._relived(weights, 0, offline.animals[0].rest(9), 0.9), weights


def test_contract_of_the_network():
    """Tested, it is a network like any other, in any task."""
    task = TwoStep(n_trials=4, encoding="compressed")
    check_agent(network().initialized(task, 0), task)


@pytest.mark.parametrize("seed", [0, 3])
def test_what_is_relived_is_what_was_lived(seed):
    """Rows of input, values and actions are those of a real walk along the way."""
    relived, weights = relived_way(trainer(network(), (seed,)))
    agent = network().with_weights(weights)
    play = life().play(1, Lanes(seed, 1))
    agent.begin(life(), 1, Lanes(seed, 1, "agent"))
    now, rows = next(play), []
    for t, action in enumerate(MOVES):
        agent._rng = Fixed(relived.draw[t])
        chosen, _ = agent.act(now)
        rows.append(agent._encoder._row[0].copy())
        assert chosen[0] == action
        now = play.send(chosen)
    np.testing.assert_allclose(relived.inputs, rows)
    assert relived.reward.tolist() == [0, 0, 0, 0, 0, 1]
    assert relived.discount.tolist() == [1, 1, 1, 1, 1, 0]
    assert relived.first.tolist() == [True] + [False] * 5


class Fixed:
    def __init__(self, draw):
        self.draw = draw

    def random(self):
        return np.array([self.draw])


def test_a_way_that_ends_on_the_way_is_worth_what_the_critic_expects_there():
    made = trainer(network())
    weights = made.population.weights(0)
    part = Chain(np.array(WAY[:2]), np.array(MOVES[:2]), np.zeros(2), WAY[2])
    relived = made._offline._relived(weights, 0, [part], 0.9)
    agent = network().with_weights(weights)
    play = life().play(1, Lanes(0, 1))
    agent.begin(life(), 1, Lanes(0, 1, "agent"))
    now = next(play)
    for t in range(2):
        agent._rng = Fixed(relived.draw[t])
        chosen, _ = agent.act(now)
        now = play.send(chosen)
    agent._rng = Fixed(0.5)
    _, trace = agent.act(now)
    assert relived.reward[1] == pytest.approx(0.9 * trace["value"][0], rel=1e-5)
    assert relived.discount.tolist() == [1, 0]


def weights_after(agent, seeds=(0,), settings=SETTINGS) -> dict[int, np.ndarray]:
    made = trainer(agent, seeds, settings)
    for _ in made.run():
        pass
    return {
        seed: np.concatenate([w.ravel() for w in made.population.weights(k).values()])
        for k, seed in enumerate(seeds)
    }


def test_an_offline_update_is_the_update_of_the_way_itself():
    """Played in the world or relived, the same moves change the weights alike."""
    relived, _ = relived_way(trainer(network()))
    made, settings = trainer(network()), SETTINGS.update_settings(0)
    rewarded(made)._rest(made.population, settings)

    real = trainer(Prefrontal(n_units=8))
    population, n_steps, world = real.population, life().n_steps, life()
    play, encoder = world.play(2, Lanes(0, 2)), Prefrontal(n_units=8).encoder(world, 2)
    now = next(play)
    reward, discount = np.zeros((2, n_steps, 2), np.float32)
    active = np.zeros((n_steps, 2), bool)
    for t in range(n_steps):
        encoder(now, out=population.inputs[t])
        on = t < len(MOVES)
        draw = np.array([relived.draw[t] if on else 0.5, 0.5])
        action = population.step(t, now.first, draw).copy()
        encoder.acted(action)
        now = play.send(action)
        if on:
            assert action[0] == MOVES[t]
            reward[t, 0], discount[t, 0], active[t, 0] = now.reward[0], now.discount[0], True
    population.update(reward, discount, active, settings)
    for name, weight in population.weights(0).items():
        np.testing.assert_allclose(made.population.weights(0)[name], weight, atol=1e-6)


def test_relived_updates_have_running_means_of_their_own():
    """What was learned from lives just before does not push them, and they do not push that."""
    lives = trainer(Prefrontal(n_units=8))
    for _ in range(3):
        lives.train_batch()
    weights, optimizer = lives.population.weights(0), lives.population.optimizer(0)
    changed = []
    for given in (optimizer, None):
        made = trainer(network())
        made.population.load(0, weights, given)
        rewarded(made)._rest(made.population, SETTINGS.update_settings(0))
        changed.append(made.population.weights(0))
        after = made.population.optimizer(0)
        assert all(np.array_equal(after[n], optimizer[n] if given else 0 * after[n]) for n in after)
    for name, old in weights.items():
        assert np.array_equal(changed[0][name], changed[1][name])
        assert name.startswith("initial") or not np.array_equal(changed[0][name], old)


def test_without_replay_training_is_that_of_a_plain_network():
    plain = weights_after(Prefrontal(n_units=8))[0]
    assert (weights_after(network().without("replay"))[0] == plain).all()


def test_replay_changes_training_and_seeds_stay_apart():
    settings = replace(SETTINGS, n_lives=60)
    together = weights_after(network(), (0, 1, 2), settings)
    plain = weights_after(Prefrontal(n_units=8), (0, 1, 2), settings)
    changed = [not np.array_equal(together[seed], plain[seed]) for seed in together]
    assert any(changed)
    for seed in together:
        assert (weights_after(network(), (seed,), settings)[seed] == together[seed]).all()


def test_nothing_happens_to_networks_whose_animal_was_never_rewarded():
    made = trainer(network(), (0, 1))
    before = [made.population.weights(k) for k in range(2)]
    rewarded(made, k=1)._rest(made.population, SETTINGS.update_settings(0))
    for k, same in ((0, True), (1, False)):
        after = made.population.weights(k)
        assert all(np.array_equal(after[name], before[k][name]) for name in after) == same
    assert made.population.optimizer(0)["count"] == 0


@pytest.mark.parametrize("every", [1, 4])
def test_rests_come_after_so_many_updates(every, monkeypatch):
    made, rests = trainer(network(every=every)), []
    monkeypatch.setattr(made._offline, "_rest", lambda *_: rests.append(made.batch))
    for _ in made.run():
        pass
    assert rests == list(range(every, made.settings.n_batches + 1, every))


def test_lives_without_reward_are_not_written():
    animal = trainer(network())._offline.animals[0]
    written = animal.hippocampus.experience.reward
    walk(animal, WAY, MOVES, reward=0.0)
    assert not written.any()
    assert animal.rest(9) == []
    walk(animal, WAY, MOVES, reward=2.0)
    assert written[0, WAY[-2], MOVES[-1]] == written.sum() == 2.0
    assert sum(len(way.states) for way in animal.rest(4)) == 4


def test_a_run_with_a_hippocampus_begins_anew(tmp_path):
    """What CA3 has learned is in no checkpoint, so that none is kept."""
    for agent, resumes in ((network(), False), (network().without("replay"), True)):
        assert trainer(agent).resumes == resumes
        made = Experiment(
            "own/corridor", "", life(), agent, SETTINGS,
            Test(n_lives=3, record=()), {"half": Test(n_lives=3, record=(), snapshot=0.5)},
        )  # fmt: skip
        run = fs.run(made, seeds=(0, 1), out=tmp_path)
        assert (run.folder.path / "seed=0" / "checkpoint.safetensors").exists() == resumes
        assert len(run.training) == 2 * SETTINGS.n_batches
        assert set(run.test("half").seed.values) == {0, 1}
