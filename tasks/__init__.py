"""Paradigms: what the world does, one a file, each written like its Methods section."""

if __name__ != "fastslow.tasks":
    raise ImportError("import fastslow.tasks, not tasks: start Python outside the checkout")

from .bandits import Bandit
from .barcode_bandit import BarcodeBandit
from .compositional_bandit import CompositionalBandit
from .conditioning import Conditioning
from .contract import check_task
from .correlated_similarity import CorrelatedSimilarity
from .graded_similarity import GradedSimilarity
from .gymnasium_adapter import as_gymnasium, from_gymnasium
from .harlow import Harlow
from .harlow_line import HarlowLine
from .image_bandit import ImageBandit
from .informative_arm import InformativeArm
from .navigation import Arena, GridWorld
from .pattern_completion import PatternCompletion
from .randomness import Lanes, stream
from .restless import RestlessBandit, StableVolatileBandit
from .reversal_bandit import ReversalBandit
from .shared_ends import SharedEnds
from .sinusoids import Sinusoids
from .task import ACT, FORCED, REST, Box, Discrete, Play, Task, TimeStep
from .two_step import TwoStep
from .two_step_drifting import DriftingTwoStep
from .two_step_episodic import EpisodicTwoStep
from .two_step_swapping import SwappingTwoStep
from .unpredictable_visits import UnpredictableVisits
from .visits_before_rest import VisitsBeforeRest

__all__ = [
    "ACT",
    "FORCED",
    "REST",
    "Arena",
    "Bandit",
    "BarcodeBandit",
    "Box",
    "CompositionalBandit",
    "Conditioning",
    "CorrelatedSimilarity",
    "Discrete",
    "DriftingTwoStep",
    "EpisodicTwoStep",
    "GradedSimilarity",
    "GridWorld",
    "Harlow",
    "HarlowLine",
    "ImageBandit",
    "InformativeArm",
    "Lanes",
    "PatternCompletion",
    "Play",
    "RestlessBandit",
    "ReversalBandit",
    "SharedEnds",
    "Sinusoids",
    "StableVolatileBandit",
    "SwappingTwoStep",
    "Task",
    "TimeStep",
    "TwoStep",
    "UnpredictableVisits",
    "VisitsBeforeRest",
    "as_gymnasium",
    "check_task",
    "from_gymnasium",
    "stream",
]  # fmt: skip
