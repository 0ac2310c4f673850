"""The dynamic task: start and goal change in every attempt, the walls once, unannounced."""

from __future__ import annotations

from itertools import pairwise

from ...models.agent import Agent
from ...models.goal_directed import ExactSearch, GoalDirected, RandomBranches, SequentialBranches
from ...tasks.navigation import GridWorld, tan
from ..declaration import Experiment, Figure, Measure, Signature, Test
from .dynamic_figure import AGENTS, draw_deciders, draw_imagined, draw_learning
from .measures import (
    ALL,
    FIRST,
    LAST,
    gaps_to_cross,
    more,
    of,
    percent_solved,
    sam,
    scatter_of_solved,
    share_of_plans,
    total_at_start,
)

SOURCE = "doi:10.48550/arXiv.2301.13758"
DYNAMIC = tan.dynamic()
UNCHANGED = tan.dynamic(change_every=100)
FULL = GoalDirected()
EXACT = GoalDirected(planner=ExactSearch())
READ = (
    "decider", "plan_length", "memory_reads", "multiply_adds", "conflict", "stale",
    "replay_batch", "replay_multiply_adds", "loss",
)  # fmt: skip
N_LIVES = 2  # of each seed, each with a network of its own
P = "tan2023/"


def experiment(
    name: str,
    summary: str,
    agent: Agent = FULL,
    task: GridWorld = DYNAMIC,
    n_lives: int = N_LIVES,
    full: int = 20,
    quick: int = 4,
    reproduced: bool = True,
    record: tuple[str, ...] = READ,
) -> Experiment:
    """A goal-directed agent in a grid."""
    return Experiment(
        name=P + name,
        summary=summary,
        task=task,
        agent=agent,
        recording=Test(n_lives=n_lives, record=record),
        source=SOURCE,
        full=full,
        quick=quick,
        reproduced=reproduced,
    )


BRANCHES, DEPTHS = (10, 50, 100, 200), (5, 10, 20, 50)
ALPHAS = {"alpha_0": 0.0, "alpha_025": 0.25, "alpha_4": 4.0}


def _variant(name: str, summary: str, agent: Agent, reproduced: bool = True) -> Experiment:
    return experiment(name, summary, agent, reproduced=reproduced)


def _aside(name: str, summary: str, agent: Agent) -> Experiment:
    """No signature needs it: it runs when named."""
    return _variant(name, summary, agent, reproduced=False)


def _deterministic(name: str, summary: str, agent: Agent, task: GridWorld = DYNAMIC) -> Experiment:
    """Nothing in it depends on the seed."""
    return experiment(name, summary, agent, task, n_lives=1, full=2, quick=2)


