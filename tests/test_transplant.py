"""Look-up by assemblies, visits as sequences, and the agent with both: a stand-in for Brian2 runs."""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest

import fastslow as fs
from fastslow.data.recording import stack
from fastslow.models import check_agent, check_hippocampus
from fastslow.models.hippocampus.assembly_store import AssemblyStore
from fastslow.models.hippocampus.ca3 import CA3
from fastslow.models.hippocampus.ca3_parameters import NO_ADAPTATION, SHARP_WAVE
from fastslow.models.hippocampus.lesioned_ca3 import LesionedCA3
from fastslow.models.hippocampus.spikes import Spikes
from fastslow.models.hippocampus.visit_memory import VisitMemory
from fastslow.models.integrated.transplanted import Told, Transplanted
from fastslow.models.prefrontal.assembly import AssemblyPrefrontal
from fastslow.papers.borrowed import Borrowed
from fastslow.papers.integrated import transplant
from fastslow.tasks import Lanes, SharedEnds
from fastslow.tasks.barcode_bandit import BarcodeBandit

N = 400
LOOK_UP = CA3(n_pyramidal=N, n_basket=2, duration=0.3)
WAVES = CA3(n_pyramidal=N, n_basket=2, duration=0.7)
PER_STATE = 14
TASK = SharedEnds(n_contexts=4, n_trials=3, n_rounds=1, n_backups=4)
AGENT = Transplanted(
    key=TASK.context_columns, end=TASK.end_columns, n_units=6, network=LOOK_UP, sequences=WAVES,
    n_active=40, n_contexts=4, length=3,
)  # fmt: skip


@pytest.fixture(autouse=True)
def stand_in(monkeypatch):
    """A cue excites its cells; then, again and again, those fire that they excite most.

    In a short run, of a look-up, that is once; else a wave, which without adaptation never ends.
    Where weights say nothing, nothing follows.
    """

    def run(self, weights, seed, cue=None, condition=SHARP_WAVE):
        (source, target), drive = self.wiring.recurrent, cue.max(axis=0)

        def reached(front):
            return np.bincount(target, weights * np.isin(source, front), N)

        begin = cue.any(axis=1).argmax() * 0.05 + 0.01
        front = np.argsort(-drive, kind="stable")[
            : (drive > 20).sum() if self.duration < 0.5 else PER_STATE
        ]
        if self.duration < 0.5:
            completed = np.flatnonzero(reached(front) > 0.7 * len(front) * 1.5)
            neuron = np.concatenate([front, completed])
            return Spikes(begin + np.repeat([0, 0.03], [len(front), len(completed)]), neuron)
        time, neuron, tired = [], [], np.zeros(N, bool)
        least = 0.2 * reached(front).max()
        while begin < self.duration - 1e-9:
            time += [np.full(len(front), begin + 0.01 * i) for i in range(4)]
            neuron += [front] * 4
            tired[front] = condition != NO_ADAPTATION
            drive = np.where(tired, 0, reached(front))
            front, begin = np.argsort(-drive, kind="stable")[:PER_STATE], begin + 0.04
            if drive[front].mean() < least:
                break
        time, neuron = np.concatenate(time), np.concatenate(neuron)
        return Spikes(time[time < self.duration], neuron[time < self.duration])

    monkeypatch.setattr(CA3, "run", run)


# ---------------------------------------------------------------- look-up


def store(n=1, **settings) -> AssemblyStore:
    return AssemblyStore(n, 3, 2, LOOK_UP, Lanes(0, n), n_active=40, **settings)


def test_the_assembly_that_fires_points_to_its_value(seed):
    memory, rng = store(), np.random.default_rng(seed)
    keys = rng.permutation(2**3 - 1)[:5, None] + 1 >> np.arange(3) & 1
    values = rng.random((5, 2))
    for key, value in zip(keys[:4], values, strict=False):
        memory.observe(key[None].astype(float), {"value": value[None]})
    for key, value in zip(keys[:4], values, strict=False):
        found, confidence = memory.retrieve(key[None].astype(float))
        np.testing.assert_allclose(found[0], value, rtol=1e-6)
        assert confidence > 0.9
    assert memory.retrieve(keys[4:].astype(float))[1] < 0.4  # of no context that is known
    memory.observe(keys[:1].astype(float), {"value": values[4:]})
    assert memory.n_entries == 4  # the same assembly points to something else
    np.testing.assert_allclose(memory.retrieve(keys[:1].astype(float))[0], values[4:], rtol=1e-6)
    np.testing.assert_allclose(memory.value_under(keys[:1].astype(float)), values[4:], rtol=1e-6)
    assert not memory.value_under(keys[4:].astype(float)).any()


