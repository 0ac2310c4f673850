"""Spiking CA3: place code, plasticity, the network, calibration, readout, assemblies."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import fastslow as fs
from fastslow.data.recording import stack
from fastslow.models import check_agent
from fastslow.models.hippocampus.assemblies import AssemblyIndex
from fastslow.models.hippocampus.ca3 import CA3
from fastslow.models.hippocampus.ca3_parameters import (
    BASKET_PYRAMIDAL,
    PYRAMIDAL,
    RECURRENT,
    SHARP_WAVE,
    Condition,
)
from fastslow.models.hippocampus.calibration import calibrate
from fastslow.models.hippocampus.place_code import (
    MIN_INTERVAL,
    GraphCode,
    TrackCode,
    draw_fields,
    fire,
)
from fastslow.models.hippocampus.place_memory import PlaceMemory
from fastslow.models.hippocampus.plasticity import (
    AMPLITUDE,
    BOUND,
    INITIAL,
    SCALE,
    TIME_CONSTANT,
    Coactivity,
    asymmetric_weights,
    homeostasis,
    symmetric_weights,
)
from fastslow.models.hippocampus.readout import Readout, events
from fastslow.models.hippocampus.spikes import Spikes
from fastslow.models.replay_agents import AssemblyAgent, Explorer
from fastslow.tasks import PatternCompletion, check_task
from fastslow.tasks.navigation import Exploration, StateGraph, t_maze

STATES = np.arange(8)
LINE = StateGraph(np.stack([np.maximum(STATES - 1, 0), np.minimum(STATES + 1, 7)], axis=1))
TINY = CA3(n_pyramidal=200, n_basket=20, duration=0.2, target="numpy")


def poisson(seed: int, n: int, duration: float, rate: float = 10.0, grid: float = 0) -> Spikes:
    """Poisson spikes, no two of them at the same time."""
    rng = np.random.default_rng(seed)
    time = np.sort(rng.random(rng.poisson(rate * n * duration)) * duration)
    if grid:
        time = np.unique(np.round(time / grid)) * grid
    return Spikes(time, rng.integers(n, size=len(time)))


# ---------------------------------------------------------------- place code


def test_cells_fire_in_their_fields_at_the_rates_of_the_methods(seed):
    code = TrackCode(n_fields=100)
    rng = np.random.default_rng(seed)
    fields = draw_fields(code, 200, rng)
    assert (fields >= 0).sum() == 100
    states = np.tile(np.arange(50), 20)
    spikes = fire(code, fields, states, rng)
    duration = len(states) * code.step
    silent = fields < 0
    count = np.bincount(spikes.neuron, minlength=200)
    expected = 0.1 * duration * silent.sum()
    assert abs(count[silent].sum() - expected) < 4 * np.sqrt(expected)
    middle = (fields >= 15) & (fields < 85)  # whose fields lie on the track in full
    # 20 Hz times the Gaussian, times the mean of max(0, cosine), 1 / pi; short intervals are
    # removed afterwards, a few percent of spikes at the peak.
    seconds = np.sqrt(2 * np.pi) * code.field_sd / code.speed * 20
    expected = 20 / np.pi * seconds * middle.sum()
    assert 0.9 * expected - 4 * np.sqrt(expected) < count[middle].sum()
    assert count[middle].sum() < expected + 4 * np.sqrt(expected)
    for cell in range(200):
        assert (np.diff(spikes.time[spikes.neuron == cell]) >= MIN_INTERVAL).all()
    place = spikes.time % (50 * code.step) * code.speed
    own = ~silent[spikes.neuron]
    assert np.abs(place[own] - code.middle[fields[spikes.neuron[own]]]).max() < 5 * code.field_sd


def test_spikes_precess_through_half_a_cycle_of_theta_across_a_field():
    code = TrackCode(n_fields=3)
    states, field = np.arange(50), 1
    for beyond, phase in ((-0.15, 0.0), (0.0, -np.pi / 2), (0.15, -np.pi)):
        when = (code.middle[field] + beyond) / code.speed
        cycle = when + np.linspace(-0.5, 0.5, 4001) / 7
        rate = code.modulation(cycle, states, np.full(len(cycle), field))
        rate /= np.exp(-((cycle * code.speed - code.middle[field]) ** 2) / 2 / code.field_sd**2)
        theta = 2 * np.pi * 7 * cycle[rate.argmax()]
        # within half a cycle the animal comes so far across the field
        assert abs(np.angle(np.exp(1j * (theta - phase)))) < np.pi * code.speed / 14 / 0.3


def test_fields_on_a_graph_are_wide_in_steps_and_walls_have_none(seed):
    maze = t_maze(stem=8, arm=7).layouts[0]
    code = GraphCode(maze.graph)
    assert code.n_fields == 23
    free = maze.free
    expected = np.exp(-(maze.graph.distances[np.ix_(free, free)] ** 2) / (2 * 0.7**2))
    np.testing.assert_allclose(code.overlap[free], expected)
    assert not code.overlap[np.setdiff1d(np.arange(maze.n_states), free)].any()
    fields = draw_fields(code, 60, np.random.default_rng(seed))
    assert set(np.bincount(fields[fields >= 0])) == {1, 2}
    with pytest.raises(ValueError, match="take more cells"):
        draw_fields(code, 40, np.random.default_rng(seed))


def test_halfway_between_two_states_a_cell_fires_as_at_half_the_distance():
    code = GraphCode(LINE)
    time = np.array([0.5, 1.0]) * code.step
    theta = np.maximum(np.cos(2 * np.pi * 7 * time), 0)
    rate = code.modulation(time, np.array([2, 3, 4]), np.array([5, 5]))
    np.testing.assert_allclose(rate, np.exp(-(np.array([2.5, 2]) ** 2) / (2 * 0.49)) * theta)


# ---------------------------------------------------------------- plasticity


def test_coactivity_is_the_sum_over_all_pairs_of_spikes_in_any_sessions(seed):
    spikes = poisson(seed, 12, 40.0)
    gain = np.random.default_rng(seed).random(len(spikes.time))
    lag = np.abs(spikes.time[:, None] - spikes.time)
    later = np.maximum(np.arange(len(gain))[:, None], np.arange(len(gain)))
    kernel = np.exp(-lag / TIME_CONSTANT) * gain[later]
    who = np.eye(12)[spikes.neuron]
    expected = who.T @ kernel @ who
    np.fill_diagonal(expected, 0)
    memory = Coactivity(12)
    for begin, end in pairwise((0, 1, 700, 700, len(gain))):
        part = slice(begin, end)
        memory.add(Spikes(spikes.time[part], spikes.neuron[part]), gain[part])
    np.testing.assert_allclose(memory.pairs, expected, rtol=1e-9)


def test_both_rules_equal_synapses_simulated_by_brian2(seed):
    """The oracle: every spike in turn, weights bounded on the way, 50 cells."""
    import brian2 as b

    n, grid, duration = 50, 1e-3, 2.0
    spikes = poisson(seed, n, duration, rate=20.0, grid=grid)
    state, target = np.random.get_state(), b.prefs.codegen.target  # noqa: NPY002
    b.prefs.codegen.target = "numpy"
    clock = b.Clock(grid * b.second)
    source = b.SpikeGeneratorGroup(n, spikes.neuron, spikes.time * b.second, clock=clock)
    rules = {
        "symmetric": (TIME_CONSTANT, AMPLITUDE, AMPLITUDE, BOUND),
        "asymmetric": (0.02, 0.4, -0.4, 40),
    }
    made = []
    for name, (tau, ahead, behind, bound) in rules.items():
        synapses = b.Synapses(
            source, source, "w : 1\ndx/dt = -x/tau : 1 (event-driven)\ndy/dt = -y/tau : 1 (event-driven)",
            on_pre="x += ahead\nw = clip(w + y, 0, bound)", on_post="y += behind\nw = clip(w + x, 0, bound)",
            namespace={"tau": tau * b.second, "ahead": ahead, "behind": behind, "bound": bound},
            name=name, clock=clock,
        )  # fmt: skip
        synapses.connect(condition="i != j")
        synapses.w = INITIAL
        made.append(synapses)
    b.Network(source, *made).run(duration * b.second)
    b.prefs.codegen.target = target
    np.random.set_state(state)  # noqa: NPY002
    memory = Coactivity(n)
    memory.add(spikes)
    found = symmetric_weights(memory.pairs), asymmetric_weights(spikes, n)
    for synapses, weights, scale in zip(made, found, (SCALE, 1.27), strict=True):
        simulated = np.zeros((n, n))
        simulated[synapses.i, synapses.j] = np.array(synapses.w) * scale
        off = ~np.eye(n, dtype=bool)
        np.testing.assert_allclose(weights[off], simulated[off], rtol=1e-6, atol=1e-9)
    assert found[0].max() > 2 * INITIAL  # something was learned
    assert (found[1] == 0).sum() > n  # and the lower bound was met


def test_weights_stop_at_their_bound():
    assert symmetric_weights(np.array([0.0, 1.0, 1e6])).tolist() == [
        INITIAL * SCALE, (INITIAL + AMPLITUDE) * SCALE, BOUND * SCALE,
    ]  # fmt: skip


def test_after_400_s_on_the_track_weights_are_those_of_the_published_rule(seed):
    """Mean .191 nS and largest 5.5 to 7.5 at any number of cells, and not for scattered spikes."""
    code = TrackCode(n_fields=200)
    rng = np.random.default_rng(seed)
    fields = draw_fields(code, 400, rng)
    spikes = fire(code, fields, np.arange(round(400 / code.step)) % 50, rng)
    memory = Coactivity(400)
    memory.add(spikes)
    weights = symmetric_weights(memory.pairs)
    off = ~np.eye(400, dtype=bool)
    assert 0.97 * 0.191 < weights[off].mean() < 1.03 * 0.191
    assert 5.5 < weights.max() < 7.5
    scattered = Coactivity(400)
    scattered.add(
        Spikes(np.sort(rng.random(len(spikes.time)) * 400), rng.permutation(spikes.neuron))
    )
    assert symmetric_weights(scattered.pairs).max() < 2


def test_homeostasis_sets_the_sum_and_evens_out_strong_cells(seed):
    rng = np.random.default_rng(seed)
    drive = rng.random(60) * 10
    pairs = np.outer(drive, drive)
    pairs[:30, 30:] *= 1e-30  # cells that hardly met
    pairs[30:, :30] *= 1e-30
    np.fill_diagonal(pairs, 0)
    wiring = np.stack(np.nonzero(~np.eye(60, dtype=bool)))

    def sums(alpha: float) -> np.ndarray:
        weights = homeostasis(pairs, wiring, 30.0, alpha=alpha)
        assert 0 <= weights.min() <= weights.max() <= 4.0
        return np.bincount(wiring[1], weights, 60)

    assert abs(sums(0.75).mean() - 30) < 1e-6
    assert sums(0.75).std() < sums(0.0).std()
    strength = pairs.sum(axis=0)
    expected = (pairs / np.outer(strength, strength) ** 0.375)[tuple(wiring)]
    learned = homeostasis(pairs, wiring, 30.0, cap=100.0)
    expected *= learned.max() / expected.max()
    np.testing.assert_allclose(learned, expected, rtol=1e-6, atol=1e-12)
    with pytest.raises(ValueError, match="cannot be reached"):
        homeostasis(pairs, wiring, 1e4)
    with pytest.raises(ValueError, match="nothing was learned"):
        homeostasis(np.zeros((60, 60)), wiring, 30.0)


def test_spikes_out_of_order_are_refused():
    memory = Coactivity(3)
    memory.add(Spikes(np.array([1.0]), np.array([0])))
    with pytest.raises(ValueError, match=r"not before 1 s, those added last; they begin at 0.5 s"):
        memory.add(Spikes(np.array([0.5]), np.array([0])))
    with pytest.raises(ValueError, match=r"neurons must be in \[0, 3\)"):
        memory.add(Spikes(np.array([2.0]), np.array([3])))
    with pytest.raises(ValueError, match="one entry a spike"):
        Spikes(np.zeros(2), np.zeros(3))


# ---------------------------------------------------------------- network


@pytest.mark.parametrize("path", [RECURRENT, BASKET_PYRAMIDAL])
def test_a_conductance_peaks_at_the_published_multiple_of_its_weight(path):
    dt = 1e-4
    x, g, peak = path.norm, 0.0, 0.0
    for _ in range(400_000):
        g += dt * (x - g) / path.rise
        x -= dt * x / path.decay
        peak = max(peak, g)
    assert abs(peak / (path.decay / (path.decay - path.rise)) - 1) < 1e-3


def test_a_pyramidal_cell_fires_when_an_ordinary_solver_says_so():
    from scipy.integrate import solve_ivp

    cell, current = PYRAMIDAL, 900.0

    def slope(_: float, y: np.ndarray) -> tuple[float, float]:
        v, w = y
        spike = cell.leak * cell.slope * np.exp((v - cell.threshold) / cell.slope)
        return (
            (-cell.leak * (v - cell.rest) + spike - w + current) / cell.capacitance,
            (cell.coupling * (v - cell.rest) - w) / cell.adaptation_time,
        )

    def reaches(_: float, y: np.ndarray) -> float:
        return y[0] - cell.threshold - 5 * cell.slope

    reaches.terminal = True
    now, y, expected = 0.0, np.array([cell.rest, 0.0]), []
    while len(expected) < 4:
        run = solve_ivp(slope, (now, now + 500), y, events=reaches, rtol=1e-9, atol=1e-9)
        expected.append(run.t[-1])
        w = run.y[1, -1] + cell.adaptation
        held = np.exp(-cell.refractory / cell.adaptation_time)  # v stays at its reset meanwhile
        rest_of_w = cell.coupling * (cell.reset - cell.rest)
        y = np.array([cell.reset, rest_of_w + (w - rest_of_w) * held])
        now = run.t[-1] + cell.refractory
    network = CA3(n_pyramidal=2, n_basket=9, duration=0.3, target="numpy")
    silent = Condition(mossy_rate=0.0, current=current)
    spikes = network.run(np.zeros((2, 2)), 0, condition=silent)
    found = 1000 * spikes.time[spikes.neuron == 0][:4]
    np.testing.assert_allclose(found, expected, atol=0.4)  # four steps of .1 ms


def test_the_network_keeps_its_in_degree():
    assert (CA3().p_recurrent, CA3(8000).p_recurrent, CA3(100).p_recurrent) == (0.4, 0.1, 1.0)
    source, target = CA3(n_pyramidal=1600).wiring.recurrent
    assert (source != target).all()
    n, p = 1600 * 1599, 0.5
    assert abs(len(source) - n * p) < 4 * np.sqrt(n * p * (1 - p))


def test_runs_are_set_by_their_seed_and_leave_numpy_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    weights = np.full((200, 200), 0.5)
    first, again, other = (TINY.run(weights, seed) for seed in (3, 3, 4))
    assert len(first.time) > 20
    np.testing.assert_array_equal(first.time, again.time)
    np.testing.assert_array_equal(first.neuron, again.neuron)
    assert not np.array_equal(first.time, other.time)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_a_cue_makes_its_cells_fire():
    cue = np.zeros((TINY.n_cue_steps, 200))
    cue[1, :20] = 25.0
    spikes = TINY.run(np.zeros((200, 200)), 0, cue)
    within = (spikes.time >= 0.05) & (spikes.time < 0.12) & (spikes.neuron < 200)
    fired = np.unique(spikes.neuron[within])
    assert (fired < 20).sum() > 15
    assert (fired >= 20).sum() < 20


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"target": "cuda"}, "target must be auto, cpp, numpy, got 'cuda'"),
        ({"duration": 0.12}, "whole number of 0.05 s, got 0.12"),
        ({"n_basket": 0}, "n_basket must be at least 1"),
    ],
)
def test_a_wrong_setting_of_the_network_is_refused(change, says):
    with pytest.raises(ValueError, match=says):
        replace(TINY, **change)


def test_wrong_arguments_of_a_run_are_refused():
    with pytest.raises(ValueError, match=r"weights must be \(200, 200\) or"):
        TINY.run(np.zeros((3, 3)), 0)
    with pytest.raises(ValueError, match="finite and not negative"):
        TINY.run(np.full((200, 200), -1.0), 0)
    with pytest.raises(ValueError, match=r"cue must be \(4, 200\)"):
        TINY.run(np.zeros((200, 200)), 0, np.zeros((3, 200)))


def test_without_a_compiler_numpy_is_taken_and_said(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.warns(UserWarning, match="CA3 runs with NumPy"):
        assert not replace(TINY, target="auto")._compiled
    with pytest.raises(RuntimeError, match="needs a C\\+\\+ compiler"):
        replace(TINY, target="cpp").run(np.zeros((200, 200)), 0)


# ---------------------------------------------------------------- calibration and readout


def test_calibration_bisects_to_its_target_and_says_when_it_fails():
    found = calibrate(lambda s: 0 if s < 172 else round((s - 172) * 1.5) + 5)
    assert found.reached
    assert 9 <= found.tried[-1][1] <= 16
    assert found.n_runs <= 6
    never = calibrate(lambda s: 0 if s < 172 else 40)
    assert not never.reached
    assert never.n_runs == 6
    with pytest.raises(ValueError, match="target and bracket"):
        calibrate(lambda s: 1, target=(5, 3))


def planted(readout_states: np.ndarray, code: GraphCode, fields: np.ndarray, rng) -> Spikes:
    """A sweep through states from .3 s on, 30 ms each, and sparse noise before and after."""
    time, neuron = [rng.random(60)], [rng.integers(len(fields), size=60)]
    for i, state in enumerate(readout_states):
        share = np.where(fields >= 0, code.overlap[state, fields], 0)
        count = rng.poisson(40 * 0.03 * share)
        neuron.append(np.repeat(np.arange(len(fields)), count))
        time.append(0.3 + 0.03 * (i + rng.random(count.sum())))
    order = np.argsort(np.concatenate(time))
    return Spikes(np.concatenate(time)[order], np.concatenate(neuron)[order])


def test_a_planted_sweep_is_read_and_one_of_other_cells_is_not(seed):
    rng = np.random.default_rng(seed)
    big = np.arange(12)
    line = StateGraph(np.stack([np.maximum(big - 1, 0), np.minimum(big + 1, 11)], axis=1))
    code = GraphCode(line)
    fields = draw_fields(code, 400, rng)
    spikes = planted(np.arange(12), code, fields, rng)
    readout = Readout(code.overlap, fields)
    (sweep,) = readout.sweeps(spikes, 1.0)
    assert 0.25 < sweep.begin < 0.35
    assert abs(np.diff(sweep.states)).max() <= 2
    assert (np.diff(sweep.states) > 0).mean() > 0.8
    permuted = Spikes(spikes.time, rng.permutation(400)[spikes.neuron])
    (other,) = readout.sweeps(permuted, 1.0)
    steps = np.abs(np.diff(other.states))
    assert len(steps) == 0 or (steps == 1).mean() < 0.6


def test_events_are_as_long_as_they_must_be():
    burst = Spikes(np.linspace(0.5, 0.79, 290), np.zeros(290, int))
    assert len(events(burst, 100, 2.0)) == 1
    assert len(events(burst, 100, 2.0, min_duration=0.32)) == 0
    assert len(events(Spikes(burst.time, burst.neuron + 100), 100, 2.0)) == 0


# ---------------------------------------------------------------- agents and tasks


def test_the_tasks_keep_their_contract():
    check_task(Exploration(LINE, n_moves=6, n_rests=2), deterministic=True)
    check_task(PatternCompletion(n_patterns=4, n_features=30, n_active=6, cue=0.5, n_wrong=3))
    with pytest.raises(ValueError, match="start must be a state"):
        Exploration(LINE, start=8)
    with pytest.raises(ValueError, match="no 25 features outside"):
        PatternCompletion(n_patterns=4, n_features=30, n_active=6, n_wrong=25)


def test_the_explorer_seldom_steps_back_and_never_into_a_wall(seed):
    task = Exploration(LINE, n_moves=2000, n_rests=0)
    position = fs.simulate(task, Explorer(TINY), n_lives=1, seed=seed).position.values[0]
    assert (np.abs(np.diff(position)) == 1).all()
    inner = (position[1:-1] > 0) & (position[1:-1] < 7)
    back = position[2:] == position[:-2]
    n, p = inner.sum(), 0.3 / 2
    assert abs(back[inner].mean() - p) < 4 * np.sqrt(p * (1 - p) / n)


def test_spikes_and_replay_of_a_small_network_are_recorded():
    task = Exploration(LINE, n_moves=30, n_rests=1)
    recordings = {seed: fs.simulate(task, Explorer(TINY), n_lives=1, seed=seed) for seed in (0, 1)}
    first = recordings[0]
    resting = first.phase.values[0] == 1
    assert resting.sum() == 1
    np.testing.assert_allclose(first.clock.values[0][resting], 10.5, rtol=1e-6)
    assert np.isfinite(first.weight_sum.values[0]).tolist() == resting.tolist()
    assert (np.diff(first.time) >= 0).all()
    assert first.time.max() < 10.7
    both = stack(recordings)
    assert both.sizes["spike"] == sum(r.sizes["spike"] for r in recordings.values())
    own = both.spike_seed.values == 1
    np.testing.assert_array_equal(both.neuron.values[own], recordings[1].neuron.values)


def test_agents_keep_their_contract(monkeypatch):
    quick = CA3(n_pyramidal=20, n_basket=2, duration=0.35, target="numpy")

    def run(self, weights, seed, cue=None, condition=SHARP_WAVE):
        rng = np.random.default_rng(seed)
        n = int(1000 * weights.mean()) + 50
        return Spikes(np.sort(rng.random(n) * self.duration), rng.integers(20, size=n))

    monkeypatch.setattr(CA3, "run", run)
    check_agent(Explorer(quick, cues=(0,)), Exploration(LINE, n_moves=8), n=2)
    check_agent(
        AssemblyAgent(quick), PatternCompletion(n_patterns=3, n_features=20, n_active=5), n=2
    )


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Explorer(code="grid"), "code must be graph or track, got 'grid'"),
        (lambda: Explorer(summed=(150.0,)), "needs homeostatic=True"),
        (lambda: Explorer().without("gyrus"), "no part 'gyrus'"),
        (lambda: AssemblyIndex(TINY), "a recall takes 0.3 s, the network runs for 0.2 s"),
        (
            lambda: PlaceMemory(GraphCode(LINE), TINY, np.random.default_rng(0), rule="anti"),
            "rule is one of",
        ),
        (
            lambda: PlaceMemory(
                GraphCode(LINE), TINY, np.random.default_rng(0), homeostatic=True
            ).weights(),
            "call calibrate",
        ),
        (
            lambda: PlaceMemory(GraphCode(LINE), TINY, np.random.default_rng(0)).cue(0, 0.2),
            "a cue lies within the 0.2 s of a run",
        ),
    ],
)
def test_misuse_says_what_is_wrong(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def test_assemblies_are_read_from_cells_that_were_not_cued():
    index = AssemblyIndex(CA3(n_pyramidal=60, n_basket=2, duration=0.5, target="numpy"))
    for first in (0, 20, 40):
        index.store(np.arange(first, first + 20))
    cued = np.zeros(60, bool)
    cued[:10] = cued[20:25] = True
    neuron = np.concatenate([np.arange(10, 18), np.arange(25, 31), np.arange(5)])
    recall = index._read(np.full(len(neuron), 0.03), neuron, cued)
    assert recall.index == 0  # 8 of 10 against 6 of 15
    assert recall.confidence == pytest.approx(0.8 - 0.4)
    assert recall.latency == pytest.approx(0.03)
    assert recall.others == 0
    silent = index._read(np.empty(0), np.empty(0, int), cued)
    assert silent.index == -1
    source, target = index.network.wiring.recurrent
    same = source // 20 == target // 20
    np.testing.assert_allclose(index.weights, INITIAL * SCALE + 1.5 * same)
