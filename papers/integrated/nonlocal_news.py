"""Learning from news that came elsewhere: what each part of one agent is needed for.

Contexts share the end states to which their actions lead. Once each context is known, one of
them is visited in which an end state has changed; the question is with which choice the others
are entered. Recurrent state is emptied between visits, so the stored state is all that a context has; it
knows nothing of what happened elsewhere, unless replay at rest revises it or memory is searched
at the moment of choice. Training settings were chosen on reward; every one tried is in `TRIED.md`.
"""

from __future__ import annotations

from dataclasses import replace

from ...models.integrated import Integrated
from ...models.training import ActorCritic
from ...tasks.shared_ends import SharedEnds
from ..declaration import Experiment, Figure, Signature, Test
from .measures import (
    after_news,
    difference,
    flipped,
    in_known_context,
    interaction,
    learned_in_first_visit,
    mean_difference,
    moved_along_choice_axis,
    onset_carries_old_value,
    onset_learned,
    onset_tells_value,
    operations_of_choice,
    unconcerned,
)
from .nonlocal_figure import SOURCES, draw_nonlocal
from .parts_figure import CUTS, draw_parts, name_of
from .parts_figure import SOURCES as ALL_COMBINATIONS

SOURCE = "ours; directions of doi:10.1126/science.abf1357 and doi:10.7554/eLife.32548"
# Brief visits leave states such as replay leaves: a network has to have met them to read them.
TRAINED_ON = SharedEnds(n_rounds=4, p_change=0.2, p_poor=0.2, n_brief=2, tested=False)
NETWORK = Integrated(key=TRAINED_ON.context_columns, end=TRAINED_ON.end_columns, threshold=0.95)
TRAINING = ActorCritic(
    n_lives=9_600,
    n_lanes=16,
    unroll=1 + TRAINED_ON.n_trials,  # an update after each visit; the memory outlasts it
    value_weight=0.5,
    entropy_weight=0.02,
)

BUDGETS = (0, 2, 4, 16)
ORDERS = {
    "rpe": (),
    "gain": ("dopamine",),
    "random": ("ranking",),
    "last": ("ranking_direction",),
    "shuffled": ("surprise",),
}
CONTENTS = {
    "blank": ("replayed_content",),
    "actions": ("replayed_actions",),
    "ends": ("replayed_ends",),
}


def after(
    n_backups: int, *without: str, news: str = "reversed", search: bool = False, p_poor: float = 0.0
) -> Test:
    """Lives with news and a rest of so many backups, without search unless it is asked for."""
    return Test(
        n_lives=300,
        task=SharedEnds(news=news, n_backups=n_backups, p_poor=p_poor),
        without=without if search else (*without, "search"),
        record=("policy", "operations"),
    )


def states(n_backups: int, news: str) -> Test:
    """Fewer lives, with the cell states that come back."""
    return replace(after(n_backups, news=news), n_lives=200, record=("policy", "stored_cell"))


def factorial() -> dict[str, Test]:
    """Every combination of parts taken out, with a rest that is too short for everything."""
    return {name_of(cut): after(4, *cut, search=True) for cut in CUTS}


TESTS = {
    **{f"{order}_{b}": after(b, *cut) for order, cut in ORDERS.items() for b in BUDGETS[1:]},
    **{f"{content}_16": after(16, *cut) for content, cut in CONTENTS.items()},
    **{f"blank_{b}": after(b, *CONTENTS["blank"]) for b in (2, 4)},
    "rest_0": after(0),
    "none_0": after(0, news="none"),
    "none_16": after(16, news="none"),
    "shut_0": after(0, "reinstatement"),
    "shut_none": after(0, "reinstatement", news="none"),
    "amnesic": after(0, "working_memory"),
    "amnesic_blind": after(0, "working_memory", "reward_input"),
    "devalued_0": after(0, news="devalued", p_poor=0.5),
    "devalued_16": after(16, news="devalued", p_poor=0.5),
    "devalued_shut": after(0, "reinstatement", news="devalued", p_poor=0.5),
    "search_0": after(0, search=True),
    "search_none_0": after(0, news="none", search=True),
    "search_none_16": after(16, news="none", search=True),
    **{f"states_{b}": states(b, "reversed") for b in (0, 16)},
    **{f"states_none_{b}": states(b, "none") for b in (0, 16)},
    **factorial(),
}  # fmt: skip

EXPERIMENTS = (
    Experiment(
        name="integrated/nonlocal",
        summary="one agent: prefrontal network, dopamine, reinstatement, replay and search",
        task=TRAINED_ON,
        agent=NETWORK,
        training=TRAINING,
        recording=after(16, search=True),
        tests=TESTS,
        source=SOURCE,
    ),
)


