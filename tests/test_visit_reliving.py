"""Replay by whole visits: against a plain loop through the network, and with what it changes cut."""

from dataclasses import replace

import numpy as np
import pytest

import fastslow as fs
from fastslow.models import Integrated, check_agent, cores
from fastslow.models.integrated import VisitReliving
from fastslow.tasks import Lanes, SharedEnds

TASK = SharedEnds(n_contexts=4, n_trials=4, n_backups=8)
WHERE = {"key": TASK.context_columns, "end": TASK.end_columns}
AGENT = VisitReliving(**WHERE, threshold=0.95, n_units=6)


def rewired(seed, agent=AGENT):
    """A network whose weights are large enough for what it is fed to matter."""
    agent = agent.initialized(TASK, seed)
    return agent.with_weights({k: 2 * v for k, v in agent.weights.items()}).without("search")


def lived(agent, task=TASK, n=30, seed=0):
    record = ("policy", "operations", "stored_cell")
    return fs.simulate(task, agent, n_lives=n, seed=seed, record=record)


def test_contract(seed):
    check_agent(AGENT.initialized(TASK, seed), TASK, seed=seed)


def begun(agent, experiences, n=1):
    """An agent that remembers (context, action, end, reward), oldest first, and a cell for each context."""
    agent.begin(TASK, n, Lanes(0, n))
    keys = np.eye(10, dtype=np.float32)
    stored = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)
    for context in range(4):
        agent._memory.store.observe(
            np.repeat(keys[[context]], n, axis=0),
            {"value": np.repeat(stored[[context]], n, axis=0)},
        )
    for number, (context, action, end, reward) in enumerate(experiences):
        agent._outcomes.observe(
            np.repeat(keys[[context]], n, axis=0),
            {"action": np.full(n, action), "end": np.full(n, end),
             "reward": np.full(n, float(reward)), "rpe": np.full(n, 0.1 * number)},
        )  # fmt: skip
    return agent, keys, stored


# Contexts 0 and 1 lead to ends 0 and 1, and so does 2, where news came: end 1, then 0, then 1.
NEWS = ((0, 0, 0, 1), (0, 1, 1, 0), (1, 1, 0, 1), (1, 0, 1, 0), (2, 1, 1, 1), (2, 0, 0, 0))


def at_rest(n):
    play = replace(TASK, n_rounds=1).play(n, Lanes(0, n))
    now = next(play)
    while not (now.phase == 1).any():
        now = play.send(np.zeros(n, np.int64))
    return now


@pytest.mark.parametrize("again", [(), ((2, 1, 1, 1),)])
def test_a_context_is_relived_as_one_visit_in_the_order_met(seed, again):
    """The cell that is left is that of a visit fed step by step, whatever ranks first."""
    news = (*NEWS, *again)
    agent, keys, stored = begun(rewired(seed), news)
    left = agent.rest(at_rest(1), 8)
    met = (0, 1) if again else (1, 0)  # ends in the order in which they were reached last
    paid = {0: 0.0, 1: 1.0}
    leads = {0: {0: 0, 1: 1}, 1: {0: 1, 1: 0}}  # action to which each end of a context belongs
    (path,) = left["replay"]
    assert path.n_backups == 4
    at = agent.input_slices(TASK)
    for context in (0, 1):
        own = path.states == context
        assert list(np.diff(np.flatnonzero(own))) == [1]
        np.testing.assert_array_equal(path.actions[own], [leads[context][e] for e in met])
        rows = np.zeros((4, 1, agent.n_inputs(TASK)), np.float32)
        rows[1:, 0, :10] = keys[context]
        for row, end in zip(rows[2:], met, strict=True):
            row[0, 10 + end] = 1
            row[0, at["previous_action"].start + leads[context][end]] = 1
            row[0, at["previous_reward"]] = paid[end]
        state = {k: agent.weights[f"initial_{k}"][None] for k in ("hidden", "cell")}
        for row, gate in zip(rows, (0, 1, 1, 1), strict=True):
            state["reinstated"] = gate * stored[[context]]
            state, _ = cores.step("episodic_lstm", agent.weights, row, state)
        found, _ = agent._memory.store.retrieve(keys[[context]])
        np.testing.assert_allclose(found, state["cell"], atol=1e-5)
    found, _ = agent._memory.store.retrieve(keys[[2]])
    np.testing.assert_array_equal(found, stored[[2]])  # all that is known there was met there
    # two visits of an interval, an entrance and two choices, and the step at which rest begins
    assert left["operations"] == (2 * 4 + 1) * agent._revisiting.operations_per_step


