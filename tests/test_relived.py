"""What a backup was worth when it was made, from the recording of a life."""

from dataclasses import replace

import numpy as np
import pytest

import fastslow as fs
from fastslow.data.recording import stack
from fastslow.models.hippocampus.sources import RandomDyna
from fastslow.models.replay_agents import TabularQ
from fastslow.papers.closed_loop import worth_when_made
from fastslow.papers.closed_loop.line import GOAL, WORLD
from fastslow.papers.closed_loop.relived import Moments, relive

SHORT = replace(WORLD, n_attempts=3)


@pytest.fixture(scope="module")
def life():
    """Random backups and prioritized ones, of two seeds each."""
    agents = {"random": TabularQ(replay=RandomDyna()), "prioritized": TabularQ()}
    return {
        name: stack(
            {
                seed: fs.simulate(
                    SHORT, replace(agent, show_priorities=True), 1, seed, record="behavior"
                )
                for seed in (3, 4)
            }
        )
        for name, agent in agents.items()
    }


def test_before_the_first_backup_of_a_rest_it_is_what_the_animal_told(life):
    for recording in life.values():
        for seed in (3, 4):
            own, moments = recording.sel(seed=seed), relive(recording, seed, SHORT)
            at = recording.replay_seed.values == seed
            rests, first = [], 0
            made = np.bincount(recording.event_of.values, minlength=len(at))[at]
            for episode, step, n in zip(
                recording.replay_episode.values[at], recording.replay_step.values[at], made,
                strict=True,
            ):  # fmt: skip
                if (episode, step) not in [where for where, _ in rests]:
                    rests.append(((episode, step), first))
                first += n
            assert first == len(moments.state)
            for (episode, step), first in rests:
                told = own.isel(episode=episode, step=step)
                assert moments.need[first] == pytest.approx(told.need.values, rel=1e-6)
                assert moments.gain[first] == pytest.approx(told.gain.values, abs=1e-9)
                assert moments.value[first] == pytest.approx(told.value_of_backup.values, abs=1e-8)


def test_prioritized_replay_backs_up_what_is_worth_most_and_random_replay_does_not(life):
    share = {}
    for name, recording in life.items():
        m = relive(recording, 3, SHORT)
        single = m.value.max(axis=1) > 0
        share[name] = (m.value.argmax(axis=1) == m.state)[single].mean()
    assert share["prioritized"] > 0.5 > share["random"]


def test_the_floor_of_gains_is_no_value(life):
    for name in life:
        moments = relive(life[name], 3, SHORT)
        assert ((moments.gain == 0) | (moments.gain > 1e-10)).all()
        assert (moments.gain == 0).any()
        assert (moments.gain > 0).any()
        assert ((moments.value > 0) == (moments.gain > 0)).all()


def test_another_world_is_noticed(life):
    with pytest.raises(ValueError, match="seed 3 does not come the same way again: give the task"):
        relive(life["random"], 3, replace(SHORT, start=5))


def planted(monkeypatch, state, value):
    """Measures of a life with these moments."""
    moments = Moments(np.array(state), value, value + 1, value)
    monkeypatch.setattr(worth_when_made, "_lives", lambda recording: iter([(0, moments)]))


def test_replay_of_what_is_worth_most_is_found_and_of_others_is_not(monkeypatch):
    state = np.repeat(np.arange(GOAL), np.arange(GOAL))
    value = np.zeros((len(state), GOAL))
    value[np.arange(len(state)), state] = 1.0
    planted(monkeypatch, state, value)
    assert worth_when_made.when_made("value")(None) == pytest.approx([1.0])
    assert worth_when_made.worth_most(None) == pytest.approx([1.0])
    planted(monkeypatch, state, np.roll(value, 1, axis=1)[:, ::-1])
    assert worth_when_made.when_made("value")(None)[0] < 0
    assert worth_when_made.worth_most(None)[0] < 0.2
    planted(monkeypatch, state, np.zeros_like(value))
    assert worth_when_made.when_made("value")(None) == [0.0]
    assert worth_when_made.worth_most(None) == [0.0]
