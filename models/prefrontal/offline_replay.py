"""Training between lives: a network relives remembered moves as episodes that no world plays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...tasks import ACT, Lanes, Task, TimeStep
from .. import cores
from ..hippocampus.chains import Chain, chains
from ..hippocampus.experience import UNKNOWN
from ..training.population import Population, UpdateSettings

if TYPE_CHECKING:
    from ..replay_agents import SharpWaves
    from .replaying import ReplayingPrefrontal


class Relived(NamedTuple):
    """Rows of input with which a network relives moves, and what they earn; a row a move.

    Attributes
    ----------
    inputs : (n_moves, n_inputs) float32
    first : (n_moves,) bool
        Where a way begins.
    draw : (n_moves,) floats
        The draw with which the policy of these weights takes the remembered action.
    action : (n_moves,) ints
    reward : (n_moves,) floats
        With the discounted value of where a way ends, unless the episode ended there.
    discount : (n_moves,) floats
        0 at the end of a way.
    """

    inputs: np.ndarray
    first: np.ndarray
    draw: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    discount: np.ndarray


class Animal:
    """What one network lives through in one lane, and the CA3 that this is written into.

    Only lives that were rewarded are written, all other activity leaves no trace: dopamine gates
    plasticity. (The first lives are long and go nowhere.)

    Parameters
    ----------
    waves : SharpWaves
    task : Task
    seed, lane : int
    """

    def __init__(self, waves: SharpWaves, task: Task, seed: int, lane: int) -> None:
        self.lane = lane
        self.hippocampus = waves.hippocampus(task, Lanes(seed, 1, "ca3"))
        self._place, self._paid = np.full(1, UNKNOWN), np.zeros(1)  # of the last reward
        self._life: list[tuple[np.ndarray, dict[str, np.ndarray]]] = []

    def observe(self, before: TimeStep, action: np.ndarray, now: TimeStep) -> None:
        """Remember one move."""
        own = slice(self.lane, self.lane + 1)
        if not before.active[own].all():
            return
        step = {
            "action": action[own].copy(), "reward": now.reward[own].copy(),
            "next_state": now.outcomes["state"][own].copy(), "ended": now.discount[own] == 0,
        }  # fmt: skip
        self._life.append((before.observation[own].copy(), step))
        if step["ended"].all():
            if any(step["reward"].any() for _, step in self._life):
                self._write()
            self._life = []

    def _write(self) -> None:
        for seen, step in self._life:
            self.hippocampus.observe(seen, step)
            if step["reward"].any():
                self._place, self._paid = step["next_state"], step["reward"]

    def rest(self, n_backups: int) -> list[Chain]:
        """The ways that CA3 replays where reward was found last."""
        paths = self.hippocampus.replay(self._place, self._paid, np.zeros(1), n_backups)
        next_state = self.hippocampus.experience.next_state[0]
        return [way for path in paths for way in chains(path, next_state)]


class OfflineReplay:
    """Trains networks on what CA3 makes of what they live through.

    Each seed has an animal, which lives in the first of its lanes. Every `every` updates it rests;
    the ways that it replays are relived as episodes in that lane, whose actions are those remembered,
    and one more update follows. The optimizer has running means of its own for these: else each of them
    would above all repeat the last updates from lives.

    Parameters
    ----------
    agent : ReplayingPrefrontal
    task : Task
        Shows the state as one-hot.
    seeds : sequence of int
    n_lanes : int
        Of each seed.
    """

    def __init__(
        self, agent: ReplayingPrefrontal, task: Task, seeds: Sequence[int], n_lanes: int
    ) -> None:
        self._agent, self._task, self._n_updates = agent, task, 0
        self._optimizers: list[dict[str, np.ndarray] | None] = [None] * len(seeds)
        self.animals = [Animal(agent.ca3, task, s, k * n_lanes) for k, s in enumerate(seeds)]
        n_states = self.animals[0].hippocampus.experience.next_state.shape[1]
        if task.observation_size != n_states:
            raise ValueError(
                f"replay needs observations that are one-hot states: {n_states} of them, "
                f"{type(task).__name__} shows {task.observation_size} features"
            )

    def observe(self, before: TimeStep, action: np.ndarray, now: TimeStep) -> None:
        """Let all animals remember one move."""
        for animal in self.animals:
            animal.observe(before, action, now)

    def after(self, n_updates: int, population: Population, settings: UpdateSettings) -> None:
        """Take note of so many updates, and rest once there were enough."""
        self._n_updates += n_updates
        if self._n_updates >= self._agent.every:
            self._n_updates -= self._agent.every
            self._rest(population, settings)

    def _rest(self, population: Population, settings: UpdateSettings) -> None:
        """Train the networks of those animals that replay anything."""
        ways = [animal.rest(self._agent.n_backups) for animal in self.animals]
        if not any(ways):
            return
        online = [(population.weights(k), population.optimizer(k)) for k in range(len(ways))]
        for k, (weights, _) in enumerate(online):
            population.load(k, weights, self._optimizers[k])
        episodes = {
            self.animals[k].lane: self._relived(online[k][0], k, own, settings.discount)
            for k, own in enumerate(ways)
            if own
        }
        learning_rate = self._agent.replay_weight * settings.learning_rate
        population.update(
            *_play(population, episodes), replace(settings, learning_rate=learning_rate)
        )
        for k, (weights, optimizer) in enumerate(online):
            if ways[k]:
                weights, self._optimizers[k] = population.weights(k), population.optimizer(k)
            population.load(k, weights, optimizer)

    def _relived(
        self, weights: cores.Weights, k: int, ways: Sequence[Chain], discount: float
    ) -> Relived:
        """What the network of seed number `k` relives with these weights."""
        ended = self.animals[k].hippocampus.experience.ended[0]
        encoder = self._agent.encoder(self._task, 1)
        rows = []
        for way in ways:
            start = {
                name: weights[f"initial_{name}"][None]
                for name in cores.state_names(self._agent.core)
            }
            state, earned = start, 0.0
            for at, (place, action) in enumerate(zip(way.states, way.actions, strict=True)):
                row = encoder(self._seen(int(place), earned, at == 0)).copy()
                state, _ = cores.step(self._agent.core, weights, row, state)
                policy = cores.outputs(weights, state["hidden"])[0][0]
                encoder.acted(np.array([action]))
                earned = float(way.rewards[at])
                draw = policy[:action].sum() + policy[action] / 2
                rows.append([row[0], at == 0, draw, action, earned, 1.0])
            rows[-1][5] = 0.0
            if not ended[way.states[-1], way.actions[-1]]:
                row = encoder(self._seen(way.end, earned, False))
                state, _ = cores.step(self._agent.core, weights, row, state)
                rows[-1][4] += discount * float(cores.outputs(weights, state["hidden"])[1][0])
        return Relived(*(np.array(column) for column in zip(*rows, strict=True)))

    def _seen(self, state: int, reward: float, first: bool) -> TimeStep:
        observation = np.zeros((1, self._task.observation_size), np.float32)
        observation[0, state] = 1
        return TimeStep(
            observation, np.array([reward], np.float32), np.ones(1, np.float32),
            np.array([first]), np.ones(1, bool), np.full(1, ACT, np.int8), {}, {},
        )  # fmt: skip


def _play(
    population: Population, episodes: dict[int, Relived]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Take the networks through the episodes of some lanes.

    Returns
    -------
    reward, discount, active : (n_steps, n) arrays
        As `Population.update` takes them. A move does not count that rounding turned into another.
    """
    n_steps, n = population.inputs.shape[0] - 1, population.inputs.shape[1]
    reward, discount = np.zeros((2, n_steps, n), np.float32)
    active = np.zeros((n_steps, n), bool)
    for t in range(n_steps):
        first, draw = np.full(n, t == 0), np.full(n, 0.5)
        going = {lane: way for lane, way in episodes.items() if t < len(way.action)}
        for lane, way in going.items():
            population.inputs[t, lane] = way.inputs[t]
            first[lane], draw[lane] = way.first[t], way.draw[t]
            reward[t, lane], discount[t, lane] = way.reward[t], way.discount[t]
        action = population.step(t, first, draw)
        for lane, way in going.items():
            active[t, lane] = action[lane] == way.action[t]
    return reward, discount, active


__all__ = ["Animal", "OfflineReplay", "Relived"]
