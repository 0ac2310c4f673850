"""Learner: one face for everything that turns a little experience into a policy.

Whether it reads the experience with a recurrent network, takes gradient steps on it, or looks it
up in memory, a learner is a = f(D_train, s; theta): Botvinick et al. 2019,
doi:10.1016/j.tics.2019.02.006.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

import numpy as np

Policy = Callable[[np.ndarray], np.ndarray]
"""From states (n, n_queries, state_size) to outputs (n, n_queries, n_outputs)."""


@runtime_checkable
class Learner(Protocol):
    """Slow knowledge theta, its settings and weights, which adapting leaves as it is.

    `fastslow.models.check_learner` tests what is said here.
    """

    def adapt(self, data: Mapping[str, np.ndarray]) -> Policy:
        """Return the policy that the experience in `data` leads to.

        Parameters
        ----------
        data : dict of (n, n_train, ...) arrays
            D_train of `n` lanes, each a problem of its own and never mixed with the others:
            `state` (n, n_train, state_size), with `action` and `reward` (n, n_train) or with
            `target` (n, n_train, n_outputs).

        Returns
        -------
        function of states (n, n_queries, state_size)
            Outputs (n, n_queries, n_outputs): a probability for each action, or a prediction
            of the target. Asking changes nothing.
        """
