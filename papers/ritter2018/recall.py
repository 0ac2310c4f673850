"""Recall what, recall how: a context that resembles a known one, and a mapping that has changed.

Contexts come in pairs of look-alikes: `distance` bits differ, and the good arm is `shift` arms
further on. *What*: the memory of the look-alike comes back. *How*: even where the mapping has
changed, what comes back speeds relearning, because a changed arm is never far in training
(0 or 1 arms). A shift of 5 was never met. *Savings* are the reward of a first visit after the
look-alike is known, less that of the same network in the same worlds with an empty memory.
The paper has no such experiment: it is ours, after its barcode bandits.

The network is told the confidence of its memory and has no threshold, so that it has to learn
itself how far to trust what comes back. Beside it stands the simplest reinstatement, a plain
network whose whole state is put back, ungated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ...models.prefrontal.familiarity import FamiliarPrefrontal
from ...models.prefrontal.restoring import RestoringPrefrontal
from ...tasks.graded_similarity import GradedSimilarity
from ..declaration import Experiment, Figure, Measure, Signature, Test
from .barcode import SHORTER, TRAINING
from .recall_figure import draw_recall

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

SOURCE = "ours, after arXiv:1805.09692"
DISTANCES, UNLIKE = (0, 1, 2, 3, 4, 5), 5  # of ten bits; half of them differ by chance
SAME, NEAR, FAR = 0, 1, 5  # shifts; the last one was never met in training
TRAINED_ON = GradedSimilarity(n_episodes=50, distance=DISTANCES, shift=(SAME, NEAR))
TASK = GradedSimilarity(n_episodes=20, distance=DISTANCES, shift=(SAME, NEAR, FAR))
NETWORK = FamiliarPrefrontal(discount=0.97)
RESTORED = RestoringPrefrontal(discount=0.97).without("observation")
# 50 lives of each distance and shift, with up to five pairs each
LIVES = Test(n_lives=900, task=TASK, record=("reinstatement", "confidence", "reinstated_action"))
PLAIN_LIVES = replace(LIVES, record=())

EXPERIMENTS = (
    Experiment(
        name="ritter2018/recall",
        summary="contexts with look-alikes: what comes back, and whether it helps",
        task=TRAINED_ON,
        agent=NETWORK,
        training=replace(TRAINING, n_lives=6400),
        recording=LIVES,
        tests={
            "empty_memory": replace(LIVES, without=("memory",)),
            "shuffled_keys": replace(LIVES, without=("matching_keys",)),
            "always_open": replace(LIVES, without=("gate",)),
            "all_familiar": replace(LIVES, without=("familiarity",)),
        },
        source=SOURCE,
    ),
    Experiment(
        name="ritter2018/recall_restored",
        summary="plain LSTM whose whole state is put back with its context",
        task=TRAINED_ON,
        agent=RESTORED,
        training=SHORTER,
        recording=PLAIN_LIVES,
        tests={"empty_memory": replace(PLAIN_LIVES, without=("memory",))},
        source="control",
    ),
)


def savings_at(distance: int, shift: int) -> Measure:
    """A measure of a recording and that with an empty memory: savings at this distance and shift."""

    def measure(recording: xr.Dataset, empty: xr.Dataset) -> np.ndarray:
        from ...analysis.similarity import savings

        return savings(recording, empty).sel(distance=distance, shift=shift).values

    return measure


def recalled_at(distance: int) -> Callable[[xr.Dataset], np.ndarray]:
    """A measure: share of visits in which the look-alike's memory comes back."""

    def measure(recording: xr.Dataset) -> np.ndarray:
        from ...analysis.similarity import recalled_twin

        return recalled_twin(recording).sel(distance=distance).mean("shift").values

    return measure


def savings_lost(recording: xr.Dataset, empty: xr.Dataset) -> np.ndarray:
    """Savings in the very same context less those in one that is unlike any other."""
    return savings_at(0, SAME)(recording, empty) - savings_at(UNLIKE, SAME)(recording, empty)


def gate_closing(recording: xr.Dataset) -> np.ndarray:
    """First gate in the very same context less that in one that is unlike any other."""
    from ...analysis.similarity import first_gate

    gate = first_gate(recording).mean("shift")
    return (gate.sel(distance=0) - gate.sel(distance=UNLIKE)).values


