"""Remembered transitions of many lanes: integer tables of where each action led."""

from __future__ import annotations

import numpy as np

UNKNOWN = -1
N_SEEN = 3  # chosen
POLICIES = ("overwrite", "append", "counts")


class TransitionMemory:
    """Where every action led from every state, for `n` lanes, kept over all episodes of a life.

    With the policy "overwrite" an outcome that contradicts the last one replaces everything known
    of this state and action (conflict deletion of Tan & Motani 2023, arXiv:2301.13758), so that one
    successor and its count is all there is. "append" deletes nothing. "counts" lets older
    outcomes fade by `decay` whenever a new one comes, and believes in the strongest: one
    contradiction is not enough.

    Parameters
    ----------
    n, n_states, n_actions : int
    policy : {"overwrite", "append", "counts"}
    infer_returns : bool
        Infer ways back, see `Returns`.
    decay : float
        What is left of older counts of a state and action at each new outcome; 1 keeps all.

    Attributes
    ----------
    successor : (n, n_states + 1, n_actions, n_slots) ints
        States that followed; `n_states` where nothing is known, a place that nothing leaves.
    strength : (n, n_states + 1, n_actions, n_slots) floats
        How often each followed; 0 where nothing is known.
    cumulative : (n_actions * n_slots, n, n_states + 1) float32
        Share of all entries of a state that lie up to each of its edges, for drawing one.
    entered : (n, n_states) bool
        Whether some move ever led to the state.

    Examples
    --------
    >>> memory = TransitionMemory(1, n_states=3, n_actions=2)
    >>> move = np.array([[0], [0], [1]])  # lane, state, action
    >>> memory.observe(*move, np.array([2]))
    array([False])
    >>> memory.observe(*move, np.array([0]))
    array([ True])
    >>> memory.successor[0, 0, 1], memory.strength[0, 0, 1]
    (array([0]), array([1.]))
    """

    def __init__(
        self,
        n: int,
        n_states: int,
        n_actions: int,
        policy: str = "overwrite",
        decay: float = 1.0,
        infer_returns: bool = False,
    ) -> None:
        if policy not in POLICIES:
            raise ValueError(f"policy must be {', '.join(POLICIES)}, got '{policy}'")
        if not 0 < decay <= 1:
            raise ValueError(f"decay must be in (0, 1], got {decay}")
        self.policy, self.decay, self.n_states = policy, decay, n_states
        self.n_slots = 1 if policy == "overwrite" else n_actions + 1  # one for staying in place
        shape = (n, n_states + 1, n_actions, self.n_slots)
        self.successor = np.full(shape, n_states)
        self.strength = np.zeros(shape)
        self.cumulative = np.zeros((n_actions * self.n_slots, n, n_states + 1), np.float32)
        self.entered = np.zeros((n, n_states), bool)
        self.returns = Returns(n, n_actions) if infer_returns else None

    def observe(
        self, lanes: np.ndarray, state: np.ndarray, action: np.ndarray, reached: np.ndarray
    ) -> np.ndarray:
        """Remember one move of each of `lanes`; returns whether it contradicts what was known."""
        conflict = self._store((lanes, state, action), reached)
        self.entered[lanes, reached] |= reached != state
        self._weigh(lanes, state)
        if self.returns is not None:
            self.returns.learn(self, lanes, state, action, reached)
        return conflict

    def infer(
        self, lanes: np.ndarray, state: np.ndarray, action: np.ndarray, leads: np.ndarray
    ) -> None:
        """Take it that an action leads somewhere where nothing is known of it."""
        at = (lanes, state, action)
        new = self.strength[at].max(axis=1) == 0
        lanes, state, leads = lanes[new], state[new], leads[new]
        at = (lanes, state, action[new])
        self.successor[(*at, 0)], self.strength[(*at, 0)] = leads, 1
        self.entered[lanes, leads] = True
        self._weigh(lanes, state)

    def _weigh(self, lanes: np.ndarray, state: np.ndarray) -> None:
        """Bring the shares of entries up to date."""
        sums = self.strength[lanes, state].reshape(len(lanes), len(self.cumulative)).cumsum(axis=1)
        self.cumulative[:, lanes, state] = (sums / sums[:, -1:]).T

    def _store(self, at: tuple[np.ndarray, ...], reached: np.ndarray) -> np.ndarray:
        if self.policy == "overwrite":
            known = self.successor[at][:, 0]
            conflict = (known != reached) & (known != self.n_states)
            self.strength[at] = np.where(conflict, 1, self.strength[at][:, 0] + 1)[:, None]
            self.successor[at] = reached[:, None]
            return conflict
        conflict = (self.believed(*at) != reached) & (self.strength[at].max(axis=1) > 0)
        if self.policy == "counts":
            self.strength[at] *= self.decay
        slot = self._slot(at, reached)
        self.successor[(*at, slot)] = reached
        self.strength[(*at, slot)] += 1
        return conflict

    def _slot(self, at: tuple[np.ndarray, ...], reached: np.ndarray) -> np.ndarray:
        """Where to keep an outcome: where it is, else in a free slot, else over the weakest."""
        rank = self.strength[at] + 1e300 * (self.successor[at] == reached[:, None])
        same = rank.max(axis=1) >= 1e300
        slot = np.where(same, rank.argmax(axis=1), self.strength[at].argmin(axis=1))
        self.strength[(*at, slot)] *= same
        return slot

    def believed(self, lanes: np.ndarray, state: np.ndarray, action: np.ndarray) -> np.ndarray:
        """The strongest successor, `n_states` where nothing is known."""
        at = (lanes, state, action)
        best = self.strength[at].argmax(axis=-1)
        return np.take_along_axis(self.successor[at], best[..., None], axis=-1)[..., 0]

    def forget(self, lanes: np.ndarray) -> None:
        """Empty the memory of some lanes."""
        self.successor[lanes], self.strength[lanes] = self.n_states, 0
        self.cumulative[:, lanes] = 0
        self.entered[lanes] = False


