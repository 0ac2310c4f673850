"""Which part of the one agent is needed for what: the lesion table, predicted before it was measured.

`+` impaired, `(+)` partly, `0` spared. A lesion's cost is the steps that it adds to the way to the goal, as a
share of the range from the intact agent to one that knows the arena and nothing of its
contexts (`CornerByCorner`, which tries the corners in random order). Random moves would be no such end of
a range: they take 86 steps where ignorance takes ten, and anything would be spared. A spared cell is an
equivalence test.
"""

from __future__ import annotations

from collections.abc import Callable

from ..declaration import Signature
from .maze_measures import impairment

PREDICTED = """
lesion                        | within_visit | recurrence | remote_news | detour | new_context
state_reset                   |      +       |    (+)     |     (+)     |  (+)   |      0
gate_shut                     |      0       |     +      |      +      |   0    |      0
no_rest                       |      0       |     0      |      +      |   0    |      0
shuffled_replay               |      0       |     0      |      +      |   0    |      0
random_order_in_short_rest    |      0       |     0      |     (+)     |   0    |      0
no_search                     |      0       |     0      |      0      |   +    |      0
no_hippocampus                |      0       |     +      |      +      |   +    |      0
trained_without_reward_input  |      +       |     +      |      +      |   +    |      0
trained_by_permuted_errors    |      +       |     +      |      +      |   +    |      0
"""

MARGIN = 0.15  # of the range: specified before anything was run
# Knowing nothing of a context costs a network that searches well less than the whole range, hence
# "impaired" cannot be all of it: chosen, twice the margin. Partly is beyond the margin, and half at most.
BOUNDS = {"0": (-MARGIN, MARGIN), "(+)": (MARGIN, 0.5), "+": (2 * MARGIN, None)}

# Column: event of the test, and trials of the test visit that are measured.
COLUMNS = {
    "within_visit": ("new", (1, 2)),
    "recurrence": ("recurrence", (0,)),
    "remote_news": ("news", (0,)),
    "detour": ("closed", (0,)),
    "new_context": ("new", (0,)),
}
EVENTS = ("recurrence", "news", "closed", "new")

LESIONS = {
    "state_reset": "With the recurrent state reset before each trial",
    "gate_shut": "When no state is put back",
    "no_rest": "Without replay at rest",
    "shuffled_replay": "When rest replays as many ways, but to places drawn at random",
    "random_order_in_short_rest": "When a rest of one backup replays a context drawn at random",
    "no_search": "Without a search of memory",
    "no_hippocampus": "Without anything stored, rest or search",
    "trained_without_reward_input": "After training without knowledge of what was earned",
    "trained_by_permuted_errors": "After training by the prediction errors of other lives",
}
TRAINED_APART = {
    "trained_without_reward_input": "integrated/maze_without_reward_input",
    "trained_by_permuted_errors": "integrated/maze_permuted_errors",
}
WHAT = {
    "within_visit": "learning within a visit",
    "recurrence": "finding the goal of a known context",
    "remote_news": "finding a goal that moved while another context was visited",
    "detour": "the detour around a closed gap",
    "new_context": "the search of a new context",
}
# Controls: an impaired cell must not be found where nothing is expected to be lost, a spared one not
# where that is what is lost. Nothing is expected to spoil the search of a new context but ignorance.
SPARED = dict.fromkeys(COLUMNS, "no_rest") | {"remote_news": "no_search"}
IMPAIRED = {
    "within_visit": "state_reset",
    "recurrence": "gate_shut",
    "remote_news": "no_rest",
    "detour": "no_search",
    "new_context": "ignorant",
}
SHORT_REST = "random_order_in_short_rest"


def cells() -> dict[tuple[str, str], str]:
    """What is predicted, by lesion and column."""
    head, *lines = [line.split("|") for line in PREDICTED.strip().splitlines()]
    columns = [name.strip() for name in head[1:]]
    return {
        (line[0].strip(), column): sign.strip()
        for line in lines
        for column, sign in zip(columns, line[1:], strict=True)
    }


def source(lesion: str, event: str) -> str:
    """The recording of an agent in a test; "intact" and "ignorant" are agents, too."""
    if lesion == "ignorant":
        return f"integrated/maze_ignorant@{event}"
    if lesion in TRAINED_APART:
        return f"{TRAINED_APART[lesion]}@{event}"
    return f"integrated/maze@{lesion}_{event}"


def compared(
    lesion: str, column: str, of: Callable[[str, str], str] = source, end: str = "ignorant"
) -> tuple[str, str, str]:
    """What an impairment is measured from: the intact agent, the end of the range, and the lesioned one.

    `of` says where an agent was recorded in a test.
    """
    event, _ = COLUMNS[column]
    intact = "short_rest" if lesion == SHORT_REST else "intact"
    return of(intact, event), of(end, event), of(lesion, event)


def signature(
    name: str,
    when: str,
    column: str,
    sign: str,
    subject: tuple[str, ...],
    control: Callable[[str, str], tuple[str, ...]],
) -> Signature:
    """That a lesion costs what is predicted.

    The subject is the intact agent, the end of the range, and the lesioned one; `control` names those
    of another lesion and column.
    """
    low, high = BOUNDS[sign]
    other = IMPAIRED[column] if sign == "0" else SPARED[column]
    lost = {"0": "is spared", "(+)": "is partly impaired", "+": "is impaired"}[sign]
    return Signature(
        name=f"integrated/{name}_{column}",
        claim=f"{when} {WHAT[column]} {lost}.",
        published="direction only",
        low=low,
        high=high,
        measure=impairment(COLUMNS[column][1]),
        subject=subject,
        shows_not=control(other, column),
    )


SIGNATURES = tuple(
    signature(lesion, LESIONS[lesion], column, sign, compared(lesion, column), compared)
    for (lesion, column), sign in cells().items()
)
