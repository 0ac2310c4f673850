"""How probable choices are to a Rescorla-Wagner learner; the update is that of `QLearner`.

The five usual variants are settings of the parameters (Wilson & Collins 2019,
doi:10.7554/eLife.49547): a single learning rate, no perseveration, no forgetting.
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
from .rescorla_wagner import START, choice_logits, rescorla_wagner


def log_likelihood(parameters: Parameters, trials: Choices) -> np.ndarray:
    """Log likelihood of each subject's choices, (n,).

    Examples
    --------
    >>> trials = Choices(np.array([[[0, 1, 0]]]), np.ones((1, 1, 3)), n_options=2)
    >>> log_likelihood({"learning_rate_gain": 0.5, "inverse_temperature": 0.0}, trials) / np.log(2)
    array([-3.])
    """
    return choice_log_probabilities(parameters, trials).sum(axis=(1, 2))


def choice_log_probabilities(parameters: Parameters, trials: Choices) -> np.ndarray:
    """Log probability of every choice made, (n, n_sessions, n_trials), 0 where there was none.

    Parameters
    ----------
    parameters
        As in `QLearner`: `learning_rate_gain`, `inverse_temperature`, and if wanted
        `learning_rate_loss`, `perseveration`, `forgetting`.
    trials : Choices
    """
    given = {name: by_lane(value, trials)[:, None] for name, value in parameters.items()}
    gain = given["learning_rate_gain"]
    loss, forgetting = given.get("learning_rate_loss", gain), given.get("forgetting", 0.0)
    choice = by_trial(trials.choice)
    options = np.arange(trials.n_options)
    chosen, reward = choice[..., None] == options, by_trial(trials.reward)
    q = np.full(chosen.shape, START)
    for t in range(len(choice) - 1):
        q[t + 1] = rescorla_wagner(q[t], chosen[t], reward[t], gain, loss, forgetting)
    logits = choice_logits(
        q,
        previous_choice(choice)[..., None] == options,
        given["inverse_temperature"],
        given.get("perseveration", 0.0),
    )
    return as_sessions(log_probability(logits, choice), trials)
