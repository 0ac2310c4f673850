"""Eshel et al. 2015, Arithmetic and local circuitry underlying dopamine prediction errors (doi:10.1038/nature14855)."""

from ..declaration import Paper
from . import conditioning, light_since_delay, light_unseen, omission, teacher, trained_figure

paper = Paper(
    name="eshel2015",
    citation=(
        "Eshel N, Bukwich M, Rao V, Hemmelder V, Tian J, Uchida N (2015). Arithmetic and local "
        "circuitry underlying dopamine prediction errors. Nature 525, 243-246. "
        "doi:10.1038/nature14855"
    ),
    experiments=(
        *conditioning.EXPERIMENTS,
        *light_unseen.EXPERIMENTS,
        *light_since_delay.EXPERIMENTS,
        *teacher.EXPERIMENTS,
    ),
    signatures=(
        *conditioning.SIGNATURES,
        *omission.SIGNATURES,
        *light_unseen.SIGNATURES,
        *light_since_delay.SIGNATURES,
        *teacher.SIGNATURES,
    ),
    figures=(*conditioning.FIGURES, *teacher.FIGURES, *trained_figure.FIGURES),
    notes={
        "eshel2015/omission_levels_off": (
            "The dip grows 1.7 Hz [.8, 2.6] less steeply beyond an even chance than below, levelling off clearly, "
            "but the bound, half of what one recomputation with equal neurons has, lies at 1.75. Six means of 60 "
            "trials give slopes no better than that."
        ),
    }
    | {
        f"eshel2015/{name}": (
            "The effect of the light is large (-11.5 Hz, +5.9 Hz). The control, synapses cut, has an "
            "effect of exactly 0, since light then reaches no dopamine neuron and its trials use the "
            "same random numbers; the bound fixed beforehand, no effect, lets 0 pass. A bound away "
            "from 0 tells them apart: see unseen_gaba_excited and unseen_gaba_inhibited. The light comes on .6 s "
            "before the reward, and the baseline before it: of the effect on unexpected rewards -4.1 of -11.4 Hz "
            "and 5.0 of 5.8 are there before the reward. Beyond that: since_delay_gaba_excited and "
            "since_delay_gaba_inhibited."
        )
        for name in ("gaba_excited", "gaba_inhibited")
    }
    | {
        f"eshel2015/unseen_gaba_{name}": (
            "Counted from a baseline before the light, which comes on .6 s before the reward: of the effect on "
            f"unexpected rewards {before} Hz are there before the reward. Beyond that: since_delay_gaba_{name}."
        )
        for name, before in (("excited", "-4.1 of -11.4"), ("inhibited", "5.0 of 5.8"))
    }
    | {
        "eshel2015/since_delay_gaba_inhibited": (
            "By .7 Hz for unexpected rewards, 4.7 for expected ones: of 5.8 and 6.5 in all 5.0 and 1.8 are there "
            "before the reward."
        ),
        "eshel2015/since_delay_gaba_inhibited_expectation": (
            "Less by .7 of 9.1 Hz, 8 %: clear, and small. The paper asks whether GABA neurons carry what is "
            "subtracted; here light takes as much off their rate at any expectation, 12 Hz of 15 to 38, and leaves its "
            "rise with expectation whole. Exciting them, expectation takes .2 Hz [.1, .3] more off. That the "
            "subtraction needs them is told by the cut synapses (.1 Hz [-.0, .2] taken off), not by the light."
        ),
    },
)
