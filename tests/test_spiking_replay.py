"""The closed loop without Brian2: a wave that runs along learned weights stands in for spikes."""

from dataclasses import dataclass, replace
from functools import cached_property
from types import SimpleNamespace

import numpy as np
import pytest

import fastslow as fs
from fastslow.models import check_agent, check_hippocampus
from fastslow.models.hippocampus import ReplayPath
from fastslow.models.hippocampus.ca3_parameters import SHARP_WAVE
from fastslow.models.hippocampus.moment import Moment
from fastslow.models.hippocampus.place_code import GraphCode
from fastslow.models.hippocampus.place_memory import PlaceMemory
from fastslow.models.hippocampus.readout import Sweep
from fastslow.models.hippocampus.sources import ReversedOrder, ShuffledOrder
from fastslow.models.hippocampus.spikes import Spikes
from fastslow.models.hippocampus.spiking import (
    AsManyRandom,
    Decoded,
    InFull,
    SpikingHippocampus,
    SpikingMoment,
    within,
)
from fastslow.models.replay_agents import SpikingQ
from fastslow.tasks import Lanes
from fastslow.tasks.navigation import GraphWorld, StateGraph

N = 8  # states
PER_STATE = 10  # place cells


def line(n: int = N) -> StateGraph:
    state = np.arange(n)
    return StateGraph(np.stack([np.maximum(state - 1, 0), np.minimum(state + 1, n - 1)], axis=1))


def world(**settings) -> GraphWorld:
    default = {"start": 0, "goal": N - 1, "n_attempts": 4, "max_steps": 400, "rest": "planning"}
    return GraphWorld(line(), **{**default, **settings})


@dataclass(frozen=True)
class Wave:
    """A stand-in for CA3: from the cells that are cued, on to those they excite most, each once.

    Without a cue, or where no cell excites others more than the rest, nothing happens.
    """

    n_pyramidal: int = 2 * N * PER_STATE
    n_basket: int = 1
    duration: float = 0.6

    @property
    def n_cue_steps(self) -> int:
        return 12

    @cached_property
    def wiring(self) -> SimpleNamespace:
        n = self.n_pyramidal
        return SimpleNamespace(recurrent=np.stack(np.nonzero(~np.eye(n, dtype=bool))))

    def run(self, weights, seed, cue=None, condition=SHARP_WAVE) -> Spikes:
        matrix = np.zeros((self.n_pyramidal, self.n_pyramidal))
        matrix[tuple(self.wiring.recurrent)] = weights
        tired = np.zeros(self.n_pyramidal, bool)
        drive = np.zeros(self.n_pyramidal) if cue is None else cue.max(axis=0)
        time, neuron, now = [], [], 0.15
        while drive.max() > 1.5 * np.median(drive) and now < 0.55:
            front = np.argsort(-drive)[:PER_STATE]
            for k in range(4):
                time.append(np.full(len(front), now + 0.01 * k))
                neuron.append(front)
            tired[front] = True
            drive = np.where(tired, 0, matrix[front].sum(axis=0))
            now += 0.04
        if not time:
            return Spikes(np.empty(0), np.empty(0, int))
        return Spikes(np.concatenate(time), np.concatenate(neuron))


def agent(**settings) -> SpikingQ:
    return SpikingQ(network=Wave(), **{"wander": 40, **settings})


# --- from decoded paths to backups ---


def empty(n: int, source=None, **settings) -> SpikingHippocampus:
    code, rng = GraphCode(line()), np.random.default_rng(0)
    memories = [PlaceMemory(code, Wave(), rng, homeostatic=True, summed=5.0) for _ in range(n)]
    return SpikingHippocampus(
        np.zeros((n, 1, N, 2)), Lanes(0, n), source or Decoded(), 1.0, 0.9, 5.0, 0.9,
        memories=memories, **settings,
    )  # fmt: skip


