"""Ecker et al. 2022, Hippocampal sharp wave-ripples ... in a network model of area CA3 (doi:10.7554/eLife.71850)."""

from ..declaration import Paper
from . import mazes, recall, track

paper = Paper(
    name="ecker2022",
    citation=(
        "Ecker A, Bagi B, Vértes E, Steinbach-Németh O, Karlócai MR, Papp OI, Miklós I, Hájos N, "
        "Freund TF, Gulyás AI, Káli S (2022). Hippocampal sharp wave-ripples and the associated "
        "sequence replay emerge from structured synaptic interactions in a network model of area "
        "CA3. eLife 11:e71850. doi:10.7554/eLife.71850"
    ),
    experiments=(*track.EXPERIMENTS, *mazes.EXPERIMENTS, *recall.EXPERIMENTS),
    signatures=(*track.SIGNATURES, *mazes.SIGNATURES, *recall.SIGNATURES),
    figures=(*track.FIGURES, *mazes.FIGURES, *recall.FIGURES),
)
