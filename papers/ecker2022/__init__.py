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
            "Calibrated to 9 to 16 sharp waves in 10 s, the network spends .69 of its time in them. Of 72 "
            "cues 43 fall into one and set off little; of the 29 that meet silence 22 are followed by a "
            "wave within .2 s, 17 of these from the start. All 19 that begin there run on to the other end."
        ),
        "ecker2022/goal_cue_starts": (
            "As at the start: of 72 cues 46 fall into a sharp wave, where the cued cells hardly fire. Of the "
            "26 that meet silence 22 are followed by a wave within .2 s, but 11 of these from elsewhere: the walk "
            "was less often there, and cells that ended the wave before are tired. All 13 that begin "
            "near the cue run to the other end. In rests that begin with the cue it is .78 (closed_loop)."
        ),
        **dict.fromkeys(
            ("ecker2022/start_cue_leads_away", "ecker2022/goal_cue_leads_away"),
            "All that begin near the cue lead away from it, 19 at the start and 13 at the goal. Spontaneous ones "
            "are counted with them, and about half of these lead away from either end.",
        ),
    },
)
