"""One agent with all parts: what each of them is needed for."""

from ..declaration import Paper
from . import nonlocal_news

paper = Paper(
    name="integrated",
    citation=(
        "fastslow: one agent with a prefrontal network, dopamine, reinstatement, replay and search. "
        "Directions: Liu Y, Mattar MG, Behrens TEJ, Daw ND, Dolan RJ (2021), Science 372, eabf1357; "
        "Momennejad I, Otto AR, Daw ND, Norman KA (2018), eLife 7, e32548"
    ),
    experiments=nonlocal_news.EXPERIMENTS,
    signatures=nonlocal_news.SIGNATURES,
    figures=nonlocal_news.FIGURES,
)
