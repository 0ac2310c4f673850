"""What is fitted: a likelihood that is handed in, its parameters and their priors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import numpy as np
from scipy.special import expit, logit

SCALES: dict[str, tuple[Callable, Callable]] = {
    "logistic": (expit, logit),
    "exp": (np.exp, np.log),
    "identity": (np.asarray, np.asarray),
}
"""From the unbounded scale to the natural one, and back."""


@dataclass(frozen=True)
class Parameter:
    """A free parameter: how it is made unbounded, and its normal prior there.

    Examples
    --------
    >>> float(Parameter("learning_rate", "logistic", 0.0, 1.5).natural(0.0))
    0.5
    """

    name: str
    scale: str
    mean: float
    sd: float

    def __post_init__(self) -> None:
        if self.scale not in SCALES:
            raise ValueError(f"scale must be one of {', '.join(SCALES)}, got '{self.scale}'")
        if not self.sd > 0:
            raise ValueError(f"prior of {self.name}: sd must be above 0, got {self.sd}")

    def natural(self, x: Any) -> Any:
        return SCALES[self.scale][0](x)

    def unbounded(self, value: Any) -> Any:
        return SCALES[self.scale][1](value)


class Trials(Protocol):
    """What is fitted; see `models.learners.choices.Choices`."""

    def __len__(self) -> int: ...
    def take(self, subjects: np.ndarray) -> Self: ...
    @property
    def size(self) -> int: ...
    @property
    def n_choices(self) -> np.ndarray: ...
    @property
    def chance(self) -> np.ndarray: ...


@dataclass(frozen=True)
class Model:
    """A likelihood with its parameters.

    Attributes
    ----------
    log_likelihood
        From natural parameters {name: (n,)} and trials of n subjects to (n,).
    fixed : {name: value}
        Parameters that are not fitted.
    derived : optional
        From natural parameters to further numbers worth reading, {name: (n,)}.
    """

    name: str
    parameters: tuple[Parameter, ...]
    log_likelihood: Callable[[Mapping[str, Any], Any], np.ndarray]
    fixed: Mapping[str, float] = field(default_factory=dict)
    derived: Callable[[Mapping[str, Any]], Mapping[str, np.ndarray]] | None = None

    @property
    def names(self) -> list[str]:
        return [parameter.name for parameter in self.parameters]

    def natural(self, x: np.ndarray) -> dict[str, Any]:
        """Natural parameters from unbounded ones (n, k), without the fixed ones."""
        return {p.name: p.natural(x[:, j]) for j, p in enumerate(self.parameters)}

    def complete(self, natural: Mapping[str, Any]) -> dict[str, Any]:
        """Natural parameters (n,) with those that are fixed."""
        n = len(next(iter(natural.values())))
        return dict(natural) | {name: np.full(n, value) for name, value in self.fixed.items()}

    def log_prior(self, x: np.ndarray) -> np.ndarray:
        """Log prior density of unbounded parameters (n, k), up to a constant, (n,)."""
        mean, sd = self.prior
        return -0.5 * (((x - mean) / sd) ** 2).sum(axis=1)

    @property
    def prior(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of each parameter on the unbounded scale, two (k,)."""
        free = self.parameters
        return np.array([p.mean for p in free]), np.array([p.sd for p in free])

    def cost(self, x: np.ndarray, trials: Trials) -> np.ndarray:
        """What is minimized: minus log likelihood and log prior, (n,)."""
        return -self.log_likelihood(self.complete(self.natural(x)), trials) - self.log_prior(x)
