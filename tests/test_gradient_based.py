"""Gradient-based meta-learning: exact meta-gradients, learners, the task of sinusoids."""

import numpy as np
import pytest
import torch

from fastslow.data.simulate import simulate
from fastslow.models import check_agent, check_learner
from fastslow.models.gradient_based import (
    BlackBox,
    GradientLearner,
    Initialization,
    Polynomial,
    Regressor,
    descend,
    meta_gradient,
)
from fastslow.models.gradient_based.black_box import read_well
from fastslow.models.gradient_based.regression import (
    gradient,
    hessian_product,
    initial_weights,
    predict,
)
from fastslow.models.gradient_based.slow_learning import Adam, batches, learned
from fastslow.tasks import Bandit, Lanes, Sinusoids, check_task

SMALL = (2, 7, 6, 1)


def network(seed, sizes=SMALL):
    generator = np.random.default_rng(seed)
    return [
        array.astype(float) + 0.1 * generator.normal(size=array.shape)
        for array in initial_weights(sizes, generator)
    ]


def points(seed, n=4, k=5, size=2):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(n, k, size)), generator.normal(size=(n, k, 1))


def along(slope, vector):
    """Derivative of the sum over lanes in a direction of the shared weights."""
    return sum(float((array.sum(axis=0) * v).sum()) for array, v in zip(slope, vector, strict=True))


def finite_difference(function, weights, vector, step=1e-6):
    ahead, behind = (
        function([w + sign * step * v for w, v in zip(weights, vector, strict=True)])
        for sign in (1, -1)
    )
    return (ahead - behind) / (2 * step)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("n_steps", [1, 3])
def test_meta_gradient_is_exact_and_the_first_order_one_is_another(seed, n_steps):
    weights, shown, asked = network(seed), points(seed), points(seed + 50)
    vector = network(seed + 7)

    def error(w):
        return meta_gradient(w, shown, asked, 0.05, n_steps)[0].sum()

    expected = finite_difference(error, weights, vector)
    exact = along(meta_gradient(weights, shown, asked, 0.05, n_steps)[1], vector)
    rough = along(meta_gradient(weights, shown, asked, 0.05, n_steps, first_order=True)[1], vector)
    assert abs(exact - expected) < 1e-4 * abs(expected)
    assert abs(rough - expected) > 1e-3 * abs(expected)


def test_meta_gradient_agrees_with_autograd():
    weights, shown, asked = network(3), points(3), points(4)
    loss, slope = meta_gradient(weights, shown, asked, 0.05, n_steps=2)
    tensors = [torch.tensor(w, requires_grad=True) for w in weights]

    def squared_error(w, state, target):
        hidden = torch.tensor(state)
        for k in range(0, len(w), 2):
            hidden = hidden @ w[k] + w[k + 1]
            hidden = hidden.relu() if k < len(w) - 2 else hidden
        return ((hidden - torch.tensor(target)) ** 2).mean()

    for lane in range(len(loss)):
        (state, target), (query, answer) = ((a[lane], b[lane]) for a, b in (shown, asked))
        fast = tensors
        for _ in range(2):
            steps = torch.autograd.grad(squared_error(fast, state, target), fast, create_graph=True)
            fast = [w - 0.05 * g for w, g in zip(fast, steps, strict=True)]
        found = squared_error(fast, query, answer)
        assert np.isclose(found.item(), loss[lane], rtol=1e-10)
        for ours, theirs in zip(slope, torch.autograd.grad(found, tensors), strict=True):
            np.testing.assert_allclose(ours[lane], theirs.numpy(), rtol=1e-8, atol=1e-10)


def test_hessian_product_is_symmetric_and_linear():
    weights, (state, target) = network(1), points(1, n=1)
    one, other = network(8), network(9)
    by_one = hessian_product(weights, state, target, one)
    by_other = hessian_product(weights, state, target, other)
    assert np.isclose(along(by_one, other), along(by_other, one))
    both = hessian_product(
        weights, state, target, [a + 2 * b for a, b in zip(one, other, strict=True)]
    )
    for a, b, c in zip(by_one, by_other, both, strict=True):
        np.testing.assert_allclose(a + 2 * b, c, atol=1e-10)


def test_gradient_of_a_line_by_hand():
    # y = 2 x + 1 against 0 at x = 1 and x = 3: errors 3 and 7
    line = [np.array([[2.0]]), np.array([[1.0]])]
    loss, (matrix, bias) = gradient(line, np.array([[1.0], [3.0]]), np.zeros((2, 1)))
    assert loss == (9 + 49) / 2
    assert matrix.item() == 3 * 1 + 7 * 3
    assert bias.item() == 3 + 7


