"""One agent with all parts: what each of them is needed for."""

from types import MappingProxyType

from ..declaration import Paper
from . import (
    maze,
    maze_as_planned,
    maze_as_planned_figure,
    maze_chronic,
    maze_unseen,
    maze_unseen_figure,
    nonlocal_in_order,
    nonlocal_last_error,
    nonlocal_news,
    nonlocal_training_alone,
    nonlocal_unpredictable,
    nonlocal_unseen,
    order_and_value,
    order_of_replay,
    plane,
    transplant,
)

FIRST = ("", "again_")  # the first networks, and those that nobody had seen
RUNGS = (*FIRST, "unpredictable_", "calibrated_", "alone_", "in_order_")


def _each(prefixes: tuple[str, ...], *names: str) -> tuple[str, ...]:
    """Signatures of these names on these networks."""
    return tuple(f"integrated/{prefix}{name}" for name in names for prefix in prefixes)


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
        *order_and_value.EXPERIMENTS,
        *nonlocal_unpredictable.EXPERIMENTS,
        *nonlocal_training_alone.EXPERIMENTS,
        *nonlocal_in_order.EXPERIMENTS,
        *order_of_replay.EXPERIMENTS,
        *nonlocal_last_error.EXPERIMENTS,
        *maze.EXPERIMENTS,
        *maze_unseen.EXPERIMENTS,
        *maze_chronic.EXPERIMENTS,
        *maze_as_planned.EXPERIMENTS,
        *plane.EXPERIMENTS,
        *transplant.EXPERIMENTS,
    ),
    signatures=(
        *nonlocal_news.SIGNATURES,
        *nonlocal_unseen.SIGNATURES,
        *nonlocal_unpredictable.SIGNATURES,
        *nonlocal_training_alone.SIGNATURES,
        *nonlocal_in_order.SIGNATURES,
        *order_of_replay.SIGNATURES,
        *nonlocal_last_error.SIGNATURES,
        *maze.SIGNATURES,
        *maze_unseen.SIGNATURES,
        *maze_chronic.SIGNATURES,
        *maze_as_planned.SIGNATURES,
        *plane.SIGNATURES,
        *transplant.SIGNATURES,
    ),
    figures=(
        *nonlocal_news.FIGURES,
        *order_and_value.FIGURES,
        *nonlocal_unpredictable.FIGURES,
        *order_of_replay.FIGURES,
        *maze.FIGURES,
        *maze_unseen_figure.FIGURES,
        *maze_as_planned_figure.FIGURES,
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
                _each(FIRST, "order_indifferent_in_long_rest"),
                "Contexts are revised one by one, so that no order among them counts, but that of the two "
                "outcomes within one does: where the failure of the old action is relived last the better "
                "one is taken with .98, where its own success comes last with .88. Largest errors first "
                "is the former in 95 % of the contexts, smallest first in 5 % (integrated/order_and_value, "
                "a and b). Relived as one visit there is no difference (integrated/rungs, d).",
            ),
            **dict.fromkeys(
                _each(FIRST, "onset_rpe_learned"),
                "The value is learned, but of another world: in training full visits and visits of "
                "two choices took turns, so that to the network a context that was visited in full will be "
                "visited briefly, with little at stake. Where visits take turns as in training the error "
                "tells rich from poor by .82 [.72, .93] (integrated/order_and_value, c and d), and where "
                "nothing tells how long a visit will be by .93 [.90, .96] (integrated/rungs, e).",
            ),
            **dict.fromkeys(
                _each(FIRST, "onset_rpe_old_without_rest", "onset_rpe_new_after_rest"),
                "What replay leaves looks like a brief visit, after which much is to come: value rises "
                "threefold with news or without, and ratios to the small difference between rich "
                "and poor mean nothing. Where visits take turns as in training the error carries the old "
                "value before rest (1.00 [.99, 1.01]) and, still, after it (.87 [.73, 1.01]): failures of "
                "both actions make a context poor to the network within one visit, relived as two "
                "visits they do not (integrated/order_and_value, c and d). Both are shown where visits are of "
                "any length and as many contexts poor as in the tests (integrated/rungs, f).",
            ),
            **dict.fromkeys(
                _each((*RUNGS, "last_error_"), "replay_needs_actions"),
                "Chance on average, not in each context: exchanged at random, two actions stay as they are in "
                "every second context. In integrated/nonlocal_unseen half of the contexts are entered "
                "with a p of the better action below .1, half above .9.",
            ),
            **dict.fromkeys(
                _each(RUNGS, "replay_needs_ends"),
                "Measured beside replay_needs_actions from the first; a verdict was asked for only when all six "
                "means were known.",
            ),
            **dict.fromkeys(
                _each(("unpredictable_", "calibrated_"), "replay_needs_ends"),
                "Ends drawn at random often lead to the pair of ends that did not change, whose outcomes speak for no "
                "action here. Relived as one visit with the rest such a replay leaves more of the old choice "
                "than choice by choice; a reading, not tested. (The verdict was asked for only when all six "
                "means were known.)",
            ),
            **nonlocal_unpredictable.NOTES,
            **order_of_replay.NOTES,
            **nonlocal_last_error.NOTES,
            "integrated/transplant_ranking": (
                "Dopamine neurons rank the right contexts first, but of the sharp waves in a rest only "
                "about half set out from the cue; the others replay any context, and two backups are "
                "soon used up. What they fire fades as errors do with the dictionary, where the order "
                "is one of recency (errors_before_recency); here the two were not told apart."
            ),
            **maze.NOTES,
            **maze_unseen_figure.NOTES,
            **maze_chronic.NOTES,
            **maze_as_planned.NOTES,
            **plane.NOTES,
        }
    ),
)
