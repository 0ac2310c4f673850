"""Dopamine: the reward prediction error, neurons that compute it, and an animal that carries them."""

from .prediction_error import advantage, losses, n_step_return, rpe

__all__ = ["advantage", "losses", "n_step_return", "rpe"]
