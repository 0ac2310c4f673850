"""Finn, Abbeel & Levine 2017, Model-agnostic meta-learning for fast adaptation of deep networks (arXiv:1703.03400)."""

from ..declaration import Paper
from . import bias_variance, sinusoids

paper = Paper(
    name="finn2017",
    citation=(
        "Finn C, Abbeel P, Levine S (2017). Model-agnostic meta-learning for fast adaptation of deep "
        "networks. International Conference on Machine Learning. arXiv:1703.03400"
    ),
    experiments=(*sinusoids.EXPERIMENTS, *bias_variance.EXPERIMENTS),
    signatures=(*sinusoids.SIGNATURES, *bias_variance.SIGNATURES),
    figures=(*sinusoids.FIGURES, *bias_variance.FIGURES),
)