class Returns:
    """Which action takes back which, learned from moves that were made in both directions.

    Once it was seen `N_SEEN` times that `b` led back where `a` came from, and never that another
    action did, `b` is taken to lead back from wherever `a` leads.
    """

    def __init__(self, n: int, n_actions: int) -> None:
        self.votes = np.zeros((n, n_actions, n_actions), np.int64)
        self.inverse = np.full((n, n_actions), UNKNOWN)

    def learn(
        self,
        memory: TransitionMemory,
        lanes: np.ndarray,
        state: np.ndarray,
        action: np.ndarray,
        reached: np.ndarray,
    ) -> None:
        """Count who led back, and infer the way back of this move, or of all when it is new."""
        moved = reached != state
        lanes, state, action, reached = (x[moved] for x in (lanes, state, action, reached))
        back = (memory.successor[lanes, reached] == state[:, None, None]).any(axis=2)
        self.votes[lanes, action] += back
        votes = self.votes[lanes, action]
        sure = (votes.max(axis=1) >= N_SEEN) & ((votes > 0).sum(axis=1) == 1)
        inverse = np.where(sure, votes.argmax(axis=1), UNKNOWN)
        new = inverse != self.inverse[lanes, action]
        self.inverse[lanes, action] = inverse
        for i in np.flatnonzero(new & sure).tolist():
            self._infer_all(memory, int(lanes[i]), int(action[i]), int(inverse[i]))
        memory.infer(lanes[sure], reached[sure], inverse[sure], state[sure])

    @staticmethod
    def _infer_all(memory: TransitionMemory, lane: int, action: int, inverse: int) -> None:
        states = np.arange(memory.n_states)
        reached = memory.believed(np.full(len(states), lane), states, np.full(len(states), action))
        moved = (reached != states) & (reached != memory.n_states)
        count = int(moved.sum())
        memory.infer(np.full(count, lane), reached[moved], np.full(count, inverse), states[moved])


__all__ = ["POLICIES", "UNKNOWN", "TransitionMemory"]
