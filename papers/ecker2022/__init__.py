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
    notes={
        "ecker2022/start_cue_starts": (
            "Where a cue meets a silent network a sweep of all 20 states sets out from it. Calibrated "
            "to 9 to 16 sharp waves in 10 s the network is seldom silent: most cues fall into a "
            "spontaneous sharp wave or into the pause after it, and others begin by chance in the .2 s "
            "after a cue."
        ),
        "ecker2022/goal_cue_starts": (
            "As at the start, and clearly so: a third of the sharp waves that begin within .2 s of "
            "a cue begin near it. Most are spontaneous."
        ),
        **dict.fromkeys(
            ("ecker2022/start_cue_leads_away", "ecker2022/goal_cue_leads_away"),
            "As for the start of these sharp waves: spontaneous ones are among those counted, and "
            "about half of them lead away from either end.",
        ),
    },
)
