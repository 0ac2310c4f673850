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
)
