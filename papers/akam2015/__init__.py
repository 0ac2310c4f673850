"""Akam, Costa & Dayan 2015, Simple plans or sophisticated habits? (doi:10.1371/journal.pcbi.1004648)."""

from ..declaration import Paper
from . import transitions

paper = Paper(
    name="akam2015",
    citation=(
        "Akam T, Costa R, Dayan P (2015). Simple plans or sophisticated habits? State, transition "
        "and learning interactions in the two-step task. PLoS Computational Biology 11, e1004648. "
        "doi:10.1371/journal.pcbi.1004648"
    ),
    experiments=transitions.EXPERIMENTS,
    signatures=transitions.SIGNATURES,
    figures=transitions.FIGURES,
    notes={
        "akam2015/drawn_uses_the_transitions": (
            "The sign is that of a planner in every seed, and the choices follow the transitions "
            "(figure, b); the bound of .3 was set with an observer in mind that is sure of what it "
            "inferred (.61). The network stays less sure, so that one rare transition still counts "
            "for something."
        ),
        "akam2015/swapping_uses_the_transitions": (
            "The sign is that of a planner in every seed, and after a swap the network is nearly as "
            "good as the observer (.86 against .91). But where transitions may swap, a surprising "
            "outcome also speaks for a swap, and staying depends less on a single trial: in swapping "
            "worlds the observer's own interaction falls from .61 to .47. The bound of .3, fixed "
            "beforehand, did not take that into account."
        ),
    },
)
