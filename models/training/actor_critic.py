"""Training by reward prediction errors: an advantage actor-critic over a population of seeds."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import NamedTuple

import numpy as np

from ...tasks import Lanes, Play, Task, TimeStep
from ..prefrontal import Encoder, Prefrontal, n_actions
from ..prefrontal.episodic import EpisodicMemory
from .population import Population, Shape, UpdateSettings

Engine = Callable[[Shape], Population]


@dataclass(frozen=True)
class ActorCritic:
    """Settings of training.

    Parameters
    ----------
    n_lives : int
        Lives (episodes, where a life is one) seen by each seed.
    n_lanes : int
        Lives played side by side; each update averages over them.
    unroll : int, optional
        Steps between updates; by default a whole life.
    optimizer : {"adam", "rmsprop"}
    learning_rate, learning_rate_end : float
        Changes linearly over training.
    discount, trace_decay : float
        Of the generalized advantage; trace_decay 1 gives the bootstrapped return of Wang 2018.
    value_weight, entropy_weight, entropy_weight_end : float
        Weights in the loss; the entropy's changes linearly over the first `anneal` share of training.
    anneal : float
    max_gradient_norm : float
    squared_decay, epsilon : float
        Of the optimizer.
    """

    n_lives: int = 20_000
    n_lanes: int = 32
    unroll: int | None = None
    optimizer: str = "adam"
    learning_rate: float = 5e-3
    learning_rate_end: float = 0.0
    discount: float = 0.9
    trace_decay: float = 1.0
    value_weight: float = 0.05
    entropy_weight: float = 0.05
    entropy_weight_end: float = 0.0
    anneal: float = 0.5
    max_gradient_norm: float = 1.0
    squared_decay: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        for name in ("n_lives", "n_lanes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        for name in ("discount", "trace_decay", "squared_decay"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be in [0, 1], got {getattr(self, name)}")
        for name in ("learning_rate", "learning_rate_end", "value_weight", "max_gradient_norm"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")
        self.update_settings(0)  # refuses an unknown optimizer

    @property
    def n_batches(self) -> int:
        """Batches of `n_lanes` lives that make up `n_lives`."""
        return -(-self.n_lives // self.n_lanes)

    def teacher(self, seeds: Sequence[int], batch: int) -> Callable[[np.ndarray], np.ndarray]:
        """From the rewards of a segment, (n_steps, n), to those of which prediction errors are made."""
        return lambda reward: reward

    def update_settings(self, batch: int) -> UpdateSettings:
        """The settings in force during one batch of lives."""
        done = batch / max(self.n_batches - 1, 1)
        annealed = min(1.0, done / self.anneal) if self.anneal > 0 else 1.0
        return UpdateSettings(
            optimizer=self.optimizer,
            learning_rate=self.learning_rate + done * (self.learning_rate_end - self.learning_rate),
            discount=self.discount,
            trace_decay=self.trace_decay,
            value_weight=self.value_weight,
            entropy_weight=self.entropy_weight
            + annealed * (self.entropy_weight_end - self.entropy_weight),
            max_gradient_norm=self.max_gradient_norm,
            squared_decay=self.squared_decay,
            epsilon=self.epsilon,
        )


@dataclass(frozen=True)
class Progress:
    """Where a population stands after a batch of lives; each array has one entry a seed.

    `measured` holds `reward` (mean per life), `reward_trial` (n_seeds, n_trials) and the
    engine's `value_loss`, `entropy`, `gradient_norm`, `policy_loss`.
    """

    batch: int
    n_batches: int
    updates: int
    lives: int
    steps: int
    seconds: float
    measured: Mapping[str, np.ndarray]


Checkpoint = dict[str, np.ndarray]


class _Played(NamedTuple):
    """What the lanes did and earned, (n_steps, n) each."""

    reward: np.ndarray
    discount: np.ndarray
    active: np.ndarray
    trial: np.ndarray

    @classmethod
    def empty(cls, n_steps: int, n: int) -> _Played:
        kinds = (np.float32, np.float32, bool, np.int32)
        return cls(*(np.zeros((n_steps, n), kind) for kind in kinds))

    def part(self, steps: slice) -> _Played:
        return _Played(*(array[steps] for array in self))


class _Trials:
    """Mean reward by trial; where each step counts is worked out anew only when that changes."""

    def __init__(self, n_seeds: int, n_lanes: int) -> None:
        self._n_seeds, self._n_lanes = n_seeds, n_lanes
        self._seen: tuple[np.ndarray, np.ndarray] | None = None

    def mean(self, life: _Played) -> np.ndarray:
        """Mean reward of each trial, (n_seeds, n_trials); NaN where a seed never came so far."""
        seen = self._seen
        if seen is None or not all(map(np.array_equal, seen, (life.active, life.trial))):
            self._place(life)
        total = np.bincount(self._to, weights=life.reward.ravel(), minlength=self._size + 1)
        mean = np.where(self._reached, total[: self._size] / self._n_lanes, np.nan)
        return mean.reshape(self._n_seeds, -1)

    def _place(self, life: _Played) -> None:
        n_trials = int(life.trial.max(initial=0, where=life.active)) + 1
        lane_seed = np.repeat(np.arange(self._n_seeds), self._n_lanes)
        self._size = self._n_seeds * n_trials  # also the place of what does not count
        to = np.where(life.active, lane_seed * n_trials + life.trial, self._size)
        self._to = to.ravel()
        self._reached = np.bincount(self._to, minlength=self._size + 1)[: self._size] > 0
        self._seen = life.active, life.trial


class Trainer:
    """Trains the networks of several seeds side by side; seed k's end does not depend on the others.

    Parameters
    ----------
    task : Task
    agent : Prefrontal
        Its weights, if any, are not used: training starts from fresh ones.
    settings : ActorCritic
    seeds : sequence of int
    engine : callable, optional
        Makes the `Population` for a `Shape`; by default the fastest that this machine has.
    """

    def __init__(
        self,
        task: Task,
        agent: Prefrontal,
        settings: ActorCritic,
        seeds: Sequence[int],
        engine: Engine | None = None,
    ) -> None:
        if "working_memory" in agent.lesions:
            raise ValueError(
                "a network is trained with its working memory; lesion it in a test, "
                "Test(without=('working_memory',))"
            )
        if agent.held:
            raise ValueError(
                "a gate cannot be held while a network is trained; train, then clamp, or train "
                "without('reinstatement')"
            )
        self.task, self.agent, self.settings = task, agent, settings
        self.seeds = tuple(seeds)
        self.unroll = task.n_steps if settings.unroll is None else settings.unroll
        if self.unroll < 1 or task.n_steps % self.unroll:
            raise ValueError(
                f"unroll must divide the {task.n_steps} steps of a life, got {self.unroll}"
            )
        self.population = (engine or fastest_engine(core=agent.core))(
            Shape(
                core=agent.core,
                n_inputs=agent.n_inputs(task),
                n_units=agent.n_units,
                n_actions=n_actions(task),
                n_seeds=len(self.seeds),
                n_lanes=settings.n_lanes,
                n_steps=self.unroll,
            )
        )
        for index, seed in enumerate(self.seeds):
            self.population.load(index, agent.initial_weights(task, seed))
        self.batch = 0
        self.diverged: dict[int, int] = {}
        self._trials = _Trials(len(self.seeds), settings.n_lanes)
        self._offline = agent.offline(task, self.seeds, settings.n_lanes, self.unroll)

    @property
    def resumes(self) -> bool:
        """Whether checkpoints hold all that there is: a hippocampus is not among what they hold."""
        return self._offline is None

    def run(self) -> Iterator[Progress]:
        """Train to the end, a batch of lives at a time; between batches it may be interrupted."""
        while self.batch < self.settings.n_batches:
            yield self.train_batch()

    def train_batch(self) -> Progress:
        """Play one batch of lives, updating every `unroll` steps."""
        start = perf_counter()
        settings = self.settings.update_settings(self.batch)
        n = len(self.seeds) * self.settings.n_lanes
        play = self.task.play(n, Lanes(self.seeds, self.settings.n_lanes, "task", life=self.batch))
        draws = Lanes(self.seeds, self.settings.n_lanes, "agent", life=self.batch)
        encoder = self.agent.encoder(self.task, n)
        memory = self.agent.memory(
            self.task, n, Lanes(self.seeds, self.settings.n_lanes, "memory", life=self.batch)
        )
        teacher = self.settings.teacher(self.seeds, self.batch)
        life = _Played.empty(self.task.n_steps, n)
        measured: list[dict[str, np.ndarray]] = []
        now = next(play)
        for begin in range(0, self.task.n_steps, self.unroll):
            part = life.part(slice(begin, begin + self.unroll))
            now = self._play_segment(play, now, encoder, memory, draws.rows(self.unroll), part)
            taught = teacher(part.reward)
            update = self.population.update(taught, part.discount, part.active, settings)
            self._notice_divergence(update["gradient_norm"])
            measured.append(update)
        self.batch += 1
        if self._offline is not None:
            self._offline.after(self.task.n_steps // self.unroll, self.population, settings)
        by_trial = self._trials.mean(life)
        return Progress(
            batch=self.batch,
            n_batches=self.settings.n_batches,
            updates=self.batch * (self.task.n_steps // self.unroll),
            lives=self.batch * self.settings.n_lanes,
            steps=self.batch * self.settings.n_lanes * self.task.n_steps,
            seconds=perf_counter() - start,
            measured={
                "reward": np.nansum(by_trial, axis=1),
                "reward_trial": by_trial,
                **{name: np.mean([m[name] for m in measured], axis=0) for name in measured[0]},
            },
        )

    def _play_segment(
        self,
        play: Play,
        now: TimeStep,
        encoder: Encoder,
        memory: EpisodicMemory | None,
        draws: np.ndarray,
        part: _Played,
    ) -> TimeStep:
        """Play `unroll` steps into `part`; return the time step after them."""
        population = self.population
        for t in range(self.unroll):
            encoder(now, out=population.inputs[t])
            if memory is not None and population.reinstated is not None:
                population.reinstated[t] = memory.recall(now, self._cell)
                memory.tell(population.inputs[t])
            part.active[t], part.trial[t] = now.active, now.labels.get("trial", 0)
            action = population.step(t, now.first, draws[t])
            if (
                self.unroll < self.task.n_steps
            ):  # the next segment overwrites it; worlds may keep it
                action = action.copy()
            encoder.acted(action)
            before, now = now, play.send(action)
            if self._offline is not None:
                self._offline.observe(before, action, now)
            part.reward[t], part.discount[t] = now.reward, now.discount
        if part.discount[-1].any():  # credit flows on, so the segment's end needs a value
            encoder.peek(now, out=population.inputs[self.unroll])
            if memory is not None and population.reinstated is not None:
                population.reinstated[self.unroll] = memory.peek(now)
                memory.tell(population.inputs[self.unroll])
            population.look(now.first)
        return now

    def _cell(self) -> np.ndarray:
        """Cell states of all lanes, (n, n_units)."""
        states = (self.population.state(index) for index in range(len(self.seeds)))
        return np.concatenate([state["cell"] for state in states])

    def _notice_divergence(self, gradient_norm: np.ndarray) -> None:
        for index in np.flatnonzero(~np.isfinite(gradient_norm)):
            self.diverged.setdefault(self.seeds[index], self.batch)

    def checkpoint(self, seed: int) -> Checkpoint:
        """All that is needed to continue one seed exactly, between two batches of lives."""
        index = self.seeds.index(seed)
        saved = {"batch": np.array(self.batch)}
        for group in ("weights", "optimizer"):
            for name, array in getattr(self.population, group)(index).items():
                saved[f"{group}/{name}"] = array
        return saved

    def restore(self, checkpoints: Mapping[int, Checkpoint]) -> None:
        """Continue all seeds from checkpoints taken after the same batch."""
        batches = {int(checkpoint["batch"]) for checkpoint in checkpoints.values()}
        if len(batches) != 1 or set(checkpoints) != set(self.seeds):
            raise ValueError(
                f"checkpoints must be of seeds {self.seeds} after one and the same batch, "
                f"found seeds {tuple(checkpoints)} after batches {sorted(batches)}"
            )
        for index, seed in enumerate(self.seeds):
            parts: dict[str, dict[str, np.ndarray]] = {"weights": {}, "optimizer": {}}
            for name, array in checkpoints[seed].items():
                group, _, rest = name.partition("/")
                if rest:
                    parts[group][rest] = array
            for name, array in self.population.weights(index).items():
                found = parts["weights"].get(name)
                if found is None or found.shape != array.shape:
                    raise ValueError(
                        f"checkpoint of seed {seed} does not fit these settings: '{name}' must be "
                        f"{array.shape}, found {None if found is None else found.shape}"
                    )
            self.population.load(index, parts["weights"], parts["optimizer"])
        self.batch = batches.pop()


def fastest_engine(device: str = "cpu", core: str = "lstm") -> Engine:
    """The fused kernel where it can be built for `core`; else torch, announced with the reason.

    On another device than the processor it is torch, worth its start only for many seeds.
    """
    from .fused import FusedPopulation, KernelUnavailable
    from .fused.build import load

    if device == "cpu":
        try:
            load(core)
            return FusedPopulation
        except KernelUnavailable as reason:
            warnings.warn(
                f"training with torch, several times slower; results agree up to rounding: {reason}",
                stacklevel=3,
            )
    from .autograd import require_device
    from .manual import ManualPopulation

    require_device(device)
    return partial(ManualPopulation, device=device)
