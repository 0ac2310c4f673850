"""Fast and slow apart: what a decision costs, and how long it takes to adapt when the walls change.

Two routes of six steps through the gap of a 6 x 6 grid, taken in turn 100 times; the walls are
transposed once. Chosen by us: in the published task hardly any attempt is made twice.
"""

from __future__ import annotations

from ...models.goal_directed import ExactSearch, GoalDirected
from ...tasks.navigation import GridWorld, tan
from ..declaration import Experiment, Figure, Signature
from .dissociation_figure import draw_dissociation
from .dynamic import P, experiment
from .measures import CHANGE, more, readaptation, times_operations

SIZE = 6
_ROUTES = (((1, 1), (4, 4)), ((4, 4), (1, 1)))
_BEFORE, _AFTER = ("\n".join(tan.walls_at(i, SIZE, change_every=1).rows) for i in (0, 1))
UNCHANGED = GridWorld(size=SIZE, routes=_ROUTES, walls=_BEFORE, n_attempts=2 * CHANGE)
CHANGED = GridWorld(
    size=SIZE, routes=_ROUTES, walls=((0, _BEFORE), (CHANGE, _AFTER)), n_attempts=2 * CHANGE
)

# Ties at random: without a network the order of actions would decide what is ever found.
BOTH = GoalDirected(
    planner=ExactSearch(depth=SIZE**2),
    backward_replay="last_visits",
    train_on_final=True,
    ties="random",
)
APPEND = GoalDirected(planner=BOTH.planner, memory="append", ties="random")
AGENTS = {
    "fast": ("network alone", BOTH.without("slow")),
    "slow": ("search in memory alone", BOTH.without("fast")),
    "both": ("network and search", BOTH),
    "append": ("search alone in a memory that deletes nothing", APPEND.without("fast")),
}
WORLDS = {"routes": (CHANGED, "walls change"), "routes_unchanged": (UNCHANGED, "walls stay")}
EXPERIMENTS: tuple[Experiment, ...] = tuple(
    experiment(f"{world}_{name}", f"two routes, {what}, {summary}", agent, task, n_lives=8)
    for world, (task, what) in WORLDS.items()
    for name, (summary, agent) in AGENTS.items()
)


def _later(name: str, first: str, second: str, claim: str) -> Signature:
    changed, unchanged = (
        (f"{P}{world}_{first}", f"{P}{world}_{second}") for world in ("routes", "routes_unchanged")
    )
    return Signature(
        name=P + name,
        claim=claim,
        published="tan2023/fast_and_slow",
        low=3.0,  # attempts; chosen, so that no difference lies clearly outside
        high=None,
        measure=more(readaptation),
        subject=changed,
        shows_not=unchanged,
    )


SIGNATURES = (
    _later("network_adapts_later", "fast", "slow",
           "When the walls change, a network alone adapts later than search in memory alone."),
    _later("network_adapts_later_than_both", "fast", "both",
           "... and later than network and search together."),
    _later("append_adapts_later", "append", "slow",
           "Search adapts later in a memory that deletes nothing."),
    Signature(
        name=f"{P}slow_costs_more",
        claim="A decision by search takes more operations than one by the network.",
        published="tan2023/fast_and_slow",
        low=1.0,
        high=None,
        measure=times_operations,
        subject=(f"{P}routes_slow", f"{P}routes_fast"),
        beside=((f"{P}no_fast_other_numbers", f"{P}no_slow"), (f"{P}routes_both", f"{P}routes_fast")),
    ),
)  # fmt: skip
FIGURES: tuple[Figure, ...] = (
    Figure(
        name=f"{P}dissociation",
        caption=(
            "Two routes in turn; the walls change at the dashed line. (a) Steps above the shortest "
            "way, mean over lives; bands: 95 % intervals over seeds. (b) Operations of one decision "
            "(memory reads and multiply-adds) against attempts until ways are short again; points "
            "are seeds, open points the same agent where walls stay."
        ),
        needs=tuple(e.name for e in EXPERIMENTS),
        draw=draw_dissociation,
    ),
)
