"""An episodic index of cell assemblies: contexts are recognized by pattern completion in CA3.

The networks of `ritter2018/barcode` as they come with the toolkit, in the same bandits. What a
dictionary of barcodes did for them a spiking CA3 does: the barcode excites 30 % of the cells of its
context, and the state that returns is that of the assembly which fires. Nothing is trained.
"""

from __future__ import annotations

from ...models.prefrontal.assembly import AssemblyPrefrontal
from ...tasks.barcode_bandit import BarcodeBandit
from ..borrowed import Borrowed
from ..declaration import Experiment, Figure, Signature, Test
from ..ritter2018.barcode import MEMORY, NETWORK, at_exposure
from .index_figure import WAYS, draw_index

# Five visits of each context in place of ten: every first pull of a visit is a run of CA3.
TASK = BarcodeBandit(n_episodes=50)
LIVES = Test(n_lives=4, record=MEMORY)  # 40 episodes of each exposure

EXPERIMENTS = (
    Experiment(
        name="closed_loop/episodic_index",
        summary="the episodic LSTM of ritter2018/barcode, its memories found by completion in CA3",
        task=TASK,
        agent=Borrowed("ritter2018/barcode", AssemblyPrefrontal(discount=NETWORK.discount)),
        recording=LIVES,
        tests={"untrained": Test(n_lives=2, record=MEMORY, without=("assemblies",))},
        source="ours, after arXiv:1805.09692 and doi:10.7554/eLife.71850",
        quick=2,
    ),
)
_INDEX, _UNTRAINED = "closed_loop/episodic_index", "closed_loop/episodic_index@untrained"


def _at(name: str, claim: str, first: int, last: int | None, low: float) -> Signature:
    return Signature(
        name=f"closed_loop/{name}",
        claim=claim,
        published="closed_loop/episodic_index",
        low=low,
        high=None,
        measure=at_exposure(first, last),
        subject=_INDEX,
        shows_not=_UNTRAINED,
    )


# With the bounds of the dictionary, see `ritter2018/barcode`
SIGNATURES = (
    _at(
        "index_second_exposure",
        "With an index of cell assemblies a network knows at the second visit what it found at the first.",
        2, 2, 7.5,
    ),
    _at("index_later_exposures", "From the fourth visit on it hardly explores any more.", 4, None, 8.5),
)  # fmt: skip

FIGURES = (
    Figure(
        name="closed_loop/episodic_index",
        caption=(
            "Reward of a visit to a bandit by how often its context has been met, weights frozen: "
            "states found by pattern completion in a spiking CA3, and in one whose assemblies were "
            "not learned. Dotted: the good arm alone. Bands: 95 % intervals over seeds."
        ),
        needs=tuple(WAYS),
        draw=draw_index,
    ),
)
