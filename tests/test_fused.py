"""How the fused kernel is built and kept; what all engines promise is in test_engines.py."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fastslow.models import cores
from fastslow.models.training.fused import build
from fastslow.models.training.population import Shape

if not (os.environ.get("CXX") or any(map(shutil.which, ("g++", "c++", "clang++")))):
    pytest.skip("no C++ compiler here", allow_module_level=True)

from fastslow.models.training.fused import FusedPopulation, KernelUnavailable, available

SMALL = Shape("lstm", n_inputs=3, n_units=20, n_actions=3, n_seeds=2, n_lanes=21, n_steps=11)


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
    code = "from fastslow.models.training.fused.build import build; print(build().read_text())"
    command = [sys.executable, "-c", code]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [run.communicate()[0].strip() for run in runs] == 3 * ["whole library"]
    assert len(list((unbuilt / "fastslow").rglob("*"))) == 1


def test_built_once(unbuilt, monkeypatch):
    once = len(build.SOURCES) * "x" + "x"  # each source, then the library
    count = unbuilt / "count"
    monkeypatch.setenv("CXX", compiler(unbuilt, f'printf x >> "{count}"; echo > "$made"'))
    assert build.build() == build.build()
    assert count.read_text() == once
    monkeypatch.setenv("CXX", compiler(unbuilt, f'printf xx >> "{count}"; echo > "$made"'))
    build.build()  # another compiler, another library
    assert count.read_text() == once + 2 * once


def test_each_core_has_a_library_of_its_own(unbuilt, monkeypatch):
    said = unbuilt / "said"
    monkeypatch.setenv("CXX", compiler(unbuilt, f'echo "$@" >> "{said}"; echo > "$made"'))
    libraries = {build.build(core) for core in cores.GATES}
    assert len(libraries) == len(cores.GATES)
    lines = said.read_text().splitlines()
    assert len(lines) == len(cores.GATES) * (len(build.SOURCES) + 1)
    for core in cores.GATES:
        assert sum(f"-DFASTSLOW_CORE={core} " in line for line in lines) == len(build.SOURCES) + 1


def test_every_file_of_the_kernel_changes_its_name():
    """A file that is not listed would be compiled, or read, without being watched."""
    folder = Path(build.__file__).parent
    files = {path.name for path in folder.iterdir() if path.suffix in (".cpp", ".h")}
    assert files == {*build.SOURCES, *build.HEADERS}


def test_needs_no_torch():
    code = (
        "import sys; from fastslow.models.training.fused import FusedPopulation; "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
