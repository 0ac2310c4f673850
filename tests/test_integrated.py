"""The agent with all parts: memory of outcomes, replay into stored states, search, lesions."""

from dataclasses import replace

import numpy as np
import pytest

import fastslow as fs
from fastslow.models import Integrated, check_agent, check_hippocampus, cores
from fastslow.models.hippocampus.outcomes import OutcomeMemory
from fastslow.models.training import ActorCritic, Trainer
from fastslow.tasks import Lanes, SharedEnds

TASK = SharedEnds(n_contexts=4, n_trials=4, n_backups=8)
AGENT = Integrated(key=TASK.context_columns, end=TASK.end_columns, threshold=0.95, n_units=6)
A, B, C = np.eye(3, dtype=np.float32)[:, None]


def memory(n=1, **settings):
    return OutcomeMemory(n, key_size=3, n_actions=2, n_ends=4, rng=Lanes(0, n), **settings)


def took(action, end, reward, rpe=0.5, n=1):
    return {
        "action": np.full(n, action), "end": np.full(n, end),
        "reward": np.full(n, float(reward)), "rpe": np.full(n, rpe),
    }  # fmt: skip


# ------------------------------------------------------------------ the memory of outcomes


def test_the_memory_keeps_the_contract_of_hippocampi():
    key = np.eye(3, dtype=np.float32)[[0, 1, 2, 0, 1]]
    check_hippocampus(memory, key, took(action=1, end=2, reward=1, n=5))


def test_news_of_an_end_is_known_wherever_an_action_leads_there():
    outcomes = memory()
    outcomes.observe(A, took(action=0, end=2, reward=1))
    outcomes.observe(A, took(action=1, end=3, reward=0))
    np.testing.assert_array_equal(outcomes.retrieve(A)[0], [[1, 0]])
    outcomes.observe(B, took(action=1, end=2, reward=0))
    outcomes.observe(B, took(action=0, end=3, reward=1))
    value, confidence = outcomes.retrieve(A)
    np.testing.assert_array_equal(value, [[0, 1]])
    assert confidence == 1
    assert outcomes.retrieve(C)[1] == 0
    outcomes.observe(C, took(action=0, end=0, reward=0))
    value, confidence = outcomes.retrieve(C)
    np.testing.assert_array_equal(value, [[0, 0.5]])  # the other was never tried
    assert confidence == 0.5


def test_only_what_was_learned_elsewhere_is_replayed_the_surprising_first():
    outcomes = memory()
    for action, end in ((0, 0), (1, 1)):
        outcomes.observe(A, took(action, end, reward=1, rpe=0.0))
    outcomes.observe(C, took(0, 2, reward=1, rpe=0.0))
    assert outcomes.replay(np.zeros(1), np.zeros(1), np.zeros(1), 9) == []
    outcomes.observe(B, took(0, 0, reward=0, rpe=0.2))
    outcomes.observe(B, took(1, 1, reward=1, rpe=-0.9))
    (path,) = outcomes.replay(np.zeros(1), np.zeros(1), np.zeros(1), 9)
    np.testing.assert_array_equal(path.states, [0, 0])  # A alone: C has no news, B has it all
    np.testing.assert_array_equal(path.actions, [1, 0])
    np.testing.assert_array_equal(path.rewards, [1, 0])
    (path,) = outcomes.ordered(-outcomes.of_end(outcomes.surprise), 1)
    np.testing.assert_array_equal(path.actions, [0])


def test_surprise_falls_with_every_experience():
    outcomes = memory(surprise_decay=0.5)
    outcomes.observe(A, took(0, 0, 1, rpe=-0.8))
    outcomes.observe(A, took(1, 1, 1, rpe=0.1))
    np.testing.assert_allclose(outcomes.surprise, [[0.4, 0.1, 0, 0]])
    outcomes.observe(A, took(0, 0, 1, rpe=0.0))
    np.testing.assert_allclose(outcomes.surprise, [[0.2, 0.05, 0, 0]])


def test_ties_are_broken_evenly(seed):
    n = 2000
    outcomes = OutcomeMemory(n, 3, 2, 4, Lanes(seed, n))
    for key in (A, B):
        for action in (0, 1):
            outcomes.observe(np.repeat(key, n, axis=0), took(action, action, 1, n=n))
    paths = outcomes.ordered(np.zeros(outcomes.end.shape), 1)
    assert {int(path.states[0]) for path in paths} == {0}  # all that B did is known there
    first = np.array([path.actions[0] for path in paths])
    assert abs(first.mean() - 0.5) < 4 * np.sqrt(0.25 / n)


def test_more_contexts_than_there_is_room_for():
    outcomes = memory(n_contexts=1)
    outcomes.observe(A, took(0, 0, 1))
    with pytest.raises(ValueError, match="more than the 1 contexts that its memory has room for"):
        outcomes.observe(B, took(0, 0, 1))


