"""What every engine promises: agreement with autograd in double precision, and with itself."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from fastslow.models import cores
from fastslow.models.training.autograd import AutogradPopulation
from fastslow.models.training.fused import FusedPopulation, available
from fastslow.models.training.manual import ManualPopulation
from fastslow.models.training.population import Shape, UpdateSettings

FUSED = pytest.param(
    FusedPopulation, marks=pytest.mark.skipif(not available(), reason="no C++ compiler")
)
PLAIN = pytest.param(partial(FusedPopulation, tile_unit=False), marks=FUSED.marks, id="plain")
FAST = pytest.mark.parametrize("engine", [FUSED, PLAIN, ManualPopulation])
EVERY = pytest.mark.parametrize("engine", [FUSED, PLAIN, ManualPopulation, AutogradPopulation])

SETTINGS = UpdateSettings(
    optimizer="adam", learning_rate=1e-3, discount=0.9, trace_decay=0.95, value_weight=0.3,
    entropy_weight=0.05, max_gradient_norm=0.5, squared_decay=0.99, epsilon=1e-5,
)  # fmt: skip
SMALL = Shape("lstm", n_inputs=3, n_units=20, n_actions=3, n_seeds=2, n_lanes=21, n_steps=11)


def random_weights(shape: Shape, generator: np.random.Generator) -> dict[str, np.ndarray]:
    sizes = cores.weight_shapes(shape.core, shape.n_inputs, shape.n_units, shape.n_actions)
    scale = 0.8 / np.sqrt(shape.n_units)
    return {
        name: generator.normal(0, scale, size).astype(np.float32) for name, size in sizes.items()
    }


def populate(population, seed: int):
    """Load every seed of `population` with weights of its own."""
    for index in range(population.shape.n_seeds):
        weights = random_weights(population.shape, np.random.default_rng([seed, index]))
        population.load(index, weights)
    return population


def play_segment(populations, generator, settings=SETTINGS, ragged=True, looks=True, starts=0.15):
    """Take all populations through one random segment and an update; return what each measured."""
    shape = populations[0].shape
    n = shape.n_seeds * shape.n_lanes
    for t in range(shape.n_steps + looks):
        inputs = generator.normal(size=(n, shape.n_inputs))
        memory = generator.normal(size=(n, shape.n_units))
        first, draw = generator.random(n) < starts, generator.random(n)
        for population in populations:
            population.inputs[t] = inputs
            if population.reinstated is not None:
                population.reinstated[t] = memory
        if t == shape.n_steps:
            for population in populations:
                population.look(first)
        else:
            actions = [population.step(t, first, draw) for population in populations]
            for action in actions[1:]:
                # A draw within rounding of a boundary may fall to either side of it.
                assert np.mean(action != actions[0]) < 1e-3
    reward = generator.normal(size=(shape.n_steps, n)).astype(np.float32)
    discount = (generator.random((shape.n_steps, n)) < 0.9).astype(np.float32)
    if not looks:
        discount[-1] = 0
    ends = generator.integers(1, shape.n_steps + 1, n) if ragged else shape.n_steps
    active = np.arange(shape.n_steps)[:, None] < np.broadcast_to(ends, n)
    return [population.update(reward, discount, active, settings) for population in populations]


def everything(population, index: int) -> dict[str, np.ndarray]:
    parts = {
        "weights": population.weights,
        "optimizer": population.optimizer,
        "state": population.state,
    }
    return {f"{k}/{name}": x for k, part in parts.items() for name, x in part(index).items()}


def compare(
    expected: dict[str, np.ndarray], found: dict[str, np.ndarray], rounding: float = 1e-9
) -> None:
    """All arrays agree to 1e-4 of their largest entry, apart from rounding."""
    assert expected.keys() == found.keys()
    for name, array in expected.items():
        tolerance = 1e-4 * np.abs(array).max() + rounding
        np.testing.assert_allclose(found[name], array, atol=tolerance, rtol=0, err_msg=name)


def same(expected: dict[str, np.ndarray], found: dict[str, np.ndarray]) -> None:
    """All arrays agree bit for bit."""
    assert expected.keys() == found.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)


@FAST
@pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
@pytest.mark.parametrize("core", cores.GATES)
@pytest.mark.parametrize(
    ("n_inputs", "n_units", "n_actions", "n_lanes", "n_steps"),
    [
        (4, 48, 2, 32, 20),
        (3, 20, 5, 21, 11),
        (1, 7, 1, 5, 9),
        (9, 64, 16, 17, 8),
        (20, 33, 2, 70, 6),
    ],
)
def test_agrees_with_autograd(
    engine, core, optimizer, n_inputs, n_units, n_actions, n_lanes, n_steps, seed
):
    torch = pytest.importorskip("torch")
    shape = Shape(core, n_inputs, n_units, n_actions, 2, n_lanes, n_steps)
    settings = replace(SETTINGS, optimizer=optimizer)
    exact = populate(AutogradPopulation(shape, torch.float64), seed)
    fast = populate(engine(shape), seed)
    generator = np.random.default_rng(seed)
    # Later segments continue from the state of the one before. After a look whose lanes start
    # episodes comes a segment without one, and one in which no episode starts.
    for looks, starts in ((True, 0.15), (True, 0.15), (False, 0.15), (True, 0.0)):
        before = [exact.optimizer(index) for index in range(2)]
        measured = play_segment([exact, fast], generator, settings, looks=looks, starts=starts)
        for name, expected in measured[0].items():
            np.testing.assert_allclose(measured[1][name], expected, rtol=1e-4, atol=1e-6)
        for index in range(2):
            clip = min(1.0, settings.max_gradient_norm / measured[0]["gradient_norm"][index])
            after, gradient = exact.optimizer(index), fast.gradient(index)
            # Sums that cancel keep the rounding of their terms, which is that of float32 or, in
            # the tile unit, of factors with 17 bits.
            precision = 1e-6 if engine is FusedPopulation else np.finfo(np.float32).eps
            rounding = precision * measured[0]["gradient_norm"][index]
            for name, found in gradient.items():
                if optimizer == "adam":  # m += (1 - .9)(g - m), solved for g
                    mean, new = (x[f"mean/{name}"] for x in (before[index], after))
                    expected = ((new - 0.9 * mean) / 0.1) / clip
                    tolerance = 1e-4 * np.abs(expected).max() + rounding
                    np.testing.assert_allclose(found, expected, atol=tolerance, rtol=0)
            compare(everything(exact, index), everything(fast, index), rounding)


@FAST
def test_gradient_by_finite_differences(engine, seed):
    """Cores apart from torch: the policy loss of fixed actions, differentiated numerically."""
    shape = Shape("lstm", n_inputs=2, n_units=5, n_actions=3, n_seeds=1, n_lanes=3, n_steps=6)
    generator = np.random.default_rng(seed)
    weights = random_weights(shape, generator)
    inputs = generator.normal(size=(6, 3, 2)).astype(np.float32)
    reward = generator.normal(size=(6, 3)).astype(np.float32)
    population = engine(shape)
    population.load(0, weights)
    starts, ones = np.ones(3, bool), np.ones((6, 3), np.float32)
    actions = []
    for t in range(6):
        population.inputs[t] = inputs[t]
        actions.append(population.step(t, starts if t == 0 else ~starts, generator.random(3)))
    # Without a bootstrap, value loss or entropy the advantage is constant in the policy weights.
    settings = replace(SETTINGS, value_weight=0.0, entropy_weight=0.0, discount=0.0)
    population.update(reward, ones, ones.astype(bool), settings)

    def forward(w):
        state = {k: np.repeat(w[f"initial_{k}"][None], 3, 0) for k in ("hidden", "cell")}
        for t in range(6):
            state, _ = cores.step("lstm", w, inputs[t].astype(float), state)
            yield cores.outputs(w, state["hidden"])

    exact = {name: array.astype(float) for name, array in weights.items()}
    advantage = [r - value for r, (_, value) in zip(reward, forward(exact), strict=True)]

    def loss(w):
        chosen = [
            np.log(policy[np.arange(3), a])
            for a, (policy, _) in zip(actions, forward(w), strict=True)
        ]
        return -np.mean(np.array(advantage) * chosen)

    for name, gradient in population.gradient(0).items():
        if name.startswith("value"):
            continue
        spot = tuple(generator.integers(size) for size in gradient.shape)
        bump = np.zeros(gradient.shape)
        bump[spot] = 1e-5
        up, down = ({**exact, name: exact[name] + sign * bump} for sign in (1, -1))
        assert gradient[spot] == pytest.approx((loss(up) - loss(down)) / 2e-5, rel=1e-3, abs=1e-6)


@FAST
@pytest.mark.parametrize("core", cores.GATES)
@pytest.mark.parametrize(("n_units", "n_lanes"), [(20, 21), (7, 5), (48, 272)])
def test_a_seed_is_the_same_alone_and_in_company(engine, core, n_units, n_lanes, seed):
    crowd = replace(SMALL, core=core, n_units=n_units, n_lanes=n_lanes, n_seeds=4)
    together = populate(engine(crowd), seed)
    alone = engine(replace(crowd, n_seeds=1))
    alone.load(0, together.weights(2))
    generator = np.random.default_rng(seed)
    n, own = crowd.n_lanes, slice(2 * crowd.n_lanes, 3 * crowd.n_lanes)
    for _ in range(2):
        rows = [generator.random((crowd.n_steps, 4 * n)) for _ in range(4)]
        inputs = generator.normal(size=(crowd.n_steps, 4 * n, crowd.n_inputs))
        memory = generator.normal(size=(crowd.n_steps, 4 * n, crowd.n_units))
        measured = []
        for population, lanes in ((together, slice(None)), (alone, own)):
            draw, reward, discount, first = (row[:, lanes] for row in rows)
            for t in range(crowd.n_steps):
                population.inputs[t] = inputs[t, lanes]
                if population.reinstated is not None:
                    population.reinstated[t] = memory[t, lanes]
                population.step(t, first[t] < 0.2, draw[t])
            active = np.ones_like(draw, bool)
            measured.append(population.update(reward, discount, active, SETTINGS))
        for name, found in measured[1].items():
            np.testing.assert_array_equal(found[0], measured[0][name][2], err_msg=name)
    same(everything(together, 2), everything(alone, 0))


@pytest.mark.skipif(not available(), reason="no C++ compiler")
@pytest.mark.parametrize("core", cores.GATES)
def test_the_number_of_threads_changes_nothing(core, seed):
    shape = replace(SMALL, core=core, n_seeds=4)
    populations = [populate(FusedPopulation(shape, n_threads), seed) for n_threads in (1, 2, 3)]
    generator = np.random.default_rng(seed)
    for _ in range(2):
        measured = play_segment(populations, generator)
        for name, expected in measured[0].items():
            for other in measured[1:]:
                np.testing.assert_array_equal(other[name], expected, err_msg=name)
    for index in range(shape.n_seeds):
        for other in populations[1:]:
            same(everything(populations[0], index), everything(other, index))


@EVERY
@pytest.mark.parametrize("core", cores.GATES)
def test_continues_from_what_it_gave_out(engine, core, seed):
    """Weights, optimizer and state loaded into a fresh population go on bit for bit."""
    shape = replace(SMALL, core=core)
    whole = populate(engine(shape), seed)
    play_segment([whole], np.random.default_rng(seed))
    resumed = engine(shape)
    for index in range(shape.n_seeds):
        resumed.load(index, whole.weights(index), whole.optimizer(index), whole.state(index))
    measured = play_segment([whole, resumed], np.random.default_rng(seed + 1))
    for name in measured[0]:
        np.testing.assert_array_equal(*(m[name] for m in measured))
    for index in range(shape.n_seeds):
        same(everything(whole, index), everything(resumed, index))


@EVERY
def test_look_leaves_the_state_alone(engine, seed):
    population = populate(engine(SMALL), seed)
    play_segment([population], np.random.default_rng(seed))
    before = everything(population, 0)
    population.look(np.ones(SMALL.n_seeds * SMALL.n_lanes, bool))
    same(before, everything(population, 0))


@EVERY
def test_the_state_between_two_steps(engine, seed):
    """What memories are stored from: the state after the step just taken, of every seed."""
    population = populate(engine(SMALL), seed)
    n, lanes = SMALL.n_seeds * SMALL.n_lanes, SMALL.n_lanes
    inputs = np.random.default_rng(seed).normal(size=(3, n, SMALL.n_inputs)).astype(np.float32)
    expected = [
        {k: np.repeat(w[f"initial_{k}"][None], lanes, 0) for k in ("hidden", "cell")}
        for w in map(population.weights, range(SMALL.n_seeds))
    ]
    for t in range(3):
        population.inputs[t] = inputs[t]
        population.step(t, np.full(n, t == 0), np.full(n, 0.5))
        for index, now in enumerate(inputs[t].reshape(SMALL.n_seeds, lanes, -1)):
            weights = population.weights(index)
            expected[index], _ = cores.step("lstm", weights, now, expected[index])
            compare(expected[index], population.state(index))


@EVERY
@pytest.mark.parametrize("poison", [np.nan, np.inf])
def test_a_seed_that_is_not_finite_stays_as_it_was(engine, poison, seed):
    spoiled, sound = (populate(engine(SMALL), seed) for _ in range(2))
    n = SMALL.n_seeds * SMALL.n_lanes
    before = spoiled.weights(0), spoiled.optimizer(0)
    reward = np.ones((SMALL.n_steps, n), np.float32)
    active = np.ones(reward.shape, bool)
    for population in (spoiled, sound):
        for t in range(SMALL.n_steps):
            population.step(t, np.full(n, t == 0), np.full(n, 0.5))
    sound.update(reward, reward, active, SETTINGS)
    reward[3, 0] = poison
    norm = spoiled.update(reward, reward, active, SETTINGS)["gradient_norm"]
    assert np.isnan(norm[0])
    assert np.isfinite(norm[1])
    for kept, now in zip(before, (spoiled.weights(0), spoiled.optimizer(0)), strict=True):
        same(kept, now)
    same(sound.weights(1), spoiled.weights(1))


@EVERY
def test_nan_weights_are_noticed(engine, seed):
    population = populate(engine(SMALL), seed)
    weights = population.weights(0)
    weights["recurrent_weights"][0, 0] = np.nan
    population.load(0, weights)
    (measured,) = play_segment([population], np.random.default_rng(seed))
    assert np.isnan(measured["gradient_norm"][0])
    assert np.isfinite(measured["gradient_norm"][1])


@EVERY
def test_actions_follow_the_policy(engine, seed):
    """Frequencies of sampled actions against the policy of the numpy core."""
    n = 4096
    shape = Shape("gru", n_inputs=1, n_units=6, n_actions=4, n_seeds=1, n_lanes=n, n_steps=1)
    population = populate(engine(shape), seed)
    w = population.weights(0)
    state, _ = cores.step("gru", w, np.zeros((1, 1)), {"hidden": w["initial_hidden"][None]})
    policy, _ = cores.outputs(w, state["hidden"])
    draw = np.random.default_rng(seed).random(n)
    action = population.step(0, np.ones(n, bool), draw)
    for option, p in enumerate(policy[0]):
        assert abs(np.mean(action == option) - p) < 4 * np.sqrt(p * (1 - p) / n)
    assert action.dtype == np.int64


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"core": "rnn"}, "core must be one of vanilla, gru, lstm, episodic_lstm, got 'rnn'"),
        ({"n_units": 0}, "n_units must be at least 1, got 0"),
        ({"n_inputs": -1}, "n_inputs must not be negative, got -1"),
    ],
)
def test_impossible_shapes(changes, message):
    with pytest.raises(ValueError, match=message):
        replace(SMALL, **changes)


@FAST
def test_misuse_is_named(engine, seed):
    population = populate(engine(SMALL), seed)
    n = SMALL.n_seeds * SMALL.n_lanes
    with pytest.raises(ValueError, match=r"step must be in \[0, 11\), got 11"):
        population.step(SMALL.n_steps, np.zeros(n, bool), np.zeros(n))
    rows = np.zeros((SMALL.n_steps, n), np.float32)
    with pytest.raises(ValueError, match="optimizer must be adam or rmsprop, got 'sgd'"):
        population.update(rows, rows, rows > 0, replace(SETTINGS, optimizer="sgd"))
    with pytest.raises(ValueError, match="could not broadcast|cannot reshape"):
        population.update(rows[:, :-1], rows, rows > 0, SETTINGS)
    weights = population.weights(0)
    with pytest.raises(ValueError, match=r"'bias' must be \(80,\), got \(3,\)"):
        population.load(0, {**weights, "bias": np.zeros(3)})
