"""Operations of a decision, counted by formula and by counting."""

import numpy as np
import pytest

from fastslow.models import Prefrontal, cores
from fastslow.models.goal_directed import GoalDirected
from fastslow.models.operations import (
    belief,
    gradient_step,
    nearest_returns,
    perceptron,
    recurrent,
    table,
)
from fastslow.tasks import Bandit


class Counted(float):
    """A number that counts its multiplications with others of its kind."""

    n = 0

    def __mul__(self, other):
        if isinstance(other, Counted):
            Counted.n += 1
        return Counted(float(self) * float(other))

    def __add__(self, other):
        return Counted(float(self) + float(other))

    __radd__, __rmul__ = __add__, __mul__


def counted(shape):
    array = np.empty(shape, object)
    array.ravel()[:] = [Counted(1) for _ in range(array.size)]
    return array


@pytest.mark.parametrize("sizes", [(4, 3), (2, 5, 3), (4, 8, 8, 4)])
def test_perceptron_multiplies_as_often_as_matrices_do(sizes):
    Counted.n, row = 0, counted(sizes[0])
    for k in range(len(sizes) - 1):
        row = row.dot(counted((sizes[k], sizes[k + 1])))
    assert perceptron(sizes) == Counted.n


@pytest.mark.parametrize(
    ("core", "products"), [("vanilla", 0), ("gru", 3), ("lstm", 3), ("episodic_lstm", 4)]
)
def test_recurrent_is_its_matrices_and_its_gates(core, products):
    n_inputs, n_units, n_actions = 5, 7, 3
    shapes = cores.weight_shapes(core, n_inputs, n_units, n_actions)
    matrices = ("input_weights", "recurrent_weights", "policy_weights")
    expected = sum(int(np.prod(shapes[name])) for name in matrices) + products * n_units
    assert recurrent(core, n_inputs, n_units, n_actions) == expected


def test_recurrent_of_a_network_that_is_there():
    network, task = Prefrontal(), Bandit()
    n = recurrent(network.core, network.n_inputs(task), network.n_units, task.action.n)
    assert n == 4 * 48 * (3 + 48) + 3 * 48 + 48 * 2


def test_the_goal_directed_agent_counts_its_network_alike():
    from fastslow.data.simulate import simulate
    from fastslow.tasks import GridWorld

    recording = simulate(
        GridWorld(size=3, n_attempts=1), GoalDirected(n_hidden=(6, 5)), 2, record=("multiply_adds",)
    )
    active = recording["active"].values
    assert set(recording["multiply_adds"].values[active]) == {perceptron((4, 6, 5, 4))}


def test_look_ups():
    assert table(4) == 4
    stored = np.array([[True, True], [False, True], [False, False]])
    entries = np.array([[9, 9], [3, 9], [0, 2]])
    np.testing.assert_array_equal(nearest_returns(stored, entries, key_size=5), [2, 16, 10])


def test_belief_multiplies_as_often_as_bayes_rule_does():
    n_states, n_actions = 3, 2
    Counted.n = 0
    prior, likelihood = counted(n_states), counted(n_states)
    carried = (prior * likelihood).dot(counted((n_states, n_states)))
    carried.dot(counted((n_states, n_actions)))
    assert belief(n_states, n_actions) == Counted.n


def test_gradient_step_is_a_pass_forward_and_two_back():
    assert gradient_step(10) == 30
    assert gradient_step(10, n_samples=4, n_further_passes=2) == 200


@pytest.mark.parametrize("sizes", [(4,), (4, 0, 2)])
def test_no_network(sizes):
    with pytest.raises(ValueError, match="sizes must be two or more layers"):
        perceptron(sizes)


def test_unknown_core():
    with pytest.raises(ValueError, match="core must be vanilla, gru, lstm, episodic_lstm, got"):
        recurrent("rnn", 1, 1, 1)
