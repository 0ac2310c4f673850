"""Ritter et al. 2018, Been there, done that: meta-learning with episodic recall (arXiv:1805.09692)."""

from ..declaration import Paper
from . import barcode, handover, images, recall, two_step, water_maze

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
        *handover.EXPERIMENTS,
        *two_step.EXPERIMENTS,
        # Not reproduced, and so without verdict and figure, until they have been run.
        *images.EXPERIMENTS,
        *water_maze.EXPERIMENTS,
    ),
    signatures=(
        *barcode.SIGNATURES,
        *recall.SIGNATURES,
        *handover.SIGNATURES,
        *two_step.SIGNATURES,
    ),
    figures=(*barcode.FIGURES, *recall.FIGURES, *handover.FIGURES, *two_step.FIGURES),
    notes={
        "ritter2018/recall_restored_what": (
            "Every first visit begins in the state of some other context and is spoilt by it, so "
            "that what is stored of it is of little use either. With a threshold of .99 (three "
            "networks, other worlds) the same context saves 1.8 and a changed mapping costs 2.8: "
            "the simplest form needs to know what is familiar."
        ),
        "ritter2018/handover_geometry": (
            "With shuffled keys the same measure lies around its bound of 0, as it should, and so "
            "not wholly outside. Geometry comes along with the memory of another network, too, "
            "though that is of no use: it says what lies near what, not what it means."
        ),
    },
)
