"""The lesion table in the arena as it was planned, of 9 x 9 cells, and how far search would have to look.

Agent, training, tests, predictions, bounds, controls and measure are those of `maze_unseen`; the arena
alone is larger. News is eight steps or more from where the test begins, twice as far as search
looks. The gaps are six steps apart, further than it looks: one whose values are perfect but who looks no
further than four moves takes longer to the other gap than one who knows nothing of the context and
tries corners (`TRIED_MAZE.md`). Search that looks further is asked of the same networks, for search has no
part in training.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ...models.agent import Agent
from ...models.learners.corners import CornerByCorner
from ...models.training import ActorCritic
from ..declaration import Experiment, PairedTest, Signature
from . import maze
from .maze_measures import impairment
from .maze_predictions import BOUNDS, COLUMNS, EVENTS, LESIONS, compared, signature
from .maze_unseen import ACUTE, N_LIVES, paired

NAME, IGNORANT = "integrated/maze_as_planned", "integrated/maze_as_planned_ignorant"
WHERE = "In an arena of 9 x 9 cells"
SIZE = 9
TRAINED_ON = replace(maze.TRAINED_ON, size=SIZE)
NETWORK = replace(maze.NETWORK, key=TRAINED_ON.context_columns, end=TRAINED_ON.place_columns)
DEPTHS = (8, 12)  # moves that search looks ahead; 4 in the table
DEEPER = ("intact_news", "no_rest_news", "intact_closed", "no_search_closed")


def larger(part: str, event: str, n_lives: int = N_LIVES["network"]) -> PairedTest:
    """Lives in the larger arena that end with this event, of the agent without these parts."""
    task = replace(maze.world(part, event), size=SIZE)
    return paired(replace(maze.tested(part, event), task=task), n_lives)


def _experiment(
    name: str,
    summary: str,
    agent: Agent,
    tests: dict[str, PairedTest],
    training: ActorCritic | None = maze.TRAINING,
) -> Experiment:
    return Experiment(
        name=name,
        summary=summary,
        task=TRAINED_ON,
        agent=agent,
        training=training,
        recording=larger("intact", "news", 30),
        tests=tests,
        source=maze.SOURCE,
        reproduced=False,
    )


TESTS = {f"{part}_{event}": larger(part, event) for part in maze.PARTS for event in EVENTS}
EXPERIMENTS = (
    _experiment(
        NAME, "one agent in an arena of 9 x 9 cells: parts taken out, four events", NETWORK, TESTS
    ),
    *(
        _experiment(
            f"{NAME}_depth_{depth}",
            f"the same, whose search looks {depth} moves ahead",
            replace(NETWORK, depth=depth),
            {name: TESTS[name] for name in DEEPER},
        )
        for depth in DEPTHS
    ),
    _experiment(
        IGNORANT,
        "knows the arena of 9 x 9 cells and nothing of its contexts: corner by corner",
        CornerByCorner(),
        {event: larger("intact", event, N_LIVES["ignorant"]) for event in EVENTS},
        training=None,
    ),
)


def source(agent: str, event: str, network: str = NAME) -> str:
    """The recording of an agent in a test; "ignorant" is an agent, too."""
    return f"{IGNORANT}@{event}" if agent == "ignorant" else f"{network}@{agent}_{event}"


here = partial(compared, of=source)


def _predicted(lesion: str, column: str, sign: str) -> Signature:
    when = f"{WHERE}: {LESIONS[lesion][0].lower()}{LESIONS[lesion][1:]}"
    return signature(f"planned_{lesion}", when, column, sign, here(lesion, column), here)


def _at_depth(depth: int) -> tuple[Signature, Signature]:
    """That search so deep stands in for rest, and that a detour is then found by it."""
    where = f"{WHERE}, where search looks {depth} moves ahead"
    deep = partial(compared, of=partial(source, network=f"{NAME}_depth_{depth}"))
    in_time = Signature(
        name=f"integrated/planned_depth_{depth}_instead_of_rest",
        claim=f"{where}: a goal that moved while another context was visited is found without rest.",
        published="direction only",
        low=BOUNDS["0"][0],
        high=BOUNDS["0"][1],
        measure=impairment(COLUMNS["remote_news"][1]),
        subject=deep("no_rest", "remote_news"),
        shows_not=here("no_rest", "remote_news"),
    )
    detour = Signature(
        name=f"integrated/planned_depth_{depth}_detour",
        claim=f"{where}: without it the detour around a closed gap is impaired.",
        published="direction only",
        low=BOUNDS["+"][0],
        high=BOUNDS["+"][1],
        measure=impairment(COLUMNS["detour"][1]),
        subject=deep("no_search", "detour"),
        shows_not=deep("no_rest", "remote_news"),
    )
    return in_time, detour


SIGNATURES = (
    *(_predicted(lesion, column, sign) for (lesion, column), sign in ACUTE.items()),
    *(found for depth in DEPTHS for found in _at_depth(depth)),
)

_NO_RANGE = (
    "There is no range to judge by, whatever the verdict says: where a gap is closed the intact agent takes "
    "18.6 steps beyond the shortest way and one that tries corners 13.7, in every network more, so that shares "
    "are of a negative number. The other gap is six steps away and search looks four ahead; with perfect "
    "values it would take 17.0. In steps: without search 78.7, without hippocampus 36.4, all other "
    "lesions 15.2 to 19.2."
)
_CONTROL = (
    "Without search 78.7 steps, with it 9.4, where one that tries corners takes 13.7. The control was badly "
    "chosen: where search looks eight moves ahead rest still saves .38 of the range by news, which passes for "
    "impaired, too."
)
NOTES = {
    "integrated/planned_depth_8_detour": _CONTROL,
    "integrated/planned_depth_8_instead_of_rest": (
        "News is eight steps or more away, so that eight moves reach some of it: without rest 7.3 steps, with "
        "rest 2.9. Twelve moves stand in for rest."
    ),
    **{
        f"integrated/planned_{lesion}_detour": _NO_RANGE
        for lesion, column in ACUTE
        if column == "detour"
    },
    **{
        f"integrated/planned_{cell}": maze.NOTES[f"integrated/{cell}"]
        for cell in (
            "state_reset_recurrence",
            "state_reset_remote_news",
            "shuffled_replay_recurrence",
        )
    },
}
