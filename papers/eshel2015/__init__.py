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
        f"eshel2015/{name}": (
            "The effect of the light is large (-11.5 Hz, +5.9 Hz). The control, synapses cut, has an "
            "effect of exactly 0, since light then reaches no dopamine neuron and its trials use the "
            "same random numbers; the bound fixed beforehand, no effect, lets 0 pass. A bound away "
            "from 0 tells them apart: see unseen_gaba_excited and unseen_gaba_inhibited."
        )
        for name in ("gaba_excited", "gaba_inhibited")
    },
)
