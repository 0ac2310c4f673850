"""What learning is like when spiking dopamine neurons teach it.

Negative errors arrive compressed, because firing cannot fall below 0 and the baseline is low. It
follows that values are too high and that what no longer pays is given up late. Both are
predictions, stated before they were measured; the control learner is taught the exact error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...models.agent import Agent
from ...models.dopamine.circuit import DopamineCircuit
from ...models.learners import QLearner
from ...models.learners.dopamine_taught import DopamineTaught
from ...tasks import StableVolatileBandit
from ..declaration import Experiment, Figure, Signature, Test
from .teacher_figure import draw_teacher

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

RATE = 0.1
COMPRESSION = 5  # of negative errors in the learner that stands for the prediction
LIVES = Test(n_lives=200, record=())
SETTLED = 40  # trials in which values settle


def experiment(name: str, agent: Agent, summary: str, **settings: object) -> Experiment:
    """A learner in a bandit with a stable and a volatile part."""
    return Experiment(
        name=f"eshel2015/{name}",
        summary=summary,
        task=StableVolatileBandit(),
        agent=agent,
        recording=LIVES,
        source="prediction, ours",
        quick=3,
        **settings,  # type: ignore[arg-type]
    )


EXPERIMENTS = (
    experiment(
        "teacher",
        DopamineTaught(learning_rate=RATE),
        "bandit learner taught by spiking dopamine neurons",
        tests={"exact": Test(n_lives=200, without=("rectification",), record=())},
    ),
    experiment(
        "teacher_raised",
        DopamineTaught(learning_rate=RATE, circuit=DopamineCircuit(tonic_drive=16.0)),
        "the same with a high baseline, which leaves room for negative errors",
    ),
    experiment(
        "asymmetric",
        QLearner(learning_rate_gain=RATE, learning_rate_loss=RATE / COMPRESSION),
        "control: negative errors teach a fifth",
    ),
    experiment(
        "symmetric",
        QLearner(learning_rate_gain=RATE),
        "control: all errors teach alike",
    ),
)


def optimism(recording: xr.Dataset) -> np.ndarray:
    """Value of the arm chosen less its true mean, in the stable part once values have settled."""
    stable = recording["volatility"] == 0
    settled = stable & (stable.cumsum("step") > SETTLED)
    mean = recording["arm_mean_0"].where(recording["action"] == 0, recording["arm_mean_1"])
    return (recording["value"] - mean).where(settled).mean(["episode", "step"]).values


def late_after_reversal(taught: xr.Dataset, exact: xr.Dataset) -> np.ndarray:
    """By how much less a reversal changes the choices, from just before it to 10-19 trials after."""
    from ...analysis.reversal import reversal_curve

    curves = [reversal_curve(recording) for recording in (exact, taught)]
    change = [c.sel(lag=slice(10, 19)).mean("lag") - c.sel(lag=-1) for c in curves]
    return (change[0] - change[1]).values


_TAUGHT, _RAISED, _ASYMMETRIC, _SYMMETRIC = (
    f"eshel2015/{name}" for name in ("teacher", "teacher_raised", "asymmetric", "symmetric")
)
_EXACT = f"{_TAUGHT}@exact"

SIGNATURES = (
    Signature(
        name="eshel2015/teacher_optimistic",
        claim="Taught by dopamine neurons, values are too high.",
        published="eshel2015/teacher_optimistic",
        low=0.05,
        high=None,
        measure=optimism,
        subject=_TAUGHT,
        shows=_ASYMMETRIC,
        shows_not=_EXACT,
        beside=(_RAISED,),
    ),
    Signature(
        name="eshel2015/teacher_gives_up_late",
        claim="Taught by dopamine neurons, a reversal is followed late.",
        published="eshel2015/teacher_gives_up_late",
        low=0.05,
        high=None,
        measure=late_after_reversal,
        subject=(_TAUGHT, _EXACT),
        shows=(_ASYMMETRIC, _EXACT),
        shows_not=(_SYMMETRIC, _EXACT),
        beside=((_RAISED, _EXACT),),
    ),
)

FIGURES = (
    Figure(
        name="eshel2015/teacher",
        caption=(
            "Learning from the firing of dopamine neurons. (a) Value of the arm chosen less its true "
            "mean by trial of the stable part. (b) Choice of the arm that is better from a reversal "
            "on. Mean over seeds, shade: 95 % interval."
        ),
        needs=(_TAUGHT, _EXACT, _RAISED, _ASYMMETRIC),
        draw=draw_teacher,
    ),
)