NEITHER = FULL.without("fast", "slow")
EXPERIMENTS = (
    experiment("dynamic", "network and 100 random branches of depth 20"),
    experiment("no_slow", "memory is never searched", FULL.without("slow")),
    _deterministic("neither", "tries alone", NEITHER),
    _deterministic("other_stream", "tries alone, starts and goals of other seeds", NEITHER,
                   tan.dynamic(first_seed=100)),
    experiment("random_ties", "tries alone, ties broken at random",
               GoalDirected(ties="random").without("fast", "slow")),
    _deterministic("no_fast", "no network, random numbers as in the published program",
                   GoalDirected(planner=SequentialBranches()).without("fast")),
    _deterministic("no_fast_wiped", "the same, memory emptied where an attempt starts",
                   GoalDirected(planner=SequentialBranches()).without("fast", "old_memories")),
    experiment("no_fast_other_numbers", "no network, random numbers of its own",
               FULL.without("fast")),
    experiment("wiped", "memory emptied where an attempt starts", FULL.without("old_memories")),
    *(_variant(f"depth_{depth}", f"branches of depth {depth}",
               GoalDirected(planner=RandomBranches(depth=depth)))
      for depth in DEPTHS if depth != 20),
    *(_variant(f"branches_{n}", f"{n} branches", GoalDirected(planner=RandomBranches(branches=n)))
      for n in BRANCHES if n != 100),
    experiment("append_only", "memory deletes nothing", GoalDirected(memory="append")),
    experiment("unchanged", "walls do not change", FULL, UNCHANGED),
    experiment("append_only_unchanged", "memory deletes nothing, walls do not change",
               GoalDirected(memory="append"), UNCHANGED),
    experiment("exact_search", "exact search to depth 20", EXACT),
    _variant("exact_search_50", "exact search to depth 50",
             GoalDirected(planner=ExactSearch(depth=50))),
    experiment("exact_search_no_fast", "exact search without a network", EXACT.without("fast")),
    experiment("no_forward", "no forward replay", GoalDirected(forward_replay="off")),
    _aside("imagined_goals", "forward replay of imagined goals",
             GoalDirected(forward_replay="imagined_goals")),
    experiment("no_backward", "no backward replay", GoalDirected(backward_replay="off")),
    experiment("frozen", "untrained network", FULL.without("learning")),
    _aside("frozen_no_slow", "untrained network, memory never searched",
             FULL.without("learning", "slow")),
    *(_aside(name, f"exploration {alpha:g}", GoalDirected(exploration=alpha))
      for name, alpha in ALPHAS.items()),
    _aside("scaled_inputs", "coordinates divided by 10", GoalDirected(input_scale=0.1)),
    _aside("last_visits", "backward replay of last visits",
             GoalDirected(backward_replay="last_visits")),
    _aside("final", "learns from the last move of an attempt, too",
             GoalDirected(train_on_final=True)),
    experiment("imagined", "plans recorded", GoalDirected(show_replay=True), n_lives=1, full=2,
               quick=1),
    _aside("confidence", "memory is searched where the network is unsure",
             GoalDirected(arbitration="confidence")),
)  # fmt: skip


def _exactly(
    name: str, claim: str, published: str, value: float, measure: Measure, subject: str,
    shows_not: str, **at: str,
) -> Signature:  # fmt: skip
    return Signature(
        name=P + name, claim=claim, published=P + published, low=value, high=value,
        measure=measure, subject=P + subject, shows_not=P + shows_not, published_at=at,
    )  # fmt: skip


def _within(
    name: str, claim: str, published: str, low: float | None, high: float | None,
    measure: Measure, subject: str, shows_not: str, *beside: str, **at: int,
) -> Signature:  # fmt: skip
    return Signature(
        name=P + name, claim=claim, published=P + published, low=low, high=high,
        measure=measure, subject=P + subject, shows_not=P + shows_not,
        beside=tuple(P + source for source in beside), published_at=at,
    )  # fmt: skip


def _compared(
    name: str, claim: str, published: str, low: float | None, high: float | None,
    measure: Measure, subject: tuple[str, str], shows_not: tuple[str, str] | None,
    *beside: tuple[str, str], **at: int,
) -> Signature:  # fmt: skip
    def full_names(pair: tuple[str, str]) -> tuple[str, ...]:
        return tuple(P + source for source in pair)

    return Signature(
        name=P + name, claim=claim, published=P + published, low=low, high=high,
        measure=measure, subject=full_names(subject),
        shows_not=full_names(shows_not) if shows_not else None, beside=tuple(map(full_names, beside)), published_at=at,
    )  # fmt: skip


