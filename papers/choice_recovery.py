"""Recovery of choice models with the agents that have them, in the tasks of the toolkit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..data.recording import stack
from ..data.simulate import simulate
from ..models.learners.choices import Choices
from ..tasks import Task
from ..tasks.randomness import stream
from .choice_models import choice_model, find_model
from .choice_tables import choice_table, choices

if TYPE_CHECKING:
    import xarray as xr

    from ..analysis.fitting import Fit


def recovered_parameters(
    model: str,
    task: Task,
    n: int = 100,
    *,
    n_sessions: int = 1,
    n_starts: int = 3,
    seed: int = 0,
    like: Fit | None = None,
) -> xr.Dataset:
    """Plant parameters in the agent of a model, let it live in a task, and fit it.

    Parameters
    ----------
    model : str
    task : Task
        With the trials of one session; of two-step tasks those with mapping "congruent", which the
        likelihood takes as known.
    n : int
        Subjects, with parameters from the prior.
    n_sessions, n_starts, seed : int
    like : Fit, optional
        Plant what was fitted to these subjects instead.

    Returns
    -------
    Dataset
        See `analysis.recovery.recover_parameters`; `analysis.recovery.draw_recovery` draws it.

    Examples
    --------
    >>> from fastslow.tasks import Bandit
    >>> found = recovered_parameters("rw", Bandit(50), n=10, n_starts=1)
    >>> dict(found.true.sizes)
    {'subject': 10, 'parameter': 2}
    """
    from ..analysis.recovery import recover_parameters

    return recover_parameters(
        choice_model(model, _chooses_twice(task)),
        simulated(model, task, n_sessions),
        np.random.default_rng(stream(seed, "recovery")),
        n,
        n_starts,
        None if like is None else like.estimates["unbounded"].to_numpy(),
    )


def recovered_models(
    models: Sequence[str], task: Task, n: int = 50, *, n_starts: int = 3, seed: int = 0
) -> xr.Dataset:
    """How often each model is the best of `models` where each is true, and the reverse.

    See `analysis.recovery.recover_models`.
    """
    from ..analysis.recovery import recover_models

    return recover_models(
        [choice_model(name, _chooses_twice(task)) for name in models],
        {name: simulated(name, task) for name in models},
        np.random.default_rng(stream(seed, "recovery")),
        n,
        n_starts,
    )


def lived_by(found: Fit, task: Task, seed: int = 0) -> xr.Dataset:
    """Let the agents that were fitted to subjects live in a task, a life each.

    Analyze the recording as the data were: a model that wins by BIC and misses the signature of the
    data is no explanation of it (posterior predictive check).

    Returns
    -------
    Dataset with dims (seed, episode, step)
        The seed is the number of the subject.
    """
    natural = found.estimates["natural"]
    values = {name: natural.sel(parameter=name).to_numpy() for name in found.model.names}
    n = found.estimates.sizes["subject"]
    agent = find_model(found.model.name).agent(found.model.complete(values))
    lives = simulate(task, agent, n, seed, record=("policy",))
    return stack({i: lives.isel(episode=[i]) for i in range(n)})


def simulated(
    model: str, task: Task, n_sessions: int = 1
) -> Callable[[Mapping[str, np.ndarray], int], Choices]:
    """What makes choices of subjects, each with parameters of its own, from a seed."""
    declared = find_model(model)

    def subjects(parameters: Mapping[str, np.ndarray], seed: int) -> Choices:
        n = len(next(iter(parameters.values())))
        agent = declared.agent({k: np.repeat(v, n_sessions) for k, v in parameters.items()})
        recording = simulate(task, agent, n * n_sessions, seed, record=("policy",))
        table, _ = choice_table(recording)
        lives = choices(table, model, getattr(task, "p_common", None))
        shape = (n, n_sessions, -1)
        arrays = ("choice", "reward", "common", "second")
        kept = {name: getattr(lives, name) for name in arrays}
        return replace(
            lives, **{name: a.reshape(shape) for name, a in kept.items() if a is not None}
        )

    return subjects


def _chooses_twice(task: Task) -> bool:
    return getattr(task, "n_second", 1) > 1