def hippocampus(source=None, n=1, **settings) -> SpikingHippocampus:
    """One that knows every move of the line, the last one rewarded."""
    memory = empty(n, source, **settings)
    here = np.zeros(n, int)
    for action in [1] * (N - 1):
        following = np.minimum(here + 1, N - 1)
        arrived = following == N - 1
        step = {
            "action": np.full(n, action), "reward": arrived.astype(float),
            "next_state": following, "ended": arrived,
        }  # fmt: skip
        memory.observe(np.eye(N)[here], step)
        here = following
    return memory


def test_a_step_backs_up_the_experience_that_leads_back():
    memory = hippocampus()
    sweep = Sweep(0.1, 0.4, np.array([7, 6, 4, 3, 5]), np.array([0.1, 0.2, 0.25, 0.3, 0.35]))
    (path,), n_dropped = memory._read(0, [sweep])
    assert path.states.tolist() == [6, 3]  # 6 -> 7 and 3 -> 4; 4 -> 6 and 5 -> 3 lead nowhere
    assert path.actions.tolist() == [1, 1]
    assert path.rewards.tolist() == [1.0, 0.0]
    assert path.times == pytest.approx([0.1, 0.2])
    assert (n_dropped, path.kind) == (2, "unknown")


def test_a_path_along_the_way_backs_up_nothing_that_was_experienced():
    """Only moves to the right were made: a wave from the start on stands for none of them."""
    paths, n_dropped = hippocampus()._read(0, [Sweep(0.0, 0.3, np.arange(4), np.zeros(4))])
    assert paths == []
    assert n_dropped == 3


def test_a_sharp_wave_without_a_place_is_no_path():
    paths, n_dropped = hippocampus()._read(0, [Sweep(0.0, 0.3, np.empty(0, int), np.empty(0))])
    assert (paths, n_dropped) == ([], 0)


def test_budget_is_spent_from_the_first_backup_on():
    zeros = np.zeros(3)
    paths = [ReplayPath(np.arange(3) + 10 * k, zeros, zeros, zeros) for k in range(3)]
    kept = within(paths, 4)
    assert [path.states.tolist() for path in kept] == [[0, 1, 2], [10]]
    assert within(paths, 0) == []
    assert within(paths, 100) == paths


def test_the_hippocampus_keeps_its_contract():
    n = 3
    step = {
        "action": np.ones(n, int), "reward": np.ones(n), "next_state": np.arange(n) + 1,
        "ended": np.zeros(n, bool),
    }  # fmt: skip
    check_hippocampus(empty, np.eye(N)[:n], step)


def test_the_wave_runs_from_the_goal_to_the_start():
    memory = hippocampus()
    nothing = np.zeros(1)
    assert memory.replay(np.array([N - 1]), nothing, nothing, 20) == []  # no reward, no rest
    memory = hippocampus()
    (path,) = memory.replay(np.array([N - 1]), np.ones(1), np.ones(1), 20)
    assert path.states.tolist() == list(range(N - 2, -1, -1))
    rested = memory.rested[0]
    assert (rested.here, rested.cued, rested.n_dropped) == (N - 1, N - 1, 0)
    assert rested.began == pytest.approx(N * 0.35)


def test_cue_at_the_start_runs_ahead_and_teaches_nothing_here():
    memory = hippocampus(cue="start")
    paths = memory.replay(np.array([N - 1]), np.ones(1), np.ones(1), 20)
    assert all((path.states >= N - 2).all() for path in paths)  # where the wave breaks at the end
    assert memory.rested[0].cued == 0
    assert memory.rested[0].sweeps[0].states[: N - 1].tolist() == list(range(N - 1))
    assert memory.rested[0].n_dropped >= N - 2


def test_a_rest_goes_on_until_its_backups_are_made():
    """One wave has seven backups: the budget of twenty takes three runs."""
    memory = hippocampus(InFull())
    paths = memory.replay(np.array([N - 1]), np.ones(1), np.ones(1), 20)
    assert [path.n_backups for path in paths] == [N - 1, N - 1, 20 - 2 * (N - 1)]
    rested, duration = memory.rested[0], Wave().duration
    assert [round(s.begin / duration - 0.25) for s in rested.sweeps] == [0, 1, 2]
    assert (np.diff(rested.spikes.time) >= 0).all()
    assert memory._memories[0].clock - rested.began == pytest.approx(3 * duration)


