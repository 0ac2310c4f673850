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
)
