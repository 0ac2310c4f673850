"""fastslow: simulate how brains learn fast and slow, and check it against the published science."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import Any

from . import models, tasks
from .models.agent import Agent
from .tasks import Task, TimeStep

__version__ = version("fastslow")

# name -> module it is loaded from at first use, so that `import fastslow` stays quick
_LATER = {
    "Experiment": ".papers.declaration",
    "Figure": ".papers.declaration",
    "Run": ".papers.runs",
    "Signature": ".papers.declaration",
    "Test": ".papers.declaration",
    "check": ".report",
    "compare": ".report",
    "export": ".papers.export",
    "figure": ".papers.runs",
    "fit": ".papers.fits",
    "load": ".papers.shipped",
    "load_dataset": ".data.loaders",
    "published": ".data.facts",
    "run": ".experiment",
    "simulate": ".data.simulate",
    "summary": ".data.facts",
    "sweep": ".sweeping",
    "trials": ".analysis.trials",
}
_ROOMS = ("analysis", "data", "papers")

__all__ = ["Agent", "Task", "TimeStep", "models", "tasks", *_LATER, *_ROOMS]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f".{name}", __name__)
    if name in _LATER:
        return getattr(import_module(_LATER[name], __name__), name)
    raise AttributeError(f"module 'fastslow' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
