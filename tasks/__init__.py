"""Paradigms: what the world does, one a file, each written like its Methods section."""

if __name__ != "fastslow.tasks":
    raise ImportError("import fastslow.tasks, not tasks: start Python outside the checkout")

from .bandits import Bandit
from .contract import check_task
from .informative_arm import InformativeArm
from .randomness import Lanes, stream
from .restless import StableVolatileBandit, RestlessBandit
from .task import ACT, FORCED, REST, Box, Discrete, Play, Task, TimeStep
from .two_step import TwoStep
from .two_step_drifting import DriftingTwoStep

__all__ = [
    "ACT", "Bandit", "StableVolatileBandit", "Box", "Discrete", "DriftingTwoStep", "FORCED", "InformativeArm", "Lanes", "Play", "REST", "RestlessBandit", "Task", "TimeStep", "TwoStep", "check_task", "stream",
]  # fmt: skip
