"""Area CA3 as a spiking network in Brian2: compiled once, then run with other weights and cues.

The wiring is compiled in; weights, cues, the condition of the cells and the seed are arguments of
the compiled program, which is kept in the user's cache. It is built by a process of its own, so
that neither Brian2's devices nor NumPy's global random numbers are touched here. Constants:
`ca3_parameters`, after Ecker et al. 2022, doi:10.7554/eLife.71850.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import tempfile
import warnings
from dataclasses import dataclass, fields
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..training.fused.build import KernelUnavailable, cache_folder, find_compiler
from .ca3_equations import (
    BASKET_CELL,
    CELL,
    GATE,
    PYRAMIDAL_CELL,
    arguments,
    build_network,
)
from .ca3_parameters import (
    BASKET_BASKET,
    BASKET_PYRAMIDAL,
    CUE_STEP,
    EXCITATORY,
    IN_DEGREE,
    INHIBITORY,
    MOSSY,
    N_BASKET,
    P_BASKET,
    PYRAMIDAL_BASKET,
    RECURRENT,
    SHARP_WAVE,
    Condition,
)
from .ca3_programs import build, build_apart, run_numpy, run_program
from .spikes import Spikes

_TARGETS = ("auto", "cpp", "numpy")
_LEAST = 1e-6  # nS; no synapse is that weak


class Wiring(NamedTuple):
    """Source and target of each synapse, for each pathway (2, n_synapses)."""

    recurrent: np.ndarray
    pyramidal_basket: np.ndarray
    basket_pyramidal: np.ndarray
    basket_basket: np.ndarray


@dataclass(frozen=True)
class CA3:
    """A network of pyramidal and basket cells, run from rest for `duration`.

    Fewer cells than the published 8,000 keep 800 recurrent inputs each, and with them all weights.
    2,000 is the smallest size with a proper ripple; below 800 cells all are connected.

    Parameters
    ----------
    n_pyramidal, n_basket : int
    duration : float, s
        Of one run; a whole number of 50 ms.
    time_step : float, s
    wiring_seed : int
        All runs of one network share its wiring. Weights may differ, and so may which cell has
        which place field: that amounts to another wiring.
    target : {"auto", "cpp", "numpy"}
        A compiled program, or NumPy where there is no compiler; "auto" warns when it takes NumPy.

    Examples
    --------
    >>> CA3(n_pyramidal=8000).p_recurrent
    0.1
    """

    n_pyramidal: int = 2000
    n_basket: int = N_BASKET
    duration: float = 10.0
    time_step: float = 1e-4
    wiring_seed: int = 0
    target: str = "auto"

    def __post_init__(self) -> None:
        if self.target not in _TARGETS:
            raise ValueError(f"target must be {', '.join(_TARGETS)}, got '{self.target}'")
        for name in ("n_pyramidal", "n_basket"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.duration <= 0 or abs(self.duration / CUE_STEP - self.n_cue_steps) > 1e-6:
            raise ValueError(
                f"duration must be a whole number of {CUE_STEP} s, got {self.duration}"
            )

    @property
    def p_recurrent(self) -> float:
        return min(1.0, IN_DEGREE / self.n_pyramidal)

    @property
    def n_cue_steps(self) -> int:
        return round(self.duration / CUE_STEP)

    @cached_property
    def wiring(self) -> Wiring:
        """Random connections without self-connections, drawn from `wiring_seed`."""
        rng = np.random.default_rng([self.wiring_seed, self.n_pyramidal, self.n_basket])
        p, n, m = self.p_recurrent, self.n_pyramidal, self.n_basket
        return Wiring(
            _connect(rng, n, n, p, to_itself=False),
            _connect(rng, n, m, p),
            _connect(rng, m, n, P_BASKET),
            _connect(rng, m, m, P_BASKET, to_itself=False),
        )

    def run(
        self,
        weights: np.ndarray,
        seed: int,
        cue: np.ndarray | None = None,
        condition: Condition = SHARP_WAVE,
    ) -> Spikes:
        """Simulate `duration` seconds from rest.

        Parameters
        ----------
        weights : (n_pyramidal, n_pyramidal) or (n_recurrent,) array, nS
            From row to column, read where there is a synapse; or one for each synapse of `wiring`.
        seed : int
            Of the mossy input. The same seed gives the same spikes with the same target, version
            of Brian2 and machine.
        cue : (n_cue_steps, n_pyramidal) array, nS, optional
            Excitatory conductance of each cell in each 50 ms.
        condition : Condition

        Returns
        -------
        Spikes
        """
        weights, cue = self._checked(weights, cue)
        given = arguments(weights, cue, condition)
        if self._compiled:
            return run_program(self._program(), given, seed, self)
        return run_numpy(self, given, seed)

    def _checked(
        self, weights: np.ndarray, cue: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        n, (source, target) = self.n_pyramidal, self.wiring.recurrent
        _check_units("weights", weights)
        _check_units("cue", cue)
        weights = np.asarray(weights, float)
        if weights.shape == (n, n):
            weights = weights[source, target]
        if weights.shape != source.shape:
            raise ValueError(f"weights must be ({n}, {n}) or ({len(source)},), got {weights.shape}")
        if not (np.isfinite(weights).all() and (weights >= 0).all()):
            raise ValueError("weights must be finite and not negative; they are conductances in nS")
        shape = (self.n_cue_steps, n)
        cue = np.zeros(shape) if cue is None else np.asarray(cue, float)
        if cue.shape != shape:
            raise ValueError(f"cue must be {shape}, one row for {CUE_STEP} s, got {cue.shape}")
        return weights, cue

    @cached_property
    def _compiled(self) -> bool:
        if self.target == "numpy":
            return False
        try:
            find_compiler()
        except KernelUnavailable:
            if self.target == "cpp":
                raise
            warnings.warn(
                "CA3 runs with NumPy, about eight times slower, for want of a C++ compiler: "
                "install one (Debian: apt install g++; macOS: xcode-select --install)",
                stacklevel=3,
            )
            return False
        return True

    def _program(self) -> Path:
        """The folder of the compiled program, built if this machine has none yet."""
        folder = cache_folder() / f"ca3-{self._fingerprint}"
        if not (folder / "program.json").exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder.parent) as parent:
                made = Path(parent) / folder.name
                build_apart(self, made)
                if not folder.exists():  # else another process was faster
                    made.rename(folder)
        return folder

    @property
    def _fingerprint(self) -> str:
        """Changes with whatever goes into the program, and with the compiler."""
        settings = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "target"}
        compiler = os.stat(find_compiler())
        constants = [
            RECURRENT, MOSSY, PYRAMIDAL_BASKET, BASKET_PYRAMIDAL, BASKET_BASKET, EXCITATORY,
            INHIBITORY, IN_DEGREE, P_BASKET, CUE_STEP, CELL, PYRAMIDAL_CELL, BASKET_CELL, GATE,
        ]  # fmt: skip
        source = [inspect.getsource(function) for function in (_connect, build_network, build)]
        made_by = [version("brian2"), compiler.st_size, compiler.st_mtime_ns]
        text = repr([settings, constants, source, made_by])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _check_units(name: str, given: Any) -> None:
    """Conductances are plain numbers in nS: those in siemens would be taken for none."""
    if hasattr(given, "dim"):
        raise TypeError(
            f"{name} must be plain numbers in nS, got a quantity with units: {name} / nS"
        )
    largest = np.max(given, initial=0) if given is not None else 0
    if 0 < largest < _LEAST:
        raise ValueError(
            f"{name} must be in nS, the largest is {largest:g} nS: were they given in siemens?"
        )


def _connect(
    rng: np.random.Generator, n: int, m: int, p: float, to_itself: bool = True
) -> np.ndarray:
    """Sources and targets (2, n_synapses) int32 of a random graph."""
    there = rng.random((n, m), np.float32) < p
    if not to_itself:
        np.fill_diagonal(there, False)
    if not there.any():
        raise ValueError(f"no synapse was drawn from {n} to {m} cells; take more cells")
    return np.stack(np.nonzero(there)).astype(np.int32)


__all__ = ["CA3", "CUE_STEP", "Wiring"]
