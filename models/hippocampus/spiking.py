"""A hippocampus of numbered states that replays what its spiking CA3 does at rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from . import ReplayPath
from .backups import to_backups
from .experience import UNKNOWN
from .moment import Moment
from .place_code import NO_FIELD
from .place_memory import PlaceMemory
from .readout import Sweep
from .sources import NoReplay, ReplaySource
from .spikes import NO_EVENT, Spikes
from .tabular import TabularHippocampus

CUES = ("here", "start", "none")
CUE_ONSET = 0.1  # s into a rest, when cells have come up from rest; chosen


def _no_more(lane: int) -> list[ReplayPath]:
    return []


@dataclass
class SpikingMoment(Moment):
    """A moment of rest in which CA3 replayed, see `SpikingHippocampus`.

    Attributes
    ----------
    replayed : list of ReplayPath
        Backups read from its sharp waves, within the budget.
    again : function of a lane
        Runs its network once more, cued alike, and returns the backups that are read from it.
    """

    replayed: list[ReplayPath] = field(default_factory=list)
    again: Callable[[int], list[ReplayPath]] = _no_more


def _spiking(moment: Moment) -> SpikingMoment:
    if not isinstance(moment, SpikingMoment):
        raise ValueError(
            "spikes are read of a spiking CA3: use SpikingQ or another agent that has one"
        )
    return moment


@dataclass(frozen=True)
class Decoded:
    """What was read from the spikes of CA3, in the order in which it was replayed."""

    def propose(self, moment: Moment) -> list[ReplayPath]:
        return _spiking(moment).replayed


@dataclass(frozen=True)
class InFull:
    """What is read from one run of CA3 after another, until all backups of the rest are made.

    Lives that make something else of their spikes so rest until they have made equally many.

    Parameters
    ----------
    most_runs : int
        After which a rest is over in any case.
    """

    most_runs: int = 20

    def __post_init__(self) -> None:
        if self.most_runs < 1:
            raise ValueError(f"most_runs must be at least 1, got {self.most_runs}")

    def propose(self, moment: Moment) -> list[ReplayPath]:
        rested = _spiking(moment)
        paths: list[ReplayPath] = []
        for lane in rested.lanes.tolist():
            own = [path for path in rested.replayed if path.lane == lane]
            for _ in range(1, self.most_runs):
                if sum(path.n_backups for path in own) >= rested.n_backups:
                    break
                own += rested.again(lane)
            paths += within(own, rested.n_backups)
        return paths


@dataclass(frozen=True)
class AsManyRandom:
    """As many backups as another source proposes, each of an experience drawn at random."""

    source: ReplaySource = field(default_factory=Decoded)

    def propose(self, moment: Moment) -> list[ReplayPath]:
        proposed = self.source.propose(moment)
        paths = []
        for i, (lane, generator) in enumerate(zip(moment.lanes, moment.generators, strict=True)):
            n_backups = sum(path.n_backups for path in proposed if path.lane == lane)
            if n_backups:
                state, action = np.nonzero(moment.worth_replaying[i])
                drawn = generator.integers(len(state), size=n_backups)
                paths.append(moment.path(i, state[drawn], action[drawn], "unknown", "random"))
        return paths


@dataclass(frozen=True)
class Rested:
    """What one rest of one lane brought.

    Attributes
    ----------
    sweeps : list of Sweep
        Sharp waves with the states read from each.
    paths : list of ReplayPath
        The backups that they stand for.
    n_dropped : int
        Steps that were read and lead along no experience.
    spikes : Spikes
        On the animal's clock, neurons in the order of their fields: those of the first state
        first, then those without a field, then basket cells.
    began : float, s
    here, cued : int
        Where the animal rested, and which state was cued, -1 none.
    """

    sweeps: list[Sweep]
    paths: list[ReplayPath]
    n_dropped: int
    spikes: Spikes
    began: float
    here: int
    cued: int

    def then(self, more: Rested) -> Rested:
        """This run of the network and the next one as one rest."""
        late = more.began - self.began
        sweeps = [
            s._replace(begin=s.begin + late, end=s.end + late, times=s.times + late)
            for s in more.sweeps
        ]
        time, neuron = (
            np.concatenate([getattr(run.spikes, name) for run in (self, more)])
            for name in ("time", "neuron")
        )
        return replace(
            self, sweeps=self.sweeps + sweeps, paths=self.paths + more.paths,
            n_dropped=self.n_dropped + more.n_dropped,
            spikes=Spikes(time, neuron, self.spikes.lane, np.full(len(time), NO_EVENT)),
        )  # fmt: skip


class SpikingHippocampus(TabularHippocampus):
    """Experience of `n` lanes in numbered states, each with a CA3 that learns its way.

    What was visited since the last rest is learned by spike timing when the next one begins. After
    a reward the network rests; a step from u to v in a sharp wave then backs up the remembered
    experience that leads from v to u, in the order of replay. Weights of the symmetric rule hold no
    direction: sequences run away from where they start.

    Parameters
    ----------
    *settings
        Of `TabularHippocampus`; its source is asked with a `SpikingMoment`.
    memories : sequence of PlaceMemory
        One for each lane, with `summed` set where they are homeostatic.
    cue : {"here", "start", "none"}
        Which state is cued in a rest: where the animal is, where it began its attempt, or none.
    kappa : float
        What is learned in a state counts 1 + kappa |RPE|.
    tonic : float, nS
        Conductance of the cells of the place of the rest throughout it.
    tonic_elsewhere : bool
        The cells that get it are drawn at random, as many, and as much.
    """

    def __init__(
        self,
        *settings: Any,
        memories: Sequence[PlaceMemory],
        cue: str = "here",
        kappa: float = 0.0,
        tonic: float = 0.0,
        tonic_elsewhere: bool = False,
    ) -> None:
        super().__init__(*settings)
        if cue not in CUES:
            raise ValueError(f"cue must be {', '.join(CUES)}, got '{cue}'")
        self._memories, self._cue, self._kappa = memories, cue, kappa
        self._tonic, self._tonic_elsewhere = tonic, tonic_elsewhere
        self._way: list[list[int]] = [[] for _ in memories]
        self._gain: list[list[float]] = [[] for _ in memories]
        self._over = np.zeros(len(memories), bool)
        self.rested: dict[int, Rested] = {}  # lanes that rested at the last `replay`

    # ------------------------------------------------------------------ on the way

    def observe(self, key: np.ndarray, step: Mapping[str, np.ndarray]) -> None:
        super().observe(key, step)
        written = np.flatnonzero(step.get("write", np.ones(len(key), bool)))
        for lane in written.tolist():
            if self._over[lane]:  # a new attempt begins elsewhere
                self._learn(lane)
            way, gain = self._way[lane], self._gain[lane]
            if not way:
                way.append(int(key[lane].argmax()))
                gain.append(1.0)
            way.append(int(step["next_state"][lane]))
            gain.append(1.0)
            self._over[lane] = step["ended"][lane]

    def surprise(self, lanes: np.ndarray, rpe: np.ndarray) -> None:
        """Let the reward prediction errors of the last moves gate what is learned of them."""
        for lane, error in zip(lanes.tolist(), rpe.tolist(), strict=True):
            self._gain[lane][-1] = 1 + self._kappa * abs(error)

    def _learn(self, lane: int) -> None:
        if self._way[lane] and not isinstance(self.source, NoReplay):
            self._memories[lane].walk(np.array(self._way[lane]), np.array(self._gain[lane]))
        self._way[lane], self._gain[lane] = [], []
        self._over[lane] = False

    # ------------------------------------------------------------------ at rest

    def replay(
        self, state: np.ndarray, reward: np.ndarray, rpe: np.ndarray, n_backups: int
    ) -> list[ReplayPath]:
        """Let the lanes rest that were just rewarded, and propose what they replay."""
        resting = (state != UNKNOWN) & (reward != 0) & (n_backups > 0)
        if isinstance(self.source, NoReplay):
            resting[:] = False
        self.rested = {
            lane: self._rest(lane, int(state[lane])) for lane in np.flatnonzero(resting).tolist()
        }
        return super().replay(np.where(resting, state, UNKNOWN), reward, rpe, n_backups)

    def moment(self, *settings: Any) -> SpikingMoment:
        moment = super().moment(*settings)
        known = {f.name: getattr(moment, f.name) for f in fields(moment)}
        replayed = [
            path
            for rested in self.rested.values()
            for path in within(rested.paths, moment.n_backups)
        ]
        return SpikingMoment(**known, replayed=replayed, again=self._again)

    def _rest(self, lane: int, here: int) -> Rested:
        start = self._way[lane][0] if self._way[lane] else here
        self._learn(lane)
        cued = {"here": here, "start": start, "none": UNKNOWN}[self._cue]
        return self._run(lane, here, cued)

    def _again(self, lane: int) -> list[ReplayPath]:
        """Let the network of a lane at rest run on, and return what is read from that."""
        before = self.rested[lane]
        more = self._run(lane, before.here, before.cued)
        self.rested[lane] = before.then(more)
        return more.paths

    def _run(self, lane: int, here: int, cued: int) -> Rested:
        memory = self._memories[lane]
        spikes, sweeps = memory.rest(self._excited(lane, here, cued))
        read, n_dropped = self._read(lane, sweeps)
        trains = _by_field(spikes, memory, lane)
        began, memory.clock = memory.clock, memory.clock + memory.network.duration
        return Rested(sweeps, read, n_dropped, trains, began, here, cued)

    def _excited(self, lane: int, here: int, cued: int) -> np.ndarray:
        """Conductance of each cell in each 50 ms of a rest, nS."""
        memory = self._memories[lane]
        excited = np.zeros((memory.network.n_cue_steps, memory.network.n_pyramidal))
        if cued != UNKNOWN:
            excited += memory.cue(cued, CUE_ONSET)
        if self._tonic:
            share = memory.excited(here)
            if self._tonic_elsewhere:
                placed = np.flatnonzero(memory.fields != NO_FIELD)
                dealt = np.random.default_rng(int(self._draw[lane] * 2**53)).permutation(placed)
                share[placed] = share[dealt]
            excited += self._tonic * share
        return excited

    def _read(self, lane: int, sweeps: list[Sweep]) -> tuple[list[ReplayPath], int]:
        """The backups that sharp waves stand for, and how many steps stand for none."""
        next_state, (reward, _) = self.experience.next_state[lane], self.outcomes(lane)
        paths, n_dropped = [], 0
        for sweep in sweeps:
            decoded = ReplayPath(  # of unknown kind: nobody reads which way the animal went there
                sweep.states, times=sweep.times - sweep.begin, kind="unknown", source="ca3",
                score=sweep.end - sweep.begin, lane=lane,
            )  # fmt: skip
            path, dropped = to_backups(decoded, next_state, reward[..., 0], "away")
            paths.append(path)
            n_dropped += dropped
        return [path for path in paths if path.n_backups], n_dropped


def within(paths: list[ReplayPath], n_backups: int) -> list[ReplayPath]:
    """The first `n_backups` backups of all paths."""
    kept, left = [], n_backups
    for path in paths:
        if left and path.n_backups > left:
            names = ("states", "actions", "rewards", "times")
            path = replace(path, **{name: getattr(path, name)[:left] for name in names})
        if left:
            kept.append(path)
            left -= path.n_backups
    return kept


def _by_field(spikes: Spikes, memory: PlaceMemory, lane: int) -> Spikes:
    """On the animal's clock, pyramidal cells numbered in the order of their fields."""
    fields = memory.fields
    last = fields.max() + 1
    order = np.argsort(np.where(fields == NO_FIELD, last, fields), kind="stable")
    n_basket = memory.network.n_basket
    number = np.concatenate([np.argsort(order), len(fields) + np.arange(n_basket)])
    event = np.full(len(spikes.time), NO_EVENT)
    return Spikes(memory.clock + spikes.time, number[spikes.neuron], lane, event)


__all__ = [
    "AsManyRandom", "Decoded", "InFull", "Rested", "SpikingHippocampus", "SpikingMoment", "within",
]  # fmt: skip
