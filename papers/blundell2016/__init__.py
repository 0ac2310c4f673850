"""Blundell et al. 2016, Model-free episodic control (arXiv:1606.04460)."""

from ..declaration import Paper
from . import bandit, maze

paper = Paper(
    name="blundell2016",
    citation=(
        "Blundell C, Uria B, Pritzel A, Li Y, Ruderman A, Leibo JZ, Rae J, Wierstra D, Hassabis D "
        "(2016). Model-free episodic control. arXiv:1606.04460"
    ),
    experiments=(*maze.EXPERIMENTS, *bandit.EXPERIMENTS),
    signatures=(*maze.SIGNATURES, *bandit.SIGNATURES),
    figures=(*maze.FIGURES, *bandit.FIGURES),
)
