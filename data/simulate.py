"""Let an agent live in a task and record everything that happens."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import xarray as xr

from ..models.agent import Agent
from ..models.hippocampus import ReplayPath
from ..models.hippocampus.spikes import NO_EVENT, Spikes
from ..tasks import REST, Discrete, Lanes, Task, TimeStep
from ..tasks.randomness import EpisodeLanes
from .recording import describe, dimension, padding
from .store import SCHEMA

_OF_EVERY_STEP = (
    "active", "first", "phase", "observation", "action", "reward", "discount",
)  # fmt: skip

# Kinds of numbers that are stored as another: padding needs NaN or -1.
_STORED = {"f8": np.float32, "u1": np.int16, "u2": np.int32, "u4": np.int64, "u8": np.int64}
_UNIT_ARRAYS = ("hidden", "cell", "gate_", "stored_cell")
Rows = dict[str, list[np.ndarray]]


def simulate(
    task: Task,
    agent: Agent,
    n_lives: int = 100,
    seed: int = 0,
    record: str | Sequence[str] = "all",
    paired: bool = False,
) -> xr.Dataset:
    """Simulate lives of an agent in a task.

    Parameters
    ----------
    task : Task
    agent : Agent
    n_lives : int
        Independent lives, run side by side.
    seed : int
        Agents simulated with one seed meet the same worlds.
    record : {"all", "behavior", "rests", "last"} or sequence of str
        Everything, everything but the activations of units, or the named traces of the agent
        beside the behavior. "rests" is "behavior" with only the first row of each episode and
        those in which the agent rests, where episodes are long and rests are what matters. "last" is
        the behavior in the last episode of each life, without observations and replay.
    paired : bool
        What chance decides in an episode depends on its number in the life, not on how long earlier
        ones took, so that agents simulated with one seed meet the same luck in each.

    Returns
    -------
    xarray.Dataset
        Dimensions `episode`, `step`, and `action_option`, `feature`, `unit`. Row t holds what
        was seen and chosen at time step t, and the reward, discount and outcomes of that
        choice. Steps after the end of an episode are not `active`.

    Examples
    --------
    >>> from fastslow.models.learners import Random
    >>> from fastslow.tasks import Bandit
    >>> recording = simulate(Bandit(n_trials=3), Random(), n_lives=2)
    >>> dict(recording.reward.sizes)
    {'episode': 2, 'step': 3}
    """
    return simulate_together(task, agent, n_lives, (seed,), record, paired)[seed]


def simulate_together(
    task: Task,
    agent: Agent,
    n_lives: int,
    seeds: Sequence[int],
    record: str | Sequence[str] = "all",
    paired: bool = False,
) -> dict[int, xr.Dataset]:
    """Simulate lives of several seeds side by side, and record each seed by itself.

    As `simulate` does one seed after the other, in less time: the world is played once. An agent
    must say that its lanes are apart (`Agent.lanes_apart`) if there are several seeds.
    """
    if n_lives < 1:
        raise ValueError(f"n_lives must be at least 1, got {n_lives}")
    if len(seeds) > 1 and not agent.lanes_apart:
        raise ValueError(
            f"{type(agent).__name__} does not keep its lanes apart: simulate its seeds one by one"
        )
    arrays, replay, trains = _lived(task, agent, n_lives, seeds, record, paired)
    recordings = {}
    for k, seed in enumerate(seeds):
        own = slice(k * n_lives, (k + 1) * n_lives)
        n_steps = int(arrays["active"][:, own].any(axis=1).sum())
        recording, where = _by_episode(
            {name: array[:n_steps, own] for name, array in arrays.items()},
            task,
            str(record),
        )
        recording.attrs = {
            "task": repr(task),
            "agent": repr(agent),
            "seed": seed,
            "lesions": json.dumps([*agent.lesions, *(f"{g}={v}" for g, v in agent.clamps)]),
            "schema": SCHEMA,
        }
        events = [
            ((t, path.lane - own.start), path)
            for t, path in replay
            if own.start <= path.lane < own.stop and t < n_steps  # others may live longer
        ]
        if events and record != "last":
            recording = recording.assign(_replay_events(events, where))
        if trains:  # of the only seed: spikes do not say whose they are
            recording = recording.assign(_spikes(trains))
        recordings[seed] = recording
    return recordings


def _lived(
    task: Task,
    agent: Agent,
    n_lives: int,
    seeds: Sequence[int],
    record: str | Sequence[str],
    paired: bool,
) -> tuple[dict[str, np.ndarray], list[tuple[int, ReplayPath]], list[Spikes]]:
    """Arrays (step of life, lane, ...) by name, what was replayed at each step, and spikes."""
    rows: Rows = {}
    replay: list[tuple[int, ReplayPath]] = []
    trains: list[Spikes] = []
    n = n_lives * len(seeds)
    of_kind = EpisodeLanes if paired else Lanes
    streams = [of_kind(seeds, n_lives, f"test {whose}") for whose in ("task", "agent")]
    play = task.play(n, streams[0])
    agent.begin(task, n, streams[1])
    now = next(play)
    for t in range(task.n_steps):
        for lanes in streams:
            if isinstance(lanes, EpisodeLanes):
                lanes.enter(now.first & now.active)
        action, trace = agent.act(now)
        if (now.phase == REST).any():
            trace = trace | agent.rest(now, getattr(task, "n_backups", 0))
        trains += [_counted(train, len(replay)) for train in trace.pop("spikes", [])]
        replay += [(t, path) for path in trace.pop("replay", [])]
        if t == 0:
            _distinct({"label": now.labels, "outcome": now.outcomes, "trace": trace})
        _keep(rows, _seen(now, record) | _wanted(trace, record) | {"action": action})
        now = play.send(action)
        _keep(rows, {"reward": now.reward, "discount": now.discount} | now.outcomes)
        if not now.active.any():
            break
    _, trace = agent.act(now)
    arrays = {name: np.stack(steps) for name, steps in rows.items()}
    if "value" in arrays:
        arrays["rpe"] = _rpe(arrays, trace["value"], getattr(agent, "discount", 1.0))
    return arrays, replay, trains


def _distinct(named: dict[str, dict[str, np.ndarray]]) -> None:
    """Every variable of a recording has one meaning."""
    owner = dict.fromkeys((*_OF_EVERY_STEP, "rpe"), "variable of every recording")
    for kind, arrays in named.items():
        for name in arrays:
            if name in owner:
                raise ValueError(f"the {kind} '{name}' is also a {owner[name]}; rename one of them")
            owner[name] = kind


def _seen(now: TimeStep, record: str | Sequence[str]) -> dict[str, np.ndarray]:
    seen = {"active": now.active, "first": now.first, "phase": now.phase, **now.labels}
    if record == "last":
        return seen
    if now.observation.size and (isinstance(record, str) or "observation" in record):
        seen["observation"] = now.observation
    return seen


def _wanted(trace: dict[str, np.ndarray], record: str | Sequence[str]) -> dict[str, np.ndarray]:
    if record == "all":
        return trace
    if record == "last":
        return {k: v for k, v in trace.items() if k == "value"}
    if record in ("behavior", "rests"):
        return {k: v for k, v in trace.items() if not k.startswith(_UNIT_ARRAYS)}
    unknown = set(record) - set(trace) - {"observation"}
    if unknown or isinstance(record, str):
        raise ValueError(
            f"record must be 'all', 'behavior' or names among {sorted(trace)}, "
            f"or 'rests' or 'last', got {record!r}"
        )
    return {k: v for k, v in trace.items() if k in record or k == "value"}


def _keep(rows: Rows, arrays: dict[str, np.ndarray]) -> None:
    for name, array in arrays.items():
        rows.setdefault(name, []).append(np.array(array))  # a copy: agents reuse their arrays


def _rpe(arrays: dict[str, np.ndarray], last_value: np.ndarray, gamma: float) -> np.ndarray:
    following = np.concatenate([arrays["value"][1:], last_value[None]])
    errors = arrays["reward"] + gamma * arrays["discount"] * following - arrays["value"]
    return errors.astype(np.float32)


def _by_episode(
    arrays: dict[str, np.ndarray], task: Task, kept: str = "all"
) -> tuple[xr.Dataset, tuple]:
    """From (step of life, lane) to (episode, step of episode), padded."""
    first, active = arrays.pop("first"), arrays["active"]
    t = np.arange(len(first))[:, None]
    starts = first | (t == 0)
    if kept == "last":
        active = active & (t >= np.where(starts & active, t, 0).max(axis=0))
    count = np.cumsum(starts & active, axis=0)
    offset = np.concatenate([[0], np.cumsum(count[-1])])
    episode = offset[:-1] + count - 1
    began = np.maximum.accumulate(np.where(starts, t, 0), axis=0)
    if kept == "rests":
        active = active & (starts | (arrays["phase"] == REST))
        number = np.cumsum(active, axis=0)
        step = number - np.take_along_axis(number, began, axis=0)
    else:
        step = t - began
    n_episodes, n_steps = int(offset[-1]), int(step[active].max()) + 1
    n_options = task.action.n if isinstance(task.action, Discrete) else 0
    data = {}
    for name, array in arrays.items():
        array = array.astype(_STORED.get(array.dtype.kind + str(array.dtype.itemsize), array.dtype))
        rest = array.shape[2:]
        out = np.full((n_episodes, n_steps, *rest), padding(array.dtype), array.dtype)
        out[episode[active], step[active]] = array[active]
        data[name] = (("episode", "step", *dimension(name, rest, n_options)), out)
    lives = np.repeat(np.arange(first.shape[1]), count[-1])
    recording = xr.Dataset(data, coords={"life": ("episode", lives)})
    names = getattr(task, "observation_names", None)
    if names and "feature" in recording.dims:
        recording = recording.assign_coords(feature=list(names))
    for name in data:
        describe(recording[name], name)
    return recording, (episode, step)


def _replay_events(
    events: list[tuple[tuple[int, int], ReplayPath]], where: tuple[np.ndarray, np.ndarray]
) -> dict[str, xr.DataArray]:
    """The ragged group of replay events, each at a step of a lane: one row an event, one a backup."""
    episode, step = where
    at, paths = zip(*events, strict=True)
    columns = {
        "replay_episode": ("replay_event", np.array([episode[i] for i in at])),
        "replay_step": ("replay_event", np.array([step[i] for i in at])),
        "replay_source": ("replay_event", np.array([path.source for path in paths])),
        "replay_kind": ("replay_event", np.array([path.kind for path in paths])),
        "replay_score": ("replay_event", np.array([path.score for path in paths], float)),
        "replay_state": ("backup", np.concatenate([np.asarray(path.states) for path in paths])),
        "replay_action": ("backup", np.concatenate([_actions(path) for path in paths])),
        "event_of": ("backup", np.repeat(np.arange(len(paths)), [len(p.states) for p in paths])),
    }
    group = {name: xr.DataArray(array, dims=dim) for name, (dim, array) in columns.items()}
    for name, array in group.items():
        describe(array, name)
    return group


def _counted(train: Spikes, n_before: int) -> Spikes:
    """Spikes with their events counted from the first of the recording."""
    event = np.full(len(train.time), NO_EVENT) if train.event is None else train.event
    return replace(train, event=np.where(event == NO_EVENT, NO_EVENT, event + n_before))


def _spikes(trains: list[Spikes]) -> dict[str, xr.DataArray]:
    """The group of spikes, train by train."""
    columns = {
        "time": np.concatenate([train.time for train in trains]).astype(float),
        "neuron": np.concatenate([train.neuron for train in trains]).astype(np.int32),
        "lane": np.repeat([train.lane for train in trains], [len(train.time) for train in trains]),
        "event": np.concatenate([np.asarray(train.event) for train in trains]).astype(np.int32),
    }
    group = {name: xr.DataArray(column, dims="spike") for name, column in columns.items()}
    for name, array in group.items():
        describe(array, name)
    return group


def _actions(path: ReplayPath) -> np.ndarray:
    """Action of each backup, -1 where the source knows none."""
    return np.full(path.n_backups, -1) if path.actions is None else np.asarray(path.actions)
