"""What all experiments of this paper share: the network, worlds to move about in, declarations."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...models.agent import Agent
from ...models.hippocampus.ca3 import CA3
from ...models.replay_agents import Explorer
from ...tasks import Task
from ...tasks.navigation import Exploration, StateGraph, open_maze, t_maze
from ..declaration import Experiment, Signature, Test

SOURCE = "doi:10.7554/eLife.71850"
QUICK, FULL = 3, 8  # seeds
NETWORK = CA3()  # 2,000 pyramidal cells, the least with a proper ripple; 10 s
ONE_LIFE = Test(n_lives=1)
N_MOVES = 1143  # 400 s of .35 s, as long as on the track
N_LINE = 20


def corridor(n: int) -> StateGraph:
    """States in a row; left and right."""
    state = np.arange(n)
    return StateGraph(np.stack([np.maximum(state - 1, 0), np.minimum(state + 1, n - 1)], axis=1))


def laps(n: int) -> StateGraph:
    """States of a track that can only be run on, from its end to its start by being put there."""
    return StateGraph((np.arange(n)[:, None] + 1) % n)


LINE = corridor(N_LINE)
T_MAZE = t_maze(stem=8, arm=7).layouts[0]  # 23 states
OPEN_MAZE = open_maze().layouts[0]  # 47 states


def exploration(graph: StateGraph, **settings: Any) -> Exploration:
    """400 s on the way from the first state that can be left, then one rest."""
    start = int(np.flatnonzero(graph.adjacency.any(axis=1))[0])
    return Exploration(graph, **{"n_moves": N_MOVES, "start": start, **settings})


def experiment(name: str, summary: str, task: Task, agent: Agent, **settings: Any) -> Experiment:
    settings = {
        "recording": ONE_LIFE, "source": SOURCE, "quick": QUICK, "full": FULL, **settings,
    }  # fmt: skip
    return Experiment(f"ecker2022/{name}", summary, task, agent, **settings)


def signature(name: str, claim: str, measure: Any, subject: Any, **settings: Any) -> Signature:
    settings = {"low": None, "high": None, "published": f"ecker2022/{name}", **settings}
    return Signature(f"ecker2022/{name}", claim, measure=measure, subject=subject, **settings)


def explorer(**settings: Any) -> Explorer:
    return Explorer(NETWORK, **settings)
