"""Agents beside a user's table or a data set: the numbers, and one clear line for every mistake."""

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import fastslow as fs
from fastslow import cli, papers
from fastslow.analysis.trials import choice_trials
from fastslow.data.doctor import examine
from fastslow.data.own_table import read_own_table
from fastslow.data.recording import stack
from fastslow.models.learners import Random, TwoStepObserver
from fastslow.papers.comparison import BANDIT, TWO_STEP, compare
from fastslow.papers.declaration import Experiment, Paper, Test
from fastslow.papers.summaries import STAY_CELLS
from fastslow.tasks import Bandit, TwoStep

TASK = TwoStep(n_trials=40, encoding="compressed")
PLANNER = Experiment(
    "toy/planner", "planner", TASK, TwoStepObserver(), recording=Test(n_lives=10), quick=3
)
ARMS = Experiment(
    "toy/arms", "chance", Bandit(n_trials=30, arms="medium"), Random(), recording=Test(n_lives=10),
    quick=3,
)  # fmt: skip


def recorded(task, agent, seeds, n_lives=10):
    return stack({s: fs.simulate(task, agent, n_lives, seed=s, record=()) for s in seeds})


def as_table(recording):
    """A recording as a user would keep it: one row a trial."""
    trials = choice_trials(recording).drop_vars(["life"], errors="ignore")
    names = [n for n in ("choice", "reward", "common", "state") if n in trials]
    table = trials[names].to_dataframe().reset_index()
    return table.rename(columns={"seed": "subject", "episode": "session"})


@pytest.fixture(scope="module")
def planner():
    return recorded(TASK, TwoStepObserver(), range(3))


@pytest.fixture(scope="module")
def people():
    """Six subjects who plan and six who do not, so that they differ from each other."""
    planners = as_table(recorded(TASK, TwoStepObserver(), range(6)))
    others = as_table(recorded(TASK, Random(), range(6, 12)))
    return pd.concat([planners, others], ignore_index=True)


def cells_by_loop(table):
    """The four stay cells of each subject, trial by trial."""
    found = {}
    for who, rows in table.groupby("subject"):
        stays = {}
        for _, session in rows.groupby("session"):
            trials = session.sort_values("trial").to_dict("records")
            for before, now in pairwise(trials):
                key = (before["common"], before["reward"] > 0)
                stays.setdefault(key, []).append(before["choice"] == now["choice"])
        order = ((1, True), (0, True), (1, False), (0, False))
        found[who] = [np.mean(stays[key]) for key in order]
    return pd.DataFrame.from_dict(found, orient="index", columns=list(STAY_CELLS))


def test_a_table_and_a_recording_of_the_same_trials_measure_the_same(planner):
    found = compare(planner, "toy/planner", as_table(planner), common="common")
    wanted = list(TWO_STEP)
    np.testing.assert_allclose(found.subjects[wanted].to_numpy(), found.seeds[wanted].to_numpy())
    np.testing.assert_allclose(found.table.agents, found.table.data)
    np.testing.assert_allclose(found.table.z.dropna(), 0, atol=1e-6)
    assert found.table.z.notna().sum() > 5
    assert list(found.table.index) == list(TWO_STEP)


def test_z_share_beyond_and_distance_agree_with_a_plain_computation(planner, people):
    found = compare(planner, "toy/planner", people, common="common")
    agents, subjects = cells_by_loop(as_table(planner)), cells_by_loop(people)
    for name in STAY_CELLS:
        mean, sd = subjects[name].mean(), subjects[name].std(ddof=1)
        z = (agents[name].mean() - mean) / sd
        farther = (subjects[name] - mean) * np.sign(z) > abs(agents[name].mean() - mean)
        row = found.table.loc[name]
        assert row.z == pytest.approx(z)
        assert row.se == pytest.approx(sd / np.sqrt(12))
        assert row.share_beyond == pytest.approx(farther.mean())
    gap = (agents.mean() - subjects.mean()).to_numpy()
    squared = gap @ np.linalg.inv(np.cov(subjects.to_numpy().T)) @ gap
    assert found.distance == pytest.approx(np.sqrt(squared))
    assert "rests on 12 subjects" in str(found)


def test_transitions_follow_from_states_and_that_is_said(planner, people):
    by_state = compare(planner, "toy/planner", people, state="state")
    by_common = compare(planner, "toy/planner", people, common="common")
    pd.testing.assert_frame_equal(by_state.table, by_common.table)
    assert "common transition: state equals choice (congruent mapping)" in str(by_state)


