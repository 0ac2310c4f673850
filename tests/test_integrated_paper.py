"""What is measured in lives with news from elsewhere: planted agents, plain loops, and the figures."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

import fastslow as fs
from fastslow.analysis.style import paper_style
from fastslow.data.recording import stack
from fastslow.models.agent import Agent
from fastslow.papers.integrated import (
    measures,
    nonlocal_news,
    nonlocal_unpredictable,
    nonlocal_unseen,
)
from fastslow.tasks import SharedEnds

N_LIVES = 40


@dataclass
class Told(Agent):
    """Takes the better action, or the one that was better before the news, with probability `p`."""

    label: str = "best_action"
    p: float = 0.8

    def begin(self, task, n, rng):
        self._rng = rng

    def act(self, now):
        best = now.labels[self.label]
        favored = np.where(best >= 0, best, 0)
        policy = np.full((len(best), 2), 1 - self.p, np.float32)
        policy[np.arange(len(best)), favored] = self.p
        action = (self._rng.random() < policy[:, 1]).astype(np.int64)
        value = np.where(now.labels["rich"] & (now.labels["stage"] == 1), 5.0, 1.0)
        value = np.where(now.labels["stage"] == 1, value, 2.0).astype(np.float32)
        cell = np.zeros((len(best), 4), np.float32)
        cell[:, 1] = 2 * favored - 1
        operations = np.full(len(best), 7)
        return action, {
            "policy": policy, "value": value, "operations": operations, "stored_cell": cell,
        }  # fmt: skip


def lived(agent, seed=0, **task):
    """Recordings of two seeds, stacked."""
    record = ("policy", "operations", "stored_cell")
    return stack(
        {s: fs.simulate(SharedEnds(**task), agent, N_LIVES, seed=s, record=record)
         for s in (seed, seed + 1)}
    )  # fmt: skip


def test_an_agent_that_knows_and_one_that_is_stale(seed):
    knows, stale = lived(Told(), seed), lived(Told(label="old_action"), seed)
    np.testing.assert_allclose(measures.after_news(knows), 0.8, atol=1e-6)
    np.testing.assert_allclose(measures.after_news(stale), 0.2, atol=1e-6)
    for recording in (knows, stale):
        np.testing.assert_allclose(measures.unconcerned(recording), 0.8, atol=1e-6)
    np.testing.assert_allclose(measures.learned_in_first_visit(knows), 0, atol=1e-6)
    np.testing.assert_allclose(
        measures.difference(measures.after_news)(knows, stale), 0.6, atol=1e-6
    )
    four = (knows, stale, stale, knows)
    np.testing.assert_allclose(measures.mean_difference(measures.after_news)(*four), 0, atol=1e-6)
    np.testing.assert_allclose(measures.interaction(measures.after_news)(*four), 1.2, atol=1e-6)


def test_against_a_plain_loop(seed):
    recording = lived(Told(), seed, p_poor=0.5)
    for measure, news in ((measures.after_news, 1), (measures.unconcerned, 0)):
        expected = []
        for s in range(2):
            found = []
            for e in range(recording.sizes["episode"]):
                row = recording.isel(seed=s, episode=e, step=1)
                if row.period == 3 and row.news == news and row.best_action >= 0:
                    found.append(float(row.policy[int(row.best_action)]))
            expected.append(np.mean(found))
        np.testing.assert_allclose(measure(recording), expected, rtol=1e-5)


def test_the_error_at_onset_is_that_of_the_interval(seed):
    """The planted value is 2 in the interval, 5 in a rich context and 1 in a poor one."""
    recording = lived(Told(), seed, p_poor=0.5, news="devalued")
    for first in (True, False):
        np.testing.assert_allclose(measures.onset_rpe(recording, True, first), 3, atol=1e-6)
        np.testing.assert_allclose(measures.onset_rpe(recording, False, first), -1, atol=1e-6)
    np.testing.assert_allclose(measures.onset_tells_value(True)(recording), 4, atol=1e-6)
    np.testing.assert_allclose(measures.onset_learned(recording), 0, atol=1e-6)
    np.testing.assert_allclose(measures.onset_carries_old_value(recording), 0, atol=1e-6)


def test_stored_states_flip_where_they_are_told_of_the_news(seed):
    stale, knows = lived(Told(label="old_action"), seed), lived(Told(), seed)
    np.testing.assert_allclose(measures.flipped(stale, knows), 1)
    np.testing.assert_allclose(measures.flipped(stale, stale), 0)
    np.testing.assert_allclose(measures.moved_along_choice_axis(stale, knows), 2, rtol=1e-4)
    assert (measures.operations_of_choice(stale) == 7).all()


def test_a_recording_without_test_is_refused():
    recording = lived(Told(), tested=False)
    with pytest.raises(ValueError, match="no episode of some seed was chosen"):
        measures.after_news(recording)


def test_every_source_is_a_test_and_every_lesion_a_part():
    (experiment,) = nonlocal_news.EXPERIMENTS
    tests = {f"{experiment.name}@{name}" for name in experiment.tests} | {experiment.name}
    wanted = {s for sig in nonlocal_news.SIGNATURES for s in sig.sources}
    wanted |= {s for figure in nonlocal_news.FIGURES for s in figure.needs}
    assert wanted <= tests
    for name, cut in nonlocal_news.ORDERS.items():
        for n_backups in (2, 4, 16):
            test = experiment.tests[f"{name}_{n_backups}"]
            assert (test.task.n_backups, test.without) == (n_backups, (*cut, "search"))


def test_figures_draw_what_they_tabulate():
    plain = lived(Told(label="old_action"), p_poor=0.5, news="devalued")
    told = lived(Told())
    for figure in (*nonlocal_news.FIGURES, *nonlocal_unpredictable.FIGURES):
        recordings = {s: plain if "devalued" in s else told for s in figure.needs}
        with paper_style():
            drawing, table = figure.draw(recordings)
        assert np.isfinite(table["mean"]).all()
        assert all(ax.get_xlabel() or ax.get_ylabel() for ax in drawing.axes[:2])


def test_signatures_on_networks_that_nobody_had_seen_are_those_committed_first():
    (experiment,) = nonlocal_unseen.EXPERIMENTS
    (first,) = nonlocal_news.EXPERIMENTS
    assert (experiment.task, experiment.agent) == (first.task, first.agent)
    assert experiment.training == first.training
    assert experiment.seeds("full") == range(16, 40)
    pairs = zip(nonlocal_news.SIGNATURES, nonlocal_unseen.SIGNATURES, strict=True)
    for one, again in pairs:
        assert (one.low, one.high, one.measure) == (again.low, again.high, again.measure)
        assert len(one.sources) == len(again.sources)
        for old, new in zip(one.sources, again.sources, strict=True):
            name, _, test = new.partition("@")
            assert name == experiment.name
            assert test == old.partition("@")[2]
            mine, theirs = experiment.all_tests[test], first.all_tests[test]
            assert mine.paired
            assert (mine.task, mine.without, mine.n_lives) == (
                theirs.task, theirs.without, theirs.n_lives,
            )  # fmt: skip


@pytest.mark.parametrize("index", [0, 1])
def test_signatures_of_later_rungs_are_those_committed_first_and_one_more(index):
    experiment = nonlocal_unpredictable.EXPERIMENTS[index]
    (first,) = nonlocal_news.EXPERIMENTS
    own = [s for s in nonlocal_unpredictable.SIGNATURES if s.sources[0].startswith(experiment.name)]
    *derived, added = own
    for one, again in zip(nonlocal_news.SIGNATURES, derived, strict=True):
        assert (one.low, one.high, one.measure) == (again.low, again.high, again.measure)
        for old, new in zip(one.sources, again.sources, strict=False):  # beside come some more
            test = new.partition("@")[2]
            assert new == old.replace(first.name, experiment.name)
            mine, theirs = experiment.all_tests[test], first.all_tests[test]
            assert mine.paired
            assert (mine.task, mine.without, mine.n_lives) == (
                theirs.task, theirs.without, theirs.n_lives,
            )  # fmt: skip
    assert (added.low, added.high) == (0.05, None)
    for source in {source for signature in own for source in signature.sources}:
        name, _, test = source.partition("@")
        assert name == experiment.name
        whole, one_by_one = test.removesuffix("_one_by_one"), test.endswith("_one_by_one")
        cut = experiment.all_tests[whole].without
        assert experiment.all_tests[test].without == (*cut, *("visits",) * one_by_one)


def test_the_last_rung_is_trained_where_contexts_are_poor_as_often_as_in_the_tests_of_value():
    one, other = nonlocal_unpredictable.EXPERIMENTS
    assert replace(one.task, p_poor=0.5) == other.task
    assert other.task.p_poor == other.tests["devalued_0"].task.p_poor
    assert (one.agent, one.training, one.tests) == (other.agent, other.training, other.tests)
