"""Episodic control: acting on the returns of similar moments, and the slow learner beside it."""

from .dqn import DQN
from .model_free import MFEC
from .neural import NEC

__all__ = ["DQN", "MFEC", "NEC"]
