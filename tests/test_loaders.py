"""Behavioral data: catalogue, schema checks, exclusions, converters."""

import gzip
import hashlib
import os
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

from fastslow.data.catalogue import DATASETS, Exclusion, dataset
from fastslow.data.converters import changed_originals, convert
from fastslow.data.loaders import apply_exclusions, load_dataset

REAL = os.environ.get("FASTSLOW_DATA", "")
needs_data = pytest.mark.skipif(
    not REAL, reason="FASTSLOW_DATA is not set: the behavioral data are not here"
)

RATS = """subject,session,trial,congruent_mapping,choice1,state2,common,reward,p_left_port,p_right_port,violation
007,1,1,1,1,1,1,0,0.8,0.2,0
007,1,2,1,0,,1,1,0.8,0.2,0
007,1,3,1,0,0,1,1,0.8,0.2,1
007,2,1,1,0,1,0,1,0.8,0.2,0
M1,1,1,0,1,0,1,0,0.2,0.8,1
"""


@pytest.fixture
def rats(tmp_path, monkeypatch):
    """Write a csv text where the rats are expected."""
    monkeypatch.setenv("FASTSLOW_DATA", str(tmp_path))

    def write(text):
        folder = tmp_path / "miller_rat_twostep"
        folder.mkdir(exist_ok=True)
        (folder / "rat_twostep_trials.csv.gz").write_bytes(gzip.compress(text.encode()))

    return write


# --- catalogue ---


@pytest.mark.parametrize("entry", DATASETS.values(), ids=DATASETS)
def test_the_catalogue_is_complete(entry):
    assert entry.name in DATASETS
    assert entry.task
    assert entry.species
    assert entry.n
    assert entry.license in ("MIT", "CC0", "CC-BY-4.0")
    assert entry.citation
    assert entry.doi or entry.name == "aind_mouse_foraging"  # which has no data paper
    assert all(len(up.commit) == 40 and up.paths for up in entry.upstream)
    assert "standard" in entry.samples
    for table in entry.tables:
        names = [column.name for column in table.columns]
        assert len(names) == len(set(names))
        assert len(table.sha256) == 64
        assert {*table.stretch, table.index} <= set(names)
        for rules in entry.samples.values():
            assert {rule.column for rule in rules} <= set(names)


def test_unknown_names_are_answered_with_a_suggestion():
    with pytest.raises(ValueError, match="did you mean 'miller_rat_twostep'"):
        dataset("miller_rats")
    with pytest.raises(ValueError, match="did you mean 'standard'"):
        load_dataset("miller_rat_twostep", exclude="standart")
    with pytest.raises(ValueError, match="has tables ada_prob_trials, ada_pos_trials: say which"):
        load_dataset("foucault2024_adaprob")
    with pytest.raises(ValueError, match="did you mean 'ada_pos_trials'"):
        load_dataset("foucault2024_adaprob", table="ada_pos")


# --- loading ---


