"""Finn, Abbeel & Levine 2017, Model-agnostic meta-learning for fast adaptation of deep networks (arXiv:1703.03400)."""

from ..declaration import Paper
from . import bias_variance, sinusoids

_DIVERGES = (
    "Of 600 lives up to four diverge when several steps follow the one that slow learning was "
    "for; their errors, cut at 100 squared or so, make the mean. On the first four seeds the error "
    "after one step is 0.61 to 0.67; after ten the median life has 0.15 to 0.18, and the mean without "
    "lives that diverge is 0.37 to 0.45. With ten points instead of five none diverges."
)

paper = Paper(
    name="finn2017",
    citation=(
        "Finn C, Abbeel P, Levine S (2017). Model-agnostic meta-learning for fast adaptation of deep "
        "networks. International Conference on Machine Learning. arXiv:1703.03400"
    ),
    experiments=(*sinusoids.EXPERIMENTS, *bias_variance.EXPERIMENTS),
    signatures=(*sinusoids.SIGNATURES, *bias_variance.SIGNATURES),
    figures=(*sinusoids.FIGURES, *bias_variance.FIGURES),
    notes={
        "finn2017/bias_falls": (
            "Bias is estimated from 200 resamples and so contains a 200th of the variance, which at degrees 8 "
            "and 9 is more than the bias that is left: rank correlations stop short of -1."
        ),
    }
    | {
        f"finn2017/{name}": _DIVERGES
        for name in (
            "maml_5_steps",
            "maml_10_steps",
            "pretrained_10_steps",
            "pretrained_to_maml",
            "unseen_half",
            "beyond_one_step",
        )
    },
)
