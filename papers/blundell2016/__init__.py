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
            "Where 24 states are given one by one, replay soon tells their values apart: MFEC needs .64 "
            "of this DQN's attempts, against .18 of the DQN that sees coordinates, as MFEC does. How "
            "much faster episodic control is depends on what the network has to learn to see."
        ),
        "blundell2016/maze_dqn_late": (
            "500 attempts allow some 2,100 updates, and on coordinates the network is still learning "
            "(figure). The one-hot DQN has overtaken MFEC by then; no single DQN here is both three times "
            "slower and as good in the end."
        ),
        "blundell2016/maze_dqn_later": (
            "With 2,000 attempts the two tie on average (.03), but the DQN comes and goes, and 50 "
            "attempts are too few to say so. In the last 1,000 its paths are 1.14 of the shortest and "
            "those of MFEC 1.21. Asked of new lives in the mirror image, they tie (1.13 and 1.22; "
            "difference -.08 [-.19, .03])."
        ),
        "blundell2016/new_states": (
            "The value of a new state follows its neighbors' returns in every seed; the interval is "
            "wide because few moves of a life meet a state that was never stored."
        ),
    },
)
