"""Completion of random patterns by the same network (not in the paper): an episodic index."""

from __future__ import annotations

from dataclasses import replace

from ...models.hippocampus.assemblies import RECALL_DURATION
from ...models.replay_agents import AssemblyAgent
from ...tasks import PatternCompletion
from ..declaration import Figure, Test
from .measures import accuracy, completion_ratio
from .network import NETWORK, experiment, signature
from .recall_figure import draw_capacity

SHORT_RUN = replace(NETWORK, duration=RECALL_DURATION)
TASK = PatternCompletion(n_patterns=20, cue=0.3)
LOADS = (40, 80, 160)

EXPERIMENTS = (
    experiment(
        "recall", "20 random assemblies recalled from 30 % of their cells", TASK,
        AssemblyAgent(SHORT_RUN), tests={"untrained": Test(n_lives=1, without=("learning",))},
    ),
    experiment(
        "recall_load", "more assemblies, up to overload, and cues with wrong cells",
        TASK, AssemblyAgent(SHORT_RUN), reproduced=False,
        tests={
            **{f"{n}_patterns": Test(n_lives=1, task=replace(TASK, n_patterns=n)) for n in LOADS},
            "wrong_cells": Test(n_lives=1, task=replace(TASK, n_wrong=30)),
            "small_cue": Test(n_lives=1, task=replace(TASK, cue=0.1)),
        },
    ),
)  # fmt: skip

RECALL, UNTRAINED, LOAD = "ecker2022/recall", "ecker2022/recall@untrained", "ecker2022/recall_load"

SIGNATURES = (
    signature(
        "recall", "From 30 % of its cells at least 90 % of 20 assemblies are recalled.",
        accuracy, RECALL, low=0.9, shows_not=UNTRAINED,
    ),
    signature(
        "recall_untrained", "Without learning at most 30 % are.",
        accuracy, UNTRAINED, high=0.3, shows_not=RECALL, published="ecker2022/recall",
    ),
    signature(
        "recall_completes", "Cells of a recalled assembly fire five times as often as others.",
        completion_ratio, RECALL, low=5.0, shows_not=UNTRAINED, published="ecker2022/recall",
    ),
)  # fmt: skip

FIGURES = (
    Figure(
        name="ecker2022/recall",
        caption=(
            "Recall from 30 % of an assembly against the number of assemblies stored: (a) patterns "
            "named, (b) share of cells that fire without being cued, in the recalled assembly and "
            "elsewhere. Points are seeds."
        ),
        needs=(LOAD, *(f"{LOAD}@{n}_patterns" for n in LOADS)),
        draw=draw_capacity,
    ),
)
