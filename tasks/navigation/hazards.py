"""A grid world in which some cells hurt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..randomness import Lanes
from ..task import Play, TimeStep
from .grid import Cell, Grid
from .gridworld import GridWorld
from .lives import NOWHERE

SCATTERED = (
    (1, 3), (1, 7), (2, 5), (3, 1), (3, 8), (4, 4), (5, 6), (6, 2), (6, 8), (7, 5), (8, 3), (8, 7),
)  # fmt: skip
"""Twelve cells of a 10 x 10 grid, no two of them side by side: every other cell can be reached."""


@dataclass(frozen=True)
class HazardWorld(GridWorld):
    """A `GridWorld` with cells that look like any other but hurt whoever enters them.

    Nothing else happens there: an attempt goes on, and reward is for the goal alone. The outcome
    `damage` says that a move entered such a cell, and `hurt` that this was felt. Attempts neither
    start nor end in one unless `routes` says so.

    Parameters
    ----------
    hazards : tuple of cells
    sham : bool
        What is felt comes at random, with the probability that a cell is a hazard, whatever was
        entered: as much pain for a random walk, and nothing to learn from it.

    Examples
    --------
    >>> HazardWorld(hazards=SCATTERED).observation_size
    4
    """

    hazards: tuple[Cell, ...] = SCATTERED
    sham: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.hazards:
            raise ValueError("hazards must name at least one cell; without any use GridWorld")

    def _states(self, grid: Grid, where: str | Cell | tuple[Cell, ...]) -> np.ndarray:
        states = super()._states(grid, where)
        if isinstance(where, str):
            return np.setdiff1d(states, [grid.state(cell) for cell in self.hazards])
        return states

    def play(self, n: int, rng: Lanes) -> Play:
        height, width = self.shape
        hazard = np.zeros(height * width, bool)
        hazard[[row * width + column for row, column in self.hazards]] = True
        share = float(hazard.mean())
        play = super().play(n, rng)
        now = next(play)
        for _ in range(self.n_steps):
            now = play.send((yield self._felt(now, hazard, share, rng)))
        yield self._felt(now, hazard, share, rng)

    def _felt(
        self, now: TimeStep, hazard: np.ndarray, share: float, rng: Lanes
    ) -> TimeStep:  # fmt: skip
        """The time step with what the last move did to the animal."""
        reached, u = now.outcomes["state"], rng.random()
        moved = (reached != NOWHERE) & (now.outcomes["bumped"] == 0)
        damage = moved & hazard[np.maximum(reached, 0)]
        felt = moved & (u < share) if self.sham else damage
        return now._replace(outcomes={**now.outcomes, "damage": damage, "hurt": felt})


__all__ = ["SCATTERED", "HazardWorld"]
