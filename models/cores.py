"""Recurrent cores as plain numpy functions: weights by name, one step, outputs.

A core maps inputs (n, n_inputs) and a state to the next state. Gates stand side by side in the
columns of the weights in the order of `GATES`. All functions also take arrays with a leading
seed axis.

References
----------
LSTM: Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735; GRU: Cho et al. 2014,
arXiv:1406.1078; reinstatement gate: Ritter et al. 2018, arXiv:1805.09692.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

Weights = Mapping[str, np.ndarray]
State = dict[str, np.ndarray]

GATES: dict[str, tuple[str, ...]] = {
    "vanilla": ("candidate",),
    "gru": ("reset", "update", "candidate"),
    "lstm": ("input", "forget", "output", "candidate"),
    "episodic_lstm": ("input", "forget", "output", "reinstatement", "candidate"),
}


def state_names(core: str) -> tuple[str, ...]:
    """What a core carries from step to step: `hidden`, and `cell` for an LSTM."""
    return ("hidden", "cell") if "lstm" in core else ("hidden",)


def weight_shapes(core: str, n_inputs: int, n_units: int, n_actions: int) -> dict[str, tuple]:
    """Name and shape of every weight array."""
    columns = len(GATES[core]) * n_units
    shapes: dict[str, tuple] = {
        "input_weights": (n_inputs, columns),
        "recurrent_weights": (n_units, columns),
        "bias": (columns,),
        "policy_weights": (n_units, n_actions),
        "policy_bias": (n_actions,),
        "value_weights": (n_units, 1),
        "value_bias": (1,),
    }
    if core == "gru":
        shapes["candidate_bias"] = (n_units,)  # inside the reset gate
    return shapes | {f"initial_{name}": (n_units,) for name in state_names(core)}


def step(
    core: str,
    weights: Weights,
    inputs: np.ndarray,
    state: State,
    clamps: Mapping[str, float] = MappingProxyType({}),
) -> tuple[State, State]:
    """Advance the state by one step.

    Parameters
    ----------
    core : {"vanilla", "gru", "lstm", "episodic_lstm"}
    weights : dict of arrays
    inputs : (n, n_inputs) array
    state : dict of (n, n_units) arrays
        `hidden`; for LSTMs `cell`; for the episodic LSTM also `reinstated`, the cell state
        read from memory.
    clamps : dict of float
        Gates of an LSTM that are held at a value.

    Returns
    -------
    state : dict of (n, n_units) arrays
        The next `hidden` (and `cell`).
    gates : dict of (n, n_units) arrays
        Gate activations by name.
    """
    hidden = state["hidden"]
    driven = inputs @ weights["input_weights"] + _row(weights["bias"])
    recurrent = hidden @ weights["recurrent_weights"]
    names = GATES[core]
    if core == "vanilla":
        return {"hidden": np.tanh(driven + recurrent)}, {}
    if core == "gru":
        n_units = hidden.shape[-1]
        open_ = sigmoid(driven[..., : 2 * n_units] + recurrent[..., : 2 * n_units])
        reset, update = np.split(open_, 2, axis=-1)
        inner = recurrent[..., 2 * n_units :] + _row(weights["candidate_bias"])
        candidate = np.tanh(driven[..., 2 * n_units :] + reset * inner)
        hidden = (1 - update) * candidate + update * hidden
        return {"hidden": hidden}, {"reset": reset, "update": update}
    total = driven + recurrent
    n_units = hidden.shape[-1]
    opened = np.split(sigmoid(total[..., :-n_units]), len(names) - 1, axis=-1)
    gates = dict(zip(names[:-1], opened, strict=True))
    gates |= {name: np.full_like(gates[name], value) for name, value in clamps.items()}
    cell = gates["forget"] * state["cell"] + gates["input"] * np.tanh(total[..., -n_units:])
    if core == "episodic_lstm":
        cell = cell + gates["reinstatement"] * state["reinstated"]
    return {"hidden": gates["output"] * np.tanh(cell), "cell": cell}, gates


def outputs(weights: Weights, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Softmax policy (n, n_actions) and value (n,) read from the hidden state."""
    policy = softmax(hidden @ weights["policy_weights"] + _row(weights["policy_bias"]))
    value = (hidden @ weights["value_weights"] + _row(weights["value_bias"]))[..., 0]
    return policy, value


def sigmoid(x: np.ndarray) -> np.ndarray:
    """The logistic function, without overflow."""
    return 0.5 * (np.tanh(0.5 * x) + 1)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def sample(policy: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """The action at which the cumulative policy (n, n_actions) passes `draw` (n,) in [0, 1)."""
    passed = np.cumsum(policy, axis=-1)[..., :-1] <= draw[..., None]
    return passed.sum(axis=-1)


def _row(bias: np.ndarray) -> np.ndarray:
    """Biases of one network as they are; those of several, (seeds, k), with an axis for lanes."""
    return bias if bias.ndim == 1 else bias[:, None, :]
