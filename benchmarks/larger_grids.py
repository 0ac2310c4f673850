"""The goal-directed agents of Tan & Motani 2023 (arXiv:2301.13758) in larger grids.

    python benchmarks/larger_grids.py 20 improved
    python benchmarks/larger_grids.py 40 published --attempts 30

One life of the dynamic task as published, but for its size: walls with one gap that are transposed
after 50 attempts, each of at most size^2 steps. Prints one line of JSON: attempts solved (%) before
and after the change, steps above the shortest ways, CPU seconds, agent steps a second, and the most
memory the process has held (MB, the libraries included).
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from time import process_time

from fastslow.analysis.navigation import path_length, solved
from fastslow.data.simulate import simulate
from fastslow.models.goal_directed import GoalDirected
from fastslow.papers.tan2023.improved import IMPROVED
from fastslow.tasks.navigation import tan

AGENTS = {"published": GoalDirected(), "improved": IMPROVED}


def life(size: int, name: str, n_attempts: int, seed: int) -> dict[str, object]:
    """Measure one life."""
    world = tan.dynamic(size, n_attempts)
    begin = process_time()
    recording = simulate(world, AGENTS[name], n_lives=1, seed=seed, record=())
    seconds = process_time() - begin
    reached, steps = solved(recording).values, path_length(recording).values
    shortest = recording["shortest_path"].isel(step=0).values
    parts = {"before": reached[: tan.CHANGE_EVERY], "after": reached[tan.CHANGE_EVERY :]}
    return {
        "size": size,
        "agent": name,
        "seed": seed,
        "attempts": n_attempts,
        "solved": {part: float(100 * r.mean()) for part, r in parts.items() if len(r)},
        "steps": int(steps.sum()),
        "above_shortest": int((steps - shortest).sum()),
        "cpu_seconds": round(seconds, 1),
        "steps_per_second": round(float(steps.sum()) / seconds),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("size", type=int)
    parser.add_argument("agent", choices=tuple(AGENTS))
    parser.add_argument("--attempts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    found = life(asked.size, asked.agent, asked.attempts, asked.seed)
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
