"""The examples of the documentation: they keep the contract, run, and do what their text says."""

import importlib.util
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import fastslow as fs
from fastslow import cli
from fastslow.data.recording import stack

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


def test_an_agent_from_a_file_takes_the_tests_of_a_network(tmp_path, monkeypatch):
    """Also the one that asks for hidden units, which it does not have."""
    monkeypatch.chdir(EXAMPLES)
    changes = ["agent=win_stay.py:WinStay", "recording.n_lives=5"]
    run = fs.run("wang2018/bandit", seeds=[0], changes=changes, out=tmp_path)
    assert "policy" in run.test("activations")
    assert "untrained" not in run.experiment.tests


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


def indented_code(name, start, end):
    """The code of a page from the line that begins with `start` to the words `end`."""
    text = (EXAMPLES.parent / name).read_text()
    at = text.index(f"    {start}")
    return re.sub(r"^    ", "", text[at : text.index(end, at)], flags=re.MULTILINE)


def test_the_signature_of_the_text_is_judged(capsys):
    code = indented_code("own_task.md", "from fastslow.papers.verdict", "## Environments")
    agent = WinStay()

    def recorded(agent):
        return stack({s: fs.simulate(Reversal(), agent, 50, s) for s in range(4)})

    blind = recorded(agent.without("reward_input"))
    run = SimpleNamespace(recording=recorded(agent), test={"blind": blind}.get)
    exec(code, {"fs": fs, "run": run})
    assert capsys.readouterr().out.startswith("shown")


def test_the_environment_of_the_text_is_trained(tmp_path, monkeypatch):
    code = indented_code("own_task.md", "import gymnasium", "`fs.tasks.as_gymnasium")
    monkeypatch.setenv("FASTSLOW_RUNS", str(tmp_path))
    scope = {"fs": fs}
    exec(code.replace("2_000", "32").replace("n_steps=200", "n_steps=30"), scope)
    assert scope["run"].recording.sizes["feature"] == 4


def test_the_page_on_own_data_says_what_it_prints(capsys):
    blocks = re.findall(
        r"^```python\n(.*?)^```",
        (EXAMPLES.parent / "own_data.md").read_text(),
        re.MULTILINE | re.DOTALL,
    )
    scope = {}
    for block in blocks:
        exec(block, scope)
        promised = [line[1:].split() for line in block.splitlines() if line.startswith("# ")]
        assert [line.split() for line in capsys.readouterr().out.splitlines()] == promised
    paths = fs.analysis.replay_paths
    found = paths.event_paths(
        scope["wave_time"], scope["wave_cell"], scope["waves"], scope["tuning"]
    )
    states, times = paths.as_rows(found)
    track = np.eye(20, k=1, dtype=bool)
    sequences = fs.analysis.sequences.find_sequences(states, follows=track, times=times)
    assert set(sequences.direction) == {"reverse"}


@pytest.mark.parametrize("name", ["reversal", "win_stay"])
def test_an_example_is_short(name):
    assert len((EXAMPLES / f"{name}.py").read_text().splitlines()) <= 60
