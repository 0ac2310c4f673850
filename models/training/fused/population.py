"""`Population` by the compiled kernel, through ctypes.

The arrays are numpy's; the kernel is told once where they are. Units are padded to a multiple of
16; what goes in and out by name is not.
"""

from __future__ import annotations

import ctypes
import os
import weakref

import numpy as np

from ... import cores
from ...cores import GATES, Weights
from ...threads import usable_threads
from ..population import MEASURED, Shape, UpdateSettings
from .build import load
from .layout import LINE, Layout


class Arrays(ctypes.Structure):
    """`struct Arrays` of population.h: sizes, then where the arrays are."""

    _fields_ = [
        (name, ctypes.c_int64)
        for name in (
            "n_inputs", "n_units", "n_actions", "n_seeds", "n_lanes", "n_steps",
            "row_size", "parameter_size",
        )
    ] + [
        (name, ctypes.c_void_p)
        for name in (
            "rows", "reinstated", "parameters", "mean", "square", "gradient", "count", "hidden",
            "cell", "first", "draw", "action", "bootstrap", "reward", "discount", "active",
            "measured",
        )
    ]  # fmt: skip


class Settings(ctypes.Structure):
    """`struct Settings` of population.h."""

    _fields_ = [("adam", ctypes.c_int64)] + [
        (name, ctypes.c_double)
        for name in (
            "learning_rate", "discount", "trace_decay", "value_weight", "entropy_weight",
            "max_gradient_norm", "squared_decay", "epsilon",
        )
    ]  # fmt: skip


