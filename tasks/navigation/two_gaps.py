"""An arena that a wall with two gaps divides: hidden goals that contexts share, and four events."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..barcode_bandit import draw_barcodes
from ..randomness import Lanes
from ..shared_ends import AT_REST, LEARN, NEWS_COMES, TEST
from ..task import ACT, FORCED, REST, Discrete, Play, TimeStep
from .graph import StateGraph
from .grid import UP_DOWN_RIGHT_LEFT, Grid
from .lives import NOWHERE

EVENTS = ("recurrence", "news", "closed", "new")
BOTH_OPEN, LEFT_CLOSED, RIGHT_CLOSED = range(3)  # values of the label `layout`
N_FAMILIES, N_SITES = 2, 4
_ANYWHERE, _FAR, _BLOCKED = range(3)  # where a trial starts


@dataclass(frozen=True)
class TwoGaps:
    """Find the hidden goal of a context, in an arena of two halves that two gaps connect.

    The wall fills the middle row but for two gaps, one cell from either side. The goal is always in one
    of the four corners. A life has `n_contexts` contexts, each a barcode of `n_bits` bits; half of them
    belong to each of two families, and each family has two of the corners, drawn anew for each
    life. At any time the goal is in one of the two, the same in all contexts of a family. So a goal that
    moves while one context is visited has moved in the others as well, where nobody has seen it.

    A visit to a context is an episode of `n_finds` trials. A trial begins at a random place and ends where
    the animal enters the goal, which earns 1, or after `max_steps` steps. It stays there for one step, in
    which no choice is made, and is put elsewhere. Neither goal nor walls are visible: the observation is
    the place as one-hot, then the barcode, then 1 if the last move was blocked.

    If not `tested`, a life consists of `n_rounds` rounds of visits to all contexts in random order, or
    as many of them as fit into `life_steps` steps. A visit is brief, of one trial, with probability
    `p_brief`, and in a visit the goal moves with probability `p_move`, before a random trial.

    If `tested`, there are `n_rounds` rounds of whole visits, in the first of which the goal moves
    after the first trial, so that both corners are known in each context; then a visit to one context;
    then the test, a visit to another context of its family. After each visit but the last comes a step of rest, with
    `n_backups`. The first trial of the test starts `far` or more steps from the goal. `event` says what is
    special:

    - "recurrence": nothing.
    - "news": the goal moves before the last visit but one, so that the context of the test has
      changed although nothing was experienced there.
    - "closed": in the test the gap is closed through which the shortest way leads from the start, where
      the other way is `detour` or more steps longer.
    - "new": the test is in a context that was never visited; its family is random.

    Labels: `period` (0 learning, 1 news, 2 rest, 3 test); `visit`; `context`; `exposure`; `trial`,
    the number of the trial in the visit; `stage` (1 where a choice is made); `position`; `start`,
    where the trial began; `goal` and `other_goal`, the family's other corner; `layout` (1 or 2: the
    left or right gap is closed); `shortest_path`, steps to the goal around the walls. Outcomes:
    `state`, where the move led; `bumped` (0 moved, 1 edge, 2 wall); `solved`.

    Examples
    --------
    >>> task = TwoGaps(size=5, far=4, detour=2)
    >>> task.grid.rows
    ('.....', '.....', '#.#.#', '.....', '.....')
    >>> task.sites.tolist()
    [0, 4, 20, 24]
    """

    size: int = 7
    n_contexts: int = 4
    n_finds: int = 3
    max_steps: int = 100
    n_rounds: int = 2
    n_bits: int = 10
    p_brief: float = 0.0
    p_move: float = 0.0
    life_steps: int = 0
    tested: bool = True
    event: str = "recurrence"
    far: int = 8
    detour: int = 4
    n_backups: int = 16

    def __post_init__(self) -> None:
        if self.size < 5 or not self.size % 2:
            raise ValueError(f"size must be odd and at least 5, got {self.size}")
        for name in ("n_finds", "max_steps", "n_rounds"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.n_contexts < 4 or self.n_contexts % 2:
            raise ValueError(
                "n_contexts must be even and at least 4, half for each family and two or more in "
                f"each, got {self.n_contexts}"
            )
        if not 1 <= self.n_bits <= 52 or self.n_contexts + 1 >= 2**self.n_bits:
            raise ValueError(
                f"n_bits must be at most 52 and enough to tell {self.n_contexts + 1} contexts "
                f"apart, got {self.n_bits}"
            )
        for name in ("p_brief", "p_move"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be a probability, got {getattr(self, name)}")
        for name in ("life_steps", "n_backups"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be at least 0, got {getattr(self, name)}")
        if self.event not in EVENTS:
            raise ValueError(f"event must be {', '.join(EVENTS)}, got '{self.event}'")
        if self.tested and self.n_finds < 2:
            raise ValueError("n_finds must be at least 2 where both corners have to become known")
        if (self._starts[1] == 0).any():
            raise ValueError(
                f"no start is {self.far} or more steps from a corner, with a detour of "
                f"{self.detour} or more, in an arena of size {self.size}"
            )

    # ------------------------------------------------------------------ sizes

    @property
    def place_columns(self) -> tuple[int, int]:
        """First and last + 1 column of the place."""
        return (0, self.grid.n_states)

    @property
    def context_columns(self) -> tuple[int, int]:
        """First and last + 1 column of the barcode."""
        return (self.grid.n_states, self.grid.n_states + self.n_bits)

    @property
    def observation_size(self) -> int:
        return self.grid.n_states + self.n_bits + 1

    @property
    def action(self) -> Discrete:
        return Discrete(len(UP_DOWN_RIGHT_LEFT))

    @property
    def n_visits(self) -> int:
        return self.n_rounds * self.n_contexts + 2 * self.tested

    @property
    def n_steps(self) -> int:
        longest = self.n_visits * self.n_finds * (self.max_steps + 1)
        if self.tested:
            return longest + self.n_visits - 1
        return self.life_steps or longest

    # ------------------------------------------------------------------ the world

    @property
    def gaps(self) -> tuple[int, int]:
        """States of the left and the right gap."""
        middle = self.size // 2 * self.size
        return middle + 1, middle + self.size - 2

    @property
    def sites(self) -> np.ndarray:
        """States of the four corners."""
        last = self.size - 1
        return np.array([0, last, last * self.size, last * self.size + last])

    def _drawn(self, *open_gaps: int) -> Grid:
        wall = "".join(
            "." if self.size // 2 * self.size + column in open_gaps else "#"
            for column in range(self.size)
        )
        rows = ["." * self.size] * self.size
        rows[self.size // 2] = wall
        return Grid(tuple(rows))

    @cached_property
    def grids(self) -> tuple[Grid, Grid, Grid]:
        """With both gaps open, and with the left or the right one closed."""
        left, right = self.gaps
        return self._drawn(left, right), self._drawn(right), self._drawn(left)

    @property
    def grid(self) -> Grid:
        """With both gaps open."""
        return self.grids[BOTH_OPEN]

    @property
    def graphs(self) -> list[StateGraph]:
        """Moves in each layout."""
        return [grid.graph for grid in self.grids]

    @cached_property
    def distances(self) -> np.ndarray:
        """Steps to each corner in each layout, (3, 4, n_states)."""
        return np.stack([graph.distances_to(self.sites) for graph in self.graphs])

    @cached_property
    def _starts(self) -> tuple[np.ndarray, np.ndarray]:
        """(start, layout) that may be drawn, by kind of start and corner, and how many there are."""
        free, steps = self.grid.free, self.distances
        found = []
        for corner, site in enumerate(self.sites):
            far = free[steps[BOTH_OPEN, corner, free] >= self.far]
            longer = steps[:, corner] - steps[BOTH_OPEN, corner]
            blocked = [(s, k) for s in far for k in (1, 2) if longer[k, s] >= self.detour]
            found.append(([(s, 0) for s in free if s != site], [(s, 0) for s in far], blocked))
        count = np.array([[len(of_kind) for of_kind in kinds] for kinds in found]).T
        table = np.zeros((3, N_SITES, count.max(), 2), np.int64)
        for corner, kinds in enumerate(found):
            for kind, of_kind in enumerate(kinds):
                table[kind, corner, : len(of_kind)] = np.reshape(of_kind, (-1, 2))
        return table, count

    def play(self, n: int, rng: Lanes) -> Play:
        life = _Life(self, n, rng)
        for t in range(self.n_steps):
            action = self.action.check((yield life.now()), n)
            life.move(action, rng.random())
            if t == self.n_steps - 1:
                life.end()
        yield life.now()


class _Life:
    """What goes on in `n` lives of one task."""

    def __init__(self, task: TwoGaps, n: int, rng: Lanes) -> None:
        self.task, self.lanes = task, np.arange(n)
        self.next_state = np.stack([graph.next_state for graph in task.graphs])
        self.bump = np.stack([graph.bump for graph in task.graphs])
        self.barcode = draw_barcodes(rng, task.n_contexts + 1, task.n_bits)
        self.site = rng.permutation(N_SITES).reshape(n, N_FAMILIES, 2)  # index of a corner
        self.at = rng.integers(2, N_FAMILIES)  # which of the two of each family has the goal
        self._plan(rng)
        self.seen = np.zeros((n, task.n_contexts + 1), np.int32)
        self.visit, self.trial, self.steps = np.zeros((3, n), np.int64)
        self.corner, self.other = np.zeros((2, n), np.int64)
        self.layout, self.position, self.start = np.zeros((3, n), np.int64)
        self.state, self.bumped = np.full(n, NOWHERE), np.zeros(n, np.int8)
        self.solved, self.over, self.resting = np.zeros((3, n), bool)
        self.first, self.active = np.ones((2, n), bool)
        self.reward, self.discount = np.zeros(n, np.float32), np.ones(n, np.float32)
        self._enter(np.ones(n, bool))
        self._put(np.ones(n, bool), rng.random())

    def _plan(self, rng: Lanes) -> None:
        """Context, period, number of trials, and trial before which the goal moves, of each visit."""
        task, n = self.task, len(self.lanes)
        order = [rng.permutation(task.n_contexts) for _ in range(task.n_rounds)]
        half = task.n_contexts // 2
        tested, step = rng.integers(task.n_contexts), rng.integers(half - 1)
        informed = tested // half * half + (tested + 1 + step) % half
        self.family = np.repeat(np.arange(N_FAMILIES), half) * np.ones((n, 1), np.int64)
        self.family = np.column_stack([self.family, rng.integers(N_FAMILIES)])  # of the new one
        shape = (n, task.n_visits)
        self.period, self.move_at = np.full(shape, LEARN), np.full(shape, NOWHERE)
        self.n_trials = np.full(shape, task.n_finds)
        if task.tested:
            if task.event == "new":
                tested = np.full(n, task.n_contexts)
            order += [informed[:, None], tested[:, None]]
            self.period[:, -2:] = NEWS_COMES, TEST
            self.move_at[:, : task.n_contexts] = 1
            if task.event == "news":
                self.move_at[:, -2] = 0
        else:
            self.n_trials[rng.random(task.n_visits) < task.p_brief] = 1
            at = (rng.random(task.n_visits) * self.n_trials).astype(np.int64)
            moves = rng.random(task.n_visits) < task.p_move
            self.move_at = np.where(moves, at, NOWHERE)
        self.context = np.concatenate(order, axis=1)

    def _of_visit(self, planned: np.ndarray) -> np.ndarray:
        return planned[self.lanes, np.minimum(self.visit, self.task.n_visits - 1)]

    # ------------------------------------------------------------------ what happens

    def move(self, action: np.ndarray, u: np.ndarray) -> None:
        """Take the actions of lanes that choose; begin what comes next where something is over."""
        task = self.task
        choosing = self.active & ~(self.resting | self.over)
        at = (self.layout, self.position, action)
        target = np.where(choosing, self.next_state[at], self.position)
        self.state = np.where(choosing, target, NOWHERE)
        self.bumped = np.where(choosing, self.bump[at], 0).astype(np.int8)
        over, rested = self.active & self.over, self.active & self.resting
        self.solved = choosing & (target == self.goal)
        self.reward = self.solved.astype(np.float32)
        self.position, self.steps = target, self.steps + choosing
        self.over = self.solved | (choosing & (self.steps == task.max_steps))
        left = over & (self.trial + 1 == self._of_visit(self.n_trials))
        self.trial, self.visit = self.trial + (over & ~left), self.visit + left
        self.active = self.visit < task.n_visits
        left &= self.active
        self.resting = left & task.tested
        enters = rested | (left & ~self.resting)
        self.first = enters | self.resting
        self.discount = (self.active & ~self.first).astype(np.float32)
        put = (over & ~left & self.active) | enters
        if put.any():
            self._enter(enters)
            self._put(put, u)

    def _enter(self, enters: np.ndarray) -> None:
        """Begin a visit in the lanes that enter one."""
        self.trial = np.where(enters, 0, self.trial)
        self.seen[self.lanes[enters], self._of_visit(self.context)[enters]] += 1

    def _put(self, put: np.ndarray, u: np.ndarray) -> None:
        """Begin a trial in the lanes that are put somewhere."""
        task, lanes = self.task, self.lanes
        family = self.family[lanes, self._of_visit(self.context)]
        moves = put & (self.trial == self._of_visit(self.move_at))
        self.at[lanes, family] ^= moves
        at = self.at[lanes, family]
        corner, other = self.site[lanes, family, at], self.site[lanes, family, 1 - at]
        self.corner, self.other = np.where(put, (corner, other), (self.corner, self.other))
        self.goal = task.sites[self.corner]
        first = put & (self.trial == 0)
        test = first & (self._of_visit(self.period) == TEST)
        kind = np.where(test, _BLOCKED if task.event == "closed" else _FAR, _ANYWHERE)
        table, count = task._starts
        place, layout = table[kind, corner, (u * count[kind, corner]).astype(np.int64)].T
        self.layout = np.where(first, layout, self.layout)
        self.position, self.start = (np.where(put, place, x) for x in (self.position, self.start))
        self.steps = np.where(put, 0, self.steps)

    def end(self) -> None:
        """No more steps are left."""
        self.active, self.first = np.zeros((2, len(self.lanes)), bool)
        self.resting = self.over = self.active
        self.discount = np.zeros(len(self.lanes), np.float32)

    # ------------------------------------------------------------------ what is seen

    def now(self) -> TimeStep:
        """What the lanes see."""
        task, lanes = self.task, self.lanes
        context = self._of_visit(self.context)
        here = self.active & ~self.resting
        seen = np.zeros((len(lanes), task.observation_size), np.float32)
        seen[lanes, self.position] = here
        seen[:, slice(*task.context_columns)] = self.barcode[lanes, context] * here[:, None]
        seen[:, -1] = (self.bumped > 0) & here & ~self.first
        phase = np.where(self.resting, REST, np.where(self.over & here, FORCED, ACT))
        period = np.where(self.resting, AT_REST, self._of_visit(self.period))
        labels = {
            "period": period.astype(np.int8),
            "visit": self.visit,
            "context": context,
            "exposure": self.seen[lanes, context],
            "trial": self.trial,
            "stage": (here & (phase == ACT)).astype(np.int8),
            "position": self.position,
            "start": self.start,
            "goal": self.goal,
            "other_goal": task.sites[self.other],
            "layout": self.layout,
            "shortest_path": task.distances[self.layout, self.corner, self.position],
        }
        outcomes = {"state": self.state, "bumped": self.bumped, "solved": self.solved}
        return TimeStep(
            seen, self.reward, self.discount, self.first, self.active, phase.astype(np.int8),
            outcomes, labels,
        )  # fmt: skip


__all__ = ["BOTH_OPEN", "EVENTS", "LEFT_CLOSED", "RIGHT_CLOSED", "TwoGaps"]
