"""What the network is trained on: the sets F of imagined and R of visited states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .planners import Plan

FORWARD = ("imagined_starts", "imagined_goals", "off")
BACKWARD = ("visited", "last_visits", "off")


class Samples(NamedTuple):
    """What to choose in which state for which goal, in `n` lanes; arrays are (n, n_samples).

    `weight` is 0 where a lane has no such sample.
    """

    state: np.ndarray
    goal: np.ndarray
    action: np.ndarray
    weight: np.ndarray


class Episode:
    """States left and actions taken in the current episode of each of `n` lanes."""

    def __init__(self, n: int, n_steps: int) -> None:
        self.state, self.action = np.zeros((2, n, n_steps), np.int64)
        self.length = np.zeros(n, np.int64)

    def add(self, lanes: np.ndarray, state: np.ndarray, action: np.ndarray) -> None:
        """Append one move of each of `lanes`."""
        at = (lanes, self.length[lanes])
        self.state[at], self.action[at] = state, action
        self.length[lanes] += 1

    def forget(self, lanes: np.ndarray) -> None:
        """Begin another episode in these lanes."""
        self.length[lanes] = 0


def forward_samples(plan: Plan, goal: np.ndarray, kind: str) -> Samples:
    """The set F, from plans of at least two transitions.

    Parameters
    ----------
    plan : Plan
    goal : (n,) ints
    kind : {"imagined_starts", "imagined_goals"}
        Each planned state before the goal as a start, with the action planned there (the program
        of Tan & Motani 2023); or each planned state as a goal of the current one, with the action
        planned here (an earlier talk).
    """
    length = max(1, int(plan.length.max(initial=0)))
    planned = np.where(plan.length >= 2, plan.length, 0)
    weight = (np.arange(length) < planned[:, None]).astype(np.float32)
    state, after = plan.states[:, :length], plan.states[:, 1 : length + 1]
    action = plan.actions[:, :length]
    if kind == "imagined_starts":
        goal = np.broadcast_to(goal[:, None], state.shape)
    else:
        here, first = state[:, :1], action[:, :1]
        goal = after
        state, action = np.broadcast_to(here, after.shape), np.broadcast_to(first, after.shape)
    return Samples(state, goal, action, weight)


def backward_samples(episode: Episode, reached: np.ndarray, kind: str) -> Samples:
    """The set R: the state just reached as the goal of all earlier states of the episode.

    Parameters
    ----------
    episode : Episode
    reached : (n,) ints
        Where the last move of each lane led.
    kind : {"visited", "last_visits"}
        "visited" labels each state with the action taken there, however roundabout the way was,
        once for each visit. "last_visits" keeps the last visit of each state and leaves out the
        state reached: following the labels never goes in a circle.
    """
    n = max(1, int(episode.length.max(initial=0)))
    state, action = episode.state[:, :n], episode.action[:, :n]
    made = np.arange(n) < episode.length[:, None]
    if kind == "last_visits":
        made = made & (state != reached[:, None]) & _last_visits(state, episode.length)
    goal = np.broadcast_to(reached[:, None], state.shape)
    return Samples(state, goal, action, made.astype(np.float32))


def _last_visits(state: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Whether no later move of the lane left from the same state."""
    lanes, n = np.arange(len(state))[:, None], state.shape[1]
    made = np.arange(n) < length[:, None]
    last = np.full((len(state), int(state.max(initial=0)) + 1), -1)
    np.maximum.at(last, (lanes, state), np.where(made, np.arange(n), -1))
    return np.take_along_axis(last, state, axis=1) == np.arange(n)


def shuffled(sets: Sequence[Samples], generators: Sequence[np.random.Generator]) -> Samples:
    """All samples of each lane that count, in random order, and then some that do not."""
    joined = [np.concatenate(arrays, axis=1) for arrays in zip(*sets, strict=True)]
    counts = joined[3] > 0
    order = np.argsort(~counts, axis=1, kind="stable")[:, : max(1, int(counts.sum(axis=1).max()))]
    for row, n, generator in zip(order, counts.sum(axis=1).tolist(), generators, strict=True):
        generator.shuffle(row[:n])
    return Samples(*(np.take_along_axis(array, order, axis=1) for array in joined))


__all__ = [
    "BACKWARD", "FORWARD", "Episode", "Samples", "backward_samples", "forward_samples", "shuffled",
]  # fmt: skip