def test_adam_agrees_with_torch():
    weights = network(5)
    tensors = [torch.tensor(w, requires_grad=True) for w in weights]
    theirs, ours = torch.optim.Adam(tensors, 0.01), Adam(weights, 0.01)
    for seed in range(4):
        slope = [
            100 * array for array in network(seed + 20)
        ]  # epsilon, placed elsewhere, is nothing
        for tensor, array in zip(tensors, slope, strict=True):
            tensor.grad = torch.tensor(array)
        theirs.step()
        weights = ours.step(weights, slope)
    for ours_now, tensor in zip(weights, tensors, strict=True):
        np.testing.assert_allclose(ours_now, tensor.detach().numpy(), rtol=1e-5)


@pytest.mark.parametrize("told", [False, True])
def test_learners_keep_the_contract(told):
    world = Sinusoids(n_shown=5, told=told)
    (state, target), (asked, _) = next(batches(world, 4, 6, 1))
    data = {"state": state, "target": target}
    slow = [Initialization(n_updates=3, world=world), BlackBox(n_updates=2, n_lanes=4, world=world)]
    for settings in slow if told else [*slow, Polynomial(3)]:
        learner = settings.learner((4,), 1, n_steps=2)
        if isinstance(learner, GradientLearner):  # weights of one network for all lanes
            learner = GradientLearner([array[0] for array in learner.weights], 0.01, 2)
        check_learner(learner, data, asked)


@pytest.mark.parametrize(
    "slow",
    [
        Initialization(n_updates=3),
        Initialization("first_order", n_updates=3),
        Initialization("pretrained", n_updates=3),
        Initialization("scratch", rate=1e-4),
        BlackBox(n_updates=2, n_lanes=4),
        Polynomial(2),
    ],
)
def test_agents_keep_the_contract(slow):
    check_agent(Regressor(slow), Sinusoids(n_rests=2, n_asked=3))


@pytest.mark.parametrize(
    "task",
    [
        Sinusoids(n_rests=2, n_asked=3),
        Sinusoids(n_rests=1, n_asked=2, told=True, noise=0.3, shown="evenly"),
        Sinusoids(n_rests=0, n_asked=2, shown="left", amplitude=(5, 10)),
    ],
)
def test_tasks_keep_the_contract(task):
    check_task(task)


def test_sinusoids_are_as_their_methods_say():
    task = Sinusoids(n_shown=4, n_rests=1, n_asked=3)
    n = 2000
    recording = simulate(task, Regressor(Polynomial(0)), n, 3)
    amplitude = recording["amplitude"].values[:, 0]
    phase = recording["sinusoid_phase"].values[:, 0]
    for found, low, high in ((amplitude, 0.1, 5.0), (phase, 0.0, np.pi)):
        assert low <= found.min() < found.max() <= high
        assert abs(found.mean() - (low + high) / 2) < 4 * (high - low) / np.sqrt(12 * n)
    x, y = recording["observation"].values[:, :4].transpose(2, 0, 1)
    assert -5 <= x.min() < x.max() <= 5
    assert abs(x.mean()) < 4 * 10 / np.sqrt(12 * x.size)
    np.testing.assert_allclose(y, amplitude[:, None] * np.sin(x - phase[:, None]), atol=1e-5)
    np.testing.assert_array_equal(recording["phase"].values[0], [2, 2, 2, 2, 0, 0, 0, 1, 0, 0, 0])
    asked = recording.isel(step=slice(4, 7))
    assert (asked["observation"].sel(feature="y") == 0).all()
    np.testing.assert_array_equal(asked["x"].values[0], [-5, 0, 5])
    expected = -((asked["action"].values[..., 0] - asked["target"].values) ** 2)
    np.testing.assert_allclose(asked["reward"].values, expected, atol=1e-4)
    assert (recording["reward"].isel(step=slice(0, 4)) == 0).all()
    assert (recording["reward"].isel(step=7) == 0).all()


def test_points_lie_where_they_are_said_to():
    rng = Lanes(0, 50)
    assert (Sinusoids(shown="left").draw_x(rng) < 0).all()
    np.testing.assert_allclose(Sinusoids(n_shown=2, shown="evenly").draw_x(rng)[7], [-2.5, 2.5])


def test_noise_has_its_size():
    recording = simulate(
        Sinusoids(n_shown=50, noise=0.5, n_rests=0, n_asked=2), Regressor(Polynomial(0)), 200, 1
    )
    missed = (recording["observation"].sel(feature="y") - recording["target"]).values[:, :50]
    assert abs(missed.std() - 0.5) < 4 * 0.5 / np.sqrt(2 * missed.size)


def test_each_rest_is_one_gradient_step():
    slow = Initialization(n_updates=5)
    task = Sinusoids(n_rests=3, n_asked=4)
    recording = simulate(task, Regressor(slow), 3, 6)
    shown = recording["observation"].values[:, :5]
    data = (shown[..., :1], shown[..., 1:])
    x = np.broadcast_to(task.asked.astype(np.float32)[:, None], (3, 4, 1))
    for rests in range(4):
        expected = predict(descend(learned(slow, 6), data, slow.rate, rests), x)[..., 0]
        asked = recording.isel(step=slice(5 + 5 * rests, 9 + 5 * rests))
        np.testing.assert_allclose(asked["action"].values[..., 0], expected, rtol=1e-4, atol=1e-5)


