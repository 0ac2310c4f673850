"""The fast-slow plane: what is counted, on agents that are watched while they do it."""

from dataclasses import replace

import numpy as np
import pytest

from fastslow.data.recording import stack
from fastslow.data.simulate import simulate
from fastslow.models.episodic_control import MFEC
from fastslow.models.learners import QLearner
from fastslow.papers.integrated import plane, plane_figure, plane_learners, plane_measures
from fastslow.papers.verdict import judge
from fastslow.tasks import GridWorld, ReversalBandit
from fastslow.tasks.navigation.grid import Grid


class Watched(MFEC):
    """Episodic control that keeps what it read: entries of tables, or 1 where a state is stored."""

    def act(self, now):
        if not hasattr(self, "reads"):
            self.reads = []
        action, trace = super().act(now)
        return action, trace

    def _key_of(self, observation):
        key = super()._key_of(observation)
        entries = self._tables.entries
        reads = np.where(entries.stored(key), 1, entries.n_entries * key.shape[1])
        self.reads.append(reads.sum(axis=1))
        return key


@pytest.mark.parametrize("seed", range(2))
def test_reads_of_episodic_control_are_those_made(seed):
    agent = Watched(epsilon=0.2, n_neighbors=2)
    task = GridWorld(size=3, n_attempts=6)
    names = ("stored", "observation")
    recording = stack({0: simulate(task, agent, 2, seed, names)})
    lived = np.zeros((2, len(agent.reads)), bool)
    n_steps = recording["active"].sum("step").values[0]
    for life in range(2):
        lived[life, : n_steps[recording["life"].values == life].sum()] = True
    expected = np.array(agent.reads).T[lived].mean()
    np.testing.assert_allclose(plane_measures.of_episodic_control(recording), [expected])


def test_counts_of_learners_are_those_of_their_tasks():
    for learner in (*plane_learners.MAZE.values(), *plane_learners.BANDIT.values()):
        assert learner.label
        assert set(learner.where) <= set(plane_figure.COLOR_OF)
    size = plane.WALLS_CHANGE.shape
    assert size[0] * size[1] == plane_learners.N_STATES
    assert plane.WALLS_CHANGE.action.n == plane_learners.N_ACTIONS
    assert plane.ARMS_REVERSE.action.n == plane_learners.N_ARMS
    network = plane_learners.NETWORK
    assert network.n_inputs(plane.TRAINED_ON) == plane_learners.N_ARMS + 1


def test_walls_change_on_the_way_and_when_it_is_said():
    task = plane.WALLS_CHANGE
    assert task.changes.tolist() == [0, plane_measures.MAZE_CHANGE]
    before, after = (set(zip(*np.nonzero(grid.wall), strict=True)) for grid in task.layouts)
    assert not before & after
    assert len(before) == len(after) == 5
    assert isinstance(task.layouts[0], Grid)
    assert plane.WALLS_STAY.changes.tolist() == [0]
    assert plane.WALLS_STAY.layouts[0].rows == task.layouts[0].rows


@pytest.fixture
def short_lives(monkeypatch):
    """Bandits of 160 trials that reverse after 60, routes taken 12 times and then 12 more."""
    bandit = {"BANDIT_CHANGE": 60, "N_BANDIT": 160, "BANDIT_BEFORE": 30}
    maze = {"MAZE_CHANGE": 12, "N_MAZE": 24, "MAZE_BEFORE": 6}
    for name, n in (bandit | maze).items():
        monkeypatch.setattr(plane_measures, name, n)


def _bandits(rate, reversals, seeds=(0, 1, 2)):
    task = ReversalBandit(plane_measures.N_BANDIT, reversals=reversals)
    agent = QLearner(learning_rate_gain=rate)
    return stack({seed: simulate(task, agent, 200, seed, ()) for seed in seeds})


def test_sooner_is_shown_where_it_is_planted_and_not_where_nothing_changes(short_lives):
    (signature,) = (s for s in plane.SIGNATURES if s.name == "integrated/inner_loop_adapts_sooner")
    change = (plane_measures.BANDIT_CHANGE,)
    fast, slow = _bandits(0.5, change), _bandits(0.05, change)
    still = (_bandits(0.5, ()), _bandits(0.5, ()))
    planted = dict(zip(signature.sources, [fast] * len(signature.sources), strict=True))
    planted |= {signature.subject[1]: slow, signature.shows[1]: slow}
    planted |= dict(zip(signature.shows_not, still, strict=True))
    assert judge(signature, planted).verdict == "shown"
    swapped = planted | {signature.subject[0]: slow, signature.subject[1]: fast}
    assert judge(signature, swapped).verdict == "absent"


def test_a_learner_never_back_counts_with_the_rest_of_its_life(short_lives):
    never = _bandits(0.0, (plane_measures.BANDIT_CHANGE,), seeds=(0,))
    found = plane_measures.bandit_experience(never)
    assert found.censored.all()
    assert found.needed == [plane_measures.N_BANDIT - plane_measures.BANDIT_CHANGE]


def test_figure_of_three_learners(monkeypatch, short_lives):
    pair = {name: plane_learners.BANDIT[name] for name in ("rescorla_wagner", "observer")}
    monkeypatch.setattr(plane_figure, "BANDIT", pair)
    monkeypatch.setattr(plane_figure, "MAZE", {"q": plane_learners.MAZE["q"]})
    recordings = {}
    maze, bandit = replace(plane.WALLS_STAY, n_attempts=24), ReversalBandit(160, reversals=(60,))
    worlds = {"q": maze} | dict.fromkeys(pair, bandit)
    for name, task in worlds.items():
        learner = (pair | plane_learners.MAZE)[name]
        runs = {k: simulate(task, learner.agent, 1, k, learner.record) for k in range(2)}
        recordings[plane_figure.P + name] = stack(runs)
    drawing, table = plane_figure.draw_plane(recordings)
    assert len(drawing.axes) == 2
    assert len(table) == 6
    by_name = table.groupby("learner")["operations"].unique()
    assert by_name["q"] == [4]
    assert by_name["rescorla_wagner"] == [2]
