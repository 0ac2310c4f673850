"""Polynomials fitted by least squares: learners whose bias and variance are plain to see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import legvander

from ...tasks.sinusoids import HIGHEST
from ..learner import Policy


@dataclass(frozen=True)
class Polynomial:
    """A `Learner` of one state feature that fits a polynomial to its points; nothing is learned slowly.

    Examples
    --------
    >>> data = {"state": np.array([[[-1.0], [0.0], [2.0]]]), "target": np.array([[[1.0], [0.0], [4.0]]])}
    >>> square = Polynomial(degree=2).adapt(data)
    >>> round(float(square(np.array([[[3.0]]])).item()), 6)
    9.0
    """

    degree: int = 1

    def __post_init__(self) -> None:
        if self.degree < 0:
            raise ValueError(f"degree must not be negative, got {self.degree}")

    def learner(self, seeds: Sequence[int], n: int, n_steps: int) -> Polynomial:
        """Itself, whatever the seed."""
        return self

    def adapt(self, data: Mapping[str, np.ndarray]) -> Policy:
        state, target = data["state"].astype(float), data["target"].astype(float)
        if state.shape[1] <= self.degree:
            raise ValueError(
                f"{state.shape[1]} points do not determine a polynomial of degree {self.degree}; "
                "show more, or lower the degree"
            )
        coefficients = np.linalg.pinv(self._powers(state)) @ target
        return lambda states: self._powers(states.astype(float)) @ coefficients

    def _powers(self, state: np.ndarray) -> np.ndarray:
        """Legendre polynomials of the state, which are better conditioned than its powers."""
        return legvander(state[..., 0] / HIGHEST, self.degree)
