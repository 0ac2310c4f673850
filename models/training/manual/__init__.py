"""Training in pure torch with gradients by hand, for machines without a compiler or with a card."""

from .population import ManualPopulation

__all__ = ["ManualPopulation"]
