"""Learners that take gradient steps from learned weights, and those that they are compared with."""

from .adaptation import GradientLearner, descend, meta_gradient
from .agent import Regressor
from .black_box import BlackBox, Recurrent
from .polynomial import Polynomial
from .slow_learning import Initialization

__all__ = [
    "BlackBox",
    "GradientLearner",
    "Initialization",
    "Polynomial",
    "Recurrent",
    "Regressor",
    "descend",
    "meta_gradient",
]
