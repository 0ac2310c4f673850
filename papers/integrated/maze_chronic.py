"""The lesion table for networks that never had the part: trained without it, not only tested.

A comparison of models, not a lesion: what training can do without a part need not be what is lost with it.
Rest, what is replayed in which order, and search take no part in training, so that a network
trained without them is the intact one, to the last bit of its weights; the recurrent state cannot
be left out of the training of a recurrent network. What remains is the gate by which stored states come
back. A network trained without anything stored is the same as one trained with its gate shut: it is
tested without rest and search, too. Predictions, bounds, controls, luck and tests are those of the acute
lesions on networks 8 to 15 (`maze_unseen`), committed before these networks were trained.
"""

from __future__ import annotations

from functools import partial

from ..declaration import Experiment
from . import maze_unseen
from .maze import NETWORK, PARTS, SOURCE, TRAINED_ON, TRAINING, tested
from .maze_predictions import COLUMNS, EVENTS, cells, compared, signature
from .maze_unseen import N_LIVES, paired, source

NAME = "integrated/maze_without_reinstatement"
LESIONS = {
    "gate_shut": "Trained without stored states coming back,",
    "no_hippocampus": "Trained and tested without anything stored, rest or search,",
}
EXPERIMENTS = (
    Experiment(
        name=NAME,
        summary="the agent in the arena, trained without stored states coming back",
        task=TRAINED_ON,
        agent=NETWORK.without("reinstatement"),
        training=TRAINING,
        recording=paired(tested("intact", "news"), 30),
        tests={
            f"{lesion}_{event}": paired(tested("intact", event), N_LIVES["network"], cut)
            for lesion, cut in (("gate_shut", ()), ("no_hippocampus", PARTS["no_hippocampus"]))
            for event in EVENTS
        },
        source=SOURCE,
        first_seed=maze_unseen.EXPERIMENTS[0].first_seed,
        reproduced=False,
    ),
)


def _compared(lesion: str, column: str) -> tuple[str, str, str]:
    intact, end, _ = compared(lesion, column, source)
    return intact, end, f"{NAME}@{lesion}_{COLUMNS[column][0]}"


SIGNATURES = tuple(
    signature(
        f"chronic_{lesion}", LESIONS[lesion], column, sign, _compared(lesion, column),
        partial(compared, of=source),
    )
    for (lesion, column), sign in cells().items()
    if lesion in LESIONS
)  # fmt: skip

NOTES = {
    "integrated/chronic_gate_shut_detour": (
        "As with the acute lesion (.94), and for the same reason: the goal is not known. Trained without the "
        "gate, networks find no other way to know it."
    ),
    **dict.fromkeys(
        (f"integrated/chronic_{lesion}_new_context" for lesion in LESIONS),
        "Lesioned and intact are networks apart here, which with the same luck differ by .2 steps, where "
        "15 % of the range are .4: six of eight networks lie below that, and the interval ends at .16.",
    ),
}
