"""Actor-critics in the world of Tan & Motani 2023 (arXiv:2301.13758), by their protocol or a fair one.

    python benchmarks/actor_critics.py a2c --seeds 0-2
    python benchmarks/actor_critics.py ppo --per-attempt 25 --seeds 0-2

The published protocol: at each of the 100 attempts the learner goes on training on that attempt's
very start and goal, `learn(100)` of Stable-Baselines3 1.7, and is then scored by one attempt with
sampled actions. PPO and TRPO take whole rollouts of 2048 steps for that, A2C 100; the goal-directed
agent takes some 22 steps an attempt. `--per-attempt` gives all of them as many training steps (and
rollouts that short). Prints one line of JSON for each seed: attempts solved (%, in fewer than 100
steps) and steps above the Manhattan distance, for the first half, the last and all; with actions
sampled as they were trained, and the most probable ones.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import numpy as np

from fastslow.tasks import GridWorld, as_gymnasium
from fastslow.tasks.navigation import tan

MOST = 100  # steps of an attempt
LAYERS = [128, 128]  # units of actor and critic
HALVES = {"first": slice(0, 50), "last": slice(50, 100), "all": slice(0, 100)}


def attempt_world(attempt: int) -> GridWorld:
    """One attempt of the published task as a world of its own."""
    grid = tan.walls_at(attempt)
    start, goal = tan.draw_routes([attempt], [grid.wall])[0]
    walls = "\n".join(grid.rows)
    return GridWorld(start=start, goal=goal, walls=walls, n_attempts=1, max_steps=MOST)


def learner(method: str, seed: int, per_attempt: int | None) -> Any:
    """A fresh model, as published except that `per_attempt` may shorten its rollouts."""
    from sb3_contrib import TRPO
    from stable_baselines3 import A2C, PPO
    from torch import nn

    policy = {"net_arch": {"pi": LAYERS, "vf": LAYERS}, "activation_fn": nn.ReLU}
    settings: dict[str, Any] = {"seed": seed, "device": "cpu", "policy_kwargs": policy}
    if method == "a2c":
        settings["learning_rate"] = 1e-4
    elif per_attempt:
        settings |= {"n_steps": per_attempt, "batch_size": per_attempt}
    kinds = {"a2c": A2C, "ppo": PPO, "trpo": TRPO}
    return kinds[method]("MlpPolicy", as_gymnasium(attempt_world(0)), **settings)


def score(model: Any, attempt: int, deterministic: bool) -> int:
    """Steps of one attempt."""
    env = as_gymnasium(attempt_world(attempt))
    observation, _ = env.reset(seed=attempt)
    step, over = 0, False
    while not over:
        action, _ = model.predict(observation, deterministic=deterministic)
        observation, _, over, _, _ = env.step(int(action))
        step += 1
    return step


def run(method: str, seed: int, per_attempt: int | None) -> dict:
    """Train and score through all attempts."""
    model = learner(method, seed, per_attempt)
    steps: dict[str, list[int]] = {"sampled": [], "deterministic": []}
    shortest = []
    for attempt in range(100):
        world = attempt_world(attempt)
        model.set_env(as_gymnasium(world))
        model.learn(per_attempt or MOST, reset_num_timesteps=False)
        for how, taken in steps.items():
            taken.append(score(model, attempt, how == "deterministic"))
        (row, column), (goal_row, goal_column) = world.start, world.goal
        shortest.append(abs(row - goal_row) + abs(column - goal_column))
    result: dict = {"method": method, "seed": seed, "training_steps": int(model.num_timesteps)}
    for how, taken in steps.items():
        length, above = np.array(taken), np.array(taken) - np.array(shortest)
        result[how] = {
            half: {"solved": float(100 * np.mean(length[of] < MOST)), "sam": int(above[of].sum())}
            for half, of in HALVES.items()
        }
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("method", choices=("a2c", "ppo", "trpo"))
    parser.add_argument("--seeds", default="0", help="such as 0-2")
    parser.add_argument("--per-attempt", type=int, help="training steps; as published by default")
    asked = parser.parse_args()
    try:
        import sb3_contrib  # noqa: F401
    except ModuleNotFoundError:
        sys.stderr.write('skipped: this needs sb3-contrib: pip install "fastslow[bench]"\n')
        return 0
    first, _, last = asked.seeds.partition("-")
    for seed in range(int(first), int(last or first) + 1):
        sys.stdout.write(json.dumps(run(asked.method, seed, asked.per_attempt)) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