def test_without_the_folder_the_message_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.delenv("FASTSLOW_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match="FASTSLOW_DATA is not set; set it to a folder"):
        load_dataset("miller_rat_twostep")
    monkeypatch.setenv("FASTSLOW_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"there is no .*rat_twostep_trials.csv.gz; put"):
        load_dataset("miller_rat_twostep")


def test_a_table_is_read_in_its_types(rats):
    rats(RATS)
    frame = load_dataset("miller_rat_twostep", exclude=None)
    assert frame["subject"].tolist() == ["007"] * 4 + ["M1"]  # text, leading zeros kept
    assert frame["trial"].tolist() == [1, 2, 3, 1, 1]
    assert frame["trial"].dtype == np.int64
    assert frame["state2"].dtype == float
    assert frame["state2"].isna().tolist()[1]
    assert frame.attrs["excluded"] == {}
    assert frame.attrs["sample"] == "everything"
    assert frame.attrs["sha256"] == hashlib.sha256(RATS.encode()).hexdigest()


def test_exclusions_are_applied_and_counted(rats):
    rats(RATS)
    frame = load_dataset("miller_rat_twostep")
    assert frame.attrs["excluded"] == {"violation == 1": {"trials": 2, "subjects": 1}}
    assert frame["trial"].tolist() == [1, 2, 1]
    rats("\n".join([RATS.splitlines()[0], RATS.splitlines()[-1]]))
    with pytest.raises(ValueError, match="no trial is left after violation == 1"):
        load_dataset("miller_rat_twostep")


def test_the_three_kinds_of_exclusion():
    frame = pd.DataFrame({"subject": ["a", "a", "b", "c"], "x": [0, 1, np.nan, 0], "y": 1})
    rules = (Exclusion("x", keep=0), Exclusion("y", drop=0))
    left, excluded = apply_exclusions(frame, rules)
    assert left["subject"].tolist() == ["a", "c"]  # a missing value is not kept
    assert excluded == {
        "x != 0": {"trials": 2, "subjects": 1},
        "y == 0": {"trials": 0, "subjects": 0},
    }
    left, excluded = apply_exclusions(frame, (Exclusion("x"),))
    assert left["subject"].tolist() == ["a", "a", "c"]
    assert excluded == {"x missing": {"trials": 1, "subjects": 1}}


def _cell(row, column, value):
    lines = [line.split(",") for line in RATS.splitlines()]
    lines[row][lines[0].index(column)] = value
    return "\n".join(",".join(line) for line in lines)


LINES = RATS.splitlines()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_cell(0, "reward", "rewards"), "column 'reward' is missing; found subject, session"),
        (LINES[0], "the table has no rows"),
        (_cell(2, "choice1", "2"), "column 'choice1', row 2: '2', but it is one of 0, 1"),
        (_cell(3, "choice1", "left"), "column 'choice1', row 3: 'left', but it is a number"),
        (_cell(4, "reward", ""), "column 'reward', row 4: an empty cell, but no cell"),
        (_cell(1, "p_left_port", "80"), "'p_left_port', row 1: '80', but it lies between 0 and 1"),
        (_cell(1, "session", "1.5"), "column 'session', row 1: '1.5', but it is a whole number"),
        (_cell(1, "session", "0"), "column 'session', row 1: '0', but it lies between 1 and inf"),
        (_cell(1, "trial", "inf"), "column 'trial', row 1: 'inf', but it is a number"),
        (_cell(1, "subject", ""), "column 'subject', row 1: an empty cell"),
        (_cell(3, "trial", "2"), "column 'trial', row 3: '2', but each subject, session has it"),
        (_cell(2, "trial", "9"), "column 'trial', row 3: '3', but it rises .*unsorted"),
        (
            "\n".join([*LINES, "007,1,9,1,1,1,1,0,0.8,0.2,0"]),
            "column 'trial', row 6: '9', but rows of one subject, session stand together",
        ),
    ],
)
def test_a_broken_table_is_refused_by_file_column_row_and_rule(rats, text, message):
    rats(text)
    with pytest.raises(ValueError, match=rf"rat_twostep_trials.csv.gz: .*{message}"):
        load_dataset("miller_rat_twostep")


def test_only_a_missed_trial_may_be_repeated(tmp_path, monkeypatch):
    monkeypatch.setenv("FASTSLOW_DATA", str(tmp_path))
    path = tmp_path / "zorowitz2023_twostep" / "twostep_trials.csv.gz"
    path.parent.mkdir()
    head = ",".join(c.name for c in dataset("zorowitz2023_twostep").table().columns)
    missed, done = "z1,mturk,,1,0,,,0,,,,,1", "z1,mturk,,1,0,0,0.4,0,1,3,2.4,0,0"
    path.write_bytes(gzip.compress("\n".join([head, missed, missed, done]).encode()))
    frame = load_dataset("zorowitz2023_twostep")
    assert len(frame) == 1
    assert frame["choice2"].dtype == np.int64
    path.write_bytes(gzip.compress("\n".join([head, done, missed]).encode()))
    with pytest.raises(ValueError, match="row 2: '1', but each subject has it once"):
        load_dataset("zorowitz2023_twostep")


# --- the real tables ---

TABLES = [(entry.name, table.name) for entry in DATASETS.values() for table in entry.tables]


@needs_data
@pytest.mark.parametrize(("name", "table"), TABLES)
def test_real_tables_are_the_ones_in_the_catalogue(name, table):
    frame = load_dataset(name, exclude=None, table=table)
    expected = dataset(name).table(table)
    assert len(frame) == expected.rows
    assert frame.attrs["sha256"] == expected.sha256


def _gap_free(frame, stretch, index, first):
    trials = frame.groupby(stretch, sort=False)[index]
    return (trials.min() == first).all() and (trials.max() - first + 1 == trials.size()).all()