def test_a_run_of_ones_own_experiment_is_compared_too(planner, people, tmp_path):
    run = fs.run(PLANNER, out=tmp_path)
    found = fs.compare(run, people, common="common")
    assert found.agents == "toy/planner, 3 seeds"
    expected = compare(planner, "toy/planner", people, common="common")
    pd.testing.assert_frame_equal(found.table, expected.table)


def test_a_bandit_is_compared_by_winning_and_losing(tmp_path):
    table = as_table(recorded(ARMS.task, Random(), range(5)))
    table.to_csv(tmp_path / "mice.csv", index=False)
    found = compare(recorded(ARMS.task, Random(), [7]), "toy/arms", tmp_path / "mice.csv")
    assert list(found.table.index) == list(BANDIT)
    assert found.distance is None
    n = 5 * 10 * 29
    assert abs(found.table.data["switch"] - 0.5) < 4 * 0.5 / np.sqrt(n)


def test_left_out_trials_break_their_pairs_and_are_counted(people):
    holes = people.astype({"choice": float})
    holes.loc[[3, 17], "choice"] = np.nan
    frame, notes = read_own_table(holes, two_step=True, common="common", drop_missing=True)
    assert len(frame) == len(people) - 2
    assert "2 of 4800 trials left out: an empty cell" in notes
    assert set(frame["trial"][frame["subject"] == "0"]) == set(people["trial"])
    unnumbered, notes = read_own_table(
        holes.drop(columns="trial"), two_step=True, common="common", drop_missing=True
    )
    assert "no trial column: rows are taken in their order" in notes
    first = unnumbered[(unnumbered.subject == "0") & (unnumbered.session == "0")]
    assert 3 not in set(first.trial)


def test_a_subject_without_a_cell_is_named(planner, people):
    shy = people[~((people.subject == 2) & (people.common == 0) & (people.reward > 0))]
    found = compare(planner, "toy/planner", shy, common="common")
    assert "stay_rare_rewarded: no trial speaks to it in 1 subjects (2)" in str(found)
    assert found.table.n_subjects["stay_rare_rewarded"] == 11


def test_subjects_who_do_not_differ_have_no_z(planner):
    one = as_table(planner.isel(seed=[0]))
    twins = pd.concat([one, one.assign(subject=1)], ignore_index=True)
    found = compare(planner, "toy/planner", twins, common="common")
    assert found.table.z.isna().all()
    assert found.distance is None
    assert "do not differ from each other" in str(found)
    assert "no Mahalanobis distance" in str(found)


def test_a_data_set_by_summary(planner, monkeypatch):
    monkeypatch.delenv("FASTSLOW_DATA", raising=False)
    found = compare(planner, "toy/planner", "miller_rat_twostep")
    rats = fs.summary("miller_rat_twostep")
    assert found.table.data["reward_index"] == rats["reward_index"].mean
    assert found.table.share_beyond.isna().all()
    assert "the trials in the folder FASTSLOW_DATA" in found.notes[0]
    assert found.subjects is None


def test_a_data_set_by_trial_agrees_with_its_summary(planner, monkeypatch, data_folder):
    by_trial = compare(planner, "toy/planner", "miller_rat_twostep")
    monkeypatch.delenv("FASTSLOW_DATA")
    by_summary = compare(planner, "toy/planner", "miller_rat_twostep")
    np.testing.assert_allclose(by_trial.table.z, by_summary.table.z, rtol=1e-4)
    assert by_trial.distance == pytest.approx(by_summary.distance, rel=1e-3)
    assert by_trial.table.share_beyond.notna().all()


@pytest.mark.parametrize("columns", [{"common": "common"}, {}])
def test_the_figure_shows_the_numbers(planner, people, columns, tmp_path):
    if columns:
        found = compare(planner, "toy/planner", people, **columns)
    else:
        table = as_table(recorded(ARMS.task, Random(), range(4)))
        found = compare(recorded(ARMS.task, Random(), [5, 6]), "toy/arms", table)
    drawing = found.draw()
    left, right = drawing.axes
    shown = [n for n in found.table.index if n.startswith("stay_")] or list(found.table.index)
    bars = [bar.get_height() for bar in left.patches]
    np.testing.assert_allclose(bars[::2], found.table.data[shown])
    np.testing.assert_allclose(bars[1::2], found.table.agents[shown])
    diamonds = [line.get_xdata()[0] for line in right.lines if line.get_marker() == "D"]
    np.testing.assert_allclose(diamonds, found.table.z)
    drawing.savefig(tmp_path / "figure.png")


