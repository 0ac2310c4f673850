"""Dopamine as a reward prediction error: the error itself, and the returns that training uses.

Arrays run over time in their first axis and over lanes in the others. `discount` is the task's:
0 where credit stops. Schultz, Dayan & Montague 1997, doi:10.1126/science.275.5306.1593;
generalized advantage estimation: Schulman et al. 2016, arXiv:1506.02438.
"""

from __future__ import annotations

import numpy as np


def rpe(reward: np.ndarray, discount: np.ndarray, value: np.ndarray, gamma: float) -> np.ndarray:
    """Reward prediction error of each step, `reward + gamma * discount * next value - value`.

    Parameters
    ----------
    reward, discount : (n_steps, ...) arrays
        What the action of each step earned, and whether credit flows on.
    value : (n_steps + 1, ...) array
        The last row is the value after the last step.
    gamma : float
        Discount factor.

    Returns
    -------
    (n_steps, ...) array

    Examples
    --------
    >>> rpe(np.array([0.0, 1.0]), np.array([1.0, 0.0]), np.array([0.5, 0.5, 9.0]), gamma=0.9)
    array([-0.05,  0.5 ])
    """
    return reward + gamma * discount * value[1:] - value[:-1]


def advantage(
    reward: np.ndarray, discount: np.ndarray, value: np.ndarray, gamma: float, trace_decay: float
) -> np.ndarray:
    """Generalized advantage: errors summed with weight `gamma * trace_decay` per step.

    With `trace_decay=1` this plus the value is the return to the end of the segment,
    bootstrapped by the last value; with 0 it is the one-step error.
    """
    error = rpe(reward, discount, value, gamma)
    total = np.zeros_like(error)
    running = np.zeros_like(error[0])
    for t in reversed(range(len(error))):
        running = error[t] + gamma * trace_decay * discount[t] * running
        total[t] = running
    return total


def n_step_return(
    reward: np.ndarray, discount: np.ndarray, value: np.ndarray, gamma: float, n: int
) -> np.ndarray:
    """Discounted reward of the next `n` steps plus the bootstrapped value after them.

    Near the end of the segment fewer steps are left and the last value is used.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    n_steps = len(reward)
    total = np.empty_like(value[:-1])
    for t in range(n_steps):
        end = min(t + n, n_steps)
        running = value[end]
        for k in reversed(range(t, end)):
            running = reward[k] + gamma * discount[k] * running
        total[t] = running
    return total


def losses(
    policy: np.ndarray,
    action: np.ndarray,
    value: np.ndarray,
    advantage: np.ndarray,
    active: np.ndarray,
) -> dict[str, np.ndarray]:
    """The three parts of the actor-critic's loss, means over active steps.

    Parameters
    ----------
    policy : (n_steps, n, n_actions) array
    action : (n_steps, n) int array
    value, advantage : (n_steps, n) arrays
        The advantage, and the return `advantage + value`, are held constant when these are
        differentiated; so the error that teaches the critic is the advantage itself.
    active : (n_steps, n) bool array

    Returns
    -------
    dict
        `policy_loss`, the mean of `-advantage * log policy(action)`; `value_loss`, the mean of the
        squared difference of return and value; `entropy`, of the policy, in nats.
    """
    taken = np.take_along_axis(policy, action[..., None], axis=-1)[..., 0]
    returns = advantage + value
    entropy = -(policy * np.log(np.maximum(policy, np.finfo(float).tiny))).sum(axis=-1)
    parts = {
        "policy_loss": -advantage * np.log(taken),
        "value_loss": (returns - value) ** 2,
        "entropy": entropy,
    }
    return {name: part[active].mean() for name, part in parts.items()}