_NETWORK, _RESTORED = "ritter2018/recall", "ritter2018/recall_restored"
_EMPTY, _SHUFFLED, _OPEN, _ALL_FAMILIAR = (
    f"{_NETWORK}@{test}"
    for test in ("empty_memory", "shuffled_keys", "always_open", "all_familiar")
)
_SUBJECT = (_NETWORK, _EMPTY)
_PUT_BACK = (_RESTORED, f"{_RESTORED}@empty_memory")
# In ten pulls exact memory of the good arm is worth 3.7; the tolerance of first visits is .3.
SIGNATURES = (
    Signature(
        name="ritter2018/recall_what",
        claim="A context one bit away from a known one brings back the memory of that one.",
        published="direction only",
        low=0.7,  # by chance .1; an arm that was not found cannot come back
        high=None,
        measure=recalled_at(1),
        subject=_NETWORK,
        shows_not=_SHUFFLED,
    ),
    Signature(
        name="ritter2018/recall_savings",
        claim="What was learned in a look-alike is saved where the mapping is the same.",
        published="direction only",
        low=1.0,
        high=None,
        measure=savings_at(1, SAME),
        subject=_SUBJECT,
        shows_not=(_SHUFFLED, _EMPTY),
        beside=(_PUT_BACK,),
    ),
    Signature(
        name="ritter2018/recall_savings_fall",
        claim="The less two contexts look alike, the less is saved.",
        published="direction only",
        low=1.0,
        high=None,
        measure=savings_lost,
        subject=_SUBJECT,
        shows_not=(_SHUFFLED, _EMPTY),
        beside=(_PUT_BACK,),
    ),
    Signature(
        name="ritter2018/recall_how",
        claim="In the same context with a changed mapping the old memory still speeds relearning.",
        published="direction only",
        low=0.0,
        high=None,
        measure=savings_at(0, NEAR),
        subject=_SUBJECT,
        shows_not=(_SHUFFLED, _EMPTY),
        beside=(_PUT_BACK,),
    ),
    Signature(
        name="ritter2018/recall_negative_transfer",
        claim="A mapping that changed further than any before makes the old memory a burden.",
        published="direction only",
        low=None,
        high=0.0,
        measure=savings_at(0, FAR),
        subject=_SUBJECT,
        beside=(_PUT_BACK,),
    ),
    Signature(
        name="ritter2018/recall_gate_closes",
        claim="The gate is less open the less the context resembles a known one.",
        published="direction only",
        low=0.0,
        high=None,
        measure=gate_closing,
        subject=_NETWORK,
        shows_not=_ALL_FAMILIAR,
    ),
    Signature(
        name="ritter2018/recall_gated_harmless",
        claim="In a context unlike any other the memory of another one does no harm.",
        published="direction only",
        low=-0.3,
        high=None,
        measure=savings_at(UNLIKE, FAR),
        subject=_SUBJECT,
        shows_not=(_OPEN, _EMPTY),
        beside=((_ALL_FAMILIAR, _EMPTY), _PUT_BACK),
    ),
    Signature(
        name="ritter2018/recall_ungated_harm",
        claim="With the gate always open it does: transfer is negative.",
        published="direction only",
        low=None,
        high=-0.3,
        measure=savings_at(UNLIKE, FAR),
        subject=(_OPEN, _EMPTY),
        shows_not=_SUBJECT,
        beside=(_PUT_BACK,),
    ),
    Signature(
        name="ritter2018/recall_restored_what",
        claim="A whole state put back, the simplest form, is enough to recall what was learned.",
        published="direction only",
        low=1.0,
        high=None,
        measure=savings_at(0, SAME),
        subject=_PUT_BACK,
        shows_not=(_SHUFFLED, _EMPTY),
    ),
    Signature(
        name="ritter2018/recall_restored_how",
        claim="It is not enough where the mapping has changed: there it does harm.",
        published="direction only",
        low=None,
        high=0.0,
        measure=savings_at(0, NEAR),
        subject=_PUT_BACK,
        shows_not=_SUBJECT,
    ),
)

FIGURES = (
    Figure(
        name="ritter2018/recall",
        caption=(
            "Contexts with look-alikes. (a) Savings: reward of ten pulls at the first visit of a "
            "context whose look-alike is known, less the same with an empty memory, by the number "
            "of bits that differ and by how far the good arm is shifted; a shift of 5 was never "
            "met in training. (b) How often the state that comes back favors the look-alike's "
            "arm; dotted: chance. (c) Reinstatement gate at the first pull. (d) Savings with a "
            "shift of 5 if the gate is held open, and if a plain network's whole state is put "
            "back. Means over seeds with their 95 % intervals."
        ),
        needs=(*_SUBJECT, _SHUFFLED, _OPEN, _ALL_FAMILIAR, *_PUT_BACK),
        draw=draw_recall,
    ),
)