@needs_data
def test_coding_of_the_people_in_the_two_step_task():
    everything = load_dataset("zorowitz2023_twostep", exclude=None)
    assert everything.duplicated(["subject", "trial"]).any()
    frame = load_dataset("zorowitz2023_twostep")
    assert not frame.duplicated(["subject", "trial"]).any()
    assert _gap_free(frame, ["subject"], "trial", 1)
    assert frame.groupby("subject").size().eq(201).all()
    assert frame["subject"].nunique() == 400
    assert ((frame["choice1"] == frame["state2"]) == (frame["common"] == 1)).all()
    assert (frame["choice2"] - 2 * frame["state2"]).isin([0, 1]).all()
    assert not frame[["choice1", "choice2", "rt1", "rt2", "reward"]].isna().any(axis=None)
    attentive = load_dataset("zorowitz2023_twostep", exclude="attentive")
    assert attentive["infreq_errors"].eq(0).all()
    assert attentive["subject"].nunique() == 338
    # 62 leave: those with errors, and the 7 without a record
    assert attentive.attrs["excluded"]["infreq_errors != 0"]["subjects"] == 62


@needs_data
def test_coding_of_the_rats():
    frame = load_dataset("miller_rat_twostep", exclude=None)
    assert _gap_free(frame, ["subject", "session"], "trial", 1)
    assert frame.groupby("subject")["session"].nunique().sum() == 52
    mapping = frame.groupby("subject")["congruent_mapping"]
    assert mapping.nunique().eq(1).all()
    assert mapping.first().sum() == 3
    known = frame[frame["state2"].notna() & (frame["violation"] == 0)]
    same_side = known["choice1"] == known["state2"]
    # in the reversed animals a choice leads to its own side on rare trials
    assert (same_side == (known["common"] == known["congruent_mapping"])).all()
    assert set(zip(frame["p_left_port"], frame["p_right_port"], strict=True)) == {
        (0.8, 0.2),
        (0.2, 0.8),
    }
    sizes = frame.groupby("subject").size().sort_values(ascending=False)
    assert sizes.tolist() == [12445, 10702, 6806, 4004, 1919, 537]
    assert frame["state2"].isna().sum() == 11
    assert frame["violation"].sum() == 10
    p_common = known["common"].mean()
    assert abs(p_common - 0.8) < 4 * np.sqrt(0.8 * 0.2 / len(known))
    p_port = np.where(known["state2"] == 1, known["p_right_port"], known["p_left_port"])
    assert abs(known["reward"].mean() - p_port.mean()) < 4 * np.sqrt(0.16 / len(known))


