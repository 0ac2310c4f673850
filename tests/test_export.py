"""Recordings in formats of others, read back by others' libraries and compared."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import fastslow as fs
from fastslow import cli, papers
from fastslow.data.export import nwb as nwb_file
from fastslow.data.export import place, write_csv, write_nwb, write_zarr
from fastslow.data.export.table import behavior_table
from fastslow.data.recording import stack
from fastslow.models import Prefrontal
from fastslow.models.learners import Random
from fastslow.papers.declaration import Experiment, Paper, Test
from fastslow.tasks import Bandit, TwoStep


def ragged(seed=0):
    """Two lives of a two-step task, of which the second episode is cut short; with replay."""
    task = TwoStep(n_trials=3, encoding="stepwise")
    agent = Prefrontal(n_units=3).initialized(task, seed)
    recording = fs.simulate(task, agent, n_lives=2, seed=seed)
    last = recording.sizes["step"] - 2
    second = xr.DataArray([False, True], dims="episode")
    cut = second & xr.DataArray(np.arange(last + 2) >= last, dims="step")
    for name, array in recording.data_vars.items():
        kind = array.dtype.kind
        empty = {"f": np.nan, "b": False}.get(kind, -1)
        recording[name] = array.where(~cut, empty).astype(array.dtype).assign_attrs(array.attrs)
    return recording.assign(
        replay_episode=("replay_event", [0, 1]),
        replay_step=("replay_event", [2, 0]),
        replay_source=("replay_event", ["memory", "memory"]),
        replay_kind=("replay_event", ["forward", "reverse"]),
        replay_score=("replay_event", [0.5, 0.25]),
        replay_state=("backup", [4, 5, 6, 2]),
        replay_action=("backup", [0, 1, 0, -1]),
        event_of=("backup", [0, 0, 0, 1]),
        time=("spike", [0.1, 0.2]),
        neuron=("spike", np.array([3, 4], np.int32)),
        lane=("spike", [0, 0]),
        event=("spike", np.array([0, -1], np.int32)),
    )


SPIKES = ["time", "neuron", "lane", "event"]


@pytest.mark.parametrize("stacked", [False, True])
def test_a_csv_holds_the_behavior_of_every_step_that_was_lived(tmp_path, stacked):
    recording = stack({3: ragged(3), 5: ragged(5)}) if stacked else ragged()
    left_out = write_csv(recording, tmp_path / "behavior.csv")
    table = pd.read_csv(tmp_path / "behavior.csv")
    assert len(table) == int(recording.active.sum())
    keys = (["seed"] if stacked else []) + ["life", "episode", "step"]
    assert list(table)[: len(keys)] == keys
    assert not table.isna().any().any()
    for row in table.itertuples():  # slow, cell by cell
        one = recording.sel(seed=row.seed) if stacked else recording
        one = one.isel(episode=row.episode, step=row.step)
        assert one.active
        assert row.life == int(one.life)
        for name in ("action", "common", "state", "stage", "trial", "missed"):
            assert getattr(row, name) == int(one[name]), name
        for name in ("reward", "value", "rpe"):
            assert np.float32(getattr(row, name)) == one[name].values
        np.testing.assert_array_equal(
            np.float32([row.policy_0, row.policy_1]), one.policy.values[:2]
        )
    about = json.loads((tmp_path / "behavior.json").read_text())
    assert about["left_out"] == left_out
    assert about["columns"]["common"]["long_name"] == "1 common transition, 0 rare, -1 none"
    assert list(about["columns"]) == list(table)
    # nothing is lost without a word
    columns = {name.removesuffix("_0") for name in table} | set(table)
    assert {"active", *columns, *left_out} >= set(recording.data_vars)
    assert {"observation", "hidden", "cell", "replay_state", *SPIKES} <= set(left_out)


def test_rows_after_the_end_of_an_episode_are_left_out():
    recording = ragged()
    table, _ = behavior_table(recording)
    per_episode = table.groupby("episode").size()
    assert per_episode.tolist() == recording.active.sum("step").values.tolist()
    assert per_episode[1] == per_episode[0] - 2
    assert (table.action >= 0).all()


def test_zarr_holds_everything(tmp_path):
    pytest.importorskip("zarr", reason="zarr is not installed: pip install zarr")
    recording = stack({3: ragged(3), 5: ragged(5)})
    assert write_zarr(recording, tmp_path / "a.zarr") == []
    with xr.open_zarr(tmp_path / "a.zarr") as back:
        back = back.load()
    assert set(back.variables) == set(recording.variables)
    xr.testing.assert_equal(back.drop_vars("replay_source"), recording.drop_vars("replay_source"))
    assert back.replay_source.values.tolist() == recording.replay_source.values.tolist()
    assert {n: back[n].dtype.kind for n in back} == {n: recording[n].dtype.kind for n in recording}
    assert back.attrs == recording.attrs
    assert back.reward.attrs == recording.reward.attrs
    write_zarr(recording.isel(step=slice(2)), tmp_path / "a.zarr")  # replaced, not added to
    with xr.open_zarr(tmp_path / "a.zarr") as back:
        assert back.sizes["step"] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.zarr"]


def test_a_recording_from_disk_goes_to_zarr_and_back(tmp_path):
    pytest.importorskip("zarr", reason="zarr is not installed: pip install zarr")
    from fastslow.data.recording import open_recording, save

    save(fs.simulate(Bandit(n_trials=4), Random(), n_lives=3), tmp_path / "a.nc")
    with open_recording(tmp_path / "a.nc") as recording:
        write_zarr(recording, tmp_path / "a.zarr")
        with xr.open_zarr(tmp_path / "a.zarr") as back:
            xr.testing.assert_equal(back.load(), recording.load())


@pytest.fixture
def pynwb():
    return pytest.importorskip("pynwb", reason="pynwb is not installed: pip install pynwb")


def test_nwb_holds_every_step_with_model_steps_as_its_clock(tmp_path, pynwb):
    recording = ragged()
    assert (
        write_nwb(recording, tmp_path / "a.nwb", identifier="a", description="Two-step.") == SPIKES
    )
    with pynwb.NWBHDF5IO(tmp_path / "a.nwb", "r") as io:
        file = io.read()
        assert "Two-step. Simulated: time is counted in model steps" in file.session_description
        assert "agent, simulated: Prefrontal" in file.experiment_description
        assert file.session_id == "seed-0"
        lived = recording.active.values
        series = {
            **file.processing["behavior"].data_interfaces,
            **file.processing["activations"].data_interfaces,
        }
        expected = [n for n in recording if recording[n].dims[:2] == ("episode", "step")]
        assert set(series) == set(expected) - {"active"}
        for name, one in series.items():
            np.testing.assert_array_equal(one.data[:], recording[name].values[lived], err_msg=name)
            assert (one.rate, one.starting_time) == (1.0, 0.0)
        assert set(file.processing["activations"].data_interfaces) >= {"hidden", "cell"}
        epochs = file.epochs.to_dataframe()
        n_steps = recording.active.sum("step").values
        assert epochs.start_time.tolist() == [0, n_steps[0]]
        assert epochs.stop_time.tolist() == [n_steps[0], n_steps.sum()]


def test_nwb_trials_agree_with_a_slow_count(tmp_path, pynwb):
    recording = ragged()
    write_nwb(recording, tmp_path / "a.nwb", identifier="a")
    expected, clock = [], 0
    for episode in range(2):
        rows = recording.isel(episode=episode)
        for trial in range(3):
            steps = [
                t for t in range(rows.sizes["step"]) if rows.active[t] and rows.trial[t] == trial
            ]
            if steps:
                choice = [t for t in steps if rows.stage[t] == 1]
                expected.append(
                    [clock, clock + len(steps), trial, episode, episode,
                     float(sum(rows.reward[t] for t in steps)),
                     *(int(rows[n][choice[0]]) if choice else -1 for n in ("action", "common", "state"))]
                )  # fmt: skip
                clock += len(steps)
    with pynwb.NWBHDF5IO(tmp_path / "a.nwb", "r") as io:
        trials = io.read().trials.to_dataframe()
    assert list(trials) == [
        "start_time", "stop_time", "trial", "episode", "life", "reward", "choice", "common", "state",
    ]  # fmt: skip
    assert trials.to_numpy(float).tolist() == expected
    assert len(trials) == 6


def test_nwb_trials_of_one_step_need_no_stages(tmp_path, pynwb):
    recording = fs.simulate(Bandit(n_trials=4), Random(), n_lives=3)
    write_nwb(recording, tmp_path / "a.nwb", identifier="a")
    with pynwb.NWBHDF5IO(tmp_path / "a.nwb", "r") as io:
        trials = io.read().trials.to_dataframe()
    np.testing.assert_array_equal(trials.choice, recording.action.values.ravel())
    np.testing.assert_array_equal(trials.reward, recording.reward.values.ravel())


def test_nwb_holds_replay_in_lists(tmp_path, pynwb):
    recording = ragged()
    write_nwb(recording, tmp_path / "a.nwb", identifier="a")
    with pynwb.NWBHDF5IO(tmp_path / "a.nwb", "r") as io:
        events = io.read().processing["replay"]["replay_events"].to_dataframe()
    assert events.time.tolist() == [2, int(recording.active[0].sum())]
    assert [list(states) for states in events.replay_state] == [[4, 5, 6], [2]]
    assert [list(actions) for actions in events.replay_action] == [[0, 1, 0], [-1]]
    assert events.replay_kind.tolist() == ["forward", "reverse"]
    assert events.replay_score.tolist() == [0.5, 0.25]


def test_the_inspector_of_nwb_misses_the_animal_and_nothing_else(tmp_path, pynwb):
    inspector = pytest.importorskip("nwbinspector", reason="nwbinspector is not installed")
    write_nwb(ragged(), tmp_path / "a.nwb", identifier="a")
    found = list(inspector.inspect_nwbfile(nwbfile_path=tmp_path / "a.nwb"))
    severe = {"ERROR", "PYNWB_VALIDATION", "CRITICAL"}
    said = [m.message for m in found if m.importance.name in severe]
    assert said == ["Subject is missing."]  # a simulation has no subject of an age and a sex


def test_mistakes_are_named(tmp_path, pynwb):
    with pytest.raises(ValueError, match=r"ends in \.nwb, got a\.h5"):
        write_nwb(ragged(), tmp_path / "a.h5", identifier="a")
    with pytest.raises(ValueError, match="one seed; select it"):
        write_nwb(stack({0: ragged(), 1: ragged(1)}), tmp_path / "a.nwb", identifier="a")


def test_a_library_that_is_not_there_is_named():
    with pytest.raises(RuntimeError, match="library no_such_thing: install it by .*no_such_thing"):
        place.optional("no_such_thing")


NET = Experiment(
    "toy/net", "untrained", Bandit(n_trials=4), Prefrontal(n_units=3), None,
    Test(n_lives=3, record="all"), {"blind": Test(n_lives=2, without=("reward_input",))}, quick=2,
)  # fmt: skip


@pytest.fixture
def toy(monkeypatch, tmp_path):
    monkeypatch.setattr(papers, "PAPERS", {"toy": Paper("toy", "Toy et al.", (NET,), (), ())})
    monkeypatch.setenv("FASTSLOW_RUNS", str(tmp_path / "runs"))
    return fs.run(NET, [0, 1, 100])


def test_the_command_names_files_and_what_is_left_out(capsys, toy, tmp_path):
    assert cli.main(["export", "toy/net", "--to", "csv"]) == 0
    path, about, left_out, more = capsys.readouterr().out.splitlines()
    assert about == path.replace(".csv", ".json")
    assert left_out.startswith("not exported (no place in csv): ")
    assert "hidden" in left_out
    assert "zarr holds everything" in more
    assert sorted(set(pd.read_csv(path).seed)) == [0, 1, 100]
    assert cli.main(["export", "toy/net@blind", "--to", "csv"]) == 0
    blind = pd.read_csv(capsys.readouterr().out.splitlines()[0])
    np.testing.assert_array_equal(blind.action, toy.test("blind").action.values.ravel())
    with pytest.raises(SystemExit):
        cli.main(["export", "toy/net", "--to", "mat"])
    assert cli.main(["export", "toy/net@deaf", "--to", "csv"]) == 2
    assert "toy/net has no test 'deaf'; it has blind" in capsys.readouterr().err
    assert cli.main(["export", "toy/net", "--to", "csv", "--set", "agent.n_units=4"]) == 2
    assert "has not been run with these settings" in capsys.readouterr().err


def test_export_in_python_writes_a_file_a_seed(toy, pynwb):
    found = fs.export(toy, "nwb")
    assert [path.name for path in found.paths] == ["seed-0.nwb", "seed-1.nwb", "seed-100.nwb"]
    with pynwb.NWBHDF5IO(found.paths[2], "r") as io:
        file = io.read()
        hidden = file.processing["activations"]["hidden"].data[:]
        assert file.identifier.endswith("-seed-100")
    np.testing.assert_array_equal(hidden, toy.recording.hidden.values[2].reshape(-1, 3))
    with pytest.raises(ValueError, match="to must be csv, zarr or nwb, got 'mat'"):
        fs.export(toy, "mat")


def test_the_command_line_loads_no_exporter():
    code = (
        "import sys, fastslow.cli; fastslow.cli.parser(); print({'pynwb', 'zarr'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_clock_runs_over_lived_steps_only():
    steps = nwb_file._Steps(ragged())
    lived = steps.recording.active.values
    assert steps.time[lived].tolist() == list(range(lived.sum()))
    assert (steps.time[~lived] == -1).all()
