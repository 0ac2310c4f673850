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
)
