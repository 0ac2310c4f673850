"""The contracts of agents, memories and learners as tests that anybody can run on their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import fields

import numpy as np

from ..tasks import REST, Discrete, Lanes, Task
from .agent import Agent, Trace
from .hippocampus import Hippocampus
from .learner import Learner

Life = list[tuple[np.ndarray, Trace]]

_N_BACKUPS = 4  # allowed at each step of rest


def check_agent(agent: Agent, task: Task, n: int = 5, seed: int = 0) -> None:
    """Let `agent` live in `task` and raise ValueError where it breaks the contract of `Agent`.

    The error is one sentence with what was found, and the time step. The agent lives the same
    life twice, with more lanes, with another seed beside it, and once without each of its parts
    and with each gate held at 0. An agent that needs weights must have them.

    Examples
    --------
    >>> from fastslow.models.learners import Random
    >>> from fastslow.tasks import Bandit
    >>> check_agent(Random(), Bandit(n_trials=10))
    """
    if not isinstance(agent, Agent):
        raise ValueError(f"{_name(agent)} must derive from fastslow.models.Agent")
    subject, twin = agent.without(), agent.without()
    settings = deepcopy(_settings(subject))
    alone = _live(subject, task, (seed,), n)
    for name, value in _settings(subject).items():
        if not _equal(value, settings[name]):
            raise ValueError(
                f"{_name(agent)}: settings must not change in a life, '{name}' did; "
                "keep what is learned in attributes that start with an underscore"
            )

    def expect_same(other: Life, rule: str) -> None:
        found = _difference(alone, other)
        if found is not None:
            raise ValueError(f"{_name(agent)}: {rule}: {found[0]} differs at step {found[1]}")

    expect_same(_live(twin, task, (seed,), n), "the same seed must give the same life")
    expect_same(_live(subject, task, (seed,), n), "begin must empty what was learned before")
    more = _live(subject, task, (seed,), n + 3)
    expect_same(_lanes(more, slice(n)), "a lane must not depend on how many run beside it")
    crowd = _live(subject, task, (seed + 1, seed), n)
    expect_same(_lanes(crowd, slice(n, None)), "a lane must not depend on other seeds beside it")
    _check_lesions(agent, task, n, seed)


def _name(thing: object) -> str:
    return type(thing).__name__


def _settings(agent: Agent) -> dict[str, object]:
    """All fields, those that are not shown included."""
    return {f.name: getattr(agent, f.name) for f in fields(agent)}


def _live(agent: Agent, task: Task, seeds: tuple[int, ...], n: int) -> Life:
    """Actions and traces of a life, the last time step included."""
    n_lanes = n * len(seeds)
    play = task.play(n_lanes, Lanes(seeds, n))
    agent.begin(task, n_lanes, Lanes(seeds, n, "agent"))
    now, life = next(play), Life()
    for t in range(task.n_steps + 1):
        acted = agent.act(now)
        if not (isinstance(acted, tuple) and len(acted) == 2 and isinstance(acted[1], dict)):
            raise ValueError(
                f"{_name(agent)}: act must return an action and a dict, got {acted!r} at step {t}"
            )
        action, trace = acted
        if (now.phase == REST).any():
            trace = trace | agent.rest(now, _N_BACKUPS)
        trace = {
            name: np.array(value)
            for name, value in trace.items()
            if name not in ("replay", "spikes")
        }
        try:
            action = np.array(task.action.check(action, n_lanes))
        except ValueError as error:
            raise ValueError(f"{_name(agent)}: {error} at step {t}") from None
        _check_trace(agent, task, trace, n_lanes, t)
        life.append((action, trace))
        if t < task.n_steps:
            now = play.send(action)
    _check_constant(agent, [trace for _, trace in life])
    return life


def _check_trace(agent: Agent, task: Task, trace: Trace, n: int, t: int) -> None:
    who = _name(agent)
    for name, value in trace.items():
        if value.shape[:1] != (n,):
            raise ValueError(
                f"{who}: trace '{name}' must be ({n}, ...), got {value.shape} at step {t}"
            )
        if value.dtype.kind not in "biuf":
            raise ValueError(
                f"{who}: trace '{name}' must hold numbers, got {value.dtype} at step {t}"
            )
    if "value" in trace and trace["value"].shape != (n,):
        raise ValueError(
            f"{who}: trace 'value' must be ({n},), got {trace['value'].shape} at step {t}"
        )
    if "policy" in trace and isinstance(task.action, Discrete):
        policy = trace["policy"]
        if policy.shape != (n, task.action.n):
            raise ValueError(
                f"{who}: trace 'policy' must be ({n}, {task.action.n}), "
                f"got {policy.shape} at step {t}"
            )
        if (policy < 0).any() or not np.allclose(policy.sum(axis=1), 1, atol=1e-4):
            raise ValueError(
                f"{who}: trace 'policy' must hold probabilities that add up to 1, "
                f"they do not at step {t}"
            )


def _check_constant(agent: Agent, traces: list[Trace]) -> None:
    def form(trace: Trace) -> dict[str, tuple]:
        return {name: (value.shape, value.dtype) for name, value in trace.items()}

    for t, trace in enumerate(traces):
        expected, found = form(traces[0]), form(trace)
        changed = sorted(name for name in expected | found if expected.get(name) != found.get(name))
        if changed:
            raise ValueError(
                f"{_name(agent)}: a trace must have the same names, shapes and dtypes at every "
                f"step, step {t} differs from step 0 in {changed}"
            )


def _lanes(life: Life, which: slice) -> Life:
    return [
        (action[which], {name: value[which] for name, value in trace.items()})
        for action, trace in life
    ]


def _difference(one: Life, other: Life) -> tuple[str, int] | None:
    """What differs first between two lives, and at which step."""
    for t, ((action, trace), (other_action, other_trace)) in enumerate(
        zip(one, other, strict=True)
    ):
        if not np.array_equal(action, other_action):
            return "action", t
        for name, value in trace.items():
            if not _close(value, other_trace[name]):
                return f"trace '{name}'", t
    return None


def _close(one: np.ndarray, other: np.ndarray) -> bool:
    """Equal but for rounding: a matrix product may round differently when its batch is larger."""
    return np.allclose(one, other, rtol=1e-4, atol=1e-5, equal_nan=True)


def _equal(one: object, other: object) -> bool:
    """Whether two settings are equal, arrays inside mappings included."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_equal(one[k], other[k]) for k in one)
    values, others = np.asarray(one), np.asarray(other)
    return np.array_equal(values, others, equal_nan=values.dtype.kind == "f")