# ------------------------------------------------------------------ the agent


def test_contract(seed):
    check_agent(AGENT.initialized(TASK, seed), TASK, seed=seed)


def test_end_must_name_columns():
    agent = replace(AGENT, end=(0, 99)).initialized(TASK, 0)
    with pytest.raises(ValueError, match="end must name columns of the observation, which has 14"):
        agent.begin(TASK, 2, Lanes(0, 2))


def lived(agent, task=TASK, n=30, seed=0, record=("policy", "operations", "stored_cell")):
    return fs.simulate(task, agent, n_lives=n, seed=seed, record=record)


def rewired(seed, **scale):
    """A network whose weights are large enough for what it is fed to matter."""
    agent = AGENT.initialized(TASK, seed)
    return agent.with_weights({k: v * scale.get(k, 2) for k, v in agent.weights.items()})


def test_lives_differ_by_rest_only_after_it(seed):
    rested = lived(rewired(seed).without("search"), seed=seed)
    other = lived(rewired(seed).without("search", "rest"), seed=seed)
    before = (rested.period <= 1).values & rested.active.values
    for name in ("action", "reward", "stored_cell"):
        np.testing.assert_array_equal(rested[name].values[before], other[name].values[before])
    entered = rested.isel(step=1).period.values == 3
    change = rested.stored_cell.values[entered, 1] - other.stored_cell.values[entered, 1]
    news = rested.isel(step=1).news.values[entered]
    revised = (change != 0).any(axis=1)
    assert revised[news == 1].mean() > 0.8 > 0.5 > revised[news == 2].mean()


def test_what_rest_stores_is_what_the_network_makes_of_the_remembered_rows(seed):
    """One backup, worked out again from the recording with the plain step of the network."""
    task = replace(TASK, n_backups=1)
    agent = rewired(seed).without("search")
    rested, other = lived(agent, task, seed=seed), lived(agent.without("rest"), task, seed=seed)
    checked = 0
    for event, backup in enumerate(np.asarray(rested.event_of)):
        assert event == backup  # one backup an event
        life = int(rested.life[rested.replay_episode[event]])
        mine = (rested.life == life).values
        old, new = other.isel(episode=mine), rested.isel(episode=mine)
        order = list(dict.fromkeys(old.context.values[:, 1][old.period.values[:, 1] == 0]))
        context = order[int(rested.replay_state[backup])]
        action = int(rested.replay_action[backup])
        visit = np.flatnonzero((old.context.values[:, 1] == context) & (old.period.values[:, 1] == 3))[0]  # fmt: skip
        stored = old.stored_cell.values[visit, 1]
        code = old.isel(episode=visit, step=1).get("observation")
        end, paid = _newest(new, context, action)
        expected = _relived(
            agent, task, stored, _code(task, life, context, seed), end, action, paid
        )
        np.testing.assert_allclose(new.stored_cell.values[visit, 1], expected, atol=1e-5)
        assert code is None
        checked += 1
    assert checked == 30


def _newest(life, context, action):
    """End state of an action and what it paid last, from rows whose outcome was seen before rest."""
    rows = [
        (int(life.context[v, s]), int(life.action[v, s]), int(life.state[v, s]), float(life.reward[v, s]))
        for v in np.flatnonzero(life.period.values[:, 1].clip(0) <= 1)
        for s in range(1, TASK.n_trials)  # the outcome of the last choice is not in view any more
        if life.period.values[v, 1] >= 0
    ]  # fmt: skip
    end = next(e for c, a, e, _ in rows if (c, a) == (context, action))
    return end, [r for _, _, e, r in rows if e == end][-1]


def _code(task, life, context, seed):
    from fastslow.tasks.barcode_bandit import draw_barcodes

    return draw_barcodes(Lanes(seed, 30, "test task"), task.n_contexts, task.n_bits)[life, context]


def _relived(agent, task, stored, code, end, action, paid):
    at = agent.input_slices(task)
    rows = np.zeros((3, 1, agent.n_inputs(task)), np.float32)
    rows[1:, 0, :10] = code
    rows[2, 0, 10 + end] = 1
    rows[2, 0, at["previous_action"].start + action] = 1
    rows[2, 0, at["previous_reward"]] = paid
    state = {k: agent.weights[f"initial_{k}"][None] for k in ("hidden", "cell")}
    for row, memory_ in zip(rows, (0 * stored, stored, stored), strict=True):
        state["reinstated"] = memory_[None]
        state, _ = cores.step("episodic_lstm", agent.weights, row, state)
    return state["cell"][0]


def test_blank_rest_takes_as_many_steps_and_knows_no_action(seed):
    agent = rewired(seed).without("search")
    intact, blank = (lived(a, seed=seed) for a in (agent, agent.without("replayed_content")))
    at_rest = intact.period.values == 2
    np.testing.assert_array_equal(
        intact.operations.values[at_rest], blank.operations.values[at_rest]
    )
    np.testing.assert_array_equal(intact.replay_action, blank.replay_action)
    assert (intact.stored_cell != blank.stored_cell).any()


