"""Area CA3 as a spiking network in Brian2: compiled once, then run with other weights and cues.

The wiring is compiled in; weights, cues, the condition of the cells and the seed are arguments of
the compiled program, which is kept in the user's cache. It is built by a process of its own, so
that neither Brian2's devices nor NumPy's global random numbers are touched here. Constants:
`ca3_parameters`, after Ecker et al. 2022, doi:10.7554/eLife.71850.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..fused.build import KernelUnavailable, cache_folder, find_compiler
from .ca3_parameters import (
    BASKET,
    BASKET_BASKET,
    BASKET_PYRAMIDAL,
    EXCITATORY,
    IN_DEGREE,
    INHIBITORY,
    MOSSY,
    N_BASKET,
    P_BASKET,
    PYRAMIDAL_BASKET,
    RECURRENT,
    SHARP_WAVE,
    Cell,
    Condition,
)
from .spikes import Spikes

CUE_STEP = 0.05  # s; cues last a whole number of these
_SEED = "FASTSLOW_CA3_SEED"  # how the compiled program is told its seed
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
        arguments = _arguments(weights, cue, condition)
        if self._compiled:
            return _run_program(self._program(), arguments, seed, self)
        return _run_numpy(self, arguments, seed)

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
                _build_apart(self, made)
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
            INHIBITORY, IN_DEGREE, P_BASKET, CUE_STEP, _CELL, _PYRAMIDAL, _BASKET, _GATE,
        ]  # fmt: skip
        source = [inspect.getsource(function) for function in (_connect, _network, _build)]
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


def _arguments(weights: np.ndarray, cue: np.ndarray, condition: Condition) -> dict[str, Any]:
    """What a run sets, by the name of group and variable, in SI units."""
    cell = {f"pyramidal.{k}": v for k, v in _si(condition.pyramidal).items()}
    nano = 1e-9
    return cell | {
        "pyramidal.mossy_weight": condition.mossy_weight * nano,
        "pyramidal.mossy_rate": condition.mossy_rate,
        "pyramidal.current": condition.current * 1e-12,
        "pyramidal.v": condition.pyramidal.rest * 1e-3,
        "pyramidal_basket.weight": condition.pyramidal_basket * nano,
        "basket_pyramidal.weight": condition.basket_pyramidal * nano,
        "basket_basket.weight": condition.basket_basket * nano,
        "recurrent.weight": weights * (condition.recurrent * nano),
        "cue.values": cue * nano,
    }


def _si(cell: Cell) -> dict[str, float]:
    """The constants of a cell by the names that the equations give them, in SI units."""
    milli, nano, pico = 1e-3, 1e-9, 1e-12
    return {
        "leak": cell.leak * nano, "capacitance": cell.capacitance * pico,
        "v_rest": cell.rest * milli, "v_reset": cell.reset * milli,
        "v_threshold": cell.threshold * milli, "slope": cell.slope * milli,
        "t_refractory": cell.refractory * milli, "coupling": cell.coupling * nano,
        "adaptation": cell.adaptation * pico, "t_adaptation": cell.adaptation_time * milli,
    }  # fmt: skip


# ---------------------------------------------------------------- the network

_CELL = """
    dv/dt = (-leak*(v - v_rest) + leak*slope*exp((v - v_threshold)/slope) - w
             + current - synaptic) / capacitance : volt (unless refractory)
    dw/dt = (coupling*(v - v_rest) - w) / t_adaptation : amp
    leak : siemens (shared, constant)
    capacitance : farad (shared, constant)
    v_rest : volt (shared, constant)
    v_reset : volt (shared, constant)
    v_threshold : volt (shared, constant)
    slope : volt (shared, constant)
    t_refractory : second (shared, constant)
    coupling : siemens (shared, constant)
    adaptation : amp (shared, constant)
    t_adaptation : second (shared, constant)
    current : amp (shared, constant)
"""
_PYRAMIDAL = """
    synaptic = (g_recurrent + g_mossy + cue(t, i))*(v - E_exc) + g_inhibition*(v - E_inh) : amp
    mossy_weight : siemens (shared, constant)
    mossy_rate : Hz (shared, constant)
"""
_BASKET = """
    synaptic = g_excitation*(v - E_exc) + g_inhibition*(v - E_inh) : amp