def test_without_gradient_steps_rest_changes_nothing():
    task = Sinusoids(n_rests=2, n_asked=3)
    agent = Regressor(Initialization(n_updates=5))
    moved, still = (
        simulate(task, a, 4, 6)["action"].values[..., 0]
        for a in (agent, agent.without("gradient_steps"))
    )
    np.testing.assert_array_equal(still[:, 5:8], still[:, 9:12])
    assert not np.allclose(moved[:, 5:8], moved[:, 9:12])


def test_slow_learning_is_the_same_twice_and_of_its_seed():
    settings = Initialization(n_updates=4)
    again = learned.__wrapped__
    for one, two in zip(learned(settings, 1), again(settings, 1), strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(learned(settings, 1)[0], learned(settings, 2)[0])
    box = BlackBox(n_updates=3, n_lanes=4)
    for name, array in read_well.__wrapped__(box, 1).items():
        np.testing.assert_array_equal(array, read_well(box, 1)[name])


LINES = Sinusoids(n_shown=5, phase=(0.0, 0.0), n_rests=1, n_asked=11)


def few_shot_error(slow, task, seed, n_lives=200):
    recording = simulate(task, Regressor(slow), n_lives, seed, record=())
    asked = (recording["phase"] == 0) & (recording["rests"] == task.n_rests)
    return float(-recording["reward"].where(asked).mean())


def test_what_is_the_same_in_all_lives_is_learned_slowly_and_what_is_permuted_is_not():
    # One phase: slow learning can find it, so that the amplitude is all that is left to adapt to.
    settings = Initialization(n_updates=1500, learning_rate=0.003, world=LINES)
    planted = few_shot_error(settings, LINES, 1)
    elsewhere = Sinusoids(n_shown=5, phase=(np.pi, np.pi), n_rests=1, n_asked=11)
    permuted = few_shot_error(settings, elsewhere, 1)  # the sign that was learned is wrong there
    fresh = few_shot_error(Initialization("scratch", world=LINES, rate=1e-4), LINES, 1)
    assert planted < 0.5 * fresh
    assert planted < 0.5 * permuted


def test_the_black_box_learns_one_phase():
    settings = BlackBox(n_updates=150, n_lanes=50, world=LINES)
    untrained = BlackBox(n_updates=0, world=LINES)
    assert few_shot_error(settings, LINES, 1) < 0.5 * few_shot_error(untrained, LINES, 1)


def test_polynomials_agree_with_polyfit():
    generator = np.random.default_rng(2)
    state, target = generator.uniform(-5, 5, (3, 8, 1)), generator.normal(size=(3, 8, 1))
    x = np.linspace(-5, 5, 7)
    found = Polynomial(4).adapt({"state": state, "target": target})(
        np.broadcast_to(x[:, None], (3, 7, 1))
    )
    for lane in range(3):
        expected = np.polyval(np.polyfit(state[lane, :, 0], target[lane, :, 0], 4), x)
        np.testing.assert_allclose(found[lane, :, 0], expected, rtol=1e-6, atol=1e-8)


def test_a_prediction_that_diverges_costs_the_most():
    with np.errstate(all="ignore"):
        recording = simulate(
            Sinusoids(n_rests=10, n_asked=2), Regressor(Initialization("scratch", rate=10.0)), 3, 0
        )
    assert float(abs(recording["action"]).max()) == 100


def test_lanes_in_different_phases_are_refused():
    agent, task = Regressor(Polynomial(0)), Sinusoids()
    agent.begin(task, 2, Lanes(0, 2))
    now = next(task.play(2, Lanes(0, 2)))
    with pytest.raises(ValueError, match="the same phase in all lanes"):
        agent.act(now._replace(phase=np.array([0, 2])))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Sinusoids(n_shown=0), "n_shown must be at least 1, got 0"),
        (lambda: Sinusoids(shown="right"), "shown must be one of anywhere, left, evenly"),
        (lambda: Sinusoids(phase=(2, 1)), "phase must be a range"),
        (lambda: Sinusoids(noise=-1), "noise must not be negative"),
        (lambda: Initialization("reptile"), "method must be one of maml, first_order"),
        (lambda: Initialization(n_updates=-1), "n_updates must be at least 0"),
        (lambda: BlackBox(n_units=0), "n_units must be at least 1"),
        (lambda: Polynomial(-1), "degree must not be negative"),
        (
            lambda: Regressor().begin(Bandit(), 1, Lanes(0, 1)),
            "predicts one number, an action Box of shape",
        ),
        (
            lambda: simulate(Sinusoids(n_shown=3), Regressor(Polynomial(3)), 1),
            "3 points do not determine a polynomial of degree 3",
        ),
        (
            lambda: learned(Initialization("pretrained", learning_rate=1e30, n_updates=5), 0),
            "slow learning of seed 0 diverged",
        ),
    ],
)
def test_misuse_says_what_is_wrong(make, message):
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=message):
        make()