def test_search_answers_at_the_first_choice_of_a_visit_and_is_counted(seed):
    task = replace(TASK, n_backups=0, p_good=1.0, p_bad=0.0, n_trials=8)
    agent = AGENT.initialized(task, seed)
    with_search, without = (
        lived(agent, task, 60, seed),
        lived(agent.without("search"), task, 60, seed),
    )
    test = (with_search.isel(step=1).period == 3) & (with_search.isel(step=1).news == 1)
    first = with_search.isel(step=1)
    sure = (first.policy.max("action_option") == 1).values & test.values
    assert sure.mean() > 0.5 * test.values.mean()
    assert (first.action.values[sure] == first.best_action.values[sure]).all()
    extra = with_search.operations.values - without.operations.values
    # all four contexts known: 10 bits of each compared, two transitions and two outcomes read
    assert (extra[test.values, 1] == 4 * 10 + 4).all()
    assert (extra[test.values][:, 2:] == 0).all()


def test_order_of_replay_and_what_cuts_it(seed):
    """With a surprise that is planted, one backup goes where it is; not so with its lesions."""
    n = 400
    found = {}
    for name, cut in {"rpe": (), "last": ("ranking_direction",), "random": ("ranking",)}.items():
        agent = AGENT.initialized(TASK, seed).without(*cut)
        agent.begin(TASK, n, Lanes(seed, n))
        outcomes = agent._outcomes
        keys = np.eye(10, dtype=np.float32)
        for context, end, rpe in ((0, 0, 0.1), (1, 1, 0.1), (2, 0, 0.9), (2, 1, 0.2)):
            outcomes.observe(np.repeat(keys[context][None], n, axis=0), took(0, end, 1, rpe, n))
        found[name] = np.mean([path.states[0] == 0 for path in agent._proposed(1)])
    assert found["rpe"] == 1
    assert found["last"] == 0
    assert abs(found["random"] - 0.5) < 4 * np.sqrt(0.25 / n)


def test_gain_is_what_a_backup_would_improve_against_a_plain_computation(seed):
    agent = rewired(seed).without("search", "dopamine")
    agent.begin(TASK, 1, Lanes(seed, 1))
    rng, codes, stored = np.random.default_rng(seed), np.eye(10, dtype=np.float32)[:2], []
    for code, ends in zip(codes, ((0, 1), (1, 0)), strict=True):
        stored.append(rng.normal(size=6).astype(np.float32))
        agent._memory.store.observe(code[None], {"value": stored[-1][None]})
        for action, end in enumerate(ends):
            agent._outcomes.observe(code[None], took(action, end, reward=end))
    gain = agent._gain()[0]
    for context, paid in enumerate(([0, 1], [1, 0])):
        before = _entered(agent, stored[context], codes[context])
        for action in (0, 1):
            relived = _relived(
                agent, TASK, stored[context], codes[context], paid[action], action, paid[action]
            )
            after = _entered(agent, relived, codes[context])
            assert gain[context, action] == pytest.approx((after - before) @ paid, abs=1e-6)
    (path,) = agent._proposed(1)
    # All that is known of B was met there; of A's two transitions the more useful one comes first.
    assert (path.states[0], path.actions[0]) == (0, gain[0].argmax())


def _entered(agent, stored, code):
    """The policy at the first choice of a visit, by the plain step of the network."""
    rows = np.zeros((2, 1, agent.n_inputs(TASK)), np.float32)
    rows[1, 0, :10] = code
    state = {k: agent.weights[f"initial_{k}"][None] for k in ("hidden", "cell")}
    for row, memory_ in zip(rows, (0 * stored, stored), strict=True):
        state["reinstated"] = memory_[None]
        state, _ = cores.step("episodic_lstm", agent.weights, row, state)
    return cores.outputs(agent.weights, state["hidden"])[0][0]


def test_the_previous_action_is_an_input_only_where_it_was_a_choice():
    agent = AGENT.initialized(TASK, 0)
    encoder, at = agent.encoder(TASK, 2), agent.input_slices(TASK)["previous_action"]
    play = TASK.play(2, Lanes(0, 2))
    now = next(play)
    seen = []
    for _ in range(3):
        seen.append(encoder(now)[:, at].copy())
        action = np.array([0, 1])
        encoder.acted(action)
        now = play.send(action)
    assert not seen[0].any()
    assert not seen[1].any()
    np.testing.assert_array_equal(seen[2], np.eye(2))


def test_it_trains():
    task = replace(TASK, tested=False)
    settings = ActorCritic(n_lives=4, n_lanes=2, unroll=5)
    trainer = Trainer(task, AGENT, settings, seeds=(0, 1))
    assert [np.isfinite(p.measured["gradient_norm"]).all() for p in trainer.run()] == [True] * 2
