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
        "pritzel2017/maze_fast": (
            "NEC needs as many attempts as the DQN, 134 and 123 in the median: nothing but epsilon "
            "makes it explore, and until the first goal all its values are 0."
        ),
        "pritzel2017/maze_before_mfec": (
            "MFEC, which tries actions with few entries first, needs 50 attempts in the median."
        ),
        "pritzel2017/learned_embedding": (
            "Coordinates are a good space already: distances in a random embedding of them serve "
            "as well."
        ),
    },
)
