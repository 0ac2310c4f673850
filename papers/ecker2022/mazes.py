"""Replay on graphs of states: a line, a T-maze and the open maze, spontaneous and cued.

The network is that of the track and the way a random walk of 400 s. Weights are evened out over
cells and their sum is calibrated to 9 to 16 sharp waves in 10 s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...models.replay_agents import Explorer
from ...tasks.navigation import StateGraph
from ..declaration import Experiment, Figure, Signature, Test
from .mazes_figure import draw_excitability, draw_paths
from .measures import at_rest
from .network import (
    LINE,
    N_LINE,
    NETWORK,
    OPEN_MAZE,
    T_MAZE,
    experiment,
    exploration,
    explorer,
    signature,
)
from .path_measures import Paths, transition_width

START, GOAL = 0, N_LINE - 1
SUMS = (150.0, 165.0, 180.0, 190.0, 200.0, 210.0, 220.0, 230.0, 245.0)  # nS
SUM = 180.0  # nS, where calibration begins

# Ten rests from silence, for cues that no sharp wave is in the way of; `SUM` is what calibration
# found in each of the eight animals of `line`
SHORT_REST = replace(NETWORK, duration=1.0)


def _short_rests(name: str, summary: str, *cues: int) -> Experiment:
    return experiment(
        name, f"the line in ten rests of 1 s, {summary}", exploration(LINE, n_rests=10),
        Explorer(SHORT_REST, homeostatic=True, summed=(SUM,), cues=cues), first_seed=16,
    )  # fmt: skip


EXPERIMENTS = (
    experiment("line", "a line of 20 states", exploration(LINE), explorer(homeostatic=True)),
    experiment(
        "line_shuffled", "the same, its weights dealt out among synapses", exploration(LINE),
        explorer(homeostatic=True, summed=(SUM,)).without("structure"),
    ),
    experiment(
        "line_start_cue", "the same, its start cued once a second", exploration(LINE),
        explorer(homeostatic=True, cues=(START,)),
    ),
    experiment(
        "line_goal_cue", "the same, its end cued once a second", exploration(LINE),
        explorer(homeostatic=True, cues=(GOAL,)),
    ),
    _short_rests("short_rests", "nothing cued"),
    _short_rests("short_rests_start_cue", "its start cued when they begin", START),
    _short_rests("short_rests_goal_cue", "its end cued when they begin", GOAL),
    experiment(
        "t_maze", "a T-maze of 23 states", exploration(T_MAZE.graph), explorer(homeostatic=True)
    ),
    experiment(
        "open_maze", "the open maze of 47 states", exploration(OPEN_MAZE.graph),
        explorer(homeostatic=True),
        tests={"uncalibrated": Test(n_lives=1, without=("calibration",))},
    ),
    experiment(
        "excitability", "the open maze with nine summed weights, one in each rest",
        exploration(OPEN_MAZE.graph, n_rests=len(SUMS)),
        explorer(homeostatic=True, summed=SUMS), reproduced=False,
    ),
)  # fmt: skip

LINE_RUN, LINE_SHUFFLED = "ecker2022/line", "ecker2022/line_shuffled"
START_CUE, GOAL_CUE = "ecker2022/line_start_cue", "ecker2022/line_goal_cue"
UNCUED = "ecker2022/short_rests"
EARLY_START_CUE, EARLY_GOAL_CUE = f"{UNCUED}_start_cue", f"{UNCUED}_goal_cue"
T_RUN, OPEN, UNCALIBRATED = (
    "ecker2022/t_maze", "ecker2022/open_maze", "ecker2022/open_maze@uncalibrated",
)  # fmt: skip


def _of_paths(world: str, graph: StateGraph, run: str, adjacent: float) -> tuple[Signature, ...]:
    paths, name = Paths(graph), run.partition("/")[2]
    return (
        signature(
            f"{name}_adjacent",
            f"In {world} at least {adjacent:.0%} of replayed steps lead to a neighboring state.",
            paths.adjacent, run, low=adjacent, shows_not=LINE_SHUFFLED if run == LINE_RUN else None,
            published="ecker2022/paths",
        ),
        signature(
            f"{name}_within_two",
            f"In {world} at least 95 % of replayed steps lead no further than two states.",
            paths.within_two, run, low=0.95, shows_not=LINE_SHUFFLED if run == LINE_RUN else None,
            published="ecker2022/paths",
        ),
        signature(
            f"{name}_path_length", f"In {world} a sharp wave passes four states or more.",
            paths.n_states, run, low=4.0, shows_not=LINE_SHUFFLED if run == LINE_RUN else None,
            published="ecker2022/paths",
        ),
    )  # fmt: skip


ON_LINE = Paths(LINE)


def _of_cues(prefix: str, when: str, runs: Mapping[int, str], uncued: str) -> tuple[Signature, ...]:
    """That sharp waves after a cue begin at the state it is given, and lead away from it."""
    names = {START: "start", GOAL: "goal"}
    claims = (
        ("starts", "begin there", ON_LINE.starts_at, 0.7),
        ("leads_away", "lead away from it", ON_LINE.leads_away, 0.9),
    )
    return tuple(
        signature(
            f"{prefix}{names[state]}_cue_{what}",
            f"Sharp waves after a cue at the {names[state]}{when} {claim}.",
            measure(state), run, low=low, shows_not=uncued, published="ecker2022/cued",
        )
        for what, claim, measure, low in claims
        for state, run in runs.items()
    )  # fmt: skip


SIGNATURES = (
    *_of_paths("a line", LINE, LINE_RUN, 0.95),
    *_of_paths("a T-maze", T_MAZE.graph, T_RUN, 0.95),
    *_of_paths("the open maze", OPEN_MAZE.graph, OPEN, 0.80),
    *_of_cues("", "", {START: START_CUE, GOAL: GOAL_CUE}, LINE_RUN),
    *_of_cues("early_", " early in a rest", {START: EARLY_START_CUE, GOAL: EARLY_GOAL_CUE}, UNCUED),
    signature(
        "calibration", "Six runs are enough to find weights with 9 to 16 sharp waves in 10 s.",
        at_rest("calibration_runs"), OPEN, high=6.0, shows_not=UNCALIBRATED,
        published="ecker2022/excitability",
    ),
    signature(
        "sharp_transition",
        "At most 10 % more summed weight lie between no sharp wave and nine in 10 s.",
        transition_width, "ecker2022/excitability", low=1.0, high=1.1,
        published="ecker2022/excitability",
    ),
)  # fmt: skip

FIGURES = (
    Figure(
        name="ecker2022/paths",
        caption=(
            "Decoded paths of the first eight sharp waves of a seed, each from its start (dot), in the "
            "T-maze and in the open maze; and on the line, state against time, spontaneous and cued "
            "at either end."
        ),
        needs=(LINE_RUN, START_CUE, GOAL_CUE, T_RUN, OPEN),
        draw=draw_paths,
    ),
    Figure(
        name="ecker2022/excitability",
        caption=(
            "Sharp waves in 10 s against the mean summed weight of a pyramidal cell, in the open "
            "maze. Lines are seeds; shaded is what calibration aims at."
        ),
        needs=("ecker2022/excitability",),
        draw=draw_excitability,
    ),
)
