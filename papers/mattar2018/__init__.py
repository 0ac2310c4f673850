"""Mattar & Daw 2018, Prioritized memory access ... (doi:10.1038/s41593-018-0232-z): replay as planning."""

from ..declaration import Paper
from . import learning, news, representation, reward_without_gain, track

paper = Paper(
    name="mattar2018",
    citation=(
        "Mattar MG, Daw ND (2018). Prioritized memory access explains planning and hippocampal "
        "replay. Nature Neuroscience 21, 1609-1617. doi:10.1038/s41593-018-0232-z"
    ),
    experiments=(
        *track.EXPERIMENTS,
        *reward_without_gain.EXPERIMENTS,
        *representation.EXPERIMENTS,
        *learning.EXPERIMENTS,
        *news.EXPERIMENTS,
    ),
    signatures=(
        *track.SIGNATURES,
        *reward_without_gain.SIGNATURES,
        *representation.SIGNATURES,
        *learning.SIGNATURES,
        *news.SIGNATURES,
    ),
    figures=(*track.FIGURES, *representation.FIGURES, *learning.FIGURES, *news.FIGURES),
    notes={
        "mattar2018/shortest_within_5": (
            "The same backups in random order still carry the news: their median animal finds the "
            "shortest way in lap 5, just within the bound that prioritized replay meets in lap 3. What "
            "their order adds is measured by shuffled_later."
        ),
    },
)
