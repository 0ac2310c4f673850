"""Learners: the control agents that learn by a rule written down, not found by training."""

from .bandit import Random
from .bayes_optimal import BayesOptimal
from .counting import UCB1, EpsilonGreedy, Greedy, Thompson
from .gittins import Gittins, gittins_index
from .good_arm import GoodArmObserver
from .harlow_observer import ObjectMemory
from .object_values import ObjectValues
from .policy_gradient import PolicyGradient
from .random_stay import RandomStay
from .rescorla_wagner import QLearner, choice_logits, rescorla_wagner
from .reversal_observer import ReversalObserver
from .two_step_cue import RewardAsCue
from .two_step_drifting_observer import DriftingObserver
from .two_step_hybrid import Hybrid, TwoStepPlanner, TwoStepSarsa
from .two_step_observer import TwoStepObserver
from .two_step_q import TwoStepQ

__all__ = [
    "UCB1",
    "BayesOptimal",
    "DriftingObserver",
    "EpsilonGreedy",
    "Gittins",
    "GoodArmObserver",
    "Greedy",
    "Hybrid",
    "ObjectMemory",
    "ObjectValues",
    "PolicyGradient",
    "QLearner",
    "Random",
    "RandomStay",
    "ReversalObserver",
    "RewardAsCue",
    "Thompson",
    "TwoStepObserver",
    "TwoStepPlanner",
    "TwoStepQ",
    "TwoStepSarsa",
    "choice_logits",
    "gittins_index",
    "rescorla_wagner",
]
