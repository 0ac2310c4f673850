"""Explorers that remember a route to every state they have seen, and replay that erases their counts.

Tan & Motani 2022, Using hippocampal replay to consolidate experiences in memory-augmented
reinforcement learning (memARI workshop at NeurIPS); Go-Explore: Ecoffet et al. 2021,
doi:10.1038/s41586-020-03157-9.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import numpy as np

from ...tasks import GridWorld, Lanes, Task, TimeStep
from ...tasks.navigation import MOVED, Cell
from ..agent import Agent, Trace
from ..hippocampus import ReplayPath

SOURCE = "count reset"
DECAY = 0.99  # of intrinsic value with each step; published program

Route = tuple[int, ...]


@dataclass(slots=True)
class Record:
    """What is known of one state: the best route to it, and how often it was gone to.

    Attributes
    ----------
    route : tuple of int
        Actions that lead from the start to it.
    reward, intrinsic : float
    visits, selected : int
    """

    route: Route
    reward: float
    intrinsic: float = 0.0
    visits: int = 0
    selected: int = 0

    @property
    def moves(self) -> int:
        return len(self.route)


@dataclass
class GoExploreCount(Agent):
    """Goes to the most promising state it remembers, then on by whatever was visited least.

    At each step it looks ahead by one: every move that is possible here is simulated, and the state
    it leads to remembered by the route that led there. **It owns a simulator**, a privilege that
    animals and the learners of other papers do not have; moves must be certain, and the walls and
    the goal stay what they are. States are scored by

        w_reward r + w_intrinsic i + w_moves sqrt(moves) - w_count sqrt(visits + selected)

    and the first of the best is taken, `selected` counting only where a state to go to is chosen.
    A better route, one with more reward or fewer moves, sets both counts to 0.

    After a solved attempt it replays the best route to the goal from its end to its start, sets
    the counts of all states on it to 0 and looks ahead from each of them again. What has been
    solved thereby becomes worth repeating.

    The published agents are this one without some of its parts: Go-Explore lacks `counts`,
    Explore-Count lacks `jump`, a random walk lacks both.

    Traces are `policy` and `going`, whether a remembered route is being followed.

    Parameters
    ----------
    reward_weight, intrinsic_weight, moves_weight, count_weight : float
        alpha, beta, kappa, gamma.
    guide : cell, optional
        A cell (row, column) that nearness to is worth something: intrinsic value is minus the
        Manhattan distance to it, as a share of the largest, at first sight, and later .99 of the
        best among the states around. The published guide is the goal. By default there is none.

    Examples
    --------
    >>> from fastslow.data.simulate import simulate
    >>> from fastslow.tasks.navigation import unwalled
    >>> explore_count = GoExploreCount().without("jump")
    >>> recording = simulate(unwalled(n_attempts=3), explore_count, n_lives=1)
    >>> recording.active.sum("step").values  # the first way found is kept
    array([62, 62, 62])
    """

    parts: ClassVar[dict[str, str]] = {
        "jump": "every attempt explores from the start",
        "counts": "moves are drawn at random",
        "count_reset_replay": "nothing is replayed after a solved attempt",
    }
    learns: ClassVar[bool] = True
    lanes_apart: ClassVar[bool] = True

    # Defaults: Tan & Motani 2022
    reward_weight: float = 10.0
    intrinsic_weight: float = 10.0
    moves_weight: float = 1.0
    count_weight: float = 10.0
    guide: Cell | None = None

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        world = _simulated(task)
        graph, (height, width) = world.layouts[0].graph, world.shape
        self._rng, self._n_actions = rng, graph.n_actions
        self._start, self._goal = (world.layouts[0].state(cell) for cell in _ends(world))
        self._moves = [
            [(int(a), int(graph.next_state[state, a])) for a in np.flatnonzero(bump == MOVED)]
            for state, bump in enumerate(graph.bump)
        ]
        self._distant = np.zeros(graph.n_states)
        if self.guide is not None:
            row, column = np.divmod(np.arange(graph.n_states), width)
            manhattan = abs(row - self.guide[0]) + abs(column - self.guide[1])
            self._distant = -manhattan / (height + width - 2)
        self._memory: list[dict[int, Record]] = [{} for _ in range(n)]
        self._route: list[Route] = [()] * n  # what was done in this attempt
        self._ahead: list[Route] = [()] * n  # what is left of a remembered route
        self._moved = np.zeros(n, bool)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        draw = self._rng.random()
        policy = np.full((len(draw), self._n_actions), 1 / self._n_actions, np.float32)
        going, replay = np.zeros(len(draw), bool), []
        action = np.zeros(len(draw), np.int64)
        for lane in np.flatnonzero(now.active | self._moved):
            state = int(now.outcomes["state"][lane]) if self._moved[lane] else self._start
            if self._moved[lane] and now.discount[lane] == 0:
                replay += self._finish(lane, state, now.reward[lane] > 0)
                state = self._start
            if now.active[lane]:
                going[lane] = bool(self._ahead[lane])
                policy[lane] = self._policy(lane, state)
                action[lane] = _choose(policy[lane], draw[lane])
                self._route[lane] += (int(action[lane]),)
                self._ahead[lane] = self._ahead[lane][1:]
        self._moved = now.active.copy()
        trace: Trace = {"policy": policy, "going": going}
        return action, trace | ({"replay": replay} if replay else {})

    def _policy(self, lane: int, state: int) -> np.ndarray:
        """Probability of each move: along a remembered route, or of exploring."""
        if self._ahead[lane]:
            return np.eye(self._n_actions)[self._ahead[lane][0]]
        best = self._visit(self._memory[lane], state, self._route[lane])
        if "counts" not in self.lesions:
            return np.eye(self._n_actions)[best]
        possible = [action for action, _ in self._moves[state]]
        return np.isin(np.arange(self._n_actions), possible) / len(possible)

    def _finish(self, lane: int, state: int, solved: bool) -> list[ReplayPath]:
        """End an attempt in `state`: replay if it was solved, and choose where to begin the next."""
        memory, paths = self._memory[lane], []
        if not solved:
            self._visit(memory, state, self._route[lane])
        elif state in memory:
            memory[state].intrinsic = memory[state].reward
            if "count_reset_replay" not in self.lesions:
                paths = [self._replay(lane)]
        self._route[lane] = ()
        self._ahead[lane] = () if "jump" in self.lesions else self._promising(memory)
        return paths

    # ------------------------------------------------------------------ memory

    def _visit(self, memory: dict[int, Record], state: int, route: Route) -> int:
        """Count a visit, remember what lies one move ahead, and return the best move."""
        memory.setdefault(state, Record(route, 0.0, self._distant[state])).visits += 1
        return self._look_ahead(memory, state, route)

    def _look_ahead(self, memory: dict[int, Record], state: int, route: Route) -> int:
        """Simulate every move from `state`, improve the records, and return the best move."""
        scores, intrinsic = {}, -np.inf
        for action, successor in self._moves[state]:
            record = self._remember(memory, successor, (*route, action))
            intrinsic = max(intrinsic, record.intrinsic)
            scores[action] = self.score(record)
        memory[state].intrinsic = DECAY * intrinsic
        return max(scores, key=scores.__getitem__)

    def _remember(self, memory: dict[int, Record], state: int, route: Route) -> Record:
        """Return the record of `state`, by `route` if that is better than what was known."""
        reward = float(state == self._goal)
        known = memory.get(state)
        if known is None:
            known = memory[state] = Record(route, reward, self._distant[state])
        elif (reward, -len(route)) > (known.reward, -known.moves):
            known.route, known.reward, known.visits, known.selected = route, reward, 0, 0
        return known

    def score(self, record: Record, choosing_state: bool = False) -> float:
        """How promising a state is; times selected count where a state to go to is chosen."""
        count = record.visits + (record.selected if choosing_state else 0)
        intrinsic = 0.0 if self.guide is None else self.intrinsic_weight * record.intrinsic
        return (
            self.reward_weight * record.reward
            + intrinsic
            + self.moves_weight * sqrt(record.moves)
            - self.count_weight * sqrt(count)
        )

    def _promising(self, memory: dict[int, Record]) -> Route:
        """The route to the most promising state; the goal leaves nothing to explore."""
        candidates = [record for state, record in memory.items() if state != self._goal]
        best = max(candidates, key=lambda record: self.score(record, choosing_state=True))
        best.selected += 1
        return best.route

    def _replay(self, lane: int) -> ReplayPath:
        """Erase the counts along the best route to the goal, backwards, looking ahead again."""
        memory = self._memory[lane]
        route, states = memory[self._goal].route, [self._start]
        for action in route:
            states.append(dict(self._moves[states[-1]])[action])
        states.pop()  # the goal itself
        for steps in reversed(range(len(route))):
            memory[states[steps]].visits = memory[states[steps]].selected = 0
            self._look_ahead(memory, states[steps], route[:steps])
        return ReplayPath(
            np.array(states[::-1]), np.array(route[::-1]), kind="reverse", source=SOURCE, lane=lane
        )


def _choose(policy: np.ndarray, draw: float) -> int:
    """The action at which the cumulative policy passes `draw`; never an impossible one."""
    passed = int(np.searchsorted(policy.cumsum(dtype=float), draw, side="right"))
    return min(passed, int(np.flatnonzero(policy)[-1]))


def _simulated(task: Task) -> GridWorld:
    """The task, if its moves can be simulated and its routes stay what they are."""
    if not isinstance(task, GridWorld):
        raise ValueError(f"GoExploreCount simulates a GridWorld, {type(task).__name__} is none")
    if task.slip or task.traps or task.rest != "none" or len(task.layouts) > 1 or task.routes:
        raise ValueError(
            "GoExploreCount remembers routes: the world must be without slip, traps, rests, "
            "routes and changes of its walls"
        )
    return task


def _ends(world: GridWorld) -> tuple[Cell, Cell]:
    """Start and goal, of which there must be one each."""
    cells = []
    for name in ("start", "goal"):
        found = np.reshape(np.array(getattr(world, name)), (-1,))
        if isinstance(getattr(world, name), str) or found.size != 2:
            raise ValueError(
                f"GoExploreCount needs one {name} cell, the task has {getattr(world, name)!r}"
            )
        cells.append((int(found[0]), int(found[1])))
    return cells[0], cells[1]


__all__ = ["GoExploreCount", "Record"]
