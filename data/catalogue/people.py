"""Data sets of people."""

from __future__ import annotations

from .schema import Dataset, Exclusion, Table, Upstream, code, number, text

_SCIOPS = ("https://github.com/nivlab/sciops", "ed7ac3114f394e6942c053abce1e2a6da4742684")
_ZOROWITZ = (
    "Zorowitz S, Solis J, Niv Y, Bennett D (2023). Inattentive responding can induce spurious "
    "associations between task behaviour and symptom measures. Nature Human Behaviour 7, 1667-1681."
)
_PLATFORM = text("platform", "mturk", "prolific")
_FOUCAULT_COLUMNS = (
    code("session_idx"), code("outcome_idx", *range(75)), number("outcome", 0, 1),
    number("estimate", 0, 1), number("hidden_parameter", 0, 1),
    code("did_change_point_occur", 0, 1), code("sequence_id"),
)  # fmt: skip

ZOROWITZ2023_TWOSTEP = Dataset(
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
                text("subject"),
                _PLATFORM,
                code("infreq_errors", *range(5), missing="no record"),
                code("trial", *range(1, 202)),
                code("drift", 0, 1, 2, 3),
                code("choice1", 0, 1, missing="no response"),
                number("rt1", missing="no response"),
                code("common", 0, 1),
                code("state2", 0, 1, missing="no response"),
                code("choice2", 0, 1, 2, 3, missing="no response"),
                number("rt2", missing="no response"),
                code("reward", 0, 1, missing="no response"),
                code("missed", 0, 1),
            ),
        ),
    ),
    samples={
        "standard": (Exclusion("missed", drop=1),),
        "attentive": (Exclusion("missed", drop=1), Exclusion("infreq_errors", keep=0)),
    },
)

ZOROWITZ2023_REVERSAL = Dataset(
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
        "metrics.csv": ("1885d4eaf8deadefacbabe338a7cc6693f2688482d1da687e388eea1ec01fe9e",),
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
                text("subject"),
                _PLATFORM,
                code("infreq_errors", *range(5), missing="had taken part before"),
                text("prev_complete", "Yes", "No"),
                code("block", *range(1, 7)),
                code("trial", *range(1, 91)),
                code("correct_option", 0, 1, 2),
                code("choice", 0, 1, 2),
                number("rt"),
                code("correct", 0, 1),
                code("reward", 0, 1),
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
)

FOUCAULT2024_ADAPROB = Dataset(
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
                text("subject"),
                *(
                    code("outcome", 0, 1) if column.name == "outcome" else column
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
            columns=(text("subject"), *_FOUCAULT_COLUMNS),
        ),
    ),
    samples={"standard": ()},
)

CAVANAGH2015_BANDIT3 = Dataset(
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
                text("subject"),
                code("trial", *range(1, 481)),
                text("left", "X", "Y", "Z"),
                text("right", "X", "Y", "Z"),
                text("up", "X", "Y", "Z"),
                text("response", "Left", "Right", "Up", missing="no response"),
                text("choice", "X", "Y", "Z", missing="no response"),
                code("reward", 0, 1, missing="no response"),
                number("rt", missing="no response"),
            ),
        ),
    ),
    # lagged regressions keep the place of an ignored trial
    samples={"standard": (Exclusion("choice"),), "lagged": ()},
)
