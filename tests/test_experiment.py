"""Running experiments: what is kept, what is resumed, what is refused."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import fastslow as fs
from fastslow import experiment
from fastslow.models import Prefrontal
from fastslow.models.learners import Random
from fastslow.models.threads import LIMITS, shared_threads
from fastslow.models.training import ActorCritic
from fastslow.papers.declaration import Experiment, Test
from fastslow.papers.runs import folder_of
from fastslow.tasks import Bandit

SMALL = Experiment(
    name="test/small",
    summary="a small network on short bandits",
    task=Bandit(n_trials=10),
    agent=Prefrontal(n_units=6),
    training=ActorCritic(n_lives=64, n_lanes=16),
    recording=Test(n_lives=20, record="all"),
    tests={
        "blind": Test(n_lives=10, without=("reward_input",)),
        "untrained": Test(n_lives=10, snapshot=0.0),
        "half": Test(n_lives=10, snapshot=0.5),
    },
    quick=2,
)


def contents(run):
    """Bytes of every file that a finished seed is made of, but for wall-clock times."""
    files = {}
    for path in sorted(run.folder.path.glob("seed=*/*")):
        if path.suffix in (".nc", ".safetensors"):
            files[f"{path.parent.name}/{path.name}"] = path.read_bytes()
    return files


def test_a_run_records_every_test(tmp_path):
    run = fs.run(SMALL, out=tmp_path)
    assert run.seeds == (0, 1)
    assert dict(run.recording.hidden.sizes) == {"seed": 2, "episode": 20, "step": 10, "unit": 6}
    assert run.test("blind").sizes["episode"] == 10
    assert '"reward_input"' in run.test("blind").attrs["lesions"]
    assert set(run.training.seed) == {0, 1}
    assert list(run.training["update"][:4]) == [1, 2, 3, 4]
    with pytest.raises(KeyError, match=r"has no test 'amnesic'; it has blind, untrained, half"):
        run.test("amnesic")


def test_testing_uses_the_frozen_weights(tmp_path):
    run = fs.run(SMALL, seeds=[1], out=tmp_path)
    agent = run.agent(1)
    assert run.recording.attrs["weights"] == agent.weights_hash
    again = fs.simulate(SMALL.task, agent, n_lives=20, seed=1)
    np.testing.assert_array_equal(again.action, run.recording.action[0])
    untrained = SMALL.agent.initialized(SMALL.task, 1).weights_hash
    assert run.test("untrained").attrs["weights"] == untrained
    assert run.test("half").attrs["weights"] not in (untrained, agent.weights_hash)


def test_finished_seeds_are_kept_and_others_added(tmp_path):
    first = fs.run(SMALL, seeds=[0], out=tmp_path)
    before = contents(first)
    stamp = first.folder.seed_path(0, "recording.nc").stat().st_mtime_ns
    both = fs.run(SMALL, seeds=[0, 1], out=tmp_path)
    assert first.folder.seed_path(0, "recording.nc").stat().st_mtime_ns == stamp
    together = fs.run(SMALL, seeds=[0, 1], out=tmp_path / "together")
    assert contents(both) == contents(together)
    assert before.items() <= contents(together).items()


def test_jobs_change_nothing(tmp_path):
    one = fs.run(SMALL, out=tmp_path / "one")
    two = fs.run(SMALL, out=tmp_path / "two", jobs=2)
    assert contents(one) == contents(two)


def test_force_computes_again_and_agrees(tmp_path):
    before = contents(fs.run(SMALL, seeds=[0], out=tmp_path))
    assert contents(fs.run(SMALL, seeds=[0], out=tmp_path, force=True)) == before


def test_changed_settings_are_another_run(tmp_path):
    preset = fs.run(SMALL, seeds=[0], out=tmp_path)
    changed = fs.run(SMALL, seeds=[0], out=tmp_path, changes=["agent.n_units=4"])
    assert changed.folder.path != preset.folder.path
    assert changed.recording.sizes["unit"] == 4


class Interrupting:
    """Interrupts after a number of reports, as Ctrl-C would."""

    def __init__(self, after):
        self.left = after

    def __call__(self, *_):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("after", [1, 3])
def test_an_interrupted_run_ends_in_the_same_bytes(tmp_path, after):
    whole = contents(fs.run(SMALL, out=tmp_path / "whole"))
    with pytest.raises(KeyboardInterrupt):
        fs.run(SMALL, out=tmp_path / "part", report=Interrupting(after))
    resumed = fs.run(SMALL, out=tmp_path / "part")
    assert contents(resumed) == whole
    np.testing.assert_array_equal(resumed.training.batch, [1, 2, 3, 4] * 2)


KILLED = """
import fastslow as fs
from dataclasses import replace
from test_experiment import SMALL
from fastslow.models.training import ActorCritic
import fastslow.data.training_run as training_run
training_run.CHECKPOINT_EVERY = 0.0
print("ready", flush=True)
fs.run(replace(SMALL, training=ActorCritic(n_lives=6400, n_lanes=16)), out={out!r})
print("done", flush=True)
"""


def test_a_run_killed_at_a_random_moment_ends_in_the_same_bytes(tmp_path, seed):
    """Killed without warning, possibly several times, then resumed."""
    long = replace(SMALL, training=ActorCritic(n_lives=6400, n_lanes=16))
    whole = contents(fs.run(long, out=tmp_path / "whole"))
    pause = np.random.default_rng(seed)
    script = KILLED.format(out=str(tmp_path / "part"))
    killed = 0
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout.readline() == "ready\n"
            time.sleep(0.05 + pause.random() * 0.5)
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
    assert killed, "the run was over before it could be killed"
    assert contents(fs.run(long, out=tmp_path / "part")) == whole


def test_a_deleted_recording_is_made_again(tmp_path):
    run = fs.run(SMALL, seeds=[0], out=tmp_path)
    before = contents(run)
    run.folder.seed_path(0, "recording-blind.nc").unlink()
    assert contents(fs.run(SMALL, seeds=[0], out=tmp_path)) == before


def test_every_declared_experiment_can_be_sent_to_another_process():
    import pickle

    from fastslow.papers import experiments

    for declared in experiments().values():
        assert pickle.loads(pickle.dumps(declared)) == declared


def test_a_misspelt_lesion_of_a_test_is_noticed_before_training():
    with pytest.raises(ValueError, match="did you mean 'reward_input'"):
        replace(SMALL, tests={"blind": Test(without=("reward_inputs",))})
    with pytest.raises(ValueError, match="n_lives of a test must be at least 1"):
        Test(n_lives=0)
    with pytest.raises(ValueError, match=r"snapshot is a share of training in \[0, 1\]"):
        Test(snapshot=2.0)


def test_jobs_must_be_positive(tmp_path):
    with pytest.raises(ValueError, match="jobs must be at least 1, got 0"):
        fs.run(SMALL, out=tmp_path, jobs=0)


def test_snapshots_that_fall_on_one_batch_are_all_kept(tmp_path):
    close = replace(SMALL, tests={"a": Test(5, snapshot=0.1), "b": Test(5, snapshot=0.2)})
    run = fs.run(close, seeds=[0], out=tmp_path)
    assert run.test("a").attrs["weights"] == run.test("b").attrs["weights"]


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    other = replace(SMALL, training=ActorCritic(n_lives=64, n_lanes=16, learning_rate=1e-3))
    with pytest.raises(KeyboardInterrupt):
        fs.run(other, seeds=[0], out=tmp_path, report=Interrupting(1))
    source = folder_of(other, tmp_path).seed_path(0, "checkpoint.safetensors")
    target = folder_of(SMALL, tmp_path).seed_path(0, "checkpoint.safetensors")
    target.parent.mkdir(parents=True)
    target.write_bytes(source.read_bytes())
    with pytest.raises(ValueError, match="is a checkpoint of other settings"):
        fs.run(SMALL, seeds=[0], out=tmp_path)


def test_trials_that_behavior_decides_leave_a_learning_curve(tmp_path):
    from fastslow.tasks import HarlowLine

    line = Experiment(
        "test/line", "", HarlowLine(max_steps=30), Prefrontal(n_units=6),
        ActorCritic(n_lives=12, n_lanes=2), Test(n_lives=3, record=()),
    )  # fmt: skip
    both = fs.run(line, seeds=[0, 1], out=tmp_path / "both").training
    alone = fs.run(line, seeds=[1], out=tmp_path / "alone").training
    columns = [c for c in alone if c.startswith("reward_trial")]
    np.testing.assert_array_equal(both[both.seed == 1][columns], alone[columns])


def test_divergence_says_so_and_loses_nothing(tmp_path):
    wild = replace(
        SMALL,
        training=ActorCritic(n_lives=640, n_lanes=16, learning_rate=1e30, max_gradient_norm=1e30),
    )
    with pytest.raises(experiment.DivergedError, match="diverged.*try a smaller"):
        fs.run(wild, seeds=[0], out=tmp_path)
    folder = folder_of(wild, tmp_path)
    assert folder.seeds() == []
    assert folder.seeds("diverged") == [0]
    assert folder.seed_path(0, "checkpoint.safetensors").exists()
    with pytest.raises(experiment.DivergedError, match="diverged"):  # it would diverge again
        fs.run(wild, seeds=[0], out=tmp_path, report=Interrupting(1))


def test_a_truncated_recording_says_what_to_do(tmp_path):
    run = fs.run(SMALL, seeds=[0], out=tmp_path)
    path = run.folder.seed_path(0, "recording.nc")
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match="recording.nc cannot be read.*truncated"):
        fs.run(SMALL, seeds=[0], out=tmp_path).recording  # noqa: B018


def test_a_control_needs_no_training(tmp_path):
    control = Experiment("test/control", "", Bandit(n_trials=5), Random(), recording=Test(7))
    run = fs.run(control, seeds=[0, 1, 2], out=tmp_path)
    assert dict(run.recording.action.sizes) == {"seed": 3, "episode": 7, "step": 5}


OWN = '''
"""Guess a coin that always falls on the same side."""
from dataclasses import dataclass
import numpy as np
from fastslow.tasks import ACT, Discrete, TimeStep

@dataclass(frozen=True)
class Coin:
    n_trials: int = 4
    observation_size = 0
    action = Discrete(2)
    @property
    def n_steps(self):
        return self.n_trials
    def play(self, n, rng):
        reward = np.zeros(n, np.float32)
        for t in range(self.n_trials + 1):
            last = t == self.n_trials
            action = yield TimeStep(
                np.zeros((n, 0), np.float32), reward, np.full(n, not last, np.float32),
                np.full(n, t == 0), np.full(n, not last), np.full(n, ACT, np.int8), {},
                {"trial": np.full(n, t)})
            reward = (self.action.check(action, n) == 1).astype(np.float32)
'''


def test_a_task_of_ones_own_from_a_file(tmp_path):
    file = tmp_path / "coin.py"
    file.write_text(OWN)
    changes = [f"task={file}:Coin"]
    first = fs.run(SMALL, seeds=[0], out=tmp_path, changes=changes)
    assert first.recording.sizes["step"] == 4
    file.write_text(OWN.replace("n_trials: int = 4", "n_trials: int = 6"))
    second = fs.run(SMALL, seeds=[0], out=tmp_path, changes=changes)
    assert second.recording.sizes["step"] == 6
    with pytest.raises(ValueError, match="has no task 'Dice'"):
        fs.run(SMALL, out=tmp_path, changes=[f"task={file}:Dice"])
    with pytest.raises(ValueError, match="task must be file.py:Class"):
        fs.run(SMALL, out=tmp_path, changes=["task=nowhere.py:Coin"])


def test_threads_are_shared_among_processes_and_given_back(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    for n, share in ((1, "5"), (2, "2"), (8, "1")):
        with shared_threads(n):
            assert {os.environ[name] for name in LIMITS} == {share}
        assert os.environ["OMP_NUM_THREADS"] == "5"
        assert "MKL_NUM_THREADS" not in os.environ
