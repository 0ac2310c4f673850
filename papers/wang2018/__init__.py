"""Wang et al. 2018, Prefrontal cortex as a meta-reinforcement learning system (doi:10.1038/s41593-018-0147-8)."""

from ..declaration import Paper
from . import bandit, harlow, two_step

paper = Paper(
    name="wang2018",
    citation=(
        "Wang JX, Kurth-Nelson Z, Kumaran D, Tirumala D, Soyer H, Leibo JZ, Hassabis D, Botvinick M "
        "(2018). Prefrontal cortex as a meta-reinforcement learning system. Nature Neuroscience 21, "
        "860-868. doi:10.1038/s41593-018-0147-8"
    ),
    experiments=(*bandit.EXPERIMENTS, *two_step.EXPERIMENTS, *harlow.EXPERIMENTS),
    signatures=(*bandit.SIGNATURES, *two_step.SIGNATURES, *harlow.SIGNATURES),
    figures=(*bandit.FIGURES, *two_step.FIGURES, *harlow.FIGURES),
    notes={
        "wang2018/bandit_structure_exploited": (
            "Training on dependent arms does save regret on .25 / .75 (the interval lies above 0), but "
            "not clearly more than the margin of .2 that was fixed beforehand. Little is left to save: "
            "networks trained on dependent arms lose 1.14, those trained on independent arms 1.36, the "
            "Gittins index 1.39 and the optimum .97. On uniformly drawn arms the difference is larger, "
            "1.34 against 1.75."
        ),
        "wang2018/harlow_flat_after_trial_2": (
            "The trained networks are flat, and a learner that is gradual by construction "
            "(`harlow_object_values`, beside) is not. What is unclear is the specified control, networks "
            "early in training: here they pass from guessing to one-shot choice within about 2 % of "
            "training, each at a moment of its own, so that few are caught in between."
        ),
        "wang2018/harlow_gradual_then_at_once": (
            "The gradual phase is there, between 6 and 10 % of training, but it is shorter than the "
            "sixths of training after which the published curves, and so these, are drawn. The paper "
            "trained on pixels with 32 workers, for which learning takes longer."
        ),
    },
)
