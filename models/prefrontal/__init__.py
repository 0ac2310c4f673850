"""Prefrontal cortex: recurrent networks that learn by their activity, alone or with a memory of states."""

from .episodic import EpisodicPrefrontal
from .network import Encoder, Prefrontal, n_actions

__all__ = ["Encoder", "EpisodicPrefrontal", "Prefrontal", "n_actions"]