def _check_lesions(agent: Agent, task: Task, n: int, seed: int) -> None:
    who = _name(agent)
    changed = {part: agent.without(part) for part in agent.parts} | {
        gate: agent.clamped(**{gate: 0.0}) for gate in agent.clampable
    }
    for name, lesioned in changed.items():
        if name not in {*lesioned.lesions, *dict(lesioned.clamps)}:
            raise ValueError(f"{who}: lesions and clamps must record '{name}', they do not")
        try:
            _live(lesioned, task, (seed,), n)
        except Exception as error:
            raise ValueError(f"{who}: no life is possible with '{name}' gone: {error}") from error
    for change in (lambda: agent.without("no such part"), lambda: agent.clamped(no_such_gate=0.0)):
        try:
            change()
        except ValueError:
            continue
        raise ValueError(f"{who}: taking out an unknown part or gate must raise ValueError")


def check_hippocampus(
    new: Callable[[int], Hippocampus], key: np.ndarray, step: Mapping[str, np.ndarray]
) -> None:
    """Store, retrieve and replay, and raise ValueError where the face of `Hippocampus` is broken.

    Parameters
    ----------
    new : function of the number of lanes
        Makes an empty memory.
    key : (n, key_size) array
    step : dict of (n, ...) arrays
        Something that this memory can store.
    """
    memory, n = new(len(key)), len(key)
    who = _name(memory)
    value, confidence = memory.retrieve(key)
    if np.any(value) or np.any(confidence):
        raise ValueError(f"{who}: an empty memory must retrieve 0 with confidence 0")
    memory.observe(key, step)
    value, confidence = memory.retrieve(key)
    if value.ndim != 2 or len(value) != n or confidence.shape != (n,):
        raise ValueError(
            f"{who}: retrieve must return value ({n}, value_size) and confidence ({n},), "
            f"got {value.shape} and {confidence.shape}"
        )
    if not (np.isfinite(value).all() and ((confidence >= 0) & (confidence <= 1)).all()):
        raise ValueError(f"{who}: value must be finite and confidence in [0, 1]")
    if not np.array_equal(value, memory.retrieve(key)[0]):
        raise ValueError(f"{who}: reading must change nothing, a second reading differs")
    _check_lanes_apart(who, new, key, step, value)
    zeros = np.zeros(n)
    for n_backups in (0, 1, _N_BACKUPS):
        done = np.zeros(n, int)
        for path in memory.replay(zeros.astype(int), zeros, zeros, n_backups):
            done[path.lane] += path.n_backups
        if (done > n_backups).any():
            raise ValueError(
                f"{who}: replay must keep to {n_backups} backups in a lane, proposed {done.max()}"
            )


def _check_lanes_apart(
    who: str,
    new: Callable[[int], Hippocampus],
    key: np.ndarray,
    step: Mapping[str, np.ndarray],
    value: np.ndarray,
) -> None:
    """Lane 0 alone retrieves what it retrieves among others; nothing is stored without `write`."""
    single = new(1)
    single.observe(key[:1], {name: array[:1] for name, array in step.items()})
    if not _close(single.retrieve(key[:1])[0], value[:1]):
        raise ValueError(f"{who}: a lane must not depend on those beside it, lane 0 does")
    blank = new(len(key))
    blank.observe(key, {**step, "write": np.zeros(len(key), bool)})
    if np.any(blank.retrieve(key)[1]):
        raise ValueError(f"{who}: nothing must be stored where `write` is false")


def check_learner(learner: Learner, data: Mapping[str, np.ndarray], states: np.ndarray) -> None:
    """Adapt to `data`, ask for `states`, and raise ValueError where the face of `Learner` is broken.

    Parameters
    ----------
    learner : Learner
    data : dict of (n, n_train, ...) arrays
    states : (n, n_queries, state_size) array
    """
    who, shape = _name(learner), states.shape[:2]
    policy = learner.adapt(data)
    output = policy(states)
    if output.ndim != 3 or output.shape[:2] != shape:
        raise ValueError(f"{who}: a policy must return {(*shape, 'n_outputs')}, got {output.shape}")
    if not np.isfinite(output).all():
        raise ValueError(f"{who}: a policy must return finite outputs")
    if not np.array_equal(policy(states), output):
        raise ValueError(f"{who}: asking must change nothing, a second answer differs")
    if not _close(learner.adapt(data)(states), output):
        raise ValueError(f"{who}: adapting must leave the learner as it is, a second time differs")
    single = learner.adapt({name: array[:1] for name, array in data.items()})
    if not _close(single(states[:1]), output[:1]):
        raise ValueError(f"{who}: a lane must not depend on those beside it, lane 0 does")
