"""The one agent in an arena: its replay relives ways to a goal, its search looks a few moves ahead.

As in `Integrated`, stored states are revised at rest with what was learned elsewhere. What leads to an outcome
here is not one action but a way, and memory holds a map of moves beside what places paid. The search
joins the slow system of Tan & Motani 2023 (arXiv:2301.13758) to the prefrontal critic, which
judges the places where it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...tasks import ACT, REST, Lanes, Task, TimeStep
from ..agent import Trace
from ..goal_directed.memory import TransitionMemory
from ..goal_directed.ways import NOTHING, look_ahead, moves_away, walk
from ..hippocampus import ReplayPath
from ..hippocampus.outcomes import UNKNOWN, UNTRIED, OutcomeMemory
from ..prefrontal import EpisodicPrefrontal, n_actions
from .agent import SURPRISE_PARTS, Integrated
from .rewalking import Rewalking

N_CONTEXTS = 8  # room in memory


@dataclass
class Navigator(Integrated):
    """A prefrontal network that finds its way with reinstatement, replay at rest and search.

    At rest, each backup is a way in a context of which something was learned elsewhere: from some
    place to one that has paid there but paid nothing last, if there is one, and on to the one that
    pays now, wherever that was found. It is relived through the frozen network as a visit of one
    trial would be, and the cell state that it leaves is stored in place of the old one.

    Search looks `depth` moves ahead at every choice, and answers in two cases. Where a place that
    paid last is that near, it leads there. Where a remembered move has turned out to be blocked, it leads
    for the rest of the trial to the best of the places `depth` moves away as the critic values them, and
    every nearer place is revalued by what it leads to, so that no dead end holds the animal for
    long (LSS-LRTA*: Koenig & Sun 2009, doi:10.1007/s10458-008-9061-x).

    Parameters
    ----------
    end : (int, int)
        First and last + 1 column of the observation that show the place, one-hot.
    depth : int
        Moves that search looks ahead.
    way_length : int
        Moves of a replayed way to the first of its places.
    """

    parts: ClassVar[dict[str, str]] = {
        **EpisodicPrefrontal.parts,
        "rest": "nothing is replayed",
        "replayed_content": "rest feeds the network nothing but zeros, in as many steps",
        "replayed_places": "replayed ways lead past and to any places, drawn at random",
        "ranking": "what is replayed comes in random order",
        "ranking_direction": "what ranks lowest is replayed first",
        **SURPRISE_PARTS,
        "search": "memory is not asked before a move",
    }

    depth: int = 4
    way_length: int = 6

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("depth", "way_length"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")

    # ------------------------------------------------------------------ life

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        self._n_places = n_places = self._end_at.stop - self._end_at.start
        key_size = self._key_at.stop - self._key_at.start
        self._outcomes = OutcomeMemory(n, key_size, n_places, n_places, rng, N_CONTEXTS)
        # Lanes rest at different times, so that what chance decides there is drawn before.
        self._ties = rng.random(N_CONTEXTS)
        self._place_draw = rng.random(2 * N_CONTEXTS)
        self._start_rank = rng.random(n_places)
        self._map = TransitionMemory(n, n_places, n_actions(task), infer_returns=True)
        self._misled = np.zeros(n, bool)
        self._revalued = np.full((n, n_places), np.nan)
        self._rewalking = Rewalking(
            self, task, self._key_at, self._end_at, "replayed_content" in self.lesions
        )
        self._last["place"] = np.zeros(n, np.int64)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        action, trace = super().act(now)
        self._last["place"], self._operations = self._place(now), trace["operations"]
        return action, trace

    def _place(self, now: TimeStep) -> np.ndarray:
        return now.observation[:, self._end_at].argmax(axis=1)

    def _remember(self, now: TimeStep, value: np.ndarray) -> None:
        """Where the last move led, and what that place paid if it ever paid in this context."""
        last, place = self._last, self._place(now)
        moved = last["chose"] & now.observation[:, self._end_at].any(axis=1) & ~now.first
        lanes = np.flatnonzero(moved)
        if not len(lanes):
            return
        at = (last["place"][lanes], last["action"][lanes], place[lanes])
        self._misled[lanes] |= self._map.observe(lanes, *at)
        paid, confidence = self._outcomes.retrieve(last["key"])
        paid_before = (confidence > 0) & (paid[np.arange(len(place)), place] != UNTRIED)
        rpe = now.reward + self.discount * now.discount * value - last["value"]
        self._outcomes.observe(
            last["key"],
            {"action": place, "end": place, "reward": now.reward, "rpe": rpe,
             "write": moved & ((now.reward > 0) | paid_before)},
        )  # fmt: skip

    # ------------------------------------------------------------------ search

    def _search(self, now: TimeStep) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        self._misled &= now.phase == ACT
        self._revalued[~self._misled] = np.nan
        answer, n_operations = np.zeros((2, len(now.phase)), np.int64)
        knows = np.zeros(len(now.phase), bool)
        paid, confidence = self._outcomes.retrieve(now.observation[:, self._key_at])
        pays = (paid > UNTRIED) & (confidence > 0)[:, None]
        lanes = np.flatnonzero((now.phase == ACT) & (pays.any(axis=1) | self._misled))
        if not len(lanes):
            return answer, knows, n_operations
        here = self._place(now)[lanes]
        ahead = look_ahead(self._map.successor[lanes, :, :, 0], here, self.depth)
        steps, rows = ahead.steps[:, : self._n_places], np.arange(len(lanes))
        n_operations[lanes] = ahead.n_reads

        steps_to_reward = np.where(pays[lanes] & (steps > 0), steps, self.depth + 1)
        target = steps_to_reward.argmin(axis=1)
        found = steps_to_reward[rows, target] <= self.depth
        misled = self._misled[lanes] & ~found
        if misled.any():
            worth = self._worth(now, lanes, misled, steps == self.depth)
            target = np.where(misled, worth.argmax(axis=1), target)
            found |= misled & np.isfinite(worth[rows, target])
            self._revalue(lanes[misled], worth[misled], steps[misled])
            n_leaves = (misled[:, None] & (steps == self.depth)).sum(axis=1)
            n_operations[lanes] += n_leaves * self._revisiting.operations_per_step
        knows[lanes], answer[lanes] = found, np.where(found, ahead.first[rows, target], 0)
        return answer, knows, n_operations

    def _worth(
        self, now: TimeStep, lanes: np.ndarray, wanted: np.ndarray, leaf: np.ndarray
    ) -> np.ndarray:
        """Value of the `leaf` places (k, n_places) of `lanes` where `wanted` (k,); -inf elsewhere."""
        row, place = np.nonzero(leaf & wanted[:, None])
        lane = lanes[row]
        state = {name: array[lane] for name, array in self._state.items()}
        key = now.observation[lane, self._key_at]
        value = self._rewalking.value(state, self._reinstated[lane], key, place)
        revalued = self._revalued[lane, place]
        worth = np.full(leaf.shape, -np.inf)
        worth[row, place] = np.where(np.isnan(revalued), value, revalued)
        return worth

    def _revalue(self, lanes: np.ndarray, worth: np.ndarray, steps: np.ndarray) -> None:
        """Back the `worth` (k, n_places) of the leaves up to all places nearer than they are."""
        successor = self._map.successor[lanes, :, :, 0]
        value = np.pad(worth, ((0, 0), (0, 1)), constant_values=-np.inf)
        nearer = steps < self.depth
        for _ in range(2 * self.depth):
            leads = value[np.arange(len(lanes))[:, None, None], successor].max(axis=2)[:, :-1]
            value[:, :-1] = np.where(nearer, self.discount * leads, value[:, :-1])
        known = nearer & np.isfinite(value[:, :-1])
        self._revalued[lanes] = np.where(known, value[:, :-1], self._revalued[lanes])

    # ------------------------------------------------------------------ rest

    def rest(self, now: TimeStep, n_backups: int) -> Trace:
        if "rest" in self.lesions or not n_backups:
            return {}
        lanes = np.flatnonzero(now.phase == REST)
        chosen, n_chosen = self._chosen(lanes, n_backups)
        if not n_chosen.any():
            return {}
        row, rank = np.nonzero(np.arange(chosen.shape[1]) < n_chosen[:, None])
        lane, slot = lanes[row], chosen[row, rank]
        places, moves, reward = self._way(lane, slot)
        self._relive(lane, slot, rank, places, moves, reward)
        n_steps = np.zeros(len(now.phase), np.int64)  # of the network
        np.add.at(n_steps, lane, (places != NOTHING).sum(axis=1))
        operations = self._operations + n_steps * self._revisiting.operations_per_step
        paths = [
            ReplayPath(way[way != NOTHING], rewards=paid[way != NOTHING], kind="forward",
                       source="ways", lane=int(of))
            for of, way, paid in zip(lane, places, reward, strict=True)
        ]  # fmt: skip
        return {"replay": paths, "operations": operations}

    def _chosen(self, lanes: np.ndarray, n_backups: int) -> tuple[np.ndarray, np.ndarray]:
        """Numbers of the contexts to be replayed, in order, (k, n_contexts), and how many, (k,).

        A context is worth replaying if a place in it pays, and what some place of it paid was met last in
        another context. It comes the earlier the more surprising that was.
        """
        memory = self._outcomes
        elsewhere = memory.nonlocal_news()[lanes]
        pays = memory.of_end(memory.paid)[lanes] > UNTRIED
        usable = elsewhere.any(axis=2) & (pays & (memory.end[lanes] != UNKNOWN)).any(axis=2)
        worth = np.where(elsewhere, memory.of_end(self._surprise())[lanes], 0).max(axis=2)
        if "ranking" in self.lesions:
            worth = np.zeros_like(worth)
        if "ranking_direction" in self.lesions:
            worth = -worth
        order = np.lexsort((self._ties[lanes], np.where(usable, -worth, np.inf)), axis=1)
        return order, np.minimum(usable.sum(axis=1), n_backups)

    def _relive(
        self,
        lane: np.ndarray,
        slot: np.ndarray,
        rank: np.ndarray,
        places: np.ndarray,
        moves: np.ndarray,
        reward: np.ndarray,
    ) -> None:
        """Relive a way in context `slot` of each `lane`, and store the states that it leaves.

        No lane has a `rank` twice, so that its contexts can be asked for one after another.
        """
        store, key = self._memory.store, self._outcomes.key[lane, slot]
        turns = [np.flatnonzero(rank == i) for i in range(int(rank.max(initial=-1)) + 1)]

        def keys_of(turn: np.ndarray) -> np.ndarray:
            keys = np.zeros_like(self._last["key"])
            keys[lane[turn]] = key[turn]
            return keys

        stored = np.zeros((len(lane), self.n_units), np.float32)
        for turn in turns:
            stored[turn] = self._stored(keys_of(turn))[lane[turn]]
        left = self._rewalking.after(stored, key, places, moves, reward)
        for turn in turns if "memory" not in self.lesions else ():
            value, write = np.zeros((store.n, self.n_units), np.float32), np.zeros(store.n, bool)
            value[lane[turn]], write[lane[turn]] = left[turn], True
            store.observe(keys_of(turn), {"value": value, "write": write})

    def _way(self, lanes: np.ndarray, slot: np.ndarray) -> tuple[np.ndarray, ...]:
        """Places, moves and rewards (k, m): past a place that pays no more, to the one that does."""
        memory, successor = self._outcomes, self._map.successor[lanes, :, :, 0]
        known = memory.end[lanes, slot] != UNKNOWN
        pays = memory.paid[lanes] > UNTRIED
        last = (known & pays).argmax(axis=1)
        empty = known & ~pays
        via = np.where(empty.any(axis=1), empty.argmax(axis=1), last)
        if "replayed_places" in self.lesions:
            via, last = (self._other_places(lanes, slot, i) for i in (0, 1))
        away = moves_away(successor, via)[:, :-1]
        far = np.where(away <= self.way_length, away, NOTHING)
        farthest = far == far.max(axis=1, keepdims=True)
        start = np.where(farthest, self._start_rank[lanes], -1).argmax(axis=1)
        legs = walk(successor, start, via), walk(successor, via, last)
        places, moves = (
            np.concatenate([one, other[:, 1:]], axis=1) for one, other in zip(*legs, strict=True)
        )
        at_end = np.where(places != NOTHING, np.arange(places.shape[1]), 0).max(axis=1)
        return places, moves, (np.arange(places.shape[1]) == at_end[:, None]).astype(np.float32)

    def _other_places(self, lanes: np.ndarray, slot: np.ndarray, i: int) -> np.ndarray:
        """Any of the places that were ever entered."""
        entered = self._map.entered[lanes]
        drawn = (self._place_draw[lanes, 2 * slot + i] * entered.sum(axis=1)).astype(np.int64)
        entered_first = np.argsort(~entered, axis=1, kind="stable")
        return entered_first[np.arange(len(lanes)), drawn]
