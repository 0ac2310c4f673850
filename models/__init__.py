"""Models: what the brain does."""

if __name__ != "fastslow.models":
    raise ImportError("import fastslow.models, not models: start Python outside the checkout")

from .agent import Agent, Trace
from .prefrontal import Prefrontal

__all__ = ["Agent", "Prefrontal", "Trace"]