def test_without_visits_it_is_the_integrated_agent(seed):
    same = rewired(seed, Integrated(**WHERE, threshold=0.95, n_units=6))
    one, other = lived(same, seed=seed), lived(rewired(seed).without("visits"), seed=seed)
    for name in ("policy", "stored_cell", "operations", "action", "replay_action"):
        np.testing.assert_array_equal(one[name], other[name])
    by_visit = lived(rewired(seed), seed=seed)
    assert (by_visit.stored_cell != one.stored_cell).any()


def test_what_is_replayed_is_chosen_as_before(seed):
    """In a short rest, too: the same transitions, only arranged."""
    task = replace(TASK, n_backups=3)
    agent = rewired(seed)
    arranged, ranked = (lived(a, task, seed=seed) for a in (agent, agent.without("visits")))
    for recording in (arranged, ranked):
        assert (recording.replay_episode == arranged.replay_episode).all()
    for event in range(arranged.sizes["replay_event"]):
        sets = [
            sorted(zip(r.replay_state.values[own], r.replay_action.values[own], strict=True))
            for r in (arranged, ranked)
            if (own := r.event_of.values == event).any()
        ]
        assert len(sets) == 2
        assert sets[0] == sets[1]


def test_without_one_visit_choices_come_in_the_order_met_each_as_a_visit_of_its_own(seed):
    """The cell that is left is that of an `Integrated` agent handed the same choices one by one."""
    agent, keys, stored = begun(rewired(seed).without("one_visit"), NEWS)
    left = agent.rest(at_rest(1), 8)
    (path,) = left["replay"]
    leads = {0: (1, 0), 1: (0, 1)}  # actions of a context, to end 1, met longer ago, and to end 0
    for context in (0, 1):
        own = path.states == context
        np.testing.assert_array_equal(path.actions[own], leads[context])
        cell = stored[[context]]
        for action, reward in zip(path.actions[own], path.rewards[own], strict=True):
            end = 1 - action if context else action
            cell = visited(agent, keys[[context]], cell, action, end, reward)
        found, _ = agent._memory.store.retrieve(keys[[context]])
        np.testing.assert_allclose(found, cell, atol=1e-5)
    assert left["operations"] == (4 * 3 + 1) * agent._revisiting.operations_per_step


def visited(agent, key, stored, action, end, reward):
    """The cell that a visit of one choice leaves, fed step by step."""
    at = agent.input_slices(TASK)
    rows = np.zeros((3, 1, agent.n_inputs(TASK)), np.float32)
    rows[1:, 0, :10] = key
    rows[2, 0, [10 + end, at["previous_action"].start + action]] = 1
    rows[2, 0, at["previous_reward"]] = reward
    state = {k: agent.weights[f"initial_{k}"][None] for k in ("hidden", "cell")}
    for row, gate in zip(rows, (0, 1, 1), strict=True):
        state["reinstated"] = gate * stored
        state, _ = cores.step("episodic_lstm", agent.weights, row, state)
    return state["cell"]


@pytest.mark.parametrize(
    ("cut", "equal"), [((), True), (("one_visit",), True), (("visits",), False)]
)
def test_with_backups_for_everything_order_cannot_count(seed, cut, equal):
    agent = rewired(seed).without(*cut)
    first, last = (lived(a, seed=seed) for a in (agent, agent.without("ranking_direction")))
    assert np.array_equal(first.stored_cell, last.stored_cell, equal_nan=True) == equal