def test_nothing_is_completed_where_nothing_was_learned():
    memory = store(weight=0.0)
    memory.observe(np.ones((1, 3)), {"value": np.ones((1, 2))})
    assert memory.retrieve(np.ones((1, 3)))[1] == 0


def test_the_store_keeps_the_contract_of_hippocampi():
    key = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [1, 0, 0]], float)
    check_hippocampus(store, key, {"value": np.arange(8.0).reshape(4, 2)})


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: store(cued=1.0), "cued is the share of 40 cells"),
        (lambda: AssemblyStore(1, 3, 2, LOOK_UP, Lanes(0, 1), n_active=401), "network's 400 cells"),
        (lambda: store().retrieve(np.zeros((1, 4))), r"query must be \(1, 3\), got \(1, 4\)"),
        (lambda: store().retrieve(np.full((1, 3), np.nan)), "query must be finite"),
    ],
)
def test_misuse_of_the_store_says_what_is_wrong(make, says):
    with pytest.raises(ValueError, match=says):
        make()


# ---------------------------------------------------------------- visits


def visits(**settings) -> VisitMemory:
    return VisitMemory(WAVES, np.random.default_rng(0), n_contexts=3, length=4, **settings)


def test_steps_between_neighbors_stand_for_choices():
    memory = visits()  # lines 0-4, 5-9, 10-14
    assert memory.choices(np.array([7, 6, 5])) == [(1, 1), (1, 0)]
    assert memory.choices(np.array([4, 5, 6, 8, 9])) == [(1, 0), (1, 3)]
    assert memory.choices(np.array([12])) == []


def test_a_cued_wave_passes_the_choices_of_its_context_in_order():
    memory = visits()
    for context in (0, 1, 2, 0, 1, 2):
        memory.visit(context, 4)
    for context, from_end in ((1, False), (2, True)):
        (sweep,) = memory.cued(context, from_end)
        passed = memory.choices(sweep.states)
        order = [3, 2, 1, 0] if from_end else [0, 1, 2, 3]
        assert set(passed) <= {(context, number) for number in order}
        assert len(set(passed)) >= 3
        numbers = [number for _, number in dict.fromkeys(passed)]
        assert numbers == sorted(numbers, reverse=from_end)


