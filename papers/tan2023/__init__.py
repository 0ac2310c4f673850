"""Tan & Motani 2023, Learning, fast and slow (arXiv:2301.13758): a goal-directed agent with memory."""

from ..declaration import Paper
from . import (
    baselines,
    cost_by_size,
    detour,
    dissociation,
    dynamic,
    every_state,
    improved,
    pain,
    static,
    subgoals,
    supervised,
)

_MODULES = (
    dynamic, static, dissociation, cost_by_size, detour, improved, every_state, supervised, baselines, pain, subgoals,
)  # fmt: skip

paper = Paper(
    name="tan2023",
    citation=(
        "Tan JCM, Motani M (2023). Learning, fast and slow: a goal-directed memory-based approach "
        "for dynamic environments. arXiv:2301.13758"
    ),
    experiments=tuple(e for module in _MODULES for e in module.EXPERIMENTS),
    signatures=tuple(s for module in _MODULES for s in module.SIGNATURES),
    figures=tuple(f for module in _MODULES for f in module.FIGURES),
    notes={
        **{
            f"tan2023/ahead_of_{name}": (
                "Goals are counted in as many steps as the agent with exact search takes for its 100 attempts, 1,484 "
                f"on average; by then this learner is in about its {attempt} attempt{exploring}. At equal attempts: "
                f"ahead_in_attempts_of_{name}."
            )
            for name, attempt, exploring in (
                ("predicted", "76th", ""),
                ("q", "24th", ""),
                ("dyna_q", "30th", ""),
                ("dyna_q_plus", "51st", ""),
                ("successor", "24th", ""),
                ("dqn", "17th", ", and explores in the first 1,000 steps"),
                ("her", "17th", ", and explores in the first 1,000 steps"),
            )
        },
        "tan2023/ahead_in_attempts_of_predicted": (
            "It reaches 95.2 goals in 100 attempts, the agent with exact search 95.8, on longer ways: 1,843 steps, not "
            "1,484. Its being behind in ahead_of_predicted is one of steps."
        ),
        "tan2023/ahead_in_attempts_of_dyna_q_plus": (
            "It reaches 93.5 goals in 100 attempts, the agent with exact search 95.8, on longer ways: 2,474 steps, not "
            "1,484. Its being behind in ahead_of_dyna_q_plus is mostly one of steps."
        ),
        "tan2023/depth_20_longer_than_50": (
            "Published are two single runs, 92 steps apart. Single runs of ours scatter with a standard deviation of "
            "183 and 190 steps and pairs with one seed by 223, so that two pairs in five are 92 or more apart; the "
            "means are 23 apart, with an interval of 80 to either side. Beyond 20 steps depth adds little."
        ),
        **dict.fromkeys(
            ("tan2023/network_adapts_later", "tan2023/network_adapts_later_than_both"),
            "The network needs 14 attempts more than the two together; but where nothing changed the same measure is "
            "12.8 attempts for a network and 4.4 for search: of 160 networks 9 % never come to ways that are short, "
            "having settled on ways twice the shortest, and 29 % come to them after 20 attempts. "
            "tan2023/detour_network_adapts_later has networks that have learned their ways.",
        ),
        "tan2023/detour_slow_costs_more": (
            "Shown for a network of 256 multiply-adds; the published one makes 17,408, beside which search, 469 reads, "
            "costs .03. In processor time it is dearer than either (benchmarks/decision_time.py)."
        ),
        "tan2023/detour_network_adapts_later": (
            "Of 40 lives 37 of a network alone are not back within 40 attempts, and 6 of search alone. Search is "
            "back at once in the 23 lives that had walked every piece of a way round before, and in no other."
        ),
        "tan2023/slow_costs_more": (
            "The network makes 17,408 multiply-adds for every decision. Search goes out from the goal until it "
            "meets the agent and reads each transition on the way once: 68 in this world of 36 places, which has "
            "144 at most; 179, 645 and 3,832 in grids of 10, 20 and 40 a side, growing with the side to the "
            "power 2.2. The network, of one size throughout, is dearer in all of these; with everything known "
            "the two cost the same at 66 a side where no way is found, and at 134 along shortest ways "
            "(tan2023/cost_by_size). The published search reads 2,000 at most, 100 branches of 20 steps, "
            "and 1,621 on average, .09 of the network. In processor time search is the dearer one even here, 89 "
            "microseconds a decision against 10 (benchmarks/decision_time.py): a read is not a multiply-add."
        ),
        "tan2023/supervised_action_before_value": (
            "Values are the same under both rules and are learned first, as was seen on other seeds "
            "before; the claim stands as it was written."
        ),
        "tan2023/subgoals_across": (
            "As published the network hardly decides: it is taught every detour, and tries count so much "
            "that an agent back at the gap is driven through it again. Where it decides sub-goals help."
        ),
        "tan2023/subgoals_same_side": (
            "No difference was expected, and none is seen; but where the network hardly decides seeds differ by 9.7 "
            "points (standard deviation), so that the interval of twenty reaches 4.5 points to either side of -2.1, "
            "beyond the bound of -5."
        ),
    },
)
