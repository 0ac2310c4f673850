"""What a user mistypes or misreads: the message names it and the way out."""

import pandas as pd
import pytest

import fastslow as fs
from fastslow import cli, papers
from fastslow.data.fetching import fetch
from fastslow.data.imported import import_table
from fastslow.papers.changes import configured

BANDIT = papers.find_experiment("wang2018/bandit")


def table(**columns):
    return pd.DataFrame({"subject": "a", "choice": [0, 1, 1], "reward": [0, 1, 0], **columns})


@pytest.mark.parametrize("text", ["true", "True"])
def test_a_truth_value_is_written_either_way(text):
    changed = configured(BANDIT, ["agent.time=false", f"agent.done={text}"])
    assert (changed.agent.time, changed.agent.done) == (False, True)
    with pytest.raises(ValueError, match="agent.done is a bool"):
        configured(BANDIT, ["agent.done=yes"])


@pytest.mark.parametrize("name", ["name", "summary", "quick", "full", "first_seed", "reproduced"])
def test_what_does_not_identify_a_run_is_no_setting(name):
    with pytest.raises(ValueError, match=f"{name} is no setting of wang2018/bandit"):
        configured(BANDIT, [f"{name}=3"])


def test_a_file_without_the_name_says_which_it_has(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("import numpy as np\n\n\nclass Coin:\n    pass\n")
    with pytest.raises(ValueError, match=r"mine.py has no task 'Coins'; it has Coin$"):
        configured(BANDIT, [f"task={file}:Coins"])


def test_a_misspelt_outcome_costs_no_run(tmp_path):
    settings = {"task.n_trials": [3, 4], "recording.n_lives": [2], "task.arms": ["easy"]}

    def swept(outcome):
        random = "wang2018/bandit_random"
        return fs.sweep(random, settings, seeds=[0], out=tmp_path, outcome=outcome)

    with pytest.raises(ValueError, match="did you mean 'reward_per_step'"):
        swept("reward_per_stp")
    assert not list(tmp_path.iterdir())
    assert len(swept("reward_per_step")) == 2


def test_blanks_about_a_setting_are_nothing():
    assert configured(BANDIT, ["agent.n_units = 64"]).agent.n_units == 64


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("training=64", "training has settings of its own, such as training.n_lives: set those"),
        ("tests.untrained.n_lives=4", "tests.untrained.n_lives is no setting of wang2018/bandit"),
        ("agent.unit=4", "no setting 'agent.unit' in Prefrontal; did you mean 'agent.n_units'"),
        ("recording.record=everything", "record of a test is all, behavior, rests, last or names"),
        ("seeds=4", "no setting 'seeds' in Experiment; it has task, agent, training, recording$"),
    ],
)
def test_settings_are_those_of_a_part(change, message):
    with pytest.raises(ValueError, match=message):
        configured(BANDIT, [change])


def test_named_choices_are_to_be_numbered():
    with pytest.raises(ValueError, match="'left', but it is a number; .* 0 for left, 1 for right"):
        import_table(table(choice=["left", "right", "right"]))
    with pytest.raises(ValueError, match="'oops', but it is a number$"):
        import_table(table(choice=["0", "oops", "1"]))


def test_missing_cells_are_counted():
    with pytest.raises(ValueError, match=r"\(missing in 2 of 3 rows\)"):
        import_table(table(reward=[0, None, None]))


def test_a_data_set_that_cannot_be_fetched_says_so_before_anything_else(monkeypatch):
    monkeypatch.delenv("FASTSLOW_DATA", raising=False)
    with pytest.raises(ValueError, match="'zorowitz2023_twostep' cannot be fetched"):
        fetch("zorowitz2023_twostep")
    with pytest.raises(FileNotFoundError, match="FASTSLOW_DATA is not set"):
        fetch("miller_rat_twostep")


@pytest.mark.parametrize("mirror", ["example.org", "file:///copy"])
def test_a_mirror_is_an_address(mirror, monkeypatch, tmp_path):
    monkeypatch.setenv("FASTSLOW_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=f"begins with https://, got '{mirror}'"):
        fetch("miller_rat_twostep", mirror)
    assert not list(tmp_path.iterdir())


def test_a_list_fits_the_terminal_and_is_one_line_a_name_elsewhere(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.main(["data", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) > 80
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert cli.main(["data", "list"]) == 0
    wrapped = capsys.readouterr().out.splitlines()
    assert len(wrapped) > len(lines)
    assert all(len(line) <= 80 or " " not in line.strip() for line in wrapped)
    assert " ".join(" ".join(wrapped).split()) == " ".join(" ".join(lines).split())
