"""What a decision costs: memory reads and multiply-adds, counted from what an agent does.

A read of one stored number or transition is one operation, and so is one multiply-add. Counted is
what is computed anew between an observation and the action; changing what is stored (weights,
tables, memories) is learning and counted apart. Additions of biases, nonlinearities and
comparisons are left out, as is usual.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from .cores import GATES, state_names

BACKWARD_PASS = 2  # in forward passes: gradients of activations and of weights


def perceptron(sizes: Sequence[int]) -> int:
    """Operations of one pass through layers of these sizes.

    Examples
    --------
    >>> perceptron((4, 128, 128, 4))
    17408
    """
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes must be two or more layers of at least one unit, got {sizes}")
    return sum(n_in * n_out for n_in, n_out in pairwise(sizes))


def recurrent(core: str, n_inputs: int, n_units: int, n_actions: int) -> int:
    """Operations of one step of a recurrent network and of its policy.

    Gates multiply the state unit by unit: three products in an LSTM (input, forget, output), three
    in a GRU, four in an LSTM with reinstatement, none in a vanilla network.

    Examples
    --------
    >>> recurrent("lstm", n_inputs=3, n_units=48, n_actions=2)
    10032
    """
    if core not in GATES:
        raise ValueError(f"core must be {', '.join(GATES)}, got '{core}'")
    gates = len(GATES[core])
    products = {"vanilla": 0, "gru": 3}.get(core, gates - 1 if "cell" in state_names(core) else 0)
    return gates * n_units * (n_inputs + n_units) + products * n_units + n_units * n_actions


def table(n_actions: int) -> int:
    """Operations of looking up the value of every action."""
    return n_actions


def belief(n_states: int, n_actions: int) -> int:
    """Operations of one step of Bayes' rule over hidden states, and of expected rewards.

    Every state's probability is multiplied by its likelihood, carried along all transitions, and
    weighs the reward of every action.

    Examples
    --------
    >>> belief(n_states=2, n_actions=2)
    10
    """
    return n_states * (1 + n_states + n_actions)


def nearest_returns(stored: np.ndarray, n_entries: np.ndarray, key_size: int) -> np.ndarray:
    """Operations of asking tables of returns: a read where a state is stored, else all distances.

    Parameters
    ----------
    stored : (..., n_actions) bool array
        Whether this very state is in the table of each action.
    n_entries : (..., n_actions) array of int
    key_size : int
        Numbers of a key.

    Returns
    -------
    (...) array

    Examples
    --------
    >>> nearest_returns(np.array([[True, False]]), np.array([[10, 20]]), key_size=4)
    array([81])
    """
    return np.where(stored, 1, n_entries * key_size).sum(axis=-1)


def gradient_step(forward: int, n_samples: int = 1, n_further_passes: int = 0) -> int:
    """Operations of one step down the gradient of a minibatch.

    Parameters
    ----------
    forward : int
        Operations of one pass.
    n_samples : int
    n_further_passes : int
        Passes beside the one that is differentiated, such as those of a target network.

    Examples
    --------
    >>> gradient_step(100, n_samples=32, n_further_passes=1)
    12800
    """
    return n_samples * forward * (1 + BACKWARD_PASS + n_further_passes)


__all__ = ["belief", "gradient_step", "nearest_returns", "perceptron", "recurrent", "table"]
