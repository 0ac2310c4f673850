"""Ecker et al. 2022, Hippocampal sharp wave-ripples ... in a network model of area CA3 (doi:10.7554/eLife.71850)."""

from ..declaration import Paper
from . import mazes, mazes_shuffled, recall, track

paper = Paper(
    name="ecker2022",
    citation=(
        "Ecker A, Bagi B, Vértes E, Steinbach-Németh O, Karlócai MR, Papp OI, Miklós I, Hájos N, "
        "Freund TF, Gulyás AI, Káli S (2022). Hippocampal sharp wave-ripples and the associated "
        "sequence replay emerge from structured synaptic interactions in a network model of area "
        "CA3. eLife 11:e71850. doi:10.7554/eLife.71850"
    ),
    experiments=(
        *track.EXPERIMENTS,
        *mazes.EXPERIMENTS,
        *mazes_shuffled.EXPERIMENTS,
        *recall.EXPERIMENTS,
    ),
    signatures=(
        *track.SIGNATURES,
        *mazes.SIGNATURES,
        *mazes_shuffled.SIGNATURES,
        *recall.SIGNATURES,
    ),
    figures=(*track.FIGURES, *mazes.FIGURES, *recall.FIGURES),
    notes={
        "ecker2022/start_cue_starts": (
            "Calibrated to 9 to 16 sharp waves in 10 s, the network spends .69 of its time in them, and 43 of "
            "72 cues fall into one. Of the 29 others 9 meet cells elsewhere that fire on, in a wave that builds up "
            "or is too short to count: basket cells then keep the cued ones silent. 3 meet cells that are tired "
            "of the wave before. Of the remaining 17, 16 set off a wave from the start. Cues as a rest "
            "begins meet neither: early_start_cue_starts."
        ),
        "ecker2022/goal_cue_starts": (
            "As at the start: 46 of 72 cues fall into a sharp wave. Of the 26 others 8 meet cells elsewhere "
            "that fire on and set off nothing; 10 meet cells that ended the wave before, of which 3 begin another; "
            "the remaining 8 all set off a wave from the goal. Cues as a rest begins meet neither: "
            "early_goal_cue_starts."
        ),
        "ecker2022/sharp_transition": (
            "Summed weights are 15 nS apart there, so that 1.10 is the least that can be found: five of eight "
            "animals have it, two have 1.21 and 1.27. The eighth has two sharp waves with the least sum, 150 "
            "nS, so that its ratio is not known and no interval can be given."
        ),
        **dict.fromkeys(
            ("ecker2022/start_cue_leads_away", "ecker2022/goal_cue_leads_away"),
            "All that begin near the cue lead away from it, 19 at the start and 13 at the goal. Spontaneous ones "
            "are counted with them, and about half of these lead away from either end.",
        ),
    },
)
