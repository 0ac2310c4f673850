"""One agent, another hippocampus: spiking CA3 and dopamine neurons in the trained networks of `nonlocal`.

Nothing is trained. The dictionary is replaced by completion of cell assemblies, the order of
replay by the order in which sharp waves pass what was experienced, and the errors that rank it by
what dopamine neurons fire. It is the agent of learning from news that came elsewhere, not the one
in the maze: what has to be read from sharp waves is which choice in which context, not a way.
What rest gains the intact agent is .83 in the probability of the better choice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...models.integrated.transplanted import Transplanted
from ..borrowed import Borrowed
from ..declaration import Experiment, Figure, Signature, Test
from .measures import after_news, difference
from .nonlocal_news import TRAINED_ON, after
from .transplant_figure import draw_transplant

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

AGENT = Transplanted(key=TRAINED_ON.context_columns, end=TRAINED_ON.end_columns, discount=0.9)
DOSES = (0.2, 0.4, 0.6)  # share of pyramidal cells
KEPT, ABOLISHED = 0.8, 0.12  # share of the gain; and 15 % of it, the margin for nothing


def lives(n_lives: int, n_backups: int, *without: str) -> Test:
    """Fewer lives than with a dictionary: each has some twenty runs of CA3."""
    test = after(n_backups, *without)
    return replace(test, n_lives=n_lives, record=("policy", "confidence", "n_sharp_waves"))


def experiment(name: str, summary: str, agent: Transplanted, **settings: object) -> Experiment:
    return Experiment(
        name=f"integrated/{name}",
        summary=summary,
        task=TRAINED_ON,
        agent=Borrowed("integrated/nonlocal", agent),
        source="ours; CA3 of doi:10.7554/eLife.71850",
        quick=2,
        **settings,  # type: ignore[arg-type]
    )


EXPERIMENTS = (
    experiment(
        "transplant",
        "the agent of integrated/nonlocal with spiking CA3 and spiking dopamine neurons",
        AGENT,
        recording=lives(6, 16),
        tests={
            "rest_0": lives(6, 0),
            "shuffled_16": lives(2, 16, "structure"),
            "shuffled_0": lives(2, 0, "structure"),
            "still_16": lives(3, 16, "adaptation"),
            "still_0": lives(3, 0, "adaptation"),
            "ranked_2": lives(5, 2),
            "unranked_2": lives(5, 2, "ranking"),
        },
    ),
    *(
        experiment(
            f"transplant_{100 * dose:.0f}",
            f"the same with {dose:.0%} of CA3's pyramidal cells removed",
            replace(AGENT, removed=dose),
            recording=lives(3, 16),
            tests={"rest_0": lives(3, 0)},
        )
        for dose in DOSES
    ),
)


def _pair(rest: str, none: str) -> tuple[str, str]:
    return f"integrated/transplant{rest}", f"integrated/transplant{none}"


SPIKING = _pair("", "@rest_0")
SHUFFLED = _pair("@shuffled_16", "@shuffled_0")
STILL = _pair("@still_16", "@still_0")
DICTIONARY = ("integrated/nonlocal@rpe_16", "integrated/nonlocal@rest_0")
BY_DOSE = {dose: _pair(f"_{100 * dose:.0f}", f"_{100 * dose:.0f}@rest_0") for dose in DOSES}

gain = difference(after_news)


def beyond_kept(
    rest: xr.Dataset, none: xr.Dataset, intact_rest: xr.Dataset, intact_none: xr.Dataset
) -> np.ndarray:
    """What rest gains less 80 % of what it gains the agent with its own hippocampus."""
    return gain(rest, none) - KEPT * gain(intact_rest, intact_none)


SIGNATURES = (
    Signature(
        name="integrated/transplant",
        claim="With a spiking hippocampus more than 80 % of what rest gains on remote news is kept.",
        published="direction only",
        low=0.0,
        high=None,
        measure=beyond_kept,
        subject=(*SPIKING, *DICTIONARY),
        shows_not=(*SHUFFLED, *DICTIONARY),
    ),
    *(
        Signature(
            name=f"integrated/transplant_{name}",
            claim=f"{claim} nothing is gained by rest.",
            published="direction only",
            low=-ABOLISHED,
            high=ABOLISHED,
            measure=gain,
            subject=pair,
            shows_not=SPIKING,
        )
        for name, claim, pair in (
            ("shuffled", "With the weights of CA3 dealt out among its synapses", SHUFFLED),
            ("still", "Without adaptation of its pyramidal cells", STILL),
        )
    ),
    Signature(
        name="integrated/transplant_ranking",
        claim="With few backups, what dopamine neurons rank brings more than random order.",
        published="integrated/errors_predict_replay",
        low=0.05,
        high=None,
        measure=gain,
        subject=_pair("@ranked_2", "@unranked_2"),
        shows_not=_pair("@unranked_2", "@unranked_2"),
    ),
)

FIGURES = (
    Figure(
        name="integrated/transplant",
        caption=(
            "A spiking hippocampus in the trained agent. (a) Probability of the better action on "
            "entering a context of which news came elsewhere, without rest and after it: with the "
            "dictionary, with CA3, with its weights shuffled, and without adaptation. (b) What rest "
            "gains, against the share of pyramidal cells removed, and the share of sharp waves that is "
            "left (dashed). Dots: seeds; bars: means with 95 % intervals. With weights shuffled and without "
            "adaptation no sharp wave comes; with 40 % of cells removed hardly one does."
        ),
        needs=(*DICTIONARY, *SPIKING, *SHUFFLED, *STILL, *(s for p in BY_DOSE.values() for s in p)),
        draw=draw_transplant,
    ),
)
