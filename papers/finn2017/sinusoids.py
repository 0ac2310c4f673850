"""Few-shot regression of sinusoids by gradient steps from a learned initialization, and by a black box.

Slow learning happens before the lives that are recorded; a life is one sinusoid, of which five points are
shown. A gradient step is taken at each rest. Step sizes were chosen on the error of seed 100.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...models.gradient_based import BlackBox, Initialization, Regressor
from ...models.gradient_based.agent import SlowLearning
from ...tasks import Sinusoids
from ..declaration import Experiment, Figure, Signature, Test
from .figure import draw_sinusoids

if TYPE_CHECKING:
    import xarray as xr

_TOLD = Sinusoids(n_shown=10, told=True)
ARMS: dict[str, tuple[SlowLearning, str]] = {
    "maml": (Initialization(), "initialization by exact meta-gradients"),
    "first_order": (Initialization("first_order"), "second derivatives left out"),
    "pretrained": (
        Initialization("pretrained", rate=0.003),
        "control: pretrained on all sinusoids, then fine-tuned",
    ),
    "scratch": (Initialization("scratch", rate=0.0001), "control: fresh network, trained in the life"),
    "oracle": (Initialization("pretrained", _TOLD, rate=0.0), "bound: amplitude and phase are told"),
    "recurrent": (BlackBox(), "black box: a recurrent network reads the points"),
}  # fmt: skip


def _tests(told: bool) -> dict[str, Test]:
    """The same weights with other points, and on sinusoids that slow learning never met."""
    tasks = {
        "left": Sinusoids(shown="left", told=told),
        "points_10": Sinusoids(n_shown=10, told=told),
        "points_20": Sinusoids(n_shown=20, told=told),
        "large": Sinusoids(amplitude=(5.0, 10.0), told=told),
        "late": Sinusoids(phase=(np.pi, 2 * np.pi), told=told),
    }
    return {name: Test(n_lives=300, task=task, record=()) for name, task in tasks.items()}


EXPERIMENTS = tuple(
    Experiment(
        name=f"finn2017/{name}",
        summary=f"sinusoids from 5 points, {summary}",
        task=Sinusoids(told=name == "oracle"),
        agent=Regressor(slow),
        recording=Test(n_lives=600, record=()),
        tests=_tests(name == "oracle"),
        source="arXiv:1703.03400, section 5.1",
        quick=2,
    )
    for name, (slow, summary) in ARMS.items()
)


def _error(recording: xr.Dataset, rests: int, above: float = -np.inf) -> np.ndarray:
    from ...analysis.few_shot import squared_error

    return np.atleast_1d(squared_error(recording, above).sel(rests=rests).values)


def error_after_1(recording: xr.Dataset) -> np.ndarray:
    """Mean squared error after one gradient step."""
    return _error(recording, 1)


def error_after_5(recording: xr.Dataset) -> np.ndarray:
    """Mean squared error after five gradient steps."""
    return _error(recording, 5)


def error_after_10(recording: xr.Dataset) -> np.ndarray:
    """Mean squared error after ten gradient steps."""
    return _error(recording, 10)


def ratio_after_10(other: xr.Dataset, better: xr.Dataset) -> np.ndarray:
    """Error of the first in units of that of the second, both after ten gradient steps."""
    return _error(other, 10) / _error(better, 10)


def ratio_on_unseen_half(other: xr.Dataset, better: xr.Dataset) -> np.ndarray:
    """The same where x is above 0, all points having been shown below."""
    return _error(other, 10, above=0) / _error(better, 10, above=0)


def gain_beyond_one_step(recording: xr.Dataset) -> np.ndarray:
    """Error after one gradient step in units of that after ten."""
    return _error(recording, 1) / _error(recording, 10)


_MAML, _FIRST_ORDER, _PRETRAINED, _SCRATCH, _ORACLE, _RECURRENT = (
    f"finn2017/{name}" for name in ARMS
)

SIGNATURES = (
    *(
        Signature(
            name=f"finn2017/maml_{steps}_step{'s' if steps > 1 else ''}",
            claim=f"Meta-learned, 5 points and {steps} gradient step{'s' if steps > 1 else ''} suffice.",
            published="finn2017/sinusoid_error",
            published_at={"method": "maml", "steps": steps},
            low=None,
            high=high,
            measure=measure,
            subject=_MAML,
            shows_not=_PRETRAINED,
            beside=(_FIRST_ORDER, _RECURRENT, _ORACLE, _SCRATCH),
        )
        for steps, high, measure in (
            (1, 1.0, error_after_1),
            (5, 0.6, error_after_5),
            (10, 0.55, error_after_10),
        )
    ),
    Signature(
        name="finn2017/pretrained_10_steps",
        claim="Pretrained on all sinusoids, a network stays far off after ten gradient steps.",
        published="finn2017/sinusoid_error",
        published_at={"method": "pretrained", "steps": 10},
        low=1.6,
        high=3.2,
        measure=error_after_10,
        subject=_PRETRAINED,
        shows_not=_MAML,
    ),
    Signature(
        name="finn2017/pretrained_to_maml",
        claim="Its error is several times that of the meta-learned network.",
        published="finn2017/sinusoid_error",
        published_at={"method": "pretrained", "steps": 10},
        low=3.0,
        high=None,
        measure=ratio_after_10,
        subject=(_PRETRAINED, _MAML),
        shows_not=(_PRETRAINED, _SCRATCH),
    ),
    Signature(
        name="finn2017/unseen_half",
        claim="Shown one half, the meta-learned network draws the other half better.",
        published="finn2017/unseen_half",
        low=2.0,
        high=None,
        measure=ratio_on_unseen_half,
        subject=(f"{_PRETRAINED}@left", f"{_MAML}@left"),
        shows_not=(f"{_PRETRAINED}@left", f"{_SCRATCH}@left"),
        beside=((f"{_PRETRAINED}@left", f"{_RECURRENT}@left"),),
    ),
    Signature(
        name="finn2017/beyond_one_step",
        claim="The meta-learned network gains from more steps than it was trained for.",
        published="finn2017/beyond_one_step",
        low=1.3,  # chosen: a third of the published gain, 0.67 / 0.35
        high=None,
        measure=gain_beyond_one_step,
        subject=_MAML,
        shows_not=_RECURRENT,
        beside=(_FIRST_ORDER, _PRETRAINED),
    ),
)

FIGURES = (
    Figure(
        name="finn2017/sinusoids",
        caption=(
            "Learning a sinusoid from a few points. (a-c) One life, 5 points shown (dots): predictions "
            "before (dotted) and after one (dashed) and ten (solid) gradient steps; the recurrent network "
            "takes none. (d) Mean squared error by gradient steps after 5 points; dotted: median over lives, "
            "since single lives diverge. (e) By points shown, after ten steps. (f) Where slow learning "
            "never was, after ten steps: the half that was not shown, larger and later sinusoids. Lines: mean "
            "over seeds; thin lines and points: seeds; black: published."
        ),
        needs=tuple(
            f"finn2017/{name}{test}"
            for name in ARMS
            for test in ("", "@points_10", "@points_20", "@large", "@late", "@left")
        ),
        draw=draw_sinusoids,
    ),
)