class FusedPopulation:
    """`Population` in a compiled kernel; see there.

    Parameters
    ----------
    shape : Shape
    n_threads : int, optional
        By default as many as this process may run on, or as OMP_NUM_THREADS says; results do
        not depend on it.
    tile_unit : bool
        Whether to use the processor's unit for products of tiles (AMX) where there is one. Its
        products keep 17 bits of each factor, so results agree with the others to about 1e-5.

    Raises
    ------
    KernelUnavailable
        Where there is no C++ compiler, or one that fails.
    """

    def __init__(self, shape: Shape, n_threads: int | None = None, tile_unit: bool = True) -> None:
        if n_threads is not None and n_threads < 1:
            raise ValueError(f"n_threads must be at least 1, got {n_threads}")
        library = load(shape.core)
        self.shape = shape
        self._layout = layout = Layout(shape)
        n, n_steps, n_units = shape.n_seeds * shape.n_lanes, shape.n_steps, layout.n_units

        self._rows = _aligned((n_steps + 1, n, layout.row_size))
        self._rows[:, :, shape.n_inputs] = 1  # what the biases are multiplied with
        self.inputs = self._rows[:, :, : shape.n_inputs]
        self._reinstated = (
            _aligned((n_steps + 1, n, n_units)) if "reinstatement" in GATES[shape.core] else None
        )
        self.reinstated = (
            None if self._reinstated is None else self._reinstated[:, :, : shape.n_units]
        )
        by_seed = (shape.n_seeds, layout.size)
        self._parameters, self._mean, self._square, self._gradient = (
            _aligned(by_seed) for _ in range(4)
        )
        self._count = np.zeros(shape.n_seeds, np.int64)
        self._state = {"hidden": _aligned((n, n_units)), "cell": _aligned((n, n_units))}
        self._first = np.zeros((n_steps + 1, n), bool)
        self._draw = np.zeros(n, np.float32)
        self._action = np.zeros((n_steps, n), np.int64)
        self._bootstrap = np.zeros(n, np.float32)
        self._reward, self._discount = np.zeros((2, n_steps, n), np.float32)
        self._active = np.zeros((n_steps, n), bool)
        self._measured = np.zeros((len(MEASURED), shape.n_seeds))

        arrays = Arrays(
            shape.n_inputs, n_units, shape.n_actions, shape.n_seeds,
            shape.n_lanes, n_steps, layout.row_size, layout.size,
            *(
                None if array is None else array.ctypes.data
                for array in (
                    self._rows, self._reinstated, self._parameters, self._mean, self._square,
                    self._gradient, self._count, self._state["hidden"], self._state["cell"],
                    self._first, self._draw, self._action, self._bootstrap, self._reward,
                    self._discount, self._active, self._measured,
                )
            ),
        )  # fmt: skip
        self._kernel = kernel = library.population_create(
            ctypes.byref(arrays), n_threads or usable_threads(), tile_unit
        )
        self._step, self._look = library.population_step, library.population_look
        self._update, self._refresh = library.population_update, library.population_refresh
        owner = os.getpid()

        def destroy() -> None:
            if os.getpid() == owner:  # a forked child has none of the threads to wait for
                library.population_destroy(kernel)

        weakref.finalize(self, destroy)

    def step(self, t: int, first: np.ndarray, draw: np.ndarray) -> np.ndarray:
        """See `Population.step`."""
        if not 0 <= t < self.shape.n_steps:
            raise ValueError(f"step must be in [0, {self.shape.n_steps}), got {t}")
        self._first[t] = first
        self._draw[:] = draw
        self._step(self._kernel, t)
        return self._action[t]

    def look(self, first: np.ndarray) -> None:
        """See `Population.look`."""
        self._first[self.shape.n_steps] = first
        self._look(self._kernel)

    def update(
        self,
        reward: np.ndarray,
        discount: np.ndarray,
        active: np.ndarray,
        settings: UpdateSettings,
    ) -> dict[str, np.ndarray]:
        """See `Population.update`."""
        self._reward[:], self._discount[:], self._active[:] = reward, discount, active
        chosen = Settings(
            settings.optimizer == "adam",
            *(getattr(settings, field[0]) for field in Settings._fields_[1:]),
        )
        self._update(self._kernel, ctypes.byref(chosen))
        return {name: row.copy() for name, row in zip(MEASURED, self._measured, strict=True)}

    def weights(self, index: int) -> dict[str, np.ndarray]:
        """See `Population.weights`."""
        return self._layout.read(self._parameters[index])

    def gradient(self, index: int) -> dict[str, np.ndarray]:
        """The gradient of one seed's last update by name, before clipping."""
        return self._layout.read(self._gradient[index])

    def optimizer(self, index: int) -> dict[str, np.ndarray]:
        """See `Population.optimizer`."""
        state = {"count": np.array(self._count[index])}
        for group, flat in (("mean", self._mean), ("square", self._square)):
            for name, array in self._layout.read(flat[index]).items():
                state[f"{group}/{name}"] = array
        return state

    def state(self, index: int) -> dict[str, np.ndarray]:
        """See `Population.state`."""
        return {
            name: self._lanes(index, name).copy() for name in cores.state_names(self.shape.core)
        }

    def load(
        self,
        index: int,
        weights: Weights,
        optimizer: Weights | None = None,
        state: Weights | None = None,
    ) -> None:
        """See `Population.load`."""
        self._layout.write(self._parameters[index], weights)
        for group, flat in (("mean", self._mean), ("square", self._square)):
            flat[index] = 0
            if optimizer:
                named = {name: optimizer[f"{group}/{name}"] for name in weights}
                self._layout.write(flat[index], named)
        self._count[index] = optimizer["count"] if optimizer else 0
        for name in cores.state_names(self.shape.core):
            self._lanes(index, name)[...] = state[name] if state else 0
        self._refresh(self._kernel, index)

    def _lanes(self, index: int, name: str) -> np.ndarray:
        n = self.shape.n_lanes
        return self._state[name][index * n : (index + 1) * n, : self.shape.n_units]


def _aligned(shape: tuple[int, ...]) -> np.ndarray:
    """Zeros (float32) that start at a cache line."""
    size = int(np.prod(shape))
    room = np.zeros(size + LINE, np.float32)
    start = -room.ctypes.data % (4 * LINE) // 4
    return room[start : start + size].reshape(shape)
