"""What every action led to in every context, and what each end state paid last, wherever that was.

Two memories that are joined only when they are asked: which end state an action leads to belongs
to a context, what an end state pays does not. So news met in one context is known in all others
that lead there, if somebody looks (`retrieve`, a search) or if it is replayed there.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...tasks import Lanes
from . import ReplayPath

UNKNOWN = -1
UNTRIED = 0.5  # what an action that was never taken is expected to pay: between all and nothing


class OutcomeMemory:
    """Remembered transitions and outcomes of `n` lanes.

    Parameters
    ----------
    n, key_size, n_actions, n_ends : int
    rng : Lanes
        Breaks ties in the order of replay.
    n_contexts : int
        Contexts of which a lane can have transitions.
    surprise_decay : float
        The surprise of an end state is the unsigned reward prediction error met there, and falls by
        this factor with every experience.

    Attributes
    ----------
    key : (n, n_contexts, key_size) array
        Contexts in the order in which they were met first.
    end : (n, n_contexts, n_actions) ints
        End state to which the action led, `UNKNOWN` where it was never taken.
    surprise : (n, n_ends) array
    largest_error, last_error : (n, n_ends) arrays
        Of the unsigned errors met at each end state; they do not fall.
    n_visits : (n, n_contexts) ints
        Experiences in each context.
    paid_at : (n, n_ends) ints
        After how many experiences each end state was reached last; 0 if it never was.

    Examples
    --------
    What an end state paid in context B is what the action of A that leads there will pay.

    >>> memory = OutcomeMemory(1, key_size=2, n_actions=2, n_ends=2, rng=Lanes(0, 1))
    >>> a, b = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    >>> def took(action, end, reward):
    ...     step = {"action": action, "end": end, "reward": reward, "rpe": 0.5}
    ...     return {name: np.array([value]) for name, value in step.items()}
    >>> memory.observe(a, took(action=0, end=1, reward=1.0))
    >>> memory.observe(b, took(action=1, end=1, reward=0.0))
    >>> memory.outcomes()[0, 0].tolist()
    [0.0, nan]
    """

    def __init__(
        self,
        n: int,
        key_size: int,
        n_actions: int,
        n_ends: int,
        rng: Lanes,
        n_contexts: int = 16,
        surprise_decay: float = 0.8,
    ) -> None:
        self.n, self._rng, self._surprise_decay = n, rng, surprise_decay
        self._lanes = np.arange(n)
        self.key = np.zeros((n, n_contexts, key_size), np.float32)
        self.n_known = np.zeros(n, np.int64)  # contexts
        self.n_visits = np.zeros((n, n_contexts), np.int64)
        self.end = np.full((n, n_contexts, n_actions), UNKNOWN)
        self.paid = np.full((n, n_ends), np.nan, np.float32)  # last
        self._paid_in = np.full((n, n_ends), UNKNOWN)  # the context of that
        self.paid_at = np.zeros((n, n_ends), np.int64)
        self.surprise, self.largest_error, self.last_error = np.zeros((3, n, n_ends))

    # ------------------------------------------------------------------ writing and reading

    def observe(self, key: np.ndarray, step: Mapping[str, np.ndarray]) -> None:
        """Store that in context `key` (n, key_size) `action` led to `end`, with `reward` and `rpe`."""
        write = np.flatnonzero(step.get("write", np.ones(self.n, bool)))
        if not len(write):
            return
        slot = self._slot(key)[write]
        new = slot == UNKNOWN
        if new.any():
            if self.n_known[write[new]].max() == self.key.shape[1]:
                raise ValueError(
                    f"a lane met more than the {self.key.shape[1]} contexts that its memory has "
                    "room for; make n_contexts larger"
                )
            slot[new] = self.n_known[write[new]]
            self.key[write[new], slot[new]] = key[write[new]]
            self.n_known[write[new]] += 1
        action, end = step["action"][write], step["end"][write]
        self.end[write, slot, action] = end
        self.n_visits[write, slot] += 1
        self.paid[write, end], self._paid_in[write, end] = step["reward"][write], slot
        self.paid_at[write, end] = self.n_visits[write].sum(axis=1)
        self.surprise[write] *= self._surprise_decay
        error = np.abs(step["rpe"][write])
        for kept in (self.surprise, self.largest_error):
            kept[write, end] = np.maximum(kept[write, end], error)
        self.last_error[write, end] = error

    def retrieve(self, query: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What each action is expected to pay (n, n_actions) in context `query`; 0 in a new one.

        Confidence (n,) is the share of actions for which it is known.
        """
        slot = self._slot(query)
        met = (slot != UNKNOWN)[:, None]
        tried = met & (self.end[self._lanes, slot] != UNKNOWN)
        return np.where(met, self.expected()[self._lanes, slot], 0), tried.mean(axis=1)

    def expected(self) -> np.ndarray:
        """As `outcomes`, with `UNTRIED` for actions that were never taken."""
        paid = self.outcomes()
        return np.where(np.isnan(paid), UNTRIED, paid)

    def outcomes(self) -> np.ndarray:
        """What the end state of each transition paid last, (n, n_contexts, n_actions); else NaN."""
        return np.where(self.end == UNKNOWN, np.nan, self.of_end(self.paid))

    def of_end(self, values: np.ndarray, end: np.ndarray | None = None) -> np.ndarray:
        """`values` (n, n_ends) of the end state of each transition, or of others, `end`."""
        return values[self._lanes[:, None, None], self.end if end is None else end]

    def need(self) -> np.ndarray:
        """How often each context is visited, as a share of all experiences, (n, n_contexts)."""
        return self.n_visits / np.maximum(self.n_visits.sum(axis=1, keepdims=True), 1)

    @property
    def operations(self) -> np.ndarray:
        """Numbers compared or read when memory is asked in each lane, (n,)."""
        _, _, key_size = self.key.shape
        return self.n_known * key_size + 2 * self.end.shape[2]

    def _slot(self, key: np.ndarray) -> np.ndarray:
        """Number of the context in its lane, `UNKNOWN` if it is new."""
        same = (self.key == key[:, None]).all(axis=2)
        same &= np.arange(self.key.shape[1]) < self.n_known[:, None]
        return np.where(same.any(axis=1), same.argmax(axis=1), UNKNOWN)

    # ------------------------------------------------------------------ replay

    def nonlocal_news(self) -> np.ndarray:
        """Transitions (n, n_contexts, n_actions) whose end state was met last in another context."""
        here = np.arange(self.key.shape[1])[:, None]
        return (self.end != UNKNOWN) & (self.of_end(self._paid_in) != here)

    def replay(
        self, state: np.ndarray, reward: np.ndarray, rpe: np.ndarray, n_backups: int
    ) -> list[ReplayPath]:
        """Transitions that lead to the end states of greatest surprise; see `ordered`."""
        return self.ordered(self.of_end(self.surprise), n_backups)

    def ordered(self, priority: np.ndarray, n_backups: int) -> list[ReplayPath]:
        """What was learned elsewhere, highest `priority` (n, n_contexts, n_actions) first.

        Each transition is replayed once at most, joined with what its end state paid last. States are
        numbers of contexts; ties are broken at random.
        """
        usable, outcomes = self.nonlocal_news(), self.outcomes()
        n_options = usable[0].size
        worth = np.where(usable, priority, -np.inf).reshape(self.n, n_options)
        order = np.lexsort((self._rng.random(n_options), -worth), axis=1)[:, :n_backups]
        paths = []
        for lane, chosen in enumerate(order):
            chosen = chosen[: int(usable[lane].sum())]
            if len(chosen):
                slot, action = np.divmod(chosen, usable.shape[2])
                paths.append(
                    ReplayPath(
                        states=slot,
                        actions=action,
                        rewards=outcomes[lane, slot, action],
                        source="outcomes",
                        score=float(worth[lane, chosen[0]]),
                        lane=lane,
                    )
                )
        return paths
