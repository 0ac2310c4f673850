"""Exploration where no way to the goal is known: through memory to an action never tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

# Chosen on steps above minimum; in nats of the policy's log-probability.
STEP_COST = 1.0  # of each known step to where the new action is tried
TRY_COST = 2.0  # of each try in this episode
BUMP_COST = 3.0  # of an action that did nothing when it was last tried
LEAST_PROBABILITY = 1e-3


class Step(NamedTuple):
    """The first action on the way to the frontier, and how many transitions were read."""

    action: int
    n_reads: int


def toward_frontier(
    successor: np.ndarray,
    state: int,
    tries: np.ndarray,
    policy: Callable[[np.ndarray], np.ndarray],
) -> Step:
    """Choose the untried action, here or where memory leads, that the network likes most.

    In a world without chance a goal to which memory holds no way lies behind an action that was
    never tried, or behind one that was blocked before the world changed. Each such action of
    each state u that can be reached is worth
    log p(action | u, goal) - `STEP_COST` x steps to u - `TRY_COST` x tries, less `BUMP_COST`
    where it is known to have done nothing.

    Parameters
    ----------
    successor : (n_states + 1, n_actions) ints
        Believed outcomes of one lane, `n_states` where nothing is known.
    state : int
    tries : (n_states, n_actions) ints
        In this episode.
    policy : function of states (k,)
        To probabilities (k, n_actions) of actions that lead to the goal.

    Examples
    --------
    >>> successor = np.array([[1, 0], [1, 3], [3, 3], [3, 3]])  # 3: nothing is known
    >>> indifferent = lambda states: np.full((len(states), 2), 0.5)
    >>> toward_frontier(successor, 0, np.zeros((3, 2), int), indifferent)
    Step(action=0, n_reads=4)
    """
    n_states, n_actions = len(tries), successor.shape[1]
    leads = successor.tolist()
    steps, first, reached = {state: 0}, {state: -1}, [state]
    for u in reached:  # grows as the search goes on: breadth first
        for action, after in enumerate(leads[u]):
            if after != n_states and after not in steps:
                steps[after] = steps[u] + 1
                first[after] = action if u == state else first[u]
                reached.append(after)
    found = np.array(reached)
    known = successor[found]
    bump = known == found[:, None]
    worth = np.log(np.maximum(policy(found), LEAST_PROBABILITY)) - TRY_COST * tries[found]
    worth -= STEP_COST * np.array([steps[u] for u in reached])[:, None] + BUMP_COST * bump
    worth[(known != n_states) & ~bump] = -np.inf
    best, action = divmod(int(worth.argmax()), n_actions)
    u = reached[best]
    return Step(action if u == state else first[u], len(reached) * n_actions)


__all__ = ["Step", "toward_frontier"]