def test_contexts_are_not_linked_and_more_choices_than_there_is_room_for_are_left_out():
    memory = visits()
    for context in (0, 1, 2):
        memory.visit(context, 9)
    fields, pairs = memory.places.fields, memory.places.coactivity.pairs
    line = np.where(fields >= 0, fields // 5, -1)
    same = (line[:, None] == line) & (line >= 0)
    across = (line[:, None] != line) & (line >= 0) & (line[:, None] >= 0)
    assert pairs[same].mean() > 100 * pairs[across].mean()


# ---------------------------------------------------------------- what dopamine neurons tell


def test_errors_are_what_neurons_fire_at_what_the_critic_expected():
    lessons = np.arange(22.0).reshape(1, 2, 11, 1)
    told = Told(1, 3, 2, 4, Lanes(0, 1), 2, lessons)
    step = {"action": np.array([1]), "end": np.array([2])}
    told.observe(np.eye(3)[:1], step | {"reward": np.array([1.0]), "rpe": np.array([0.3])})
    assert told.surprise[0, 2] == 11 + 7  # reward; .7 was expected
    told.observe(np.eye(3)[:1], step | {"reward": np.array([0.0]), "rpe": np.array([-5.0])})
    assert told.surprise[0, 2] == max(10, 0.8 * 18)  # an expectation is 1 at most
    assert told.end_visit(0) == [(0, 1, 2), (0, 1, 2)]
    assert told.end_visit(0) == []
    exact = Told(1, 3, 2, 4, Lanes(0, 1), 2)
    exact.observe(np.eye(3)[:1], step | {"reward": np.array([1.0]), "rpe": np.array([0.3])})
    assert exact.surprise[0, 2] == 0.3


def test_lessons_grow_with_reward_and_fall_with_expectation(seed):
    from fastslow.models.dopamine.circuit import TAUGHT_VOLUME, DopamineCircuit

    found = DopamineCircuit().lessons(TAUGHT_VOLUME, 10, seed).mean(axis=2)
    assert found.shape == (2, 11)
    assert found[1, 0] == pytest.approx(1)
    assert found[1, 0] > found[1, -1] > found[0, -1]
    assert -1 < found[0, -1] < 0  # omission dips, less than reward excites


# ---------------------------------------------------------------- the agent


def lived(agent, seed, n_lives=4):
    task = SharedEnds(n_contexts=4, n_trials=3, n_rounds=2, n_backups=4)
    agent = agent.initialized(task, 0)
    record = ("policy", "confidence", "n_sharp_waves", "stored_cell")
    return fs.simulate(task, agent, n_lives=n_lives, seed=seed, record=record)


def test_known_contexts_are_recognized_and_waves_replay_what_happened_in_them(seed):
    recording = lived(AGENT.without("search", "spiking_dopamine"), seed)
    first = recording.isel(step=1)
    known = (first.exposure > 1).values
    assert (first.confidence.values[known] > 0).all()
    assert not (first.confidence.values[~known] > 0).any()
    assert (recording.n_sharp_waves.values > 0).any()
    assert set(recording.replay_source.values.tolist()) == {"ca3"}
    assert (np.bincount(recording.event_of.values) <= 4).all()


def test_a_wave_that_never_ends_replays_nothing(seed):
    recording = lived(AGENT.without("search", "spiking_dopamine", "adaptation"), seed)
    assert recording.sizes.get("backup", 0) == 0


def test_lesions_reach_the_networks():
    damaged = replace(AGENT, removed=0.5).without("structure", "adaptation")._damaged(WAVES)
    assert (damaged.shuffled, damaged.adapting, damaged.removed) == (True, False, 0.5)
    assert damaged.intact == WAVES
    assert AGENT._damaged(WAVES) == LesionedCA3(n_pyramidal=N, n_basket=2, duration=0.7)


def test_a_rest_keeps_to_its_budget(seed):
    task = SharedEnds(n_contexts=4, n_trials=3, n_rounds=2, n_backups=1)
    agent = AGENT.without("search", "spiking_dopamine").initialized(task, 0)
    recording = fs.simulate(task, agent, n_lives=3, seed=seed, record=("policy",))
    assert (np.bincount(recording.event_of.values) == 1).all()


def test_the_agents_keep_their_contract(monkeypatch):
    from fastslow.models.dopamine import circuit as spiking_dopamine

    lessons = np.random.default_rng(0).normal(size=(2, 11, 30))
    monkeypatch.setattr(
        spiking_dopamine.DopamineCircuit, "lessons", lambda self, *settings: lessons
    )
    tiny = SharedEnds(n_contexts=2, n_trials=2, n_rounds=1, n_backups=1)
    check_agent(AGENT.initialized(tiny, 0), tiny, n=2)
    bandit = BarcodeBandit(n_episodes=4, n_contexts=2, n_pulls=2, n_arms=2)
    agent = AssemblyPrefrontal(n_units=5, network=LOOK_UP, n_active=40)
    check_agent(agent.initialized(bandit, 0), bandit, n=2)


def test_one_context_too_many_is_an_error():
    task = replace(TASK, n_contexts=6)
    agent = AGENT.without("search", "spiking_dopamine").initialized(task, 0)
    with pytest.raises(ValueError, match="more than the 4 contexts"):
        fs.simulate(task, agent, n_lives=1, seed=0)


# ---------------------------------------------------------------- borrowed networks


def test_a_borrowed_network_is_that_of_its_seed():
    agent = Borrowed("integrated/nonlocal", replace(AGENT, n_units=48, n_contexts=6, length=8))
    small = agent.without("search", "spiking_dopamine")
    assert small.agent.lesions == ("search", "spiking_dopamine")
    assert agent.clamped(reinstatement=0.0).agent.clamps == (("reinstatement", 0.0),)
    small.begin(SharedEnds(), 2, Lanes(3, 2))
    shipped = fs.load("integrated/nonlocal").weights(3)
    np.testing.assert_array_equal(small._own.weights["bias"], shipped["bias"])
    with pytest.raises(ValueError, match="give one seed"):
        small.begin(SharedEnds(), 1, Lanes([0, 1], 1))
    with pytest.raises(KeyError, match="not 99"):
        small.begin(SharedEnds(), 1, Lanes(99, 1))


def test_the_figure_is_drawn_and_the_gain_is_counted():
    def planted(level: float):
        task = SharedEnds(n_backups=4)
        agent = replace(AGENT, n_contexts=6, length=8).without("rest", "spiking_dopamine")
        one = fs.simulate(task, agent.initialized(task, 0), n_lives=2, seed=0)
        best = one.best_action.clip(0).values[..., None]
        policy = np.where(np.arange(2) == best, level, 1 - level)
        one = one.assign(policy=(one.policy.dims, policy))
        return stack({0: one, 1: one})

    low, high = planted(0.2), planted(0.7)
    assert transplant.gain(high, low) == pytest.approx([0.5, 0.5])
    assert transplant.beyond_kept(high, low, high, low) == pytest.approx([0.1, 0.1])
    (figure,) = transplant.FIGURES
    drawing, table = figure.draw(
        {s: low if s.rpartition("_")[2] == "0" and "@" in s else high for s in figure.needs}
    )
    plt.close(drawing)
    assert table.gain.dropna().to_numpy() == pytest.approx(np.full(8, 0.5))
