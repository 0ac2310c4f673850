"""The fast engine: a compiled kernel, built at first use, behind the face of `Population`."""

from .build import KernelUnavailable, available
from .population import FusedPopulation

__all__ = ["FusedPopulation", "KernelUnavailable", "available"]
