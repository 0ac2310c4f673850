"""Steps of experience until a task is learned, by initialization, lanes and schedule.

`python benchmarks/steps_to_criterion.py [--seeds 4] [--tasks bandit two_step harlow]` prints the table of
docs/training.md and writes it to runs/bench/steps_to_criterion.csv. The learning rate is constant here,
since a schedule that ends decides beforehand how long learning takes.
"""

from __future__ import annotations

import argparse
import csv
from collections import deque
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from fastslow.models import ActorCritic, Prefrontal
from fastslow.models.training import Trainer
from fastslow.tasks import Bandit, Harlow, TwoStep

# Task, agent, mean reward of an episode that counts as learned (most of what can be gained over
# chance), and steps after which a run is given up.
TASKS = {
    "bandit": (Bandit(arms="uniform"), Prefrontal(time=True), 71.5, 6e6),
    "two_step": (TwoStep(), Prefrontal(), 67.0, 6e6),
    "harlow": (Harlow(), Prefrontal(), 4.0, 1.2e6),
}
USUAL = {"input_gain": 1.0, "policy_gain": 0.01, "forget_bias": 0.0}
# label, initialization, value weight
SETTINGS = (
    ("usual, value weight .5", USUAL, 0.5),
    ("usual", USUAL, 0.05),
    ("forget bias 1", USUAL | {"forget_bias": 1.0}, 0.05),
    ("and policy head x1", {"input_gain": 1.0}, 0.05),
    ("and input columns x3", {"input_gain": 3.0}, 0.05),
    ("and input columns x8", {"input_gain": 8.0}, 0.05),
)
LANES = (16, 64)
WINDOW = 1024  # episodes over which reward is averaged


def steps_to_criterion(
    task, agent: Prefrontal, criterion: float, n_seeds: int, n_lanes: int, value_weight: float,
    max_steps: float,
) -> np.ndarray:  # fmt: skip
    """Steps until the mean reward of the last episodes reaches the criterion; inf if it never does."""
    settings = ActorCritic(
        n_lives=int(max_steps / task.n_steps), n_lanes=n_lanes, learning_rate_end=5e-3,
        entropy_weight_end=0.05, value_weight=value_weight,
    )  # fmt: skip
    trainer = Trainer(task, agent, settings, range(n_seeds))
    recent: deque[np.ndarray] = deque(maxlen=WINDOW // n_lanes)
    steps = np.full(n_seeds, np.inf)
    for progress in trainer.run():
        recent.append(progress.measured["reward"])
        if len(recent) == recent.maxlen:
            reached = np.mean(recent, axis=0) >= criterion
            steps[reached & np.isinf(steps)] = progress.steps
            if np.isfinite(steps).all():
                break
    return steps


def main() -> None:
    """Run the sweep and print a row for each setting."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--tasks", nargs="+", default=list(TASKS), choices=TASKS)
    options = parser.parse_args()
    path = Path("runs/bench/steps_to_criterion.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["task", "setting", "lanes", "median", "seeds"])
        for name, (label, start, value_weight), n_lanes in product(options.tasks, SETTINGS, LANES):
            task, agent, criterion, max_steps = TASKS[name]
            steps = steps_to_criterion(
                task, replace(agent, **start), criterion, options.seeds, n_lanes, value_weight,
                max_steps,
            )  # fmt: skip
            shown = " ".join(f"{s / 1e6:.2f}" for s in sorted(steps))
            writer.writerow([name, label, n_lanes, np.median(steps), shown])
            file.flush()
            print(
                f"| {name} | {label} | {n_lanes} | {np.median(steps) / 1e6:.2f} | {shown} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
