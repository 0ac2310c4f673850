"""The fused kernel: threads and building; what all engines promise is in test_engines.py."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fastslow.models import cores
from fastslow.models.fused import build
from fastslow.models.population import Shape, UpdateSettings

if not (os.environ.get("CXX") or any(map(shutil.which, ("g++", "c++", "clang++")))):
    pytest.skip("no C++ compiler here", allow_module_level=True)

from fastslow.models.fused import FusedPopulation, KernelUnavailable, available

SETTINGS = UpdateSettings(
    optimizer="adam", learning_rate=1e-3, discount=0.9, trace_decay=0.95, value_weight=0.3,
    entropy_weight=0.05, max_gradient_norm=0.5, squared_decay=0.99, epsilon=1e-5,
)  # fmt: skip
SMALL = Shape("lstm", n_inputs=3, n_units=20, n_actions=3, n_seeds=2, n_lanes=21, n_steps=11)


def random_weights(shape: Shape, generator: np.random.Generator) -> dict[str, np.ndarray]:
    sizes = cores.weight_shapes(shape.core, shape.n_inputs, shape.n_units, shape.n_actions)
    scale = 0.8 / np.sqrt(shape.n_units)
    return {
        name: generator.normal(0, scale, size).astype(np.float32) for name, size in sizes.items()
    }


def populate(population, seed: int):
    """Load every seed of `population` with weights of its own."""
    for index in range(population.shape.n_seeds):
        weights = random_weights(population.shape, np.random.default_rng([seed, index]))
        population.load(index, weights)
    return population


def everything(population, index: int) -> dict[str, np.ndarray]:
    parts = {
        "weights": population.weights,
        "optimizer": population.optimizer,
        "state": population.state,
    }
    return {f"{k}/{name}": x for k, part in parts.items() for name, x in part(index).items()}


@pytest.mark.parametrize("core", cores.GATES)
def test_seed_alone_and_in_company_on_any_number_of_threads(core, seed):
    crowd = replace(SMALL, core=core, n_seeds=4)
    together = [populate(FusedPopulation(crowd, n_threads), seed) for n_threads in (1, 2, 3)]
    alone = FusedPopulation(replace(crowd, n_seeds=1))
    alone.load(0, together[0].weights(2))
    generator = np.random.default_rng(seed)
    n, own = crowd.n_lanes, slice(2 * crowd.n_lanes, 3 * crowd.n_lanes)
    for _ in range(2):
        rows = [generator.random((crowd.n_steps, 4 * n)) for _ in range(4)]
        inputs = generator.normal(size=(crowd.n_steps, 4 * n, crowd.n_inputs))
        for population, lanes in (*((whole, ...) for whole in together), (alone, own)):
            draw, reward, discount, first = (row[:, lanes] for row in rows)
            for t in range(crowd.n_steps):
                population.inputs[t] = inputs[t, lanes]
                population.step(t, first[t] < 0.2, draw[t])
            population.update(reward, discount, np.ones_like(draw, bool), SETTINGS)
    for index in range(4):
        first, *others = (everything(population, index) for population in together)
        for name, array in first.items():
            for other in others:
                np.testing.assert_array_equal(array, other[name], err_msg=name)
    for name, array in everything(alone, 0).items():
        np.testing.assert_array_equal(array, everything(together[0], 2)[name], err_msg=name)


def test_without_a_thread():
    with pytest.raises(ValueError, match="n_threads must be at least 1, got 0"):
        FusedPopulation(SMALL, n_threads=0)


@pytest.fixture
def unbuilt(tmp_path, monkeypatch):
    """A cache of one's own, and a library that has yet to be loaded."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    build.load.cache_clear()
    yield tmp_path
    build.load.cache_clear()


@pytest.mark.parametrize(
    ("variable", "value", "found"),
    [
        ("CXX", "no-such-compiler", "'no-such-compiler', which CXX names"),
        ("PATH", "", r"g\+\+, c\+\+ or clang\+\+ on PATH"),
    ],
)
def test_without_a_compiler(unbuilt, monkeypatch, variable, value, found):
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setenv(variable, value)
    assert not available()
    with pytest.raises(KernelUnavailable, match=f"found no {found}: install one"):
        FusedPopulation(SMALL)


def compiler(folder: Path, script: str) -> str:
    """A compiler made for a test; its last argument is the file to write."""
    path = folder / "compiler"
    path.write_text(f'#!/bin/sh\nfor made in "$@"; do :; done\n{script}\n')
    path.chmod(0o755)
    return str(path)


def test_a_compiler_that_fails(unbuilt, monkeypatch):
    monkeypatch.setenv("CXX", compiler(unbuilt, "echo no such luck >&2; exit 1"))
    with pytest.raises(KernelUnavailable, match=r"could not compile the fused kernel(.|\n)*luck"):
        build.build()
    assert not available()


def test_a_library_that_does_not_load(unbuilt, monkeypatch):
    monkeypatch.setenv("CXX", compiler(unbuilt, 'echo nonsense > "$made"'))
    with pytest.raises(KernelUnavailable, match="could not be built or loaded"):
        build.load()


def test_several_processes_build_at_once(unbuilt, monkeypatch):
    """Each finds a whole library in place, one is kept, and nothing is left lying about."""
    script = 'printf whole > "$made"; sleep 0.5; printf " library" >> "$made"'
    monkeypatch.setenv("CXX", compiler(unbuilt, script))
    code = "from fastslow.models.fused.build import build; print(build().read_text())"
    command = [sys.executable, "-c", code]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [run.communicate()[0].strip() for run in runs] == 3 * ["whole library"]
    assert len(list((unbuilt / "fastslow").rglob("*"))) == 1


def test_built_once(unbuilt, monkeypatch):
    count = unbuilt / "count"
    monkeypatch.setenv("CXX", compiler(unbuilt, f'echo x >> "{count}"; echo > "$made"'))
    assert build.build() == build.build()
    assert count.read_text() == "x\n"
    monkeypatch.setenv("CXX", compiler(unbuilt, f'echo xx >> "{count}"; echo > "$made"'))
    build.build()  # another compiler, another library
    assert count.read_text() == "x\nxx\n"


def test_each_core_has_a_library_of_its_own(unbuilt, monkeypatch):
    said = unbuilt / "said"
    monkeypatch.setenv("CXX", compiler(unbuilt, f'echo "$@" >> "{said}"; echo > "$made"'))
    libraries = {build.build(core) for core in cores.GATES}
    assert len(libraries) == len(cores.GATES)
    for core, line in zip(cores.GATES, said.read_text().splitlines(), strict=True):
        assert f"-DFASTSLOW_CORE={core} " in line


def test_needs_no_torch():
    code = (
        "import sys; from fastslow.models.fused import FusedPopulation; "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
