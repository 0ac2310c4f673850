"""One agent: a prefrontal network, dopamine, reinstatement, replay at rest and memory search.

The network learns within a visit, with frozen weights; reinstatement gives back, in a known
context, the state in which it was left. What was learned elsewhere meanwhile comes in by one of
two ways: at rest, remembered transitions are replayed into the stored states, those first where
reward was predicted worst of late; or a search of memory answers at the moment of choice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...tasks import ACT, REST, Lanes, Task, TimeStep
from ..agent import Trace
from ..hippocampus import ReplayPath
from ..hippocampus.outcomes import UNKNOWN, OutcomeMemory
from ..prefrontal import Encoder, EpisodicPrefrontal, n_actions
from .revisiting import N_STEPS, N_TO_ENTER, Revisiting, Transition

SURPRISE_PARTS = {
    "error_size": "every error counts alike: what was met last ranks first",
    "fading": "errors do not fade: the largest ever met at an end state counts",
    "older_errors": "of each end state only the error met last counts, and it does not fade",
}


@dataclass
class Integrated(EpisodicPrefrontal):
    """A prefrontal network whose stored states are revised at rest by replay.

    Parameters
    ----------
    end : (int, int)
        First and last + 1 column of the observation that tell which end state the last action of
        this visit led to, one-hot.
    """

    parts: ClassVar[dict[str, str]] = {
        **EpisodicPrefrontal.parts,
        "rest": "nothing is replayed",
        "replayed_content": "rest feeds the network nothing but zeros, in as many steps",
        "replayed_actions": "the actions replayed for a context are, or are not, exchanged, at random",
        "replayed_ends": "each transition is joined with the outcome of any end state",
        "dopamine": "no prediction error reaches memory: gain times need says what comes first",
        "ranking": "what is replayed comes in random order",
        "ranking_direction": "what ranks lowest is replayed first",
        "surprise": "the surprises of end states are permuted, large and recent ones alike",
        **SURPRISE_PARTS,
        "search": "memory is not asked at the moment of choice",
    }

    end: tuple[int, int] = (0, 0)

    def encoder(self, task: Task, n: int) -> Encoder:
        return _OwnChoices(self, task, n)

    # ------------------------------------------------------------------ life

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        if not 0 <= self.end[0] < self.end[1] <= task.observation_size:
            raise ValueError(
                f"end must name columns of the observation, which has {task.observation_size}, "
                f"got {self.end}"
            )
        self._key_at = slice(*self.key or (0, task.observation_size))
        self._end_at = slice(*self.end)
        self._outcomes = OutcomeMemory(
            n, self._key_at.stop - self._key_at.start, n_actions(task),
            self._end_at.stop - self._end_at.start, rng,
        )  # fmt: skip
        self._revisiting = Revisiting(
            self, task, self._key_at, self._end_at, "replayed_content" in self.lesions
        )
        self._last: dict[str, np.ndarray] = {
            "value": np.zeros(n), "action": np.zeros(n, np.int64), "chose": np.zeros(n, bool),
            "key": np.zeros((n, self._key_at.stop - self._key_at.start)),
        }  # fmt: skip

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        action, trace = super().act(now)
        self._remember(now, trace["value"])
        operations = np.full(len(action), self._revisiting.operations_per_step, np.int64)
        if "search" not in self.lesions:
            answer, knows, n_operations = self._search(now)
            action = np.where(knows, answer, action)
            certain = np.eye(trace["policy"].shape[1], dtype=np.float32)[answer]
            trace["policy"] = np.where(knows[:, None], certain, trace["policy"])
            operations += n_operations
            self._encoder.acted(action)
        self._last = {
            "value": trace["value"], "action": action, "chose": now.phase == ACT,
            "key": now.observation[:, self._key_at],
        }  # fmt: skip
        return action, trace | {
            "stored_cell": self._reinstated, "operations": operations,
        }  # fmt: skip

    def _inputs(self, now: TimeStep) -> np.ndarray:
        self._reinstated = self._state["reinstated"].copy()
        return super()._inputs(now)

    def _remember(self, now: TimeStep, value: np.ndarray) -> None:
        """What the last choice led to, if that is in view, and how far reward was mispredicted."""
        seen = now.observation[:, self._end_at]
        write = self._last["chose"] & seen.any(axis=1) & ~now.first
        rpe = now.reward + self.discount * now.discount * value - self._last["value"]
        self._outcomes.observe(
            self._last["key"],
            {"action": self._last["action"], "end": seen.argmax(axis=1), "reward": now.reward,
             "rpe": rpe, "write": write},
        )  # fmt: skip

    def _search(self, now: TimeStep) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The action that memory says pays best, whether there is one, and operations; all (n,).

        Memory is asked on entering a context, before any outcome.
        """
        asks = (now.phase == ACT) & ~self._last["chose"]
        paid, confidence = self._outcomes.retrieve(now.observation[:, self._key_at])
        one_best = (paid == paid.max(axis=1, keepdims=True)).sum(axis=1) == 1
        knows = asks & one_best & (confidence > 0)
        return paid.argmax(axis=1), knows, asks * self._outcomes.operations

    # ------------------------------------------------------------------ rest

    def rest(self, now: TimeStep, n_backups: int) -> Trace:
        if "rest" in self.lesions or not n_backups:
            return {}
        feed = self._distorted()
        paths = [path for path in self._proposed(n_backups) if now.phase[path.lane] == REST]
        n_steps = np.ones(len(now.phase), np.int64)  # of the network
        if "dopamine" in self.lesions:  # what each backup would gain has to be tried out
            n_tried = self._outcomes.end.shape[2] * (N_STEPS + N_TO_ENTER)
            n_steps += self._outcomes.n_known * (N_TO_ENTER + n_tried)
        for slot, action in zip(*_laid_out(paths, len(now.phase)), strict=True):
            lanes = np.flatnonzero(slot != UNKNOWN)
            slots = slot[lanes]
            n_steps[lanes] += self._back_up(lanes, slots, feed(lanes, slots, action[lanes]))
        return {"replay": paths, "operations": n_steps * self._revisiting.operations_per_step}

    def _proposed(self, n_backups: int) -> list[ReplayPath]:
        """What is replayed in each lane, in order."""
        memory, surprise = self._outcomes, self._surprise()
        if "surprise" in self.lesions:
            order = self._rng.permutation(surprise.shape[1])
            surprise = np.take_along_axis(surprise, order, axis=1)
        priority = memory.of_end(surprise)
        if "dopamine" in self.lesions:
            priority = self._gain() * memory.need()[..., None]
        if "ranking" in self.lesions:
            priority = np.zeros_like(priority)
        if "ranking_direction" in self.lesions:
            priority = -priority
        return memory.ordered(priority, n_backups)

    def _surprise(self) -> np.ndarray:
        """What end states rank by in the order of replay, (n, n_ends)."""
        if "error_size" in self.lesions:
            return self._outcomes.paid_at
        if "older_errors" in self.lesions:
            return self._outcomes.last_error
        return self._outcomes.largest_error if "fading" in self.lesions else self._outcomes.surprise

    def _back_up(self, lanes: np.ndarray, slot: np.ndarray, what: Transition) -> int | np.ndarray:
        """Relive one transition in each of `lanes`, and put what it leaves in place of what was stored.

        The result is how many steps of the network that took.
        """
        key = np.zeros_like(self._last["key"])
        key[lanes] = self._outcomes.key[lanes, slot]
        stored = self._stored(key)
        stored[lanes], n_steps = self._left_by(lanes, slot, stored[lanes], what)
        write = np.zeros(len(key), bool)
        write[lanes] = "memory" not in self.lesions
        self._memory.store.observe(key, {"value": stored, "write": write})
        return n_steps

    def _left_by(
        self, lanes: np.ndarray, slot: np.ndarray, stored: np.ndarray, what: Transition
    ) -> tuple[np.ndarray, int | np.ndarray]:
        """Cell states that a transition leaves in `lanes`, and how many steps of the network it takes."""
        return self._revisiting.after(stored, what), N_STEPS

    def _stored(self, key: np.ndarray) -> np.ndarray:
        """The states (n, n_units) that lie under the keys of what is replayed."""
        return self._memory.store.retrieve(key)[0]

    def _distorted(self) -> Callable[[np.ndarray, np.ndarray, np.ndarray], Transition]:
        """From lanes, contexts and actions to what is fed; drawn once for a rest."""
        memory, end, paid = self._outcomes, self._outcomes.end, self._outcomes.outcomes()
        n, n_contexts, n_options = end.shape
        shown = np.broadcast_to(np.arange(n_options), end.shape)
        if "replayed_actions" in self.lesions:
            draws = [self._rng.permutation(n_options) for _ in range(n_contexts)]
            shown = np.stack(draws, axis=1)
        if "replayed_ends" in self.lesions:
            end = self._rng.integers(memory.surprise.shape[1], n_contexts * n_options)
            end = end.reshape(n, n_contexts, n_options)
            paid = np.nan_to_num(memory.of_end(memory.paid, end))

        def feed(lanes: np.ndarray, slot: np.ndarray, action: np.ndarray) -> Transition:
            at = (lanes, slot, action)
            return Transition(memory.key[lanes, slot], shown[at], end[at], paid[at])

        return feed

    def _gain(self) -> np.ndarray:
        """How much each backup would improve the policy of its context, (n, n_contexts, n_actions)."""
        memory, paid = self._outcomes, self._outcomes.expected()
        gains = np.zeros(paid.shape)
        for slot in range(int(memory.n_known.max())):
            key = memory.key[:, slot]
            stored = self._stored(key)
            before = self._revisiting.policy(stored, key)
            for action in range(paid.shape[2]):
                taken = np.full(len(key), action)
                what = Transition(key, taken, memory.end[:, slot, action], paid[:, slot, action])
                change = self._revisiting.policy(self._revisiting.after(stored, what), key) - before
                gains[:, slot, action] = np.einsum("na,na->n", change, paid[:, slot])
        return gains


def _laid_out(paths: list[ReplayPath], n: int) -> tuple[np.ndarray, np.ndarray]:
    """Contexts and actions (n_backups, n) of the paths, backup by backup; `UNKNOWN` after their end."""
    longest = max((path.n_backups for path in paths), default=0)
    slot, action = np.full((2, longest, n), UNKNOWN)
    for path in paths:
        slot[: path.n_backups, path.lane] = path.states
        action[: path.n_backups, path.lane] = path.actions
    return slot, action


class _OwnChoices(Encoder):
    """An encoder that shows the previous action only where it was the agent's choice."""

    def __call__(self, now: TimeStep, out: np.ndarray | None = None) -> np.ndarray:
        row = super().__call__(now, out)
        self._chooses = now.phase == ACT
        return row

    def acted(self, action: np.ndarray) -> None:
        super().acted(np.where(self._chooses, action, -1))
