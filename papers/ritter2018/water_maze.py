"""A water maze whose hidden goal comes back with its barcode (after Ritter et al. 2018, arXiv:1805.09692).

On a small open grid the goal of each context is somewhere else and is not seen; within a visit
the animal is put elsewhere once it has found it. Size and length of visits are ours: those of the
paper are not known.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...models.learners import Random
from ...models.prefrontal.familiarity import FamiliarPrefrontal
from ...models.training import ActorCritic
from ...tasks.navigation import Arena
from ..declaration import Experiment, Figure, Measure, Signature, Test
from .water_maze_figure import draw_water_maze

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

TASK = Arena(size=5, n_contexts=4, n_exposures=4, n_finds=2, max_steps=30, barcode_size=10)
N_PLACES = TASK.grid.n_states
NETWORK = FamiliarPrefrontal(key=(N_PLACES, N_PLACES + TASK.barcode_size), discount=0.97)
TRAINING = ActorCritic(
    n_lives=9600,
    n_lanes=32,
    unroll=TASK.max_steps,
    discount=0.97,
    value_weight=0.5,
    entropy_weight=0.02,
)
LIVES = Test(n_lives=150, record=("reinstatement", "confidence"))

EXPERIMENTS = (
    Experiment(
        name="ritter2018/water_maze",
        summary="hidden goals on a grid come back with their barcodes",
        task=TASK,
        agent=NETWORK,
        training=TRAINING,
        recording=LIVES,
        tests={
            "no_reinstatement": replace(LIVES, without=("reinstatement",)),
            "empty_memory": replace(LIVES, without=("memory",)),
            "shuffled_keys": replace(LIVES, without=("matching_keys",)),
        },
        source="arXiv:1805.09692, contextual water maze; details ours",
        quick=2,
    ),
    Experiment(
        name="ritter2018/water_maze_random",
        summary="random moves",
        task=TASK,
        agent=Random(),
        recording=Test(n_lives=150, record=()),
        source="control",
        quick=2,
    ),
)


def steps_at(exposure: int) -> Measure:
    """A measure: steps until the goal is first found, at this exposure."""

    def measure(recording: xr.Dataset) -> np.ndarray:
        from ...analysis.exposure import steps_to_goal_by_exposure

        return steps_to_goal_by_exposure(recording).sel(exposure=exposure).values

    return measure


def steps_saved(recording: xr.Dataset) -> np.ndarray:
    """Steps to the goal at the first exposure less those at the second."""
    return steps_at(1)(recording) - steps_at(2)(recording)


def first_difference(recording: xr.Dataset, empty: xr.Dataset) -> np.ndarray:
    """Steps at the first exposure, with memory less without."""
    return steps_at(1)(recording) - steps_at(1)(empty)


_NETWORK, _RANDOM = "ritter2018/water_maze", "ritter2018/water_maze_random"
_SHUT, _EMPTY, _SHUFFLED = (
    f"{_NETWORK}@{t}" for t in ("no_reinstatement", "empty_memory", "shuffled_keys")
)
SIGNATURES = (
    Signature(
        name="ritter2018/water_maze_second_exposure",
        claim="When the barcode returns the hidden goal is found in fewer steps.",
        published="direction only",
        low=1.0,
        high=None,
        measure=steps_saved,
        subject=_NETWORK,
        shows_not=_EMPTY,
        beside=(_SHUT, _SHUFFLED, _RANDOM),
    ),
    Signature(
        name="ritter2018/water_maze_first_exposure",
        claim="In a new context the memories of others cost no steps.",
        published="direction only",
        low=None,
        high=1.0,
        measure=first_difference,
        subject=(_NETWORK, _EMPTY),
        shows_not=(_RANDOM, _EMPTY),
    ),
)

FIGURES = (
    Figure(
        name="ritter2018/water_maze",
        caption=(
            "A hidden goal comes back. Steps until it is first found in a visit, by exposure of "
            "its context; dotted: the shortest way. Means over seeds with their 95 % intervals."
        ),
        needs=(_NETWORK, _EMPTY, _SHUFFLED, _RANDOM),
        draw=draw_water_maze,
    ),
)
