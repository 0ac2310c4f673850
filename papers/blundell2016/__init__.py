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
    notes={
        "blundell2016/maze_fast": (
            "A median life of MFEC needs 50 attempts and one of the DQN 123, a factor of 2.5 in so "
            "small a maze; a few lives of MFEC keep a detour for hundreds of attempts."
        ),
        "blundell2016/maze_fast_one_hot": (
            "Where the states are given one by one, a DQN that is updated after every move needs "
            "hardly more attempts than MFEC: 58 in the median."
        ),
    },
)
