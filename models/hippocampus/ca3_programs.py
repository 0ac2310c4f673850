"""CA3 as a compiled program with its own process, or run by NumPy in this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .ca3_equations import build_network, fixed
from .spikes import Spikes

if TYPE_CHECKING:
    from .ca3 import CA3

_SEED = "FASTSLOW_CA3_SEED"  # how the compiled program is told its seed


def build_apart(model: CA3, folder: Path) -> None:
    """Compile in a process of its own: Brian2's devices and seeds belong to a whole process."""
    settings = {f.name: getattr(model, f.name) for f in fields(model)}
    here = __name__.rpartition(".")[0]
    code = (
        f"from {here}.ca3 import CA3; from {__name__} import build; "
        f"build(CA3(**{settings!r}), {str(folder)!r})"
    )
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


def build(model: CA3, folder: str) -> None:
    """Compile the network into `folder`, with a note of the files to which spikes are written."""
    import brian2 as b

    b.set_device("cpp_standalone", build_on_run=False)
    b.prefs.devices.cpp_standalone.extra_make_args_unix = [f"-j{os.cpu_count() or 1}"]
    network, parts = build_network(model, b)
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


def run_program(folder: Path, arguments: dict[str, Any], seed: int, model: CA3) -> Spikes:
    """Run the compiled program with its own folder of arguments and results."""
    with tempfile.TemporaryDirectory() as name:
        own = Path(name)
        given = []
        for variable, value in (fixed() | arguments).items():
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


def run_numpy(model: CA3, arguments: dict[str, Any], seed: int) -> Spikes:
    """Run in this process, without a compiler."""
    import brian2 as b

    with _numpy_target(b, seed):
        network, parts = build_network(model, b)
        for variable, value in (fixed() | arguments).items():
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


__all__ = ["build", "build_apart", "run_numpy", "run_program"]
