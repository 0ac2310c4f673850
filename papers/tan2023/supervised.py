"""Told where to go: next actions, next places or values, and how fast each is learned.

The published study shows accuracy on the pairs it trained on and gives the three unequal budgets.
Beside it stands one with equal parameters, equal samples, scaled inputs and pairs held out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...models.goal_directed.rule_learner import EQUAL, RuleLearner
from ...tasks.navigation.goal_rules import GoalRules
from ..declaration import Experiment, Figure, Measure, Signature, Test
from .supervised_figure import draw

if TYPE_CHECKING:
    import xarray as xr

PUBLISHED_BLOCKS = {"action": 50, "state": 200}  # epochs under each rule
EQUAL_TASK = GoalRules(n_blocks=60, n_told=400, n_held_out=100, pool=8000)
RATES = {"action": 1e-2, "state": 1e-2, "value": 1e-2}
CRITERION = 0.95  # of actions
_ONE = Test(n_lives=1)


def _experiment(name: str, summary: str, task: GoalRules, agent: RuleLearner) -> Experiment:
    return Experiment(
        name=f"tan2023/supervised_{name}",
        summary=summary,
        task=task,
        agent=agent,
        recording=_ONE,
        source="arXiv:2301.13758",
        quick=2,
        full=20,
    )


def _published(target: str, shuffled: bool = False) -> Experiment:
    task = GoalRules(n_blocks=PUBLISHED_BLOCKS[target], n_held_out=40, shuffled=shuffled)
    name = f"{target}_published" + ("_shuffled" if shuffled else "")
    summary = f"published protocol, next {target}" + (", answers shuffled" if shuffled else "")
    return _experiment(name, summary, task, RuleLearner(target))


def _equal(target: str, shuffled: bool = False) -> Experiment:
    agent = RuleLearner(target, EQUAL[target], learning_rate=RATES[target], scaled=True)
    summary = f"equal budgets, {target}" + (", answers shuffled" if shuffled else "")
    return _experiment(
        target + ("_shuffled" if shuffled else ""), summary,
        replace(EQUAL_TASK, shuffled=shuffled), agent,
    )  # fmt: skip


EXPERIMENTS = (
    *(_published(target, shuffled) for target in PUBLISHED_BLOCKS for shuffled in (False, True)),
    *(_equal(target) for target in EQUAL),
    _equal("action", shuffled=True),
)


def by_block(recording: xr.Dataset, hit: xr.DataArray, held_out: bool) -> np.ndarray:
    """Mean of `hit` over the pairs of each block that are held out, or told: (seed, block)."""
    of = recording["active"] & (recording["held_out"] == held_out)
    mean = hit.astype(float).where(of).mean("step").transpose("seed", "episode").values
    n_lives = int(recording["life"].max()) + 1
    return mean.reshape(len(mean), n_lives, -1).mean(axis=1)


def right_actions(recording: xr.Dataset, held_out: bool = True) -> np.ndarray:
    """Share of actions that the rule says, (seed, block)."""
    return by_block(recording, recording["action"] == recording["best_action"], held_out)


def closer_actions(recording: xr.Dataset) -> np.ndarray:
    """Share of actions on a shortest way, whatever the rule, on pairs held out: (seed, block)."""
    return by_block(recording, recording["closer"], True)


def right_places(recording: xr.Dataset) -> np.ndarray:
    """Accuracy of the next x and the next y on pairs told, averaged: (seed, block)."""
    x, y = (
        by_block(recording, recording[f"predicted_{c}"] == recording[f"next_{c}"], False)
        for c in "xy"
    )
    return (x + y) / 2


def told_accuracy(target: str, epoch: int) -> Measure:
    """Measure: accuracy while an epoch of the published protocol is gone through."""

    def measure(recording: xr.Dataset) -> np.ndarray:
        if target == "state":
            return right_places(recording)[:, epoch]
        return right_actions(recording, held_out=False)[:, epoch]

    return measure


def samples_to_criterion(recording: xr.Dataset, rule: int = 0, closer: bool = False) -> np.ndarray:
    """Pairs told under a rule until 95 % of the actions on pairs held out are right.

    One block more than all where that never happens; `closer` counts any step toward the goal.
    """
    share = closer_actions(recording) if closer else right_actions(recording)
    under = np.array_split(share, 2, axis=1)[rule] >= CRITERION
    n_blocks = np.where(under.any(axis=1), under.argmax(axis=1) + 1, under.shape[1] + 1)
    n_told = int((~recording["held_out"] & recording["active"]).isel(seed=0, episode=0).sum())
    return n_blocks * float(n_told)


def share_of_samples(rule: int = 0, closer: bool = False) -> Measure:
    """Measure: samples the first needs as a share of those the second needs."""

    def measure(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
        needed = [samples_to_criterion(recording, rule, closer) for recording in (first, second)]
        return needed[0] / needed[1]

    return measure


def chance_gap(recording: xr.Dataset) -> np.ndarray:
    """Right actions on pairs held out in the last block under the first rule."""
    share = right_actions(recording)
    return share[:, share.shape[1] // 2 - 1]


def _source(name: str) -> str:
    return f"tan2023/supervised_{name}"


_ACTION, _STATE, _VALUE, _SHUFFLED = map(_source, (*EQUAL, "action_shuffled"))

# FS-S12: after 50 or 200 epochs of the first rule, and in the first epoch of the second
BOUNDS: Mapping[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "action": ((0.99, 1.0), (0.5, 0.8)),
    "state": ((0.97, 1.0), (0.3, 0.65)),
}


def _accuracy(target: str, when: str) -> Signature:
    n_blocks = PUBLISHED_BLOCKS[target]
    learned = when == "learned"
    low, high = BOUNDS[target][0 if learned else 1]
    claim = f"after {n_blocks} epochs" if learned else "in the first epoch of the other rule"
    return Signature(
        name=f"tan2023/supervised_{target}_{when}",
        claim=f"Accuracy of the next {target} on the pairs trained on, {claim}.",
        published=f"tan2023/supervised_{target}",
        published_at={"epoch": n_blocks - 1 if learned else n_blocks},
        low=low,
        high=high,
        measure=told_accuracy(target, n_blocks - 1 if learned else n_blocks),
        subject=_source(f"{target}_published"),
        shows_not=_source(f"{target}_published_shuffled"),
    )


SIGNATURES = (
    *(_accuracy(target, when) for target in PUBLISHED_BLOCKS for when in ("learned", "switched")),
    Signature(
        name="tan2023/supervised_action_before_state",
        claim="With equal parameters, 95 % right actions need half the samples if actions are told.",
        published="tan2023/supervised_faster",
        low=None,
        high=0.5,  # chosen: "far faster"
        measure=share_of_samples(),
        subject=(_ACTION, _STATE),
        shows_not=(_SHUFFLED, _STATE),
    ),
    Signature(
        name="tan2023/supervised_action_relearned",
        claim="The same after the rule has changed.",
        published="tan2023/supervised_faster",
        low=None,
        high=0.5,  # chosen, as above
        measure=share_of_samples(rule=1),
        subject=(_ACTION, _STATE),
        shows_not=(_SHUFFLED, _STATE),
    ),
    Signature(
        name="tan2023/supervised_action_before_value",
        claim="95 % of actions on a shortest way need fewer samples if actions, not values, are told.",
        published="tan2023/supervised_faster",
        low=None,
        high=0.9,  # chosen, so that no difference lies clearly outside
        measure=share_of_samples(closer=True),
        subject=(_ACTION, _VALUE),
        shows_not=(_SHUFFLED, _VALUE),
        beside=((_STATE, _VALUE),),
    ),
    Signature(
        name="tan2023/supervised_not_memorized",
        claim="What is told carries over to pairs never told.",
        published="tan2023/supervised_faster",
        low=CRITERION,
        high=None,
        measure=chance_gap,
        subject=_ACTION,
        shows_not=_SHUFFLED,
        beside=(_STATE,),
    ),
)

FIGURES = (
    Figure(
        name="tan2023/supervised",
        caption=(
            "(a) Published protocol: accuracy on the 800 pairs trained on, by epoch as a share of "
            "those under a rule. (b) Equal parameters and samples: right actions on pairs held out. "
            "(c) Actions on a shortest way, whatever the rule: values do not tell the rule. Lines: "
            "mean over seeds; bands: 95 % intervals."
        ),
        needs=tuple(experiment.name for experiment in EXPERIMENTS),
        draw=draw,
    ),
)