_SOLVED, _SAM = percent_solved, sam
_STREAM = (
    _exactly("stream_manhattan", "Drawing the attempts as published gives their distances.",
             "stream", 683, total_at_start("manhattan"), "neither", "other_stream"),
    _exactly("stream_geodesic", "So do the shortest ways around the walls.",
             "stream_geodesic", 755, total_at_start("shortest_path"), "neither", "other_stream"),
    _exactly("stream_gaps", "In 17 attempts the gap must be crossed.",
             "stream_gaps", 17, gaps_to_cross, "neither", "other_stream"),
)  # fmt: skip
_EXACT = tuple(
    _exactly(f"{agent}_{what}_{part}", claim, f"{agent}_{what}", value, of(measure, span), agent,
             control, part=part)
    for agent, claim, control, solved, above in (
        ("neither", "Tries alone solve what the published agent solves.", "random_ties",
         (26, 18, 22), (3894, 4146, 8040)),
        ("no_fast", "Without a network the published agent is reproduced step by step.",
         "no_fast_wiped", (52, 50, 51), (2432, 2678, 5110)),
    )
    for what, measure, values in (("solved", _SOLVED, solved), ("sam", _SAM, above))
    for part, span, value in zip(("first", "last", "all"), (FIRST, LAST, ALL), values, strict=True)
)  # fmt: skip
_FULL = (
    _within("full_solved", "The whole agent solves the dynamic task.", "full_solved", 88, 95,
            _SOLVED, "dynamic", "no_slow", "no_fast_other_numbers", "neither"),
    _within("full_sam", "Its ways are short.", "full_sam", 1350, 1900,
            _SAM, "dynamic", "no_slow", "no_fast_other_numbers", "neither"),
    _within("full_solved_last", "It solves at least as much after the change.", "full_solved_last",
            94, None, of(_SOLVED, LAST), "dynamic", "no_slow"),
    _within("full_sam_last", "Its ways are shorter after the change than before ...",
            "full_sam_last", 450, 750, of(_SAM, LAST), "dynamic", "no_slow"),
    _within("full_sam_first", "... than before the change.", "full_sam_first", 850, 1250,
            of(_SAM, FIRST), "dynamic", "no_slow"),
    _within("no_slow_solved", "Without search in memory a third is not solved.", "no_slow_solved",
            61, 72, _SOLVED, "no_slow", "dynamic"),
    _within("no_slow_sam", "... and ways are three times as far above the minimum.", "no_slow_sam",
            4650, 5650, _SAM, "no_slow", "dynamic"),
    _within("no_fast_other_solved", "Without a network half is solved with any random numbers.",
            "no_fast_solved_recomputed", 48.5, 52.5, _SOLVED, "no_fast_other_numbers", "dynamic"),
    _within("no_fast_other_sam", "... with as long ways.", "no_fast_sam_recomputed",
            4963, 5263, _SAM, "no_fast_other_numbers", "dynamic"),
    _within("wiped_plans", "Within one attempt memory finds no way to the goal.", "wiped",
            0, 0, share_of_plans, "wiped", "dynamic"),
    _compared("wiped_solved", "So memory of one attempt is as good as none.", "wiped",
              -5, 5, more(_SOLVED), ("wiped", "no_slow"), ("dynamic", "no_slow")),
)  # fmt: skip


def _name(what: str, value: int) -> str:
    return "dynamic" if (what, value) in (("branches", 100), ("depth", 20)) else f"{what}_{value}"


