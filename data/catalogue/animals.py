"""Data sets of rats and mice."""

from __future__ import annotations

from .schema import Dataset, Exclusion, Table, Upstream, code, count, number, text

MILLER_RAT_TWOSTEP = Dataset(
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
        "ofc_physdata.mat": ("8b7f5649f572391605ace2a3b237441ab2a8a8b2c2037da2e62e548a618c69ed",)
    },
    tables=(
        Table(
            "rat_twostep_trials",
            rows=36413,
            sha256="ac6e9a5a5a1c91ae7e6331999f471206065b7484f60899539d058aa8c5815da6",
            stretch=("subject", "session"),
            index="trial",
            columns=(
                text("subject"),
                count("session"),
                count("trial"),
                code("congruent_mapping", 0, 1),
                code("choice1", 0, 1),
                code("state2", 0, 1, missing="not recorded"),
                code("common", 0, 1),
                code("reward", 0, 1),
                number("p_left_port", 0, 1),
                number("p_right_port", 0, 1),
                code("violation", 0, 1),
            ),
        ),
    ),
    samples={"standard": (Exclusion("violation", drop=1),)},
)

AIND_MOUSE_FORAGING = Dataset(
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
                text("subject"),
                text("session"),
                text("task"),
                count("trial"),
                code("choice", 0, 1, missing="ignored"),
                code("reward", 0, 1),
                number("p_left", 0, 1),
                number("p_right", 0, 1),
                code("autowater", 0, 1),
                code("laser", 0, 1),
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
)
