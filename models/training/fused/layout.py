"""Where the weights of a network stand in the flat array that the kernel trains."""

from __future__ import annotations

import numpy as np

from ... import cores
from ...cores import GATES, Weights
from ..flat_weights import read_pieces, write_pieces
from ..population import Shape

LINE = 16  # floats in a cache line


class Layout:
    """The parts of one seed's flat array (size,), which `Population` in kernel.cpp mirrors.

    Rows of [units | inputs | bias] with one block of columns for each sum of a unit; policy and
    value weights (n_actions + 1, n_units) and their biases; the initial hidden and cell state.
    """

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self.n_units = _round_up(shape.n_units)
        self._n_blocks = len(GATES[shape.core]) + (shape.core == "gru")
        self._stride = _round_up(self._n_blocks * self.n_units) | LINE  # see odd_lines, memory.h
        self._depth = self.n_units + shape.n_inputs + 1
        self.row_size = _round_up(shape.n_inputs + 1)
        self._head_at = self._depth * self._stride
        self._bias_at = self._head_at + (shape.n_actions + 1) * self.n_units
        self._initial_at = self._bias_at + _round_up(shape.n_actions + 1)
        self.size = self._initial_at + 2 * self.n_units

    def read(self, flat: np.ndarray) -> dict[str, np.ndarray]:
        """Copies of the arrays in `flat` (size,), by name and without padding."""
        return read_pieces(self._pieces(flat))

    def write(self, flat: np.ndarray, named: Weights) -> None:
        """Set the arrays in `flat` (size,)."""
        write_pieces(self._pieces(flat), named)

    def _pieces(self, flat: np.ndarray) -> dict[str, list[np.ndarray]]:
        """Views of `flat` that make up each array, side by side."""
        shape, padded, n_units = self._shape, self.n_units, self._shape.n_units
        rows = flat[: self._head_at].reshape(self._depth, self._stride)
        blocks = [rows[:, b * padded : b * padded + n_units] for b in range(self._n_blocks)]
        bias_row = padded + shape.n_inputs
        driven, recurrent = blocks, blocks
        if shape.core == "gru":  # its candidate's driven and recurrent parts stand apart
            driven, recurrent = blocks[:3], [*blocks[:2], blocks[3]]
        head = flat[self._head_at : self._bias_at].reshape(-1, padded)[:, :n_units]
        bias = flat[self._bias_at :]
        pieces: dict[str, list[np.ndarray]] = {
            "input_weights": [block[padded:bias_row] for block in driven],
            "recurrent_weights": [block[:n_units] for block in recurrent],
            "bias": [block[bias_row] for block in driven],
            "policy_weights": [head[: shape.n_actions].T],
            "policy_bias": [bias[: shape.n_actions]],
            "value_weights": [head[shape.n_actions :].T],
            "value_bias": [bias[shape.n_actions : shape.n_actions + 1]],
        }
        if shape.core == "gru":
            pieces["candidate_bias"] = [blocks[3][bias_row]]
        for i, name in enumerate(cores.state_names(shape.core)):
            at = self._initial_at + i * padded
            pieces[f"initial_{name}"] = [flat[at : at + n_units]]
        return pieces


def _round_up(n: int) -> int:
    return -(-n // LINE) * LINE
