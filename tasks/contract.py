"""The contract of a task as a test that anybody can run on a task of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass
from itertools import pairwise

import numpy as np

from .randomness import Lanes
from .task import ACT, FORCED, REST, Box, Discrete, Play, Task, TimeStep

_DTYPES = {
    "observation": np.float32, "reward": np.float32, "discount": np.float32,
    "first": np.bool_, "active": np.bool_, "phase": np.int8,
}  # fmt: skip
# Other names of a recording, which no outcome or label may take.
_RESERVED = {
    *_DTYPES, "action", "value", "policy", "rpe", "hidden", "cell",
    "life", "seed", "episode", "step", "action_option", "feature", "unit",
}  # fmt: skip

Life = list[TimeStep]


def check_task(task: Task, n: int = 5, seed: int = 0, deterministic: bool = False) -> None:
    """Play `task` with random actions and raise ValueError where it breaks the contract of `Task`.

    The error is one sentence with the field, the time step and what was found. Five lives are
    played: one, the same again, one with more lanes, one with other seeds beside it, and one
    with other actions where no action is taken.

    Parameters
    ----------
    task : Task
    n : int
        Lanes played.
    seed : int
    deterministic : bool
        True for a task in which nothing is drawn; else other seeds must give other lives.

    Examples
    --------
    >>> from fastslow.tasks import Bandit
    >>> check_task(Bandit(n_trials=10))
    """
    _check_settings(task)
    alone = _live(task, Lanes(seed, n), seed, n)
    _check_life(task, alone, n)

    def expect_same(other: Life, rule: str) -> None:
        found = _difference(alone, other)
        if found is not None:
            raise ValueError(f"{_name(task)}: {rule}: {found[0]} differs at step {found[1]}")

    expect_same(_live(task, Lanes(seed, n), seed, n), "the same seed must give the same life")

    more = _live(task, Lanes(seed, n + 3), seed, n)
    expect_same(_lanes(more, slice(n)), "a lane must not depend on how many run beside it")

    others = (seed + 1, seed + 2, seed + 3)
    crowd = _live(task, Lanes((*others, seed), n), seed, n)
    expect_same(
        _lanes(crowd, slice(3 * n, None)), "a lane must not depend on other seeds beside it"
    )
    groups = [_lanes(crowd, slice(k * n, (k + 1) * n)) for k in range(3)]
    if not deterministic and all(_difference(alone, group) is None for group in groups):
        raise ValueError(
            f"{_name(task)}: seeds {seed} to {seed + 3} give the same life; draw from `rng`, "
            "or say deterministic=True if the task draws nothing"
        )
    expect_same(
        _live(task, Lanes(seed, n), seed, n, vary_idle=True),
        "an action at rest or after the end must change nothing",
    )
    _check_out_of_range(task, alone, n, seed)


def random_action(space: Discrete | Box, rng: Lanes) -> np.ndarray:
    """Draw an action for each lane, all that are possible being equally probable."""
    if isinstance(space, Discrete):
        return rng.integers(space.n)
    low, high = max(space.low, -1e3), min(space.high, 1e3)  # an open side has to be cut somewhere
    u = rng.random(int(np.prod(space.shape)))
    return (low + (high - low) * u).reshape(-1, *space.shape)


def _name(task: object) -> str:
    return type(task).__name__


def _live(task: Task, rng: Lanes, seed: int, n: int, vary_idle: bool = False) -> Life:
    """Every time step of a life; the random actions of `n` lanes are dealt out again and again.

    With `vary_idle`, lanes that take no action send other ones.
    """
    actions, idle_actions = Lanes(seed, n, "actions"), Lanes(seed, n, "idle actions")

    def draw(source: Lanes) -> np.ndarray:
        action = random_action(task.action, source)
        return np.resize(action, (rng.n, *action.shape[1:]))

    play = task.play(rng.n, rng)
    life = [_next(task, play, None, 0)]
    for t in range(task.n_steps):
        action = draw(actions)
        if vary_idle:
            idle = ~life[-1].active | (life[-1].phase == REST)
            action[idle] = draw(idle_actions)[idle]
        life.append(_next(task, play, action, t + 1))
    try:
        play.send(draw(actions))
    except StopIteration:
        return life
    raise ValueError(
        f"{_name(task)}: play must end after n_steps = {task.n_steps} actions, it took one more"
    )


def _next(task: Task, play: Play, action: np.ndarray | None, t: int) -> TimeStep:
    """The next time step, copied because a task may use its arrays again."""
    try:
        now = next(play) if action is None else play.send(action)
    except StopIteration:
        raise ValueError(
            f"{_name(task)}: play must take n_steps = {task.n_steps} actions, it ended at step {t}"
        ) from None
    if not isinstance(now, TimeStep):
        raise ValueError(
            f"{_name(task)}: play must yield a TimeStep, got {type(now).__name__} at step {t}"
        )
    return _each(np.array, now)


def _each(function: Callable[[np.ndarray], np.ndarray], now: TimeStep) -> TimeStep:
    return TimeStep._make(
        {name: function(array) for name, array in value.items()}
        if isinstance(value, dict)
        else function(value)
        for value in now
    )


def _lanes(life: Life, which: slice) -> Life:
    return [_each(lambda value: value[which], now) for now in life]


def _fields(now: TimeStep) -> dict[str, np.ndarray]:
    """All arrays of a time step by name."""
    return {**dict(zip(_DTYPES, now[:6], strict=True)), **now.outcomes, **now.labels}


def _difference(one: Life, other: Life) -> tuple[str, int] | None:
    """The first field and step in which two lives differ."""
    for t, (now, then) in enumerate(zip(one, other, strict=True)):
        values = _fields(then)
        for name, value in _fields(now).items():
            same_name = name in values
            if not same_name or not np.array_equal(
                value, values[name], equal_nan=value.dtype.kind == "f"
            ):
                return name, t
    return None


def _check_settings(task: Task) -> None:
    params = getattr(type(task), "__dataclass_params__", None)
    if not is_dataclass(task) or params is None or not params.frozen:
        raise ValueError(f"{_name(task)} must be a frozen dataclass: @dataclass(frozen=True)")
    for name, least in (("observation_size", 0), ("n_steps", 1)):
        value = getattr(task, name, None)
        if not isinstance(value, int | np.integer) or value < least:
            raise ValueError(f"{_name(task)}: {name} must be an int >= {least}, got {value!r}")
    space = getattr(task, "action", None)
    if not isinstance(space, Discrete | Box):
        raise ValueError(f"{_name(task)}: action must be a Discrete or a Box, got {space!r}")


def _check_life(task: Task, life: Life, n: int) -> None:
    who = _name(task)
    dtypes = {name: value.dtype for name, value in _fields(life[0]).items()} | _DTYPES
    for t, now in enumerate(life):
        _check_names(who, life[0], now, t)
        for name, value in _fields(now).items():
            shape = (n, task.observation_size) if name == "observation" else (n,)
            if value.shape != shape:
                raise ValueError(f"{who}: {name} must be {shape}, got {value.shape} at step {t}")
            if value.dtype.kind not in "biuf":
                raise ValueError(f"{who}: {name} must hold numbers, got {value.dtype} at step {t}")
            if value.dtype != dtypes[name]:
                raise ValueError(
                    f"{who}: {name} must be {np.dtype(dtypes[name])}, got {value.dtype} at step {t}"
                )
        _check_values(who, now, t)
    _check_start_and_end(who, life)


def _check_names(who: str, start: TimeStep, now: TimeStep, t: int) -> None:
    for kind in ("outcomes", "labels"):
        changed = set(getattr(now, kind)) ^ set(getattr(start, kind))
        if changed:
            raise ValueError(
                f"{who}: {kind} must have the same names at every step, "
                f"step {t} differs from step 0 in {sorted(changed)}"
            )
    taken = (_RESERVED & {*now.outcomes, *now.labels}) | (set(now.outcomes) & set(now.labels))
    if taken:
        raise ValueError(
            f"{who}: outcomes and labels need names of their own in a recording, "
            f"{sorted(taken)} at step {t} are taken"
        )


def _check_values(who: str, now: TimeStep, t: int) -> None:
    for name in ("observation", "reward"):
        if not np.isfinite(getattr(now, name)).all():
            raise ValueError(f"{who}: {name} must be finite, it is not at step {t}")
    if not np.isin(now.discount, (0, 1)).all():
        raise ValueError(f"{who}: discount must be 0 or 1, got {now.discount} at step {t}")
    if not np.isin(now.phase, (ACT, REST, FORCED)).all():
        raise ValueError(f"{who}: phase must be ACT, REST or FORCED, got {now.phase} at step {t}")


def _check_start_and_end(who: str, life: Life) -> None:
    start, end = life[0], life[-1]
    for name in ("first", "active"):
        if not getattr(start, name).all():
            raise ValueError(f"{who}: {name} must be true in all lanes at step 0")
    if start.reward.any():
        raise ValueError(f"{who}: reward must be 0 at step 0, got {start.reward}")
    for t, (before, now) in enumerate(pairwise(life), start=1):
        if (now.active & ~before.active).any():
            raise ValueError(f"{who}: active must stay false once it is, step {t} revives a lane")
        if now.discount[before.active & ~now.active].any():
            raise ValueError(f"{who}: discount must be 0 where a life ends, it is 1 at step {t}")
    if end.active.any():
        raise ValueError(f"{who}: active must be false in all lanes at the last step")
    if end.discount.any():
        raise ValueError(f"{who}: discount must be 0 in all lanes at the last step")


def _check_out_of_range(task: Task, life: Life, n: int, seed: int) -> None:
    """One lane that has to act sends an impossible action, at the first step where one has to."""
    acting = np.array([now.active & (now.phase == ACT) for now in life])
    if not acting.any():
        raise ValueError(f"{_name(task)}: phase must be ACT at some step, no lane ever acts")
    step, lane = np.argwhere(acting)[0]
    if isinstance(task.action, Discrete):
        impossible = [-1.0, float(task.action.n)]
    else:
        beyond = (task.action.low - 1, task.action.high + 1)
        impossible = [value for value in beyond if np.isfinite(value)]
    for value in impossible:
        play, actions = task.play(n, Lanes(seed, n)), Lanes(seed, n, "actions")
        next(play)
        for _ in range(step):
            play.send(random_action(task.action, actions))
        action = random_action(task.action, actions)
        action[lane] = value
        try:
            play.send(action)
        except ValueError:
            continue
        except Exception as error:
            found = f"raised {type(error).__name__}"
        else:
            found = "was taken"
        raise ValueError(
            f"{_name(task)}: an action out of range must raise ValueError as Discrete.check and "
            f"Box.check do, {value:g} {found} at step {step}"
        )
