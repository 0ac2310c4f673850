"""The arithmetic limit of one core, by a micro-benchmark of fused multiply-adds."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from fastslow.models.training.fused.build import KernelUnavailable, find_compiler


def peak_of_one_core(seconds: float = 0.3) -> tuple[float, str]:
    """Floating-point operations per second, and how they were measured."""
    try:
        return _by_registers(find_compiler(), seconds), "fused multiply-adds in registers"
    except KernelUnavailable:
        return _by_product(seconds), "numpy's matrix product, for want of a compiler"


def _by_registers(compiler: str, seconds: float) -> float:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "peak.so"
        source = Path(__file__).with_name("peak.cpp")
        flags = ["-O3", "-march=native", "-ffp-contract=fast", "-fPIC", "-shared"]
        subprocess.run([compiler, *flags, str(source), "-o", str(made)], check=True)
        multiply_add = ctypes.CDLL(str(made)).multiply_add
        multiply_add.argtypes = [ctypes.c_int64, ctypes.c_void_p]
        multiply_add.restype = ctypes.c_double
        sink = np.zeros(2, np.float32)
        return _best_rate(lambda: multiply_add(50_000, sink.ctypes.data), seconds)


def _by_product(seconds: float) -> float:
    a = np.ones((512, 512), np.float32)

    def multiply() -> float:
        a @ a
        return 2.0 * 512**3

    return _best_rate(multiply, seconds)


def _best_rate(work, seconds: float) -> float:
    """The best of many short stretches: a limit is what is reached when nobody disturbs."""
    best, end = 0.0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        operations = work()
        best = max(best, operations / (time.perf_counter() - start))
    return best