"""
_GATE = """
    dx_{name}/dt = -x_{name} / ({decay}*ms) : siemens
    dg_{name}/dt = (x_{name} - g_{name}) / ({rise}*ms) : siemens
"""


def _network(model: CA3, b: Any) -> tuple[Any, dict[str, Any]]:
    """The Brian2 network of `model`, and its groups by name; `b` is brian2."""
    wiring, n = model.wiring, model.n_pyramidal
    clock = b.Clock(model.time_step * b.second, name="clock_of_ca3")
    namespace = {
        "E_exc": EXCITATORY * b.mV,
        "E_inh": INHIBITORY * b.mV,
        "cue": b.TimedArray(
            np.zeros((model.n_cue_steps, n)) * b.siemens, dt=CUE_STEP * b.second, name="cue"
        ),
    }

    def group(name: str, size: int, equations: str, gates: dict[str, Any]) -> Any:
        dynamics = "".join(
            _GATE.format(name=gate, rise=path.rise, decay=path.decay)
            for gate, path in gates.items()
        )
        return b.NeuronGroup(
            size, _CELL + equations + dynamics, threshold="v > v_threshold + 5*slope",
            reset="v = v_reset; w += adaptation", refractory="t_refractory",
            method="exponential_euler", namespace=namespace, name=name, clock=clock,
        )  # fmt: skip

    pyramidal = group(
        "pyramidal", n, _PYRAMIDAL,
        {"recurrent": RECURRENT, "mossy": MOSSY, "inhibition": BASKET_PYRAMIDAL},
    )  # fmt: skip
    basket = group(
        "basket", model.n_basket, _BASKET,
        {"excitation": PYRAMIDAL_BASKET, "inhibition": BASKET_BASKET},
    )  # fmt: skip
    mossy = pyramidal.run_regularly(
        f"x_mossy += {MOSSY.norm!r}*mossy_weight*int(rand() < mossy_rate*dt)", name="mossy"
    )

    def synapses(name: str, source: Any, target: Any, gate: str, path: Any, per_cell: str) -> Any:
        made = b.Synapses(
            source, target, f"weight : siemens ({per_cell}constant)",
            on_pre=f"x_{gate}_post += {path.norm!r}*weight", delay=path.delay * b.ms, name=name,
            clock=clock,
        )  # fmt: skip
        i, j = getattr(wiring, name)
        made.connect(i=i, j=j)
        return made

    parts = {
        "pyramidal": pyramidal,
        "basket": basket,
        "recurrent": synapses("recurrent", pyramidal, pyramidal, "recurrent", RECURRENT, ""),
        "pyramidal_basket": synapses(
            "pyramidal_basket", pyramidal, basket, "excitation", PYRAMIDAL_BASKET, "shared, "
        ),
        "basket_pyramidal": synapses(
            "basket_pyramidal", basket, pyramidal, "inhibition", BASKET_PYRAMIDAL, "shared, "
        ),
        "basket_basket": synapses(
            "basket_basket", basket, basket, "inhibition", BASKET_BASKET, "shared, "
        ),
        "pyramidal_spikes": b.SpikeMonitor(pyramidal, name="pyramidal_spikes"),
        "basket_spikes": b.SpikeMonitor(basket, name="basket_spikes"),
    }
    network = b.Network(*parts.values(), mossy)
    return network, parts | {"cue": namespace["cue"]}


def _fixed() -> dict[str, float]:
    """What every run sets beside its arguments: basket cells, and potentials at rest."""
    cell = {f"basket.{name}": value for name, value in _si(BASKET).items()}
    return cell | {"basket.v": BASKET.rest * 1e-3}


# ---------------------------------------------------------------- compiled


def _build_apart(model: CA3, folder: Path) -> None:
    """Compile in a process of its own: Brian2's devices and seeds belong to a whole process."""
    settings = {f.name: getattr(model, f.name) for f in fields(model)}
    code = f"import {__name__} as ca3; ca3._build(ca3.CA3(**{settings!r}), {str(folder)!r})"
    search = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder.parent, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": search},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(
            "the CA3 network could not be compiled; choose another compiler with CXX, or "
            f"target='numpy'. Brian2 said:\n{(done.stdout + done.stderr)[-2000:]}"
        )


