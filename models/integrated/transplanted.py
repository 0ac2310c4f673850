"""The integrated agent with a spiking hippocampus and spiking dopamine neurons in place of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from itertools import product
from typing import ClassVar

import numpy as np

from ...tasks import Lanes, Task, TimeStep
from ..agent import Trace
from ..dopamine.circuit import N_LEVELS, TAUGHT_VOLUME, DopamineCircuit
from ..hippocampus import ReplayPath
from ..hippocampus.assembly_store import COMPLETED, CUED, N_ACTIVE, AssemblyStore
from ..hippocampus.ca3 import CA3
from ..hippocampus.lesioned_ca3 import LesionedCA3
from ..hippocampus.outcomes import OutcomeMemory
from ..hippocampus.visit_memory import VisitMemory
from ..prefrontal import n_actions
from ..prefrontal.assembly import RECALL
from .agent import Integrated

N_REPEATS = 30  # trials of the dopamine circuit of each kind


@dataclass
class Transplanted(Integrated):
    """`Integrated`, whose dictionary and order of replay are those of spiking networks.

    For weights trained with `Integrated`. A context is recognized by completion of its assembly in
    CA3 (`AssemblyStore`). Visits write sequences into CA3, too (`VisitMemory`); at rest the
    beginnings and then the ends of the sequences are cued, of those contexts of which something may
    have been learned elsewhere, and the choices that sharp waves pass are relived, each pair of
    context and action once, until the rest is over. Contexts are cued in the order of surprise, and
    surprise is what dopamine neurons of the spiking circuit (`DopamineCircuit`) fired at what was
    earned. What each choice led to, and what each end state paid last, is remembered as by
    `Integrated`.

    Trace beside those of `Integrated`: `n_sharp_waves`, of the rest, 0 elsewhere.

    Parameters
    ----------
    network : CA3
        Run at every look-up.
    sequences : CA3
        Run for every cue at rest.
    n_active, cued
        See `AssemblyStore`.
    n_contexts, length : int
        Contexts, and choices of a visit, that there is room for in CA3.
    circuit : DopamineCircuit
    removed : float
        Share of pyramidal cells that are taken out.
    """

    parts: ClassVar[dict[str, str]] = {
        **{
            part: lost
            for part, lost in Integrated.parts.items()
            if part not in ("matching_keys", "selective_retrieval")  # of a list with an order
        },
        "structure": "weights of CA3 are dealt out among its synapses",
        "adaptation": "spikes of CA3's pyramidal cells bring no adaptation",
        "spiking_dopamine": "surprise is the exact error",
    }

    threshold: float = COMPLETED
    network: CA3 = field(default_factory=lambda: RECALL)
    sequences: CA3 = field(default_factory=lambda: CA3(n_pyramidal=1000, duration=0.7))
    n_active: int = N_ACTIVE
    cued: float = CUED
    n_contexts: int = 6
    length: int = 8
    circuit: DopamineCircuit = field(default_factory=DopamineCircuit)
    removed: float = 0.0

    def store(self, task: Task, n: int, key_size: int, rng: Lanes) -> AssemblyStore:
        return AssemblyStore(
            n, key_size, self.n_units, self._damaged(self.network), rng, self.n_active, self.cued
        )

    def _damaged(self, network: CA3) -> LesionedCA3:
        settings = {f.name: getattr(network, f.name) for f in fields(network)}
        return LesionedCA3(
            **settings, removed=self.removed, shuffled="structure" in self.lesions,
            adapting="adaptation" not in self.lesions,
        )  # fmt: skip

    # ------------------------------------------------------------------ life

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        super().begin(task, n, rng)
        sequences, draws = self._damaged(self.sequences), rng.random()
        self._visits = [
            VisitMemory(
                sequences, np.random.default_rng(int(u * 2**53)), self.n_contexts, self.length
            )
            for u in draws
        ]
        self._what: list[dict[tuple[int, int], tuple[int, int]]] = [{} for _ in draws]
        lessons = None
        if "spiking_dopamine" not in self.lesions:
            each = [
                self.circuit.lessons(TAUGHT_VOLUME, N_REPEATS, int(u * 2**31))
                for u in draws[:: rng.n_per_seed]
            ]
            lessons = np.repeat(each, rng.n_per_seed, axis=0)
        size = self._key_at.stop - self._key_at.start, n_actions(task)
        n_ends = self._end_at.stop - self._end_at.start
        self._outcomes = self._told = Told(n, *size, n_ends, rng, self.n_contexts, lessons)
        self._n_waves = np.zeros(n, np.int32)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        action, trace = super().act(now)
        for lane in np.flatnonzero(now.first).tolist():
            self._keep_visit(lane)
        return action, trace | {"n_sharp_waves": np.zeros(len(action), np.int32)}

    def _keep_visit(self, lane: int) -> None:
        """Write what was chosen since the last visit ended into CA3."""
        visit = self._told.end_visit(lane)
        if visit:
            context = visit[0][0]
            self._visits[lane].visit(context, len(visit))
            for number, (_, action, end) in enumerate(visit):
                self._what[lane][context, number] = action, end

    # ------------------------------------------------------------------ rest

    def rest(self, now: TimeStep, n_backups: int) -> Trace:
        self._n_waves = np.zeros(len(now.phase), np.int32)
        trace = super().rest(now, n_backups)
        return trace | {"n_sharp_waves": self._n_waves}

    def _proposed(self, n_backups: int) -> list[ReplayPath]:
        """What sharp waves replay, contexts cued in the order in which `Integrated` would replay."""
        wanted = super()._proposed(self._outcomes.end[0].size)
        replayed = [self._replayed(w.lane, _transitions(w), n_backups) for w in wanted]
        return [path for path in replayed if path.n_backups]

    def _replayed(self, lane: int, wanted: list[tuple[int, int]], n_backups: int) -> ReplayPath:
        """The transitions (context, action) of `wanted` that sharp waves pass, in their order."""
        left, order = set(wanted), list(dict.fromkeys(context for context, _ in wanted))
        found: list[tuple[int, int]] = []
        for from_end, context in product((False, True), order):
            if len(found) >= n_backups:
                break
            for transition in self._passed(lane, context, from_end):
                if transition in left:
                    left.remove(transition)
                    found.append(transition)
        slot, action = np.array(found[:n_backups], np.int64).reshape(-1, 2).T
        rewards = self._outcomes.outcomes()[lane, slot, action]
        return ReplayPath(slot, action, rewards, source="ca3", lane=lane)

    def _passed(self, lane: int, context: int, from_end: bool) -> list[tuple[int, int]]:
        """Contexts and actions of the choices that sharp waves pass after a cue."""
        visits, what = self._visits[lane], self._what[lane]
        sweeps = visits.cued(context, from_end)
        self._n_waves[lane] += len(sweeps)
        choices = [choice for sweep in sweeps for choice in visits.choices(sweep.states)]
        return [(choice[0], what[choice][0]) for choice in choices if choice in what]

    def _stored(self, key: np.ndarray) -> np.ndarray:
        # A sharp wave has reactivated the context: nothing has to be completed
        return self._memory.store.value_under(key)


def _transitions(path: ReplayPath) -> list[tuple[int, int]]:
    """Context and action of each backup."""
    assert path.actions is not None
    return list(zip(path.states.tolist(), path.actions.tolist(), strict=True))


class Told(OutcomeMemory):
    """Outcomes that surprise as dopamine neurons tell, and the choices of the present visit.

    Parameters
    ----------
    n, key_size, n_actions, n_ends, rng, n_contexts
        Of `OutcomeMemory`.
    lessons : (n, 2, n_levels, n_repeats) array, optional
        What neurons fire, see `DopamineCircuit.lessons`; by default surprise is the exact error.
    """

    def __init__(
        self,
        n: int,
        key_size: int,
        n_actions: int,
        n_ends: int,
        rng: Lanes,
        n_contexts: int,
        lessons: np.ndarray | None = None,
    ) -> None:
        super().__init__(n, key_size, n_actions, n_ends, rng, n_contexts)
        self._lessons = lessons
        self._visit: list[list[tuple[int, int, int]]] = [[] for _ in range(n)]

    def observe(self, key: np.ndarray, step: Mapping[str, np.ndarray]) -> None:
        draw = self._rng.random()
        if self._lessons is not None:
            step = {**step, "rpe": self._taught(step["reward"], step["rpe"], draw)}
        super().observe(key, step)
        slot = self._slot(key)
        for lane in np.flatnonzero(step.get("write", np.ones(self.n, bool))).tolist():
            action, end = int(step["action"][lane]), int(step["end"][lane])
            self._visit[lane].append((int(slot[lane]), action, end))

    def _taught(self, reward: np.ndarray, rpe: np.ndarray, draw: np.ndarray) -> np.ndarray:
        """What the neurons make of a reward, where the critic expected what leaves this error."""
        assert self._lessons is not None
        expected = np.clip(reward - rpe, 0, 1)
        level = np.rint((N_LEVELS - 1) * expected).astype(int)
        repeat = (draw * self._lessons.shape[-1]).astype(int)
        return self._lessons[self._lanes, (reward > 0).astype(int), level, repeat]

    def end_visit(self, lane: int) -> list[tuple[int, int, int]]:
        """Context, action and end state of each choice since this was called last."""
        visit, self._visit[lane] = self._visit[lane], []
        return visit


__all__ = ["Transplanted"]
