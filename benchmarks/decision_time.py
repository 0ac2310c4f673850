"""Processor time of one decision, by search in a full memory and by networks.

    python benchmarks/decision_time.py

In the worlds of `tan2023/dissociation` and `tan2023/detour` before their walls change. All transitions are
known, and the last ways of a life are decided step by step; networks are asked in the same places.
Prints one line of JSON for each: operations (memory reads or multiply-adds) and microseconds of a
decision, both means; of the time the least of three rounds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from time import process_time

import numpy as np

from fastslow.models.goal_directed import ExactSearch
from fastslow.models.goal_directed.memory import TransitionMemory
from fastslow.models.goal_directed.network import PolicyNetworks
from fastslow.models.goal_directed.planners import Plan
from fastslow.papers.tan2023 import detour, dissociation
from fastslow.tasks.navigation import GridWorld

N_WAYS, N_ROUNDS = 40, 3
NETWORKS = ((32,), (128, 128))


def full_memory(successor: np.ndarray) -> TransitionMemory:
    """Everything there is to know; `successor` is (n_states, n_actions)."""
    memory = TransitionMemory(1, *successor.shape)
    for state, action in np.ndindex(*successor.shape):
        memory.observe(*np.array([[0], [state], [action], [successor[state, action]]]))
    return memory


def microseconds(decide: Callable[[int], object], n: int) -> float:
    """Mean time of `n` decisions."""
    rounds = []
    for _ in range(N_ROUNDS):
        began = process_time()
        for decision in range(n):
            decide(decision)
        rounds.append(process_time() - began)
    return round(1e6 * min(rounds) / n, 1)


def decisions(task: GridWorld) -> tuple[np.ndarray, np.ndarray]:
    """Every place on the shortest ways of the last attempts, and its goal, (n, 1) ints each."""
    grid = task.layouts[0]
    here, goals = [], []
    for start, goal in task.routes[-N_WAYS:]:
        state, end = grid.state(start), grid.state(goal)
        distance = grid.graph.distances_to([end])[0]
        while state != end:
            here.append([state])
            goals.append([end])
            after = grid.graph.next_state[state]
            state = int(after[distance[after].argmin()])
    return np.array(here), np.array(goals)


def _ask(network: PolicyNetworks, inputs: np.ndarray, _: int) -> np.ndarray:
    return network.policy(inputs)


def deciders(task: GridWorld) -> Iterator[tuple[str, float, float]]:
    """Name, operations and microseconds of each decider in one world."""
    here, goals = decisions(task)
    successor = task.layouts[0].graph.next_state
    memory, planner = full_memory(successor), ExactSearch(depth=len(successor))

    def plan(k: int) -> Plan:
        return planner.plan(memory, here[k], goals[k], np.ones(1, bool), [])

    reads = np.mean([plan(k).n_reads[0] for k in range(len(here))])
    yield "search", float(reads), microseconds(plan, len(here))
    for hidden in NETWORKS:
        network = PolicyNetworks([np.random.default_rng(0)], (4, *hidden, 4))
        inputs = np.zeros((1, 1, 4), np.float32)  # what it is shown takes no more or less time
        time = microseconds(partial(_ask, network, inputs), len(here))
        yield f"network of {hidden} units", network.multiply_adds, time


def main() -> int:
    for world, task in (("6 x 6", dissociation.UNCHANGED), ("20 x 20", detour.WORLDS["detour"][0])):
        for decider, operations, time in deciders(task):
            line = {"world": world, "decider": decider, "operations": round(operations)}
            sys.stdout.write(json.dumps(line | {"microseconds": time}) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
