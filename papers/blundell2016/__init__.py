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
        "blundell2016/maze_fast_one_hot": (
            "Where 24 states are given one by one, replay soon tells their values: on the seed used for "
            "tuning this DQN met the criterion after 80 attempts, MFEC after 44."
        ),
        "blundell2016/maze_dqn_late": (
            "500 attempts allow some 2,100 updates, and on coordinates the network is still learning: on "
            "tuning seeds late paths were 1.7 times the shortest, of MFEC 1.16, of the one-hot DQN 1.07."
        ),
    },
)
