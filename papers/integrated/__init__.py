"""One agent with all parts: what each of them is needed for."""

from types import MappingProxyType

from ..declaration import Paper
from . import (
    maze,
    maze_unseen,
    maze_unseen_figure,
    nonlocal_news,
    nonlocal_unseen,
    plane,
    transplant,
)


def _both(*names: str) -> tuple[str, ...]:
    """Signatures of the first networks, and those of the networks that nobody had seen."""
    return tuple(f"integrated/{prefix}{name}" for name in names for prefix in ("", "again_"))


paper = Paper(
    name="integrated",
    citation=(
        "fastslow: one agent with a prefrontal network, dopamine, reinstatement, replay and search. "
        "Directions: Liu Y, Mattar MG, Behrens TEJ, Daw ND, Dolan RJ (2021), Science 372, eabf1357; "
        "Momennejad I, Otto AR, Daw ND, Norman KA (2018), eLife 7, e32548"
    ),
    experiments=(
        *nonlocal_news.EXPERIMENTS,
        *nonlocal_unseen.EXPERIMENTS,
        *maze.EXPERIMENTS,
        *maze_unseen.EXPERIMENTS,
        *plane.EXPERIMENTS,
        *transplant.EXPERIMENTS,
    ),
    signatures=(
        *nonlocal_news.SIGNATURES,
        *nonlocal_unseen.SIGNATURES,
        *maze.SIGNATURES,
        *maze_unseen.SIGNATURES,
        *plane.SIGNATURES,
        *transplant.SIGNATURES,
    ),
    figures=(
        *nonlocal_news.FIGURES,
        *maze.FIGURES,
        *maze_unseen_figure.FIGURES,
        *plane.FIGURES,
        *transplant.FIGURES,
    ),
    notes=MappingProxyType(
        {
            "integrated/price_of_replay": (
                "One network of seeds 0-7 learned its visits but not to use what comes back; on seeds "
                "8-15, run once for confirmation, the price is .039 [.031, .047]."
            ),
            **dict.fromkeys(
                _both("order_indifferent_in_long_rest"),
                "A long rest that begins with what surprised most is better by about .05 than one in "
                "any order: early and late replay of a context are not quite the same to the network.",
            ),
            **dict.fromkeys(
                _both("onset_rpe_learned"),
                "With brief visits in training a context is worth less at its onset, and its value is "
                "learned less well; without them it was 1.57, see TRIED.md.",
            ),
            **dict.fromkeys(
                _both("onset_rpe_old_without_rest", "onset_rpe_new_after_rest"),
                "Replay of one outcome for each action turns the choice but hardly the value of a "
                "context: to the network such outcomes mean a reversal, which leaves it rich.",
            ),
            "integrated/transplant_ranking": (
                "Dopamine neurons rank the right contexts first, but of the sharp waves in a rest only "
                "about half set out from the cue; the others replay any context, and two backups are "
                "soon used up."
            ),
            **maze.NOTES,
            **maze_unseen_figure.NOTES,
            **plane.NOTES,
        }
    ),
)
