"""Analyses: labeled arrays in, labeled arrays or estimates out; one question a function."""

if __name__ != "fastslow.analysis":
    raise ImportError("import fastslow.analysis, not analysis: start Python outside the checkout")

from importlib import import_module
from types import ModuleType

__all__ = [
    "adaptation",
    "behavior",
    "choice_models",
    "comparison",
    "decoding",
    "dopamine_responses",
    "experience",
    "exposure",
    "few_shot",
    "fitting",
    "group_fitting",
    "history",
    "inheritance",
    "learning_curves",
    "maze_figure",
    "minimization",
    "model_comparison",
    "navigation",
    "neural",
    "outcomes",
    "place_decoding",
    "recovery",
    "regret",
    "reminders",
    "replay_decoding",
    "replay_paths",
    "representation",
    "reversal",
    "sequences",
    "sharp_waves",
    "similarity",
    "statistics",
    "stored_state",
    "style",
    "sweeps",
    "tables",
    "trajectories",
    "trials",
]  # fmt: skip


def __getattr__(name: str) -> ModuleType:
    """Load a file of this room at its first use: some of them take a second."""
    if name in __all__:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module 'fastslow.analysis' has no attribute '{name}'")
