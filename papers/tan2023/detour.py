"""Fast and slow apart in a world where search is the dearer of the two: a way home that is blocked.

A wall parts a 20 x 20 grid into two rooms, with a gap in its middle and one at its end. In thirty
attempts the map is met: ten lead from below each gap to above it, and ten from anywhere to anywhere.
From then on all lead home, to the middle of the upper room, from somewhere in the lower left. After
sixty of them the middle gap closes.

Chosen by us, with the result of the small world of `dissociation` known, where the cost of a decision was
the other way round and the later adaptation of the network could not be told from its being late anyway:

- What search reads grows with the square of the distance from home, to some 550 transitions in the mean
  of a way if all are known, and the network is small: one layer of 32 units, 256 multiply-adds, the smallest of
  those tried that always came home by the end (`TRIED.md`). A memory read counts as one multiply-add. The
  published network makes 17,408 and would be the dearer one here as well: it is the size of the world
  beside that of the network that decides.
- Search adapts at once only where it knows another way. Without a network it has no idea where to
  explore. So the other gap is met before, and ways back are inferred (`Returns`), by all agents alike.
- The network has learned its ways when the walls change; where they stay it must not be late.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ...models.goal_directed import ExactSearch
from ...tasks.navigation import GridWorld, tan
from ...tasks.navigation.grid import Grid
from ..declaration import Experiment, Figure, Signature
from . import dissociation
from .detour_figure import draw_detour
from .detour_measures import (
    AFTER,
    CHANGE,
    HOMING,
    TOUR,
    more_lost,
    readaptation,
    times_home_operations,
)
from .dynamic import P, experiment
from .measures import more

SIZE, SMALL = 20, 8


def walls(size: int, *gaps: int) -> str:
    """Draw the middle row of a square grid as a wall with gaps in some columns.

    Examples
    --------
    >>> walls(4, 2).split()
    ['....', '....', '##.#', '....']
    """
    rows = ["." * size] * size
    rows[size // 2] = "".join("." if column in gaps else "#" for column in range(size))
    return "\n".join(rows)


def world(size: int, *left: int, n_after: int = AFTER) -> GridWorld:
    """Tour and ways home, with only the gaps in columns `left` open in the last attempts."""
    middle, n_home = size // 2, HOMING + n_after
    gaps = (middle, size - 1)
    before = walls(size, *gaps)
    n_drawn = 6 * n_home  # a quarter of them start in the lower left
    drawn = tan.draw_routes(range(n_drawn), [Grid.drawn(before).wall] * n_drawn)
    crossings = [((middle + 1, gap), (middle - 1, gap)) for gap in gaps]
    tour = [route for anywhere in drawn[: TOUR // 3] for route in (*crossings, anywhere)]
    starts = [start for start, _ in drawn if start[0] > middle >= start[1]]
    home = (middle // 2, middle)
    return GridWorld(
        size=size,
        routes=(*tour, *((start, home) for start in starts[:n_home])),
        walls=((0, before), (CHANGE, walls(size, *left))) if n_after else before,
        n_attempts=CHANGE + n_after,
    )


WORLDS = {
    "detour": (world(SIZE, SIZE - 1), "the gap on the way closes"),
    "detour_unused": (world(SIZE, SIZE // 2), "the other gap closes"),
    "detour_unchanged": (world(SIZE, SIZE // 2, SIZE - 1), "walls stay"),
    "detour_small": (world(SMALL, n_after=0), "8 x 8, walls stay"),
}
BOTH = replace(
    dissociation.BOTH, planner=ExactSearch(depth=SIZE**2), n_hidden=(32,), infer_returns=True
)
AGENTS = {
    "fast": BOTH.without("slow"),
    "slow": BOTH.without("fast"),
    "both": BOTH,
    "append": replace(BOTH, memory="append").without("fast"),
}
IN_WORLD = {
    "detour": tuple(AGENTS),
    "detour_unused": ("fast", "slow"),
    "detour_unchanged": tuple(AGENTS),
    "detour_small": ("fast", "slow"),
}
EXPERIMENTS: tuple[Experiment, ...] = tuple(
    experiment(
        f"{name}_{agent}",
        f"ways home, {what}, {dissociation.AGENTS[agent][0]}",
        AGENTS[agent],
        task,
        record=("memory_reads", "multiply_adds", "decider"),
    )
    for name, (task, what) in WORLDS.items()
    for agent in IN_WORLD[name]
)


def _sources(name: str, *agents: str) -> tuple[str, ...]:
    return tuple(f"{P}{name}_{agent}" for agent in agents)


def _with_unchanged(name: str, *agents: str) -> tuple[str, ...]:
    return tuple(
        source for agent in agents for source in _sources(name, agent) + _sources(
            "detour_unchanged", agent
        )
    )  # fmt: skip


_direction = partial(Signature, published="tan2023/fast_and_slow", high=None)


def _later(name: str, first: str, second: str, claim: str, *beside: str) -> Signature:
    return _direction(
        name=f"{P}detour_{name}",
        claim=claim,
        low=3.0,  # attempts, as in `dissociation`
        measure=more(readaptation),
        subject=_sources("detour", first, second),
        shows_not=_sources("detour_unchanged", first, second),
        beside=tuple(_sources(world, first, second) for world in beside),
    )


SIGNATURES = (
    _direction(
        name=f"{P}detour_slow_costs_more",
        claim="In a large world a decision by search takes more operations than one by a small network.",
        low=1.0,
        measure=times_home_operations,
        subject=_sources("detour", "slow", "fast"),
        shows_not=_sources("detour_small", "slow", "fast"),
        beside=(_sources("detour", "both", "fast"),),
    ),
    _later("network_adapts_later", "fast", "slow",
           "When a gap closes, a network alone adapts later than search in memory alone.",
           "detour_unused"),
    _later("network_adapts_later_than_both", "fast", "both",
           "... and later than network and search together."),
    _later("append_adapts_later", "append", "slow",
           "Search adapts later in a memory that deletes nothing."),
    _direction(
        name=f"{P}detour_costs_network_more",
        claim="A gap that closes costs a network alone more steps than search, and only if it was used.",
        low=10.0,  # steps an attempt; chosen: the way round by the other gap takes some 20 more
        measure=more_lost,
        subject=_with_unchanged("detour", "fast", "slow"),
        shows_not=_with_unchanged("detour_unused", "fast", "slow"),
        beside=(_with_unchanged("detour", "fast", "both"),),
    ),
)  # fmt: skip
FIGURES: tuple[Figure, ...] = (
    Figure(
        name=f"{P}detour",
        caption=(
            "A way home that is blocked. (a) The world: walls (black), home (H), where ways home "
            "start (gray), the gap that closes (x), and the other one. (b) Steps above the shortest "
            "way, mean over lives; bands: 95 % intervals over seeds; the gap closes at the dashed "
            "line; dotted, where walls stay. (c) Operations of one decision on the way home (memory "
            "reads and multiply-adds) against attempts until ways are short again, 41 where they "
            "never are; points are seeds, spread sideways, open points the same agent where walls "
            "stay. Dotted: a network as published."
        ),
        needs=tuple(
            f"{P}{name}_{agent}" for name in ("detour", "detour_unchanged") for agent in AGENTS
        ),
        draw=partial(draw_detour, WORLDS["detour"][0]),
    ),
)
