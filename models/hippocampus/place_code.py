"""Place cells: what they fire while an animal moves along a track, or about any graph of states."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from ...tasks.navigation import UNREACHABLE, StateGraph
from .spikes import Spikes

PEAK, ELSEWHERE = 20.0, 0.1  # Hz, in the middle of a field; of cells without a field (ca3net)
THETA = 7.0  # Hz (ca3net)
P_PLACE = 0.5  # share of pyramidal cells with a place field (ca3net)
MIN_INTERVAL = 0.005  # s, shorter intervals between spikes are removed (ca3net)
NO_FIELD = -1
_CHUNK = 256  # cells drawn together


class PlaceCode(Protocol):
    """Where the fields are, and how cells fire on the way from state to state."""

    @property
    def n_fields(self) -> int:
        """Fields there are; each place cell has one of them."""

    @property
    def step(self) -> float:
        """Seconds from one state to the next."""

    @property
    def overlap(self) -> np.ndarray:
        """(n_states, n_fields) firing in each state as a share of the peak."""

    @property
    def separation(self) -> np.ndarray:
        """(n_fields, n_fields) distances between fields, in meters or states."""

    def modulation(self, time: np.ndarray, states: np.ndarray, field: np.ndarray) -> np.ndarray:
        """Share of the peak rate at `time` (n, k) on the way through `states`, of fields (n, 1)."""


@dataclass(frozen=True)
class TrackCode:
    """A linear track run in one direction at constant speed, lap after lap (ca3net).

    State k is the place at k / n_states of the track. Fields are Gaussian and evenly spread, and
    spikes precess through half a theta cycle across each.

    Parameters
    ----------
    n_states : int
    n_fields : int
        Middles of fields.
    length : float, m
    speed : float, m/s
    field_length, field_sd : float, m

    Examples
    --------
    >>> round(TrackCode().step * 50, 3)  # seconds a lap
    9.249
    """

    n_states: int = 50
    n_fields: int = 1000
    length: float = 3.0
    speed: float = 0.32436
    field_length: float = 0.3
    field_sd: float = 0.146 / (2 * np.pi) * 3.0

    @property
    def step(self) -> float:
        return self.length / self.n_states / self.speed

    @cached_property
    def middle(self) -> np.ndarray:
        """(n_fields,) meters from the start."""
        return (np.arange(self.n_fields) + 0.5) * self.length / self.n_fields

    @cached_property
    def overlap(self) -> np.ndarray:
        place = (np.arange(self.n_states) + 0.5) * self.length / self.n_states
        return self._tuning(place[:, None] - self.middle)

    @cached_property
    def separation(self) -> np.ndarray:
        return np.abs(self.middle[:, None] - self.middle)

    def modulation(self, time: np.ndarray, states: np.ndarray, field: np.ndarray) -> np.ndarray:
        number, part = _moment(time, self.step, len(states))
        place = (states[number] + part) * self.length / self.n_states
        beyond = place - self.middle[field]
        precession = np.pi * (beyond / self.field_length + 0.5)
        return self._tuning(beyond) * np.maximum(np.cos(_theta(time) + precession), 0)

    def _tuning(self, beyond: np.ndarray) -> np.ndarray:
        return np.exp(-(beyond**2) / (2 * self.field_sd**2))


@dataclass(frozen=True, eq=False)
class GraphCode:
    """Any graph of states: a field in every state that can be reached, wide in steps to go.

    Parameters
    ----------
    graph : StateGraph
    step : float, s
    field_sd : float, states
    """

    graph: StateGraph
    step: float = 0.35
    field_sd: float = 0.7

    @cached_property
    def places(self) -> np.ndarray:
        """States that a move leads to or from: those with a field."""
        linked = self.graph.adjacency
        return np.flatnonzero(linked.any(axis=0) | linked.any(axis=1))

    @property
    def n_fields(self) -> int:
        return len(self.places)

    @cached_property
    def _distance(self) -> np.ndarray:
        steps = self.graph.distances_to(self.places).T.astype(float)
        return np.where(steps == UNREACHABLE, np.inf, steps)

    @cached_property
    def overlap(self) -> np.ndarray:
        return self._tuning(self._distance)

    @cached_property
    def separation(self) -> np.ndarray:
        return self._distance[self.places]

    def modulation(self, time: np.ndarray, states: np.ndarray, field: np.ndarray) -> np.ndarray:
        number, part = _moment(time, self.step, len(states))
        following = states[np.minimum(number + 1, len(states) - 1)]
        here, there = self._distance[states[number], field], self._distance[following, field]
        with np.errstate(invalid="ignore"):  # unreachable stays so
            apart = np.where(np.isinf(here) | np.isinf(there), np.inf, here + part * (there - here))
        return self._tuning(apart) * np.maximum(np.cos(_theta(time)), 0)

    def _tuning(self, distance: np.ndarray) -> np.ndarray:
        return np.exp(-(distance**2) / (2 * self.field_sd**2))


def draw_fields(code: PlaceCode, n_cells: int, rng: np.random.Generator) -> np.ndarray:
    """Field of each cell (n_cells,), `NO_FIELD` for half of them; fields are shared out evenly."""
    n_place = round(P_PLACE * n_cells)
    fields = np.full(n_cells, NO_FIELD)
    spread = np.arange(n_place) * code.n_fields // n_place
    if n_place < code.n_fields:
        raise ValueError(
            f"{n_cells} cells have {n_place} place fields, fewer than the {code.n_fields} places; "
            "take more cells"
        )
    fields[rng.permutation(n_cells)[:n_place]] = spread
    return fields


def fire(
    code: PlaceCode, fields: np.ndarray, states: np.ndarray, rng: np.random.Generator
) -> Spikes:
    """Spikes of all cells on the way through `states`, each lasting `code.step`.

    Poisson spikes at 20 Hz times the modulation of a cell's field, or at 0.1 Hz without one,
    without intervals below 5 ms.

    Examples
    --------
    >>> code = TrackCode(n_fields=10)
    >>> rng = np.random.default_rng(0)
    >>> spikes = fire(code, draw_fields(code, 20, rng), np.arange(50), rng)
    >>> bool(spikes.time.max() < 9.25)
    True
    """
    states, duration = np.asarray(states), len(states) * code.step
    times, cells = [], []
    for first in range(0, len(fields), _CHUNK):
        cell = np.arange(first, min(first + _CHUNK, len(fields)))
        field = fields[cell]
        peak = np.where(field == NO_FIELD, ELSEWHERE, PEAK)
        count = rng.poisson(peak * duration)
        who = np.repeat(cell, count)
        when = rng.random(len(who)) * duration
        kept = rng.random(len(who)) < _chance(code, fields, states, who, when)
        times.append(when[kept])
        cells.append(who[kept])
    return _refractory(np.concatenate(times), np.concatenate(cells))


def _chance(
    code: PlaceCode, fields: np.ndarray, states: np.ndarray, who: np.ndarray, when: np.ndarray
) -> np.ndarray:
    """Probability that a spike drawn at the peak rate is one."""
    chance = np.ones(len(who))
    placed = fields[who] != NO_FIELD
    chance[placed] = code.modulation(when[placed], states, fields[who[placed]])
    return chance


def _refractory(time: np.ndarray, neuron: np.ndarray) -> Spikes:
    order = np.lexsort((time, neuron))
    time, neuron = time[order], neuron[order]
    soon = (np.diff(time, prepend=-np.inf) < MIN_INTERVAL) & (np.diff(neuron, prepend=-1) == 0)
    order = np.argsort(time[~soon], kind="stable")
    return Spikes(time[~soon][order], neuron[~soon][order])


def _moment(time: np.ndarray, step: float, n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Number of the step at `time`, and the part of it that is over."""
    number = np.minimum((time / step).astype(int), n_steps - 1)
    return number, time / step - number


def _theta(time: np.ndarray) -> np.ndarray:
    return 2 * np.pi * THETA * time


__all__ = ["ELSEWHERE", "NO_FIELD", "PEAK", "GraphCode", "PlaceCode", "TrackCode", "draw_fields", "fire"]  # fmt: skip
