"""From replayed states to remembered experiences, so that any replay can teach any learner."""

from __future__ import annotations

import numpy as np

from . import ReplayPath
from .experience import UNKNOWN

RULES = ("along", "away")
_RULE_OF_KIND = {"forward": "along"}  # what is not forward carries value outward


def to_backups(
    path: ReplayPath, next_state: np.ndarray, reward: np.ndarray, rule: str | None = None
) -> tuple[ReplayPath, int]:
    """Turn a path of states into the backups it stands for, in the order of replay.

    A step from u to v becomes the remembered experience that leads from u to v (rule "along"), or
    from v to u ("away": the state just reached learns from the one before, so that a sequence that
    runs away from the reward carries its value outward). Steps that were never experienced are
    dropped.

    Parameters
    ----------
    path : ReplayPath
        With states; its actions are not looked at.
    next_state, reward : (n_states, n_actions) arrays
        Last outcome of each action, -1 where there is none.
    rule : "along" or "away"
        By default along for forward paths, and away for all others.

    Returns
    -------
    path : ReplayPath
        One backup for each step kept, with actions and rewards.
    n_dropped : int

    Examples
    --------
    >>> corridor = np.array([[0, 1], [0, 2], [1, 2]])  # left, right
    >>> outward = ReplayPath(np.array([2, 1, 0]), kind="reverse")
    >>> backups, n_dropped = to_backups(outward, corridor, np.zeros((3, 2)))
    >>> backups.states.tolist(), backups.actions.tolist(), n_dropped
    ([1, 0], [1, 1], 0)
    """
    rule = rule or _RULE_OF_KIND.get(path.kind, "away")
    if rule not in RULES:
        raise ValueError(f"rule must be {' or '.join(RULES)}, got '{rule}'")
    states = np.asarray(path.states)
    if states.ndim != 1 or states.dtype.kind not in "iu":
        raise ValueError(f"path must have numbered states, got {states.dtype} {states.shape}")
    here, there = (states[:-1], states[1:]) if rule == "along" else (states[1:], states[:-1])
    leads = (next_state[here] == there[:, None]) & (next_state[here] != UNKNOWN)
    kept = leads.any(axis=1) & (here != there)
    here, action = here[kept], leads[kept].argmax(axis=1)
    times = None if path.times is None else np.asarray(path.times)[1:][kept]
    backups = ReplayPath(
        here, action, reward[here, action], times, path.kind, path.score, path.source, path.lane
    )
    return backups, int((~kept).sum())


__all__ = ["RULES", "to_backups"]
