"""One agent: prefrontal network, dopamine, reinstatement, replay at rest and memory search together."""

from .agent import Integrated
from .navigator import Navigator
from .visit_reliving import VisitReliving

__all__ = ["Integrated", "Navigator", "VisitReliving"]
