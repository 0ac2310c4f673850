"""Recall what, recall how, after training in which the unlike is dangerous (ours).

In the training of `recall` a far memory is nearly free, so that nothing teaches the gate to close.
Here distance and shift belong together, as similarity would have it in the world: the farther a
look-alike, the further its good arm may have moved; and a wrong memory costs: the arm that would be
the good one, were the nearest context the same, loses a reward. Worlds of the recording, measures,
intervals and controls are those of `recall`; two things are added. The gate has to fall by a tenth,
which a network to which all seems familiar does not show, while its difference lies about 0; and
the whole state is put back only where the context is one met before, since a first visit that begins
in the state of another context is spoilt. Since a first pull has to go to some arm and is nearly free,
the gate is also asked for from the second pull on.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ...models.prefrontal.restoring import RestoringPrefrontal
from ...tasks.correlated_similarity import CorrelatedSimilarity
from ..declaration import Experiment, Figure, Signature
from . import recall
from .barcode import SHORTER, TRAINING
from .recall_figure import draw_gate, draw_recall

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

# Shifts of a life by bits that differ, from 0 to 5: 0 or 1 where contexts are nearly the same,
# never 0 where they are unlike, and nowhere 5. Each row is as probable, and each entry of a row.
SHIFTS = (
    (0, 0, 1, 1),
    (0, 0, 1, 1),
    (0, 1, 1, 3),
    (0, 1, 3, 4),
    (1, 3, 4, 6),
    (3, 4, 6, 7),
)
TRAINED_ON = CorrelatedSimilarity(
    n_episodes=30,  # first visits, in which memory is of a look-alike or wrong, are a third
    distance=tuple(bits for bits, row in enumerate(SHIFTS) for _ in row),
    shift=tuple(shift for row in SHIFTS for shift in row),
)
_WAS, _IS = "ritter2018/recall", "ritter2018/correlated"


def renamed(source: Any) -> Any:
    """Names of the signatures and sources of `recall`, as they are called here."""
    if isinstance(source, tuple):
        return tuple(renamed(part) for part in source)
    return source.replace(_WAS, _IS) if source else source


def like(experiment: Experiment, **settings: Any) -> Experiment:
    """An experiment of `recall` with networks that were trained in other worlds."""
    return replace(experiment, name=renamed(experiment.name), task=TRAINED_ON, quick=2, **settings)


_network, _restored = recall.EXPERIMENTS
EXPERIMENTS = (
    like(
        _network,
        summary="look-alikes, after training in which the unlike is dangerous",
        training=replace(TRAINING, n_lives=25_600, entropy_weight=0.05),
    ),
    like(
        _restored,
        summary="plain LSTM whose whole state is put back, if its context was met before",
        agent=RestoringPrefrontal(discount=0.97, threshold=0.99).without("observation"),
        training=replace(SHORTER, n_lives=8000),
    ),
    replace(
        _network,
        name=f"{_IS}_short",
        summary="the same with shorter lives: new networks, to ask them when the gate closes",
        task=replace(TRAINED_ON, n_episodes=20),
        training=replace(TRAINING, n_lives=38_400, entropy_weight=0.05),
        quick=2,
        tests={
            "empty_memory": _network.tests["empty_memory"],
            "all_familiar": _network.tests["all_familiar"],
        },
    ),
)


def gate_fall(recording: xr.Dataset) -> np.ndarray:
    """By what share of its opening in the very same context the first gate is lower in one unlike any."""
    from ...analysis.similarity import first_gate

    return _fall(first_gate(recording))


def later_gate_fall(recording: xr.Dataset) -> np.ndarray:
    """The same for the gate from the second pull on."""
    from ...analysis.similarity import later_gate

    return _fall(later_gate(recording))


def _fall(gate: xr.DataArray) -> np.ndarray:
    gate = gate.mean("shift")
    return 1 - (gate.sel(distance=recall.UNLIKE) / gate.sel(distance=0)).values


SIGNATURES = (
    *(
        replace(
            signature,
            name=renamed(signature.name),
            subject=renamed(signature.subject),
            shows=renamed(signature.shows),
            shows_not=renamed(signature.shows_not),
            beside=renamed(signature.beside),
        )
        for signature in recall.SIGNATURES
    ),
    Signature(
        name=f"{_IS}_gate_falls",
        claim="The gate is by a tenth or more less open in a context unlike any other.",
        published="direction only",
        low=0.1,  # chosen
        high=None,
        measure=gate_fall,
        subject=_IS,
        shows_not=f"{_IS}@all_familiar",
        beside=(f"{_IS}@shuffled_keys",),
    ),
    # Seen in half of the networks of `correlated` after its results were known, and asked here of
    # new networks before they were trained.
    Signature(
        name=f"{_IS}_gate_falls_later",
        claim="From the second pull on the gate is by a tenth or more less open where all is unlike.",
        published="direction only",
        low=0.1,  # as above
        high=None,
        measure=later_gate_fall,
        subject=f"{_IS}_short",
        shows_not=f"{_IS}_short@all_familiar",
        beside=(_IS, f"{_IS}@all_familiar", _WAS),
    ),
)

FIGURES = (
    Figure(
        name=_IS,
        caption=(
            "Contexts with look-alikes, after training in which far contexts have changed and a wrong "
            "memory costs. (a) Savings: reward of ten pulls at the first visit of a context whose "
            "look-alike is known, less the same with an empty memory, by the number of bits that "
            "differ and by how far the good arm is shifted; a shift of 5 was never met in training. "
            "(b) How often the state that comes back favors the look-alike's arm; dotted: chance. (c) "
            "Reinstatement gate at the first pull. (d) Savings with a shift of 5 if the gate is held "
            "open, and if a plain network's whole state is put back where the context was met "
            "before. Means over seeds with their 95 % intervals."
        ),
        needs=renamed(recall.FIGURES[0].needs),
        draw=partial(draw_recall, network=_IS),
    ),
    Figure(
        name=f"{_IS}_gate",
        caption=(
            "When the gate closes, at first visits whose look-alike is known. (a) Mean reinstatement gate "
            "by pull, one curve for each number of bits that differ. (b) Its mean from the second "
            "pull on, with and without knowing what is familiar. Means over seeds, in (b) with their 95 % "
            "intervals."
        ),
        needs=(f"{_IS}_short", f"{_IS}_short@all_familiar"),
        draw=partial(draw_gate, network=f"{_IS}_short"),
    ),
)