@pytest.mark.parametrize("source", [ShuffledOrder(InFull()), AsManyRandom(InFull())])
def test_what_is_made_of_full_rests_is_as_much(source):
    memory = hippocampus(source, n=2)
    paths = memory.replay(np.full(2, N - 1), np.ones(2), np.ones(2), 20)
    assert [sum(p.n_backups for p in paths if p.lane == lane) for lane in (0, 1)] == [20, 20]


def test_a_rest_in_which_nothing_comes_ends_after_most_runs():
    memory = hippocampus(InFull(most_runs=3), cue="none")
    assert memory.replay(np.array([N - 1]), np.ones(1), np.ones(1), 20) == []
    assert memory._memories[0].clock - memory.rested[0].began == pytest.approx(3 * Wave().duration)
    with pytest.raises(ValueError, match="most_runs must be at least 1, got 0"):
        InFull(most_runs=0)


def test_neurons_are_numbered_by_field():
    memory = hippocampus()
    memory.replay(np.array([N - 1]), np.ones(1), np.ones(1), 20)
    spikes = memory.rested[0].spikes
    first = spikes.neuron[spikes.time == spikes.time.min()]
    assert sorted(first // PER_STATE) == [N - 1] * PER_STATE


def test_dopamine_strengthens_what_led_to_reward():
    def goal_share(kappa: float) -> float:
        memory = hippocampus(kappa=kappa)
        memory.surprise(np.array([0]), np.array([1.0]))
        memory.replay(np.array([N - 1]), np.ones(1), np.ones(1), 20)
        place = memory._memories[0]
        pairs = place.coactivity.pairs
        return pairs[place.fields == N - 1].sum() / pairs.sum()

    assert goal_share(3.0) > 1.2 * goal_share(0.0)


def test_tonic_conductance_of_the_goal_or_elsewhere():
    for elsewhere in (False, True):
        memory = hippocampus(cue="none", tonic=2.0, tonic_elsewhere=elsewhere)
        given = memory._excited(0, N - 1, -1)
        goal = memory._memories[0].fields == N - 1
        assert (given == given[0]).all()
        assert given[0].max() == pytest.approx(2.0)
        assert given.sum() == pytest.approx(12 * 2.0 * memory._memories[0].excited(N - 1).sum())
        assert (given[0, goal] == 2.0).all() != elsewhere


# --- controls are matched ---


def moment(m: int = 2) -> SpikingMoment:
    """Two lanes of which the first replayed two paths, the second none."""
    graph = line()
    paths = [
        ReplayPath(np.array(s), np.ones(len(s), int), np.zeros(len(s))) for s in ([6, 5, 4], [3, 2])
    ]
    return SpikingMoment(
        np.arange(m), np.zeros(m, int), np.zeros(m, int), np.ones(m), np.ones(m), 20,
        np.zeros((m, 1, N, 2)), np.ones(1), np.broadcast_to(graph.next_state, (m, N, 2)),
        np.zeros((m, 1, N, 2)), np.zeros((m, 1, N, 2), bool), np.zeros((m, N, N)), 1.0, 0.9, 5.0,
        [np.random.default_rng(k) for k in range(m)], paths,
    )  # fmt: skip


def pairs(paths):
    return [(s, a) for p in paths for s, a in zip(p.states.tolist(), p.actions, strict=True)]


def test_controls_make_as_many_backups():
    replayed = pairs(Decoded().propose(moment()))
    assert len(replayed) == 5
    assert pairs(ReversedOrder(Decoded()).propose(moment())) == replayed[::-1]
    shuffled = pairs(ShuffledOrder(Decoded()).propose(moment()))
    assert sorted(shuffled) == sorted(replayed)
    (random,) = AsManyRandom(Decoded()).propose(moment())
    assert (random.n_backups, random.lane) == (5, 0)


def test_random_backups_are_of_all_experiences():
    drawn = set()
    for seed in range(60):
        now = moment()
        now.generators[0] = np.random.default_rng(seed)
        drawn |= set(pairs(AsManyRandom().propose(now)))
    known = set(zip(*np.nonzero(moment().worth_replaying[0]), strict=True))
    assert drawn == known


def test_decoded_needs_a_spiking_moment():
    now = moment()
    plain = Moment(**{k: v for k, v in vars(now).items() if k not in ("replayed", "again")})
    with pytest.raises(ValueError, match="spikes are read of a spiking CA3"):
        Decoded().propose(plain)


# --- the loop ---


def moves(source: SpikingQ, seed: int = 0, n: int = 6) -> np.ndarray:
    """Moves of attempts after the first (n, 3)."""
    recording = fs.simulate(world(), source, n, seed=seed, record="rests")
    counted = recording.n_moves.where(recording.planning == 2).max("step")
    return counted.values.reshape(n, 4)[:, 1:]


def test_a_planted_sequence_helps_and_its_shuffle_does_less():
    for seed in range(3):
        ordered = moves(agent(), seed).sum(axis=1).mean()
        reverse = moves(agent().without("order"), seed).sum(axis=1).mean()
        none = moves(agent().without("replay"), seed).sum(axis=1).mean()
        assert ordered < reverse < none


def test_without_replay_nothing_rests():
    alone = agent().without("replay")
    recording = fs.simulate(world(), alone, 3, record="rests")
    assert "replay_state" not in recording
    assert (recording.n_events == 0).where(recording.active, True).all()


@pytest.mark.parametrize("part", ["plasticity", "cue"])
def test_no_wave_without_learned_weights_or_a_cue(part):
    recording = fs.simulate(world(), agent().without(part), 3, record="rests")
    assert recording.n_events.where(recording.planning == 2).max() == 0
    intact = fs.simulate(world(), agent(), 3, record="rests")
    assert intact.n_events.where(intact.planning == 2).min() == 1
    assert (intact.n_events_near == intact.n_events).where(intact.active, True).all()


def test_events_are_recorded_with_their_spikes_and_backups():
    recording = fs.simulate(world(), agent(), 2, record="rests")
    resting = recording.planning == 2
    steps = (recording.n_steps_read - recording.n_steps_dropped).where(resting).sum()
    assert recording.sizes["backup"] == int(steps)
    began = recording.clock.where(resting).max("step").values
    assert (np.diff(began.reshape(2, 4), axis=1) > 0.6).all()
    assert recording.time.min() > began.min()


def test_the_agent_keeps_its_contract():
    check_agent(agent(), world(n_attempts=2), n=2)


def test_agent_names_what_is_wrong():
    from fastslow.tasks import Bandit

    with pytest.raises(ValueError, match="SpikingQ needs a task that lays out its course, Bandit"):
        fs.simulate(Bandit(), agent(), 1)
    with pytest.raises(ValueError, match="cue must be here, start, none, got 'goal'"):
        fs.simulate(world(), agent(cue="goal"), 1)
    with pytest.raises(ValueError, match="SpikingQ has no part 'orders'; did you mean 'order'"):
        agent().without("orders")


def test_lesions_compose():
    both = agent().without("order", "dopamine")
    assert both.lesions == ("order", "dopamine")
    assert isinstance(both.replay, ShuffledOrder)
    assert replace(both, kappa=2.0).lesions == both.lesions


@pytest.mark.parametrize("kind", ["reverse", "mixed", "unknown"])
def test_the_name_of_what_was_replayed_does_not_change_what_it_teaches(kind):
    """Stored paths were called reverse, from the start as from the goal."""
    memory, learner = hippocampus(), agent()
    states = np.array([N - 2, N - 3, N - 4])
    path = ReplayPath(states, np.ones(3, int), np.zeros(3), kind=kind)
    q, next_state = np.zeros((N, 2)), memory.experience.next_state[0].tolist()
    q[N - 1] = 1.0
    taught, kept = q.tolist(), np.full((N, 2), 0.9).tolist()
    learner._back_up_path(path, taught, next_state, np.zeros((N, 2)).tolist(), kept)
    assert [taught[s][1] for s in states] == pytest.approx([0.9, 0.81, 0.729])
