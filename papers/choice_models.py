"""The models that are fitted to choices: which likelihood, which parameters, under which priors.

Each is also an agent: what is fitted is what is simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.facts import unknown
from ..models.agent import Agent
from ..models.learners import Hybrid, QLearner
from ..models.learners import random_stay as null
from ..models.learners import rescorla_wagner_likelihood as rescorla_wagner
from ..models.learners import two_step_likelihood as two_step

if TYPE_CHECKING:
    from ..analysis.choice_models import Model

# Means and standard deviations on the unbounded scale, weakly informative: chosen.
_PRIORS = {
    "learning_rate": ("logistic", 0.0, 1.5),
    "forgetting": ("logistic", 0.0, 1.5),
    "eligibility": ("logistic", 0.5, 1.5),
    "w": ("logistic", 0.0, 1.5),
    "p_stay": ("logistic", 0.0, 1.5),
    "inverse_temperature": ("exp", 1.0, 0.8),
    "perseveration": ("identity", 0.0, 1.0),
}
"""By the beginning of the parameter's name."""

_HYBRID = (
    "learning_rate_1", "learning_rate_2", "eligibility", "inverse_temperature_1",
    "inverse_temperature_2", "w", "perseveration",
)  # fmt: skip
_SECOND_STAGE = ("inverse_temperature_2", "p_stay_2")  # fall out where nothing is chosen there


@dataclass(frozen=True)
class Declared:
    """A model by its parameters; `agent` makes the learner that has them, one value a lane."""

    description: str
    parameters: tuple[str, ...]
    log_likelihood: Callable[..., np.ndarray]
    agent: Callable[[Mapping[str, Any]], Agent]
    fixed: tuple[tuple[str, float], ...] = ()

    @property
    def of_two_step(self) -> bool:
        return self.log_likelihood is two_step.log_likelihood

    @property
    def of_bandit(self) -> bool:
        """Whether it has nothing to say of a second stage."""
        return self.log_likelihood is rescorla_wagner.log_likelihood


def _q_learner(parameters: Mapping[str, Any]) -> Agent:
    by_lane: dict[str, Any] = {n: np.reshape(value, (-1, 1)) for n, value in parameters.items()}
    return QLearner(**by_lane)


def _stay(parameters: Mapping[str, Any]) -> Agent:
    return null.RandomStay(parameters["p_stay"])


def _hybrid(parameters: Mapping[str, Any]) -> Agent:
    return Hybrid(**parameters)


def _rw(description: str, *more: str) -> Declared:
    names = ("learning_rate_gain", *more)
    return Declared(description, names, rescorla_wagner.log_likelihood, _q_learner)


def _two_step(description: str, **fixed: float) -> Declared:
    free = tuple(name for name in _HYBRID if name not in fixed)
    return Declared(
        description, free, two_step.log_likelihood, _hybrid, tuple(fixed.items())
    )  # fmt: skip


_BETA, _KAPPA, _LOSS = "inverse_temperature", "perseveration", "learning_rate_loss"

MODELS: dict[str, Declared] = {
    "random_stay": Declared(
        "repeats with a constant probability: the null model", ("p_stay", "p_stay_2"),
        null.log_likelihood, _stay,
    ),
    "rw": _rw("Rescorla-Wagner, one learning rate", _BETA),
    "rw_stick": _rw("rw with perseveration", _BETA, _KAPPA),
    "rw2": _rw("rw with a learning rate for gains and one for losses", _LOSS, _BETA),
    "rw2_stick": _rw("rw2 with perseveration", _LOSS, _BETA, _KAPPA),
    "rw2_stick_forget": _rw(
        "rw2_stick, and options not chosen are forgotten", _LOSS, _BETA, _KAPPA, "forgetting"
    ),
    "hybrid": _two_step("model-based and model-free, weighed by w (Daw et al. 2011)"),
    "planner": _two_step(
        "hybrid with w = 1: model-based only", w=1.0, learning_rate_1=0.0, eligibility=0.0
    ),
    "sarsa": _two_step("hybrid with w = 0: model-free only", w=0.0),
}  # fmt: skip
"""By the names under which they are fitted."""


def find_model(name: str) -> Declared:
    """The declaration of this name, or a ValueError that suggests one."""
    if name not in MODELS:
        raise ValueError(unknown("choice model", name, MODELS))
    return MODELS[name]


def choice_model(name: str, second_stage: bool = False) -> Model:
    """The model of this name, as `analysis.fitting` takes it.

    Parameters
    ----------
    second_stage : bool
        Whether second-stage choices are there to be explained.

    Examples
    --------
    >>> choice_model("rw_stick").names
    ['learning_rate_gain', 'inverse_temperature', 'perseveration']
    >>> choice_model("hybird")
    Traceback (most recent call last):
    ValueError: no choice model 'hybird'; did you mean 'hybrid'?
    """
    from ..analysis.choice_models import Model, Parameter

    declared = find_model(name)
    free = [p for p in declared.parameters if second_stage or p not in _SECOND_STAGE]
    return Model(
        name,
        tuple(Parameter(p, *_prior(p)) for p in free),
        declared.log_likelihood,
        dict(declared.fixed),
        _weights if name == "hybrid" else None,
    )


def _prior(parameter: str) -> tuple[str, float, float]:
    return next(prior for begin, prior in _PRIORS.items() if parameter.startswith(begin))


def _weights(parameters: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What w and the first inverse temperature do together, which is all that choices show."""
    w, beta = parameters["w"], parameters["inverse_temperature_1"]
    return {"model_based_weight": w * beta, "model_free_weight": (1 - w) * beta}
