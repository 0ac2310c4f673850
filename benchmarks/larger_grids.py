"""The goal-directed agents of Tan & Motani 2023 (arXiv:2301.13758) in larger grids.

    python benchmarks/larger_grids.py 20 improved
    python benchmarks/larger_grids.py 40 published --attempts 30
    python benchmarks/larger_grids.py 10 published --lives 40

Lives of the dynamic task as published, but for its size: walls with one gap that are transposed
after 50 attempts, each of at most size^2 steps. Prints one line of JSON: attempts solved (%) before
and after the change, steps and steps above the shortest ways of a life, CPU seconds of all lives,
agent steps a second, and the most memory the process has held (MB, the libraries included).
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


def lives(size: int, name: str, n_attempts: int, n_lives: int, seed: int) -> dict[str, object]:
    """Measure lives side by side."""
    world = tan.dynamic(size, n_attempts)
    begin = process_time()
    recording = simulate(world, AGENTS[name], n_lives=n_lives, seed=seed, record=())
    seconds = process_time() - begin
    reached, steps, shortest = (
        values.values.reshape(n_lives, n_attempts)
        for values in (
            solved(recording), path_length(recording), recording["shortest_path"].isel(step=0)
        )
    )  # fmt: skip
    parts = {"before": reached[:, : tan.CHANGE_EVERY], "after": reached[:, tan.CHANGE_EVERY :]}
    return {
        "size": size,
        "agent": name,
        "seed": seed,
        "attempts": n_attempts,
        "lives": n_lives,
        "solved": {part: float(100 * r.mean()) for part, r in parts.items() if r.size},
        "steps": round(float(steps.sum()) / n_lives),
        "above_shortest": round(float((steps - shortest).sum()) / n_lives),
        "cpu_seconds": round(seconds, 1),
        "steps_per_second": round(float(steps.sum()) / seconds),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("size", type=int)
    parser.add_argument("agent", choices=tuple(AGENTS))
    parser.add_argument("--attempts", type=int, default=100)
    parser.add_argument("--lives", type=int, default=1, help="side by side")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    found = lives(asked.size, asked.agent, asked.attempts, asked.lives, asked.seed)
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
