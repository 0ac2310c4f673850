"""The examples of the documentation: they keep the contract, run, and do what their text says."""

import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import fastslow as fs
from fastslow import cli

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"


def example(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


Reversal, WinStay = example("reversal").Reversal, example("win_stay").WinStay


def test_the_task_keeps_the_contract():
    fs.tasks.check_task(Reversal())


def test_the_agent_keeps_the_contract():
    fs.models.check_agent(WinStay(), Reversal())


def test_the_arms_pay_what_the_docstring_says(seed):
    recording = fs.simulate(Reversal(), fs.models.learners.Random(), 500, seed)
    best = (recording.action == recording.best_action).values
    for chosen, p in ((best, 0.8), (~best, 0.2)):
        found = recording.reward.values[chosen].mean()
        assert abs(found - p) < 4 * np.sqrt(p * (1 - p) / chosen.sum())
    swaps = recording.best_action.diff("step").astype(bool)
    assert (swaps.sum("step") == 1).all()
    at = swaps.values.argmax(axis=1) + 1
    assert at.min() >= 20
    assert at.max() < 60


def test_win_stay_follows_its_rule():
    recording = fs.simulate(Reversal(), WinStay(p_rule=1.0), 50)
    action, reward = recording.action.values, recording.reward.values
    stayed = action[:, 1:] == action[:, :-1]
    np.testing.assert_array_equal(stayed, reward[:, :-1] == 1)
    lesioned = fs.simulate(Reversal(), WinStay(p_rule=1.0).without("reward_input"), 50).action
    assert (lesioned == lesioned.isel(step=0)).all()


def test_the_command_of_the_text_runs(tmp_path, monkeypatch):
    """The command line in the text, with fewer episodes."""
    text = (EXAMPLES.parent / "own_task.md").read_text()
    (command,) = re.findall(r"^    fastslow (run .*)$", text, re.MULTILINE)
    monkeypatch.chdir(EXAMPLES)
    command = command.replace("n_lives=20000", "n_lives=64").replace("0-3", "0")
    assert cli.main([*command.split(), "--out", str(tmp_path)]) == 0
    assert list(tmp_path.glob("wang2018/bandit/*/seed=0/recording.nc"))


def test_the_experiment_of_the_text_runs(tmp_path, monkeypatch):
    text = (EXAMPLES.parent / "own_task.md").read_text()
    start = text.index("    experiment = fs.Experiment(")
    code = text[start : text.index("Finished seeds are kept")]
    code = re.sub(r"^    ", "", code, flags=re.MULTILINE)
    code = code.replace("n_lives=20_000", "n_lives=64").replace("range(4)", "[0]")
    monkeypatch.setenv("FASTSLOW_RUNS", str(tmp_path))
    scope = {"fs": fs, "Reversal": Reversal}
    exec(code, scope)
    assert scope["run"].test("blind").sizes["episode"] == 300


@pytest.mark.parametrize("name", ["reversal", "win_stay"])
def test_an_example_is_short(name):
    assert len((EXAMPLES / f"{name}.py").read_text().splitlines()) <= 60
