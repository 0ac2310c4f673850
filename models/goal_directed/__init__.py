"""Goal-directed behavior: a fast policy network, a memory of transitions, a slow search in it."""

from .agent import COUNTS, FAST, FRONTIER, SLOW, GoalDirected
from .branches import RandomBranches, SequentialBranches
from .memory import TransitionMemory
from .planners import ExactSearch, Plan

__all__ = [
    "COUNTS", "FAST", "FRONTIER", "SLOW", "ExactSearch", "GoalDirected", "Plan", "RandomBranches",
    "SequentialBranches", "TransitionMemory",
]  # fmt: skip
