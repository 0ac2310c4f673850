"""Training steps per second of each engine, alone and driven by a numpy world.

    python benchmarks/throughput.py [--engines fused,manual,autograd] [--threads 2] [--seconds 2]

The task is the bandit of Wang et al. 2018, 100 trials, with an LSTM of 48 units: 59.2 thousand
floating-point operations a training step. "alone" feeds the engine random inputs; "trained" is the
whole trainer, with world, encoder and random numbers. Each figure is the best of the repetitions
that fit into the time, since whatever else the machine does can only slow it down.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from time import perf_counter

import numpy as np

from fastslow.models import Prefrontal, cores
from fastslow.models.training import ActorCritic, Trainer
from fastslow.models.training.population import Population, Shape
from fastslow.tasks import Bandit

FLOATING_POINT_OPERATIONS = 59.2e3  # of a training step: forward, backward, weight gradient
POPULATIONS = ((1, 16), (1, 64), (1, 256), (4, 16), (4, 64), (4, 256))  # seeds, lanes of each


def engines(names: list[str], n_threads: int | None) -> dict[str, Callable[[Shape], Population]]:
    """The engines asked for, by name."""
    made: dict[str, Callable[[Shape], Population]] = {}
    for name in names:
        if name == "fused":
            from fastslow.models.training.fused import FusedPopulation

            made[name] = lambda shape: FusedPopulation(shape, n_threads)
        elif name in ("manual", "autograd"):
            import torch

            from fastslow.models.training.autograd import AutogradPopulation
            from fastslow.models.training.manual import ManualPopulation

            if n_threads:
                torch.set_num_threads(n_threads)
            made[name] = ManualPopulation if name == "manual" else AutogradPopulation
        else:
            raise SystemExit(f"no engine '{name}'; there are fused, manual and autograd")
    return made


def alone(population: Population, shape: Shape, settings: ActorCritic) -> Iterator[None]:
    """Segments of random inputs, without a world."""
    generator = np.random.default_rng(0)
    n = shape.n_seeds * shape.n_lanes
    sizes = cores.weight_shapes(shape.core, shape.n_inputs, shape.n_units, shape.n_actions)
    for index in range(shape.n_seeds):
        population.load(index, {k: generator.normal(0, 0.1, size) for k, size in sizes.items()})
    population.inputs[...] = generator.random(population.inputs.shape)
    draw = generator.random((shape.n_steps, n))
    first = np.arange(shape.n_steps)[:, None] == np.zeros(n)
    reward = generator.random((shape.n_steps, n)).astype(np.float32)
    discount = np.ones_like(reward)
    discount[-1] = 0
    active, update = np.ones(reward.shape, bool), settings.update_settings(0)
    while True:
        for t in range(shape.n_steps):
            population.step(t, first[t], draw[t])
        population.update(reward, discount, active, update)
        yield


def trained(trainer: Trainer) -> Iterator[None]:
    """Batches of lives of the whole trainer."""
    while True:
        trainer.train_batch()
        yield


def best_rate(work: Iterator[None], n_steps: int, seconds: float) -> float:
    """Steps per second in the fastest repetition."""
    next(work)  # the first one warms caches up
    best, end = np.inf, perf_counter() + seconds
    while perf_counter() < end:
        start = perf_counter()
        next(work)
        best = min(best, perf_counter() - start)
    return n_steps / best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engines", default="fused,manual,autograd")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--seconds", type=float, default=2.0, help="for each figure")
    options = parser.parse_args()
    task, agent = Bandit(), Prefrontal()
    print("engine    seeds  lanes   alone (M/s, GFLOP/s)   trained (M/s)")
    for name, engine in engines(options.engines.split(","), options.threads).items():
        for n_seeds, n_lanes in POPULATIONS:
            settings = ActorCritic(n_lives=10**7, n_lanes=n_lanes)
            shape = Shape(
                agent.core, agent.n_inputs(task), agent.n_units, task.action.n,
                n_seeds, n_lanes, task.n_steps,
            )  # fmt: skip
            n_steps = n_seeds * n_lanes * task.n_steps
            by_itself = best_rate(alone(engine(shape), shape, settings), n_steps, options.seconds)
            trainer = Trainer(task, agent, settings, range(n_seeds), engine)
            driven = best_rate(trained(trainer), n_steps, options.seconds)
            print(
                f"{name:9} {n_seeds:5} {n_lanes:6} {by_itself / 1e6:8.2f} "
                f"{by_itself * FLOATING_POINT_OPERATIONS / 1e9:10.0f} {driven / 1e6:16.2f}"
            )


if __name__ == "__main__":
    main()
