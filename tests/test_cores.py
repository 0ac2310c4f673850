"""Recurrent cores: against torch's cells, and exact cases."""

import numpy as np
import pytest
import torch

from fastslow.models import cores

N, INPUTS, UNITS, ACTIONS = 7, 5, 6, 3


def weights_of(core, seed=0):
    generator = np.random.default_rng(seed)
    shapes = cores.weight_shapes(core, INPUTS, UNITS, ACTIONS)
    return {name: generator.normal(size=shape) for name, shape in shapes.items()}


def state_of(core, seed=1):
    generator = np.random.default_rng(seed)
    return {name: generator.normal(size=(N, UNITS)) for name in cores.state_names(core)}


def torch_rows(matrix, order, core):
    """Columns of gates in our order as rows in torch's."""
    names = cores.GATES[core]
    blocks = np.split(matrix, len(names), axis=-1)
    return torch.tensor(np.concatenate([blocks[names.index(g)] for g in order], axis=-1).T)


@pytest.mark.parametrize(
    ("core", "order"),
    [
        ("lstm", ("input", "forget", "candidate", "output")),
        ("gru", ("reset", "update", "candidate")),
        ("vanilla", ("candidate",)),
    ],
)
def test_step_agrees_with_torch(core, order):
    weights, state = weights_of(core), state_of(core)
    inputs = np.random.default_rng(2).normal(size=(N, INPUTS))
    cell = {"lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell, "vanilla": torch.nn.RNNCell}[core](
        INPUTS, UNITS, dtype=torch.float64
    )
    with torch.no_grad():
        cell.weight_ih[:] = torch_rows(weights["input_weights"], order, core)
        cell.weight_hh[:] = torch_rows(weights["recurrent_weights"], order, core)
        cell.bias_ih[:] = torch_rows(weights["bias"], order, core)
        cell.bias_hh[:] = 0
        if core == "gru":
            cell.bias_hh[-UNITS:] = torch.tensor(weights["candidate_bias"])
        carried = tuple(torch.tensor(state[name]) for name in cores.state_names(core))
        found = cell(torch.tensor(inputs), carried if core == "lstm" else carried[0])
    ours, _ = cores.step(core, weights, inputs, state)
    expected = found if core == "lstm" else (found,)
    for name, array in zip(cores.state_names(core), expected, strict=True):
        np.testing.assert_allclose(ours[name], array.numpy(), rtol=1e-10)


def test_closed_reinstatement_gate_leaves_a_plain_lstm():
    weights, state = weights_of("episodic_lstm"), state_of("lstm")
    state["reinstated"] = np.random.default_rng(3).normal(size=(N, UNITS))
    inputs = np.random.default_rng(4).normal(size=(N, INPUTS))
    keep = [0, 1, 2, 4]  # all gates but reinstatement
    for name in ("input_weights", "recurrent_weights", "bias"):
        weights[name][..., 3 * UNITS : 4 * UNITS] = 0
    weights["bias"][3 * UNITS : 4 * UNITS] = -1e3
    plain = {
        name: np.concatenate([np.split(weights[name], 5, -1)[k] for k in keep], -1)
        for name in ("input_weights", "recurrent_weights", "bias")
    }
    ours, gates = cores.step("episodic_lstm", weights, inputs, state)
    expected, _ = cores.step("lstm", plain, inputs, state)
    np.testing.assert_array_equal(gates["reinstatement"], 0)
    np.testing.assert_array_equal(ours["cell"], expected["cell"])


def test_open_gates_add_the_memory_whole():
    weights = {k: np.zeros(s) for k, s in cores.weight_shapes("episodic_lstm", 1, 2, 2).items()}
    weights["bias"][:8] = 1e3  # all gates open, candidate 0
    state = {
        "hidden": np.zeros((1, 2)),
        "cell": np.ones((1, 2)),
        "reinstated": np.full((1, 2), 2.0),
    }
    ours, _ = cores.step("episodic_lstm", weights, np.zeros((1, 1)), state)
    np.testing.assert_array_equal(ours["cell"], 3.0)


@pytest.mark.parametrize("core", list(cores.GATES))
def test_a_leading_seed_axis_is_several_networks(core):
    several = [weights_of(core, seed) for seed in (0, 1)]
    states = [state_of(core, seed) for seed in (2, 3)]
    if core == "episodic_lstm":
        for state in states:
            state["reinstated"] = state["cell"] + 1
    inputs = np.random.default_rng(5).normal(size=(2, N, INPUTS))
    together, _ = cores.step(
        core,
        {name: np.stack([w[name] for w in several]) for name in several[0]},
        inputs,
        {name: np.stack([s[name] for s in states]) for name in states[0]},
    )
    for k in range(2):
        alone, _ = cores.step(core, several[k], inputs[k], states[k])
        for name, array in alone.items():
            np.testing.assert_allclose(together[name][k], array, rtol=1e-12)


def test_sampling_follows_the_cumulative_policy():
    policy = np.array([[0.2, 0.0, 0.8]] * 4)
    np.testing.assert_array_equal(
        cores.sample(policy, np.array([0.0, 0.1999, 0.2, 0.999])), [0, 0, 2, 2]
    )


def test_sigmoid_and_softmax_do_not_overflow():
    np.testing.assert_array_equal(cores.sigmoid(np.array([-1e4, 0, 1e4])), [0, 0.5, 1])
    np.testing.assert_allclose(cores.softmax(np.array([1e4, 0.0])), [1, 0])
