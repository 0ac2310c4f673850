"""Eshel et al. 2015, Arithmetic and local circuitry underlying dopamine prediction errors (doi:10.1038/nature14855)."""

from ..declaration import Paper
from . import conditioning, teacher

paper = Paper(
    name="eshel2015",
    citation=(
        "Eshel N, Bukwich M, Rao V, Hemmelder V, Tian J, Uchida N (2015). Arithmetic and local "
        "circuitry underlying dopamine prediction errors. Nature 525, 243-246. "
        "doi:10.1038/nature14855"
    ),
    experiments=(*conditioning.EXPERIMENTS, *teacher.EXPERIMENTS),
    signatures=(*conditioning.SIGNATURES, *teacher.SIGNATURES),
    figures=(*conditioning.FIGURES, *teacher.FIGURES),
)
