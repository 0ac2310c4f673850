"""Prioritized replay: the experience whose backup is worth most comes first (Mattar & Daw 2018)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp

import numpy as np

from . import ReplayPath
from .moment import Moment
from .replay import need, stationary_need

GAIN_FLOOR = 1e-10  # published program; keeps the value of a backup above the threshold of 0


@dataclass(frozen=True)
class Prioritized:
    """Replay, backup by backup, what has the highest gain times need.

    At every backup all remembered experiences compete, and beside them one sequence: the one chosen
    last, extended by the greedy action at its end. Each step of a sequence has its own gain, to its
    own target: the remembered rewards of the rest of the sequence, and the best value at its end.
    All are updated, and the sequence has the need of its last step.

    Parameters
    ----------
    gain : "on", "off", or function of (q, q_new, inverse_temperature)
        Off: every experience or sequence gains 1.
    need : "online", "offline", "off", or function of (transition, state, discount)
        From the animal's state on; in the long run, as in sleep; or 1 everywhere.
    threshold : float
        Replay stops where no backup is worth more.

    References
    ----------
    doi:10.1038/s41593-018-0232-z, Methods and published program. With several candidate goals the
    value of a backup is the mean over them, after Sagiv, Akam, Witten & Daw (PMC12633763).
    """

    gain: str | Callable[..., np.ndarray] = "on"
    need: str | Callable[..., np.ndarray] = "online"
    threshold: float = 0.0

    def __post_init__(self) -> None:
        for name, known in (("gain", ("on", "off")), ("need", ("online", "offline", "off"))):
            value = getattr(self, name)
            if not callable(value) and value not in known:
                raise ValueError(f"{name} must be {', '.join(known)} or a function, got {value!r}")

    def propose(self, moment: Moment) -> list[ReplayPath]:
        """Backups in order; a sequence that grows by one step at a time is one path."""
        need = self.need_of(moment)
        return [
            path
            for i in range(len(moment.lanes))
            for path in _Planning(self, moment, i, need[i].tolist()).paths()
        ]

    def need_of(self, moment: Moment) -> np.ndarray:
        """Need (m, n_states) of each state."""
        if self.need == "off":
            return np.ones(moment.transition.shape[:2])
        if self.need == "offline":
            return np.stack([stationary_need(t) for t in moment.transition])
        function = need if self.need == "online" else self.need
        return function(moment.transition, moment.state, moment.discount)  # type: ignore[operator]

    def priorities(self, moment: Moment) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Gain, need and value of backup of each state (m, n_states), for its best experience.

        Gain and value are 0 where nothing can be replayed.
        """
        need = self.need_of(moment)
        value = np.zeros(need.shape)
        for i in range(len(need)):
            planning = _Planning(self, moment, i, need[i].tolist())
            states = [state for state, _ in planning.experiences]
            np.maximum.at(value[i], states, planning.value)
        return np.divide(value, need, out=np.zeros(need.shape), where=need > 0), need, value