# a user's mistakes -------------------------------------------------------------------------------


@pytest.fixture
def workplace(monkeypatch, tmp_path, people):
    monkeypatch.setattr(
        papers, "PAPERS", {"toy": Paper("toy", "Toy et al.", (PLANNER, ARMS), (), ())}
    )
    monkeypatch.setenv("FASTSLOW_RUNS", str(tmp_path / "runs"))
    monkeypatch.delenv("FASTSLOW_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    people.to_csv("my.csv", index=False)
    return tmp_path


def said(capsys, *arguments, code=0):
    assert cli.main(arguments) == code
    return capsys.readouterr()


def test_from_a_table_to_the_figure_in_one_command(workplace, capsys):
    said(capsys, "run", "toy/planner", "-q")
    out = said(capsys, "compare", "toy/planner", "my.csv", "--common", "common").out
    assert "toy/planner, 3 seeds  |  my.csv, 12 subjects" in out
    assert "Mahalanobis" in out
    paths = [Path(line) for line in out.splitlines() if line.endswith((".pdf", ".png", ".csv"))]
    assert [p.suffix for p in paths] == [".pdf", ".png", ".csv"]
    saved = pd.read_csv(paths[2], index_col="measure")
    found = fs.compare("toy/planner", "my.csv", common="common")
    np.testing.assert_allclose(saved.z, found.table.z)


def change(column, row, value):
    def apply(table):
        table = table.astype({column: object})
        table.loc[row, column] = value
        return table

    return apply


MISTAKES = {
    "column": (lambda t: t.rename(columns={"choice": "chose"}),
               "my.csv: no column 'choice'; did you mean 'chose'? (--choice names the right one)"),
    "subject": (lambda t: t.drop(columns="subject"), "my.csv: no column 'subject'; there is "),
    "missing": (change("choice", 6, None),
                "my.csv: column 'choice', row 7: an empty cell or NA, but every trial needs it "
                "(missing in 1 of "),
    "NA": (change("reward", 4, "NA"), "my.csv: column 'reward', row 5: an empty cell or NA"),
    "who": (change("subject", 2, None), "column 'subject', row 3: an empty cell or NA"),
    "coded 1, 2": (lambda t: t.assign(choice=t.choice + 1),
                   "it is one of 0, 1; the column is coded 1 and 2: subtract 1"),
    "words": (lambda t: t.assign(choice="left"),
              "my.csv: column 'choice', row 1: 'left', but it is a number"),
    "half": (change("choice", 9, 0.5), "column 'choice', row 10: '0.5', but it is one of 0, 1"),
    "common": (change("common", 3, 2), "column 'common', row 4: '2', but it is one of 0, 1"),
    "reward": (lambda t: t.assign(reward=t.reward + 1),
               "above 0 is rewarded and no trial is unrewarded (values 1 to 2)"),
    "no reward": (lambda t: t.assign(reward=0), "above 0 is rewarded, and no trial is"),
    "one subject": (lambda t: t[t.subject == 0], "'0', but it is the only subject"),
    "twice": (lambda t: pd.concat([t, t.iloc[[5]]]),
              "my.csv: column 'trial', row 4801: '5', but subject '0' session '0' has it once"),
    "mapping": (lambda t: t.assign(common=1 - t.common),
                "but common ones are the more frequent; is 1 the rare one"),
    "no rare": (lambda t: t.assign(common=1), "there is no rare one"),
    "empty": (lambda t: t[:0], "my.csv: the table has no rows"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_the_table_is_one_line(workplace, capsys, people, spoil, message):
    said(capsys, "run", "toy/planner", "-q")
    spoil(people).to_csv("my.csv", index=False)
    err = said(capsys, "compare", "toy/planner", "my.csv", "--common", "common", code=2).err
    assert err.startswith("fastslow: ")
    assert err.count("\n") == 1
    assert message in err


def test_a_subject_with_the_other_mapping_is_named(workplace, capsys, people):
    said(capsys, "run", "toy/planner", "-q")
    turned = people.assign(state=np.where(people.subject == 4, 1 - people.state, people.state))
    turned.to_csv("my.csv", index=False)
    err = said(capsys, "compare", "toy/planner", "my.csv", "--state", "state", code=2).err
    assert "subject '4' has" in err
    assert "mapping the other way round?" in err


def test_a_recording_without_choices_is_named(planner):
    with pytest.raises(ValueError, match="toy/planner has no choices to compare: .* no 'trial'"):
        compare(planner.drop_vars("trial"), "toy/planner", "miller_rat_twostep")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("toy/plan", "my.csv"), "no experiment 'toy/plan'; did you mean 'toy/planner'?"),
        (("toy/arms", "my.csv"), "toy/arms has not been run: run  fastslow run toy/arms"),
        (("toy/planner", "my.csv"), "needs the column of transitions (--common"),
        (("toy/planner", "yours.csv", "--state", "state"), "there is no file yours.csv"),
        (("toy/planner", "miller_rats"), "no data set or csv file 'miller_rats'; did you mean"),
        (("toy/planner", "miller_rat_twostep", "--choice", "c"), "leave out choice"),
        (("toy/planner", "miller_rat_twostep", "--sample", "attentive"), "no sample of miller_rat"),
        (("toy/planner", "zorowitz2023_reversal"), "does not have"),
        (("toy/planner", "aind_mouse_foraging"), "describes no population"),
        (("toy/planner", "my.csv", "--sample", "standard"), "belongs to a data set"),
    ],
)
def test_a_mistake_in_the_command_is_one_line(workplace, capsys, arguments, message):
    said(capsys, "run", "toy/planner", "-q")
    err = said(capsys, "compare", *arguments, code=2).err
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("subject;choice\na;1\n", "separate columns by commas"),
        ("", "cannot be read as csv"),
        ("a,b\n1,2,3\n1,2,3,4,5\n", "cannot be read as csv"),
    ],
)
def test_a_file_that_is_no_csv(tmp_path, text, message):
    (tmp_path / "my.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_own_table(tmp_path / "my.csv", two_step=False)


def test_options_are_numbered_from_0(people):
    from_1 = people.assign(choice=people.choice + 1)
    with pytest.raises(ValueError, match="numbered from 0 and the lowest is 1"):
        read_own_table(from_1, two_step=False)


# the machine -------------------------------------------------------------------------------------


def test_doctor_finds_nothing_wrong_here(workplace, capsys):
    out = said(capsys, "doctor").out
    assert {line.split()[0] for line in out.splitlines()} <= {"ok", "note"}
    assert "FASTSLOW_DATA is not set" in out
    assert not (workplace / "runs").exists()


def test_doctor_reports_problems_with_the_way_out(workplace, capsys, monkeypatch):
    (workplace / "file").write_text("")
    monkeypatch.setenv("FASTSLOW_DATA", str(workplace / "nowhere"))
    out = said(capsys, "doctor", "--out", str(workplace / "file"), code=1).out
    assert "nowhere, which is no folder" in out
    assert "choose another with --out or FASTSLOW_RUNS" in out


def test_doctor_without_a_compiler_says_how_to_get_one(tmp_path, monkeypatch):
    from fastslow.models.training.fused import build

    monkeypatch.setenv("CXX", "no-such-compiler")
    build.load.cache_clear()
    found = {finding.what: finding for finding in examine(tmp_path)}
    assert found["engine"].state == "note"
    assert "install one" in found["engine"].found


def test_doctor_sees_a_library_that_is_missing_or_broken(tmp_path, monkeypatch):
    from fastslow.data import doctor

    monkeypatch.setattr(doctor, "LIBRARIES", ("no-such-library", "numpy"))

    def broken(name):
        raise ImportError("two\nlines")

    monkeypatch.setattr(doctor, "import_module", broken)
    found = {finding.what: str(finding) for finding in doctor.examine(tmp_path)}
    assert "not installed" in found["no-such-library"]
    assert "does not import (ImportError: two lines); install the versions" in found["numpy"]


def test_doctor_counts_data_sets_and_free_disk(tmp_path, monkeypatch):
    from fastslow.data import doctor

    monkeypatch.setenv("FASTSLOW_DATA", str(tmp_path))
    usage = shutil.disk_usage(tmp_path)._replace(free=10**6)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage)
    found = {finding.what: finding for finding in doctor.examine(tmp_path)}
    assert "0 of" in found["data"].found
    assert found["data"].state == found["disk"].state == "problem"
    (tmp_path / "miller_rat_twostep").mkdir()
    (tmp_path / "miller_rat_twostep/rat_twostep_trials.csv.gz").write_bytes(b"")
    assert "1 of" in {f.what: f for f in doctor.examine(tmp_path)}["data"].found
