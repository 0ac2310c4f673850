"""Training of prefrontal networks by reward prediction errors, and the engines that compute it."""

from .actor_critic import ActorCritic, Checkpoint, Engine, Progress, Trainer, fastest_engine
from .permuted_errors import PermutedErrors

__all__ = [
    "ActorCritic",
    "Checkpoint",
    "Engine",
    "PermutedErrors",
    "Progress",
    "Trainer",
    "fastest_engine",
]
