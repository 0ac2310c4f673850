"""Pritzel et al. 2017, Neural episodic control (arXiv:1703.01988)."""

from ..declaration import Paper
from . import control

paper = Paper(
    name="pritzel2017",
    citation=(
        "Pritzel A, Uria B, Srinivasan S, Puigdomenech A, Vinyals O, Hassabis D, Wierstra D, "
        "Blundell C (2017). Neural episodic control. ICML, PMLR 70, 2827-2836. arXiv:1703.01988"
    ),
    experiments=control.EXPERIMENTS,
    signatures=control.SIGNATURES,
    figures=control.FIGURES,
    notes={
        "pritzel2017/similar_states": (
            "In all eight networks it does, from .16 to .56, in four of them by less than the .2 asked for. "
            "Why they differ so was not looked into."
        ),
        "pritzel2017/maze_before_mfec": (
            "In a maze of 24 states given by coordinates there is little for an embedding to learn, and "
            "MFEC needs about as many attempts."
        ),
        "pritzel2017/maze_dqn_late": (
            "500 attempts allow some 2,100 updates, and the network is still learning."
        ),
        "pritzel2017/maze_dqn_later": (
            "With 2,000 attempts the two tie on average (.03), but the DQN comes and goes, and 50 "
            "attempts are too few to say so. In the last 1,000 its paths are 1.14 of the shortest and "
            "those of NEC 1.17. Asked of new lives in the mirror image, they tie (1.13 and 1.19; "
            "difference -.06 [-.12, .00])."
        ),
        "pritzel2017/bandit_unbiased": (
            "In the last 100 of 600 NEC is ahead by .04 [.01, .07], where .05 was asked for: it is still "
            "learning, MFEC is not (figure). The DQN has overtaken both by then."
        ),
        "pritzel2017/learned_embedding": (
            "A random embedding of coordinates keeps neighbors near, so that learning it adds little."
        ),
    },
)
