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
        "tan2023/depth_20_longer_than_50": (
            "Branches of 50 steps save 23 steps in a hundred attempts, with an interval of 80 to either "
            "side: beyond 20 steps depth adds little."
        ),
        **dict.fromkeys(
            ("tan2023/network_adapts_later", "tan2023/network_adapts_later_than_both"),
            "The network needs 14 episodes more than the two together; but where nothing changed the "
            "same measure is as large for some networks, which have not learned their routes by then.",
        ),
        "tan2023/slow_costs_more": (
            "The network makes 17,408 multiply-adds for every decision. Search goes out from the goal until it "
            "meets the agent and reads each transition on the way once: 68 in this world of 36 places, which has "
            "144 at most; 179, 645 and 3,832 in grids of 10, 20 and 40 a side, growing with the side to the "
            "power 2.2. The network, of one size throughout, is dearer in all of these; with everything known "
            "the two cost the same at 66 a side where no way is found, and at 134 along shortest ways "
            "(tan2023/cost_by_size). The published search reads 2,000 at most, 100 branches of 20 steps, "
            "and 1,621 on average, .09 of the network."
        ),
        "tan2023/supervised_action_before_value": (
            "Values are the same under both rules and are learned first, as was seen on other seeds "
            "before; the claim stands as it was written."
        ),
        **dict.fromkeys(
            ("tan2023/subgoals_across", "tan2023/subgoals_same_side"),
            "As published the network hardly decides: it is taught every detour, and tries count so much "
            "that an agent back at the gap is driven through it again. Where it decides sub-goals help.",
        ),
    },
)
