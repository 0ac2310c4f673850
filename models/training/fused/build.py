"""Compiles the kernel of a core with the machine's C++ compiler at first use, for the user's cache."""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

# Compiled side by side, the slowest first.
SOURCES = ("forward.cpp", "backward.cpp", "pool.cpp", "kernel.cpp", "product.cpp", "optimizer.cpp")
HEADERS = ("gates.h", "memory.h", "pool.h", "population.h", "product.h", "tiles.h", "vector.h")
# No -ffast-math: it would let the compiler reorder sums and assume that nothing is ever NaN.
# Two passes of -O3 are left out that take a fifth of the time to compile and gain nothing.
FLAGS = (
    "-std=gnu++20", "-O3", "-fno-unswitch-loops", "-fno-gcse", "-ffp-contract=fast",
    "-fno-math-errno", "-fno-trapping-math",
    "-fno-semantic-interposition", "-fvisibility=hidden", "-fPIC", "-pthread",
)  # fmt: skip


class KernelUnavailable(RuntimeError):
    """The kernel cannot be built or loaded here; the message says why and what to do."""


def find_compiler() -> str:
    """Path of the C++ compiler: the one named by the environment variable CXX, or g++, c++, clang++.

    Raises
    ------
    KernelUnavailable
        If there is none.
    """
    chosen = os.environ.get("CXX")
    names = (chosen,) if chosen else ("g++", "c++", "clang++")
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    looked_for = f"'{chosen}', which CXX names" if chosen else "g++, c++ or clang++ on PATH"
    raise KernelUnavailable(
        f"the fused kernel needs a C++ compiler and found no {looked_for}: install one "
        "(Debian: apt install g++; macOS: xcode-select --install), or train with torch, more slowly"
    )


def cache_folder() -> Path:
    """Where compiled kernels are kept: `fastslow` in XDG_CACHE_HOME or ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fastslow"


def build(core: str = "lstm") -> Path:
    """Return the path of the kernel for `core`, compiling it if this machine has none yet.

    Two processes may build at once: each writes a file of its own and then puts it in place.

    Raises
    ------
    KernelUnavailable
        Without a compiler, or with one that fails; the message ends with what it printed.
    """
    compiler = find_compiler()
    native = "-mcpu=native" if platform.machine() in ("arm64", "aarch64") else "-march=native"
    command = [compiler, *FLAGS, native, f"-DFASTSLOW_CORE={core}"]
    library = cache_folder() / f"{core}-{_fingerprint(command)}.so"
    if library.exists():
        return library
    library.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=library.parent) as folder:
        objects = [f"{folder}/{source}.o" for source in SOURCES]
        sources = [str(Path(__file__).with_name(source)) for source in SOURCES]
        _run_together(
            [
                [*command, "-c", source, "-o", made]
                for source, made in zip(sources, objects, strict=True)
            ]
        )
        made = Path(folder) / library.name
        _run_together([[*command, "-shared", *objects, "-o", str(made)]])
        made.replace(library)
    return library


@lru_cache
def load(core: str = "lstm") -> ctypes.CDLL:
    """The kernel for `core`, built if need be, with the argument types of its functions."""
    try:
        library = ctypes.CDLL(str(build(core)))
    except OSError as error:
        raise KernelUnavailable(
            f"the fused kernel could not be built or loaded: {error}; XDG_CACHE_HOME names another "
            "folder to keep it in, CXX another compiler"
        ) from error
    pointer, integer = ctypes.c_void_p, ctypes.c_int64
    for name, arguments, result in (
        ("create", (pointer, ctypes.c_int, ctypes.c_int), pointer),
        ("destroy", (pointer,), None),
        ("refresh", (pointer, integer), None),
        ("step", (pointer, integer), None),
        ("look", (pointer,), None),
        ("update", (pointer, pointer), None),
    ):
        function = getattr(library, f"population_{name}")
        function.argtypes, function.restype = arguments, result
    return library


def available() -> bool:
    """Whether the kernel can be used here; builds it if it has not been."""
    try:
        load()
    except KernelUnavailable:
        return False
    return True


def _run_together(commands: Sequence[list[str]]) -> None:
    """Run commands of the compiler side by side."""
    running = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for command in commands
    ]
    said = [process.communicate()[1] for process in running]
    for command, process, errors in zip(commands, running, said, strict=True):
        if process.returncode:
            raise KernelUnavailable(
                f"{command[0]} could not compile the fused kernel (it needs C++20: GCC 10, Clang 11 "
                f"or newer); choose another with CXX. It said:\n{errors[-2000:]}"
            )


def _fingerprint(command: list[str]) -> str:
    """Changes with the sources, the compiler, its flags and the processor's abilities."""
    digest = hashlib.sha256("\0".join(command).encode())
    compiler = os.stat(command[0])
    digest.update(f"{compiler.st_size} {compiler.st_mtime_ns} {platform.platform()}".encode())
    for name in (*SOURCES, *HEADERS):
        digest.update(Path(__file__).with_name(name).read_bytes())
    cpu = Path("/proc/cpuinfo")
    if cpu.exists():
        lines = cpu.read_text().splitlines()
        digest.update(next((x for x in lines if x.startswith(("flags", "Features"))), "").encode())
    return digest.hexdigest()[:16]
