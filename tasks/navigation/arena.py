"""A goal-seeking arena: find a hidden goal, be put elsewhere, find it again.

A water maze on a grid, after the contextual one of Ritter et al. 2018 (arXiv:1805.09692).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..randomness import Lanes
from ..task import ACT, REST, Discrete, Play, TimeStep
from .graph import UNREACHABLE, Distances
from .grid import UP_DOWN_RIGHT_LEFT, Grid
from .lives import AT_END, NOWHERE, ON_THE_WAY
from .places import Places

RESTS = ("none", "finds", "visits")


class _Visits(NamedTuple):
    """The visits of each life, (n, n_visits); the barcodes have bits in a third dimension."""

    context: np.ndarray
    exposure: np.ndarray
    goal: np.ndarray
    barcode: np.ndarray


@dataclass(frozen=True)
class Arena:
    """Find the hidden goal of a context again and again.

    A life has `n_contexts` contexts, each with a goal of its own and, if `barcode_size` is not 0, a
    barcode of random bits that is seen throughout; no two contexts share either. Each context
    is visited `n_exposures` times, in random order; a visit is an episode. It begins at a random
    place. Entering the goal earns 1, and the animal is put at another random place at once,
    while the episode goes on; the visit ends with the find number `n_finds`, or after
    `max_steps` steps. Neither goal nor walls are visible: the observation is the place as
    one-hot, then the barcode, then 1 if the last move was blocked.

    With `rest="finds"` the animal rests wherever it has found the goal, before it is put elsewhere;
    with "visits" it sleeps where each visit ends. A rest is a row of its own with phase `REST`, in
    which the label `planning` is 2, as it is at the end of an attempt of `Attempts`.

    The label `find` counts the finds of the visit, `start` is where the animal was last put,
    `exposure` counts the visits to this context, this one included.

    Parameters
    ----------
    size : int or (height, width)
    walls : str
        A drawing, see `Grid`; open by default.
    rest : {"none", "finds", "visits"}
    n_backups : int
        Of one rest.

    Examples
    --------
    >>> Arena(size=5, barcode_size=10).observation_size
    36
    """

    size: int | tuple[int, int] = 9
    walls: str = ""
    n_contexts: int = 2
    n_exposures: int = 2
    n_finds: int = 3
    max_steps: int = 100
    barcode_size: int = 0
    rest: str = "none"
    n_backups: int = 20  # Mattar & Daw 2018, published program

    def __post_init__(self) -> None:
        for name in ("n_contexts", "n_exposures", "n_finds", "max_steps"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.rest not in RESTS:
            raise ValueError(f"rest must be {', '.join(RESTS)}, got '{self.rest}'")
        if self.n_backups < 0:
            raise ValueError(f"n_backups must not be negative, got {self.n_backups}")
        if not 0 <= self.barcode_size <= 16:
            raise ValueError(f"barcode_size must be in [0, 16] bits, got {self.barcode_size}")
        if self.barcode_size and 2**self.barcode_size < self.n_contexts:
            raise ValueError(
                f"{self.barcode_size} bits do not tell {self.n_contexts} contexts apart; "
                "barcode_size must be larger"
            )
        if (self.grid.height, self.grid.width) != self.shape:
            raise ValueError(
                f"walls are drawn on {self.grid.height} x {self.grid.width} cells, "
                f"size is {self.shape[0]} x {self.shape[1]}"
            )
        free = self.grid.free
        if len(free) < max(2, self.n_contexts):
            raise ValueError(f"{self.n_contexts} contexts need more than {len(free)} free cells")
        cut_off = self.grid.graph.distances_to(free[:1])[0, free] == UNREACHABLE
        if cut_off.any():
            cell = self.grid.cell(free[cut_off][0])
            raise ValueError(f"walls cut cell {cell} off from cell {self.grid.cell(free[0])}")

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        height, width = (self.size, self.size) if isinstance(self.size, int) else self.size
        return height, width

    @cached_property
    def grid(self) -> Grid:
        return Grid.drawn(self.walls) if self.walls else Grid.open(*self.shape)

    @property
    def observation_size(self) -> int:
        return self.grid.n_states + self.barcode_size + 1

    @property
    def action(self) -> Discrete:
        return Discrete(len(UP_DOWN_RIGHT_LEFT))

    @property
    def n_visits(self) -> int:
        return self.n_contexts * self.n_exposures

    @property
    def n_steps(self) -> int:
        n_rests = {"none": 0, "finds": self.n_finds, "visits": 1}[self.rest]
        return self.n_visits * (self.max_steps + n_rests)

    @cached_property
    def _around_walls(self) -> Distances:
        return Distances(self.grid.graph)

    @cached_property
    def _without_walls(self) -> Distances:
        return Distances(Grid.open(*self.shape).graph)

    def _draw_visits(self, rng: Lanes) -> _Visits:
        goals = self.grid.free[rng.permutation(len(self.grid.free))[:, : self.n_contexts]]
        n_codes = 2**self.barcode_size if self.barcode_size else self.n_contexts
        codes = rng.permutation(n_codes)[:, : self.n_contexts, None]
        barcodes = (codes >> np.arange(self.barcode_size) & 1).astype(np.float32)
        bag = np.repeat(np.arange(self.n_contexts), self.n_exposures)
        context = bag[rng.permutation(self.n_visits)]
        so_far = np.tril(context[:, :, None] == context[:, None, :]).sum(axis=2)
        lane = np.arange(len(context))[:, None]
        return _Visits(context, so_far, goals[lane, context], barcodes[lane, context])

    def play(self, n: int, rng: Lanes) -> Play:
        graph, places = self.grid.graph, Places([self.grid.free], self.grid.n_states)
        lanes, layout, last = np.arange(n), np.zeros(n, np.int64), self.n_visits - 1
        visits = self._draw_visits(rng)
        visit, find, steps = np.zeros((3, n), np.int64)
        goal = visits.goal[:, 0]
        position = start = places.draw(layout, rng.random(), without=goal)
        state, bumped = np.full(n, NOWHERE), np.zeros(n, np.int8)
        reward, discount = np.zeros(n, np.float32), np.ones(n, np.float32)
        solved, resting = np.zeros((2, n), bool)
        first, active = np.ones((2, n), bool)

        for t in range(self.n_steps + 1):
            this = lanes, np.minimum(visit, last)
            labels = {
                "position": position, "start": start, "goal": goal, "attempt": visit,
                "find": find, "context": visits.context[this], "exposure": visits.exposure[this],
                "shortest_path": self._around_walls.to(goal)[lanes, position],
                "manhattan": self._without_walls.to(goal)[lanes, position],
            }  # fmt: skip
            if self.rest != "none":
                labels["planning"] = np.where(resting, AT_END, ON_THE_WAY).astype(np.int8)
            now = TimeStep(
                self._observe(position, visits.barcode[this], (bumped > 0) & ~first),
                reward, discount, first, active, np.where(resting, REST, ACT).astype(np.int8),
                {"state": state, "bumped": bumped, "solved": solved}, labels,
            )  # fmt: skip
            action = self.action.check((yield now), n)
            if t == self.n_steps:
                return
            moving, rested = active & ~resting, resting
            target = np.where(moving, graph.next_state[position, action], position)
            state, bumped = np.where(moving, target, NOWHERE), graph.bump[position, action] * moving
            solved = moving & (target == goal)
            reward = solved.astype(np.float32)
            find, steps = find + solved, steps + moving
            ended = active & ((find == self.n_finds) | (steps == self.max_steps))
            resting = self._rests(solved, ended) & ~rested
            over = ended & ~resting
            find, steps, visit = np.where(over, 0, find), np.where(over, 0, steps), visit + over
            discount = (active & ~ended).astype(np.float32)
            active = visit < self.n_visits
            first = over & active
            goal = visits.goal[lanes, np.minimum(visit, last)]
            put = (solved | rested | over) & active & ~resting
            place = places.draw(layout, rng.random(), without=goal)
            position, start = np.where(put, place, target), np.where(put, place, start)

    def _rests(self, solved: np.ndarray, ended: np.ndarray) -> np.ndarray:
        """Lanes in which a rest is due after a find, or after the end of a visit."""
        if self.rest == "finds":
            return solved
        return ended if self.rest == "visits" else np.zeros(len(solved), bool)

    def _observe(
        self, position: np.ndarray, barcode: np.ndarray, blocked: np.ndarray
    ) -> np.ndarray:
        seen = np.zeros((len(position), self.observation_size), np.float32)
        seen[np.arange(len(position)), position] = 1
        seen[:, self.grid.n_states : -1] = barcode
        seen[:, -1] = blocked
        return seen