def _of(*tests: str) -> tuple[str, ...]:
    return tuple(f"integrated/nonlocal@{test}" if test else "integrated/nonlocal" for test in tests)


# Where the specification gives only a direction: differences of probabilities from .05 on count, so that
# none at all lies clearly outside; a value that is carried is nearer to the old than to the new one.
SIGNATURES = (
    Signature(
        name="integrated/within_visit",
        claim="In a context met for the first time the better action is learned within the visit.",
        published="direction only",
        low=0.25,
        high=None,
        measure=learned_in_first_visit,
        subject=_of("rest_0")[0],
        # With its state reset before each trial the network still sees what its last choice earned.
        shows_not=_of("amnesic_blind")[0],
        beside=_of("amnesic"),
    ),
    Signature(
        name="integrated/known_context",
        claim="A known context is entered with the better action.",
        published="direction only",
        low=0.75,
        high=None,
        measure=in_known_context,
        subject=_of("none_0")[0],
        shows_not=_of("shut_none")[0],
    ),
    Signature(
        name="integrated/known_context_needs_reinstatement",
        claim="When no state is put back a known context is entered like a new one.",
        published="direction only",
        low=None,
        high=0.55,
        measure=in_known_context,
        subject=_of("shut_none")[0],
        shows_not=_of("none_0")[0],
    ),
    Signature(
        name="integrated/stale_without_rest",
        claim="Without rest a context of which news came elsewhere is entered with the old action.",
        published="direction only",
        low=None,
        high=0.35,
        measure=after_news,
        subject=_of("rest_0")[0],
        shows_not=_of("none_0")[0],
    ),
    Signature(
        name="integrated/replay_brings_news",
        claim="After replay it is entered with the action that is better now, never taken there since.",
        published="integrated/nonlocal_replay",
        low=0.65,
        high=None,
        measure=after_news,
        subject=_of("rpe_16")[0],
        shows_not=_of("blank_16")[0],
    ),
    Signature(
        name="integrated/replay_beyond_blank_rest",
        claim="It is what is replayed that helps, not time: blank rest only erases.",
        published="direction only",
        low=0.15,
        high=None,
        measure=difference(after_news),
        subject=_of("rpe_16", "blank_16"),
        shows_not=_of("actions_16", "blank_16"),
    ),
    Signature(
        name="integrated/replay_needs_actions",
        claim="Replay with its actions exchanged at random leaves the choice at chance on average.",
        published="direction only",
        low=0.43,
        high=0.57,
        measure=after_news,
        subject=_of("actions_16")[0],
        shows_not=_of("rpe_16")[0],
    ),
    Signature(
        name="integrated/replay_needs_ends",
        claim="Replay with its end states drawn at random leaves the choice at chance on average.",
        published="direction only",
        low=0.43,
        high=0.57,
        measure=after_news,
        subject=_of("ends_16")[0],
        shows_not=_of("rpe_16")[0],
    ),
    Signature(
        name="integrated/price_of_replay",
        claim="Contexts that do not lead to the changed ends lose little by replay.",
        published="direction only",
        low=None,
        high=0.1,
        measure=difference(unconcerned),
        subject=_of("rest_0", "rpe_16"),
        shows_not=_of("rest_0", "actions_16"),
    ),
    Signature(
        name="integrated/unshared_ends",
        claim="News about end states to which a context does not lead has no effect there.",
        published="direction only",
        low=-0.05,
        high=0.05,
        measure=difference(unconcerned),
        subject=_of("rpe_16", "none_16"),
        shows_not=_of("actions_16", "none_16"),
    ),
    Signature(
        name="integrated/rpe_before_random",
        claim="With few backups replay in the order of prediction errors brings more than in random order.",
        published="integrated/errors_predict_replay",
        low=0.05,
        high=None,
        measure=mean_difference(after_news),
        subject=_of("rpe_2", "random_2", "rpe_4", "random_4"),
        shows_not=_of("shuffled_2", "random_2", "shuffled_4", "random_4"),
    ),
    Signature(
        name="integrated/gain_before_random",
        claim="With few backups replay in the order of gain times need brings more than in random order.",
        published="integrated/nonlocal_replay",
        low=0.05,
        high=None,
        measure=mean_difference(after_news),
        subject=_of("gain_2", "random_2", "gain_4", "random_4"),
        shows_not=_of("shuffled_2", "random_2", "shuffled_4", "random_4"),
    ),
    Signature(
        name="integrated/random_before_last",
        claim="With few backups replay in random order brings more than what surprised least coming first.",
        published="direction only",
        low=0.05,
        high=None,
        measure=mean_difference(after_news),
        subject=_of("random_2", "last_2", "random_4", "last_4"),
        shows_not=_of("random_2", "shuffled_2", "random_4", "shuffled_4"),
    ),
    Signature(
        name="integrated/order_indifferent_in_long_rest",
        claim="With backups enough for everything the order makes no difference.",
        published="direction only",
        low=-0.05,
        high=0.05,
        measure=difference(after_news),
        subject=_of("rpe_16", "last_16"),
        shows_not=_of("rpe_4", "last_4"),
        beside=(_of("rpe_16", "random_16"), _of("gain_16", "random_16")),
    ),
    Signature(
        name="integrated/onset_rpe_learned",
        claim="The prediction error at the onset of a context tells its value once it is known.",
        published="direction only",
        low=0.5,  # reward, of about four that are at stake; chosen
        high=None,
        measure=onset_learned,
        subject=_of("devalued_0")[0],
        shows_not=_of("devalued_shut")[0],
    ),
    Signature(
        name="integrated/onset_rpe_absent_at_first",
        claim="The prediction error at the onset of a new context does not tell its value.",
        published="direction only",
        low=-0.2,  # reward; chosen
        high=0.2,
        measure=onset_tells_value(first_visit=True),
        subject=_of("devalued_0")[0],
        shows=_of("devalued_shut")[0],
    ),
    Signature(
        name="integrated/onset_rpe_old_without_rest",
        claim="Without rest the error at onset carries the value that the context had before the news.",
        published="direction only",
        low=0.5,
        high=None,
        measure=onset_carries_old_value,
        subject=_of("devalued_0")[0],
        shows_not=_of("devalued_16")[0],
    ),
    Signature(
        name="integrated/onset_rpe_new_after_rest",
        claim="After rest the error at onset carries the value that the context has since the news.",
        published="direction only",
        low=None,
        high=0.5,
        measure=onset_carries_old_value,
        subject=_of("devalued_16")[0],
        shows_not=_of("devalued_0")[0],
    ),
    Signature(
        name="integrated/stored_state_flips",
        claim="Rest changes the action decoded from the stored states of contexts concerned by news.",
        published="direction only",
        low=0.5,
        high=None,
        measure=flipped,
        subject=_of("states_0", "states_16"),
        shows_not=_of("states_none_0", "states_none_16"),
    ),
    Signature(
        name="integrated/stored_state_moves_along_choice_axis",
        claim="Their stored states move along the axis of choice, more than along a random one.",
        published="direction only",
        low=1.0,
        high=None,
        measure=moved_along_choice_axis,
        subject=_of("states_0", "states_16"),
        shows_not=_of("states_none_0", "states_none_16"),
    ),
    Signature(
        name="integrated/search_instead_of_replay",
        claim="Without rest a search of memory at the moment of choice finds the better action.",
        published="direction only",
        low=0.65,
        high=None,
        measure=after_news,
        subject=_of("search_0")[0],
        shows_not=_of("rest_0")[0],
    ),
    Signature(
        name="integrated/search_or_replay",
        claim="Search helps less where replay has done the work before.",
        published="direction only",
        low=0.05,
        high=None,
        measure=interaction(after_news),
        subject=_of("search_0", "rest_0", "", "rpe_16"),
        shows_not=_of("search_none_0", "none_0", "search_none_16", "none_16"),
    ),
    Signature(
        name="integrated/price_of_search",
        claim="Search costs operations at the moment of choice, replay does not.",
        published="direction only",
        low=1.0,  # operations
        high=None,
        measure=difference(operations_of_choice),
        subject=_of("search_0", "rpe_16"),
        shows_not=_of("rest_0", "rpe_16"),
    ),
)

FIGURES = (
    Figure(
        name="integrated/nonlocal",
        caption=(
            "News that came elsewhere. (a) Learning within visits; nothing changes. (b) Entering a "
            "context of whose end states news came in another one, by length and order of the rest. "
            "(c) By what is replayed, 16 backups; gray: contexts that lead to other ends. (d) Reward "
            "prediction error when a context comes up. (e) Stored cell states along the axis that "
            "tells actions apart, learned in other lives. (f) What replay and search cost: "
            "operations of the rest, for each context, and of the choice. Means over seeds with "
            "95 % intervals; dots: seeds."
        ),
        needs=SOURCES,
        draw=draw_nonlocal,
    ),
    Figure(
        name="integrated/parts",
        caption=(
            "Parts taken out of the trained agent, in every combination; rest of 4 backups. Filled: "
            "the agent has the part. Dots: seeds; lines: means."
        ),
        needs=ALL_COMBINATIONS,
        draw=draw_parts,
    ),
)