def _build(model: CA3, folder: str) -> None:
    """Compile the network into `folder`, with a note of the files to which spikes are written."""
    import brian2 as b

    b.set_device("cpp_standalone", build_on_run=False)
    b.prefs.devices.cpp_standalone.extra_make_args_unix = [f"-j{os.cpu_count() or 1}"]
    network, parts = _network(model, b)
    b.device.insert_code(
        "main", f'_random_generators[0].seed(std::strtoul(std::getenv("{_SEED}"), nullptr, 10));'
    )
    network.run(model.duration * b.second)
    b.device.build(directory=folder, compile=True, run=False)
    files = {
        f"{population}_{name}": Path(
            b.device.get_array_filename(parts[f"{population}_spikes"].variables[name])
        ).name
        for population in ("pyramidal", "basket")
        for name in "ti"
    }
    Path(folder, "program.json").write_text(json.dumps(files))


def _run_program(folder: Path, arguments: dict[str, Any], seed: int, model: CA3) -> Spikes:
    """Run the compiled program with its own folder of arguments and results."""
    with tempfile.TemporaryDirectory() as name:
        own = Path(name)
        given = []
        for variable, value in (_fixed() | arguments).items():
            if np.ndim(value):
                np.asarray(value, float).tofile(own / variable)
                value = own / variable
            given.append(f"{variable}={value}")
        results = own / "results"
        results.mkdir()
        done = subprocess.run(
            [folder / "main", "--results_dir", f"{results}{os.sep}", *given], cwd=folder,
            capture_output=True, text=True, env=os.environ | {_SEED: str(_word(seed))},
        )  # fmt: skip
        # A file that it cannot read is a line on stderr to the program, and no failure.
        if done.returncode or done.stderr:
            raise RuntimeError(f"the compiled CA3 network in {folder} failed: {done.stderr}")
        files = json.loads((folder / "program.json").read_text())

        def read(population: str) -> tuple[np.ndarray, np.ndarray]:
            return (
                np.fromfile(results / files[f"{population}_t"]),
                np.fromfile(results / files[f"{population}_i"], np.int32),
            )

        return _merge(read("pyramidal"), read("basket"), model.n_pyramidal)


def _word(seed: int) -> int:
    """A 32-bit word for Brian2 from a seed."""
    return int(np.random.SeedSequence(seed).generate_state(1)[0])


def _merge(
    pyramidal: tuple[np.ndarray, np.ndarray], basket: tuple[np.ndarray, np.ndarray], n: int
) -> Spikes:
    time = np.concatenate([pyramidal[0], basket[0]])
    neuron = np.concatenate([pyramidal[1], basket[1] + n]).astype(np.int32)
    order = np.lexsort((neuron, time))
    return Spikes(time[order], neuron[order])


# ---------------------------------------------------------------- NumPy


def _run_numpy(model: CA3, arguments: dict[str, Any], seed: int) -> Spikes:
    """Run in this process, without a compiler."""
    import brian2 as b

    with _numpy_target(b, seed):
        network, parts = _network(model, b)
        for variable, value in (_fixed() | arguments).items():
            group, name = variable.split(".")
            if group == "cue":
                parts["cue"].values[:] = value
            else:
                getattr(parts[group], f"{name}_")[:] = value
        network.run(model.duration * b.second)
        pyramidal, basket = (
            (np.array(parts[f"{p}_spikes"].t_), np.array(parts[f"{p}_spikes"].i))
            for p in ("pyramidal", "basket")
        )
    return _merge(pyramidal, basket, model.n_pyramidal)


@contextmanager
def _numpy_target(b: Any, seed: int) -> Iterator[None]:
    """Brian2's NumPy target with a seed; NumPy's global generator, which it uses, is restored."""
    state = np.random.get_state()  # noqa: NPY002 - Brian2 draws from it
    target = b.prefs.codegen.target
    b.prefs.codegen.target = "numpy"
    b.seed(_word(seed))
    try:
        yield
    finally:
        b.prefs.codegen.target = target
        np.random.set_state(state)  # noqa: NPY002


__all__ = ["CA3", "CUE_STEP", "Wiring"]
