"""A recorded memory handed to a naive agent, in the barcode bandits (after Ritter et al. 2018; ours).

The donor lives 50 episodes; what it stored is given to a network that knows the task, but nothing
of this world, and lives the next 50. A memory holds states of a network: they are of use to a
network that has the same ones. Nothing is trained here: the networks are those that come with
the toolkit for `ritter2018/barcode`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ...models.agent import Agent, Trace
from ...models.prefrontal import EpisodicPrefrontal
from ...models.prefrontal.heir import Heir
from ...tasks import Lanes, Task, TimeStep
from ...tasks.barcode_bandit import BarcodeBandit
from ..declaration import Experiment, Figure, Signature, Test
from .handover_figure import draw_handover

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

CRITERION = 7.0  # reward of ten pulls; chance earns 1.8, a first visit 4.4, knowledge 9
TASK = BarcodeBandit()


@dataclass
class ShippedHeir(Agent):
    """`Heir`, with the networks of a seed that come with the toolkit."""

    parts: ClassVar[dict[str, str]] = {
        **Heir.parts,
        "kinship": "the donor is another network, trained by itself",
    }

    network: str = "ritter2018/barcode"
    n_episodes: int = TASK.n_episodes // 2

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        from ..shipped import load

        shipped = load(self.network)
        if len(rng.seeds) != 1 or rng.seeds[0] not in shipped.seeds:
            raise ValueError(
                f"ShippedHeir is one of the seeds {shipped.seeds} that come with the toolkit, "
                f"got {rng.seeds}"
            )
        at = shipped.seeds.index(rng.seeds[0])
        heir, other = shipped.agent(shipped.seeds[at]), shipped.agent(shipped.seeds[at - 1])
        if not (isinstance(heir, EpisodicPrefrontal) and isinstance(other, EpisodicPrefrontal)):
            raise TypeError(f"only an episodic network has a memory, {self.network} has none")
        donor = other if "kinship" in self.lesions else heir
        lesions = [part for part in self.lesions if part in Heir.parts]
        self._heir = Heir(donor, heir, self.n_episodes).without(*lesions)
        self._heir.begin(task, n, rng)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        return self._heir.act(now)


# 200 first visits; reward +- .2
LIVES = Test(n_lives=20, record=("cell", "inherited"))
EXPERIMENTS = (
    Experiment(
        name="ritter2018/handover",
        summary="a naive network is given the memory that another one has recorded",
        task=TASK,
        agent=ShippedHeir(),
        recording=LIVES,
        tests={
            "empty": replace(LIVES, without=("inheritance",)),
            "shuffled_keys": replace(LIVES, without=("matching_keys",)),
            "other_network": replace(LIVES, without=("kinship",)),
        },
        source="ours, after arXiv:1805.09692",
    ),
)


def first_visit_gain(recording: xr.Dataset, empty: xr.Dataset) -> np.ndarray:
    """Reward of the heir's first visit to a context less that of one with an empty memory."""
    from ...analysis.inheritance import first_visit_reward

    return first_visit_reward(recording) - first_visit_reward(empty)


def visits_saved(recording: xr.Dataset, empty: xr.Dataset) -> np.ndarray:
    """Visits to criterion with an empty memory less those with this one."""
    from ...analysis.inheritance import visits_to_criterion

    return visits_to_criterion(empty, CRITERION) - visits_to_criterion(recording, CRITERION)


def geometry_gain(recording: xr.Dataset, empty: xr.Dataset) -> np.ndarray:
    """Likeness of the heir's geometry of contexts to the donor's, less that with an empty memory."""
    from ...analysis.inheritance import inherited_geometry

    return inherited_geometry(recording) - inherited_geometry(empty)


_OWN = "ritter2018/handover"
_EMPTY, _SHUFFLED, _OTHER = (f"{_OWN}@{t}" for t in ("empty", "shuffled_keys", "other_network"))
SIGNATURES = (
    Signature(
        name="ritter2018/handover_first_visit",
        claim="A recorded memory lets a naive network exploit at once what another has found.",
        published="direction only",
        low=3.0,  # of 4.4 between a first visit and full knowledge
        high=None,
        measure=first_visit_gain,
        subject=(_OWN, _EMPTY),
        shows_not=(_SHUFFLED, _EMPTY),
    ),
    Signature(
        name="ritter2018/handover_criterion",
        claim="It reaches criterion in fewer visits than with an empty memory.",
        published="direction only",
        low=0.5,
        high=None,
        measure=visits_saved,
        subject=(_OWN, _EMPTY),
        shows_not=(_SHUFFLED, _EMPTY),
    ),
    Signature(
        name="ritter2018/handover_embedding",
        claim="The memory of another network, whose states mean something else, is of no use.",
        published="direction only",
        low=None,
        high=0.3,  # the tolerance that first visits are compared with
        measure=first_visit_gain,
        subject=(_OTHER, _EMPTY),
        shows_not=(_OWN, _EMPTY),
    ),
    Signature(
        name="ritter2018/handover_geometry",
        claim="States put back tell contexts apart as those that were stored did.",
        published="direction only",
        low=0.0,
        high=None,
        measure=geometry_gain,
        subject=(_OWN, _EMPTY),
        shows_not=(_SHUFFLED, _EMPTY),
        beside=((_OTHER, _EMPTY),),
    ),
)

FIGURES = (
    Figure(
        name="ritter2018/handover",
        caption=(
            "A recorded memory handed to a naive network. (a) Reward of ten pulls by the heir's "
            "visit to a context. (b) Visits until one earns 7. (c) Representational similarity "
            "of original and reinstated states: rank correlation between the dissimilarities of "
            "contexts in the donor's last states and in the heir's first. Means over seeds with "
            "their 95 % intervals; dots: seeds. (d) These dissimilarities (1 - correlation) in one "
            "life of one seed, contexts in the order of their good arms."
        ),
        needs=(_OWN, _EMPTY, _SHUFFLED, _OTHER),
        draw=draw_handover,
    ),
)