class _Planning:
    """One planning period of one lane, in plain lists: only what a backup changes is worked out.

    An experience is (state, action); `value` holds the worth of a backup of each of them.
    """

    def __init__(self, source: Prioritized, moment: Moment, i: int, need: list[float]) -> None:
        self.source, self.moment, self.i, self.need = source, moment, i, need
        self.q = moment.q[i].tolist()
        self.weight = moment.weight.tolist()
        self.rate, self.beta = moment.learning_rate, moment.inverse_temperature
        self.next_state = moment.next_state[i].tolist()
        self.reward = moment.outcome[i].tolist()
        self.kept = (moment.discount * ~moment.ended[i]).tolist()
        self.best = [[max(row) for row in q] for q in self.q]
        usable = np.argwhere(moment.worth_replaying[i]).tolist()
        self.experiences: list[tuple[int, int]] = [(s, a) for s, a in usable]
        self.number = {experience: k for k, experience in enumerate(self.experiences)}
        self.leaving: list[list[int]] = [[] for _ in need]
        self.entering: list[list[int]] = [[] for _ in need]
        for k, (state, action) in enumerate(self.experiences):
            self.leaving[state].append(k)
            self.entering[self.next_state[state][action]].append(k)
        self.value = [self._value(k) for k in range(len(self.experiences))]
        self.sequence: list[tuple[int, int]] = []

    def paths(self) -> list[ReplayPath]:
        """Make the backups, and return them as paths."""
        paths: list[tuple[list[tuple[int, int]], float]] = []
        for draw in self.moment.generators[self.i].random((self.moment.n_backups, 2)).tolist():
            worth = self._backup(*draw)
            if worth is None:
                break
            if len(self.sequence) > 1:
                paths.pop()
            paths.append((self.sequence, worth))
        return [self._path(*path) for path in paths]

    def _path(self, sequence: list[tuple[int, int]], worth: float) -> ReplayPath:
        states, actions = np.array(sequence).T
        kind = "forward" if len(sequence) > 1 else "unknown"
        return self.moment.path(self.i, states, actions, kind, "prioritized", worth)

    def _backup(self, draw: float, draw_action: float) -> float | None:
        """Make the backup that is worth most; None if none is worth more than the threshold."""
        highest = max(self.value, default=self.source.threshold)
        longer, worth = self._extended(draw_action)
        if worth > highest:  # on ties the fewest steps
            self.sequence = longer
        else:
            worth = highest
            tied = [k for k, value in enumerate(self.value) if value == highest]
            if tied:
                self.sequence = [self.experiences[_pick(tied, draw)]]
        if worth <= self.source.threshold:
            return None
        self._update(self.sequence)
        return worth

    def _extended(self, draw: float) -> tuple[list[tuple[int, int]], float]:
        """The sequence chosen last with the greedy step at its end, and what it is worth.

        Nothing is worth -inf: where it ends at a goal, or would come back to itself.
        """
        nothing: tuple[list[tuple[int, int]], float] = ([], -np.inf)
        if not self.sequence or self._ends(*self.sequence[-1]):
            return nothing
        state, action = self.sequence[-1]
        end = self.next_state[state][action]
        step = (end, self._greedy(end, draw))
        visited = [state for state, _ in self.sequence]
        if step not in self.number or self.next_state[step[0]][step[1]] in visited:
            return nothing
        steps = [*self.sequence, step]
        if self.source.gain == "off":  # gains as much as a single step: 1, not 1 for each step
            return steps, self.need[end]
        gained = sum(
            weight * self._gain(g, *steps[j], target)
            for g, weight in enumerate(self.weight)
            for j, target in enumerate(self._targets(g, steps))
        )
        return steps, self.need[end] * gained

    def _ends(self, state: int, action: int) -> bool:
        return all(kept[state][action] == 0 for kept in self.kept)

    def _greedy(self, state: int, draw: float) -> int:
        """The best action by the mean over goals, ties at random."""
        mean = self.q[0][state]
        if self.weight != [1.0]:
            rows = [q[state] for q in self.q]
            mean = [
                sum(w * q for w, q in zip(self.weight, qs, strict=True))
                for qs in zip(*rows, strict=True)
            ]
        highest = max(mean)
        return _pick([a for a, value in enumerate(mean) if value == highest], draw)

    def _targets(self, g: int, steps: list[tuple[int, int]]) -> list[float]:
        """Target of each step: the rewards of the rest, and the best value at the end."""
        state, action = steps[-1]
        ahead = self.best[g][self.next_state[state][action]]
        targets = []
        for state, action in reversed(steps):
            ahead = self.reward[g][state][action] + self.kept[g][state][action] * ahead
            targets.append(ahead)
        return targets[::-1]

    def _value(self, k: int) -> float:
        """What a backup of experience `k` is worth now: need times mean gain over goals."""
        state, action = self.experiences[k]
        after = self.next_state[state][action]
        gained = 0.0
        for g, weight in enumerate(self.weight):
            target = (
                self.reward[g][state][action] + self.kept[g][state][action] * self.best[g][after]
            )
            gained += weight * self._gain(g, state, action, target)
        return self.need[state] * gained

    def _gain(self, g: int, state: int, action: int, target: float) -> float:
        if self.source.gain == "off":
            return 1.0
        row = self.q[g][state]
        value, beta = (1 - self.rate) * row[action] + self.rate * target, self.beta
        if self.source.gain == "on":
            same = value == row[action]
            return GAIN_FLOOR if same else max(gain_of_one(row, action, value, beta), GAIN_FLOOR)
        new = [*row[:action], value, *row[action + 1 :]]
        return max(float(self.source.gain(np.array(row), np.array(new), beta)), GAIN_FLOOR)  # type: ignore[operator]

    def _update(self, steps: list[tuple[int, int]]) -> None:
        """Move the values of all steps to their targets, and work out anew what this changes."""
        changed = set()
        targets = [self._targets(g, steps) for g in range(len(self.q))]
        for g, q in enumerate(self.q):
            for (state, action), target in zip(steps, targets[g], strict=True):
                q[state][action] = (1 - self.rate) * q[state][action] + self.rate * target
        for state, _ in steps:
            changed.update(self.leaving[state])
            best = [max(q[state]) for q in self.q]
            if best != [of_goal[state] for of_goal in self.best]:
                changed.update(self.entering[state])
                for of_goal, value in zip(self.best, best, strict=True):
                    of_goal[state] = value
        for k in changed:
            self.value[k] = self._value(k)


def gain_of_one(row: list[float], action: int, value: float, inverse_temperature: float) -> float:
    """`gain` where one action of a row of values gets another value; plain floats, for speed."""
    highest = max(value, *row)
    others, others_earn = 0.0, 0.0
    for a, q in enumerate(row):
        if a != action:
            weight = exp(inverse_temperature * (q - highest))
            others += weight
            others_earn += weight * q
    old = exp(inverse_temperature * (row[action] - highest))
    new = exp(inverse_temperature * (value - highest))
    return (others_earn + new * value) / (others + new) - (others_earn + old * value) / (
        others + old
    )


def _pick(options: list[int], draw: float) -> int:
    return options[int(draw * len(options))]


__all__ = ["GAIN_FLOOR", "Prioritized", "gain_of_one"]
