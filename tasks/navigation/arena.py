"""A goal-seeking arena: find a hidden goal, be put elsewhere, find it again.

A water maze on a grid, after the contextual one of Ritter et al. 2018 (arXiv:1805.09692).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..randomness import Lanes
from ..task import ACT, Discrete, Play, TimeStep
from .graph import UNREACHABLE, Distances, StateGraph
from .grid import UP_DOWN_RIGHT_LEFT, Grid
from .lives import NOWHERE
from .places import Places


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

    The label `find` counts the finds of the visit, `start` is where the animal was last put,
    `exposure` counts the visits to this context, this one included.

    Parameters
    ----------
    size : int or (height, width)
    walls : str
        A drawing, see `Grid`; open by default.

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

    def __post_init__(self) -> None:
        for name in ("n_contexts", "n_exposures", "n_finds", "max_steps"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
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
        cut_off = self.graph.distances_to(free[:1])[0, free] == UNREACHABLE
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
    def graph(self) -> StateGraph:
        return self.grid.graph

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
        return self.n_visits * self.max_steps

    @cached_property
    def _distances(self) -> tuple[Distances, Distances]:
        """Around the walls, and as if there were none."""
        return Distances(self.graph), Distances(Grid.open(*self.shape).graph)

    def _draw_contexts(self, rng: Lanes) -> tuple[np.ndarray, np.ndarray]:
        """Draw goals (n, n_contexts) and barcodes (n, n_contexts, barcode_size) of each life."""
        goals = self.grid.free[rng.permutation(len(self.grid.free))[:, : self.n_contexts]]
        if not self.barcode_size:
            return goals, np.zeros((*goals.shape, 0), np.float32)
        numbers = rng.permutation(2**self.barcode_size)[:, : self.n_contexts, None]
        return goals, (numbers >> np.arange(self.barcode_size) & 1).astype(np.float32)

    def play(self, n: int, rng: Lanes) -> Play:
        graph, places = self.graph, Places([self.grid.free], self.grid.n_states)
        lanes, layout = np.arange(n), np.zeros(n, np.int64)
        goals, barcodes = self._draw_contexts(rng)
        bag = np.repeat(np.arange(self.n_contexts), self.n_exposures)
        order = bag[rng.permutation(self.n_visits)]
        earlier = order[:, :, None] == order[:, None, :]
        exposures = np.tril(earlier).sum(axis=2)

        visit, find, steps = np.zeros((3, n), np.int64)
        goal = goals[lanes, order[:, 0]]
        position = start = places.draw(layout, rng.random(), without=goal)
        reward, discount = np.zeros(n, np.float32), np.ones(n, np.float32)
        first, active = np.ones((2, n), bool)
        state, bumped = np.full(n, NOWHERE), np.zeros(n, np.int8)
        solved, phase = np.zeros(n, bool), np.full(n, ACT, np.int8)
        around, straight = self._distances

        for t in range(self.n_steps + 1):
            visited = np.minimum(visit, self.n_visits - 1)
            context = order[lanes, visited]
            place = np.zeros((n, graph.n_states), np.float32)
            place[lanes, position] = 1
            bump_seen = ((bumped > 0) & ~first)[:, None]
            observation = np.concatenate([place, barcodes[lanes, context], bump_seen], axis=1)
            labels = {
                "position": position, "start": start, "goal": goal, "attempt": visit,
                "find": find, "context": context, "exposure": exposures[lanes, visited],
                "shortest_path": around.to(goal)[lanes, position],
                "manhattan": straight.to(goal)[lanes, position],
            }  # fmt: skip
            outcomes = {"state": state, "bumped": bumped, "solved": solved}
            now = TimeStep(
                observation.astype(np.float32, copy=False), reward, discount, first, active,
                phase, outcomes, labels,
            )  # fmt: skip
            action = self.action.check((yield now), n)
            if t == self.n_steps:
                return

            target = np.where(active, graph.next_state[position, action], position)
            state, bumped = np.where(active, target, NOWHERE), graph.bump[position, action] * active
            solved = active & (target == goal)
            reward = solved.astype(np.float32)
            find, steps = find + solved, steps + active
            over = active & ((find == self.n_finds) | (steps == self.max_steps))
            visit = visit + over
            find, steps = np.where(over, 0, find), np.where(over, 0, steps)
            discount = (active & ~over).astype(np.float32)
            active = visit < self.n_visits
            first = over & active
            context = order[lanes, np.minimum(visit, self.n_visits - 1)]
            goal = goals[lanes, context]
            put = (solved | over) & active
            drawn = places.draw(layout, rng.random(), without=goal)
            position, start = np.where(put, drawn, target), np.where(put, drawn, start)
