"""Ritter et al. 2018, Been there, done that: meta-learning with episodic recall (arXiv:1805.09692)."""

from ..declaration import Paper
from . import (
    barcode,
    changing,
    compositional,
    correlated,
    handover,
    images,
    recall,
    two_step,
    water_maze,
)

paper = Paper(
    name="ritter2018",
    citation=(
        "Ritter S, Wang JX, Kurth-Nelson Z, Jayakumar SM, Blundell C, Pascanu R, Botvinick M (2018). "
        "Been there, done that: meta-learning with episodic recall. Proceedings of the 35th "
        "International Conference on Machine Learning, PMLR 80. arXiv:1805.09692"
    ),
    experiments=(
        *barcode.EXPERIMENTS,
        *recall.EXPERIMENTS,
        *correlated.EXPERIMENTS,
        *changing.EXPERIMENTS,
        *handover.EXPERIMENTS,
        *two_step.EXPERIMENTS,
        *images.EXPERIMENTS,
        *compositional.EXPERIMENTS,
        *water_maze.EXPERIMENTS,
    ),
    signatures=(
        *barcode.SIGNATURES,
        *recall.SIGNATURES,
        *correlated.SIGNATURES,
        *changing.SIGNATURES,
        *handover.SIGNATURES,
        *two_step.SIGNATURES,
        *images.SIGNATURES,
        *compositional.SIGNATURES,
        *water_maze.SIGNATURES,
    ),
    figures=(
        *barcode.FIGURES,
        *recall.FIGURES,
        *correlated.FIGURES,
        *changing.FIGURES,
        *handover.FIGURES,
        *two_step.FIGURES,
        *images.FIGURES,
        *compositional.FIGURES,
        *water_maze.FIGURES,
    ),
    notes={
        "ritter2018/barcode_first_exposure_reward": (
            "They explore as well as the best explorer, who in the same contexts, knowing nothing of "
            "earlier ones, earns 4.44 [4.42, 4.46]: the upper bound, 4.45, leaves no room for an interval "
            "of .06 to either side."
        ),
        "ritter2018/barcode_gate": (
            "In six of eight networks, by .02. Whatever comes back in this task does little harm, since a "
            "first pull must go to some arm, and nothing teaches the gate to tell; see recall_gate_closes."
        ),
        "ritter2018/two_step_incremental_weaker": (
            "With the gate shut the last trial counts for less after a cue, too, by .60 of .86: perhaps a "
            "network that is used to being reminded turns away from the last trial at the sight of a "
            "cue, whatever comes back. That was not tested."
        ),
        "ritter2018/recall_ungated_harm": (
            "The harm is clear, -2.3 in every network; but the gated network, the control, loses .44 "
            "[.23, .65] too, about the bound: see recall_gated_harmless."
        ),
        "ritter2018/recall_restored_how": (
            "It does harm, 2.1; but the gated network, the control, should have gained there and does "
            "not: see recall_how."
        ),
        "ritter2018/recall_restored_what": (
            "Every first visit begins in the state of some other context and is spoilt by it, so "
            "that what is stored of it is of little use either. With a threshold of .99 (three "
            "networks, other worlds) the same context saves 1.8 and a changed mapping costs 2.8: "
            "the simplest form needs to know what is familiar."
        ),
        "ritter2018/recall_what": (
            "The look-alike comes back in .70 [.685, .717] of first pulls with one bit flipped: on the "
            "bound that was fixed beforehand."
        ),
        "ritter2018/recall_how": (
            "With the mapping shifted by one arm what is put back neither helps nor hurts: the network "
            "stores which arm is good, not how to look for it. Where that arm has failed it tries the "
            "next one in 1 to 4 % of visits, less than by chance: what shifts are like was not learned, "
            "since a known context has another good arm in 4 % of its visits in training. Where it has "
            "in 30 % (`changing`) the same network does learn it and saves 1.8 [1.7, 1.9]."
        ),
        "ritter2018/recall_gate_closes": (
            "The gate hardly moves with distance (.594 to .585): it is a mask, open or shut for each "
            "unit for good. A far memory is nearly free, since a first pull must go to some arm and the "
            "arm that comes back is as good as any; how often it is pulled again is what the network "
            "sets by familiarity, and savings fall all the same."
        ),
        "ritter2018/recall_gated_harmless": (
            "At five bits what comes back still costs .44 of reward, about half a pull too many of a "
            "wrong arm, less than the 2.3 that the gate held open costs."
        ),
        "ritter2018/correlated_how": (
            "With the mapping shifted by one arm the old memory costs 1.6. In training a changed mapping "
            "announced itself by a loss; where it does not, the old arm is pulled on. Savings of a "
            "changed mapping are no more than 0 at distance 0 and 1. Known contexts change in 6 % of their "
            "visits there; where they do in 30 % (`changing`), what is put back speeds relearning."
        ),
        "ritter2018/correlated_gate_closes": (
            "The gate falls with every bit, in all eight networks, but from .531 to .512 only. The "
            "control falls as well, by .003: it sees the barcodes, which differ where look-alikes do."
        ),
        "ritter2018/correlated_gate_falls": (
            "At the first pull, which has to go to some arm, the gate is lower by .037 of its opening, "
            "not by a tenth; it closes after it, as eight new networks that were asked confirm: from "
            "the second pull on it is lower by .27 [.23, .32]. Where all seems familiar a far memory "
            "costs 1.3, not .3: the network does go by its familiarity."
        ),
        "ritter2018/correlated_gated_harmless": (
            "At five bits what comes back costs .29 [.02, .57], where training without costly mistakes "
            "left .44; held open, the gate costs 2.5."
        ),
        "ritter2018/correlated_ungated_harm": (
            "The harm is clear, -2.5 at every distance; that of the gated network lies at the bound."
        ),
        "ritter2018/correlated_restored_how": (
            "It does harm, 2.5, but so does the gated memory here, 1.6."
        ),
        "ritter2018/water_maze_first_exposure": (
            "In a new context the state of the barcode that is nearest comes back, for no threshold "
            "keeps it out, and its goal is looked at first: within ten steps in .50 of visits, in .37 "
            "of the same visits with an empty memory. That costs about one step of 15."
        ),
        "ritter2018/handover_geometry": (
            "With shuffled keys the same measure lies around its bound of 0, as it should, and so "
            "not wholly outside. Geometry comes along with the memory of another network, too, "
            "though that is of no use: it says what lies near what, not what it means."
        ),
    },
)
