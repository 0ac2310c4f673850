"""This toolkit: `Trainer` on `Bandit`, with the fastest engine of this machine or the one without a compiler."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection

import numpy as np
from peer import kilobytes, main
from setting import N_ACTIONS, N_INPUTS, Setting

from fastslow.models import Prefrontal
from fastslow.models.threads import shared_threads
from fastslow.models.training import ActorCritic, Engine, Trainer, fastest_engine
from fastslow.models.training.population import Shape
from fastslow.tasks import Bandit, Lanes


class Ours:
    """Trains all seeds as one population in this process."""

    per_call = 1

    def __init__(self, setting: Setting, seeds: Sequence[int], engine: str) -> None:
        self.setting, self.seeds, self.n_tests = setting, seeds, 0
        self.engine = manual_engine() if engine == "manual" else fastest_engine()
        self.task = Bandit(n_trials=setting.n_trials)
        self.agent = Prefrontal(
            n_units=setting.n_units, time=True,
            input_gain=setting.input_gain, forget_bias=setting.forget_bias,
        )  # fmt: skip
        settings = ActorCritic(
            n_lives=setting.n_lives, n_lanes=setting.n_lanes, learning_rate=setting.learning_rate,
            learning_rate_end=0.0, discount=setting.discount,
            value_weight=setting.value_weight, entropy_weight=setting.entropy_weight,
            anneal=0.5, max_gradient_norm=setting.max_gradient_norm,
        )  # fmt: skip
        self.trainer = Trainer(self.task, self.agent, settings, seeds, self.engine)
        self.tester = None

    def train(self, n_updates: int) -> float:
        """See `Peer.train`."""
        batches = []
        for _ in range(n_updates):
            settings = self.trainer.settings
            if self.trainer.batch == settings.n_batches:
                self.trainer.settings = replace(settings, n_lives=2 * settings.n_lives)
            batches.append(self.trainer.train_batch())
        return float(np.mean([batch.measured["reward"] for batch in batches]))

    def regret(self, n_episodes: int) -> float:
        """See `Peer.regret`."""
        n = -(-n_episodes // len(self.seeds) // 16) * 16
        if self.tester is None:
            shape = Shape(
                "lstm", N_INPUTS, self.setting.n_units, N_ACTIONS, len(self.seeds), n,
                self.task.n_steps,
            )  # fmt: skip
            self.tester = self.engine(shape)
        for index in range(len(self.seeds)):
            self.tester.load(index, self.trainer.population.weights(index))
        self.n_tests += 1
        play = self.task.play(
            len(self.seeds) * n, Lanes(self.seeds, n, "test task", life=self.n_tests)
        )
        draws = Lanes(self.seeds, n, "test agent", life=self.n_tests)
        encoder = self.agent.encoder(self.task, len(self.seeds) * n)
        lost, now = 0.0, next(play)
        for t in range(self.task.n_steps):
            encoder(now, out=self.tester.inputs[t])
            action = self.tester.step(t, now.first, draws.random())
            encoder.acted(action)
            worse = now.labels["arm_mean_0"] - now.labels["arm_mean_1"]
            lost += np.mean(np.abs(worse) * (action != now.labels["best_action"]))
            now = play.send(action)
        return float(lost)


class Spread:
    """Trains seeds in several processes, as `fastslow run` does; for throughput alone."""

    per_call = 1

    def __init__(self, setting: Setting, seeds: Sequence[int], engine: str, jobs: int) -> None:
        context = get_context("spawn")
        self.pipes, self.kilobytes = [], 0.0
        for own in (list(seeds[i::jobs]) for i in range(jobs)):
            pipe, far = context.Pipe()
            one = (far, replace(setting, n_seeds=len(own)), own, engine)
            with shared_threads(jobs):
                context.Process(target=serve, args=one, daemon=True).start()
            self.pipes.append(pipe)

    def train(self, n_updates: int) -> float:
        """See `Peer.train`."""
        for pipe in self.pipes:
            pipe.send(n_updates)
        rewards, sizes = zip(*(pipe.recv() for pipe in self.pipes), strict=True)
        self.kilobytes = sum(sizes)
        return float(np.mean(rewards))


def serve(pipe: Connection, setting: Setting, seeds: Sequence[int], engine: str) -> None:
    """Train whenever the other process says so."""
    ours = Ours(setting, seeds, engine)
    while True:
        pipe.send((ours.train(pipe.recv()), kilobytes()))


def ours(setting: Setting, seeds: Sequence[int], engine: str, jobs: int) -> Ours | Spread:
    """One population in this process, or its seeds spread over several."""
    return Ours(setting, seeds, engine) if jobs == 1 else Spread(setting, seeds, engine, jobs)


def manual_engine() -> Engine:
    """Pure torch, which is imported only where it is measured."""
    from fastslow.models.training.manual import ManualPopulation

    return ManualPopulation


if __name__ == "__main__":
    main(
        ours,
        engine={"choices": ["fastest", "manual"], "default": "fastest"},
        jobs={"type": int, "default": 1, "help": "processes among which seeds are spread"},
    )
