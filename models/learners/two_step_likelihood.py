"""How probable choices in a two-step task are to the hybrid learner (Daw et al. 2011).

doi:10.1016/j.neuron.2011.02.027. The updates are those of `Hybrid`, the seven parameters too. Where
nothing is chosen at the second stage there is one value a state, and `inverse_temperature_2` falls
out. `w` = 0 is `TwoStepSarsa`, `w` = 1 `TwoStepPlanner`.
"""

from __future__ import annotations

import numpy as np

from .choices import (
    Choices,
    Parameters,
    as_sessions,
    by_lane,
    by_trial,
    log_probability,
    previous_choice,
)
from .two_step_hybrid import first_stage_logits, mix, plan, sarsa_update


def log_likelihood(parameters: Parameters, trials: Choices) -> np.ndarray:
    """Log likelihood of each subject's choices, both stages together, (n,)."""
    first, second = choice_log_probabilities(parameters, trials)
    return first.sum(axis=(1, 2)) + second.sum(axis=(1, 2))


def choice_log_probabilities(
    parameters: Parameters, trials: Choices
) -> tuple[np.ndarray, np.ndarray]:
    """Log probability of every first-stage and every second-stage choice made.

    Parameters
    ----------
    parameters
        As in `Hybrid`: `learning_rate_1`, `learning_rate_2`, `eligibility`,
        `inverse_temperature_1`, `perseveration`, `w`, and with second-stage choices
        `inverse_temperature_2`.
    trials : Choices
        With `common` and `p_common`; the subject is taken to know which choice commonly leads where.

    Returns
    -------
    Two (n, n_sessions, n_trials) arrays
        0 where no choice was made; the second is 0 throughout without second-stage choices.
    """
    if trials.p_common is None:
        raise ValueError("the likelihood of a planner needs `p_common`, got None")
    given = {name: by_lane(value, trials) for name, value in parameters.items()}
    choice, state = by_trial(trials.choice), np.clip(by_trial(trials.state), 0, 1)
    n_second = 1 if trials.second is None else 2
    second = np.where(choice >= 0, 0 if trials.second is None else by_trial(trials.second), -1)
    learns = second >= 0  # nothing is learned from a trial that was not finished
    reward = np.where(learns, by_trial(trials.reward), 0)
    rate_1, rate_2 = given["learning_rate_1"], given["learning_rate_2"]

    n_trials, n_lanes = choice.shape
    q1: np.ndarray = np.zeros((n_trials, n_lanes, 2))
    q2: np.ndarray = np.zeros((n_trials, n_lanes, 2, n_second))
    for t in range(n_trials - 1):
        q1[t + 1], q2[t + 1] = sarsa_update(
            q1[t], q2[t], np.maximum(choice[t], 0), state[t], np.maximum(second[t], 0), reward[t],
            rate_1 * learns[t], rate_2 * learns[t], given["eligibility"],
        )  # fmt: skip

    every = {name: np.tile(value, n_trials) for name, value in given.items()}  # trial by trial
    q1, q2 = q1.reshape(-1, 2), q2.reshape(-1, 2, n_second)
    logits = first_stage_logits(
        mix(plan(q2, trials.p_common), q1, every["w"]),
        previous_choice(choice).ravel(),
        every["inverse_temperature_1"],
        every["perseveration"],
    )
    at_first = log_probability(logits, choice.ravel())
    at_second = np.zeros_like(at_first)
    if trials.second is not None:
        values = q2[np.arange(len(q2)), state.ravel()]
        logits = every["inverse_temperature_2"][:, None] * values
        at_second = log_probability(logits, second.ravel())
    return (
        as_sessions(at_first.reshape(choice.shape), trials),
        as_sessions(at_second.reshape(choice.shape), trials),
    )