@needs_data
def test_coding_of_the_reversal_task():
    frame = load_dataset("zorowitz2023_reversal", exclude=None)
    assert _gap_free(frame, ["subject"], "trial", 1)
    assert ((frame["choice"] == frame["correct_option"]) == (frame["correct"] == 1)).all()
    assert (frame["block"] == (frame["trial"] - 1) // 15 + 1).all()
    assert frame.groupby(["subject", "block"])["correct_option"].nunique().eq(1).all()
    best = frame.drop_duplicates(["subject", "block"]).groupby("subject")["correct_option"]
    assert best.apply(lambda arms: (arms.diff().dropna() != 0).all()).all()
    assert ((frame["prev_complete"] == "Yes") == frame["infreq_errors"].isna()).all()
    assert load_dataset("zorowitz2023_reversal")["subject"].nunique() == 386


@needs_data
@pytest.mark.parametrize(("table", "n_sessions"), [("ada_prob_trials", 22), ("ada_pos_trials", 10)])
def test_coding_of_the_estimates(table, n_sessions):
    frame = load_dataset("foucault2024_adaprob", table=table)
    assert _gap_free(frame, ["subject", "session_idx"], "outcome_idx", 0)
    assert frame.groupby(["subject", "session_idx"]).size().eq(75).all()
    assert frame.groupby("subject")["session_idx"].nunique().eq(n_sessions).all()
    first = frame["outcome_idx"] == 0
    assert frame.loc[first, "did_change_point_occur"].eq(1).all()
    moved = frame["hidden_parameter"].ne(frame["hidden_parameter"].shift())
    assert (moved == (frame["did_change_point_occur"] == 1))[~first].all()
    # the estimate of a row follows its outcome: it moves toward it, not away
    before = frame.groupby(["subject", "session_idx"])["estimate"].shift()
    update, error = frame["estimate"] - before, frame["outcome"] - before
    assert (update * error)[~first].gt(0).sum() > 3 * (update * error)[~first].lt(0).sum()


@needs_data
def test_coding_of_the_bandit():
    frame = load_dataset("cavanagh2015_bandit3", exclude="lagged")
    assert _gap_free(frame, ["subject"], "trial", 1)
    assert frame.groupby("subject").size().eq(480).all()
    assert frame["choice"].isna().sum() == 24
    for column in ("response", "reward", "rt"):
        assert (frame[column].isna() == frame["choice"].isna()).all()
    assert (frame[["left", "right", "up"]].nunique(axis=1) == 3).all()
    for side in ("left", "right", "up"):
        there = frame[frame["response"] == side.capitalize()]
        assert (there["choice"] == there[side]).all()
    assert len(load_dataset("cavanagh2015_bandit3")) == len(frame) - 24


@needs_data
def test_coding_of_the_mice():
    frame = load_dataset("aind_mouse_foraging", exclude=None)
    assert _gap_free(frame, ["subject", "session"], "trial", 1)
    assert frame["subject"].nunique() == 7
    assert frame["session"].nunique() == 9
    assert frame.groupby("session")["task"].nunique().eq(1).all()
    assert frame.loc[frame["laser"] == 1, "subject"].unique().tolist() == ["689514"]
    assert frame.loc[frame["task"] == "unknown", "subject"].unique().tolist() == ["717531"]
    standard = load_dataset("aind_mouse_foraging")
    assert standard["autowater"].eq(0).all()
    assert not standard["choice"].isna().any()
    strict = load_dataset("aind_mouse_foraging", exclude="strict")
    assert strict["laser"].eq(0).all()
    assert "697929" not in set(strict["subject"])


# --- converters ---


@needs_data
@pytest.mark.parametrize("name", ["miller_rat_twostep", "zorowitz2023_reversal"])
def test_converters_give_the_tidy_table_byte_for_byte(name):
    originals = Path(REAL) / "raw" / name
    if not originals.is_dir():
        pytest.skip(f"the originals of {name} are not in FASTSLOW_DATA/raw")
    assert changed_originals(name, originals) == []
    text = convert(name, originals)
    assert hashlib.sha256(text.encode()).hexdigest() == dataset(name).table().sha256


def test_reversal_converter_joins_and_renumbers(tmp_path):
    (tmp_path / "data.csv").write_text(
        "platform,subject,block,trial,correct,choice,key,rt,accuracy,outcome\n"
        "prolific,zz,1,1,2,1.0,38.0,3.809,0.0,1.0\n"
        "mturk,aa,1,1,0,0.0,37.0,1.0,1.0,1.0\n"
        "mturk,aa,1,2,0,1.0,38.0,0.25,0.0,0.0\n"
    )
    (tmp_path / "metrics.csv").write_text("subject,infreq,isd\naa,2,9.9\n")
    (tmp_path / "metadata.csv").write_text("subject,age,prev_complete\nzz,44,Yes\naa,33,No\n")
    assert convert("zorowitz2023_reversal", tmp_path).splitlines() == [
        "subject,platform,infreq_errors,prev_complete,block,trial,correct_option,choice,rt,correct,reward",
        "r001,mturk,2,No,1,1,0,0,1,1,1",
        "r001,mturk,2,No,1,2,0,1,0.25,0,0",
        "r002,prolific,,Yes,1,1,2,1,3.809,0,1",
    ]
    assert changed_originals("zorowitz2023_reversal", tmp_path) == [
        "data.csv",
        "metrics.csv",
        "metadata.csv",
    ]


def test_rat_converter_numbers_sessions_and_sides(tmp_path):
    with h5py.File(tmp_path / "ofc_physdata.mat", "w") as file:
        rat = file.create_group("#refs#/a")
        rat["ratname"] = np.array([[ord(c)] for c in "M1"], np.uint16)
        rat["p_congruent"] = [[0.2]]
        for name, values in {
            "new_sess": [1, 0, 1],
            "sides1": [ord("l"), ord("r"), ord("l")],
            "sides2": [ord("r"), ord("v"), ord("l")],
            "trans_common": [1, 1, 0],
            "rewards": [1, 0, 1],
            "leftprobs": [0.8, 0.8, 0.2],
            "rightprobs": [0.2, 0.2, 0.8],
            "viols": [0, 1, 0],
        }.items():
            rat[name] = np.array([values], float)
        file["ratdatas"] = np.array([[rat.ref]], h5py.ref_dtype)
    assert convert("miller_rat_twostep", tmp_path).splitlines()[1:] == [
        "M1,1,1,0,0,1,1,1,0.8,0.2,0",
        "M1,1,2,0,1,,1,0,0.8,0.2,1",
        "M1,2,1,0,0,0,0,1,0.2,0.8,0",
    ]


def test_a_converter_needs_its_originals(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no .*ofc_physdata.mat; fetch data/ofc"):
        convert("miller_rat_twostep", tmp_path)
    with pytest.raises(ValueError, match="no converter for data set 'cavanagh2015_bandit3'"):
        convert("cavanagh2015_bandit3", tmp_path)
