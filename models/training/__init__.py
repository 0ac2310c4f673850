"""Training of prefrontal networks by reward prediction errors, and the engines that compute it."""

from .actor_critic import ActorCritic, Checkpoint, Engine, Progress, Trainer, fastest_engine

__all__ = ["ActorCritic", "Checkpoint", "Engine", "Progress", "Trainer", "fastest_engine"]
