"""Simulating and recording: alignment, padding, replay events, files."""

from dataclasses import dataclass

import numpy as np
import pytest
import xarray as xr

import fastslow as fs
from fastslow.data import recording as recordings
from fastslow.models import Agent
from fastslow.models.hippocampus import ReplayPath
from fastslow.tasks import ACT, REST, Discrete, TimeStep, TwoStep


@dataclass(frozen=True)
class Corridor:
    """Two episodes a life: lane i needs i + 1 steps for the first and one for the second."""

    n_backups: int = 3
    observation_size = 1
    action = Discrete(2)

    @property
    def n_steps(self):
        return 5

    def play(self, n, rng):
        lengths = np.arange(n) % 3 + 1
        reward = np.zeros(n, np.float32)
        for t in range(self.n_steps + 1):
            over = t >= lengths + 1
            action = yield TimeStep(
                np.full((n, 1), t, np.float32), reward, (~over & (t != lengths)).astype(np.float32),
                (t == 0) | (t == lengths), ~over, np.full(n, REST if t == 1 else ACT, np.int8),
                {"code": np.full(n, 10 + t)}, {"trial": np.full(n, t)},
            )  # fmt: skip
            reward = (100 * t + np.arange(n)).astype(np.float32)
            assert action.shape == (n,)


@dataclass
class Sleeper(Agent):
    """Replays the states 4, 5 in lane 0 whenever it may; its value is the time step."""

    discount: float = 0.5

    def begin(self, task, n, rng):
        self._n, self._t, self.budgets = n, -1, []

    def act(self, now):
        self._t += 1
        value = np.full(self._n, self._t, np.float32)
        return np.zeros(self._n, int), {"value": value, "hidden": np.ones((self._n, 2))}

    def rest(self, now, n_backups):
        self.budgets.append(n_backups)
        path = ReplayPath(states=np.array([4, 5]), kind="forward", score=2.5, source="test")
        return {"replay": [path] if now.phase[0] == REST else []}


@pytest.fixture
def recorded():
    return fs.simulate(Corridor(), Sleeper(), n_lives=3, seed=0)


def test_lives_fall_into_padded_episodes(recorded):
    assert recorded.life.values.tolist() == [0, 0, 1, 1, 2, 2]
    assert recorded.active.sum("step").values.tolist() == [1, 1, 2, 1, 3, 1]
    assert np.isnan(recorded.reward.values[0, 1:]).all()
    assert (recorded.action.values[0, 1:] == -1).all()
    assert not recorded.active.values[0, 1:].any()


def test_a_row_holds_what_its_action_caused(recorded):
    # episode 4 is the first of lane 2: steps 0, 1, 2; the action at step t earns 100 t + lane
    np.testing.assert_array_equal(recorded.observation[4, :, 0], [0, 1, 2])
    np.testing.assert_array_equal(recorded.reward[4], [2, 102, 202])
    np.testing.assert_array_equal(recorded["code"][4], [11, 12, 13])
    np.testing.assert_array_equal(recorded.trial[4], [0, 1, 2])
    np.testing.assert_array_equal(recorded.discount[4], [1, 1, 0])


def test_rpe_is_the_formula(recorded):
    # value is the time step: reward + .5 * discount * (t + 1) - t
    np.testing.assert_allclose(recorded.rpe[4], [2 + 0.5, 102 + 1.0 - 1, 202 - 2])


def test_replay_events_are_kept_with_their_place(recorded):
    assert recorded.replay_state.values.tolist() == [4, 5]
    assert recorded.event_of.values.tolist() == [0, 0]
    # lane 0 rests at step 1, which is the only step of its second episode
    assert (int(recorded.replay_episode[0]), int(recorded.replay_step[0])) == (1, 0)
    assert recorded.replay_kind.item() == "forward"
    assert recorded.replay_score.item() == 2.5


def test_rest_is_told_the_budget_of_the_task():
    agent = Sleeper()
    fs.simulate(Corridor(n_backups=7), agent, n_lives=2)
    assert agent.budgets == [7]


def test_files_give_back_what_was_recorded(recorded, tmp_path):
    recordings.save(recorded, tmp_path / "r.nc")
    xr.testing.assert_identical(recordings.load(tmp_path / "r.nc"), recorded)


def test_the_same_recording_is_the_same_bytes(recorded, tmp_path):
    recordings.save(recorded, tmp_path / "a.nc")
    recordings.save(recorded, tmp_path / "b.nc")
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


def test_other_files_are_refused(tmp_path, recorded):
    recorded.attrs["schema"] = "fastslow-0"
    recordings.save(recorded, tmp_path / "old.nc")
    with pytest.raises(ValueError, match="has schema 'fastslow-0', expected 'fastslow-1'"):
        recordings.load(tmp_path / "old.nc")
    with pytest.raises(FileNotFoundError):
        recordings.load(tmp_path / "none.nc")


