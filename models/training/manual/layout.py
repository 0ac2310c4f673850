"""Where the weights of a network stand in the flat array that the manual engine trains."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ... import cores
from ...cores import GATES, Weights
from ..flat_weights import read_pieces, write_pieces
from ..population import Shape
from .steps import BLOCKS, DOUBLED


class Layout:
    """Where the weights of one seed stand in a flat array: the matrix, then the initial states."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        blocks = BLOCKS[shape.core]
        self.n_gates = len(blocks) * shape.n_units
        self.n_rows = self.n_gates + shape.n_actions + 1
        self.depth = shape.n_units + 1 + shape.n_inputs
        self._matrix_size = self.n_rows * self.depth
        self.size = self._matrix_size + 2 * shape.n_units
        factors = np.array([2 if name in DOUBLED else 1 for name in blocks], np.float32)
        self.doubling = np.repeat(factors, shape.n_units)[:, None]

    def matrix(self, flat: Tensor) -> Tensor:
        """All seeds' matrices (n_seeds, n_rows, depth)."""
        return flat[:, : self._matrix_size].unflatten(1, (self.n_rows, self.depth))

    def initial(self, flat: Tensor, which: int) -> Tensor:
        """All seeds' initial hidden (0) or cell (1) states (n_seeds, n_units, 1)."""
        begin = self._matrix_size + which * self._shape.n_units
        return flat[:, begin : begin + self._shape.n_units, None]

    def unused(self, flat: Tensor) -> list[Tensor]:
        """Parts of the matrix that are always 0: nothing connects what would meet there."""
        n_units, matrix = self._shape.n_units, self.matrix(flat)
        parts = [matrix[:, self.n_gates :, n_units + 1 :]]
        if self._shape.core == "gru":
            driven, recurrent = (matrix[:, b * n_units : (b + 1) * n_units] for b in (2, 3))
            parts += [driven[:, :, :n_units], recurrent[:, :, n_units + 1 :]]
        return parts

    def read(self, flat: Tensor) -> dict[str, np.ndarray]:
        """Copies of the arrays in `flat` (size,) by name."""
        return read_pieces(self._pieces(flat.cpu().numpy()))

    def write(self, named: Weights) -> Tensor:
        """A flat tensor of named arrays."""
        flat = np.zeros(self.size, np.float32)
        write_pieces(self._pieces(flat), named)
        return torch.from_numpy(flat)

    def _pieces(self, flat: np.ndarray) -> dict[str, list[np.ndarray]]:
        """Views of `flat` that make up each array, side by side."""
        shape, n = self._shape, self._shape.n_units
        matrix = flat[: self._matrix_size].reshape(self.n_rows, self.depth)
        block = {name: matrix[b * n : (b + 1) * n] for b, name in enumerate(BLOCKS[shape.core])}
        driven = [block[name if name in block else "driven"] for name in GATES[shape.core]]
        recurrent = [block[name if name in block else "recurrent"] for name in GATES[shape.core]]
        policy, value = matrix[self.n_gates : -1], matrix[-1:]
        pieces: dict[str, list[np.ndarray]] = {
            "input_weights": [rows[:, n + 1 :].T for rows in driven],
            "recurrent_weights": [rows[:, :n].T for rows in recurrent],
            "bias": [rows[:, n] for rows in driven],
            "policy_weights": [policy[:, :n].T],
            "policy_bias": [policy[:, n]],
            "value_weights": [value[:, :n].T],
            "value_bias": [value[:, n]],
        }
        if shape.core == "gru":
            pieces["candidate_bias"] = [block["recurrent"][:, n]]
        for which, name in enumerate(cores.state_names(shape.core)):
            begin = self._matrix_size + which * n
            pieces[f"initial_{name}"] = [flat[begin : begin + n]]
        return pieces
