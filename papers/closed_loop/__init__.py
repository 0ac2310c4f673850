"""The closed loop: an animal's way writes its CA3, sharp waves replay it, and replay teaches the animal."""

from ..declaration import Paper
from . import episodic_index, excited_goal, line, matched, unseen, winding, worth

paper = Paper(
    name="closed_loop",
    citation=(
        "This project's own: tabular Q-learning with replay, as in Mattar & Daw 2018 "
        "(doi:10.1038/s41593-018-0232-z), and two other learners, taught by the sharp waves of the "
        "network of Ecker et al. 2022 (doi:10.7554/eLife.71850)"
    ),
    experiments=(
        *line.EXPERIMENTS,
        *excited_goal.EXPERIMENTS,
        *winding.EXPERIMENTS,
        *matched.EXPERIMENTS,
        *unseen.EXPERIMENTS,
        *worth.EXPERIMENTS,
        *episodic_index.EXPERIMENTS,
    ),
    signatures=(
        *line.SIGNATURES,
        *excited_goal.SIGNATURES,
        *winding.SIGNATURES,
        *matched.SIGNATURES,
        *unseen.SIGNATURES,
        *worth.SIGNATURES,
        *episodic_index.SIGNATURES,
    ),
    figures=(*line.FIGURES, *winding.FIGURES, *matched.FIGURES, *episodic_index.FIGURES),
    notes={
        "closed_loop/starts_near_goal": (
            "Most goal-cued events begin at the goal, .78 [.69, .88]; the first 10 ms of some decode "
            "to another place, since the cue has only just begun."
        ),
        **dict.fromkeys(
            tuple(
                f"closed_loop/{kind}prefrontal_{what}"
                for kind in ("", "matched_")
                for what in ("order", "content")
            ),
            "Moves are counted at a quarter, a half and three quarters of training, and at a quarter nobody "
            "has learned yet (97 to 98 of 100 moves). As many backups or fewer in the controls: the same "
            "comes out.",
        ),
        "closed_loop/matched_line_order": (
            "The effect is as large as without matching; eight animals are too few to tell that random and "
            "reversed order, which serve as a control, do not differ."
        ),
        "closed_loop/matched_line_direction": (
            "With eight animals the interval reaches from .84 to 1.28: it cannot be told."
        ),
        **dict.fromkeys(
            ("closed_loop/worth", "closed_loop/worth_beyond_occupancy"),
            "When a rest begins a backup of one state at most is worth anything, that before the "
            "outermost whose way is known; the wave passes all states, and what the others are worth "
            "arises as it goes by.",
        ),
    },
)