def test_seeds_are_stacked_in_front():
    both = recordings.stack(
        {s: fs.simulate(TwoStep(n_trials=4), fs.models.learners.Random(), 5, s) for s in (3, 8)}
    )
    assert both.seed.values.tolist() == [3, 8]
    assert both.action.dims == ("seed", "episode", "step")
    with pytest.raises(ValueError, match="no recordings to stack"):
        recordings.stack({})


def test_seeds_of_different_length_are_padded(recorded):
    shorter = recorded.isel(episode=slice(0, 4), step=slice(0, 2))
    both = recordings.stack({0: recorded, 1: shorter})
    assert both.action.shape == (2, 6, 3)
    assert not both.active.values[1, 4:].any()
    assert not both.active.values[1, :, 2].any()
    assert both.action.dtype == recorded.action.dtype
    assert (both.action.values[1, 4:] == -1).all()
    assert both.life.values[1].tolist() == [0, 0, 1, 1, -1, -1]


@pytest.fixture
def files(recorded, tmp_path):
    """Recordings of two seeds of different length, as files by seed."""
    short = recorded.isel(episode=slice(0, 4), step=slice(0, 2)).copy()
    short["hidden"] = short.hidden + 1
    paths = {0: tmp_path / "0.nc", 5: tmp_path / "5.nc"}
    for one, path in zip((recorded, short), paths.values(), strict=True):
        recordings.save(one, path)
    return paths


def opened(files):
    return {seed: recordings.open_recording(path) for seed, path in files.items()}


def loaded(files):
    return {seed: recordings.load(path) for seed, path in files.items()}


def test_stacked_on_demand_is_what_is_stacked_in_memory(files):
    lazy, eager = recordings.stack_on_demand(opened(files)), recordings.stack(loaded(files))
    xr.testing.assert_identical(lazy, eager)
    for seed, one in loaded(files).items():  # against a plain copy
        own = dict(zip(("episode", "step"), map(slice, one.action.shape), strict=True))
        for name in ("hidden", "value", "action", "active"):
            np.testing.assert_array_equal(lazy[name].sel(seed=seed).isel(own), one[name])


@pytest.mark.parametrize(
    "pick", [{"seed": 1}, {"step": 1}, {"episode": [3, 0]}, {"seed": [1, 0], "step": slice(0, 2)},
             {"episode": xr.DataArray([0, 2], dims="k"), "step": xr.DataArray([1, 0], dims="k")}],
)  # fmt: skip
def test_any_part_of_what_is_read_on_demand(files, pick):
    lazy, eager = recordings.stack_on_demand(opened(files)), recordings.stack(loaded(files))
    xr.testing.assert_identical(lazy.hidden.isel(pick), eager.hidden.isel(pick))
    picked = lazy.active.isel(pick)
    np.testing.assert_array_equal(lazy.value.isel(pick).where(picked), eager.value.isel(pick))


def test_only_what_is_used_is_read_and_only_once(files, monkeypatch):
    lazy, read = recordings.stack_on_demand(opened(files)), []
    monkeypatch.setattr(recordings, "padding", lambda dtype: read.append(dtype) or np.nan)
    assert lazy.hidden.shape == (2, 6, 3, 2)
    assert not read
    lazy.hidden.isel(step=0).mean()
    lazy.hidden.mean()
    assert read == [np.float32]


def test_damage_met_late_says_what_to_do(files):
    lazy = recordings.stack_on_demand(opened(files))
    files[5].write_bytes(b"no longer a recording")
    with (
        xr.set_options(file_cache_maxsize=1),  # as if many other files had been open meanwhile
        pytest.raises(ValueError, match=r"5\.nc cannot be read .*delete it and run"),
    ):
        lazy.hidden.load()


def test_what_is_recorded_can_be_chosen():
    task = TwoStep(n_trials=4)
    agent = fs.models.Prefrontal(n_units=3).initialized(task, 0)
    everything = fs.simulate(task, agent, 2)
    assert {"hidden", "cell", "gate_forget"} <= set(everything)
    assert not {"hidden", "cell"} & set(fs.simulate(task, agent, 2, record="behavior"))
    assert "hidden" in fs.simulate(task, agent, 2, record=("hidden",))
    assert "observation" not in fs.simulate(task, agent, 2, record=())
    assert "observation" in fs.simulate(task, agent, 2, record=("observation",))
    with pytest.raises(ValueError, match="record must be 'all', 'behavior' or names among"):
        fs.simulate(task, agent, 2, record=("hiden",))
    with pytest.raises(ValueError, match="n_lives must be at least 1, got 0"):
        fs.simulate(task, agent, 0)


def test_names_may_not_collide():
    @dataclass
    class Oracle(Sleeper):
        def act(self, now):
            action, trace = super().act(now)
            return action, trace | {"trial": np.zeros(self._n)}

    with pytest.raises(ValueError, match="trace 'trial' is also a label; rename one"):
        fs.simulate(Corridor(), Oracle(), n_lives=2)


def test_every_variable_says_its_units(recorded):
    for name, array in recorded.data_vars.items():
        assert array.attrs["units"], name
        assert array.attrs["long_name"], name
