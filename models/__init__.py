"""Models: what the brain does."""

if __name__ != "fastslow.models":
    raise ImportError("import fastslow.models, not models: start Python outside the checkout")

from . import dopamine, hippocampus, learners
from .agent import Agent, Trace
from .contract import check_agent, check_hippocampus, check_learner
from .hippocampus import Hippocampus, ReplayPath, replay
from .integrated import Integrated
from .learner import Learner, Policy
from .prefrontal import EpisodicPrefrontal, Prefrontal
from .training import ActorCritic

__all__ = [
    "ActorCritic", "Agent", "EpisodicPrefrontal", "Hippocampus", "Integrated", "Learner", "Policy",
    "Prefrontal", "ReplayPath", "Trace",
    "check_agent", "check_hippocampus", "check_learner", "dopamine", "hippocampus", "learners",
    "replay",
]  # fmt: skip
