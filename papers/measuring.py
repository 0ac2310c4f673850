"""An outcome of an experiment: foreseen before it is run, measured on the seeds that are finished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..tasks import Lanes
from .declaration import Experiment
from .runs import Run, folder_of, tested_agent

if TYPE_CHECKING:
    import xarray as xr

Outcome = Callable[["xr.Dataset"], Any]


def check_outcome(experiment: Experiment, outcome: str | Outcome | None) -> None:
    """Raise a ValueError if no recording of the experiment can have an outcome of this name."""
    from ..analysis import outcomes

    if isinstance(outcome, str):
        outcomes.check_outcome(outcome, foreseen(experiment))


def foreseen(experiment: Experiment) -> list[str]:
    """Variables with one number a row that the main recording of an experiment can hold.

    The untrained agent lives one moment of one life, begun as `simulate` begins it.

    Examples
    --------
    >>> from fastslow.papers import find_experiment
    >>> foreseen(find_experiment("wang2018/bandit_random"))[:5]
    ['phase', 'action', 'reward', 'discount', 'trial']
    """
    test = replace(experiment.recording, snapshot=0)
    task = test.task or experiment.task
    agent = tested_agent(experiment, folder_of(experiment), 0, test)
    of_task, of_agent = (Lanes((0,), 1, f"test {whose}") for whose in ("task", "agent"))
    now = next(task.play(1, of_task))
    agent.begin(task, 1, of_agent)
    action, trace = agent.act(now)
    seen = {"phase": now.phase, "action": action, "reward": now.reward, "discount": now.discount}
    arrays = seen | now.labels | now.outcomes | trace
    names = [
        name
        for name, array in arrays.items()
        if isinstance(array, np.ndarray) and array.ndim == 1 and array.dtype.kind in "biuf"
    ]
    return [*names, "rpe"] if "value" in trace else names


def measured(run: Run, outcome: str | Outcome) -> list[float]:
    """The outcome of each seed of a run.

    Raises
    ------
    ValueError
        If it is not there, if a function of the user's fails, or gives anything but one number a
        seed.
    """
    from ..analysis import outcomes

    kept = "runs are kept, only what is measured has to change"
    recording = run.test_on_demand("")
    if isinstance(outcome, str):
        try:
            values = outcomes.outcome(recording, outcome).to_numpy()
        except ValueError as error:
            raise ValueError(f"{error}; {kept}") from error
    else:
        try:
            values = np.asarray(outcome(recording), float)
        except Exception as error:  # whatever a user's function raises
            said = f"{type(error).__name__}: {error}"
            raise ValueError(f"the outcome {named(outcome)} fails ({said}); {kept}") from error
    numbers = np.asarray(values, float)
    if numbers.shape != (len(run.seeds),):
        raise ValueError(
            f"the outcome {named(outcome)} gives an array of shape {numbers.shape}, but one number "
            f"a seed is needed, shape ({len(run.seeds)},); {kept}"
        )
    return [float(number) for number in numbers]


def named(outcome: str | Outcome) -> str:
    """What an outcome is called in a table."""
    return outcome if isinstance(outcome, str) else getattr(outcome, "__name__", "outcome")
