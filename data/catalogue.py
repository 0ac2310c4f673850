"""The behavioral data sets the toolkit knows: whose they are, under which license, their columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .facts import unknown

Kind = Literal["text", "code", "number"]


@dataclass(frozen=True)
class Column:
    """A column of a tidy table and the rule its cells obey.

    Attributes
    ----------
    name : str
    kind : "text", "code" (whole numbers) or "number"
    allowed : tuple
        All values there may be; empty if any.
    low, high : float
        Bounds of a number, both included.
    missing : str
        What an empty cell means; a column without it has none.
    """

    name: str
    kind: Kind
    allowed: tuple[str | int, ...] = ()
    low: float = float("-inf")
    high: float = float("inf")
    missing: str = ""


@dataclass(frozen=True)
class Exclusion:
    """Drops trials by a column: those with the value `drop`, or without `keep`, or without any."""

    column: str
    drop: str | int | None = None
    keep: str | int | None = None

    def __str__(self) -> str:
        if self.drop is not None:
            return f"{self.column} == {self.drop}"
        if self.keep is not None:
            return f"{self.column} != {self.keep}"
        return f"{self.column} missing"


@dataclass(frozen=True)
class Table:
    """A tidy table: one row a trial, `index` orders the rows within one stretch of one subject.

    Attributes
    ----------
    name : str
        The file is `<name>.csv.gz`.
    rows : int
    sha256 : str
        Of the decompressed csv.
    stretch : tuple of str
        Columns that together name one uninterrupted sequence of trials.
    index : str
        Column that rises from row to row within a stretch.
    columns : tuple of Column
    repeats : str
        Column that is 1 on rows after which the same trial number comes again; empty if none.
    """

    name: str
    rows: int
    sha256: str
    stretch: tuple[str, ...]
    index: str
    columns: tuple[Column, ...]
    repeats: str = ""


@dataclass(frozen=True)
class Upstream:
    """Where the authors keep the originals."""

    repository: str
    commit: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Dataset:
    """An openly licensed set of behavioral data.

    Attributes
    ----------
    name, task, species : str
    n : str
        How many subjects and trials.
    license, citation, doi : str
        `doi` is empty if there is no paper and no archive.
    upstream : tuple of Upstream
    originals : dict of str to tuple of str
        Upstream files the toolkit can convert, with the sha256 each may have.
    tables : tuple of Table
    samples : dict of str to tuple of Exclusion
        Rules by name of the sample; "standard" always exists.
    """

    name: str
    task: str
    species: str
    n: str
    license: str
    citation: str
    doi: str
    upstream: tuple[Upstream, ...]
    tables: tuple[Table, ...]
    samples: dict[str, tuple[Exclusion, ...]]
    originals: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def table(self, name: str | None = None) -> Table:
        """Return a table by name; it may be left out where there is only one."""
        names = [table.name for table in self.tables]
        if name is None:
            if len(names) > 1:
                raise ValueError(f"{self.name} has tables {', '.join(names)}: say which")
            return self.tables[0]
        if name not in names:
            raise ValueError(unknown(f"table of {self.name}", name, names))
        return self.tables[names.index(name)]

    def sample(self, name: str) -> tuple[Exclusion, ...]:
        """Return the exclusion rules of a sample."""
        if name not in self.samples:
            raise ValueError(unknown(f"sample of {self.name}", name, self.samples))
        return self.samples[name]


def dataset(name: str) -> Dataset:
    """Return what is known about a data set.

    Examples
    --------
    >>> dataset("miller_rat_twostep").species
    'rat'
    >>> dataset("miller_rat_two_step")
    Traceback (most recent call last):
    ValueError: no data set 'miller_rat_two_step'; did you mean 'miller_rat_twostep'?
    """
    if name not in DATASETS:
        raise ValueError(unknown("data set", name, DATASETS))
    return DATASETS[name]


def _text(name: str, *allowed: str, missing: str = "") -> Column:
    return Column(name, "text", allowed, missing=missing)


def _code(name: str, *allowed: int, missing: str = "") -> Column:
    return Column(name, "code", allowed, missing=missing)


def _count(name: str) -> Column:
    return Column(name, "code", low=1)


def _number(name: str, low: float = 0, high: float = float("inf"), missing: str = "") -> Column:
    return Column(name, "number", low=low, high=high, missing=missing)


_SCIOPS = ("https://github.com/nivlab/sciops", "ed7ac3114f394e6942c053abce1e2a6da4742684")
_ZOROWITZ = (
    "Zorowitz S, Solis J, Niv Y, Bennett D (2023). Inattentive responding can induce spurious "
    "associations between task behaviour and symptom measures. Nature Human Behaviour 7, 1667-1681."
)
_PLATFORM = _text("platform", "mturk", "prolific")
_FOUCAULT_COLUMNS = (
    _code("session_idx"), _code("outcome_idx", *range(75)), _number("outcome", 0, 1),
    _number("estimate", 0, 1), _number("hidden_parameter", 0, 1),
    _code("did_change_point_occur", 0, 1), _code("sequence_id"),
)  # fmt: skip

DATASETS: dict[str, Dataset] = {
    entry.name: entry
    for entry in (
        Dataset(
            name="zorowitz2023_twostep",
            task="two-step task with drifting rewards (Daw 2011; story of Decker 2016)",
            species="human",
            n="400 people online, 201 trials each",
            license="MIT",
            citation=_ZOROWITZ,
            doi="10.1038/s41562-023-01640-7",
            upstream=(
                Upstream(
                    *_SCIOPS,
                    (
                        "02_Replication/raw/{mturk,prolific}/*.json",
                        "02_Replication/data/metrics.csv",
                    ),
                ),
            ),
            tables=(
                Table(
                    "twostep_trials",
                    rows=80535,
                    sha256="58baa4dcb0924d7f87af4d2d5add3e53998981875eb2767d37a7d9e00b4ce229",
                    stretch=("subject",),
                    index="trial",
                    repeats="missed",
                    columns=(
                        _text("subject"),
                        _PLATFORM,
                        _code("infreq_errors", *range(5), missing="no record"),
                        _code("trial", *range(1, 202)),
                        _code("drift", 0, 1, 2, 3),
                        _code("choice1", 0, 1, missing="no response"),
                        _number("rt1", missing="no response"),
                        _code("common", 0, 1),
                        _code("state2", 0, 1, missing="no response"),
                        _code("choice2", 0, 1, 2, 3, missing="no response"),
                        _number("rt2", missing="no response"),
                        _code("reward", 0, 1, missing="no response"),
                        _code("missed", 0, 1),
                    ),
                ),
            ),
            samples={
                "standard": (Exclusion("missed", drop=1),),
                "attentive": (Exclusion("missed", drop=1), Exclusion("infreq_errors", keep=0)),
            },
        ),
        Dataset(
            name="miller_rat_twostep",
            task="two-step task, 80/20 transitions, .8/.2 rewards reversing in blocks",
            species="rat",
            n="6 rats, 52 sessions, 36,413 trials",
            license="MIT",
            citation=(
                "Miller KJ, Botvinick MM, Brody CD (2022). Value representations in the rodent "
                "orbitofrontal cortex drive learning, not choice. eLife 11, e64575."
            ),
            doi="10.7554/eLife.64575",
            upstream=(
                Upstream(
                    "https://github.com/Brody-Lab/MixtureAgentsModels",
                    "748f21648eaf7b6bde0af1b0577cdd2023068a0b",
                    ("data/ofc_physdata.mat",),
                ),
            ),
            originals={
                "ofc_physdata.mat": (
                    "8b7f5649f572391605ace2a3b237441ab2a8a8b2c2037da2e62e548a618c69ed",
                )
            },
            tables=(
                Table(
                    "rat_twostep_trials",
                    rows=36413,
                    sha256="ac6e9a5a5a1c91ae7e6331999f471206065b7484f60899539d058aa8c5815da6",
                    stretch=("subject", "session"),
                    index="trial",
                    columns=(
                        _text("subject"),
                        _count("session"),
                        _count("trial"),
                        _code("congruent_mapping", 0, 1),
                        _code("choice1", 0, 1),
                        _code("state2", 0, 1, missing="not recorded"),
                        _code("common", 0, 1),
                        _code("reward", 0, 1),
                        _number("p_left_port", 0, 1),
                        _number("p_right_port", 0, 1),
                        _code("violation", 0, 1),
                    ),
                ),
            ),
            samples={"standard": (Exclusion("violation", drop=1),)},
        ),
        Dataset(
            name="zorowitz2023_reversal",
            task="three-armed reversal bandit, .8/.2/.2, blocks of 15",
            species="human",
            n="406 people online, 90 trials each",
            license="MIT",
            citation=_ZOROWITZ,
            doi="10.1038/s41562-023-01640-7",
            upstream=(
                Upstream(
                    *_SCIOPS,
                    (
                        "01_Original/data/data.csv",
                        "01_Original/data/metrics.csv",
                        "01_Original/data/metadata.csv",
                    ),
                ),
            ),
            originals={
                "data.csv": ("f303f8c2ee5b45dac8a72269cfe1d36ba493ef8618f65cbf0a4c2e2ac95a521d",),
                "metrics.csv": (
                    "1885d4eaf8deadefacbabe338a7cc6693f2688482d1da687e388eea1ec01fe9e",
                ),
                # as upstream, or reduced to the two columns read: the rest is demographics
                "metadata.csv": (
                    "36691ca69305f5a08bdf0bdfc59343a5738f09f162a4d347434ae5d2e2fe6ab6",
                    "323a4d4eba4248adf37bc647e320c6bf5fa2fb93566ffb455daeb8e8e8ebf171",
                ),
            },
            tables=(
                Table(
                    "reversal_trials",
                    rows=36540,
                    sha256="386888588a207b079747aef55026337c723770bdcbea7531494eb426ffac1646",
                    stretch=("subject",),
                    index="trial",
                    columns=(
                        _text("subject"),
                        _PLATFORM,
                        _code("infreq_errors", *range(5), missing="had taken part before"),
                        _text("prev_complete", "Yes", "No"),
                        _code("block", *range(1, 7)),
                        _code("trial", *range(1, 91)),
                        _code("correct_option", 0, 1, 2),
                        _code("choice", 0, 1, 2),
                        _number("rt"),
                        _code("correct", 0, 1),
                        _code("reward", 0, 1),
                    ),
                ),
            ),
            samples={
                "standard": (Exclusion("prev_complete", keep="No"),),
                "attentive": (
                    Exclusion("prev_complete", keep="No"),
                    Exclusion("infreq_errors", keep=0),
                ),
            },
        ),
        Dataset(
            name="foucault2024_adaprob",
            task="slider estimates of a probability, or of a mean, with change points",
            species="human",
            n="20 people x 1,650 outcomes (probability), 20 x 750 (magnitude), online",
            license="CC-BY-4.0",
            citation=(
                "Foucault C, Meyniel F (2024). Two determinants of dynamic adaptive learning for "
                "magnitudes and probabilities. Open Mind 8."
            ),
            doi="10.1162/opmi_a_00139",
            upstream=(
                Upstream(
                    "https://github.com/cedricfoucault/ada-learn",
                    "da1fce72d5818f8333d4ef88e61a07d53c3616de",
                    (
                        "data/structured-dataset/ada-prob_study/data_outcome-level.csv",
                        "data/structured-dataset/ada-pos_study/data_outcome-level.csv",
                    ),
                ),
            ),
            tables=(
                Table(
                    "ada_prob_trials",
                    rows=33000,
                    sha256="e457b7355fd62b206f39c3b07bedd8db3322f6c196878214f7481d3f53466fcf",
                    stretch=("subject", "session_idx"),
                    index="outcome_idx",
                    columns=(
                        _text("subject"),
                        *(
                            _code("outcome", 0, 1) if column.name == "outcome" else column
                            for column in _FOUCAULT_COLUMNS
                        ),
                    ),
                ),
                Table(
                    "ada_pos_trials",
                    rows=15000,
                    sha256="e6b1530caaafb4b8301a5e737c43c0bd647474044b81e0525b084d81af6d9efb",
                    stretch=("subject", "session_idx"),
                    index="outcome_idx",
                    columns=(_text("subject"), *_FOUCAULT_COLUMNS),
                ),
            ),
            samples={"standard": ()},
        ),
        Dataset(
            name="cavanagh2015_bandit3",
            task="restless three-armed bandit during EEG",
            species="human",
            n="23 students, 480 trials each",
            license="CC0",
            citation=(
                "Cavanagh JF (2015). Cortical delta activity reflects reward prediction error and "
                "related behavioral adjustments, but at different times. NeuroImage 110, 205-216."
            ),
            doi="10.18112/openneuro.ds003458.v1.1.0",
            upstream=(
                Upstream(
                    "https://github.com/OpenNeuroDatasets/ds003458",
                    "417ba109d89c92e58252a18f36f2dff4351b2ab2",
                    ("sub-*/eeg/sub-*_task-ThreeArmedBandit_events.tsv",),
                ),
            ),
            tables=(
                Table(
                    "bandit3_trials",
                    rows=11040,
                    sha256="f40aa81a1763d47973477d75cfab3e11817a993f4ecb887bffc3f5281a84d6ca",
                    stretch=("subject",),
                    index="trial",
                    columns=(
                        _text("subject"),
                        _code("trial", *range(1, 481)),
                        _text("left", "X", "Y", "Z"),
                        _text("right", "X", "Y", "Z"),
                        _text("up", "X", "Y", "Z"),
                        _text("response", "Left", "Right", "Up", missing="no response"),
                        _text("choice", "X", "Y", "Z", missing="no response"),
                        _code("reward", 0, 1, missing="no response"),
                        _number("rt", missing="no response"),
                    ),
                ),
            ),
            # lagged regressions keep the place of an ignored trial
            samples={"standard": (Exclusion("choice"),), "lagged": ()},
        ),
        Dataset(
            name="aind_mouse_foraging",
            task="dynamic foraging at two lick spouts, blocks, with or without baiting",
            species="mouse",
            n="7 mice, 9 sessions, 4,032 trials",
            license="MIT",
            citation=(
                "Allen Institute for Neural Dynamics, dynamic foraging task: repositories "
                "aind-dynamic-foraging-basic-analysis and aind-dynamic-foraging-data-utils."
            ),
            doi="",
            upstream=(
                Upstream(
                    "https://github.com/AllenNeuralDynamics/aind-dynamic-foraging-basic-analysis",
                    "e3877e07229683865579474310241ed16e8f5c54",
                    (
                        "tests/data/689514_2024-02-01_18-06-43.nwb",
                        "tests/data/697929_2024-02-22_08-38-30.nwb",
                        "tests/data/703548_2024-03-01_08-51-32.nwb",
                        "tests/data/727456_2024-06-12_11-10-53.nwb",
                        "tests/data/717121_2024-06-15_10-58-01.nwb",
                    ),
                ),
                Upstream(
                    "https://github.com/AllenNeuralDynamics/aind-dynamic-foraging-data-utils",
                    "46a35b48950fa238966833462c0282b077e6c9e3",
                    (
                        "tests/nwb/697062_2023-11-14_11-12-44.nwb",
                        "tests/nwb/697062_2023-11-15_10-02-05.nwb",
                        "tests/nwb/697062_2023-11-20_10-39-40.nwb",
                        "tests/nwb/behavior_717531_2024-08-07_09-01-02.nwb",
                    ),
                ),
            ),
            tables=(
                Table(
                    "mouse_foraging_trials",
                    rows=4032,
                    sha256="8725b6535aa160a5a9221e2322a4f33d27e8e182a91b37b620ef9b26fea9843d",
                    stretch=("subject", "session"),
                    index="trial",
                    columns=(
                        _text("subject"),
                        _text("session"),
                        _text("task"),
                        _count("trial"),
                        _code("choice", 0, 1, missing="ignored"),
                        _code("reward", 0, 1),
                        _number("p_left", 0, 1),
                        _number("p_right", 0, 1),
                        _code("autowater", 0, 1),
                        _code("laser", 0, 1),
                    ),
                ),
            ),
            samples={
                "standard": (Exclusion("autowater", drop=1), Exclusion("choice")),
                "lagged": (Exclusion("autowater", drop=1),),
                # 697929: a session of early training, with many ignored trials and much free water
                "strict": (
                    Exclusion("autowater", drop=1),
                    Exclusion("choice"),
                    Exclusion("laser", drop=1),
                    Exclusion("subject", drop="697929"),
                ),
            },
        ),
    )
}
"""The data sets by name."""
