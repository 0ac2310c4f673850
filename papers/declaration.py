"""What a paper declares: experiments, signatures and figures, all of them plain data and functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from ..models.agent import Agent
from ..models.training import ActorCritic
from ..tasks import Task

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from matplotlib.figure import Figure as Drawing


@dataclass(frozen=True)
class Test:
    """One recording of the trained weights.

    Parameters
    ----------
    n_lives : int
    task : Task, optional
        By default the experiment's own.
    without : tuple of str
        Parts lesioned during the test.
    snapshot : float
        Share of training after which the weights were taken; 0 is the untrained network.
    record : "all", "behavior", "rests", "last" or tuple of str
    """

    n_lives: int = 300
    task: Task | None = None
    without: tuple[str, ...] = ()
    snapshot: float = 1.0
    record: str | tuple[str, ...] = "behavior"

    paired: ClassVar[bool] = False
    __test__ = False  # not a test class for pytest

    def __post_init__(self) -> None:
        if self.n_lives < 1:
            raise ValueError(f"n_lives of a test must be at least 1, got {self.n_lives}")
        if isinstance(self.record, str) and self.record not in ("all", "behavior", "rests", "last"):
            raise ValueError(
                "record of a test is all, behavior, rests, last or names in a tuple, "
                f"got '{self.record}'"
            )
        if not 0 <= self.snapshot <= 1:
            raise ValueError(f"snapshot is a share of training in [0, 1], got {self.snapshot}")


@dataclass(frozen=True)
class PairedTest(Test):
    """A test in which all agents with one seed meet the same luck in the same episode."""

    paired: ClassVar[bool] = True


@dataclass(frozen=True)
class Experiment:
    """A task, an agent, how it is trained, and how it is tested with frozen weights.

    Parameters
    ----------
    name : str
        `paper/experiment`.
    summary : str
        One line.
    task : Task
    agent : Agent
    training : ActorCritic, optional
        None where the agent needs none: a control learner.
    recording : Test
        The main recording.
    tests : mapping of str to Test
        Further recordings of the same weights.
    source : str
        DOI, or what it is.
    quick, full : int
        Number of seeds of the two profiles; the settings are the same.
    first_seed : int
        The first of them; beyond 0 where networks are wanted that nobody has seen.
    reproduced : bool
        Whether `fastslow reproduce` runs it; if not, it runs when named.
    """

    name: str
    summary: str
    task: Task
    agent: Agent
    training: ActorCritic | None = None
    recording: Test = field(default_factory=lambda: Test(record="all"))
    tests: Mapping[str, Test] = field(default_factory=dict)
    source: str = ""
    quick: int = 4
    full: int = 8
    first_seed: int = 0
    reproduced: bool = True

    def __post_init__(self) -> None:
        for test in self.all_tests.values():
            self.agent.without(*test.without)  # a misspelt part is noticed before training

    def seeds(self, profile: str) -> range:
        """The seeds of a profile, "quick" or "full"."""
        return range(self.first_seed, self.first_seed + getattr(self, profile))

    @property
    def all_tests(self) -> dict[str, Test]:
        """Every recording by name; the main one is ''."""
        return {"": self.recording, **self.tests}

    def on_other_seeds(self, name: str, first_seed: int, n_seeds: int) -> Experiment:
        """The same under another name on seeds that nobody has seen, run when named."""
        return replace(self, name=name, first_seed=first_seed, full=n_seeds, reproduced=False)


Measure = Callable[..., "np.ndarray"]


@dataclass(frozen=True)
class Signature:
    """A claim of a paper that a run can show or not.

    A source is the name of an experiment, `paper/experiment`, or of one of its tests,
    `paper/experiment@test`; several are given as a tuple where the measure compares them.

    Parameters
    ----------
    name : str
    claim : str
        A sentence a neuroscientist would sign.
    published : str
        Key of the published number, or "direction only".
    published_at : mapping, optional
        Coordinates, where that is a table.
    low, high : float or None
        Where the measure must lie; fixed before the first run.
    measure : callable
        From the recordings of the source to one number for each seed.
    subject, shows, shows_not : str or tuple of str
        Sources: the model; a control that must show the signature, and one that must not.
    beside : tuple of sources
        Further sources, measured and printed, that have no part in the verdict.
    """

    name: str
    claim: str
    published: str
    low: float | None
    high: float | None
    measure: Measure
    subject: str | tuple[str, ...]
    shows: str | tuple[str, ...] | None = None
    shows_not: str | tuple[str, ...] | None = None
    beside: tuple[str | tuple[str, ...], ...] = ()
    published_at: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[str, ...]:
        """All sources, controls included."""
        groups = (self.subject, self.shows, self.shows_not, *self.beside)
        flat = [s for g in groups if g for s in ((g,) if isinstance(g, str) else g)]
        return tuple(dict.fromkeys(flat))

    def elsewhere(self, renamed: Callable[[str], str]) -> Signature:
        """The same claim of other recordings: its name and those of all sources, renamed."""

        def of(source: str | tuple[str, ...]) -> str | tuple[str, ...]:
            return renamed(source) if isinstance(source, str) else tuple(map(renamed, source))

        return replace(
            self,
            name=renamed(self.name),
            subject=of(self.subject),
            shows=self.shows and of(self.shows),
            shows_not=self.shows_not and of(self.shows_not),
            beside=tuple(map(of, self.beside)),
        )

    def of_logarithm(self) -> Signature:
        """The same claim of a ratio's logarithm, named `..._log`: its mean is the geometric mean.

        A mean of ratios is drawn upward by each seed in which the second of two is small, and differs
        from the inverse of the mean of the inverse ratios; a mean of logarithms only changes its sign.
        """

        def log(bound: float | None) -> float | None:
            return None if bound is None else math.log(bound)

        return replace(
            self,
            name=f"{self.name}_log",
            claim=f"{self.claim.removesuffix('.')} (logarithm of the ratio).",
            low=log(self.low),
            high=log(self.high),
            measure=logarithm(self.measure),
        )


def logarithm(measure: Measure) -> Measure:
    """Measure: natural logarithm of another; not finite, a failure, where that is not above 0."""

    def log(*recordings: xr.Dataset) -> np.ndarray:
        import numpy as np

        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(measure(*recordings))

    log.__doc__ = f"Natural logarithm of: {measure.__doc__}"
    return log


Recordings = Mapping[str, "xr.Dataset"]


@dataclass(frozen=True)
class Figure:
    """A figure of a paper.

    Parameters
    ----------
    name : str
    caption : str
    needs : tuple of str
        Sources, see `Signature`.
    draw : callable
        From the recordings by source to a matplotlib figure and a table of the plotted numbers;
        pure.
    """

    name: str
    caption: str
    needs: tuple[str, ...]
    draw: Callable[[Recordings], tuple[Drawing, Any]]


@dataclass(frozen=True)
class Paper:
    """All that one paper contributes.

    Parameters
    ----------
    name, citation : str
    experiments, signatures, figures : tuple
    notes : mapping of str to str
        By signature, why it does not replicate, or what is to be known where it does.
    """

    name: str
    citation: str
    experiments: tuple[Experiment, ...]
    signatures: tuple[Signature, ...]
    figures: tuple[Figure, ...]
    notes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def experiment_of(source: str) -> str:
    """The experiment that a source belongs to."""
    return source.partition("@")[0]