# Recomputed by others over 10 or 20 seeds; the interval is 20 % to either side.
_RECOMPUTED = {"branches": (2310, 1819, 1626, 1339), "depth": (2266, 1838, 1626, 1485)}
_SIZES = tuple(
    _within(f"{what}_{value}_sam", f"Steps above minimum with {what} {value} are as recomputed.",
            f"{what}_sam", 0.8 * above, 1.2 * above, _SAM, _name(what, value), "no_slow",
            **{what: value})
    for what, values in (("branches", BRANCHES), ("depth", DEPTHS))
    for value, above in zip(values, _RECOMPUTED[what], strict=True)
    if _name(what, value) != "dynamic"
)  # fmt: skip
_ORDER = tuple(
    _compared(f"{what}_{few}_longer_than_{many}",
              f"With {what} {few} ways are longer than with {what} {many}.", f"{what}_sam",
              0, None, more(_SAM), (_name(what, few), _name(what, many)), None,
              ("exact_search", "exact_search_50"), **{what: few})
    for what, values in (("branches", BRANCHES), ("depth", DEPTHS))
    for few, many in pairwise(values)
)  # fmt: skip
_SHARES = tuple(
    _within(f"depth_{depth}_plans", f"With depth {depth} the plan decides as often as recomputed.",
            "plan_share", share - 0.07, share + 0.07, share_of_plans, _name("depth", depth),
            "no_slow", "no_fast_other_numbers", depth=depth)
    for depth, share in zip(DEPTHS, (0.12, 0.20, 0.32, 0.50), strict=True)
)  # fmt: skip
_ABLATIONS = (
    # 100 steps are two an attempt; chosen so that no difference lies clearly outside.
    _compared("append_worse_last", "Without conflict deletion ways are longer after the change.",
              "ablations", 100, None, more(of(_SAM, LAST)), ("append_only", "dynamic"),
              ("append_only_unchanged", "unchanged")),
    _compared("append_same_first", "... but not before it.", "ablations", -100, 100,
              more(of(_SAM, FIRST)), ("append_only", "dynamic"), ("no_slow", "dynamic")),
    _compared("exact_shorter", "Exact search finds shorter ways than random branches.",
              "ablations", None, 0, more(_SAM), ("exact_search", "dynamic"),
              ("exact_search_no_fast", "dynamic")),
    _compared("exact_solves", "... and solves as much, within a point.", "ablations", -1, None,
              more(_SOLVED), ("exact_search", "dynamic"), ("exact_search_no_fast", "dynamic")),
    # One standard deviation of the full agent over network seeds, as recomputed.
    _compared("forward_no_matter_solved", "Forward replay does not change what is solved.",
              "ablations", -3, 3, more(_SOLVED), ("no_forward", "dynamic"), ("frozen", "dynamic")),
    _compared("forward_no_matter_sam", "Forward replay does not change how long ways are.", "ablations", -229, 229,
              more(_SAM), ("no_forward", "dynamic"), ("frozen", "dynamic")),
    _compared("backward_helps", "Without backward replay not more is solved.", "ablations",
              None, 0, more(_SOLVED), ("no_backward", "dynamic"), ("dynamic", "no_slow")),
    _compared("training_helps", "An untrained network solves less.", "ablations", None, 0,
              more(_SOLVED), ("frozen", "dynamic"), ("dynamic", "no_slow")),
    # Two points; chosen so that equal scatter lies clearly outside.
    _compared("untrained_scatters", "Untrained networks differ more from one another.",
              "ablations", 2, None, more(scatter_of_solved), ("frozen", "dynamic"),
              ("no_forward", "dynamic")),
)  # fmt: skip

SIGNATURES = (*_STREAM, *_EXACT, *_FULL, *_SIZES, *_ORDER, *_SHARES, *_ABLATIONS)
FIGURES = (
    Figure(
        name=P + "learning",
        caption=(
            "Steps above the Manhattan distance, summed over attempts; the walls change at the "
            "dashed line. Lines: mean over seeds; bands: 95 % intervals; circles: the published "
            "single runs."
        ),
        needs=tuple(f"{P}{name}" for name in AGENTS),
        draw=draw_learning,
    ),
    Figure(
        name=P + "deciders",
        caption=(
            "Who decides, in blocks of ten attempts: the plan, the way to the frontier of memory, "
            "the network, or tries against its preference. (a) As published. (b) Improved."
        ),
        needs=(P + "dynamic", P + "improved"),
        draw=draw_deciders,
    ),
    Figure(
        name=P + "imagined",
        caption=(
            "Ways taken (black) and plans imagined at their steps (dashed) by one agent: (a) with "
            "most plans before the walls change, (b) the first attempt whose plan the new walls "
            "contradict, (c) late."
        ),
        needs=(P + "imagined",),
        draw=draw_imagined,
    ),
)
