"""Threads that this process may use, and what each of several processes gets of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def usable_cores() -> int:
    """Processors on which this process may run."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def usable_threads() -> int:
    """Threads for this process: as many as OMP_NUM_THREADS says, else one a core."""
    said = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    return int(said) if said.isdigit() and int(said) else usable_cores()


@contextmanager
def shared_threads(n: int) -> Iterator[None]:
    """Give each of `n` processes that are started now its share of the threads.

    Two networks on a thread each train faster than both on two threads, of which one would wait
    for the other.
    """
    before = {name: os.environ.get(name) for name in LIMITS}
    os.environ.update(dict.fromkeys(LIMITS, str(max(1, usable_threads() // n))))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
