"""Steps of experience until a task is learnt, by initialization, lanes and schedule.

`python benchmarks/steps_to_criterion.py [--seeds 4] [--tasks bandit two_step harlow]` prints the table of
docs/training.md and writes it to runs/bench/steps_to_criterion.csv. The learning rate is constant here,
since a schedule that ends decides beforehand how long learning takes.
"""

from __future__ import annotations

import argparse
import csv
from collections import deque
from pathlib import Path

import numpy as np

from fastslow.models import ActorCritic, Prefrontal
from fastslow.models.training import Trainer
from fastslow.tasks import Bandit, Harlow, TwoStep

# Mean reward of an episode that counts as learnt, by task: most of what can be gained over chance.
TASKS = {
    "bandit": (Bandit(arms="uniform"), Prefrontal(time=True), 71.5),
    "two_step": (TwoStep(), Prefrontal(), 67.0),
    "harlow": (Harlow(), Prefrontal(), 4.0),
}
INITIALIZATIONS = {
    "usual": {"input_gain": 1.0, "policy_gain": 0.01, "forget_bias": 0.0},
    "forget bias 1": {"input_gain": 1.0, "policy_gain": 0.01},
    "and policy head x1": {"input_gain": 1.0, "policy_gain": 1.0},
    "and input columns x3": {"input_gain": 3.0},
    "and input columns x8": {"input_gain": 8.0},
}
LANES = (16, 32, 64)
VALUE_WEIGHTS = (0.05, 0.5)
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
    parser.add_argument("--max-steps", type=float, default=8e6)
    options = parser.parse_args()
    path = Path("runs/bench/steps_to_criterion.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["task", "initialization", "lanes", "value_weight", "median", "seeds"])
        for name in options.tasks:
            task, agent, criterion = TASKS[name]
            for label, start in INITIALIZATIONS.items():
                for n_lanes in LANES:
                    for value_weight in (
                        VALUE_WEIGHTS if label in ("usual", "and input columns x8") else (0.05,)
                    ):
                        network = Prefrontal(time=agent.time, **start)
                        steps = steps_to_criterion(
                            task, network, criterion, options.seeds, n_lanes, value_weight,
                            options.max_steps,
                        )  # fmt: skip
                        shown = " ".join(f"{s / 1e6:.2f}" for s in sorted(steps))
                        writer.writerow(
                            [name, label, n_lanes, value_weight, np.median(steps), shown]
                        )
                        file.flush()
                        print(
                            f"{name:9} {label:22} lanes {n_lanes:3}  value weight {value_weight:<5}"
                            f" median {np.median(steps) / 1e6:6.2f} M  ({shown})",
                            flush=True,
                        )


if __name__ == "__main__":
    main()
