"""What order does in a long rest: who was relived last, against a plain loop, and the figure."""

from dataclasses import replace

import numpy as np
import pytest

import fastslow as fs
from fastslow.analysis.style import paper_style
from fastslow.data.recording import stack
from fastslow.papers.integrated import nonlocal_news, order_and_value
from fastslow.papers.integrated import order_and_value_figure as drawn
from fastslow.tasks.shared_ends import AT_REST, LEARN

(EXPERIMENT,) = order_and_value.EXPERIMENTS


def rested(seed, n_brief=0, news="reversed", n_backups=16):
    """Lives of two untrained networks, which try both actions and remember what came of them."""
    task = nonlocal_news.after(n_backups, news=news, p_poor=0.5 * (news == "devalued")).task
    task = replace(task, n_brief=n_brief)
    agent = nonlocal_news.NETWORK.without("search", "ranking")
    return stack({
        s: fs.simulate(task, agent.initialized(task, s), 12, seed=s, record=("policy",))
        for s in (seed, seed + 1)
    })  # fmt: skip


@pytest.mark.parametrize("n_brief", [0, 2])
def test_relived_last_against_a_plain_loop(seed, n_brief):
    recording = rested(seed, n_brief)
    found = drawn.relived_last(recording)
    n_both = 0
    for i, s in enumerate(recording.seed.values):
        one = recording.isel(seed=i, step=1)
        for life in np.unique(one.life):
            episodes = np.flatnonzero(one.life.values == life)
            met = list(
                dict.fromkeys(int(one.context[e]) for e in episodes if one.period[e] == LEARN)
            )
            (rest,) = (e for e in episodes if recording.period[i, e, 0] == AT_REST)
            relived = {context: [] for context in met}
            for event in range(recording.sizes["replay_event"]):
                at = (recording.replay_seed[event], recording.replay_episode[event])
                if at == (s, rest):
                    own = recording.event_of.values == event
                    states, actions = recording.replay_state[own], recording.replay_action[own]
                    for number, action in zip(states.values, actions.values, strict=True):
                        relived[met[number]].append(action)
            for e in episodes[episodes > rest]:
                actions = relived[int(one.context[e])]
                n_both += len(actions) == 2
                assert found[i, e] == (actions[-1] if len(actions) == 2 else -1)
    assert n_both > 0


def test_visits_take_turns_as_in_training():
    trained_on = nonlocal_news.TRAINED_ON
    for test in EXPERIMENT.all_tests.values():
        assert test.task.n_brief == trained_on.n_brief > 0
        assert test.task.p_change == 0
        assert "search" in test.without
    assert {t.task.n_backups for t in EXPERIMENT.all_tests.values()} == {0, 16}


def test_the_figure_draws_what_it_tabulates(seed):
    (figure,) = order_and_value.FIGURES
    reversed_, devalued = rested(seed), rested(seed, news="devalued")
    recordings = {s: reversed_ if s.endswith("_16") else devalued for s in figure.needs}
    with paper_style():
        drawing, table = figure.draw(recordings)
        drawing.canvas.draw()
    assert np.isfinite(table["mean"]).all()
    in_random_order = table[table.curve.str.startswith("random order")]["mean"]
    np.testing.assert_allclose(*in_random_order, atol=1e-6)  # it predicts itself
    assert set(table.panel) == set("abcd")
