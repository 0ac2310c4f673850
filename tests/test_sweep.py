"""Sweeps: every combination is an ordinary run, measured seed by seed, tabulated and drawn."""

import subprocess
import sys
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import fastslow as fs
from fastslow import cli, papers, sweeping
from fastslow.analysis import outcomes, sweeps
from fastslow.analysis.statistics import t_interval
from fastslow.data.specification import several
from fastslow.models import Prefrontal
from fastslow.models.learners import Random
from fastslow.models.training import ActorCritic
from fastslow.papers.changes import load_again, load_named
from fastslow.papers.declaration import Experiment, Paper, Test
from fastslow.papers.measuring import foreseen
from fastslow.report import save_sweep
from fastslow.tasks import Bandit, Discrete, TimeStep

NET = Experiment(
    "toy/net", "a tiny network", Bandit(n_trials=5), Prefrontal(n_units=4),
    ActorCritic(n_lives=32, n_lanes=16), Test(n_lives=10), quick=2,
)  # fmt: skip
CHANCE = replace(NET, name="toy/chance", agent=Random(), training=None)


@dataclass(frozen=True)
class Salary:
    """Every step pays the same, whatever is done; the trials are numbered if they are `told`."""

    pays: float = 1.0
    n_steps: int = 4
    told: bool = False
    observation_size = 0
    action = Discrete(2)

    def play(self, n, rng):
        for t in range(self.n_steps + 1):
            yield TimeStep(
                observation=np.zeros((n, 0), np.float32),
                reward=np.full(n, self.pays if t else 0, np.float32),
                discount=np.ones(n, np.float32),
                first=np.full(n, t == 0),
                active=np.full(n, t < self.n_steps),
                phase=np.zeros(n, np.int8),
                outcomes={},
                labels={"trial": np.full(n, t // 2)} if self.told else {},
            )


SALARY = Experiment("toy/salary", "paid", Salary(), Random(), recording=Test(n_lives=3), quick=2)


@pytest.fixture(autouse=True)
def toy(monkeypatch, tmp_path):
    paper = Paper("toy", "Toy et al.", (NET, CHANCE, SALARY), (), ())
    monkeypatch.setattr(papers, "PAPERS", {"toy": paper})
    monkeypatch.setenv("FASTSLOW_RUNS", str(tmp_path / "runs"))


def test_a_grid_of_known_outcomes_is_found_exactly():
    found = fs.sweep(SALARY, {"task.pays": [0.5, 2], "task.n_steps": [2, 4]}, range(3))
    assert list(found) == [
        "task.pays", "task.n_steps", "seed", "reward_per_step", "diverged", "run",
    ]  # fmt: skip
    assert found[["task.pays", "task.n_steps", "seed"]].values.tolist() == [
        [pays, n, seed] for pays in (0.5, 2) for n in (2, 4) for seed in range(3)
    ]
    np.testing.assert_array_equal(found.reward_per_step, found["task.pays"])
    table = sweeps.summarize(found)
    assert table[["task.pays", "task.n_steps"]].values.tolist() == [
        [0.5, 2],
        [0.5, 4],
        [2, 2],
        [2, 4],
    ]
    assert table["task.n_steps"].dtype.kind == "i"
    np.testing.assert_array_equal(table.low, table.high)
    assert table.n_seeds.tolist() == [3] * 4


def test_the_outcome_is_reward_per_trial_where_trials_are_numbered():
    found = fs.sweep(SALARY, {"task.pays": [0.5, 2], "task.told": [True]}, [0])
    np.testing.assert_array_equal(found.reward_per_trial, [1, 4])  # two steps a trial
    whole = fs.sweep(SALARY, {"task.pays": [0.5, 2]}, [0], outcome="reward_per_episode")
    np.testing.assert_array_equal(whole.reward_per_episode, [2, 8])
    assert np.isnan(sweeps.summarize(whole).low).all()  # one seed has no interval


def test_every_combination_is_the_run_that_its_settings_name():
    settings = {"agent.n_units": (3, 4), "training.learning_rate": (np.float64(0.001), "0.002")}
    found = fs.sweep("toy/net", settings, range(2))
    changes = ["agent.n_units=3", "training.learning_rate=0.002"]
    alone = fs.run("toy/net", range(2), changes=changes)
    rows = found[(found["agent.n_units"] == 3) & (found["training.learning_rate"] == 0.002)]
    assert set(rows.run) == {str(alone.folder.path)}
    np.testing.assert_allclose(
        rows.reward_per_trial, alone.recording.reward.mean(("episode", "step"))
    )
    assert found.run.nunique() == 4
    table = sweeps.summarize(found)
    row = table[table.run == str(alone.folder.path)].iloc[0]
    expected = t_interval(rows.reward_per_trial)
    assert (row.reward_per_trial, row.low, row.high) == (expected.mean, expected.low, expected.high)


def test_finished_runs_are_reused_and_jobs_change_nothing(monkeypatch, tmp_path):
    settings = {"task.n_trials": [3, 4, 5]}
    one = fs.sweep("toy/chance", settings, range(3), out=tmp_path / "one")
    counted = []
    two = fs.sweep(
        "toy/chance", settings, range(3), out=tmp_path / "two", jobs=2,
        finished=lambda n, of: counted.append((n, of)),
    )  # fmt: skip
    assert counted == [(1, 3), (2, 3), (3, 3)]
    pd.testing.assert_frame_equal(one.drop(columns="run"), two.drop(columns="run"))
    monkeypatch.setattr(sweeping, "run_seeds", lambda *_: pytest.fail("run again"))
    pd.testing.assert_frame_equal(
        fs.sweep("toy/chance", settings, range(3), out=tmp_path / "one"), one
    )


def test_every_job_gets_a_group_of_seeds(tmp_path):
    declared = [e for _, e in sweeping.combinations("toy/chance", {"task.n_trials": [3, 4]})]
    work = sweeping.missing_work(declared, [0, 1, 2], tmp_path, jobs=4)
    assert [list(seeds) for _, _, seeds in work] == [[0, 2], [1], [0, 2], [1]]


def test_seeds_that_diverge_are_counted_and_have_no_outcome():
    found = fs.sweep(
        replace(NET, training=ActorCritic(32, 16, max_gradient_norm=1e30)),
        {"training.learning_rate": [0.001, 1e30]}, [0, 1],
    )  # fmt: skip
    assert found.diverged.tolist() == [False, False, True, True]
    assert np.isnan(found.reward_per_trial).tolist() == found.diverged.tolist()
    table = sweeps.summarize(found)
    assert table.n_seeds.tolist() == [2, 0]
    assert table.diverged.tolist() == [0, 2]


def actions_taken(recording):
    return recording.action.mean(("episode", "step"))


def test_an_outcome_of_ones_own():
    found = fs.sweep("toy/chance", {"task.n_trials": [3, 4]}, [0, 1], outcome=actions_taken)
    np.testing.assert_allclose(found.actions_taken, fs.sweep(
        "toy/chance", {"task.n_trials": [3, 4]}, [0, 1], outcome="action").action)  # fmt: skip
    with pytest.raises(
        ValueError, match=r"shape \(\), but one number a seed is needed, shape \(1,"
    ):
        fs.sweep("toy/chance", {"task.n_trials": [3, 4]}, [0, 1], outcome=lambda r: 1.0)

    def run(recording):
        return actions_taken(recording)

    with pytest.raises(ValueError, match="the table has a column run"):
        fs.sweep("toy/chance", {"task.n_trials": [3, 4]}, [0, 1], outcome=run)


def test_outcomes_leave_out_padding_and_what_is_none():
    active = np.array([[[True, True, True], [True, False, False]]])
    recording = xr.Dataset(
        {
            name: (("seed", "episode", "step"), np.array(values))
            for name, values in {
                "active": active,
                "reward": [[[1.0, 0, 1], [1, np.nan, np.nan]]],
                "trial": [[[0, 0, 1], [0, -1, -1]]],
                "common": [[[1, -1, 0], [-1, -1, -1]]],
                "missed": [[[True, False, False], [False, False, False]]],
            }.items()
        }
    )
    values = {name: float(outcomes.outcome(recording, name)[0]) for name in (
        "reward_per_step", "reward_per_trial", "reward_per_episode", "reward", "common", "missed"
    )}  # fmt: skip
    assert values == pytest.approx(
        {"reward_per_step": 0.75, "reward_per_trial": 1.0, "reward_per_episode": 1.5,
         "reward": 0.75, "common": 0.5, "missed": 0.25}
    )  # fmt: skip
    with pytest.raises(ValueError, match="no outcome 'mised'; did you mean 'missed'"):
        outcomes.outcome(recording, "mised")
    with pytest.raises(ValueError, match="variables with one number a row: reward, trial, common"):
        outcomes.outcome(recording, "zzz")
    with pytest.raises(ValueError, match="needs the label 'trial'"):
        outcomes.outcome(recording.drop_vars("trial"), "reward_per_trial")


def test_the_figure_holds_what_the_table_does():
    rows = [
        {"a": a, "b": b, "c": c, "seed": s, "reward": a + s, "diverged": False, "run": f"{a}{b}{c}"}
        for a in (1, 2) for b in ("x", "y") for c in (0, 5) for s in range(3)
    ]  # fmt: skip
    drawing = sweeps.draw_sweep(pd.DataFrame(rows))
    panels = drawing.axes
    assert [ax.get_title() for ax in panels] == ["c = 0", "c = 5"]
    assert panels[0].get_xlabel() == "a"
    for ax in panels:
        means = [bar.lines[0].get_ydata().tolist() for bar in ax.containers]
        assert means == [[2, 3], [2, 3]]  # a + mean seed, for x and for y
    with pytest.raises(ValueError, match="nothing to draw"):
        sweeps.draw_sweep(pd.DataFrame(rows[:3]))


def test_values_are_separated_by_commas_outside_brackets():
    assert several("1") == ["1"]
    assert several("lstm, gru") == ["lstm", "gru"]
    assert several("[1,2],(3,4),'a,b'") == ["[1,2]", "(3,4)", "'a,b'"]
    with pytest.raises(ValueError, match="one of the values in '1,,2' is empty"):
        several("1,,2")


def test_the_command_prints_and_saves_the_table(capsys, tmp_path):
    command = ["sweep", "toy/salary", "--set", "task.pays=0.5,2", "--seeds", "0-1", "--jobs", "1"]
    assert cli.main([*command, "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "2 combinations, seeds 0-1; 0 runs kept, 4 to run" in out
    assert out.count(str(tmp_path / "runs/toy/salary")) == 2
    assert "no seed has been finished here yet" in out
    assert not (tmp_path / "runs").exists()
    assert cli.main([*command, "-q"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[2].split() == ["0.5", "0.5000", "0.5000", "0.5000", "2", "0"]
    paths = [line for line in out if line.startswith(str(tmp_path))]
    assert [path.rpartition(".")[2] for path in paths] == ["pdf", "png", "csv", "csv"]
    assert pd.read_csv(paths[2])["reward_per_step"].tolist() == [0.5, 2]
    assert pd.read_csv(paths[3])["seed"].tolist() == [0, 1, 0, 1]
    assert cli.main([*command, "-q"]) == 0
    assert "4 runs kept, 0 to run" in capsys.readouterr().out
    assert cli.main([*command, "-q", "--outcome", "reward_per_episode"]) == 0
    assert pd.read_csv(paths[2])["reward_per_step"].tolist() == [0.5, 2]  # is still there


def test_the_title_of_the_figure_says_what_does_not_vary(monkeypatch, tmp_path):
    titles = []
    draw = sweeps.draw_sweep
    monkeypatch.setattr(
        sweeps, "draw_sweep", lambda points, title: titles.append(title) or draw(points, title)
    )
    file = tmp_path / "mine.py"
    file.write_text("from fastslow.tasks import Bandit\nclass Mine(Bandit): pass\n")
    task = f"{file}:Mine"
    found = fs.sweep("toy/chance", {"task": [task], "task.n_trials": [3, 4]}, [0])
    save_sweep(found, "toy/chance", tmp_path)
    assert titles == [f"toy/chance, task={task}"]


def test_the_command_takes_an_outcome_from_a_file(capsys, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "def twice(recording):\n    return 2 * recording.reward.mean(('episode', 'step'))\n"
    )
    command = ["sweep", "toy/salary", "--set", "task.pays=0.5,2", "--jobs", "1", "-q"]
    assert cli.main([*command, "--outcome", f"{file}:twice"]) == 0
    assert "twice" in capsys.readouterr().out
    assert cli.main([*command, "--outcome", f"{file}:thrice"]) == 2
    assert "has no outcome 'thrice'" in capsys.readouterr().err


def test_a_misspelt_outcome_is_found_before_anything_runs(capsys, tmp_path):
    command = ["sweep", "toy/net", "--set", "agent.n_units=3,4", "--jobs", "1", "-q"]
    for more in ([], ["--dry-run"]):
        assert cli.main([*command, "--outcome", "rpee", *more]) == 2
        assert "no outcome 'rpee'; did you mean 'rpe'?" in capsys.readouterr().err
    command = ["sweep", "toy/salary", "--set", "task.pays=0.5,2", "--jobs", "1", "-q"]
    assert cli.main([*command, "--outcome", "reward_per_trial"]) == 2
    assert "needs the label 'trial'" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("experiment", ["toy/net", "toy/salary"])
def test_what_a_recording_will_hold_is_foreseen(experiment):
    recording = fs.run(experiment, [0]).recording
    known = foreseen(papers.find_experiment(experiment))
    assert set(known) == {
        str(name) for name, array in recording.data_vars.items()
        if array.dims == ("seed", "episode", "step") and name != "active"
    }  # fmt: skip
    for name in known:
        assert outcomes.outcome(recording, name).shape == (1,)


def test_an_outcome_that_fails_costs_one_run_at_most(monkeypatch, tmp_path):
    def misspelt(recording):
        return recording.rewards.mean(("episode", "step"))

    def swept(outcome):
        return fs.sweep("toy/salary", {"task.pays": [0.5, 1, 2]}, [0, 1], outcome=outcome)

    with pytest.raises(ValueError, match=r"misspelt fails \(AttributeError: .*; runs are kept"):
        swept(misspelt)
    assert len(list(tmp_path.rglob("recording.nc"))) == 2  # the seeds of one combination
    with monkeypatch.context() as no_more:
        no_more.setattr(sweeping, "run_seeds", lambda *_: pytest.fail("run before it was measured"))
        with pytest.raises(ValueError, match="misspelt fails"):
            swept(misspelt)
    assert len(swept(actions_taken)) == 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "a sweep needs a setting with several values"),
        (("--set", "agent.n_units=4"), "a sweep needs a setting with several values"),
        (("--set", "agent.n_units"), "settings are swept by name=value,value"),
        (("--set", "agent.n_unit=3,4"), "did you mean 'agent.n_units'?"),
        (("--set", "agent.n_units=3,x"), "agent.n_units is an int (4 by default), got 'x'"),
        (("--set", "agent.n_units=3,3"), "and agent.n_units=3 are the same experiment"),
        (("--set", "agent.n_units="), "--set agent.n_units= names no value"),
        (("--set", "agent.n_units=3,"), "one of the values in '3,' is empty"),
        (("--set", "agent.n_units=3,4", "--set", "agent.n_units=5"), "is given twice"),
        (("--set", "agent.n_units=3,4", "--jobs", "0"), "jobs must be at least 1, got 0"),
        (
            ("--set", "agent.n_units=3,4", "--outcome", "no.py:f"),
            "outcome must be file.py:function",
        ),
    ],
)
def test_a_mistake_is_one_line(capsys, arguments, message):
    assert cli.main(["sweep", "toy/net", *arguments]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_mistakes_in_python():
    with pytest.raises(ValueError, match="setting agent.n_units has no value"):
        fs.sweep("toy/net", {"agent.n_units": []})
    with pytest.raises(ValueError, match="profile must be quick or full, got 'fast'"):
        fs.sweep("toy/net", {"agent.n_units": [3, 4]}, profile="fast")
    with pytest.raises(ValueError, match="seeds names none; leave it out"):
        fs.sweep("toy/net", {"agent.n_units": [3, 4]}, [])


def test_what_cannot_be_sent_to_other_processes_is_named(tmp_path):
    made = replace(SALARY, task=replace(Salary(), pays=1.0), agent=Unsendable())
    with pytest.raises(ValueError, match=r"toy/salary cannot be sent to other processes .*jobs=1"):
        fs.run(made, [0, 1], jobs=2, out=tmp_path)
    assert fs.run(made, [0, 1], out=tmp_path).seeds == (0, 1)


@dataclass
class Unsendable(Random):
    """Holds a function that has no name."""

    def __post_init__(self):
        self._nameless = lambda: None


NOTEBOOK = """
from dataclasses import dataclass
import fastslow as fs

@dataclass
class Mine(fs.models.learners.Random): pass

experiment = fs.Experiment(
    "toy/mine", "as in a notebook", fs.tasks.Bandit(n_trials=3), Mine(), recording=fs.Test(n_lives=2)
)
fs.run(experiment, [0, 1], jobs=2, out={out!r})
"""


def test_what_a_notebook_defines_is_not_found_by_other_processes(tmp_path):
    code = NOTEBOOK.format(out=str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    last = done.stderr.splitlines()[-1]
    assert last.startswith("RuntimeError: toy/mine: a process ended before its seeds were done")
    assert "put it into a file" in last


def test_a_task_from_a_file_is_known_to_every_process(capfd, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "from dataclasses import dataclass\nfrom fastslow.tasks import Bandit\n"
        "@dataclass(frozen=True)\nclass Short(Bandit):\n    n_trials: int = 3\n"
    )
    command = ["sweep", "toy/chance", "--set", f"task={file}:Short", "--set", "task.arms=easy,hard"]
    assert cli.main([*command, "--jobs", "2", "--seeds", "0-1"]) == 0
    said = capfd.readouterr()
    assert "sweep: 2 of 2 groups of seeds finished" in said.err
    assert f"{file}:Short" in said.out


def test_a_file_that_is_gone_or_broken_does_not_stop_other_processes(tmp_path):
    good, broken = tmp_path / "good.py", tmp_path / "broken.py"
    good.write_text("class Mine: pass\n")
    broken.write_text("1 / 0\n")
    load_again([str(tmp_path / "gone.py"), str(broken), str(good)])
    assert [m.__file__ for m in list(sys.modules.values())
            if getattr(m, "__file__", None) in (str(broken), str(good))] == [str(good)]  # fmt: skip


def test_a_file_is_one_module_until_its_text_changes(tmp_path):
    first, second = tmp_path / "a/mine.py", tmp_path / "b/mine.py"
    for file, n in ((first, 3), (second, 4)):
        file.parent.mkdir()
        file.write_text(f"N = {n}\nclass Same: pass\ndef n(): return N\n")
    once = load_named("task", f"{first}:Same")
    assert load_named("task", f"{first}:Same") is once
    assert load_named("outcome", f"{second}:n")() == 4
    assert load_named("outcome", f"{first}:n")() == 3  # of files with one name, each its own
    first.write_text("N = 55\nclass Same: pass\ndef n(): return N\n")
    assert load_named("task", f"{first}:Same") is not once
    assert load_named("outcome", f"{first}:n")() == 55
