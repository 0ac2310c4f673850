"""The closed loop: an animal's way writes its CA3, sharp waves replay it, and replay teaches the animal."""

from ..declaration import Paper
from . import (
    area,
    episodic_index,
    excited_goal,
    excited_levels,
    line,
    log_ratios,
    matched,
    unseen,
    winding,
    worth,
    worth_when_made,
)

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
        *worth_when_made.EXPERIMENTS,
        *episodic_index.EXPERIMENTS,
    ),
    signatures=(
        *line.SIGNATURES,
        *excited_goal.SIGNATURES,
        *excited_levels.SIGNATURES,
        *winding.SIGNATURES,
        *matched.SIGNATURES,
        *unseen.SIGNATURES,
        *log_ratios.SIGNATURES,
        *area.SIGNATURES,
        *worth.SIGNATURES,
        *worth_when_made.SIGNATURES,
        *episodic_index.SIGNATURES,
    ),
    figures=(
        *line.FIGURES,
        *winding.FIGURES,
        *matched.FIGURES,
        *unseen.FIGURES,
        *episodic_index.FIGURES,
    ),
    notes={
        "closed_loop/starts_near_goal": (
            "Of 195 sharp waves 43 are not read to begin near the goal. In 17 only the first 10 ms are read "
            "elsewhere, from a few spikes while the cue has just begun; 11 count as a sharp wave from two or "
            "three states on; 15 begin elsewhere, before the cue or where it set off none. Where replay begins is "
            "told by unseen_starts_near_goal."
        ),
        **dict.fromkeys(
            tuple(
                f"closed_loop/{kind}prefrontal_{what}"
                for kind in ("", "matched_")
                for what in ("order", "content")
            ),
            "Moves are counted at a quarter, a half and three quarters of training, and at a quarter nobody "
            "has learned yet (97 to 98 of 100 moves). As many backups or fewer in the controls: the same "
            "comes out. From a half of training on, in other networks: unseen_prefrontal_order and "
            "unseen_prefrontal_content.",
        ),
        "closed_loop/unseen_prefrontal_order": (
            "The network itself takes 1.15 [1.09, 1.21] times as many moves without order, all twelve more. What is "
            "undecided is the control: that shuffled replay takes more than replay from the start, 1.01 "
            "[.96, 1.07], cannot be ruled out with twelve networks, which differ by .09 (SD) there."
        ),
        "closed_loop/matched_line_order": (
            "The effect is as large as without matching; eight animals are too few to tell that random and "
            "reversed order, which serve as a control, do not differ. Twenty others are enough: "
            "unseen_line_order."
        ),
        **dict.fromkeys(
            ("closed_loop/matched_line_direction", "closed_loop/unseen_line_direction"),
            "In reversed order a wave still teaches one step, as in random order it teaches one or few; the "
            "difference, 1.06 [.84, 1.28] in eight animals and 1.16 [1.01, 1.31] in twenty others, is too small "
            "beside the 5 % asked for. Means of ratios, these, which come out too high: by geometric mean 1.12 "
            "[.99, 1.27] in the twenty, unseen_line_direction_log.",
        ),
        "closed_loop/excited_goal_forward": (
            "Forward sharp waves become fewer by 33 % [13, 53] with 2 nS on the cells of the goal, by 18 % "
            "[1, 35] with 1, by 6 % [-16, 29] with 2 nS elsewhere: the network makes 13.9 in 10 s with 2 nS as "
            "without, so that those which begin at the goal stand in for others. Twenty rests of 10 s are too "
            "few to say whether it is more than a quarter."
        ),
        "closed_loop/unseen_line_direction_log": (
            "Reversed replay takes 1.12 [.99, 1.27] times as many moves as shuffled by geometric mean, so that "
            "no difference at all is left open; the mean of ratios, 1.16 [1.01, 1.31], had it above 1."
        ),
        "closed_loop/unseen_line_content": (
            "A mean of ratios, which comes out too high: 1.56 [1.34, 1.81] by geometric mean, 1.50 for moves in all."
        ),
        "closed_loop/unseen_prefrontal_order_log": (
            "As unseen_prefrontal_order: 1.14 [1.08, 1.20] times as many moves without order, but the control, "
            "1.01 [.96, 1.07], is not clearly below 1.05."
        ),
        "closed_loop/matched_fast_slow_order": (
            "Replayed in order four of eight animals lose their way once, at the sixth or seventh attempt. In "
            "the rest before, the first wave had begun in the middle of the way when the cue came and ran to the "
            "goal, so that moves away from it were taught, and of those to it the last ones alone."
        ),
        **dict.fromkeys(
            ("closed_loop/worth", "closed_loop/worth_beyond_occupancy"),
            "This measures no value. Before the first rest a backup of one state has a gain, before all others of "
            "none; the other ranks are need times 1e-10, the floor that keeps gains from being nothing. Without it the "
            "correlation is -.03 [-.19, .13], with need alone -.44; in twelve other animals the measure as it stands "
            "gives -.18 [-.44, .08]. So nothing goes against the value of a backup. Asked before each backup: "
            "unseen_value_when_made and unseen_worth_most_when_made.",
        ),
        **dict.fromkeys(
            ("closed_loop/unseen_value_when_made", "closed_loop/unseen_gain_when_made"),
            "A correlation over states says little here: at any moment a backup of one state at most is worth "
            "anything, and of ten rests hardly any but the first has such moments, a ninth of all backups. How often "
            "states are replayed in the others, when nothing is left to gain, weighs more. Moment by moment the state "
            "worth most is replayed in 95 % (unseen_worth_most_when_made).",
        ),
        "closed_loop/unseen_value_when_made_beyond_occupancy": (
            "Neither is there: with value .11 [-.19, .41], with visits .17 [-.19, .53]. See unseen_value_when_made."
        ),
        "closed_loop/unseen_need_when_made": (
            "From animal to animal it is anything from -.89 to .66: nothing in CA3 knows where the animal will be."
        ),
        "closed_loop/unseen_worth_most_when_made": (
            "Of the first rest almost alone, 11 % of all backups: while any is worth something it is one state's, next "
            "to where the wave has come, and the wave goes there. The other 89 % are made when no backup changes "
            "a choice."
        ),
    },
)
