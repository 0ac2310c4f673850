"""Tan & Motani 2022, Using hippocampal replay to consolidate experiences (memARI workshop at NeurIPS)."""

from ..declaration import Paper
from . import mazes

paper = Paper(
    name="tan2022_replay",
    citation=(
        "Tan JCM, Motani M (2022). Using hippocampal replay to consolidate experiences in "
        "memory-augmented reinforcement learning. Memory in Artificial and Real Intelligence "
        "workshop, NeurIPS 2022"
    ),
    experiments=mazes.EXPERIMENTS,
    signatures=mazes.SIGNATURES,
    figures=mazes.FIGURES,
)
