"""One agent with all parts: what each of them is needed for."""

from types import MappingProxyType

from ..declaration import Paper
from . import nonlocal_news, plane

paper = Paper(
    name="integrated",
    citation=(
        "fastslow: one agent with a prefrontal network, dopamine, reinstatement, replay and search. "
        "Directions: Liu Y, Mattar MG, Behrens TEJ, Daw ND, Dolan RJ (2021), Science 372, eabf1357; "
        "Momennejad I, Otto AR, Daw ND, Norman KA (2018), eLife 7, e32548"
    ),
    experiments=(*nonlocal_news.EXPERIMENTS, *plane.EXPERIMENTS),
    signatures=(*nonlocal_news.SIGNATURES, *plane.SIGNATURES),
    figures=(*nonlocal_news.FIGURES, *plane.FIGURES),
    notes=MappingProxyType(
        {
            **dict.fromkeys(
                (
                    "integrated/replay_brings_news",
                    "integrated/replay_beyond_blank_rest",
                    "integrated/replay_needs_actions",
                    "integrated/price_of_replay",
                    "integrated/order_indifferent_in_long_rest",
                ),
                "Half of the networks take up replayed news nearly always, half in every second context: "
                "training never meets stored states as brief as those that replay leaves.",
            ),
            **dict.fromkeys(
                ("integrated/onset_rpe_old_without_rest", "integrated/onset_rpe_new_after_rest"),
                "Replay of one outcome for each action turns the choice but hardly the value of a "
                "context: to the network such outcomes mean a reversal, which leaves it rich.",
            ),
        }
    ),
)
